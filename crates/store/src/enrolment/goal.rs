//! What becomes different of contacts and may be what a workflow is to bring about: whoever is in one whose goal looks at it asks for
//! it at once. However many contacts there are, that takes one query, and another where anybody is in such a workflow.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use domain::id::{ContactId, EnrolmentId, Ids, WorkflowId};
use domain::workflow::{Document, Event, Word};
use jiff::Timestamp;

use crate::{StoreError, TenantTx, args, list, row};

/// Their labels, as goals name them.
pub(super) const TAG: &str = "tag";
/// The lists that they are on.
const LIST: &str = "list";
/// What they want.
const CONSENT: &str = "consent";

/// A version's goal looks at these.
pub(crate) async fn publish(
    tx: &mut TenantTx<'_>,
    id: WorkflowId,
    version: i64,
    document: &Document,
) -> Result<(), StoreError> {
    let rows = document.goal_looks_at().into_iter().map(|part| row![part, id, version]);
    tx.push_many("INSERT INTO workflow_goal (tenant_id, part, workflow_id, version)", rows).await
}

/// These contacts came onto lists, or off them, each by a way or by somebody else.
///
/// # Errors
/// When the database fails.
pub async fn listed(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    ids: &mut Ids,
    contacts: impl IntoIterator<Item = (ContactId, Option<EnrolmentId>)>,
) -> Result<(), StoreError> {
    changed(tx, now, ids, contacts.into_iter().map(|(contact, by)| (contact, LIST, by))).await
}

/// These contacts said what they want, or somebody for them.
pub(crate) async fn consented(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    ids: &mut Ids,
    contacts: impl IntoIterator<Item = ContactId>,
) -> Result<(), StoreError> {
    changed(tx, now, ids, contacts.into_iter().map(|contact| (contact, CONSENT, None))).await
}

/// These parts of contacts became different. What a way changes itself, it knows: it asks for its goal when it goes on.
pub(super) async fn changed<'c>(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    ids: &mut Ids,
    changes: impl Iterator<Item = (ContactId, &'c str, Option<EnrolmentId>)>,
) -> Result<(), StoreError> {
    let mut changed: BTreeMap<&str, Vec<(ContactId, Option<EnrolmentId>)>> = BTreeMap::new();
    for (contact, part, by) in changes {
        changed.entry(part).or_default().push((contact, by));
    }
    let goals = goals(tx, changed.keys().copied()).await?;
    if goals.is_empty() {
        return Ok(());
    }
    let mut touched: HashMap<ContactId, Vec<(&str, Option<EnrolmentId>)>> = HashMap::new();
    for (part, contacts) in changed.into_iter().filter(|(part, _)| goals.contains_key(*part)) {
        for (contact, by) in contacts {
            touched.entry(contact).or_default().push((part, by));
        }
    }
    let workflows: BTreeSet<WorkflowId> = goals.values().flatten().map(|(workflow, _)| *workflow).collect();
    let sql = "SELECT id, contact_id, workflow_id, version FROM enrolment
               WHERE tenant_id = $1 AND contact_id {among $2} AND workflow_id {among $3} AND ended_at_us IS NULL
               ORDER BY id";
    let mut words = Vec::new();
    for row in tx.rows(sql, args![list(touched.keys().copied()), list(workflows)]).await? {
        let (way, version): (EnrolmentId, (WorkflowId, i64)) = (row.get(0)?, (row.get(2)?, row.get(3)?));
        let looks_at = |part: &str| goals.get(part).is_some_and(|goals| goals.contains(&version));
        let mut of_theirs = touched.get(&row.get(1)?).into_iter().flatten();
        if of_theirs.any(|(part, by)| *by != Some(way) && looks_at(part)) {
            words.push((way, Word::Event(Event::ContactChanged)));
        }
    }
    super::tell(tx, now, ids, &words).await
}

/// The versions of workflows that anybody is in, by what their goals look at of these parts.
async fn goals<'p>(
    tx: &mut TenantTx<'_>,
    parts: impl ExactSizeIterator<Item = &'p str>,
) -> Result<HashMap<String, BTreeSet<(WorkflowId, i64)>>, StoreError> {
    let mut found: HashMap<String, BTreeSet<(WorkflowId, i64)>> = HashMap::new();
    if parts.len() == 0 {
        return Ok(found);
    }
    // OFFSET: else PostgreSQL reads everybody's ways first, and then the few goals that there are.
    let sql = "SELECT g.part, g.workflow_id, g.version FROM workflow_goal g
               WHERE g.tenant_id = $1 AND g.part {among $2} AND EXISTS (
                   SELECT 1 FROM enrolment n
                   WHERE n.tenant_id = $1 AND n.workflow_id = g.workflow_id AND n.ended_at_us IS NULL LIMIT 1 OFFSET 0)";
    for row in tx.rows(sql, args![list(parts)]).await? {
        found.entry(row.get(0)?).or_default().insert((row.get(1)?, row.get(2)?));
    }
    Ok(found)
}
