//! Texts of campaigns on their way to the carrier, from one of our numbers: after those that go to one person, and at the same
//! pace.

use std::collections::HashMap;

use domain::campaign::{Due, Running, due};
use domain::consent::Wishes;
use domain::decision::{Change, Decision};
use domain::gate::{Asked, Purpose, looks_back};
use domain::id::{CampaignId, Ids, TenantId};
use domain::pace::Pace;
use domain::template::{Person, Rendering, Template};
use jiff::Timestamp;
use providers::telnyx::text::SendText;
use store::campaign::recipient::{self, DueRecipient};
use store::queue::{Lane, Sender};
use store::remember::{Aftermath, remember};
use store::{StoreError, TenantTx, campaign, consent};

use super::board::Then;
use super::{Handed, POLL};
use crate::receive::address_of;
use crate::suppression::AddressKeys;

/// What was claimed, and what the lane waits for next.
pub(super) struct Claimed {
    pub(super) handed: Vec<Handed>,
    pub(super) then: Then,
    pub(super) after: Aftermath,
}

/// Marks recipients as being sent to, at most `room` of all running campaigns together. `tat`: where the number stands in its
/// rate.
#[expect(clippy::too_many_arguments, reason = "the part of a claim that campaigns have")]
pub(super) async fn claim(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    ids: &mut Ids,
    lane: &Lane,
    sender: &Sender,
    tat: &mut i64,
    room: u32,
    public_url: &str,
    keys: &AddressKeys,
) -> Result<Claimed, StoreError> {
    let mut claimed = Claimed { handed: Vec::new(), then: Then::Nothing, after: Aftermath::default() };
    if lane.ready_at[2].is_none_or(|ready_at| ready_at > now) {
        return Ok(claimed);
    }
    let campaigns = campaign::running(tx).await?;
    let mut decisions = Vec::new();
    let mut often = Often::default();
    'campaigns: for (id, settings) in campaigns {
        let left = room.saturating_sub(u32::try_from(claimed.handed.len()).unwrap_or(u32::MAX));
        if left == 0 {
            break;
        }
        let Some(running) = running(id, &settings.body, settings.send_before) else { continue };
        let names = running.template.names();
        let fields = sender.settings.fields.iter().filter(|field| names.contains(&field.key.as_str()));
        let fields: Vec<_> = fields.cloned().collect();
        let found = recipient::due(tx, id, lane.number, &fields, now, left).await?;
        if found.len() == left as usize {
            claimed.then = Then::Again;
        }
        if found.is_empty() {
            continue;
        }
        if !often.look(tx, now, lane.tenant, sender, &found).await? {
            claimed.then = Then::Wait(now.checked_add(POLL).unwrap_or(now));
            break;
        }
        let phones: Vec<&str> = found.iter().map(|one| one.recipient.phone.as_str()).collect();
        let standings = consent::standings(tx, settings.purpose, lane.number, &phones).await?;
        let suppressed = keys.suppressed(tx, now, &phones).await?;
        let rendering = Rendering::new("en");
        for one in &found {
            let phone = &one.recipient.phone;
            let wishes = Wishes {
                purpose: settings.purpose,
                standing: standings.get(phone).copied().unwrap_or_default(),
                suppressed: suppressed.contains(phone),
            };
            let asked = Asked { had: often.had(phone), wishes, ..asked(sender, one) };
            let (moved, due) = due(now, &running, &one.recipient, &rendering, person(one), one.body.as_deref(), asked);
            if let Due::Hand { attempt, body, segments } = due {
                match Pace::new(lane.rate_millis).map(|pace| pace.take(now.as_microsecond(), *tat, segments)) {
                    Some(Ok(next)) => *tat = next,
                    Some(Err(wait)) => {
                        claimed.then = Then::Wait(Timestamp::from_microsecond(wait).map_err(StoreError::fault)?);
                        break 'campaigns;
                    }
                    None => {}
                }
                often.hand(&one.recipient.phone);
                let message = one.recipient.id.0.into();
                let request = SendText {
                    from: sender.address.clone(),
                    to: one.recipient.phone.clone(),
                    text: body,
                    media_urls: Vec::new(),
                    subject: None,
                    messaging_profile_id: sender.messaging_profile.clone(),
                    webhook_url: Some(address_of(public_url, sender.account, message)),
                };
                claimed.handed.push(Handed {
                    tenant: lane.tenant,
                    message,
                    lane: one.recipient.id.0,
                    number: lane.number,
                    rate_millis: lane.rate_millis,
                    segments,
                    attempt,
                    account: sender.account,
                    request: request.serialize().to_vec(),
                    of_campaign: true,
                });
            }
            let mut decision = Decision::default();
            decision.change(Change::RecipientMoved(Box::new(moved)));
            decisions.push(decision);
        }
    }
    claimed.after = remember(tx, now, ids, &decisions).await?;
    Ok(claimed)
}

