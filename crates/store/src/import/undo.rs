//! Taking an import back: whom it added goes, unless somebody has built on them; whom it changed is as before, where nobody has
//! changed it since.

use domain::id::{ContactId, Ids, ImportId};
use domain::import::Known;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Import, Step, Undone};
use crate::contact::history::{By, Hand, Noted};
use crate::contact::{self, Change, Snapshot};
use crate::scene::json;
use crate::{StoreError, TenantTx, args, enrolment, list, row};

/// So many are forgotten in one transaction.
const MEMBERS: u32 = 5_000;

/// Somebody as they were, and as the import made them.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Before {
    contact: ContactId,
    /// What was there and what came, by name.
    parts: Vec<(String, String, String)>,
    /// Values of fields, in the same way.
    fields: Vec<(String, Option<String>, String)>,
    tags: Vec<String>,
    email: Option<String>,
    /// Numbers that came on top.
    #[serde(default)]
    phones: Vec<String>,
    /// E-mail addresses that came on top.
    #[serde(default)]
    emails: Vec<String>,
}

impl std::fmt::Debug for Before {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Before").field("contact", &self.contact).finish_non_exhaustive()
    }
}

impl Before {
    pub(crate) fn of(contact: ContactId, known: &Known, change: &domain::import::Change) -> Self {
        let parts = [
            ("name", &known.name, &change.name),
            ("company", &known.company, &change.company),
            ("time_zone", &known.time_zone, &change.time_zone),
            ("language", &known.language, &change.language),
            ("note", &known.note, &change.note),
        ];
        let parts = parts
            .into_iter()
            .filter_map(|(name, old, new)| new.as_ref().map(|new| (name.to_owned(), old.clone(), new.clone())));
        let fields =
            change.fields.iter().map(|(key, new)| (key.to_string(), known.fields.get(&**key).cloned(), new.clone()));
        Self {
            contact,
            parts: parts.collect(),
            fields: fields.collect(),
            tags: change.tags.clone(),
            email: change.email.clone(),
            phones: change.phones.clone(),
            emails: change.emails.clone(),
        }
    }

    pub(crate) fn is_of(&self, contact: ContactId) -> bool {
        self.contact == contact
    }

    /// What the import changed, for their history.
    pub(crate) fn lines(&self) -> impl Iterator<Item = Noted<'_>> {
        let id = self.contact;
        let parts = self.parts.iter().map(move |(part, was, now)| Noted::text(id, part.as_str(), was, now));
        let fields = self.fields.iter().map(move |(key, was, now)| {
            Noted::text(id, format!("fields.{key}"), was.as_deref().unwrap_or_default(), now)
        });
        let tags = self.tags.iter().map(move |tag| Noted::added(id, "tags", tag.as_str()));
        parts.chain(fields).chain(tags)
    }

    /// What takes it back, as far as nobody has changed it since.
    fn back(&self, now: &Snapshot) -> Change {
        let is = |part: &str, value: &str| {
            let now = match part {
                "name" => &now.name,
                "company" => &now.company,
                "time_zone" => &now.time_zone,
                "language" => &now.language,
                "note" => &now.note,
                _ => return false,
            };
            now == value
        };
        let old = |wanted: &str| {
            let part = self.parts.iter().find(|(part, _, new)| part == wanted && is(part, new));
            part.map(|(_, old, _)| old.clone())
        };
        let cleared = |text: String| Some(text).filter(|text| !text.is_empty());
        let fields = self.fields.iter().filter(|(field, _, new)| now.fields.get(field) == Some(new));
        Change {
            name: old("name"),
            company: old("company"),
            note: old("note"),
            time_zone: old("time_zone").map(cleared),
            language: old("language").map(cleared),
            tags: Some(now.tags.iter().filter(|tag| !self.tags.contains(tag)).cloned().collect()),
            fields: fields.map(|(field, old, _)| (field.clone(), old.clone())).collect(),
            ..Change::default()
        }
    }
}

pub(crate) async fn keep(tx: &mut TenantTx<'_>, import: ImportId, nth: u64, step: &Step) -> Result<(), StoreError> {
    if step.created.is_empty() && step.changed.is_empty() && step.listed.is_empty() {
        return Ok(());
    }
    let bytes = |ids: &[ContactId]| ids.iter().flat_map(|id| id.0.into_bytes()).collect::<Vec<u8>>();
    let changed = serde_json::to_string(&step.changed).map_err(StoreError::fault)?;
    let nth = i64::try_from(nth).map_err(StoreError::fault)?;
    tx.push(
        "INSERT INTO contact_import_step (tenant_id, import_id, nth, created, listed, changed)
         VALUES ($1, $2, $3, $4, $5, $6)",
        args![import, nth, bytes(&step.created), bytes(&step.listed), changed],
    )
    .await
}

