//! What a decision gets to see, read in the transaction that will remember what follows from it.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use domain::assistant::Assistant;
use domain::consent::opt_in::Progress;
use domain::contact::Contact;
use domain::conversation::{Conversation, Holder, Mode, Status as Standing, lane};
use domain::id::{
    AssistantId, CarrierAccountId, ContactId, ConversationId, EnrolmentId, MessageId, NumberId, TenantId,
};
use domain::message::{Author, Direction};
use domain::number::Number;
use domain::phone::Address;
use domain::scene::Scene;
use domain::tenant::Tenant;
use uuid::Uuid;

use crate::{Row, StoreError, SystemTx, TenantTx, args, list, registration};

mod text;
mod workflows;

pub use text::{draft, media_token, outbound, outbounds};

/// A contact and a conversation whole, in the order that [`thread_of`] reads them.
macro_rules! thread_columns {
    ($address:literal) => {
        concat!(
            $address,
            ", c.id, c.name, c.company, c.time_zone, c.blocked, a.opted_out_at_us,
             v.id, v.contact_id, v.number_id, v.address, v.lane, v.previous_id, v.status, v.snoozed_until_us, v.holder,
             v.holder_id, v.mode, v.assignee_id, v.guide, v.version, v.inbound_count, v.waiting_since_us,
             v.last_inbound_at_us, v.last_message_at_us, v.last_direction, v.preview, v.created_at_us,
             EXISTS (SELECT 1 FROM message m WHERE m.tenant_id = v.tenant_id AND m.contact_id = v.contact_id
                     AND m.direction = 'out' AND m.status IN ('held', 'scheduled', 'queued', 'deferred')),
             v.waiting_since_us IS NOT NULL AND v.last_direction = 'out'
             AND EXISTS (SELECT 1 FROM message m WHERE m.tenant_id = v.tenant_id AND m.conversation_id = v.id
                         AND m.answers
                         AND m.status IN ('held', 'queued', 'deferred', 'sending', 'unknown')
                         AND m.created_at_us >= v.waiting_since_us),
             v.resolved_at_us,
             EXISTS (SELECT 1 FROM number o WHERE o.tenant_id = $1 AND o.address = ",
            $address,
            "), (SELECT tm.id FROM team tm WHERE tm.tenant_id = v.tenant_id AND tm.id = v.team_id), c.quiet_hours,
             a.opted_in_at_us, v.send_failed"
        )
    };
}

/// What one transaction has read of our own ends, so that a batch of turns reads each once.
#[derive(Debug, Default)]
pub struct Known {
    owners: HashMap<(CarrierAccountId, String), Option<Owner>>,
    ends: HashMap<NumberId, Option<Arc<End>>>,
    assistants: HashMap<AssistantId, Option<Arc<Assistant>>>,
    workflows: HashMap<TenantId, workflows::Workflows>,
}

impl Known {
    /// Whether somebody may be in a workflow of the tenant's; asked once a scene of theirs was read.
    #[must_use]
    pub fn has_workflows(&self, tenant: TenantId) -> bool {
        self.workflows.get(&tenant).is_some_and(|workflows| workflows.are_there)
    }

    /// What [`owner`] has found in this transaction.
    #[must_use]
    pub fn owner(&self, account: CarrierAccountId, to: &str) -> Option<Owner> {
        self.owners.get(&(account, to.to_owned())).copied().flatten()
    }
}

/// Whose a number is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Owner {
    /// The tenant.
    pub tenant: TenantId,
    /// The number.
    pub number: NumberId,
}

#[derive(Debug)]
struct End {
    tenant: Arc<Tenant>,
    number: Arc<Number>,
}

/// The tenant by the number that was texted; `None`: nobody's.
///
/// # Errors
/// When the database fails.
pub async fn owner(
    tx: &mut SystemTx<'_>,
    known: &mut Known,
    account: CarrierAccountId,
    to: &str,
) -> Result<Option<Owner>, StoreError> {
    let key = (account, to.to_owned());
    if let Some(owner) = known.owners.get(&key) {
        return Ok(*owner);
    }
    let row = tx
        .opt("SELECT tenant_id, id FROM number WHERE carrier_account_id = $1 AND address = $2", args![account, to])
        .await?;
    let owner = match row {
        Some(row) => Some(Owner { tenant: row.get(0)?, number: row.get(1)? }),
        None => None,
    };
    known.owners.insert(key, owner);
    Ok(owner)
}

