//! Texts of campaigns on their way to the carrier, from one of our numbers: after those that go to one person, and at the same
//! pace.

use domain::campaign::{Due, Running, due};
use domain::decision::{Change, Decision};
use domain::gate::{Asked, Purpose};
use domain::id::{CampaignId, Ids};
use domain::pace::Pace;
use domain::template::{Person, Rendering, Template};
use jiff::Timestamp;
use providers::telnyx::text::SendText;
use store::campaign::recipient::{self, DueRecipient};
use store::queue::{Lane, Sender};
use store::remember::{Aftermath, remember};
use store::{StoreError, TenantTx, campaign};

use super::Handed;
use super::board::Then;
use crate::receive::address_of;

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
) -> Result<Claimed, StoreError> {
    let mut claimed = Claimed { handed: Vec::new(), then: Then::Nothing, after: Aftermath::default() };
    if lane.ready_at[2].is_none_or(|ready_at| ready_at > now) {
        return Ok(claimed);
    }
    let campaigns = campaign::running(tx).await?;
    let mut decisions = Vec::new();
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
        let rendering = Rendering::new("en");
        for one in &found {
            let (moved, due) =
                due(now, &running, &one.recipient, &rendering, person(one), one.body.as_deref(), asked(sender, one));
            if let Due::Hand { attempt, body, segments } = due {
                match Pace::new(lane.rate_millis).map(|pace| pace.take(now.as_microsecond(), *tat, segments)) {
                    Some(Ok(next)) => *tat = next,
                    Some(Err(wait)) => {
                        claimed.then = Then::Wait(Timestamp::from_microsecond(wait).map_err(StoreError::fault)?);
                        break 'campaigns;
                    }
                    None => {}
                }
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
        contact_zone: one.zone.as_deref(),
        wrote_at: None,
        purpose: Purpose::Campaign,
    }
}
