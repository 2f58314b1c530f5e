//! The index of what messages say, filled behind the log: whoever writes messages does not pay for it, and what one round
//! takes in shares its rows. How far it has come is kept in the same transaction, so that no message is left out or taken
//! twice, whenever a process ends.

use std::collections::{BTreeMap, BTreeSet};

use domain::event::Kind;
use domain::id::{ContactId, MessageId, TenantId};
use uuid::Uuid;

use super::block::Block;
use super::text::{Token, tokens};
use crate::{StoreError, SystemTx, TenantTx, args, list, row};

/// Where the block stands that still grows.
pub(super) const GROWING: Uuid = Uuid::max();
/// So many messages of somebody are looked at together when they are taken out,
const TOGETHER: u32 = 200;
/// if they are of about one day: blocks of a longer time hold too many others.
const DAY_MS: u128 = 86_400_000;

/// Tenants whose newest messages are not in the index, at most `limit` of them.
///
/// # Errors
/// When the database fails.
pub async fn behind(tx: &mut SystemTx<'_>, limit: u32) -> Result<Vec<TenantId>, StoreError> {
    let sql = "SELECT h.tenant_id FROM event_head h LEFT JOIN message_index i ON i.tenant_id = h.tenant_id
               WHERE h.seq > COALESCE(i.seq, 0) LIMIT $1";
    tx.rows(sql, args![limit]).await?.iter().map(|row| row.get(0)).collect()
}

/// Takes in what the next lines of the log tell of, at most `lines`. Whether there may be more.
///
/// # Errors
/// When the database fails.
pub async fn fill(tx: &mut TenantTx<'_>, lines: u32) -> Result<bool, StoreError> {
    begin(tx).await?;
    let sql = "SELECT seq FROM message_index WHERE tenant_id = $1 {skip_locked}";
    // Another node is at it.
    let Some(place) = tx.opt(sql, args![]).await? else { return Ok(false) };
    let sql = "SELECT seq, kind, subject FROM event WHERE tenant_id = $1 AND seq > $2 ORDER BY seq LIMIT $3";
    let logged = tx.rows(sql, args![place.get::<i64>(0)?, lines]).await?;
    let Some(last) = logged.last() else { return Ok(false) };
    let last: i64 = last.get(0)?;
    let mut created: Vec<MessageId> = Vec::new();
    for row in &logged {
        if row.text(1)? == Kind::MessageCreated.as_str() {
            created.push(row.get(2)?);
        }
    }
    if !created.is_empty() {
        add(tx, &created).await?;
    }
    tx.push("UPDATE message_index SET seq = $2 WHERE tenant_id = $1", args![last]).await?;
    Ok(logged.len() >= lines as usize)
}

async fn add(tx: &mut TenantTx<'_>, created: &[MessageId]) -> Result<(), StoreError> {
    let bodies =
        tx.rows("SELECT id, body FROM message WHERE tenant_id = $1 AND id {among $2}", args![list(created)]).await?;
    let mut arrived: BTreeMap<String, BTreeMap<Uuid, Vec<String>>> = BTreeMap::new();
    for row in &bodies {
        let id: Uuid = row.get(0)?;
        for Token { key, word } in tokens(row.text(1)?) {
            arrived.entry(key).or_default().entry(id).or_default().push(word);
        }
    }
    let mut growing: BTreeMap<String, (i64, Block)> = BTreeMap::new();
    let sql = "SELECT beginning, filled, block FROM message_words
               WHERE tenant_id = $1 AND beginning {among $2} AND upto = $3";
    for row in tx.rows(sql, args![list(arrived.keys()), GROWING]).await? {
        growing.insert(row.get(0)?, (row.get(1)?, parsed(&row.get::<Vec<u8>>(2)?)?));
    }
    let (mut filled, mut grown) = (Vec::new(), Vec::new());
    for (key, messages) in arrived {
        let (mut full, mut block) = growing.remove(&key).unwrap_or_default();
        for (id, words) in messages {
            // A message is in one block with all of its words, so no two blocks end with the same one.
            if block.is_full()
                && let Some((oldest, upto)) = block.span()
            {
                filled.push(row![key.clone(), upto, oldest, 0_i64, block.to_bytes()]);
                (full, block) = (full + 1, Block::default());
            }
            words.iter().for_each(|word| block.add(word, id));
        }
        let (oldest, _) = block.span().unwrap_or((GROWING, GROWING));
        grown.push(row![key, GROWING, oldest, full, block.to_bytes()]);
    }
    tx.push_many("INSERT INTO message_words (tenant_id, beginning, upto, oldest, filled, block)", filled).await?;
    tx.push_many(
        "INSERT INTO message_words (tenant_id, beginning, upto, oldest, filled, block) VALUES {rows}
         ON CONFLICT (tenant_id, beginning, upto) DO UPDATE SET oldest = excluded.oldest, filled = excluded.filled,
             block = excluded.block",
        grown,
    )
    .await
}