/// The tenant that a text of ours belongs to, looked for among those that use the account.
///
/// # Errors
/// When the database fails.
pub async fn owner_of_report(
    tx: &mut SystemTx<'_>,
    account: CarrierAccountId,
    message: Option<MessageId>,
    carrier_ref: &str,
) -> Result<Option<TenantId>, StoreError> {
    let row = match message {
        Some(message) => {
            tx.opt(
                "SELECT m.tenant_id FROM carrier_grant g JOIN message m ON m.tenant_id = g.tenant_id AND m.id = $2
                 WHERE g.carrier_account_id = $1
                 UNION
                 SELECT r.tenant_id FROM carrier_grant g
                 JOIN campaign_recipient r ON r.tenant_id = g.tenant_id AND r.id = $2
                 WHERE g.carrier_account_id = $1",
                args![account, message],
            )
            .await?
        }
        None => {
            tx.opt(
                "SELECT m.tenant_id FROM carrier_grant g
                 JOIN message m ON m.tenant_id = g.tenant_id AND m.carrier_ref = $2 AND m.carrier_ref IS NOT NULL
                 WHERE g.carrier_account_id = $1 AND m.direction = 'out'",
                args![account, carrier_ref],
            )
            .await?
        }
    };
    row.map(|row| row.get(0)).transpose()
}

/// Which texts of ours the carrier knows by these ids.
///
/// # Errors
/// When the database fails.
pub async fn by_carrier_refs(
    tx: &mut TenantTx<'_>,
    carrier_refs: &[&str],
) -> Result<HashMap<String, MessageId>, StoreError> {
    if carrier_refs.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = tx
        .rows(
            "SELECT carrier_ref, id FROM message
             WHERE tenant_id = $1 AND carrier_ref {among $2} AND direction = 'out' AND carrier_ref IS NOT NULL",
            args![list(carrier_refs.iter().copied())],
        )
        .await?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

/// The scenes between our numbers and addresses, in their order; `None`: we have no such number.
///
/// # Errors
/// When the database fails.
pub async fn threads(
    tx: &mut TenantTx<'_>,
    known: &mut Known,
    between: &[(NumberId, &str)],
) -> Result<Vec<Option<Scene>>, StoreError> {
    let mut addresses: BTreeMap<NumberId, Vec<&str>> = BTreeMap::new();
    for (number, address) in between {
        addresses.entry(*number).or_default().push(address);
    }
    let mut found = HashMap::new();
    for (number, addresses) in addresses {
        let rows = tx
            .rows(
                concat!(
                    "SELECT ",
                    thread_columns!("wanted.value"),
                    " FROM {wanted $3}
                     LEFT JOIN contact_address a ON a.tenant_id = $1 AND a.kind = 'phone' AND a.address = wanted.value
                     LEFT JOIN contact c ON c.tenant_id = a.tenant_id AND c.id = a.contact_id
                     LEFT JOIN conversation v
                            ON v.tenant_id = $1 AND v.number_id = $2 AND v.address = wanted.value AND v.is_current"
                ),
                args![number, list(addresses)],
            )
            .await?;
        for row in &rows {
            let thread = thread_of(row)?;
            found.insert((number, thread.address.clone()), thread);
        }
    }
    let mut threads = Vec::with_capacity(between.len());
    for (number, address) in between {
        let thread = found.remove(&(*number, (*address).to_owned()));
        threads
            .push((*number, thread.ok_or_else(|| StoreError::fault("two turns of one thread were taken together"))?));
    }
    scenes(tx, known, threads).await
}

/// The scene between one of our numbers and an address; `None`: we have no such number.
///
/// # Errors
/// When the database fails.
pub async fn thread(
    tx: &mut TenantTx<'_>,
    known: &mut Known,
    number: NumberId,
    address: &str,
) -> Result<Option<Scene>, StoreError> {
    Ok(threads(tx, known, &[(number, address)]).await?.pop().flatten())
}

/// The scenes around these conversations; those that there are not are left out.
///
/// # Errors
/// When the database fails.
pub async fn around_all(
    tx: &mut TenantTx<'_>,
    known: &mut Known,
    ids: &[ConversationId],
) -> Result<HashMap<ConversationId, Scene>, StoreError> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = tx
        .rows(
            concat!(
                "SELECT ",
                thread_columns!("v.address"),
                " FROM conversation v
                 LEFT JOIN contact_address a ON a.tenant_id = v.tenant_id AND a.kind = 'phone' AND a.address = v.address
                 LEFT JOIN contact c ON c.tenant_id = a.tenant_id AND c.id = a.contact_id
                 WHERE v.tenant_id = $1 AND v.id {among $2}"
            ),
            args![list(ids)],
        )
        .await?;
    let mut found = Vec::with_capacity(rows.len());
    let mut threads = Vec::with_capacity(rows.len());
    for row in &rows {
        let thread = thread_of(row)?;
        if let Some(conversation) = &thread.conversation {
            found.push(conversation.id);
            threads.push((conversation.number, thread));
        }
    }
    let scenes = scenes(tx, known, threads).await?;
    Ok(found.into_iter().zip(scenes).filter_map(|(id, scene)| Some((id, scene?))).collect())
}

