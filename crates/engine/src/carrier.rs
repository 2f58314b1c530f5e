//! What concerns the account at the carrier: which numbers it has, which of them are ours, and what is missing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::id::{CarrierAccountId, TenantId};
use providers::http::{Request, Response};
use providers::telnyx::account::number::{self, Messaging};
use providers::telnyx::account::profile::{self, NewProfile, Profile, ProfilePatch};
use providers::telnyx::account::{Account as At, Fault, Page};
use store::carrier_account::{self, CarrierAccount};
use store::registration::Seen;
use store::{StoreError, SystemTx, TenantTx, number as sender};

use crate::account::Account;
use crate::world::World;

mod import;
mod reading;
mod registration;

pub use import::{Imported, Importing, import, note};
pub(crate) use reading::{read_all, read_one};

/// A number that the account has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offered {
    /// The carrier's id of it.
    pub carrier_ref: String,
    /// What it is, as the carrier writes it.
    pub address: String,
    /// The carrier's word, such as `active`.
    pub status: String,
    /// The carrier's word, such as `toll-free`.
    pub kind: Option<String>,
    /// Which profile it is attached to.
    pub messaging_profile_id: Option<String>,
    /// It can text; `None`: the carrier did not say.
    pub messaging_enabled: Option<bool>,
    /// It can send attachments; `None`: the carrier did not say.
    pub can_mms: Option<bool>,
}

/// What was read at the carrier of our numbers, by address.
pub type SeenNumbers = BTreeMap<String, Seen>;

/// Something that is missing or wrong at the carrier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Which number it concerns; `None`: the account or the profile.
    pub address: Option<String>,
    /// Stable.
    pub code: &'static str,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub mend: String,
}

/// What adopting numbers led to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adopted {
    /// The tenant's profile there.
    pub messaging_profile_id: String,
    /// The numbers that are attached to it now.
    pub numbers: Vec<Offered>,
    /// What is missing, for these and for the tenant's other numbers of the account.
    pub problems: Vec<Problem>,
    /// How the numbers that are attached stand, as far as that could be read.
    pub seen: SeenNumbers,
}

/// What checking numbers led to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Findings {
    /// What is missing.
    pub problems: Vec<Problem>,
    /// How the numbers stand, as far as that could be read.
    pub seen: SeenNumbers,
}

impl Problem {
    /// Whether it keeps this number of the account from working: a problem of its own, or of the account or profile that
    /// it hangs on. Plain http does not; it is a danger.
    #[must_use]
    pub fn keeps(&self, address: &str) -> bool {
        match &self.address {
            Some(own) => own == address,
            None => self.code != NOT_HTTPS,
        }
    }
}

const NOT_HTTPS: &str = "webhook_not_https";

/// Why it could not be done.
#[derive(Debug, thiserror::Error)]
pub enum CarrierError {
    /// There is no such account, or the tenant may not use it.
    #[error("there is no such carrier account")]
    NotFound,
    /// The carrier refused or did not answer.
    #[error("{0}")]
    Carrier(Fault),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Pages that are read at most: 250 numbers each.
const PAGES_MAX: u32 = 40;

/// The desk for it.
#[derive(Clone)]
pub struct CarrierDesk(Arc<World>);

impl std::fmt::Debug for CarrierDesk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CarrierDesk")
    }
}

impl CarrierDesk {
    pub(crate) fn new(world: Arc<World>) -> Self {
        Self(world)
    }

    /// The numbers of the account that the tenant may see. Of its own account these are all but those of other tenants
    /// here; of a shared one, those that the operator assigned to it.
    ///
    /// # Errors
    /// When the carrier refuses or does not answer.
    pub async fn list_numbers(
        &self,
        tenant: TenantId,
        account: CarrierAccountId,
    ) -> Result<Vec<Offered>, CarrierError> {
        let (known, account) = self.account(tenant, account).await?;
        // What they can do and the carrier did not say is for the check to tell.
        let (mut offered, _) = self.offered(&account).await?;
        let reach = self.reach(tenant, &known, offered.iter().map(|found| found.address.as_str())).await?;
        offered.retain(|found| reach.allows(&found.address));
        Ok(offered)
    }

