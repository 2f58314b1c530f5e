//! The demo's business: Lakeside Bakery, with two numbers, an assistant that knows the opening hours, and three customers.

use anyhow::Context as _;
use api::password;
use domain::{
    access::Role,
    assistant,
    conversation::Mode,
    id::{AssistantId, CarrierAccountId, ContactId, Ids, NumberId, TenantId},
    message::Author,
    phone::Address,
    tenant::Settings,
};
use engine::Engine;
use jiff::Timestamp;
use sandbox::Sandbox;
use store::{
    StoreError, SystemTx, TenantTx, assistant as assistants,
    carrier_account::{self, NewAccount},
    contact::{
        self, Change,
        address::{self, Named},
    },
    event, knowledge, member,
    number::{self, Added, NewNumber},
    queue::{self, Errand},
    tenant,
    user::{self, User},
};

/// What the tenant is called.
pub const NAME: &str = "Lakeside Bakery";
/// Who signs in.
pub const OWNER_EMAIL: &str = "demo@tidings.test";
/// With what. The demo listens on this machine only, unless someone says otherwise.
pub const OWNER_PASSWORD: &str = "lakeside-bakery";
/// What opens the account at the sandbox.
pub const CARRIER_KEY: &str = "KEY-lakeside-bakery-demo";

/// Its numbers (of the range kept for fiction, 555-01xx) and what they are for.
pub const NUMBERS: [(&str, &str); 2] = [("+13125550100", "Orders"), ("+13125550101", "Catering")];

/// Someone with a phone.
#[derive(Debug)]
pub struct Person {
    /// Their number.
    pub phone: &'static str,
    /// What they are called.
    pub name: &'static str,
    /// Where they work.
    pub company: &'static str,
}

/// The customers.
pub const PEOPLE: [Person; 3] = [
    Person { phone: "+13125550142", name: "Ana Lopez", company: "" },
    Person { phone: "+13125550157", name: "Ben Carter", company: "Harbor Cafe" },
    Person { phone: "+13125550168", name: "Chloe Nguyen", company: "" },
];

const INSTRUCTIONS: &str = "You answer for Lakeside Bakery. Be friendly and short: one or two sentences, as in a text \
    message. Answer only from what you know about the bakery; for anything else a person takes over.";

const KNOWLEDGE: [(&str, &str); 5] = [
    (
        "Opening hours",
        "We are open Tuesday to Saturday from 7 am to 6 pm and on Sunday from 8 am to 2 pm. We are closed on Monday.",
    ),
    (
        "Where we are",
        "The bakery is at 214 Lakeside Drive, next to the boat house. There is free parking behind the shop. Our address is \
         214 Lakeside Drive.",
    ),
    (
        "Bread and cakes",
        "Sourdough loaf is $8, rye is $7.50, baguette is $4. Croissants are $3.75. Birthday cakes start at $38 for eight \
         people and need two days' notice.",
    ),
    (
        "Allergies",
        "Everything is baked in one kitchen with wheat, nuts, milk and eggs. We have one gluten-free cake, flourless \
         chocolate, but we cannot promise that it is free of traces. Vegan: the baguette and the rye.",
    ),
    (
        "Orders and delivery",
        "Order by text before 4 pm and pick it up the next morning. We deliver within five miles for $6; delivery is free \
         for orders over $60. You pay in the shop or by card on delivery.",
    ),
];

/// Sets up what is missing, and points the account to where the sandbox is now.
///
/// # Errors
/// When the database or the sandbox fails.
pub async fn open(engine: &Engine, carrier: &Sandbox) -> anyhow::Result<()> {
    let tenant = match find(engine).await? {
        Some(tenant) => tenant,
        None => found(engine).await?,
    };
    let account = account(engine, tenant, carrier).await?;
    let addresses: Vec<String> = NUMBERS.iter().map(|(number, _)| (*number).to_owned()).collect();
    let adopted = engine.carrier().adopt(tenant, account, &addresses, NAME).await?;
    // Plain http between two ends of one process is no news.
    for problem in adopted.problems.into_iter().filter(|problem| problem.code != "webhook_not_https") {
        tracing::warn!(code = problem.code, problem.message, "the sandbox has something to say");
    }
    Ok(())
}

async fn find(engine: &Engine) -> anyhow::Result<Option<TenantId>> {
    let found = engine
        .store()
        .system_read(async |tx: &mut SystemTx<'_>| {
            let Some(owner) = user::credentials(tx, OWNER_EMAIL).await? else { return Ok::<_, StoreError>(None) };
            Ok(member::tenants_of(tx, owner.user.id).await?.into_iter().find(|one| one.name == NAME))
        })
        .await?;
    Ok(found.map(|one| one.id))
}

