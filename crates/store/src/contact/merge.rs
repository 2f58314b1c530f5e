//! Two contacts who are one person are made one; and two again, if they were not.
//!
//! Whatever has an address (conversations, consent, campaigns) goes with the address. So what goes back when a merge is undone is
//! what has the addresses that came with it, also what came since.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use domain::conversation::lane;
use domain::event::Kind;
use domain::id::{CarrierAccountId, ContactId, ConversationId, ListId, MergeId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::history::{self, Hand};
use super::{Change, Snapshot, change_all, search_anew, snapshots, updated};
use crate::event::Line;
use crate::scene::json;
use crate::search::words;
use crate::{StoreError, TenantTx, args, enrolment, list, row};

/// Moves whatever has one of these addresses (`$4`) from one contact (`$2`) to another (`$3`).
const WITH_ADDRESSES: [&str; 5] = [
    "UPDATE message SET contact_id = $3 WHERE tenant_id = $1 AND conversation_id IN (
         SELECT id FROM conversation WHERE tenant_id = $1 AND contact_id = $2 AND address {among $4})",
    "UPDATE campaign_recipient SET contact_id = $3 WHERE tenant_id = $1 AND contact_id = $2 AND phone {among $4}",
    "UPDATE consent SET contact_id = $3 WHERE tenant_id = $1 AND contact_id = $2 AND address {among $4}",
    "UPDATE conversation SET contact_id = $3 WHERE tenant_id = $1 AND contact_id = $2 AND address {among $4}",
    "UPDATE contact_address SET contact_id = $3 WHERE tenant_id = $1 AND contact_id = $2 AND address {among $4}",
];

/// A merge, as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Merge {
    /// Which one.
    #[schema(value_type = String, example = "mrg_01939f0a7c2e7d40a1b2c3d4e5f60718")]
    pub id: MergeId,
    /// Who was kept.
    #[schema(value_type = String)]
    pub kept: ContactId,
    /// Who is not shown by themselves any more.
    #[schema(value_type = String)]
    pub gone: ContactId,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// When it was undone; `null`: it was not.
    #[schema(required = true, value_type = Option<String>, format = DateTime)]
    pub undone_at: Option<Timestamp>,
}

/// What moved, kept so that it can go back. A stored document.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Moved {
    /// The addresses that came: kind, address, and whether it was chosen among theirs.
    addresses: Vec<(String, String, bool)>,
    /// Addresses of the kept one that count first because the merge said so.
    firsts: Vec<String>,
    /// What the kept one had not: the part, and the value that it got.
    filled: Vec<(String, String)>,
    /// Fields of the same kind.
    fields: Vec<(String, String)>,
    /// Labels that the kept one had not.
    tags: Vec<String>,
    /// Lists that the other was on, and those of them that the kept one was not on.
    lists: Vec<ListId>,
    new_lists: Vec<ListId>,
    /// The kept one is blocked because the other was.
    blocked: bool,
}

impl fmt::Debug for Moved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Moved").field("addresses", &self.addresses.len()).finish_non_exhaustive()
    }
}