/// The scene around a conversation; `None`: there is no such conversation.
///
/// # Errors
/// When the database fails.
pub async fn around(tx: &mut TenantTx<'_>, known: &mut Known, id: ConversationId) -> Result<Option<Scene>, StoreError> {
    Ok(around_all(tx, known, &[id]).await?.remove(&id))
}

/// The lane of a conversation, which never changes; `None`: there is no such conversation.
///
/// # Errors
/// When the database fails.
pub async fn lane_of(tx: &mut TenantTx<'_>, id: ConversationId) -> Result<Option<Uuid>, StoreError> {
    let row = tx.opt("SELECT lane FROM conversation WHERE tenant_id = $1 AND id = $2", args![id]).await?;
    row.map(|row| row.get(0)).transpose()
}

/// The version of a conversation; `None`: there is no such conversation.
///
/// # Errors
/// When the database fails.
pub async fn version_of(tx: &mut TenantTx<'_>, id: ConversationId) -> Result<Option<i64>, StoreError> {
    let row = tx.opt("SELECT version FROM conversation WHERE tenant_id = $1 AND id = $2", args![id]).await?;
    row.map(|row| row.get(0)).transpose()
}

/// The lane between one of our numbers and an address, whether or not they ever talked; `None`: no such number.
///
/// # Errors
/// When the database fails.
pub async fn lane_between(
    tx: &mut TenantTx<'_>,
    known: &mut Known,
    number: NumberId,
    address: &str,
) -> Result<Option<Uuid>, StoreError> {
    let end = end(tx, known, number).await?;
    Ok(end.map(|end| lane(end.number.account.0, end.number.address.as_str(), address)))
}

/// An assistant that is in use.
///
/// # Errors
/// When the database fails.
pub async fn assistant(tx: &mut TenantTx<'_>, id: AssistantId) -> Result<Option<Assistant>, StoreError> {
    let row = tx
        .opt(
            "SELECT id, name, settings, version FROM assistant
             WHERE tenant_id = $1 AND id = $2 AND deleted_at_us IS NULL",
            args![id],
        )
        .await?;
    row.map(|row| assistant_from(row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)).transpose()
}

/// The stored author back.
///
/// # Errors
/// When the words are none of ours.
pub fn author(kind: &str, id: Option<Uuid>) -> Result<Author, StoreError> {
    Ok(match (kind, id) {
        ("contact", Some(id)) => Author::Contact(ContactId(id)),
        ("member", Some(id)) => Author::Member(id.into()),
        ("assistant", Some(id)) => Author::Assistant(AssistantId(id)),
        ("workflow", Some(id)) => Author::Workflow(EnrolmentId(id)),
        ("campaign", Some(id)) => Author::Campaign(id.into()),
        ("api", _) => Author::Api,
        ("opt_in", _) => Author::OptIn,
        ("system", _) => Author::System,
        (other, _) => return Err(unknown("author", other)),
    })
}