    /// All numbers of the account, whoever's they are here; and a problem, if the carrier did not say what they can do.
    async fn offered(&self, account: &Account) -> Result<(Vec<Offered>, Option<Problem>), CarrierError> {
        let numbers = self.pages(account, |page| number::list(at(account), page), number::listed).await?;
        let views =
            self.pages(account, |page| number::list_messaging(at(account), None, page), number::listed_messaging).await;
        let (views, unread) = match views {
            Ok(views) => (views, None),
            Err(CarrierError::Carrier(fault)) => (Vec::new(), Some(messaging_unread(&fault))),
            Err(error) => return Err(error),
        };
        let offered = numbers
            .into_iter()
            .map(|found| {
                let view = views.iter().find(|view| view.phone_number == found.phone_number);
                Offered {
                    messaging_enabled: view.and_then(Messaging::can_text),
                    can_mms: view.and_then(Messaging::can_send_mms),
                    messaging_profile_id: found
                        .messaging_profile_id
                        .or_else(|| view.and_then(|view| view.messaging_profile_id.clone())),
                    carrier_ref: found.carrier_ref,
                    address: found.phone_number,
                    status: found.status,
                    kind: found.kind,
                }
            })
            .collect();
        Ok((offered, unread))
    }

    /// Makes or adopts the tenant's messaging profile, with our webhook address, and attaches the numbers to it. Doing it
    /// again changes nothing. The caller imports the numbers, see [`import()`].
    ///
    /// # Errors
    /// When the carrier refuses or does not answer before there is a profile; what happens to single numbers is told as
    /// problems.
    pub async fn adopt(
        &self,
        tenant: TenantId,
        id: CarrierAccountId,
        addresses: &[String],
        profile_name: &str,
    ) -> Result<Adopted, CarrierError> {
        let (known, account) = self.account(tenant, id).await?;
        let mut problems = Vec::new();
        let profile = self.profile(tenant, &known, &account, profile_name).await?;
        profile_problems(&profile, &self.webhook_url(id), &mut problems);
        let (offered, unread) = self.offered(&account).await?;
        problems.extend(unread);
        let reach = self.reach(tenant, &known, addresses.iter().map(String::as_str)).await?;
        let mut numbers = Vec::new();
        for address in addresses {
            if known.shared && !reach.allows(address) {
                // The same words whether the account has it or not: that is the operator's to know.
                problems.push(Problem {
                    address: Some(address.clone()),
                    code: "not_assigned",
                    message: "The account is shared, and the operator has not assigned this number to you.".into(),
                    mend: "Ask the operator to assign it, then adopt it again.".into(),
                });
                continue;
            }
            let Some(found) = offered.iter().find(|found| found.address == *address) else {
                problems.push(Problem {
                    address: Some(address.clone()),
                    code: "not_in_account",
                    message: "The carrier account does not have this number.".into(),
                    mend: "Buy it at the carrier, or check that the API key belongs to the account that has it.".into(),
                });
                continue;
            };
            if !reach.allows(address) {
                problems.push(Problem {
                    address: Some(address.clone()),
                    code: "number_taken",
                    message: "Another tenant of this installation uses this number.".into(),
                    mend: "Choose another number, or ask the operator.".into(),
                });
                continue;
            }
            let mut found = found.clone();
            if found.messaging_profile_id.as_deref() != Some(&profile.id) {
                match self
                    .call(
                        &account,
                        number::assign(at(&account), &found.carrier_ref, &profile.id),
                        number::read_messaging,
                    )
                    .await
                {
                    Ok(view) => {
                        found.messaging_enabled = view.can_text().or(found.messaging_enabled);
                        found.messaging_profile_id = Some(profile.id.clone());
                    }
                    Err(fault) => {
                        problems.push(from_fault(Some(address.clone()), "not_attached", &fault));
                        continue;
                    }
                }
            }
            number_problems(&found, Some(&profile.id), &mut problems);
            numbers.push(found);
        }
        for address in reach.own.iter().filter(|own| !addresses.contains(own)) {
            look_at(address, &offered, Some(&profile.id), &mut problems);
        }
        let seen = self.see(&account, numbers.iter()).await;
        Ok(Adopted { messaging_profile_id: profile.id, numbers, problems, seen })
    }

