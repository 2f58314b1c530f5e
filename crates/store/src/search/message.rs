//! Finding texts and notes by their words, the newest first, with so much work and no more: where it ends before everything
//! was looked at, it says how far it came.
//!
//! One of the words leads, the one with the fewest blocks; its messages are held against their own text.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;

use domain::id::{ContactId, ConversationId, MessageId};
use jiff::Timestamp;
use uuid::Uuid;

use super::block;
use super::index::{GROWING, broken};
use super::text::{Snippet, Token, Words};
use crate::{StoreError, TenantTx, args, list};

/// Blocks that are read together: few at first, since common words are found in the first ones.
const BLOCKS_AT_ONCE: [usize; 3] = [4, 32, 256];
/// So many blocks are read for one page,
const BLOCKS_MAX: usize = 2_000;
/// so many texts are looked at,
const TEXTS_MAX: usize = 3_000;
/// and so many bytes of them.
const BYTES_MAX: usize = 1_000_000;
/// Texts that are read together.
const TEXTS_AT_ONCE: usize = 250;

/// A page of what was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The newest first.
    pub hits: Vec<MessageHit>,
    /// What to go on under; `None`: everything was looked at.
    pub next: Option<Uuid>,
}

/// A text or a note that has the words.
#[derive(Clone, PartialEq, Eq)]
pub struct MessageHit {
    /// Which one.
    pub id: MessageId,
    /// In which conversation.
    pub conversation: ConversationId,
    /// With whom.
    pub contact: ContactId,
    /// What they are called; empty: not known.
    pub name: String,
    /// By which address.
    pub address: String,
    /// `in`, `out` or `note`.
    pub direction: String,
    /// Who wrote it: a contact, a member, an assistant …
    pub author: String,
    /// When it was written, or came in.
    pub at: Timestamp,
    /// Where the words stand.
    pub snippet: Snippet,
}

impl fmt::Debug for MessageHit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MessageHit").field("id", &self.id).finish_non_exhaustive()
    }
}

/// Messages that have all of these words, under an id, the newest first.
///
/// # Errors
/// When the database fails.
pub async fn find(
    tx: &mut TenantTx<'_>,
    words: &Words,
    under: Option<Uuid>,
    limit: usize,
) -> Result<Found, StoreError> {
    let mut look = Look { words, limit, snippets: Vec::new(), texts: 0, bytes: 0 };
    let next = match leading(tx, words).await? {
        Some((token, begins)) => look.go_through(tx, &token, begins, under.unwrap_or(Uuid::max())).await?,
        None => None,
    };
    Ok(Found { hits: hits(tx, look.snippets).await?, next })
}

/// The word that the fewest messages have, as far as that is known; `None`: no message has all of them.
async fn leading(tx: &mut TenantTx<'_>, words: &Words) -> Result<Option<(Token, bool)>, StoreError> {
    let sought = words.sought();
    let keys: BTreeSet<&str> = sought.iter().map(|(token, _)| token.key.as_str()).collect();
    let sql = "SELECT beginning, filled FROM message_words WHERE tenant_id = $1 AND beginning {among $2} AND upto = $3";
    let mut full: HashMap<String, i64> = HashMap::new();
    for row in tx.rows(sql, args![list(keys), GROWING]).await? {
        full.insert(row.get(0)?, row.get(1)?);
    }
    if sought.iter().any(|(token, _)| !full.contains_key(&token.key)) {
        return Ok(None);
    }
    // Of two that lie alike the longer one tells more.
    Ok(sought.into_iter().min_by_key(|(token, _)| (full[&token.key], std::cmp::Reverse(token.word.len()))))
}

/// What was found so far, and what it took.
struct Look<'w> {
    words: &'w Words,
    limit: usize,
    snippets: Vec<(Uuid, Snippet)>,
    texts: usize,
    bytes: usize,
}

