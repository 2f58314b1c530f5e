//! What people make of contacts: many at a time, and told of in their history.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use domain::field::Compared;
use domain::id::{ContactId, Ids};
use jiff::Timestamp;

use super::history::{self, By, Hand, Noted};
use super::{Change, search_anew, updated};
use crate::enrolment::fires;
use crate::event::Line;
use crate::{StoreError, TenantTx, args, list, row};

/// Somebody as they stand now, without their addresses. Empty: not known.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct Snapshot {
    pub(crate) name: String,
    pub(crate) company: String,
    pub(crate) time_zone: String,
    pub(crate) language: String,
    pub(crate) note: String,
    /// As JSON.
    pub(crate) quiet_hours: String,
    pub(crate) blocked: bool,
    pub(crate) tags: BTreeSet<String>,
    pub(crate) fields: BTreeMap<String, String>,
}

impl std::fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Snapshot").field("blocked", &self.blocked).finish_non_exhaustive()
    }
}

/// Changes someone. `None`: there is no such contact.
///
/// # Errors
/// When the database fails.
pub async fn change(
    tx: &mut TenantTx<'_>,
    hand: &mut Hand<'_>,
    id: ContactId,
    change: &Change,
) -> Result<Option<Line>, StoreError> {
    let found = change_all(tx, hand, &[(id, change.clone())]).await?;
    Ok(found.first().copied().map(updated))
}

/// Changes many, each once, with few statements. Answers those that there are.
pub(crate) async fn change_all(
    tx: &mut TenantTx<'_>,
    hand: &mut Hand<'_>,
    changes: &[(ContactId, Change)],
) -> Result<Vec<ContactId>, StoreError> {
    let by = hand.by;
    let changes: Vec<_> = changes.iter().map(|(id, change)| (by, *id, change)).collect();
    write_all(tx, hand.at, hand.ids, &changes).await
}

/// Changes many, each by somebody else, with few statements. One who is changed twice is changed in this order. Answers lines for
/// those that there are.
///
/// # Errors
/// When the database fails.
pub async fn change_by_each(
    tx: &mut TenantTx<'_>,
    at: Timestamp,
    ids: &mut Ids,
    changes: &[(By, ContactId, Change)],
) -> Result<Vec<Line>, StoreError> {
    let mut lines = Vec::new();
    let mut rest: Vec<_> = changes.iter().map(|(by, id, change)| (*by, *id, change)).collect();
    while !rest.is_empty() {
        let mut seen = BTreeSet::new();
        let (round, later): (Vec<_>, Vec<_>) = rest.into_iter().partition(|(_, id, _)| seen.insert(*id));
        lines.extend(write_all(tx, at, ids, &round).await?.into_iter().map(updated));
        rest = later;
    }
    Ok(lines)
}

