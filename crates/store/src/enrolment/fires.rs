//! What happens to contacts and begins workflows: one query finds all that it begins, however many contacts there are, and what
//! nothing begins costs nothing else.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use domain::condition::fold;
use domain::id::{CampaignId, ContactId, EnrolmentId, Ids, MessageId, RecipientId, WorkflowId};
use domain::message::Author;
use domain::workflow::{Coming, Source, Trigger};
use jiff::Timestamp;
use uuid::Uuid;

use super::goal;
use crate::contact::history::{By, Noted};
use crate::{Row, StoreError, TenantTx, args, list, workflow};

/// How labels and fields stand in the lines of contacts' histories.
const TAGS: &str = "tags";
const FIELD: &str = "fields.";

/// Something was changed of contacts, as these lines tell, each by somebody. What a way through a workflow changes does not begin
/// that workflow anew.
pub(crate) async fn changed<'l, 'n: 'l>(
    tx: &mut TenantTx<'_>,
    at: Timestamp,
    ids: &mut Ids,
    lines: impl IntoIterator<Item = (Option<By>, &'l Noted<'n>)>,
) -> Result<(), StoreError> {
    let way = |by: Option<By>| if let Some(By::Author(Author::Workflow(way))) = by { Some(way) } else { None };
    let mut lines: Vec<(Option<By>, &Noted<'_>)> = lines.into_iter().collect();
    let part = |line: &'l Noted<'n>| if line.part == TAGS { goal::TAG } else { &*line.part };
    goal::changed(tx, at, ids, lines.iter().map(|(by, line)| (line.contact, part(line), way(*by)))).await?;
    lines.retain(|(_, line)| line.part == TAGS || line.part.starts_with(FIELD));
    if lines.is_empty() {
        return Ok(());
    }
    let triggers = workflow::triggers_of(tx, &["tag_added", "tag_removed", "field_changed"]).await?;
    if triggers.is_empty() {
        return Ok(());
    }
    let own = workflows_of(tx, lines.iter().filter_map(|(by, _)| way(*by))).await?;
    let mut coming = Vec::new();
    for (by, line) in lines {
        let own = way(by).and_then(|way| own.get(&way));
        for (workflow, trigger) in triggers.iter().filter(|(workflow, _)| own != Some(workflow)) {
            coming.extend(by_change(trigger, line).map(|source| begins(*workflow, line.contact, None, source)));
        }
    }
    enter(tx, at, ids, coming).await
}

/// Through which workflows these ways go.
async fn workflows_of(
    tx: &mut TenantTx<'_>,
    ways: impl Iterator<Item = EnrolmentId>,
) -> Result<HashMap<EnrolmentId, WorkflowId>, StoreError> {
    let ways: BTreeSet<EnrolmentId> = ways.collect();
    if ways.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = "SELECT id, workflow_id FROM enrolment WHERE tenant_id = $1 AND id {among $2}";
    tx.rows(sql, args![list(ways)]).await?.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

fn by_change(trigger: &Trigger, line: &Noted<'_>) -> Option<Source> {
    let is_tag = |tag: &String, one: &Option<_>| {
        let one: Option<&str> = one.as_deref();
        line.part == TAGS && one.is_some_and(|one| fold(one) == fold(tag))
    };
    match trigger {
        Trigger::TagAdded(tag) => is_tag(tag, &line.now).then_some(Source::TagAdded),
        Trigger::TagRemoved(tag) => is_tag(tag, &line.was).then_some(Source::TagRemoved),
        Trigger::FieldChanged(field) => {
            (line.part.strip_prefix(FIELD) == Some(field.as_str())).then_some(Source::FieldChanged)
        }
        _ => None,
    }
}

/// Texts of ours were not delivered: these of threads, and these of campaigns. Each begins a workflow once; that of a way through a
/// workflow does not begin that workflow anew.
pub(crate) async fn failed(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    ids: &mut Ids,
    messages: &[MessageId],
    recipients: &[RecipientId],
) -> Result<(), StoreError> {
    if messages.is_empty() && recipients.is_empty() {
        return Ok(());
    }
    let triggers = workflow::triggers(tx, "delivery_failed").await?;
    if triggers.is_empty() {
        return Ok(());
    }
    let sql = "SELECT m.id, m.contact_id, e.workflow_id FROM message m
               LEFT JOIN enrolment e ON e.tenant_id = m.tenant_id AND m.author = 'workflow' AND e.id = m.author_id
               WHERE m.tenant_id = $1 AND m.id {among $2}
               UNION ALL SELECT r.id, r.contact_id, NULL FROM campaign_recipient r
               WHERE r.tenant_id = $1 AND r.id {among $3}";
    let mut coming = Vec::new();
    for row in tx.rows(sql, args![list(messages), list(recipients)]).await? {
        let (text, contact, own): (Uuid, ContactId, Option<WorkflowId>) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let key = format!("failed:{}", MessageId(text));
        let begun = triggers.iter().map(|(workflow, _)| *workflow).filter(|workflow| own != Some(*workflow));
        coming.extend(begun.map(|workflow| begins(workflow, contact, Some(key.clone()), Source::DeliveryFailed)));
    }
    enter(tx, now, ids, coming).await
}

/// A person followed a link.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Followed {
    pub(crate) click: Uuid,
    pub(crate) recipient: RecipientId,
    pub(crate) campaign: CampaignId,
    pub(crate) at: Timestamp,
}

/// People followed links of campaigns.
pub(crate) async fn clicked(tx: &mut TenantTx<'_>, clicks: &[Followed]) -> Result<(), StoreError> {
    let Some(last) = clicks.iter().max_by_key(|click| click.at) else { return Ok(()) };
    let triggers = workflow::triggers(tx, "link_clicked").await?;
    if triggers.is_empty() {
        return Ok(());
    }
    let sql = "SELECT id, contact_id FROM campaign_recipient WHERE tenant_id = $1 AND id {among $2}";
    let rows = tx.rows(sql, args![list(clicks.iter().map(|click| click.recipient))]).await?;
    let who = |row: &Row| Ok((row.get(0)?, row.get(1)?));
    let contacts: BTreeMap<RecipientId, ContactId> = rows.iter().map(who).collect::<Result<_, StoreError>>()?;
    let mut coming = Vec::new();
    for click in clicks {
        let Some(contact) = contacts.get(&click.recipient) else { continue };
        for (workflow, trigger) in &triggers {
            let Trigger::LinkClicked { campaign } = trigger else { continue };
            if campaign.is_none_or(|campaign| campaign == click.campaign) {
                let key = format!("click:{}", click.click.simple());
                coming.push(begins(*workflow, *contact, Some(key), Source::LinkClicked));
            }
        }
    }
    // A click is judged once, and named by chance.
    let mut ids = Ids::new(last.at, last.click.as_u64_pair().1);
    enter(tx, last.at, &mut ids, coming).await
}

fn begins(workflow: WorkflowId, contact: ContactId, key: Option<String>, source: Source) -> Coming {
    Coming { workflow, contact, phone: None, number: None, key, source, variables: BTreeMap::new() }
}

/// Has them looked at. Whoever comes to one workflow by several things at once comes once.
async fn enter(tx: &mut TenantTx<'_>, at: Timestamp, ids: &mut Ids, mut coming: Vec<Coming>) -> Result<(), StoreError> {
    let mut known = BTreeSet::new();
    coming.retain(|one| known.insert((one.workflow, one.contact, one.key.clone())));
    super::enter(tx, at, ids, &coming).await
}