/// The rest of each scene: our end, theirs, and who would answer.
async fn scenes(
    tx: &mut TenantTx<'_>,
    known: &mut Known,
    threads: Vec<(NumberId, Thread)>,
) -> Result<Vec<Option<Scene>>, StoreError> {
    let mut scenes = Vec::with_capacity(threads.len());
    let mut all_candidates: HashMap<NumberId, Vec<Arc<Assistant>>> = HashMap::new();
    let triggers =
        if threads.is_empty() { Arc::default() } else { workflows::of(tx, &mut known.workflows).await?.triggers };
    for (number, Thread { address, contact, conversation, is_own_number }) in threads {
        let Some(end) = end(tx, known, number).await? else {
            scenes.push(None);
            continue;
        };
        let own = end.number.assistant.as_ref();
        let assistant = match conversation.as_ref().map(|conversation| conversation.holder) {
            Some(Holder::Assistant(id)) if own.is_none_or(|own| own.id != id) => named(tx, known, id).await?,
            _ => own.cloned(),
        };
        if let Entry::Vacant(place) = all_candidates.entry(number) {
            place.insert(candidates(tx, known, &end.tenant).await?);
        }
        let candidates = all_candidates.get(&number).cloned().unwrap_or_default();
        let (tenant, number) = (Arc::clone(&end.tenant), Arc::clone(&end.number));
        let tags = Vec::new();
        scenes.push(Some(Scene {
            tenant,
            number,
            address,
            contact,
            conversation,
            assistant,
            candidates,
            tags,
            asker_is_in_team: false,
            unanswered: Vec::new(),
            confirming: None,
            opting_in: Progress::default(),
            suppressed_at: None,
            is_own_number,
            triggers: Arc::clone(&triggers),
            inside: Vec::new(),
        }));
    }
    label(tx, &mut scenes).await?;
    Ok(scenes)
}

/// An assistant that this transaction may have read already.
async fn named(
    tx: &mut TenantTx<'_>,
    known: &mut Known,
    id: AssistantId,
) -> Result<Option<Arc<Assistant>>, StoreError> {
    if let Some(found) = known.assistants.get(&id) {
        return Ok(found.clone());
    }
    let found = assistant(tx, id).await?.map(Arc::new);
    known.assistants.insert(id, found.clone());
    Ok(found)
}

/// Those that the tenant's routes and settings may give a new conversation to.
async fn candidates(
    tx: &mut TenantTx<'_>,
    known: &mut Known,
    tenant: &Tenant,
) -> Result<Vec<Arc<Assistant>>, StoreError> {
    let routes = tenant.settings.routes.iter().filter_map(|route| route.assistant_id);
    let mut ids: Vec<AssistantId> = routes.chain(tenant.settings.sms_assistant).collect();
    ids.sort();
    ids.dedup();
    let mut found = Vec::with_capacity(ids.len());
    for id in ids {
        found.extend(named(tx, known, id).await?);
    }
    Ok(found)
}

/// Reads the labels of those that a route may ask for them.
async fn label(tx: &mut TenantTx<'_>, scenes: &mut [Option<Scene>]) -> Result<(), StoreError> {
    let wanted = |scene: &&mut Scene| scene.tenant.settings.routes.iter().any(|route| !route.tags.is_empty());
    let mut contacts: HashMap<ContactId, Vec<String>> = scenes
        .iter_mut()
        .flatten()
        .filter(wanted)
        .filter_map(|scene| scene.contact.as_ref())
        .map(|contact| (contact.id, Vec::new()))
        .collect();
    if contacts.is_empty() {
        return Ok(());
    }
    let ids: Vec<ContactId> = contacts.keys().copied().collect();
    let rows = tx
        .rows(
            "SELECT contact_id, tag FROM contact_tag WHERE tenant_id = $1 AND contact_id {among $2}",
            args![list(&ids)],
        )
        .await?;
    for row in &rows {
        contacts.entry(row.get(0)?).or_default().push(row.get(1)?);
    }
    for scene in scenes.iter_mut().flatten() {
        if let Some(tags) = scene.contact.as_ref().and_then(|contact| contacts.get(&contact.id)) {
            scene.tags.clone_from(tags);
        }
    }
    Ok(())
}

async fn end(tx: &mut TenantTx<'_>, known: &mut Known, id: NumberId) -> Result<Option<Arc<End>>, StoreError> {
    if let Some(end) = known.ends.get(&id) {
        return Ok(end.clone());
    }
    let row = tx
        .opt(
            "SELECT t.settings, n.address, n.carrier_account_id, n.enabled, n.assistant_id, c.kind, a.name, a.settings, a.version,
                    n.registration
             FROM number n
             JOIN tenant t ON t.tenant_id = n.tenant_id
             JOIN carrier_account c ON c.id = n.carrier_account_id
             LEFT JOIN assistant a ON a.tenant_id = n.tenant_id AND a.id = n.assistant_id AND a.deleted_at_us IS NULL
             WHERE n.tenant_id = $1 AND n.id = $2",
            args![id],
        )
        .await?;
    let Some(row) = row else {
        known.ends.insert(id, None);
        return Ok(None);
    };
    let address: String = row.get(1)?;
    let assistant = match (row.get::<Option<AssistantId>>(4)?, row.get::<Option<String>>(6)?) {
        (Some(id), Some(name)) => Some(Arc::new(assistant_from(id, name, row.get(7)?, row.get(8)?)?)),
        _ => None,
    };
    let end = Arc::new(End {
        tenant: Arc::new(Tenant { id: tx.tenant(), settings: json(row.text(0)?)? }),
        number: Arc::new(Number {
            id,
            address: Address::parse_sender(&address).map_err(StoreError::fault)?,
            account: row.get(2)?,
            enabled: row.get(3)?,
            registration: registration::status(&address, row.text_or_null(9)?)?,
            assistant,
            // Both kinds behave as Telnyx does: STOP, START and HELP are answered there (telnyx.md §8).
            carrier_answers_keywords: matches!(row.text(5)?, "telnyx" | "sandbox"),
        }),
    });
    known.ends.insert(id, Some(Arc::clone(&end)));
    Ok(Some(end))
}

