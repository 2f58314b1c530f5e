//! Campaigns of which a few get their texts first: whether the others do.

use domain::campaign::canary::Verdict;
use domain::campaign::{Deed, State};
use domain::id::{CampaignId, Ids, TenantId};
use domain::message::Author;
use jiff::Timestamp;
use store::campaign::{self, canary, guard, history};
use store::{StoreError, SystemTx, event};

/// Decides, if it can be decided now. Answers the head of the log if something was.
pub(super) async fn decide(
    tx: &mut SystemTx<'_>,
    now: Timestamp,
    ids: &mut Ids,
    tenant: TenantId,
    id: CampaignId,
) -> Result<Option<(TenantId, i64)>, StoreError> {
    let mut tx = tx.for_tenant(tenant);
    let held = campaign::hold(&mut tx, id).await?.filter(|held| held.state == State::Running);
    let Some(settings) = held.map(|held| held.settings) else { return Ok(None) };
    let verdict = match &settings.canary {
        Some(canary) => canary.verdict(now, &canary::figures(&mut tx, id).await?),
        None => Verdict::GoOn,
    };
    let is_decided = match verdict {
        Verdict::Wait => false,
        Verdict::GoOn => {
            let new =
                history::New { campaign: id, deed: Deed::CanaryPassed, by: Author::System, halt: None, note: None };
            history::add(&mut tx, now, ids.next(), new).await?;
            canary::end(&mut tx, id).await?
        }
        Verdict::Stop(halt) => {
            tracing::warn!(campaign = %id, guard = halt.by.as_str(), "a campaign stopped by itself; it says why");
            guard::halt(&mut tx, now, ids, id, &halt).await?
        }
    };
    if !is_decided {
        return Ok(None);
    }
    Ok(Some((tenant, event::append(&mut tx, now, &[campaign::updated(id)]).await?)))
}