/// Makes `from` one with `kept`. What both have, the kept one's counts, and the other's stands in the history. A block of either
/// counts for both; an opt-out goes on counting for its address. `None`: one of them is not there, or they are the same.
///
/// # Errors
/// When the database fails.
pub async fn merge(
    tx: &mut TenantTx<'_>,
    hand: &mut Hand<'_>,
    id: MergeId,
    kept: ContactId,
    from: ContactId,
) -> Result<Option<Vec<Line>>, StoreError> {
    let addresses = hold(tx, &[kept, from]).await?;
    let found = snapshots(tx, &[kept, from]).await?;
    let (Some(ours), Some(theirs), true) = (found.get(&kept), found.get(&from), kept != from) else { return Ok(None) };
    let mut moved = Moved {
        addresses: addresses.iter().filter(|one| one.of == from).map(Held::kept).collect(),
        ..Moved::default()
    };
    let change = fill(ours, theirs, &mut moved);
    // What it had otherwise is not lost: it stands there as what was before.
    history::write(tx, hand, other(kept, ours, theirs)).await?;
    change_all(tx, hand, &[(kept, change)]).await?;
    move_lists(tx, hand.at, kept, from, &mut moved).await?;
    // Whom an import added or found, it goes on meaning under the other's id, whatever becomes of the merge.
    let sql = "INSERT INTO contact_import_member (tenant_id, import_id, contact_id)
               SELECT m.tenant_id, m.import_id, k.id FROM contact_import i
               JOIN contact_import_member m ON m.tenant_id = i.tenant_id AND m.import_id = i.id AND m.contact_id = $2
               JOIN contact k ON k.tenant_id = i.tenant_id AND k.id = $3
               WHERE i.tenant_id = $1 ON CONFLICT DO NOTHING";
    tx.push(sql, args![from, kept]).await?;
    stay_first(tx, kept, &addresses, &mut moved).await?;
    let sql = "UPDATE contact_address SET preferred = FALSE WHERE tenant_id = $1 AND contact_id = $2";
    tx.push(sql, args![from]).await?;
    let lines = carry(tx, hand, &moved, from, kept).await?;
    let sql = "UPDATE contact SET gone_at_us = $3, words = $4 WHERE tenant_id = $1 AND id = $2";
    tx.push(sql, args![from, hand.at, words(tx.tenant(), "", "", [])]).await?;
    search_anew(tx, &[kept]).await?;
    let document = serde_json::to_string(&moved).map_err(StoreError::fault)?;
    tx.push(
        "INSERT INTO contact_merge (tenant_id, id, kept, gone, moved, by_kind, by_id, at_us)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        args![id, kept, from, document, hand.by.kind(), hand.by.id(), hand.at],
    )
    .await?;
    Ok(Some(lines))
}

/// What came of undoing one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Undone {
    /// They are two again; who came back, and lines for the log.
    Two(ContactId, Vec<Line>),
    /// The kept one was itself made one with another since: that comes first.
    Later,
    /// There is no such merge of this contact, or it was undone.
    None,
}

/// Puts what a merge moved back, and what came since for the addresses that it moved. What somebody has changed since stays.
///
/// # Errors
/// When the database fails.
pub async fn unmerge(
    tx: &mut TenantTx<'_>,
    hand: &mut Hand<'_>,
    id: MergeId,
    kept: ContactId,
) -> Result<Undone, StoreError> {
    let sql = "SELECT gone, moved FROM contact_merge
               WHERE tenant_id = $1 AND id = $2 AND kept = $3 AND undone_at_us IS NULL {for_update}";
    let Some(row) = tx.opt(sql, args![id, kept]).await? else { return Ok(Undone::None) };
    let (gone, moved): (ContactId, Moved) = (row.get(0)?, json(row.text(1)?)?);
    hold(tx, &[kept, gone]).await?;
    let Some(ours) = snapshots(tx, &[kept]).await?.remove(&kept) else { return Ok(Undone::Later) };
    change_all(tx, hand, &[(kept, moved.back(&ours))]).await?;
    let sql = "DELETE FROM contact_list_member WHERE tenant_id = $1 AND contact_id = $2 AND list_id {among $3}";
    tx.push(sql, args![kept, list(moved.new_lists.iter().copied())]).await?;
    put_on(tx, hand.at, gone, &moved.lists).await?;
    enrolment::listed(tx, hand.at, hand.ids, [(kept, None)]).await?;
    let lines = carry(tx, hand, &moved, kept, gone).await?;
    let sql = "UPDATE contact_address SET preferred = $3 WHERE tenant_id = $1 AND contact_id = $2 AND address = $4";
    let chosen = moved.addresses.iter().map(|(_, address, chosen)| row![gone, *chosen, address]);
    tx.push_each(sql, chosen).await?;
    let firsts = moved.firsts.iter().map(|address| row![kept, false, address]);
    tx.push_each(sql, firsts).await?;
    let sql = "UPDATE contact SET gone_at_us = NULL WHERE tenant_id = $1 AND id = $2";
    tx.push(sql, args![gone]).await?;
    search_anew(tx, &[kept, gone]).await?;
    let sql = "UPDATE contact_merge SET undone_at_us = $3 WHERE tenant_id = $1 AND id = $2";
    tx.push(sql, args![id, hand.at]).await?;
    Ok(Undone::Two(gone, lines))
}

