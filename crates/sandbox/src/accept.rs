//! Which messages Telnyx takes, and which it refuses with what code.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use uuid::Uuid;

use crate::{
    count::{self, Counted, Encoding},
    country,
    directory::{Directory, Number, Profile},
    faults::Outcome,
    message::{Kind, Message, Webhooks, fresh},
    registration,
    wire::{error::ApiError, profile::is_url},
    world::World,
};

/// The body of `POST /v2/messages`. Fields it does not know are ignored, as Telnyx does.
#[derive(Deserialize)]
pub(crate) struct NewMessage {
    to: Option<String>,
    from: Option<String>,
    messaging_profile_id: Option<String>,
    text: Option<String>,
    #[serde(default)]
    media_urls: Vec<String>,
    subject: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    encoding: Option<String>,
    auto_detect: Option<bool>,
    send_at: Option<Timestamp>,
    webhook_url: Option<String>,
    webhook_failover_url: Option<String>,
    use_profile_webhooks: Option<bool>,
}

/// Reads a body, or says what is wrong with it.
pub(crate) fn parse(body: &[u8]) -> Result<NewMessage, ApiError> {
    serde_json::from_slice(body).map_err(|error| match error.classify() {
        serde_json::error::Category::Data => ApiError::new(422, "10026", error.to_string()),
        _ => ApiError::malformed("The request body is not valid JSON."),
    })
}

/// Checks a new message against everything the carrier knows, and makes it. The n-th message of the present plan.
pub(crate) fn accept(
    world: &World,
    account: Uuid,
    new: NewMessage,
    idempotency_key: Option<&str>,
) -> Result<Arc<Message>, ApiError> {
    let now = world.now();
    let to = new.to.filter(|to| !to.is_empty()).ok_or_else(|| ApiError::missing("/to"))?;
    if !country::is_e164(&to) && !country::is_short_code(&to) {
        return Err(ApiError::new(400, "40310", "The 'to' address must be a valid number in +E.164 form.").at("/to"));
    }
    for (url, pointer) in [(&new.webhook_url, "/webhook_url"), (&new.webhook_failover_url, "/webhook_failover_url")] {
        if url.as_deref().is_some_and(|url| !url.is_empty() && !is_url(url)) {
            return Err(
                ApiError::new(422, "10015", "Must be an http or https URL of at most 2000 characters.").at(pointer)
            );
        }
    }
    let send_at = new.send_at.map(|at| schedulable(at, now)).transpose()?;
    let kind = kind(new.kind.as_deref(), &new.media_urls)?;
    let text = new.text.unwrap_or_default();
    check_content(&text, &new.media_urls, kind)?;

    let directory = world.directory();
    let sender = sender(&directory, account, new.from.as_deref(), new.messaging_profile_id.as_deref(), kind)?;
    let profile = sender.profile;
    if !profile.enabled {
        return Err(ApiError::new(403, "40312", "Enable the messaging profile to send from it."));
    }
    if !profile.reaches(&to) {
        let detail = "The destination's country is not in the profile's whitelisted destinations.";
        return Err(ApiError::new(400, "40309", detail).at("/to"));
    }
    if directory.opted_out(profile.id, &to) {
        let detail = "The recipient has opted out of messages from this messaging profile.";
        return Err(ApiError::new(409, "40300", detail).at("/to"));
    }
    if kind == Kind::Mms && sender.number.is_some_and(|number| !number.can_mms) {
        return Err(ApiError::new(400, "40308", "The 'from' number cannot send MMS.").at("/from"));
    }
    if let Some(refusal) = sender.number.and_then(|number| registration::refusal(number, &to)) {
        return Err(refusal);
    }
    let smart = profile.smart_encoding && new.encoding.as_deref().is_none_or(|encoding| encoding == "auto");
    let sized = size(&text, new.encoding.as_deref(), smart)?;
    let parts = if kind == Kind::Mms { 1 } else { sized.counted.parts };
    if parts > count::PARTS_MAX {
        return Err(
            ApiError::new(400, "40302", format!("The text takes {parts} parts; at most 10 are allowed.")).at("/text")
        );
    }
    if new.auto_detect == Some(true) && parts > RECOMMENDED_PARTS_MAX {
        return Err(ApiError::new(400, "40328", format!("The text takes {parts} parts.")).at("/text"));
    }
    if world.is_full() {
        return Err(ApiError::new(400, "40318", "Too many messages are on their way; send more slowly."));
    }
    let ordinal = world.next_message();
    let plan = world.plan();
    let outcome = plan.faults.outcome(plan.seed, ordinal, &to);
    if let Outcome::Rejected { code, status } = &outcome {
        return Err(ApiError::new(*status, code, "Refused, as the sandbox was told to."));
    }
    let fallback = if new.use_profile_webhooks.unwrap_or(true) { profile.webhooks() } else { Webhooks::default() };
    Ok(Arc::new(Message {
        id: world.uuid(),
        ordinal,
        organization: account,
        profile: profile.id,
        from: sender.from.into(),
        to: to.into(),
        text: text.into(),
        subject: new.subject.map(Into::into),
        media_urls: new.media_urls.into(),
        kind,
        encoding: sized.counted.encoding,
        parts,
        smart_encoding_applied: sized.smart_encoding_applied,
        tags: sender.number.map(|number| Arc::clone(&number.tags)).unwrap_or_default(),
        webhooks: Webhooks {
            url: chosen(new.webhook_url, fallback.url),
            failover_url: chosen(new.webhook_failover_url, fallback.failover_url),
        },
        received_at: now,
        send_at,
        idempotency_key: idempotency_key.map(Into::into),
        outcome,
        progress: fresh(send_at),
    }))
}