/// Takes back what its last step did, and forgets that. `None`: there is nothing left to take back.
///
/// # Errors
/// When the database fails.
pub async fn undo(
    tx: &mut TenantTx<'_>,
    ids: &mut Ids,
    now: Timestamp,
    import: &Import,
) -> Result<Option<Undone>, StoreError> {
    let sql = "SELECT nth, created, listed, changed FROM contact_import_step WHERE tenant_id = $1 AND import_id = $2
               ORDER BY nth DESC LIMIT 1";
    let Some(step) = tx.opt(sql, args![import.id]).await? else { return forget_members(tx, import.id).await };
    let nth: i64 = step.get(0)?;
    let contacts = |bytes: Vec<u8>| -> Vec<ContactId> {
        bytes.as_chunks::<16>().0.iter().map(|id| Uuid::from_bytes(*id).into()).collect()
    };
    let (created, listed) = (contacts(step.get(1)?), contacts(step.get(2)?));
    let changed: Vec<Before> = json(step.text(3)?)?;
    if let Some(of) = import.settings.list {
        let sql = "DELETE FROM contact_list_member WHERE tenant_id = $1 AND list_id = $2 AND contact_id {among $3}";
        tx.push(sql, args![of, list(&listed)]).await?;
        enrolment::listed(tx, now, ids, listed.iter().map(|id| (*id, None))).await?;
    }
    let mut undone = remove(tx, &created).await?;
    let mut hand = Hand { by: By::Import(import.id), at: now, ids };
    restore(tx, &mut hand, &changed).await?;
    undone.restored += changed.len() as u64;
    let sql = "DELETE FROM contact_import_step WHERE tenant_id = $1 AND import_id = $2 AND nth = $3";
    tx.push(sql, args![import.id, nth]).await?;
    Ok(Some(undone))
}

/// Whom it added or found counts no more. `None`: nobody is left.
async fn forget_members(tx: &mut TenantTx<'_>, import: ImportId) -> Result<Option<Undone>, StoreError> {
    let gone = tx
        .exec_returning_count(
            "DELETE FROM contact_import_member WHERE tenant_id = $1 AND import_id = $2 AND contact_id IN (
                 SELECT contact_id FROM contact_import_member WHERE tenant_id = $1 AND import_id = $2 LIMIT $3)",
            args![import, MEMBERS],
        )
        .await?;
    Ok((gone > 0).then(Undone::default))
}

/// Whoever has written, was written to, was made one with another, or is to get something stays; and so does whoever wants no texts, which must be known.
async fn remove(tx: &mut TenantTx<'_>, created: &[ContactId]) -> Result<Undone, StoreError> {
    const KEPT: &str = "SELECT contact_id FROM conversation WHERE tenant_id = $1 AND contact_id {among $2}
         UNION SELECT kept FROM contact_merge WHERE tenant_id = $1 AND kept {among $2}
         UNION SELECT gone FROM contact_merge WHERE tenant_id = $1 AND gone {among $2}
         UNION SELECT contact_id FROM campaign_recipient WHERE tenant_id = $1 AND contact_id {among $2}
         UNION SELECT contact_id FROM contact_address
               WHERE tenant_id = $1 AND contact_id {among $2} AND opted_out_at_us IS NOT NULL
         UNION SELECT contact_id FROM consent WHERE tenant_id = $1 AND contact_id {among $2} AND source <> 'import'";
    let mut kept = std::collections::HashSet::new();
    for row in tx.rows(KEPT, args![list(created)]).await? {
        kept.insert(row.get::<ContactId>(0)?);
    }
    let gone: Vec<ContactId> = created.iter().filter(|id| !kept.contains(id)).copied().collect();
    for sql in [
        "DELETE FROM contact_list_member WHERE tenant_id = $1 AND contact_id {among $2}",
        "DELETE FROM contact_change WHERE tenant_id = $1 AND contact_id {among $2}",
        "DELETE FROM contact_tag WHERE tenant_id = $1 AND contact_id {among $2}",
        "DELETE FROM contact_field WHERE tenant_id = $1 AND contact_id {among $2}",
        "DELETE FROM consent WHERE tenant_id = $1 AND contact_id {among $2}",
        "DELETE FROM consent_standing WHERE tenant_id = $1 AND address IN (
             SELECT address FROM contact_address WHERE tenant_id = $1 AND contact_id {among $2} AND kind = 'phone')",
        "DELETE FROM contact_address WHERE tenant_id = $1 AND contact_id {among $2}",
    ] {
        tx.push(sql, args![list(&gone)]).await?;
    }
    // Somebody may have removed one before.
    let sql = "DELETE FROM contact WHERE tenant_id = $1 AND id {among $2}";
    let removed = tx.exec_returning_count(sql, args![list(&gone)]).await?;
    Ok(Undone { removed, restored: 0, kept: kept.len() as u64 })
}

async fn restore(tx: &mut TenantTx<'_>, hand: &mut Hand<'_>, changed: &[Before]) -> Result<(), StoreError> {
    let ids: Vec<ContactId> = changed.iter().map(|before| before.contact).collect();
    let there = contact::snapshots(tx, &ids).await?;
    let back = changed.iter().filter_map(|before| Some((before.contact, before.back(there.get(&before.contact)?))));
    contact::change_all(tx, hand, &back.collect::<Vec<_>>()).await?;
    let emails = changed
        .iter()
        .flat_map(|before| before.email.iter().chain(&before.emails).map(|email| (before.contact, email.as_str())));
    let sql =
        "DELETE FROM contact_address WHERE tenant_id = $1 AND contact_id = $2 AND kind = 'email' AND address = $3";
    tx.push_each(sql, emails.map(|(id, email)| row![id, email])).await?;
    // A number at which they have written, want no texts, or a campaign has them stays.
    let sql = "DELETE FROM contact_address WHERE tenant_id = $1 AND contact_id = $2 AND kind = 'phone' AND address = $3
                 AND opted_out_at_us IS NULL
                 AND NOT EXISTS (SELECT 1 FROM conversation v
                                 WHERE v.tenant_id = $1 AND v.contact_id = $2 AND v.address = $3)
                 AND NOT EXISTS (SELECT 1 FROM campaign_recipient r
                                 WHERE r.tenant_id = $1 AND r.contact_id = $2 AND r.phone = $3)";
    let phones =
        changed.iter().flat_map(|before| before.phones.iter().map(|phone| row![before.contact, phone.as_str()]));
    tx.push_each(sql, phones).await?;
    contact::search_anew(tx, &ids).await
}
