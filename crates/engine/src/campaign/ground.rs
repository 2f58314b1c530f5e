//! What is the same for everybody whose fate is foreseen, and how somebody's is.

use std::collections::HashMap;

use domain::campaign::forecast::{DryRun, Fate, Foreseen, Text};
use domain::campaign::{Pool, Recipient, Settings, Skip, Standing};
use domain::field::Field;
use domain::gate::{Asked, Reason, looks_back};
use domain::id::{CampaignId, NumberId};
use domain::message::Failure;
use domain::template::Rendering;
use jiff::Timestamp;
use store::campaign::recipient::{self, DueRecipient};
use store::queue::{self, Sender};
use store::{StoreError, TenantTx, tenant};
use uuid::Uuid;

use crate::send::Outside;
use crate::send::recipients::{asked, person, running};

/// A campaign whose launch is only tried.
pub(super) struct Ground {
    pub(super) campaign: CampaignId,
    pub(super) settings: Settings,
    pub(super) starts_at: Timestamp,
    run: DryRun,
    senders: HashMap<NumberId, Sender>,
    pool: Pool,
    /// The tenant's, as far as the text names them.
    fields: Vec<Field>,
}

/// Somebody, with how often they were texted lately.
pub(super) struct Known {
    pub(super) due: DueRecipient,
    had: Vec<Timestamp>,
}

impl Ground {
    /// `None`: its text cannot be read, which was checked when it was saved.
    pub(super) async fn of(
        tx: &mut TenantTx<'_>,
        campaign: CampaignId,
        settings: Settings,
        starts_at: Timestamp,
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
        let mut fields = tenant.fields;
        fields.retain(|field| running.texts.names().any(|name| name == field.key));
        let run = DryRun::new(starts_at, running);
        let pool = store::campaign::pool::usable(tx, &settings.numbers).await?;
        Ok(Some(Self { campaign, settings, starts_at, run, senders, pool, fields }))
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
        Ok(due
            .into_iter()
            .map(|due| Known { had: had.remove(&due.recipient.phone).unwrap_or_default(), due })
            .collect())
    }

    /// Somebody who is not known, reached at this phone; `None`: no number would text them.
    pub(super) fn stranger(&self, phone: &str) -> Option<Known> {
        let recipient = Recipient {
            id: Uuid::nil().into(),
            campaign: self.campaign,
            contact: Uuid::nil().into(),
            phone: phone.to_owned(),
            number: self.from(phone)?,
            standing: Standing::Pending,
            attempt: 0,
            opted_out_at: None,
            conversation: None,
        };
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
        Some(Known { due, had: Vec::new() })
    }

    /// What would become of them. A number that is gone sends nothing.
    pub(super) fn foresee(&self, rendering: &Rendering, one: &Known) -> Foreseen {
        let Some(sender) = self.senders.get(&one.due.recipient.number) else {
            return Foreseen { fate: Fate::Skipped(Skip::Gate(Reason::NumberDisabled)), odd: Vec::new() };
        };
        let asked = Asked { had: &one.had, ..asked(sender, &one.due) };
        self.run.foresee(rendering, &one.due.recipient, person(&one.due), asked)
    }

    /// Their text, whether or not they may have it, and why they would get nothing at the start; `None`: nothing speaks against
    /// it.
    pub(super) fn look(&self, rendering: &Rendering, one: &Known) -> (Result<Text, Skip>, Option<Failure>) {
        let text = self.run.text(rendering, person(&one.due));
        let why_not = self.senders.get(&one.due.recipient.number).and_then(|sender| {
            let asked = Asked { had: &one.had, ..asked(sender, &one.due) };
            self.run.why_not(rendering, &one.due.recipient, person(&one.due), asked)
        });
        (text, why_not)
    }
}