/// How often those were texted lately whom the law or the tenant does not want texted too often. Others are not asked about.
#[derive(Default)]
struct Often {
    is_locked: bool,
    had: HashMap<String, Vec<Timestamp>>,
    /// To whom this claim sends: it is not written yet, and the next campaign must know.
    handed: Vec<String>,
}

impl Often {
    /// Reads what campaigns sent to these; `false`: another number of the tenant does so just now, and what it is about to send
    /// cannot be seen.
    async fn look(
        &mut self,
        tx: &mut TenantTx<'_>,
        now: Timestamp,
        tenant: TenantId,
        sender: &Sender,
        due: &[DueRecipient],
    ) -> Result<bool, StoreError> {
        let capped = due.iter().filter_map(|one| Some((one, looks_back(now, &asked(sender, one))?)));
        let capped: Vec<_> = capped.collect();
        let Some(back) = capped.iter().map(|(_, back)| *back).max() else { return Ok(true) };
        if !self.is_locked {
            let (high, low) = tenant.0.as_u64_pair();
            self.is_locked = !tx.try_locks(&[(high ^ low).cast_signed()]).await?.is_empty();
        }
        if self.is_locked {
            let phones: Vec<_> = capped.iter().map(|(one, _)| one.recipient.phone.as_str()).collect();
            let since = now.checked_sub(back).unwrap_or(Timestamp::MIN);
            self.had = recipient::had(tx, &phones, since).await?;
            for phone in &self.handed {
                self.had.entry(phone.clone()).or_default().insert(0, now);
            }
        }
        Ok(self.is_locked)
    }

    fn had(&self, phone: &str) -> &[Timestamp] {
        self.had.get(phone).map_or(&[], Vec::as_slice)
    }

    fn hand(&mut self, phone: &str) {
        if self.is_locked {
            self.handed.push(phone.to_owned());
        }
    }
}

/// `None`: its text cannot be read, which was checked when it was saved.
fn running(id: CampaignId, body: &str, send_before: Option<Timestamp>) -> Option<Running> {
    match body.parse::<Template>() {
        Ok(template) => Some(Running { id, template, send_before }),
        Err(fault) => {
            tracing::error!(campaign = %id, code = fault.kind.code(), "the text of a running campaign cannot be read");
            None
        }
    }
}

fn person(one: &DueRecipient) -> Person<'_> {
    Person { name: &one.name, company: &one.company, phone: &one.recipient.phone, fields: &one.fields }
}

fn asked<'a>(sender: &'a Sender, one: &'a DueRecipient) -> Asked<'a> {
    Asked {
        settings: &sender.settings,
        number_enabled: sender.enabled,
        contact_blocked: one.blocked,
        opted_out: one.recipient.opted_out_at.is_some(),
        wishes: Wishes::default(),
        phone: &one.recipient.phone,
        contact_zone: one.zone.as_deref(),
        contact_quiet: None,
        had: &[],
        wrote_at: None,
        purpose: Purpose::Campaign,
    }
}