struct Sender<'a> {
    from: String,
    number: Option<&'a Number>,
    profile: &'a Profile,
}

/// Who sends: a number on a profile, an alphanumeric name, or the profile's pool.
fn sender<'a>(
    directory: &'a Directory,
    account: Uuid,
    from: Option<&str>,
    profile_id: Option<&str>,
    kind: Kind,
) -> Result<Sender<'a>, ApiError> {
    let named = profile_id.filter(|id| !id.is_empty()).map(|id| profile_named(directory, account, id)).transpose()?;
    let Some(from) = from.filter(|from| !from.is_empty()) else {
        let profile = named.ok_or_else(|| ApiError::missing("/from"))?;
        let number = directory.pool_number(profile.id).filter(|_| profile.pool);
        let number = number.ok_or_else(|| ApiError::new(400, "40321", "The profile has no usable number pool."))?;
        return Ok(Sender { from: number.e164.clone(), number: Some(number), profile });
    };
    if is_alphanumeric(from) {
        let profile = named.ok_or_else(|| not_ours("An alphanumeric sender needs a messaging profile."))?;
        if kind == Kind::Mms {
            return Err(ApiError::new(400, "40308", "An alphanumeric sender cannot send MMS.").at("/from"));
        }
        return Ok(Sender { from: from.to_owned(), number: None, profile });
    }
    let number = directory.numbers.get(from).filter(|number| number.account == account);
    let number = number.ok_or_else(|| not_ours("The 'from' number does not belong to this account."))?;
    let profile = number.profile.and_then(|id| directory.profiles.get(&id));
    let profile = profile.ok_or_else(|| not_ours("The 'from' number is not on a messaging profile."))?;
    if named.is_some_and(|named| named.id != profile.id) {
        return Err(not_ours("The 'from' number is on another messaging profile."));
    }
    Ok(Sender { from: from.to_owned(), number: Some(number), profile })
}

fn not_ours(detail: &str) -> ApiError {
    ApiError::new(400, "40305", detail).at("/from")
}