    /// What is missing for the tenant's numbers of the account.
    ///
    /// # Errors
    /// When the carrier refuses or does not answer.
    pub async fn check(
        &self,
        tenant: TenantId,
        id: CarrierAccountId,
        addresses: &[String],
    ) -> Result<Findings, CarrierError> {
        let (known, account) = self.account(tenant, id).await?;
        let mut problems = Vec::new();
        if account.public_keys.is_empty() {
            problems.push(Problem {
                address: None,
                code: "no_public_key",
                message: "Without the account's public key no webhook is believed, so no text can come in.".into(),
                mend: "Copy the public key from Keys & Credentials in the carrier's portal into this account.".into(),
            });
        }
        match &known.messaging_profile_id {
            None => problems.push(Problem {
                address: None,
                code: "no_messaging_profile",
                message: "There is no messaging profile for this tenant yet.".into(),
                mend: "Adopt a number: that makes one.".into(),
            }),
            Some(profile) => match self.call(&account, profile::get(at(&account), profile), profile::read).await {
                Ok(profile) => profile_problems(&profile, &self.webhook_url(id), &mut problems),
                Err(fault) => problems.push(from_fault(None, "messaging_profile", &fault)),
            },
        }
        let (offered, unread) = self.offered(&account).await?;
        problems.extend(unread);
        for address in addresses {
            look_at(address, &offered, known.messaging_profile_id.as_deref(), &mut problems);
        }
        let ours = offered.iter().filter(|found| addresses.contains(&found.address));
        let seen = self.see(&account, ours).await;
        Ok(Findings { problems, seen })
    }

    /// How these numbers of the account stand.
    async fn see(&self, account: &Account, numbers: impl Iterator<Item = &Offered>) -> SeenNumbers {
        let can_mms: BTreeMap<&str, Option<bool>> = numbers.map(|one| (one.address.as_str(), one.can_mms)).collect();
        let addresses: Vec<&str> = can_mms.keys().copied().collect();
        let read = self.registrations(account, &addresses).await.seen.into_iter();
        read.map(|(address, registration)| {
            let can_mms = can_mms.get(address.as_str()).copied().flatten();
            (address, Seen { registration, can_mms })
        })
        .collect()
    }

    /// Where the carrier tells us what happens to the account's numbers.
    #[must_use]
    pub fn webhook_url(&self, id: CarrierAccountId) -> String {
        format!("{}/hooks/telnyx/{id}", self.0.public_url)
    }