async fn write_all(
    tx: &mut TenantTx<'_>,
    at: Timestamp,
    line_ids: &mut Ids,
    changes: &[(By, ContactId, &Change)],
) -> Result<Vec<ContactId>, StoreError> {
    let ids: Vec<ContactId> = changes.iter().map(|(_, id, _)| *id).collect();
    // Two who change the same contact wait for each other: what it was before is told truly.
    let sql = "SELECT 1 FROM contact WHERE tenant_id = $1 AND id {among $2} ORDER BY id FOR NO KEY UPDATE";
    tx.hold(sql, args![list(&ids)]).await?;
    let before = snapshots(tx, &ids).await?;
    let there: Vec<(ContactId, &Snapshot, Snapshot)> = changes
        .iter()
        .filter_map(|(_, id, change)| before.get(id).map(|before| (*id, before, before.with(change))))
        .collect();
    let others = there.iter().filter(|(_, before, after)| !before.is_like(after));
    tx.push_each(
        "UPDATE contact SET name = $3, company = $4, time_zone = NULLIF($5, ''), language = NULLIF($6, ''), note = $7,
             blocked = $8, quiet_hours = NULLIF($9, '')
         WHERE tenant_id = $1 AND id = $2",
        others.map(|(id, _, now)| {
            row![*id, &now.name, &now.company, &now.time_zone, &now.language, &now.note, now.blocked, &now.quiet_hours]
        }),
    )
    .await?;
    write_tags(tx, &there).await?;
    write_fields(tx, at, &there).await?;
    let renamed =
        there.iter().filter(|(_, before, after)| (&before.name, &before.company) != (&after.name, &after.company));
    search_anew(tx, &renamed.map(|(id, ..)| *id).collect::<Vec<_>>()).await?;
    let by: HashMap<ContactId, By> = changes.iter().map(|(by, id, _)| (*id, *by)).collect();
    let lines = there.iter().flat_map(|(id, before, after)| lines(*id, before, after));
    let lines: Vec<(By, Noted<'_>)> = lines.filter_map(|line| Some((*by.get(&line.contact)?, line))).collect();
    fires::changed(tx, at, line_ids, lines.iter().map(|(by, line)| (Some(*by), line))).await?;
    history::write_by(tx, at, line_ids, lines).await?;
    Ok(there.iter().map(|(id, ..)| *id).collect())
}

/// How those of these contacts stand that there are: one query per kind of thing.
pub(crate) async fn snapshots(
    tx: &mut TenantTx<'_>,
    ids: &[ContactId],
) -> Result<HashMap<ContactId, Snapshot>, StoreError> {
    let sql = "SELECT id, name, company, COALESCE(time_zone, ''), COALESCE(language, ''), note, blocked, COALESCE(quiet_hours, '')
               FROM contact
               WHERE tenant_id = $1 AND id {among $2} AND gone_at_us IS NULL";
    let mut found: HashMap<ContactId, Snapshot> = HashMap::new();
    for row in tx.rows(sql, args![list(ids)]).await? {
        let snapshot = Snapshot {
            name: row.get(1)?,
            company: row.get(2)?,
            time_zone: row.get(3)?,
            language: row.get(4)?,
            note: row.get(5)?,
            blocked: row.get(6)?,
            quiet_hours: row.get(7)?,
            ..Snapshot::default()
        };
        found.insert(row.get(0)?, snapshot);
    }
    let sql = "SELECT contact_id, tag FROM contact_tag WHERE tenant_id = $1 AND contact_id {among $2}";
    for row in tx.rows(sql, args![list(ids)]).await? {
        if let Some(snapshot) = found.get_mut(&row.get::<ContactId>(0)?) {
            snapshot.tags.insert(row.get(1)?);
        }
    }
    for (id, fields) in super::fields_of(tx, ids).await? {
        if let Some(snapshot) = found.get_mut(&id) {
            snapshot.fields = fields;
        }
    }
    Ok(found)
}

/// Labels and values of somebody who is new; nothing is told of them in their history.
pub(super) async fn write_new(
    tx: &mut TenantTx<'_>,
    at: Timestamp,
    id: ContactId,
    known: &Snapshot,
) -> Result<(), StoreError> {
    let nobody = Snapshot::default();
    let there = [(id, &nobody, known.clone())];
    write_tags(tx, &there).await?;
    write_fields(tx, at, &there).await?;
    // They are new once, and named by chance.
    let mut ids = Ids::new(at, id.0.as_u64_pair().1);
    fires::changed(tx, at, &mut ids, lines(id, &nobody, known).iter().map(|line| (None, line))).await
}

impl Snapshot {
    pub(super) fn with(&self, change: &Change) -> Self {
        let mut now = self.clone();
        let set = |text: &mut String, to: Option<&str>| {
            if let Some(to) = to {
                to.clone_into(text);
            }
        };
        let cleared = |to: &Option<Option<String>>| to.as_ref().map(|to| to.clone().unwrap_or_default());
        set(&mut now.name, change.name.as_deref());
        set(&mut now.company, change.company.as_deref());
        set(&mut now.note, change.note.as_deref());
        set(&mut now.time_zone, cleared(&change.time_zone).as_deref());
        set(&mut now.language, cleared(&change.language).as_deref());
        if let Some(hours) = change.quiet_hours {
            now.quiet_hours = hours.and_then(|hours| serde_json::to_string(&hours).ok()).unwrap_or_default();
        }
        now.blocked = change.blocked.unwrap_or(now.blocked);
        if let Some(tags) = &change.tags {
            now.tags = tags.iter().cloned().collect();
        }
        now.tags.extend(change.add_tags.iter().cloned());
        now.tags.retain(|tag| !change.remove_tags.contains(tag));
        for (field, value) in &change.fields {
            match value {
                Some(value) => now.fields.insert(field.clone(), value.clone()),
                None => now.fields.remove(field),
            };
        }
        now
    }

    /// Whether their rows in `contact` would say the same.
    fn is_like(&self, other: &Self) -> bool {
        self.texts() == other.texts() && self.blocked == other.blocked
    }

    pub(super) fn texts(&self) -> [(&'static str, &str); 6] {
        [
            ("name", &self.name),
            ("company", &self.company),
            ("time_zone", &self.time_zone),
            ("language", &self.language),
            ("note", &self.note),
            ("quiet_hours", &self.quiet_hours),
        ]
    }
}

/// What became different, line by line.
pub(crate) fn lines<'s>(id: ContactId, before: &'s Snapshot, after: &'s Snapshot) -> Vec<Noted<'s>> {
    let mut lines = Vec::new();
    for ((part, was), (_, now)) in before.texts().into_iter().zip(after.texts()) {
        if was != now {
            lines.push(Noted::text(id, part, was, now));
        }
    }
    if before.blocked != after.blocked {
        let word = |blocked| if blocked { "yes" } else { "no" };
        lines.push(Noted::text(id, "blocked", word(before.blocked), word(after.blocked)));
    }
    lines.extend(after.tags.difference(&before.tags).map(|tag| Noted::added(id, "tags", tag.as_str())));
    lines.extend(before.tags.difference(&after.tags).map(|tag| Noted::removed(id, "tags", tag.as_str())));
    let keys: BTreeSet<&String> = before.fields.keys().chain(after.fields.keys()).collect();
    for key in keys {
        let value = |of: &'s Snapshot| of.fields.get(key).map_or("", String::as_str);
        if value(before) != value(after) {
            lines.push(Noted::text(id, format!("fields.{key}"), value(before), value(after)));
        }
    }
    lines
}

async fn write_tags(tx: &mut TenantTx<'_>, there: &[(ContactId, &Snapshot, Snapshot)]) -> Result<(), StoreError> {
    let gone = |(id, before, after): &(ContactId, &Snapshot, Snapshot)| {
        let id = *id;
        before.tags.difference(&after.tags).map(move |tag| row![id, tag.clone()]).collect::<Vec<_>>()
    };
    let sql = "DELETE FROM contact_tag WHERE tenant_id = $1 AND contact_id = $2 AND tag = $3";
    tx.push_each(sql, there.iter().flat_map(gone)).await?;
    let new = |(id, before, after): &(ContactId, &Snapshot, Snapshot)| {
        let id = *id;
        after.tags.difference(&before.tags).map(move |tag| row![id, tag.clone()]).collect::<Vec<_>>()
    };
    let sql = "INSERT INTO contact_tag (tenant_id, contact_id, tag) VALUES {rows} ON CONFLICT DO NOTHING";
    tx.push_many(sql, there.iter().flat_map(new)).await
}

async fn write_fields(
    tx: &mut TenantTx<'_>,
    at: Timestamp,
    there: &[(ContactId, &Snapshot, Snapshot)],
) -> Result<(), StoreError> {
    let gone = |(id, before, after): &(ContactId, &Snapshot, Snapshot)| {
        let id = *id;
        let keys = before.fields.keys().filter(|key| !after.fields.contains_key(*key));
        keys.map(|key| row![id, key.clone()]).collect::<Vec<_>>()
    };
    let sql = "DELETE FROM contact_field WHERE tenant_id = $1 AND contact_id = $2 AND field = $3";
    tx.push_each(sql, there.iter().flat_map(gone)).await?;
    let new = |(id, before, after): &(ContactId, &Snapshot, Snapshot)| {
        let id = *id;
        let others = after.fields.iter().filter(|(key, value)| before.fields.get(*key) != Some(value));
        let row = |(key, value): (&String, &String)| {
            let Compared { folded, number, day } = Compared::of(value);
            row![id, key.clone(), value.clone(), folded, number, day, at]
        };
        others.map(row).collect::<Vec<_>>()
    };
    tx.push_many(super::SAVE_FIELD, there.iter().flat_map(new)).await
}