fn profile_named<'a>(directory: &'a Directory, account: Uuid, id: &str) -> Result<&'a Profile, ApiError> {
    let invalid =
        || ApiError::new(422, "10015", "No messaging profile of this account has this id.").at("/messaging_profile_id");
    let id = Uuid::try_parse(id).map_err(|_| invalid())?;
    directory.profile(account, id).map_err(|_| invalid())
}

fn kind(named: Option<&str>, media_urls: &[String]) -> Result<Kind, ApiError> {
    match named {
        None | Some("") => Ok(if media_urls.is_empty() { Kind::Sms } else { Kind::Mms }),
        Some("SMS") if media_urls.is_empty() => Ok(Kind::Sms),
        Some("SMS") => Err(ApiError::new(400, "40304", "An SMS takes no media.").at("/media_urls")),
        Some("MMS") => Ok(Kind::Mms),
        Some(_) => Err(ApiError::new(422, "10032", "Must be one of SMS, MMS.").at("/type")),
    }
}

fn check_content(text: &str, media_urls: &[String], kind: Kind) -> Result<(), ApiError> {
    if text.is_empty() && media_urls.is_empty() {
        return Err(ApiError::new(400, "40316", "A message needs text or media.").at("/text"));
    }
    if kind == Kind::Mms && (media_urls.len() > MEDIA_MAX || !media_urls.iter().all(|url| is_url(url))) {
        return Err(ApiError::new(400, "40317", "An MMS takes at most 10 media URLs.").at("/media_urls"));
    }
    Ok(())
}

struct Sized {
    counted: Counted,
    smart_encoding_applied: bool,
}

fn size(text: &str, encoding: Option<&str>, smart: bool) -> Result<Sized, ApiError> {
    let plain = |counted| Sized { counted, smart_encoding_applied: false };
    match encoding {
        Some("ucs2") => Ok(plain(count::count_ucs2(text))),
        Some("gsm7") => {
            let counted = count::count(text);
            let fits = counted.encoding == Encoding::Gsm7;
            let refusal = || ApiError::new(400, "40304", "The text cannot be encoded in GSM-7.").at("/encoding");
            if fits { Ok(plain(counted)) } else { Err(refusal()) }
        }
        None | Some("auto") if smart => {
            let replaced = count::smart(text);
            let empty = replaced.is_empty() && !text.is_empty();
            if empty {
                return Err(
                    ApiError::new(400, "40316", "Nothing is left of the text after smart encoding.").at("/text")
                );
            }
            Ok(Sized { counted: count::count(&replaced), smart_encoding_applied: replaced != text })
        }
        None | Some("auto") => Ok(plain(count::count(text))),
        Some(_) => Err(ApiError::new(422, "10032", "Must be one of auto, gsm7, ucs2.").at("/encoding")),
    }
}

/// Scheduling reaches from five minutes to five days ahead.
fn schedulable(at: Timestamp, now: Timestamp) -> Result<Timestamp, ApiError> {
    let ahead = at.duration_since(now);
    let fits = ahead >= SignedDuration::from_mins(5) && ahead <= SignedDuration::from_hours(5 * 24);
    let refusal = || ApiError::new(422, "10015", "Must be between 5 minutes and 5 days ahead.").at("/send_at");
    if fits { Ok(at) } else { Err(refusal()) }
}

fn is_alphanumeric(from: &str) -> bool {
    let shaped =
        (1..=11).contains(&from.len()) && from.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b' ');
    shaped && from.bytes().any(|byte| byte.is_ascii_alphabetic())
}

fn chosen(own: Option<String>, fallback: Option<Arc<str>>) -> Option<Arc<str>> {
    own.filter(|url| !url.is_empty()).map(Arc::from).or(fallback)
}

const MEDIA_MAX: usize = 10;
/// What `auto_detect` lets through; Telnyx does not publish its own figure.
const RECOMMENDED_PARTS_MAX: u32 = 4;