    /// The account as this tenant knows it, and ready for use.
    async fn account(
        &self,
        tenant: TenantId,
        id: CarrierAccountId,
    ) -> Result<(CarrierAccount, Arc<Account>), CarrierError> {
        let known: Option<CarrierAccount> = self
            .0
            .store
            .read(tenant, async move |tx: &mut TenantTx<'_>| carrier_account::read(tx, id).await)
            .await
            .map_err(|error: StoreError| CarrierError::Store(error))?;
        let known = known.ok_or(CarrierError::NotFound)?;
        Ok((known, self.0.account(id).await?.ok_or(CarrierError::NotFound)?))
    }

    /// Which of the account's numbers, of those in `addresses`, the tenant may deal with.
    async fn reach(
        &self,
        tenant: TenantId,
        account: &CarrierAccount,
        addresses: impl Iterator<Item = &str>,
    ) -> Result<Reach, StoreError> {
        let id = account.id;
        let own: Vec<String> =
            self.0.store.read(tenant, async move |tx: &mut TenantTx<'_>| sender::addresses_of(tx, id).await).await?;
        let own: BTreeSet<String> = own.into_iter().collect();
        if account.shared {
            return Ok(Reach { own, others: None });
        }
        let asked: Vec<String> = addresses.map(str::to_owned).collect();
        let others = self
            .0
            .store
            .system_read(async move |tx: &mut SystemTx<'_>| {
                sender::of_others(tx, tenant, asked.iter().map(String::as_str)).await
            })
            .await?;
        Ok(Reach { own, others: Some(others) })
    }

    /// The tenant's own profile: the one it has, on an account of its own one of the wanted name, or a new one. On a shared
    /// account a name opens nothing: the profile may be another program's of the operator.
    async fn profile(
        &self,
        tenant: TenantId,
        known: &CarrierAccount,
        account: &Account,
        name: &str,
    ) -> Result<Profile, CarrierError> {
        let id = known.id;
        let webhook_url = self.webhook_url(id);
        if let Some(profile) = &known.messaging_profile_id {
            match self.call(account, profile::get(at(account), profile), profile::read).await {
                Ok(profile) => return self.pointed_here(account, profile, &webhook_url).await,
                Err(Fault::NotFound) => {}
                Err(fault) => return Err(CarrierError::Carrier(fault)),
            }
        }
        let named = if known.shared { None } else { self.named_profile(tenant, account, name).await? };
        let profile = match named {
            Some(profile) => self.pointed_here(account, profile, &webhook_url).await?,
            None => {
                let new = NewProfile {
                    name: name.to_owned(),
                    whitelisted_destinations: vec!["*".into()],
                    webhook_url,
                    webhook_failover_url: None,
                };
                self.call(account, profile::create(at(account), &new), profile::read)
                    .await
                    .map_err(CarrierError::Carrier)?
            }
        };
        let kept = profile.id.clone();
        self.0
            .store
            .write(tenant, async move |tx: &mut TenantTx<'_>| carrier_account::set_profile(tx, id, &kept).await)
            .await
            .map_err(|error: StoreError| CarrierError::Store(error))?;
        Ok(profile)
    }

    /// The profile of this name, unless it is another tenant's: two may have connected one account at the carrier.
    async fn named_profile(
        &self,
        tenant: TenantId,
        account: &Account,
        name: &str,
    ) -> Result<Option<Profile>, CarrierError> {
        let listed = self.pages(account, |page| profile::list(at(account), Some(name), page), profile::listed).await?;
        for profile in listed.into_iter().filter(|profile| profile.name == name) {
            let id = profile.id.clone();
            let anothers = self
                .0
                .store
                .system_read(async move |tx: &mut SystemTx<'_>| {
                    carrier_account::is_anothers_profile(tx, tenant, &id).await
                })
                .await?;
            if !anothers {
                return Ok(Some(profile));
            }
        }
        Ok(None)
    }

    async fn pointed_here(
        &self,
        account: &Account,
        profile: Profile,
        webhook_url: &str,
    ) -> Result<Profile, CarrierError> {
        let right = profile.webhook_url.as_deref() == Some(webhook_url)
            && profile.webhook_api_version.as_deref().is_none_or(|version| version == "2")
            && profile.enabled;
        if right {
            return Ok(profile);
        }
        let patch = ProfilePatch {
            enabled: Some(true),
            webhook_url: Some(webhook_url.to_owned()),
            webhook_api_version: Some("2".into()),
            ..ProfilePatch::default()
        };
        self.call(account, profile::patch(at(account), &profile.id, &patch), profile::read)
            .await
            .map_err(CarrierError::Carrier)
    }

    async fn pages<T>(
        &self,
        account: &Account,
        request: impl Fn(u32) -> Request,
        read: fn(Option<&Response>, jiff::Timestamp) -> Result<Page<T>, Fault>,
    ) -> Result<Vec<T>, CarrierError> {
        let mut all = Vec::new();
        let mut page = Some(1);
        while let Some(number) = page.filter(|number| *number <= PAGES_MAX) {
            let Page { items, next, .. } =
                self.call(account, request(number), read).await.map_err(CarrierError::Carrier)?;
            all.extend(items);
            page = next;
        }
        Ok(all)
    }

    async fn call<T>(
        &self,
        account: &Account,
        request: Request,
        read: impl Fn(Option<&Response>, jiff::Timestamp) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        let answer = account.carry(&self.0.net, request).await;
        read(answer.ok().as_ref(), self.0.now())
    }
}

/// Which numbers of an account a tenant may deal with.
struct Reach {
    /// Those that it has here: the operator's assignment is the last word.
    own: BTreeSet<String>,
    /// Those of other tenants; `None`: the account is shared, and only what is its own counts.
    others: Option<BTreeSet<String>>,
}

impl Reach {
    fn allows(&self, address: &str) -> bool {
        self.own.contains(address) || self.others.as_ref().is_some_and(|others| !others.contains(address))
    }
}

fn at(account: &Account) -> At<'_> {
    At { base_url: &account.base_url, key: &account.api_key }
}

