//! Texts of campaigns on their way to the carrier, from one of our numbers: after those that go to one person, and at the same
//! pace.

use std::collections::{BTreeMap, HashMap};

use domain::campaign::breaker::unregistered;
use domain::campaign::throttle::{Day, Limits};
use domain::campaign::{Due, Running, Settings, Texts, Throttle, Untimely, due};
use domain::consent::Wishes;
use domain::decision::{Change, Decision};
use domain::gate::{Asked, Purpose, looks_back};
use domain::id::{CampaignId, Ids, TenantId};
use domain::link::{Key, Links, Shortener};
use domain::pace::Pace;
use domain::template::{Person, Rendering, Template};
use domain::tenant::SendingLimits;
use jiff::Timestamp;
use providers::telnyx::text::SendText;
use store::campaign::pace;
use store::campaign::recipient::{self, DueRecipient};
use store::link::{self, Codes};
use store::queue::{Lane, Paced, Sender};
use store::remember::{Aftermath, remember};
use store::{StoreError, TenantTx, campaign, media};

use super::board::Then;
use super::{AHEAD_US, Handed, Outside, POLL};
use crate::receive::address_of;
use crate::suppression::Heard;

/// What was claimed, and what the lane waits for next.
pub(super) struct Claimed {
    pub(super) handed: Vec<Handed>,
    pub(super) then: Then,
    pub(super) after: Aftermath,
}

