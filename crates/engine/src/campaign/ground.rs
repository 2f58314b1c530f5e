//! What is the same for everybody whose fate is foreseen, and how somebody's is.

use std::collections::HashMap;

use domain::campaign::forecast::{DryRun, Fate, Foreseen, Text};
use domain::campaign::{Pool, Recipient, Schedule, Settings, Skip, Standing};
use domain::consent::Wishes;
use domain::field::Field;
use domain::gate::{Asked, Reason, looks_back};
use domain::id::{CampaignId, NumberId};
use domain::message::Failure;
use domain::template::Rendering;
use domain::tenant::Settings as TenantSettings;
use jiff::Timestamp;
use jiff::civil::DateTime;
use store::campaign::recipient::{self, DueRecipient};
use store::queue::{self, Sender};
use store::{StoreError, TenantTx, tenant};
use uuid::Uuid;

use crate::send::Outside;
use crate::send::recipients::{asked, person, running};
use crate::suppression::{AddressKeys, Heard};

/// A campaign whose launch is only tried.
pub(super) struct Ground {
    pub(super) campaign: CampaignId,
    pub(super) settings: Settings,
    pub(super) starts_at: Timestamp,
    run: DryRun,
    tenant: TenantSettings,
    senders: HashMap<NumberId, Sender>,
    pool: Pool,
    /// The tenant's, as far as the text names them.
    fields: Vec<Field>,
    address_keys: AddressKeys,
}

/// Somebody, with how often they were texted lately and what they want.
pub(super) struct Known {
    pub(super) due: DueRecipient,
    had: Vec<Timestamp>,
    wishes: Wishes,
}

impl Ground {
    /// `None`: its text cannot be read, which was checked when it was saved.
    pub(super) async fn of(
        tx: &mut TenantTx<'_>,
        campaign: CampaignId,
        settings: Settings,
        (starts_at, at_local): (Timestamp, Option<DateTime>),
        outside: &Outside,
    ) -> Result<Option<Self>, StoreError> {
        let root = store::campaign::retry::root(tx, campaign).await?;
        let tenant = tenant::settings(tx).await?;
        let base = tenant.links_base.as_deref().unwrap_or(&outside.public_url);
        let Some(running) = running(campaign, root, &settings, base, outside.link_key) else { return Ok(None) };
        let mut senders = HashMap::new();
        for number in &settings.numbers {
            if let Some(sender) = queue::sender(tx, *number).await? {
                senders.insert(*number, sender);
            }
        }
        let mut fields = tenant.fields.clone();
        fields.retain(|field| running.texts.names().any(|name| name == field.key));
        let schedule = Schedule { at_local, ..Schedule::default() };
        let run = DryRun::new(starts_at, schedule, running);
        let pool = store::campaign::pool::usable(tx, &settings.numbers).await?;
        Ok(Some(Self {
            campaign,
            settings,
            starts_at,
            run,
            tenant,
            senders,
            pool,
            fields,
            address_keys: outside.address_keys.clone(),
        }))
    }

    /// From which number somebody would be texted; `None`: there is none.
    pub(super) fn from(&self, phone: &str) -> Option<NumberId> {
        self.pool.choose(phone, None)
    }

    /// What is known of those who are reached at these phones; nobody's are left out.
    pub(super) async fn know(&self, tx: &mut TenantTx<'_>, phones: &[&str]) -> Result<Vec<Known>, StoreError> {
        let from = |phone: &str| self.from(phone);
        let due = recipient::would_be_due(tx, self.campaign, &self.fields, phones, from).await?;
        // Who is not texted too often by anybody's word is not asked about.
        let back =
            |one: &DueRecipient| looks_back(self.starts_at, &asked(self.senders.get(&one.recipient.number)?, one));
        let capped: Vec<_> = due.iter().filter_map(|one| Some((one.recipient.phone.as_str(), back(one)?))).collect();
        let mut had = match capped.iter().map(|(_, back)| *back).max() {
            Some(back) => {
                let phones: Vec<_> = capped.iter().map(|(phone, _)| *phone).collect();
                recipient::had(tx, &phones, self.starts_at.checked_sub(back).unwrap_or(Timestamp::MIN)).await?
            }
            None => HashMap::new(),
        };
        let heard = self.hear(tx, due.iter().map(|one| (one.recipient.number, one.recipient.phone.as_str()))).await?;
        let known = |due: DueRecipient| Known {
            had: had.remove(&due.recipient.phone).unwrap_or_default(),
            wishes: wishes(&heard, &due.recipient),
            due,
        };
        Ok(due.into_iter().map(known).collect())
    }