fn from_fault(address: Option<String>, code: &'static str, fault: &Fault) -> Problem {
    Problem { address, code, message: fault.to_string(), mend: fault.mend().to_owned() }
}

fn messaging_unread(fault: &Fault) -> Problem {
    Problem {
        address: None,
        code: "messaging_unread",
        message: format!("Whether the numbers can text could not be read at the carrier: {fault}."),
        mend: format!("{} Then check again.", fault.mend()),
    }
}

fn profile_problems(profile: &Profile, webhook_url: &str, problems: &mut Vec<Problem>) {
    let mut add = |code, message: &str, mend: &str| {
        problems.push(Problem { address: None, code, message: message.into(), mend: mend.into() });
    };
    if !profile.enabled {
        add("profile_disabled", "The messaging profile is switched off at the carrier.", "Enable it in the portal.");
    }
    if profile.webhook_url.as_deref() != Some(webhook_url) {
        add(
            "webhook_elsewhere",
            "The messaging profile sends its webhooks elsewhere, so texts do not come in here.",
            "Adopt the numbers again: that sets the address.",
        );
    }
    if profile.whitelisted_destinations.is_empty() {
        add(
            "no_destinations",
            "The messaging profile allows no country, so nothing can be sent.",
            "Add the countries that you text to under the profile's allowed destinations.",
        );
    }
    if profile.ai_assistant_id.is_some() {
        add(
            "carrier_answers",
            "An assistant of the carrier answers on this profile as well.",
            "Remove it from the profile, or both will answer.",
        );
    }
    if webhook_url.starts_with("http://") {
        add(
            NOT_HTTPS,
            "Webhooks come over plain http, where others can read them.",
            "Put the desk behind https and set TIDINGS_PUBLIC_URL to that address.",
        );
    }
}

/// What is missing for a number that we have.
fn look_at(address: &str, offered: &[Offered], profile: Option<&str>, problems: &mut Vec<Problem>) {
    match offered.iter().find(|found| found.address == address) {
        Some(found) => number_problems(found, profile, problems),
        None => problems.push(Problem {
            address: Some(address.to_owned()),
            code: "not_in_account",
            message: "The carrier account does not have this number any more.".into(),
            mend: "Remove the number here, or bring it back at the carrier.".into(),
        }),
    }
}

fn number_problems(found: &Offered, profile: Option<&str>, problems: &mut Vec<Problem>) {
    let mut add = |code, message: &str, mend: &str| {
        let address = Some(found.address.clone());
        problems.push(Problem { address, code, message: message.into(), mend: mend.into() });
    };
    if found.status != "active" {
        let message = format!("The number is {} at the carrier.", found.status);
        add("not_active", &message, "Wait until the order is complete, or look at it in the portal.");
    }
    if profile.is_none() || found.messaging_profile_id.as_deref() != profile {
        add("not_attached", "The number is not attached to our messaging profile.", "Adopt it again.");
    }
    if found.messaging_enabled == Some(false) {
        add("cannot_text", "The number cannot text.", "Enable messaging for it in the portal, or take another number.");
    }
}