/// A thread's far end, and where the thread stands.
struct Thread {
    address: String,
    contact: Option<Contact>,
    conversation: Option<Conversation>,
    is_own_number: bool,
}

fn thread_of(row: &Row) -> Result<Thread, StoreError> {
    let contact = match row.get::<Option<ContactId>>(1)? {
        None => None,
        Some(id) => Some(Contact {
            id,
            name: row.get(2)?,
            company: row.get(3)?,
            time_zone: row.get(4)?,
            quiet_hours: row.text_or_null(33)?.map(json).transpose()?,
            blocked: row.get(5)?,
            opted_out_at: row.get(6)?,
            started_at: row.get(34)?,
        }),
    };
    let conversation = match row.get::<Option<ConversationId>>(7)? {
        None => None,
        Some(id) => Some(conversation(id, row)?),
    };
    Ok(Thread { address: row.get(0)?, contact, conversation, is_own_number: row.get(31)? })
}

fn conversation(id: ConversationId, row: &Row) -> Result<Conversation, StoreError> {
    Ok(Conversation {
        id,
        contact: row.get(8)?,
        number: row.get(9)?,
        address: row.get(10)?,
        lane: row.get(11)?,
        previous: row.get(12)?,
        status: match row.text(13)? {
            "open" => Standing::Open,
            "snoozed" => Standing::Snoozed,
            "closed" => Standing::Closed,
            other => return Err(unknown("conversation status", other)),
        },
        snoozed_until: row.get(14)?,
        holder: holder(row.text(15)?, row.get(16)?)?,
        mode: row.text_or_null(17)?.map(mode).transpose()?,
        team: row.get(32)?,
        assignee: row.get(18)?,
        guide: row.get(19)?,
        version: row.get(20)?,
        inbound_count: row.get(21)?,
        waiting_since: row.get(22)?,
        last_inbound_at: row.get(23)?,
        last_message_at: row.get(24)?,
        last_direction: match row.text_or_null(25)? {
            None => None,
            Some("in") => Some(Direction::In),
            Some("out") => Some(Direction::Out),
            Some("note") => Some(Direction::Note),
            Some(other) => return Err(unknown("direction", other)),
        },
        preview: row.get(26)?,
        send_failed: row.get(35)?,
        created_at: row.get(27)?,
        has_unsent: row.get(28)?,
        answering: row.get(29)?,
        resolved_at: row.get(30)?,
    })
}

fn assistant_from(id: AssistantId, name: String, settings: String, version: u32) -> Result<Assistant, StoreError> {
    Ok(Assistant { id, name, version, settings: json(&settings)? })
}

/// Who holds a conversation, from its two columns.
pub(crate) fn holder(kind: &str, id: Option<Uuid>) -> Result<Holder, StoreError> {
    Ok(match (kind, id) {
        ("nobody", _) => Holder::Nobody,
        ("agents", _) => Holder::Agents,
        ("assistant", Some(id)) => Holder::Assistant(AssistantId(id)),
        ("workflow", Some(id)) => Holder::Workflow(EnrolmentId(id)),
        (other, _) => return Err(unknown("holder", other)),
    })
}

pub(crate) fn mode(word: &str) -> Result<Mode, StoreError> {
    Ok(match word {
        "off" => Mode::Off,
        "draft" => Mode::Draft,
        "auto" => Mode::Auto,
        other => return Err(unknown("mode", other)),
    })
}

pub(crate) fn json<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(StoreError::fault)
}

pub(crate) fn unknown(what: &str, word: &str) -> StoreError {
    StoreError::fault(format!("unknown {what} in the database: {word}"))
}
