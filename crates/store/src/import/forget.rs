//! Forgetting what files say of people, when one of them is erased: nobody can look into a file for one person.

use domain::id::{ContactId, ImportId};
use domain::import::State;
use jiff::Timestamp;
use serde_json::Value;

use super::undo::Before;
use super::{Fault, Import, find};
use crate::event::Line;
use crate::scene::json;
use crate::{StoreError, TenantTx, args};

/// Forgets every file of contacts and the rows that were not taken; uploads that were not begun are over. What it takes to undo
/// an import stays, but for these contacts. Answers a line for each upload that is over; `None`: a file is being read just now,
/// and nothing was done.
pub(crate) async fn forget_files(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    contacts: &[ContactId],
) -> Result<Option<Vec<Line>>, StoreError> {
    let sql = "SELECT id, state FROM contact_import WHERE tenant_id = $1 {for_update}";
    let mut imports: Vec<(ImportId, State)> = Vec::new();
    for row in tx.rows(sql, args![]).await? {
        let state = State::parse(row.text(1)?).unwrap_or(State::Failed);
        imports.push((row.get(0)?, state));
    }
    if imports.iter().any(|(_, state)| matches!(state, State::Checking | State::Running | State::Undoing)) {
        return Ok(None);
    }
    tx.push("DELETE FROM contact_import_part WHERE tenant_id = $1", args![]).await?;
    tx.push("DELETE FROM contact_import_reject WHERE tenant_id = $1", args![]).await?;
    let mut uploads = Vec::new();
    for (id, state) in imports {
        let Some(import) = find(tx, id).await? else { continue };
        forget_sample(tx, &import).await?;
        if matches!(state, State::Draft | State::Checked) {
            let fault = Fault {
                code: "file_forgotten".into(),
                explanation: "A person was erased, and files that may hold them were forgotten.".into(),
                mend: "Take the person out of the file and upload it again.".into(),
            };
            uploads.push(super::go_on(tx, now, &import, State::Cancelled, Some(&fault)).await?);
        }
    }
    for contact in contacts {
        forget_before(tx, *contact).await?;
    }
    Ok(Some(uploads))
}

/// The first rows of a file are kept with what it turned out to be.
async fn forget_sample(tx: &mut TenantTx<'_>, import: &Import) -> Result<(), StoreError> {
    let mut looked: Value = json(&import.looked)?;
    if let Some(sample) = looked.get_mut("sample") {
        *sample = Value::Array(Vec::new());
    }
    let sql = "UPDATE contact_import SET looked = $3 WHERE tenant_id = $1 AND id = $2";
    tx.push(sql, args![import.id, looked.to_string()]).await
}

/// What they were before an import changed them.
async fn forget_before(tx: &mut TenantTx<'_>, contact: ContactId) -> Result<(), StoreError> {
    let sql = "SELECT import_id, nth, changed FROM contact_import_step WHERE tenant_id = $1 AND changed LIKE $2";
    for row in tx.rows(sql, args![format!("%{contact}%")]).await? {
        let mut changed: Vec<Before> = json(row.text(2)?)?;
        changed.retain(|before| !before.is_of(contact));
        let changed = serde_json::to_string(&changed).map_err(StoreError::fault)?;
        let sql = "UPDATE contact_import_step SET changed = $4 WHERE tenant_id = $1 AND import_id = $2 AND nth = $3";
        tx.push(sql, args![row.get::<ImportId>(0)?, row.get::<i64>(1)?, changed]).await?;
    }
    Ok(())
}