impl Look<'_> {
    /// Goes back through the blocks of a word, under an id; answers where it stopped.
    async fn go_through(
        &mut self,
        tx: &mut TenantTx<'_>,
        token: &Token,
        begins: bool,
        under: Uuid,
    ) -> Result<Option<Uuid>, StoreError> {
        let mut waiting: BTreeSet<Uuid> = BTreeSet::new();
        let (mut upto, mut blocks) = (GROWING, 0);
        for at_once in BLOCKS_AT_ONCE.into_iter().chain(std::iter::repeat(BLOCKS_AT_ONCE[2])) {
            let sql = "SELECT upto, block FROM message_words
                       WHERE tenant_id = $1 AND beginning = $2 AND upto <= $3 AND oldest < $4
                       ORDER BY upto DESC LIMIT $5";
            let limit = i64::try_from(at_once).unwrap_or(i64::MAX);
            let rows = tx.rows(sql, args![&token.key, upto, under, limit]).await?;
            for row in &rows {
                // Newer ones that hold a late message are not counted, so that whoever stops has come further than `under`.
                blocks += usize::from(row.get::<Uuid>(0)? < under);
                let ids = block::having(&row.get::<Vec<u8>>(1)?, &token.word, begins).ok_or_else(broken)?;
                waiting.extend(ids.into_iter().filter(|id| *id < under));
            }
            // Blocks that were not read hold nothing newer than this.
            let floor = match rows.last().filter(|_| rows.len() == at_once) {
                Some(last) => last.get(0)?,
                None => Uuid::nil(),
            };
            let older: BTreeSet<Uuid> = waiting.iter().take_while(|id| **id < floor).copied().collect();
            let newer = waiting.split_off(&floor);
            waiting = older;
            if let Some(stopped) = self.look_at(tx, &newer.into_iter().rev().collect::<Vec<_>>()).await? {
                return Ok(Some(stopped));
            }
            if floor.is_nil() {
                return Ok(None);
            }
            if blocks >= BLOCKS_MAX {
                return Ok(Some(floor));
            }
            upto = Uuid::from_u128(floor.as_u128() - 1);
        }
        Ok(None)
    }

    /// Holds these messages, the newest first, against their texts; answers under which to go on, if enough was done.
    async fn look_at(&mut self, tx: &mut TenantTx<'_>, ids: &[Uuid]) -> Result<Option<Uuid>, StoreError> {
        // Few at first, as with blocks: most that are indexed have the words.
        let (head, tail) = ids.split_at(ids.len().min(2 * self.limit));
        for ids in std::iter::once(head).chain(tail.chunks(TEXTS_AT_ONCE)).filter(|ids| !ids.is_empty()) {
            let sql = "SELECT id, body FROM message WHERE tenant_id = $1 AND id {among $2}";
            let mut bodies: BTreeMap<Uuid, String> = BTreeMap::new();
            for row in tx.rows(sql, args![list(ids.iter().copied())]).await? {
                bodies.insert(row.get(0)?, row.get(1)?);
            }
            for id in ids {
                let Some(body) = bodies.get(id) else { continue };
                if let Some(snippet) = self.words.snippet(body) {
                    if self.snippets.len() == self.limit {
                        return Ok(self.snippets.last().map(|(last, _)| *last));
                    }
                    self.snippets.push((*id, snippet));
                }
                (self.texts, self.bytes) = (self.texts + 1, self.bytes + body.len());
                if self.texts >= TEXTS_MAX || self.bytes >= BYTES_MAX {
                    return Ok(Some(*id));
                }
            }
        }
        Ok(None)
    }
}

async fn hits(tx: &mut TenantTx<'_>, snippets: Vec<(Uuid, Snippet)>) -> Result<Vec<MessageHit>, StoreError> {
    if snippets.is_empty() {
        return Ok(Vec::new());
    }
    let sql = "SELECT m.id, m.conversation_id, v.contact_id, c.name, v.address, m.direction, m.author, m.created_at_us
               FROM message m
               JOIN conversation v ON v.tenant_id = m.tenant_id AND v.id = m.conversation_id
               JOIN contact c ON c.tenant_id = v.tenant_id AND c.id = v.contact_id
               WHERE m.tenant_id = $1 AND m.id {among $2}";
    let rows = tx.rows(sql, args![list(snippets.iter().map(|(id, _)| *id))]).await?;
    let mut by_id = HashMap::with_capacity(rows.len());
    for row in &rows {
        by_id.insert(row.get::<Uuid>(0)?, row);
    }
    let mut hits = Vec::with_capacity(snippets.len());
    for (id, snippet) in snippets {
        let Some(row) = by_id.get(&id) else { continue };
        hits.push(MessageHit {
            id: MessageId(id),
            conversation: row.get(1)?,
            contact: row.get(2)?,
            name: row.get(3)?,
            address: row.get(4)?,
            direction: row.get(5)?,
            author: row.get(6)?,
            at: row.get(7)?,
            snippet,
        });
    }
    Ok(hits)
}
