//! Erasing a person: what is kept of them goes, wherever it is; rows that counts are made of stay, without content.

use std::fmt;

use domain::campaign::Settings;
use domain::event::Kind;
use domain::id::{CampaignId, ContactId, ConversationId, MediaId, RecipientId};
use domain::message::Failure;
use jiff::Timestamp;
use uuid::Uuid;

use super::{merge, updated};
use crate::dialect::Engine;
use crate::event::Line;
use crate::scene::json;
use crate::search::words;
use crate::view::{self, Person};
use crate::{StoreError, TenantTx, args, enrolment, import, list, row, search};

/// The conversations of the contact `$2`.
macro_rules! theirs {
    ($head:literal) => {
        concat!($head, " AND conversation_id IN (SELECT id FROM conversation WHERE tenant_id = $1 AND contact_id = $2)")
    };
}

/// What hangs on their conversations loses its content. What waited to be sent, approved or decided is over.
const IN_CONVERSATIONS: [&str; 10] = [
    "DELETE FROM receipt_line WHERE tenant_id = $1 AND message_id IN (
         SELECT m.id FROM conversation v JOIN message m ON m.tenant_id = v.tenant_id AND m.conversation_id = v.id
         WHERE v.tenant_id = $1 AND v.contact_id = $2)",
    "DELETE FROM outbox WHERE tenant_id = $1 AND state = 'waiting' AND message_id IN (
         SELECT m.id FROM conversation v JOIN message m ON m.tenant_id = v.tenant_id AND m.conversation_id = v.id
         WHERE v.tenant_id = $1 AND v.contact_id = $2)",
    "UPDATE outbox SET request = NULL WHERE tenant_id = $1 AND message_id IN (
         SELECT m.id FROM conversation v JOIN message m ON m.tenant_id = v.tenant_id AND m.conversation_id = v.id
         WHERE v.tenant_id = $1 AND v.contact_id = $2)",
    theirs!(
        "UPDATE message SET body = '', media = NULL, sources = NULL,
             status = CASE WHEN direction = 'out' AND status IN ('held', 'scheduled', 'queued', 'deferred')
                           THEN 'cancelled' ELSE status END,
             not_before_us = CASE WHEN status = 'sending' THEN not_before_us END
         WHERE tenant_id = $1"
    ),
    theirs!(
        "UPDATE draft SET body = '', sources = '[]', reason = NULL, held_back = NULL,
             state = CASE WHEN state = 'open' THEN 'superseded' ELSE state END
         WHERE tenant_id = $1"
    ),
    theirs!(
        "UPDATE tool_approval SET arguments = '{}', result = '', code = NULL,
             state = CASE WHEN state IN ('waiting', 'approved') THEN 'expired' ELSE state END
         WHERE tenant_id = $1"
    ),
    theirs!("UPDATE tool_use SET arguments = '{}', result = '' WHERE tenant_id = $1"),
    theirs!("UPDATE assistant_run SET record = '{}' WHERE tenant_id = $1"),
    theirs!("DELETE FROM assistant_replay_turn WHERE tenant_id = $1"),
    theirs!("DELETE FROM conversation_tag WHERE tenant_id = $1"),
];

/// What is theirs alone.
const THEIR_OWN: [&str; 8] = [
    "UPDATE consent SET address = '', keyword = NULL, detail = NULL, shown = NULL, proof = NULL
     WHERE tenant_id = $1 AND contact_id = $2",
    "DELETE FROM contact_change WHERE tenant_id = $1 AND contact_id = $2",
    "DELETE FROM contact_tag WHERE tenant_id = $1 AND contact_id = $2",
    "DELETE FROM contact_field WHERE tenant_id = $1 AND contact_id = $2",
    "DELETE FROM workflow_seen WHERE tenant_id = $1 AND contact_id = $2",
    "DELETE FROM contact_list_member WHERE tenant_id = $1 AND contact_id = $2",
    "DELETE FROM contact_import_member WHERE tenant_id = $1 AND contact_id = $2
         AND import_id IN (SELECT i.id FROM contact_import i WHERE i.tenant_id = $1)",
    "DELETE FROM contact_address WHERE tenant_id = $1 AND contact_id = $2",
];

