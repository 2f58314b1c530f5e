//! Many people whom somebody lets into a workflow at once: who is meant, how far they were looked at, and what came of it.

use std::collections::{BTreeMap, HashSet};
use std::fmt;

use domain::campaign::Audience;
use domain::condition::{Checked, Condition, check};
use domain::id::{ContactId, NumberId, SelectionId, UserId, WorkflowId};
use domain::workflow::Source;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::campaign::audience;
use crate::scene::json;
use crate::{Row, StoreError, TenantTx, args, segment};

/// So many that are over are kept of each workflow.
const KEPT: u32 = 100;

/// Who is meant: those that are named one by one, whom the groups mean, and of whom the condition is true.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Whom {
    /// One by one.
    pub contacts: Vec<ContactId>,
    /// By labels, lists, segments and imports.
    pub groups: Audience,
    /// By a condition.
    pub condition: Option<Condition>,
}

impl fmt::Debug for Whom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Whom").field("contacts", &self.contacts.len()).finish_non_exhaustive()
    }
}

/// What they come with.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Comes {
    /// What brings them.
    pub source: Source,
    /// What is known from the start.
    pub variables: BTreeMap<String, String>,
    /// What they enter by; `None`: the workflow's own rule.
    pub key: Option<String>,
    /// From which number of ours they are texted; `None`: the one that they know.
    pub number: Option<NumberId>,
}

impl fmt::Debug for Comes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Comes").field("source", &self.source).finish_non_exhaustive()
    }
}

/// How far people were looked at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Place {
    /// So many of those that are named one by one.
    pub named: i64,
    /// The last of the contacts; `None`: none yet.
    pub contact: Option<Uuid>,
}

/// People who are let in.
#[derive(Debug, Clone, PartialEq)]
pub struct Selection {
    /// Which.
    pub id: SelectionId,
    /// Into which workflow.
    pub workflow: WorkflowId,
    /// Who is meant.
    pub whom: Whom,
    /// What they come with.
    pub comes: Comes,
    /// It is only counted who would enter.
    pub is_dry: bool,
    /// So many a minute are let in.
    pub per_minute: u32,
    /// `running`, `done` or `cancelled`.
    pub state: String,
    /// How far they were looked at.
    pub place: Place,
    /// So many were looked at.
    pub looked: i64,
    /// Of so many; `None`: nobody has begun.
    pub to_look: Option<i64>,
    /// So many entered.
    pub entered: i64,
    /// So many were not let in, by the reason.
    pub refused: BTreeMap<String, i64>,
    /// The member who asked for it; `None`: a program.
    pub created_by: Option<UserId>,
    /// When.
    pub created_at: Timestamp,
    /// When it was over.
    pub ended_at: Option<Timestamp>,
}

macro_rules! selection {
    () => {
        "SELECT id, workflow_id, whom, comes, is_dry, per_minute, state, looked_named, looked_to, looked, to_look, entered,
                refused, created_by, created_at_us, ended_at_us
         FROM workflow_selection WHERE tenant_id = $1"
    };
}

/// Keeps a new one, and of those that are over the newest hundred.
///
/// # Errors
/// When the database fails.
pub async fn create(tx: &mut TenantTx<'_>, new: &Selection) -> Result<(), StoreError> {
    tx.exec(
        "INSERT INTO workflow_selection (tenant_id, id, workflow_id, whom, comes, is_dry, per_minute, state, looked_named,
             looked, entered, refused, created_by, created_at_us)
         VALUES ($1, $2, $3, $4, $5, $6, $7, 'running', 0, 0, 0, '{}', $8, $9)",
        args![
            new.id,
            new.workflow,
            text(&new.whom)?,
            text(&new.comes)?,
            new.is_dry,
            i64::from(new.per_minute),
            new.created_by,
            new.created_at
        ],
    )
    .await?;
    let sql = "DELETE FROM workflow_selection
               WHERE tenant_id = $1 AND workflow_id = $2 AND state <> 'running' AND id NOT IN (
                   SELECT id FROM workflow_selection WHERE tenant_id = $1 AND workflow_id = $2 ORDER BY id DESC LIMIT $3)";
    tx.push(sql, args![new.workflow, KEPT]).await
}

/// How many of a workflow's are not over.
///
/// # Errors
/// When the database fails.
pub async fn running(tx: &mut TenantTx<'_>, workflow: WorkflowId) -> Result<i64, StoreError> {
    let sql = "SELECT count(*) FROM workflow_selection WHERE tenant_id = $1 AND workflow_id = $2 AND state = 'running'";
    tx.one(sql, args![workflow]).await?.get(0)
}

/// A page of a workflow's, the newest first, after `after`.
///
/// # Errors
/// When the database fails.
pub async fn page(
    tx: &mut TenantTx<'_>,
    workflow: WorkflowId,
    after: Option<SelectionId>,
    limit: u32,
) -> Result<Vec<Selection>, StoreError> {
    let sql = concat!(selection!(), " AND workflow_id = $2 AND id < $3 ORDER BY id DESC LIMIT $4");
    let after = after.unwrap_or(SelectionId(Uuid::max()));
    tx.rows(sql, args![workflow, after, limit]).await?.iter().map(selection).collect()
}