/// Tenant, owner, assistant and customers, in one transaction: half a bakery is never found.
async fn found(engine: &Engine) -> anyhow::Result<TenantId> {
    let hash = password::hash(OWNER_PASSWORD)?;
    let now = engine.now();
    let ids = engine.ids();
    let tenant = engine
        .store()
        .system_write(async move |tx: &mut SystemTx<'_>| {
            let mut ids = ids.clone();
            let tenant: TenantId = ids.next();
            let settings = Settings { time_zone: "America/Chicago".into(), ..Settings::default() };
            tenant::create(tx, tenant, NAME, &settings, now).await?;
            let owner = match user::credentials(tx, OWNER_EMAIL).await? {
                Some(known) => known.user,
                None => {
                    let owner = User { id: ids.next(), email: OWNER_EMAIL.into(), name: "Robin Baker".into() };
                    user::create(tx, &owner, &hash, now).await?;
                    owner
                }
            };
            let tx = &mut tx.for_tenant(tenant);
            member::add(tx, owner.id, Role::Owner, now).await?;
            helper(tx, &mut ids, now).await?;
            customers(tx, &mut ids, now).await?;
            Ok::<_, StoreError>(tenant)
        })
        .await?;
    Ok(tenant)
}

async fn helper(tx: &mut TenantTx<'_>, ids: &mut Ids, now: Timestamp) -> Result<(), StoreError> {
    let id: AssistantId = ids.next();
    let settings =
        assistant::Settings { instructions: INSTRUCTIONS.into(), mode: Mode::Auto, ..assistant::Settings::default() };
    let line = assistants::create(tx, now, id, Author::System, "Crumb", &settings, &[]).await?;
    for (title, text) in KNOWLEDGE {
        let new = knowledge::New {
            id: ids.next(),
            title: title.into(),
            is_titled: true,
            origin: knowledge::Origin::Written(engine::read_text(text, text.len())),
            assistants: vec![id],
            refetch_hours: None,
        };
        knowledge::create(tx, now, ids, &new).await?;
    }
    event::append(tx, now, &[line]).await?;
    Ok(())
}

async fn customers(tx: &mut TenantTx<'_>, ids: &mut Ids, now: Timestamp) -> Result<(), StoreError> {
    let mut lines = Vec::new();
    for person in &PEOPLE {
        let id: ContactId = ids.next();
        let phone = Named { kind: address::PHONE, address: person.phone.into() };
        let (name, company) = (Some(person.name.into()), Some(person.company.into()));
        let new = contact::New { id, addresses: vec![phone], known: Change { name, company, ..Change::default() } };
        lines.push(contact::create(tx, now, &new).await?);
    }
    event::append(tx, now, &lines).await?;
    Ok(())
}

/// The account at the sandbox and the numbers on it; the sandbox's address changes with each start.
async fn account(engine: &Engine, tenant: TenantId, carrier: &Sandbox) -> anyhow::Result<CarrierAccountId> {
    let (base_url, public_key) = (carrier.base_url(), carrier.public_key_base64());
    let known = engine
        .store()
        .read(tenant, async |tx: &mut TenantTx<'_>| carrier_account::list(tx, None, 100).await)
        .await?
        .into_iter()
        .find(|account| account.kind == "sandbox");
    if let Some(known) = known {
        let id = known.id;
        engine
            .store()
            .system_write(async move |tx: &mut SystemTx<'_>| {
                carrier_account::move_to(tx, id, &base_url, std::slice::from_ref(&public_key)).await
            })
            .await?;
        engine.forget_account(id);
        return Ok(id);
    }
    let (id, now, ids): (CarrierAccountId, _, _) = (engine.ids().next(), engine.now(), engine.ids());
    let new = NewAccount {
        id,
        name: "Sandbox".into(),
        kind: "sandbox".into(),
        base_url,
        api_key: engine.sealer().seal(&engine::key_context(id), CARRIER_KEY.as_bytes())?,
        api_key_hint: api::v1::carrier_accounts::hint(CARRIER_KEY),
        public_keys: vec![public_key],
        created_at: now,
    };
    engine
        .store()
        .write(tenant, async move |tx: &mut TenantTx<'_>| {
            let mut ids = ids.clone();
            carrier_account::create(tx, &new).await?;
            let helper = assistants::page(tx, None, 1).await?.first().map(|assistant| assistant.id);
            numbers(tx, &mut ids, id, helper, now).await
        })
        .await
        .context("the bakery's numbers cannot be added")?;
    Ok(id)
}

async fn numbers(
    tx: &mut TenantTx<'_>,
    ids: &mut Ids,
    account: CarrierAccountId,
    helper: Option<AssistantId>,
    now: Timestamp,
) -> Result<(), StoreError> {
    for (number, label) in NUMBERS {
        let id: NumberId = ids.next();
        let address = Address::parse_sender(number).map_err(StoreError::fault)?;
        let kind = number::kind_of(&address);
        let new = NewNumber {
            id,
            address,
            kind,
            label: label.into(),
            account,
            carrier_ref: None,
            assistant: helper,
            rate_millis: i64::try_from(kind.default_rate_millis()).map_err(StoreError::fault)?,
            created_at: now,
        };
        if number::create(tx, &new).await? != Added::Yes {
            return Err(StoreError::fault("a number of the demo is taken"));
        }
    }
    queue::add_errand(tx, ids.next(), now, &Errand::ReadRegistrations { account }).await
}