/// What came of it.
#[derive(Clone, PartialEq, Eq)]
pub enum Erasure {
    /// They are erased.
    Done(Erased),
    /// A file of contacts is being read, which may hold them.
    ImportAtWork,
    /// There is no such contact.
    Nobody,
}

impl fmt::Debug for Erasure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Done(_) => "Done",
            Self::ImportAtWork => "ImportAtWork",
            Self::Nobody => "Nobody",
        })
    }
}

/// What is left to be told of somebody who was erased.
#[derive(Clone, PartialEq, Eq)]
pub struct Erased {
    /// The phones and e-mail addresses that they had, each with whether it wanted no texts.
    pub addresses: Vec<(String, bool)>,
    /// Lines for the tenant's log.
    pub lines: Vec<Line>,
    /// Uploads of contacts that were not begun and are forgotten, because nobody can look into them for one person.
    pub uploads: u64,
}

impl fmt::Debug for Erased {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Erased").field("addresses", &self.addresses.len()).finish_non_exhaustive()
    }
}

/// Erases somebody. What is on its way to them at this moment cannot be called back; whatever comes of it is written down
/// without content.
///
/// # Errors
/// When the database fails.
pub async fn erase(tx: &mut TenantTx<'_>, now: Timestamp, id: ContactId) -> Result<Erasure, StoreError> {
    // Whoever was made one with them goes, too.
    let ids = merge::everybody(tx, id).await?;
    // A no to one purpose, or to one of our numbers, counts as one to all: nothing else of it is kept.
    let sql = "SELECT a.address, a.opted_out_at_us IS NOT NULL OR EXISTS (
                   SELECT 1 FROM consent_standing s
                   WHERE s.tenant_id = $1 AND s.address = a.address AND s.opted_out_at_us IS NOT NULL)
               FROM contact_address a WHERE a.tenant_id = $1 AND a.contact_id {among $2}";
    let found = tx.rows(sql, args![list(&ids)]).await?;
    let mut addresses: Vec<(String, bool)> = Vec::with_capacity(found.len());
    for row in &found {
        addresses.push((row.get(0)?, row.get(1)?));
    }
    // Nobody takes a turn with them meanwhile.
    merge::lock(tx, &ids, addresses.iter().map(|(address, _)| address.as_str())).await?;
    let sql = "SELECT 1 FROM contact WHERE tenant_id = $1 AND id = $2 AND gone_at_us IS NULL {for_update}";
    if tx.opt(sql, args![id]).await?.is_none() {
        return Ok(Erasure::Nobody);
    }
    let Some(uploads) = import::forget_files(tx, now, &ids).await? else { return Ok(Erasure::ImportAtWork) };
    let mut lines = vec![updated(id)];
    lines.extend(&uploads);
    for (address, _) in &addresses {
        lines.extend(unname(tx, address).await?);
        tx.push("DELETE FROM consent_standing WHERE tenant_id = $1 AND address = $2", args![address]).await?;
        // Endpoints were told of more than of themselves: of audiences that name them.
        let sql = "DELETE FROM webhook_delivery WHERE tenant_id = $1 AND body LIKE $2";
        tx.push(sql, args![format!("%{address}%")]).await?;
    }
    let sql = "SELECT name FROM contact WHERE tenant_id = $1 AND id {among $2}";
    let rows = tx.rows(sql, args![list(&ids)]).await?;
    let names: Vec<String> = rows.iter().map(|row| row.get(0)).collect::<Result<_, _>>()?;
    let addresses_of = addresses.iter().map(|(address, _)| address.as_str()).collect();
    view::forget(tx, &Person { names: &names, addresses: addresses_of }).await?;
    let sql = "DELETE FROM contact_merge WHERE tenant_id = $1 AND (kept {among $2} OR gone {among $2})";
    tx.push(sql, args![list(&ids)]).await?;
    overwrite_index(tx, true).await?;
    for id in ids {
        lines.extend(campaigns(tx, id).await?);
        lines.extend(conversations(tx, now, id).await?);
        lines.extend(enrolment::erase(tx, now, id).await?);
        for sql in THEIR_OWN {
            tx.push(sql, args![id]).await?;
        }
        tx.push(
            "UPDATE contact SET name = '', company = '', words = $3, time_zone = NULL, language = NULL, note = '',
                 quiet_hours = NULL,
                 blocked = TRUE, gone_at_us = $4
             WHERE tenant_id = $1 AND id = $2",
            args![id, words(tx.tenant(), "", "", []), now],
        )
        .await?;
    }
    overwrite_index(tx, false).await?;
    Ok(Erasure::Done(Erased { addresses, lines, uploads: uploads.len() as u64 }))
}