/// Takes out whatever was said with somebody. To be called while it still stands in the messages, by whoever blanks them in
/// the same transaction: what is not in the index yet is blank when it is taken in.
///
/// # Errors
/// When the database fails.
pub(crate) async fn forget(tx: &mut TenantTx<'_>, contact: ContactId) -> Result<(), StoreError> {
    begin(tx).await?;
    tx.opt("SELECT seq FROM message_index WHERE tenant_id = $1 {for_update}", args![]).await?;
    let mut after = Uuid::nil();
    loop {
        let sql = "SELECT m.id, m.body FROM conversation v
                   JOIN message m ON m.tenant_id = v.tenant_id AND m.conversation_id = v.id
                   WHERE v.tenant_id = $1 AND v.contact_id = $2 AND m.id > $3 ORDER BY m.id LIMIT $4";
        let rows = tx.rows(sql, args![contact, after, TOGETHER]).await?;
        let mut ids: BTreeSet<Uuid> = BTreeSet::new();
        let mut keys: BTreeSet<String> = BTreeSet::new();
        for row in &rows {
            let id: Uuid = row.get(0)?;
            if ids.first().is_some_and(|first| millis(id) - millis(*first) > DAY_MS) {
                break;
            }
            ids.insert(id);
            keys.extend(tokens(row.text(1)?).into_iter().map(|token| token.key));
        }
        let (Some(first), Some(last)) = (ids.first().copied(), ids.last().copied()) else { return Ok(()) };
        take_out(tx, &keys, &ids, (first, last)).await?;
        after = last;
    }
}

async fn take_out(
    tx: &mut TenantTx<'_>,
    keys: &BTreeSet<String>,
    gone: &BTreeSet<Uuid>,
    (first, last): (Uuid, Uuid),
) -> Result<(), StoreError> {
    let sql = "SELECT beginning, upto, block FROM message_words
               WHERE tenant_id = $1 AND beginning {among $2} AND upto >= $3 AND oldest <= $4";
    let (mut changed, mut emptied) = (Vec::new(), Vec::new());
    for row in tx.rows(sql, args![list(keys), first, last]).await? {
        let (key, upto): (String, Uuid) = (row.get(0)?, row.get(1)?);
        let mut block = parsed(&row.get::<Vec<u8>>(2)?)?;
        if !block.remove(gone) {
            continue;
        }
        // The one that grows stays: it says how many were filled before it.
        if block.is_empty() && upto != GROWING {
            emptied.push(row![key, upto]);
        } else {
            changed.push(row![key, upto, block.to_bytes()]);
        }
    }
    let sql = "UPDATE message_words SET block = $4 WHERE tenant_id = $1 AND beginning = $2 AND upto = $3";
    tx.push_each(sql, changed).await?;
    let sql = "DELETE FROM message_words WHERE tenant_id = $1 AND beginning = $2 AND upto = $3";
    tx.push_each(sql, emptied).await
}

async fn begin(tx: &mut TenantTx<'_>) -> Result<(), StoreError> {
    let sql = "INSERT INTO message_index (tenant_id, seq) VALUES ($1, 0) ON CONFLICT (tenant_id) DO NOTHING";
    tx.push(sql, args![]).await
}

fn parsed(bytes: &[u8]) -> Result<Block, StoreError> {
    Block::parse(bytes).ok_or_else(broken)
}

pub(super) fn broken() -> StoreError {
    StoreError::fault("a block of the index of messages cannot be read")
}

/// The time in an id, in milliseconds.
fn millis(id: Uuid) -> u128 {
    id.as_u128() >> 80
}
