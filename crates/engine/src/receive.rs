//! A carrier's webhook: checked, decoded, kept. No other work while the carrier waits.

use aws_lc_rs::digest;
use domain::conversation::lane;
use domain::fact::{CarrierReported, Fact, MediaLink, TextArrived};
use domain::id::{CarrierAccountId, MessageId, WorkId, named};
use domain::keyword::Keyword;
use domain::message::{Cost, Failure, Reported};
use jiff::Timestamp;
use providers::telnyx::error::Family;
use providers::telnyx::signature;
use providers::telnyx::status::Status;
use providers::telnyx::webhook::{self, Autoresponse, Event, InboundText, Kind, Receipt};
use store::StoreError;
use store::queue::Arrival;
use uuid::Uuid;

use crate::world::World;

/// So much of the name of whoever carried a text is kept.
const CARRIER_CHARS: usize = 80;

/// Why a webhook was not kept.
#[derive(Debug, thiserror::Error)]
pub enum NotReceived {
    /// There is no such account.
    #[error("there is no such carrier account")]
    UnknownAccount,
    /// It is not the carrier who says so.
    #[error("the signature was refused: {0}")]
    Signature(signature::Refusal),
    /// It is no event.
    #[error("the body was refused: {0}")]
    Malformed(webhook::DecodeError),
    /// It could not be kept: the carrier shall try again.
    #[error("the event could not be kept")]
    Store(#[from] StoreError),
}

/// Checks, decodes and keeps it. `Ok` means committed.
pub(crate) async fn receive(
    world: &World,
    account: CarrierAccountId,
    message: Option<MessageId>,
    headers: &http::HeaderMap,
    body: &[u8],
) -> Result<(), NotReceived> {
    let now = world.now();
    let known = world.account(account).await?.ok_or(NotReceived::UnknownAccount)?;
    signature::verify(&known.public_keys, headers, body, now).map_err(NotReceived::Signature)?;
    let event = webhook::decode(body, now).map_err(NotReceived::Malformed)?;
    let message = message.or_else(|| echoed(account, &event));
    let id = id(account, message, &event);
    let (lane, fact) = read(account, message, event);
    world.intake.keep(Arrival { id, lane, fact }).await?;
    Ok(())
}

/// Where the carrier tells what became of one text of ours.
pub(crate) fn address_of(public_url: &str, account: CarrierAccountId, message: MessageId) -> String {
    format!("{public_url}{}{message}", own_address(account))
}

fn own_address(account: CarrierAccountId) -> String {
    format!("/hooks/telnyx/{account}/m/")
}

/// The text that a receipt is about, by the address that it should have come to: Telnyx says that address also where it
/// fell back to another. Only the path counts, since ours may have moved to another host meanwhile.
fn echoed(account: CarrierAccountId, event: &Event) -> Option<MessageId> {
    let Kind::Receipt(Receipt { webhook_url: Some(url), .. }) = &event.kind else { return None };
    let url: http::Uri = url.parse().ok()?;
    let (_, message) = url.path().split_once(&own_address(account))?;
    message.parse().ok()
}

/// Our id of what an event tells, made from the carrier's own id and time of it, so that it is the same however often it is
/// told. A text to a number is one fact, whatever event it comes in. A receipt that says which text it is about is another
/// than one that does not: the first may find what the second did not.
fn id(account: CarrierAccountId, message: Option<MessageId>, event: &Event) -> WorkId {
    let mut context = digest::Context::new(&digest::SHA256);
    context.update(account.0.as_bytes());
    let dated = match &event.kind {
        Kind::Received(text) => {
            context.update(b"text");
            context.update(text.to.first().map_or(&[][..], |to| to.as_bytes()));
            context.update(text.carrier_ref.as_bytes());
            text.is_dated.then_some(text.received_at)
        }
        Kind::Receipt(_) | Kind::Other => {
            context.update(b"event");
            context.update(event.event_id.as_bytes());
            context.update(message.as_ref().map_or(&[][..], |message| message.0.as_bytes()));
            event.is_dated.then_some(event.occurred_at)
        }
    };
    let digest = context.finish();
    let digest = digest.as_ref().iter().take(16).fold(0, |digest, byte| digest << 8 | u128::from(*byte));
    WorkId(named(dated.unwrap_or(Timestamp::UNIX_EPOCH), digest))
}

fn read(account: CarrierAccountId, message: Option<MessageId>, event: Event) -> (Uuid, Result<Fact, &'static str>) {
    match event.kind {
        Kind::Received(text) => text_arrived(account, text),
        Kind::Receipt(receipt) => carrier_reported(account, message, receipt),
        Kind::Other => (account.0, Err("not_for_us")),
    }
}

fn text_arrived(account: CarrierAccountId, text: InboundText) -> (Uuid, Result<Fact, &'static str>) {
    let Some(to) = text.to.into_iter().next() else { return (account.0, Err("no_recipient")) };
    let lane = lane(account.0, &to, &text.from);
    let fact = TextArrived {
        account,
        carrier_ref: text.carrier_ref,
        from: text.from,
        to,
        body: text.text,
        media: text
            .media
            .into_iter()
            .map(|media| MediaLink { url: media.url, content_type: media.content_type.unwrap_or_default() })
            .collect(),
        autoresponse: text.autoresponse.map(|autoresponse| match autoresponse {
            Autoresponse::Stop => Keyword::Stop,
            Autoresponse::Start => Keyword::Start,
            Autoresponse::Help => Keyword::Help,
        }),
        at: text.received_at,
    };
    (lane, Ok(Fact::TextArrived(fact)))
}

fn carrier_reported(
    account: CarrierAccountId,
    message: Option<MessageId>,
    receipt: Receipt,
) -> (Uuid, Result<Fact, &'static str>) {
    let Some((to, status)) = receipt.to_statuses.into_iter().next() else { return (account.0, Err("no_recipient")) };
    let lane = lane(account.0, receipt.from.as_deref().unwrap_or_default(), &to);
    let Some(reported) = reported(&status) else { return (lane, Err("nothing_new")) };
    let failed = receipt.errors.first().filter(|_| reported == Reported::Failed);
    let known = failed.map(|error| error.receipt_failure());
    let fact = CarrierReported {
        account,
        message,
        carrier_ref: receipt.carrier_ref,
        from: receipt.from,
        reported,
        opted_out: known.as_ref().is_some_and(|failure| failure.family == Family::OptedOut),
        failure: match (known, reported) {
            (Some(failure), _) => Some(words(failure)),
            (None, Reported::Failed) => Some(Failure {
                code: status.as_str().to_owned(),
                explanation: "The carrier could not deliver it and did not say why.".into(),
                mend: "Check the number with the contact, or try again later.".into(),
            }),
            (None, _) => None,
        },
        carrier: receipt.to_carrier.map(|carrier| shortened(&carrier)).filter(|carrier| !carrier.is_empty()),
        parts: receipt.parts,
        cost: receipt.cost.map(|cost| Cost { micros: cost.micros, currency: cost.currency }),
        at: receipt.occurred_at,
    };
    (lane, Ok(Fact::CarrierReported(fact)))
}

/// Names are open text: no more of one is kept than any needs.
fn shortened(carrier: &str) -> String {
    carrier.trim().chars().take(CARRIER_CHARS).collect()
}

/// A failure of the carrier in our own form.
pub(crate) fn words(failure: providers::telnyx::error::Failure) -> Failure {
    Failure {
        code: failure.code.into_owned(),
        explanation: failure.explanation.to_owned(),
        mend: failure.mend.to_owned(),
    }
}

/// Telnyx's word in ours; `None`: nothing that we did not know when we handed it over.
fn reported(status: &Status) -> Option<Reported> {
    match status {
        Status::Scheduled | Status::Queued | Status::Sending | Status::OtherStatus(_) => None,
        Status::Sent => Some(Reported::Sent),
        Status::Delivered | Status::Read => Some(Reported::Delivered),
        Status::Unconfirmed => Some(Reported::Unconfirmed),
        Status::DeliveryFailed | Status::SendingFailed | Status::Expired | Status::Cancelled => Some(Reported::Failed),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const TEXT: &str = "40385f64-5717-4562-b3fc-2c963f66afa6";
    const AT: &str = "2026-11-23T10:00:00Z";

    /// The id of an event of an account that says this, as it arrives at `minute`.
    fn id_of(account: u128, event: &str, payload: serde_json::Value, minute: i64) -> WorkId {
        let body = json!({"data": {"id": event, "event_type": "message.received", "payload": payload}}).to_string();
        let arrived_at = Timestamp::from_second(1_795_500_000 + minute * 60).unwrap();
        let account = CarrierAccountId(Uuid::from_u128(account));
        id(account, None, &webhook::decode(body.as_bytes(), arrived_at).unwrap())
    }

    fn text(to: &str, received_at: Option<&str>) -> serde_json::Value {
        json!({"id": TEXT, "from": {"phone_number": "+15550100001"}, "to": [{"phone_number": to}],
               "received_at": received_at, "text": "Hi"})
    }

    #[test]
    fn a_text_is_the_same_in_every_event() {
        let first = id_of(1, "e-1", text("+15550100002", Some(AT)), 0);
        assert_eq!(id_of(1, "e-2", text("+15550100002", Some(AT)), 9), first);
        assert_ne!(id_of(2, "e-1", text("+15550100002", Some(AT)), 0), first, "another account's is another");
        assert_ne!(id_of(1, "e-1", text("+15550100003", Some(AT)), 0), first, "to each of a group it is another");
    }

    #[test]
    fn also_when_nobody_says_when() {
        let first = id_of(1, "e-1", text("+15550100002", None), 0);
        assert_eq!(id_of(1, "e-2", text("+15550100002", None), 9), first);
    }

    #[test]
    fn a_receipt_is_another_only_if_it_says_more() {
        let body = json!({"data": {"id": "e-1", "event_type": "message.sent", "payload": {"id": TEXT, "sent_at": AT}}});
        let event = webhook::decode(body.to_string().as_bytes(), AT.parse().unwrap()).unwrap();
        let of = |message: Option<u128>| {
            id(CarrierAccountId(Uuid::from_u128(1)), message.map(|id| MessageId(Uuid::from_u128(id))), &event)
        };
        assert_eq!(of(Some(7)), of(Some(7)));
        assert_ne!(of(None), of(Some(7)));
    }

    #[test]
    fn an_echoed_address_names_the_text_if_it_is_one_of_the_accounts() {
        let (account, message) = (CarrierAccountId(Uuid::from_u128(1)), MessageId(Uuid::from_u128(7)));
        let other = CarrierAccountId(Uuid::from_u128(2));
        for (url, expected) in [
            (address_of("https://desk.example", account, message), Some(message)),
            (address_of("https://moved.example/below", account, message), Some(message)),
            (address_of("https://desk.example", other, message), None),
            (format!("https://desk.example/hooks/telnyx/{account}"), None),
            (format!("https://desk.example/hooks/telnyx/{account}/m/msg_1"), None),
            (format!("https://desk.example/?is=/hooks/telnyx/{account}/m/{message}"), None),
            ("no address".to_owned(), None),
        ] {
            let payload = json!({"id": TEXT, "webhook_url": url});
            let body = json!({"data": {"id": "e-1", "event_type": "message.sent", "payload": payload}}).to_string();
            let event = webhook::decode(body.as_bytes(), AT.parse().unwrap()).unwrap();
            assert_eq!(echoed(account, &event), expected, "{url}");
        }
    }
}
