//! Attachments of texts that came in: fetched while their address is good, kept by us.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use domain::event::Kind;
use domain::id::{MediaId, MessageId};
use jiff::SignedDuration;
use providers::http::{Method, Request, Response};
use store::event::{self, Line};
use store::queue::{self, Claimed};
use store::{StoreError, args};

use crate::net::NetError;
use crate::world::World;

/// The carriers' own bound is about 1.5 MB; some leave room.
const BYTES_MAX: usize = 5 << 20;
const TIMEOUT: Duration = Duration::from_secs(60);
const ATTEMPTS_MAX: u32 = 8;

/// Fetches one.
pub(crate) async fn fetch(
    world: &Arc<World>,
    claimed: &Claimed,
    media: MediaId,
    message: MessageId,
) -> Result<(), StoreError> {
    let tenant = claimed.tenant;
    let source = world
        .store
        .read(tenant, async move |tx| {
            tx.opt(
                "SELECT source_url, content_type FROM media WHERE tenant_id = $1 AND id = $2 AND state = 'waiting'",
                args![media],
            )
            .await
        })
        .await?;
    let Some(row) = source else { return done(world, claimed).await };
    let url: Option<String> = row.get(0)?;
    let declared: String = row.get(1)?;
    match get(world, url.unwrap_or_default()).await {
        Ok(answer) if answer.status == 200 => keep(world, claimed, media, message, &declared, answer).await,
        Ok(answer) if answer.status >= 500 || answer.status == 429 => {
            again(world, claimed, media, message, format!("the carrier answered {}", answer.status)).await
        }
        Ok(answer) => fail(world, claimed, media, message, format!("the carrier answered {}", answer.status)).await,
        Err(NetError::Refused(why)) => fail(world, claimed, media, message, why.to_owned()).await,
        Err(error) => again(world, claimed, media, message, error.to_string()).await,
    }
}

async fn get(world: &World, url: String) -> Result<Response, NetError> {
    let request = Request { method: Method::GET, url, headers: Vec::new(), body: Bytes::new(), timeout: TIMEOUT };
    world.net.carry_guarded(request, BYTES_MAX).await
}

async fn keep(
    world: &Arc<World>,
    claimed: &Claimed,
    media: MediaId,
    message: MessageId,
    declared: &str,
    answer: Response,
) -> Result<(), StoreError> {
    let said = answer.header("content-type").unwrap_or(declared).to_owned();
    let content = answer.body.to_vec();
    // So that it can be sent on like an attachment of our own.
    let mut secret = [0; 24];
    aws_lc_rs::rand::fill(&mut secret).map_err(|_| StoreError::fault("this machine has no chance to give"))?;
    let token = store::media::token(claimed.tenant, &secret);
    let length = i64::try_from(content.len()).map_err(StoreError::fault)?;
    let id = claimed.id;
    settle(world, claimed, message, async move |tx| {
        tx.push(
            "UPDATE media SET state = 'kept', content_type = $3, bytes = $4, content = $5, token = $6
             WHERE tenant_id = $1 AND id = $2",
            args![media, &said, length, &content, &token],
        )
        .await?;
        queue::drop_errand(tx, id).await
    })
    .await
}

async fn again(
    world: &Arc<World>,
    claimed: &Claimed,
    media: MediaId,
    message: MessageId,
    why: String,
) -> Result<(), StoreError> {
    if claimed.attempt >= ATTEMPTS_MAX {
        return fail(world, claimed, media, message, why).await;
    }
    let pause = SignedDuration::from_secs(1 << claimed.attempt.min(8));
    let at = world.now().checked_add(pause).map_err(StoreError::fault)?;
    let id = claimed.id;
    world.store.write(claimed.tenant, async move |tx| queue::postpone_errand(tx, id, at).await).await?;
    world.fetches.set(at);
    Ok(())
}

async fn fail(
    world: &Arc<World>,
    claimed: &Claimed,
    media: MediaId,
    message: MessageId,
    why: String,
) -> Result<(), StoreError> {
    let id = claimed.id;
    settle(world, claimed, message, async move |tx| {
        tx.push("UPDATE media SET state = 'failed', failure = $3 WHERE tenant_id = $1 AND id = $2", args![media, &why])
            .await?;
        queue::drop_errand(tx, id).await
    })
    .await
}

async fn done(world: &Arc<World>, claimed: &Claimed) -> Result<(), StoreError> {
    let id = claimed.id;
    world.store.write(claimed.tenant, async move |tx| queue::drop_errand(tx, id).await).await
}

/// Writes how it ended, and tells that the message looks different now.
async fn settle<F>(world: &Arc<World>, claimed: &Claimed, message: MessageId, write: F) -> Result<(), StoreError>
where
    F: AsyncFn(&mut store::TenantTx<'_>) -> Result<(), StoreError> + Send + 'static,
{
    let now = world.now();
    let head = world
        .store
        .write(claimed.tenant, async move |tx| {
            write(tx).await?;
            let row =
                tx.opt("SELECT conversation_id FROM message WHERE tenant_id = $1 AND id = $2", args![message]).await?;
            let conversation = row.map(|row| row.get(0)).transpose()?;
            event::append(tx, now, &[Line { kind: Kind::MessageUpdated, subject: message.0, conversation }]).await
        })
        .await?;
    world.told(claimed.tenant, head);
    Ok(())
}