/// Marks recipients as being sent to, at most `room` of all running campaigns together. `paced`: where the number stands in its
/// rate on this day of the carriers.
#[expect(clippy::too_many_arguments, reason = "the part of a claim that campaigns have")]
pub(super) async fn claim(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    ids: &mut Ids,
    lane: &Lane,
    sender: &Sender,
    (paced, day): (&mut Paced, Day),
    room: u32,
    outside: &Outside,
) -> Result<Claimed, StoreError> {
    let mut claimed = Claimed { handed: Vec::new(), then: Then::Nothing, after: Aftermath::default() };
    if lane.ready_at[2].is_none_or(|ready_at| ready_at > now) {
        return Ok(claimed);
    }
    let campaigns = campaign::running(tx).await?;
    let mut decisions = Vec::new();
    let mut often = Often::default();
    let set = sender.settings.sending_limits;
    let throttles = campaigns.iter().map(|sending| (sending.id, sending.settings.throttle));
    let is_limited = set != SendingLimits::default() || throttles.clone().any(|(_, own)| own != Throttle::default());
    let again = now.checked_add(POLL).unwrap_or(now);
    let mut limits = Limits::new(day);
    if is_limited {
        // What several numbers share is counted by one of them at a time.
        if !often.lock(tx, lane.tenant).await? {
            claimed.then = Then::Bulk(again);
            return Ok(claimed);
        }
        let sends = (lane.number, sender.account);
        limits = pace::limits(tx, day, set, sends, paced.day_segments, throttles).await?;
    }
    let mut limited = Limited { limits, until: None };
    let (mut codes, mut went) = (Vec::new(), BTreeMap::new());
    let base = sender.settings.links_base.as_deref().unwrap_or(&outside.public_url);
    'campaigns: for sending in campaigns {
        let id = sending.id;
        let left = room.saturating_sub(u32::try_from(claimed.handed.len()).unwrap_or(u32::MAX));
        if left == 0 {
            break;
        }
        if limited.holds(now, id, 1) {
            continue;
        }
        let Some(running) = running(id, sending.root, &sending.settings, base, outside.link_key) else { continue };
        let paths = match sending.settings.media.as_slice() {
            [] => Vec::new(),
            attached => media::carrier_paths(tx, attached).await?,
        };
        if paths.len() != sending.settings.media.len() {
            tracing::error!(campaign = %id, "what is attached to the texts of a running campaign is gone");
            continue;
        }
        let media_urls: Vec<String> = paths.iter().map(|path| format!("{}{path}", outside.public_url)).collect();
        let names: Vec<&str> = running.texts.names().collect();
        let fields = sender.settings.fields.iter().filter(|field| names.contains(&field.key.as_str()));
        let fields: Vec<_> = fields.cloned().collect();
        let found = recipient::due(tx, (id, sending.only_canary), lane.number, &fields, now, left).await?;
        if found.is_empty() {
            continue;
        }
        if !often.look(tx, now, lane.tenant, sender, &found).await? {
            claimed.then = Then::Bulk(again);
            break;
        }
        let phones: Vec<&str> = found.iter().map(|one| one.recipient.phone.as_str()).collect();
        let heard = Heard::of(
            tx,
            &outside.address_keys,
            now,
            sending.settings.purpose,
            (&sender.settings, lane.number),
            &phones,
        )
        .await?;
        let rendering = Rendering::new("en");
        for one in &found {
            let phone = &one.recipient.phone;
            let (wishes, untimely) = (heard.wishes(phone), sending.settings.untimely());
            let asked = Asked { had: often.had(phone), wishes, untimely, ..asked(sender, one) };
            let (moved, due) = due(now, &running, &one.recipient, &rendering, person(one), one.body.as_deref(), asked);
            if let Some(halt) = unregistered(one.recipient.id, &due) {
                let mut decision = Decision::default();
                decision.change(Change::CampaignHalted { campaign: id, halt: Box::new(halt) });
                decisions.push(decision);
                continue 'campaigns;
            }
            if let Due::Hand { attempt, body, segments } = due {
                if limited.holds(now, id, segments) {
                    continue 'campaigns;
                }
                let pace = Pace::new(lane.rate_millis);
                let mut goes_at = now;
                match pace.map(|pace| pace.take_ahead(now.as_microsecond(), AHEAD_US, paced.tat_us, segments)) {
                    Some(Ok((goes_us, next))) => {
                        goes_at = Timestamp::from_microsecond(goes_us).map_err(StoreError::fault)?;
                        paced.tat_us = next;
                    }
                    Some(Err(wait)) => {
                        claimed.then = Then::Wait(Timestamp::from_microsecond(wait).map_err(StoreError::fault)?);
                        break 'campaigns;
                    }
                    None => {}
                }
                limited.limits.take(now, id, segments);
                paced.day_segments += i64::from(segments.max(1));
                often.hand(&one.recipient.phone);
                *went.entry(id).or_default() += 1;
                let phone = one.recipient.phone.as_str();
                let template = running.texts.of(running.texts.assigned(phone)).filter(|_| one.body.is_none());
                let coded = template.map_or_else(Vec::new, |template| template.coded(phone));
                if !coded.is_empty() {
                    codes.push(Codes { recipient: one.recipient.id, campaign: id, coded });
                }
                let message = one.recipient.id.0.into();
                let request = SendText {
                    from: sender.address.clone(),
                    to: one.recipient.phone.clone(),
                    text: body,
                    media_urls: media_urls.clone(),
                    subject: None,
                    messaging_profile_id: sender.messaging_profile.clone(),
                    webhook_url: Some(address_of(&outside.public_url, sender.account, message)),
                };
                claimed.handed.push(Handed {
                    tenant: lane.tenant,
                    message,
                    lane: one.recipient.id.0,
                    number: lane.number,
                    to: one.recipient.phone.clone(),
                    rate_millis: lane.rate_millis,
                    goes_at,
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
        if found.len() == left as usize {
            claimed.then = Then::Again;
        }
    }
    claimed.after = remember(tx, now, ids, &decisions).await?;
    if !codes.is_empty() {
        link::keep(tx, now, base, &codes).await?;
    }
    pace::keep(tx, &limited.limits).await?;
    pace::count(tx, now, lane.number, &went).await?;
    if let (Then::Nothing, Some(until)) = (&claimed.then, limited.until) {
        // What was set otherwise meanwhile, and a campaign that begins, is looked at again before that.
        claimed.then = Then::Bulk(until.min(again));
    }
    Ok(claimed)
}

/// The limits on campaigns, and until when they hold some of these.
struct Limited {
    limits: Limits,
    until: Option<Timestamp>,
}

impl Limited {
    fn holds(&mut self, now: Timestamp, campaign: CampaignId, segments: u32) -> bool {
        let Err(held) = self.limits.allow(now, campaign, segments) else { return false };
        self.until = Some(self.until.map_or(held.until, |until| until.min(held.until)));
        true
    }
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
        if self.lock(tx, tenant).await? {
            let phones: Vec<_> = capped.iter().map(|(one, _)| one.recipient.phone.as_str()).collect();
            let since = now.checked_sub(back).unwrap_or(Timestamp::MIN);
            self.had = recipient::had(tx, &phones, since).await?;
            for phone in &self.handed {
                self.had.entry(phone.clone()).or_default().insert(0, now);
            }
        }
        Ok(self.is_locked)
    }

    /// Whether no other number of the tenant is at its campaigns just now.
    async fn lock(&mut self, tx: &mut TenantTx<'_>, tenant: TenantId) -> Result<bool, StoreError> {
        if !self.is_locked {
            let (high, low) = tenant.0.as_u64_pair();
            self.is_locked = !tx.try_locks(&[(high ^ low).cast_signed()]).await?.is_empty();
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

/// `None`: a text of it cannot be read, which was checked when it was saved. `base`: where its short links go.
pub(crate) fn running(
    id: CampaignId,
    root: CampaignId,
    settings: &Settings,
    base: &str,
    key: Option<Key>,
) -> Option<Running> {
    let shortener = match (settings.links, key) {
        (Links::Short, Some(key)) => Some(Shortener { base: base.to_owned(), key, campaign: id }),
        _ => None,
    };
    let read = |body: &str| match body.parse::<Template>() {
        Ok(template) => Some(match &shortener {
            Some(shortener) => template.shortened(shortener),
            None => template,
        }),
        Err(fault) => {
            tracing::error!(campaign = %id, code = fault.kind.code(), "the text of a running campaign cannot be read");
            None
        }
    };
    let variants = settings.variants.iter().map(|variant| Some((read(&variant.body)?, variant.weight)));
    let only = read(if settings.variants.is_empty() { &settings.body } else { "" })?;
    let texts = Texts::several(only, variants.collect::<Option<_>>()?, settings.holdout_percent, root);
    Some(Running { id, texts, send_before: settings.send_before, is_mms: !settings.media.is_empty() })
}

pub(crate) fn person(one: &DueRecipient) -> Person<'_> {
    Person { name: &one.name, company: &one.company, phone: &one.recipient.phone, fields: &one.fields }
}

pub(crate) fn asked<'a>(sender: &'a Sender, one: &'a DueRecipient) -> Asked<'a> {
    Asked {
        settings: &sender.settings,
        number_enabled: sender.enabled,
        registration: sender.registration,
        contact_blocked: one.blocked,
        opted_out: one.recipient.opted_out_at.is_some(),
        wishes: Wishes::default(),
        phone: &one.recipient.phone,
        contact_zone: one.zone.as_deref(),
        contact_quiet: one.quiet.as_ref(),
        had: &[],
        untimely: Untimely::default(),
        wrote_at: None,
        purpose: Purpose::Campaign,
    }
}