/// A page of the merges in which somebody was kept, the newest first, after `after`.
///
/// # Errors
/// When the database fails.
pub async fn page(
    tx: &mut TenantTx<'_>,
    kept: ContactId,
    after: Option<MergeId>,
    limit: u32,
) -> Result<Vec<Merge>, StoreError> {
    let sql = "SELECT id, kept, gone, at_us, undone_at_us FROM contact_merge
               WHERE tenant_id = $1 AND kept = $2 AND id < $3 ORDER BY id DESC LIMIT $4";
    let rows = tx.rows(sql, args![kept, after.map_or(Uuid::max(), Uuid::from), limit]).await?;
    let read = |row: &crate::Row| {
        Ok(Merge { id: row.get(0)?, kept: row.get(1)?, gone: row.get(2)?, at: row.get(3)?, undone_at: row.get(4)? })
    };
    rows.iter().map(read).collect()
}

/// With whom these contacts were made one, where they were: the contact that is there now.
///
/// # Errors
/// When the database fails.
pub async fn into(tx: &mut TenantTx<'_>, ids: &[ContactId]) -> Result<BTreeMap<ContactId, ContactId>, StoreError> {
    let mut found: BTreeMap<ContactId, ContactId> = ids.iter().map(|id| (*id, *id)).collect();
    let sql = "SELECT gone, kept FROM contact_merge WHERE tenant_id = $1 AND gone {among $2} AND undone_at_us IS NULL";
    let mut last: Vec<ContactId> = ids.to_vec();
    // Who was kept may have been made one with somebody else since.
    while !last.is_empty() {
        let mut kept: BTreeMap<ContactId, ContactId> = BTreeMap::new();
        for row in tx.rows(sql, args![list(&last)]).await? {
            kept.insert(row.get(0)?, row.get(1)?);
        }
        for now in found.values_mut() {
            *now = kept.get(now).copied().unwrap_or(*now);
        }
        last = kept.into_values().collect();
    }
    found.retain(|gone, kept| gone != kept);
    Ok(found)
}

/// Everybody who was made one with this contact, themselves among them.
pub(super) async fn everybody(tx: &mut TenantTx<'_>, id: ContactId) -> Result<Vec<ContactId>, StoreError> {
    let (mut all, mut next) = (vec![id], vec![id]);
    let sql = "SELECT gone FROM contact_merge WHERE tenant_id = $1 AND kept {among $2} AND undone_at_us IS NULL";
    while !next.is_empty() {
        let rows = tx.rows(sql, args![list(&next)]).await?;
        next = rows.iter().map(|row| row.get(0)).collect::<Result<_, _>>()?;
        next.retain(|gone| !all.contains(gone));
        all.extend(&next);
    }
    Ok(all)
}

/// An address of one of the two.
struct Held {
    of: ContactId,
    kind: String,
    address: String,
    preferred: bool,
}

impl Held {
    fn kept(&self) -> (String, String, bool) {
        (self.kind.clone(), self.address.clone(), self.preferred)
    }
}

/// Their addresses, those that count first before the others. Nobody changes them until the transaction ends, and nobody takes a
/// turn with them: a text that comes now is taken before or after, by one contact or the other.
async fn hold(tx: &mut TenantTx<'_>, ids: &[ContactId]) -> Result<Vec<Held>, StoreError> {
    let sql = "SELECT contact_id, kind, address, preferred FROM contact_address
               WHERE tenant_id = $1 AND contact_id {among $2} ORDER BY preferred DESC, created_at_us, address";
    let read = |row: &crate::Row| {
        Ok(Held { of: row.get(0)?, kind: row.get(1)?, address: row.get(2)?, preferred: row.get(3)? })
    };
    let held: Vec<Held> = tx.rows(sql, args![list(ids)]).await?.iter().map(read).collect::<Result<_, StoreError>>()?;
    lock(tx, ids, held.iter().map(|one| one.address.as_str())).await?;
    let sql = "SELECT 1 FROM contact WHERE tenant_id = $1 AND id {among $2} ORDER BY id FOR NO KEY UPDATE";
    tx.hold(sql, args![list(ids)]).await?;
    Ok(held)
}