    /// What they want of texts, each from one of our numbers.
    async fn hear<'p>(
        &self,
        tx: &mut TenantTx<'_>,
        people: impl Iterator<Item = (NumberId, &'p str)>,
    ) -> Result<HashMap<NumberId, Heard>, StoreError> {
        let mut by_number: HashMap<NumberId, Vec<&str>> = HashMap::new();
        for (number, phone) in people {
            by_number.entry(number).or_default().push(phone);
        }
        let mut heard = HashMap::with_capacity(by_number.len());
        let (keys, purpose) = (&self.address_keys, self.settings.purpose);
        for (number, phones) in by_number {
            heard.insert(number, Heard::of(tx, keys, self.starts_at, purpose, (&self.tenant, number), &phones).await?);
        }
        Ok(heard)
    }

    /// People who are not known, reached at these phones; whom no number would text is left out.
    pub(super) async fn strangers(&self, tx: &mut TenantTx<'_>, phones: &[&str]) -> Result<Vec<Known>, StoreError> {
        let reached: Vec<_> = phones.iter().filter_map(|phone| Some((self.from(phone)?, *phone))).collect();
        let heard = self.hear(tx, reached.iter().copied()).await?;
        Ok(reached.into_iter().map(|(number, phone)| self.stranger(&heard, number, phone)).collect())
    }

    fn stranger(&self, heard: &HashMap<NumberId, Heard>, number: NumberId, phone: &str) -> Known {
        let recipient = Recipient {
            id: Uuid::nil().into(),
            campaign: self.campaign,
            contact: Uuid::nil().into(),
            phone: phone.to_owned(),
            number,
            standing: Standing::Pending,
            attempt: 0,
            opted_out_at: None,
            conversation: None,
            workflow: None,
        };
        let wishes = wishes(heard, &recipient);
        let (name, company) = (String::new(), String::new());
        let due = DueRecipient {
            recipient,
            name,
            company,
            blocked: false,
            zone: None,
            quiet: None,
            fields: Vec::new(),
            body: None,
        };
        Known { due, had: Vec::new(), wishes }
    }

    /// What would become of them. A number that is gone sends nothing.
    pub(super) fn foresee(&self, rendering: &Rendering, one: &Known) -> Foreseen {
        let Some(sender) = self.senders.get(&one.due.recipient.number) else {
            return Foreseen {
                fate: Fate::Skipped(Skip::Gate(Reason::NumberDisabled)),
                odd: Vec::new(),
                own_time: None,
            };
        };
        let asked = self.asked(sender, one);
        self.run.foresee(rendering, &one.due.recipient, person(&one.due), asked)
    }

    /// Their text, whether or not they may have it, and why they would get nothing at the start; `None`: nothing speaks against
    /// it.
    pub(super) fn look(&self, rendering: &Rendering, one: &Known) -> (Result<Text, Skip>, Option<Failure>) {
        let text = self.run.text(rendering, person(&one.due));
        let why_not = self.senders.get(&one.due.recipient.number).and_then(|sender| {
            let asked = self.asked(sender, one);
            self.run.why_not(rendering, &one.due.recipient, person(&one.due), asked)
        });
        (text, why_not)
    }

    fn asked<'a>(&self, sender: &'a Sender, one: &'a Known) -> Asked<'a> {
        Asked { had: &one.had, wishes: one.wishes, untimely: self.settings.untimely(), ..asked(sender, &one.due) }
    }
}

fn wishes(heard: &HashMap<NumberId, Heard>, of: &Recipient) -> Wishes {
    heard.get(&of.number).map(|heard| heard.wishes(&of.phone)).unwrap_or_default()
}
