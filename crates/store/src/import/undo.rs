//! Taking an import back: whom it added goes, unless somebody has built on them; whom it changed is as before, where nobody has
//! changed it since.

use domain::id::{ContactId, ImportId};
use domain::import::{Change, Known};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Step, Undone};
use crate::scene::json;
use crate::{StoreError, TenantTx, args, contact, list};

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
}

impl std::fmt::Debug for Before {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Before").field("contact", &self.contact).finish_non_exhaustive()
    }
}

impl Before {
    pub(crate) fn of(contact: ContactId, known: &Known, change: &Change) -> Self {
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
        }
    }
}

pub(crate) async fn keep(tx: &mut TenantTx<'_>, import: ImportId, nth: u64, step: &Step) -> Result<(), StoreError> {
    if step.created.is_empty() && step.changed.is_empty() {
        return Ok(());
    }
    let created: Vec<u8> = step.created.iter().flat_map(|id| id.0.into_bytes()).collect();
    let changed = serde_json::to_string(&step.changed).map_err(StoreError::fault)?;
    let nth = i64::try_from(nth).map_err(StoreError::fault)?;
    tx.push(
        "INSERT INTO contact_import_step (tenant_id, import_id, nth, created, changed) VALUES ($1, $2, $3, $4, $5)",
        args![import, nth, created, changed],
    )
    .await
}

/// Takes back what its last step did, and forgets that. `None`: there is nothing left to take back.
///
/// # Errors
/// When the database fails.
pub async fn undo(tx: &mut TenantTx<'_>, now: Timestamp, import: ImportId) -> Result<Option<Undone>, StoreError> {
    let sql = "SELECT nth, created, changed FROM contact_import_step WHERE tenant_id = $1 AND import_id = $2
               ORDER BY nth DESC LIMIT 1";
    let Some(step) = tx.opt(sql, args![import]).await? else { return Ok(None) };
    let (nth, created): (i64, Vec<u8>) = (step.get(0)?, step.get(1)?);
    let changed: Vec<Before> = json(step.text(2)?)?;
    let created: Vec<ContactId> = created.as_chunks::<16>().0.iter().map(|id| Uuid::from_bytes(*id).into()).collect();
    let mut undone = remove(tx, &created).await?;
    for before in &changed {
        restore(tx, now, before).await?;
        undone.restored += 1;
    }
    contact::search_anew(tx, &changed.iter().map(|before| before.contact).collect::<Vec<_>>()).await?;
    let sql = "DELETE FROM contact_import_step WHERE tenant_id = $1 AND import_id = $2 AND nth = $3";
    tx.push(sql, args![import, nth]).await?;
    Ok(Some(undone))
}

/// Whoever has written, was written to, or is to get something stays; and so does whoever wants no texts, which must be known.
async fn remove(tx: &mut TenantTx<'_>, created: &[ContactId]) -> Result<Undone, StoreError> {
    const KEPT: &str = "SELECT contact_id FROM conversation WHERE tenant_id = $1 AND contact_id {among $2}
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

async fn restore(tx: &mut TenantTx<'_>, now: Timestamp, before: &Before) -> Result<(), StoreError> {
    let id = before.contact;
    for (part, old, new) in &before.parts {
        let sql = match part.as_str() {
            "name" => "UPDATE contact SET name = $3 WHERE tenant_id = $1 AND id = $2 AND name = $4",
            "company" => "UPDATE contact SET company = $3 WHERE tenant_id = $1 AND id = $2 AND company = $4",
            "note" => "UPDATE contact SET note = $3 WHERE tenant_id = $1 AND id = $2 AND note = $4",
            "time_zone" => {
                "UPDATE contact SET time_zone = NULLIF($3, '') WHERE tenant_id = $1 AND id = $2 AND time_zone = $4"
            }
            "language" => {
                "UPDATE contact SET language = NULLIF($3, '') WHERE tenant_id = $1 AND id = $2 AND language = $4"
            }
            _ => continue,
        };
        tx.push(sql, args![id, old, new]).await?;
    }
    let fields = contact::fields(tx, id).await?;
    for (field, old, _) in before.fields.iter().filter(|(field, _, new)| fields.get(field) == Some(new)) {
        match old {
            Some(old) => contact::save_field(tx, now, id, field, old).await?,
            None => {
                let sql = "DELETE FROM contact_field WHERE tenant_id = $1 AND contact_id = $2 AND field = $3";
                tx.push(sql, args![id, field]).await?;
            }
        }
    }
    let tags = list(before.tags.iter().map(String::as_str));
    tx.push("DELETE FROM contact_tag WHERE tenant_id = $1 AND contact_id = $2 AND tag {among $3}", args![id, tags])
        .await?;
    if let Some(email) = &before.email {
        let sql =
            "DELETE FROM contact_address WHERE tenant_id = $1 AND contact_id = $2 AND kind = 'email' AND address = $3";
        tx.push(sql, args![id, email]).await?;
    }
    Ok(())
}