/// Takes the lanes of all that these contacts say and may say to us.
pub(super) async fn lock<'a>(
    tx: &mut TenantTx<'_>,
    ids: &[ContactId],
    addresses: impl Iterator<Item = &'a str> + Clone,
) -> Result<(), StoreError> {
    let mut lanes = BTreeSet::new();
    let sql = "SELECT lane FROM conversation WHERE tenant_id = $1 AND contact_id {among $2}";
    for row in tx.rows(sql, args![list(ids)]).await? {
        lanes.insert(row.get::<Uuid>(0)?);
    }
    for row in tx.rows("SELECT carrier_account_id, address FROM number WHERE tenant_id = $1", args![]).await? {
        let (account, ours): (CarrierAccountId, String) = (row.get(0)?, row.get(1)?);
        lanes.extend(addresses.clone().map(|theirs| lane(account.0, &ours, theirs)));
    }
    tx.lock_lanes(&lanes).await
}

/// What the kept one gets, because it has nothing there itself.
fn fill(ours: &Snapshot, theirs: &Snapshot, moved: &mut Moved) -> Change {
    let mut got = |part: &str, ours: &str, theirs: &str| {
        let gets = ours.is_empty() && !theirs.is_empty();
        gets.then(|| {
            moved.filled.push((part.to_owned(), theirs.to_owned()));
            theirs.to_owned()
        })
    };
    let name = got("name", &ours.name, &theirs.name);
    let company = got("company", &ours.company, &theirs.company);
    let note = got("note", &ours.note, &theirs.note);
    let time_zone = got("time_zone", &ours.time_zone, &theirs.time_zone).map(Some);
    let language = got("language", &ours.language, &theirs.language).map(Some);
    let quiet_hours = got("quiet_hours", &ours.quiet_hours, &theirs.quiet_hours);
    let quiet_hours = quiet_hours.and_then(|hours| serde_json::from_str(&hours).ok()).map(Some);
    moved.fields = theirs
        .fields
        .iter()
        .filter(|(key, _)| !ours.fields.contains_key(*key))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    moved.tags = theirs.tags.difference(&ours.tags).cloned().collect();
    moved.blocked = theirs.blocked && !ours.blocked;
    Change {
        name,
        company,
        note,
        time_zone,
        language,
        quiet_hours,
        blocked: moved.blocked.then_some(true),
        tags: None,
        add_tags: moved.tags.clone(),
        remove_tags: Vec::new(),
        fields: moved.fields.iter().map(|(key, value)| (key.clone(), Some(value.clone()))).collect(),
    }
}

/// What the other one had where the kept one has something else.
fn other<'s>(kept: ContactId, ours: &'s Snapshot, theirs: &'s Snapshot) -> Vec<history::Noted<'s>> {
    let lines = super::change::lines(kept, theirs, ours);
    lines.into_iter().filter(|line| line.part != "blocked" && line.was.is_some() && line.now.is_some()).collect()
}

impl Moved {
    /// What takes from the kept one what it got, unless somebody has changed it since.
    fn back(&self, now: &Snapshot) -> Change {
        let is = |part: &str, value: &str| now.texts().iter().any(|(name, text)| *name == part && *text == value);
        let cleared =
            |wanted: &str| self.filled.iter().any(|(part, value)| part == wanted && is(part, value)).then(String::new);
        Change {
            name: cleared("name"),
            company: cleared("company"),
            note: cleared("note"),
            time_zone: cleared("time_zone").map(|_| None),
            language: cleared("language").map(|_| None),
            quiet_hours: cleared("quiet_hours").map(|_| None),
            blocked: (self.blocked && now.blocked).then_some(false),
            tags: None,
            add_tags: Vec::new(),
            remove_tags: self.tags.clone(),
            fields: self
                .fields
                .iter()
                .filter(|(key, value)| now.fields.get(key) == Some(value))
                .map(|(key, _)| (key.clone(), None))
                .collect(),
        }
    }
}