/// Whether SQLite's index of words takes out what leaves it, rather than noting beside it that it is gone.
/// (<https://www.sqlite.org/fts5.html#the_secure_delete_configuration_option>)
async fn overwrite_index(tx: &mut TenantTx<'_>, now: bool) -> Result<(), StoreError> {
    match tx.engine() {
        Engine::Sqlite => {
            let sql = "INSERT INTO contact_search (contact_search, rank)
                       SELECT 'secure-delete', $2 FROM tenant WHERE tenant_id = $1";
            tx.push(sql, args![i64::from(now)]).await
        }
        Engine::Postgres => Ok(()),
    }
}

/// Their conversations are over, and say nothing any more.
async fn conversations(tx: &mut TenantTx<'_>, now: Timestamp, id: ContactId) -> Result<Vec<Line>, StoreError> {
    search::index::forget(tx, id).await?;
    let sql = "SELECT m.media FROM conversation v
               JOIN message m ON m.tenant_id = v.tenant_id AND m.conversation_id = v.id
               WHERE v.tenant_id = $1 AND v.contact_id = $2 AND m.media IS NOT NULL";
    let mut media: Vec<MediaId> = Vec::new();
    for row in tx.rows(sql, args![id]).await? {
        media.extend(json::<Vec<MediaId>>(row.text(0)?)?);
    }
    // What goes to many is no word of theirs.
    let sql = "DELETE FROM media WHERE tenant_id = $1 AND id {among $2}
                 AND NOT EXISTS (SELECT 1 FROM campaign_media k WHERE k.tenant_id = $1 AND k.media_id = media.id)
                 AND NOT EXISTS (SELECT 1 FROM workflow_media w WHERE w.tenant_id = $1 AND w.media_id = media.id)";
    tx.push(sql, args![list(&media)]).await?;
    let sql = "SELECT m.id, m.failure FROM conversation v
               JOIN message m ON m.tenant_id = v.tenant_id AND m.conversation_id = v.id
               WHERE v.tenant_id = $1 AND v.contact_id = $2 AND m.failure IS NOT NULL";
    let mut failures = Vec::new();
    for row in tx.rows(sql, args![id]).await? {
        failures.push(row![row.get::<Uuid>(0)?, bare(row.text(1)?)?]);
    }
    tx.push_each("UPDATE message SET failure = $3 WHERE tenant_id = $1 AND id = $2", failures).await?;
    for sql in IN_CONVERSATIONS {
        tx.push(sql, args![id]).await?;
    }
    // What was told of them to the tenant's endpoints, or waits to be.
    tx.push(
        "DELETE FROM webhook_delivery WHERE tenant_id = $1 AND seq IN (
             SELECT e.seq FROM webhook_delivery d JOIN event e ON e.tenant_id = d.tenant_id AND e.seq = d.seq
             WHERE d.tenant_id = $1
               AND (e.subject = $2 OR e.conversation_id IN (
                        SELECT id FROM conversation WHERE tenant_id = $1 AND contact_id = $2)))",
        args![id],
    )
    .await?;
    let closed = tx
        .rows(
            "UPDATE conversation SET address = '', lane = id, is_current = FALSE, status = 'closed', snoozed_until_us = NULL,
                 holder = 'nobody', holder_id = NULL, mode = NULL, guide = '', preview = '', version = version + 1,
                 waiting_since_us = NULL, resolved_at_us = $3
             WHERE tenant_id = $1 AND contact_id = $2
             RETURNING id",
            args![id, now],
        )
        .await?;
    let told =
        |id: ConversationId| Line { kind: Kind::ConversationUpdated, subject: id.into(), conversation: Some(id) };
    closed.iter().map(|row| row.get(0).map(told)).collect()
}

