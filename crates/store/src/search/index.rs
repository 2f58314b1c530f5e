//! The index of what messages say, filled behind the log: whoever writes messages does not pay for it, and what one round
//! takes in shares its rows. How far it has come is kept in the same transaction, so that no message is left out or taken
//! twice, whenever a process ends.

use std::collections::{BTreeMap, BTreeSet};

use domain::event::Kind;
use domain::id::{ContactId, TenantId};
use uuid::Uuid;

use super::block::{self, Block};
use super::text::{Token, tokens};
use crate::{StoreError, SystemTx, TenantTx, args, list, row};

/// Where the block stands that still grows.
pub(super) const GROWING: Uuid = Uuid::max();
/// Texts of about so many words are taken in together: each may change a row of its own, and others wait for the writer
/// meanwhile (SQLite).
const WORDS_MAX: usize = 4_000;
/// So many messages of somebody are looked at together when they are taken out,
const TOGETHER: u32 = 200;
/// if they are of about a month: blocks of a longer time hold too many others, and each shorter one is a look of its own.
const PERIOD_MS: u128 = 30 * 86_400_000;

/// What is to be added: under what a word begins with, the messages, each with its words.
type Arrived = BTreeMap<String, BTreeMap<Uuid, Vec<String>>>;

/// Tenants whose newest messages are not in the index, after `after`, at most `limit` of them.
///
/// # Errors
/// When the database fails.
pub async fn behind(tx: &mut SystemTx<'_>, after: TenantId, limit: u32) -> Result<Vec<TenantId>, StoreError> {
    let sql = "SELECT h.tenant_id FROM event_head h LEFT JOIN message_index i ON i.tenant_id = h.tenant_id
               WHERE h.tenant_id > $1 AND h.seq > COALESCE(i.seq, 0) ORDER BY h.tenant_id LIMIT $2";
    tx.rows(sql, args![after, limit]).await?.iter().map(|row| row.get(0)).collect()
}

/// Takes in what the next lines of the log tell of, at most `lines`, and fewer if what was said is long. Whether there may be
/// more.
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
    let mut is_more = logged.len() >= lines as usize;
    let mut created: BTreeMap<i64, Uuid> = BTreeMap::new();
    for row in &logged {
        if row.text(1)? == Kind::MessageCreated.as_str() {
            created.insert(row.get(0)?, row.get(2)?);
        }
    }
    let bodies = bodies(tx, &created).await?;
    let (mut arrived, mut words, mut last) = (Arrived::new(), 0, None);
    for row in &logged {
        let seq: i64 = row.get(0)?;
        if let Some((id, body)) = created.get(&seq).and_then(|id| bodies.get_key_value(id)) {
            let tokens = tokens(body);
            words += tokens.len();
            // Some line is always taken, or nobody would come past a long one.
            if words > WORDS_MAX && last.is_some() {
                is_more = true;
                break;
            }
            for Token { key, word } in tokens {
                arrived.entry(key).or_default().entry(*id).or_default().push(word);
            }
        }
        last = Some(seq);
    }
    let Some(last) = last else { return Ok(false) };
    if !arrived.is_empty() {
        add(tx, arrived).await?;
    }
    tx.push("UPDATE message_index SET seq = $2 WHERE tenant_id = $1", args![last]).await?;
    Ok(is_more)
}

async fn bodies(tx: &mut TenantTx<'_>, created: &BTreeMap<i64, Uuid>) -> Result<BTreeMap<Uuid, String>, StoreError> {
    if created.is_empty() {
        return Ok(BTreeMap::new());
    }
    let sql = "SELECT id, body FROM message WHERE tenant_id = $1 AND id {among $2}";
    let rows = tx.rows(sql, args![list(created.values().copied())]).await?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

async fn add(tx: &mut TenantTx<'_>, arrived: Arrived) -> Result<(), StoreError> {
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
        let mut said: Vec<(Uuid, BTreeSet<Token>)> = Vec::new();
        for row in tx.rows(sql, args![contact, after, TOGETHER]).await? {
            said.push((row.get(0)?, tokens(row.text(1)?)));
        }
        for some in said.chunk_by(|(one, _), (next, _)| period(*one) == period(*next)) {
            take_out(tx, some).await?;
        }
        match said.last() {
            Some((last, _)) if said.len() == TOGETHER as usize => after = *last,
            _ => return Ok(()),
        }
    }
}

/// Takes out messages that are in order.
async fn take_out(tx: &mut TenantTx<'_>, said: &[(Uuid, BTreeSet<Token>)]) -> Result<(), StoreError> {
    let gone: BTreeSet<Uuid> = said.iter().map(|(id, _)| *id).collect();
    let keys: BTreeSet<&str> = said.iter().flat_map(|(_, tokens)| tokens).map(|token| token.key.as_str()).collect();
    let (Some(first), Some(last)) = (gone.first(), gone.last()) else { return Ok(()) };
    let sql = "SELECT beginning, upto, block FROM message_words
               WHERE tenant_id = $1 AND beginning {among $2} AND upto >= $3 AND oldest <= $4";
    let (mut changed, mut emptied) = (Vec::new(), Vec::new());
    for row in tx.rows(sql, args![list(keys), *first, *last]).await? {
        let (key, upto, bytes): (String, Uuid, Vec<u8>) = (row.get(0)?, row.get(1)?, row.get(2)?);
        // Most hold others' messages alone, and need not be taken apart.
        if !block::holds(&bytes, &gone).ok_or_else(broken)? {
            continue;
        }
        let mut block = parsed(&bytes)?;
        block.remove(&gone);
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

/// About which time a message is from, by its id.
fn period(id: Uuid) -> u128 {
    (id.as_u128() >> 80) / PERIOD_MS
}