async fn move_lists(
    tx: &mut TenantTx<'_>,
    at: Timestamp,
    kept: ContactId,
    from: ContactId,
    moved: &mut Moved,
) -> Result<(), StoreError> {
    let sql = "SELECT contact_id, list_id FROM contact_list_member WHERE tenant_id = $1 AND contact_id {among $2}";
    let (mut ours, mut theirs) = (BTreeSet::new(), BTreeSet::new());
    for row in tx.rows(sql, args![list([kept, from])]).await? {
        let of: ContactId = row.get(0)?;
        let lists = if of == kept { &mut ours } else { &mut theirs };
        lists.insert(row.get::<ListId>(1)?);
    }
    moved.new_lists = theirs.difference(&ours).copied().collect();
    moved.lists = theirs.into_iter().collect();
    put_on(tx, at, kept, &moved.new_lists).await?;
    tx.push("DELETE FROM contact_list_member WHERE tenant_id = $1 AND contact_id = $2", args![from]).await
}

/// Puts somebody on those of these lists that there still are.
async fn put_on(tx: &mut TenantTx<'_>, at: Timestamp, id: ContactId, lists: &[ListId]) -> Result<(), StoreError> {
    let sql = "SELECT id FROM contact_list WHERE tenant_id = $1 AND id {among $2}";
    let mut there: Vec<ListId> = Vec::new();
    for row in tx.rows(sql, args![list(lists.iter().copied())]).await? {
        there.push(row.get(0)?);
    }
    tx.push_many(
        "INSERT INTO contact_list_member (tenant_id, list_id, contact_id, added_at_us)
         VALUES {rows} ON CONFLICT DO NOTHING",
        there.into_iter().map(|of| row![of, id, at]),
    )
    .await
}

/// What counts first of the kept one goes on doing so, however old what comes is.
async fn stay_first(
    tx: &mut TenantTx<'_>,
    kept: ContactId,
    addresses: &[Held],
    moved: &mut Moved,
) -> Result<(), StoreError> {
    let mut seen = BTreeSet::new();
    for one in addresses.iter().filter(|one| one.of == kept) {
        if seen.insert(&one.kind) && !one.preferred {
            moved.firsts.push(one.address.clone());
        }
    }
    let sql = "UPDATE contact_address SET preferred = TRUE WHERE tenant_id = $1 AND contact_id = $2 AND address = $3";
    tx.push_each(sql, moved.firsts.iter().map(|address| row![kept, address])).await
}

/// Moves whatever has the addresses that a merge is about.
async fn carry(
    tx: &mut TenantTx<'_>,
    hand: &mut Hand<'_>,
    moved: &Moved,
    from: ContactId,
    to: ContactId,
) -> Result<Vec<Line>, StoreError> {
    let addresses = || list(moved.addresses.iter().map(|(_, address, _)| address.as_str()));
    let sql = "SELECT id FROM conversation WHERE tenant_id = $1 AND contact_id = $2 AND address {among $3}";
    let mut lines = vec![updated(from), updated(to)];
    for row in tx.rows(sql, args![from, addresses()]).await? {
        let id: ConversationId = row.get(0)?;
        lines.push(Line { kind: Kind::ConversationUpdated, subject: id.into(), conversation: Some(id) });
    }
    lines.extend(moved.lists.iter().map(|list| crate::list::updated(*list)));
    for sql in WITH_ADDRESSES {
        tx.push(sql, args![from, to, addresses()]).await?;
    }
    enrolment::carry(tx, hand.at, hand.ids, (from, to), addresses()).await?;
    Ok(lines)
}