/// One of them.
///
/// # Errors
/// When the database fails.
pub async fn find(tx: &mut TenantTx<'_>, id: SelectionId) -> Result<Option<Selection>, StoreError> {
    tx.opt(concat!(selection!(), " AND id = $2"), args![id]).await?.as_ref().map(selection).transpose()
}

/// The same; nobody else goes on with it until this transaction ends.
///
/// # Errors
/// When the database fails.
pub async fn hold(tx: &mut TenantTx<'_>, id: SelectionId) -> Result<Option<Selection>, StoreError> {
    tx.hold("SELECT 1 FROM workflow_selection WHERE tenant_id = $1 AND id = $2 FOR UPDATE", args![id]).await?;
    find(tx, id).await
}

/// So far they were looked at, and that came of it. One that is over forgets whom it named.
///
/// # Errors
/// When the database fails.
pub async fn go_on(tx: &mut TenantTx<'_>, one: &Selection) -> Result<(), StoreError> {
    let kept = || Whom { contacts: Vec::new(), ..one.whom.clone() };
    let whom = one.ended_at.map(|_| text(&kept())).transpose()?;
    tx.push(
        "UPDATE workflow_selection SET whom = COALESCE($3, whom), state = $4, looked_named = $5, looked_to = $6, looked = $7, to_look = $8,
             entered = $9, refused = $10, ended_at_us = $11
         WHERE tenant_id = $1 AND id = $2",
        args![
            one.id,
            whom,
            &one.state,
            one.place.named,
            one.place.contact,
            one.looked,
            one.to_look,
            one.entered,
            text(&one.refused)?,
            one.ended_at
        ],
    )
    .await
}

/// Some more of those who are meant.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// Who.
    pub contacts: Vec<ContactId>,
    /// So many are meant, too, and have no phone.
    pub without_phone: i64,
    /// So many were looked at.
    pub looked: i64,
    /// How far; `None`: these are the last.
    pub to: Option<Place>,
}

/// Looks at the next `limit`, from where it stands: those that are named one by one come first, and only once.
///
/// # Errors
/// When the database fails.
pub async fn next(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    whom: &Whom,
    from: Place,
    limit: u32,
) -> Result<Page, StoreError> {
    let means_contacts = whom.groups.means_contacts() || whom.condition.is_some();
    let left = whom.contacts.get(usize::try_from(from.named).unwrap_or(usize::MAX)..).unwrap_or_default();
    if !left.is_empty() {
        let these = &left[..left.len().min(limit as usize)];
        let looked = i64::try_from(these.len()).map_err(StoreError::fault)?;
        let is_last = these.len() == left.len() && !means_contacts;
        let to = (!is_last).then_some(Place { named: from.named + looked, contact: None });
        return Ok(Page { contacts: these.to_vec(), without_phone: 0, looked, to });
    }
    if !means_contacts {
        return Ok(Page::default());
    }
    let condition = match &whom.condition {
        Some(condition) => checked(tx, condition).await?,
        None => None,
    };
    let page = audience::page_of(tx, now, (&whom.groups, condition.as_ref()), from.contact, limit).await?;
    let named: HashSet<ContactId> = whom.contacts.iter().copied().collect();
    let contacts = page.people.into_iter().map(|(contact, _)| contact).filter(|contact| !named.contains(contact));
    Ok(Page {
        contacts: contacts.collect(),
        without_phone: i64::try_from(page.without_phone).map_err(StoreError::fault)?,
        looked: i64::try_from(page.looked).map_err(StoreError::fault)?,
        to: page.last.map(|last| Place { contact: Some(last), ..from }),
    })
}

/// How many there are to look at.
///
/// # Errors
/// When the database fails.
pub async fn to_look(tx: &mut TenantTx<'_>, whom: &Whom) -> Result<i64, StoreError> {
    let named = i64::try_from(whom.contacts.len()).map_err(StoreError::fault)?;
    let means_contacts = whom.groups.means_contacts() || whom.condition.is_some();
    Ok(named + if means_contacts { crate::campaign::check::contacts(tx).await? } else { 0 })
}

/// `None`: it makes no sense any more, as a field is gone: nobody is meant.
async fn checked(tx: &mut TenantTx<'_>, condition: &Condition) -> Result<Option<Checked>, StoreError> {
    let catalogue = segment::catalogue(tx, [condition]).await?;
    Ok(check(condition, &catalogue).ok())
}

fn selection(row: &Row) -> Result<Selection, StoreError> {
    Ok(Selection {
        id: row.get(0)?,
        workflow: row.get(1)?,
        whom: json(row.text(2)?)?,
        comes: json(row.text(3)?)?,
        is_dry: row.get(4)?,
        per_minute: u32::try_from(row.get::<i64>(5)?).unwrap_or(u32::MAX),
        state: row.get(6)?,
        place: Place { named: row.get(7)?, contact: row.get(8)? },
        looked: row.get(9)?,
        to_look: row.get(10)?,
        entered: row.get(11)?,
        refused: json(row.text(12)?)?,
        created_by: row.get(13)?,
        created_at: row.get(14)?,
        ended_at: row.get(15)?,
    })
}

fn text<T: Serialize>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(StoreError::fault)
}