/// Campaigns know that somebody was to get them, and what came of it, but not who.
async fn campaigns(tx: &mut TenantTx<'_>, id: ContactId) -> Result<Vec<Line>, StoreError> {
    let mut told = Vec::new();
    let erased = Failure {
        code: "contact_erased".into(),
        explanation: "This person was erased before their text went out.".into(),
        mend: String::new(),
    };
    let erased = serde_json::to_string(&erased).map_err(StoreError::fault)?;
    tx.push(
        "UPDATE campaign_recipient SET standing = 'skipped', failure = NULL
         WHERE tenant_id = $1 AND contact_id = $2 AND standing IN ('pending', 'deferred', 'queued')",
        args![id],
    )
    .await?;
    let sql = "SELECT id, campaign_id, failure, standing FROM campaign_recipient
               WHERE tenant_id = $1 AND contact_id = $2 {for_update}";
    let mut bared = Vec::new();
    for row in tx.rows(sql, args![id]).await? {
        let recipient: RecipientId = row.get(0)?;
        let failure = match row.text_or_null(2)? {
            Some(failure) => Some(bare(failure)?),
            None => (row.text(3)? == "skipped").then(|| erased.clone()),
        };
        // Nobody gets a campaign twice: each needs an address of its own.
        bared.push(row![recipient, format!("erased-{}", recipient.0.simple()), failure]);
        told.push(crate::campaign::updated(row.get(1)?));
    }
    tx.push_each(
        "UPDATE campaign_recipient SET phone = $3, failure = $4, body = NULL WHERE tenant_id = $1 AND id = $2",
        bared,
    )
    .await?;
    Ok(told)
}

/// Takes a number out of the audiences that name it.
async fn unname(tx: &mut TenantTx<'_>, phone: &str) -> Result<Vec<Line>, StoreError> {
    let sql = "SELECT id, settings, frozen_phones FROM campaign WHERE tenant_id = $1 AND settings LIKE $2 {for_update}";
    let mut lines = Vec::new();
    for row in tx.rows(sql, args![format!("%\"{phone}\"%")]).await? {
        let (id, mut settings): (CampaignId, Settings) = (row.get(0)?, json(row.text(1)?)?);
        let gone_through = usize::try_from(row.get::<i64>(2)?).unwrap_or(0);
        let phones = &mut settings.audience.phones;
        let behind = phones.iter().take(gone_through).filter(|one| *one == phone).count();
        phones.retain(|one| one != phone);
        let settings = serde_json::to_string(&settings).map_err(StoreError::fault)?;
        let sql =
            "UPDATE campaign SET settings = $3, frozen_phones = frozen_phones - $4 WHERE tenant_id = $1 AND id = $2";
        tx.push(sql, args![id, settings, i64::try_from(behind).unwrap_or(0)]).await?;
        lines.push(crate::campaign::updated(id));
    }
    Ok(lines)
}

/// Why not, by its code alone: the words may name somebody.
fn bare(failure: &str) -> Result<String, StoreError> {
    let Failure { code, .. } = json(failure)?;
    serde_json::to_string(&Failure { code, explanation: String::new(), mend: String::new() }).map_err(StoreError::fault)
}
