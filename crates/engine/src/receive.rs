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
    let id = id(account, &event);
    let (lane, fact) = read(account, message, event);
    world.intake.keep(Arrival { id, lane, fact }).await?;
    Ok(())
}

/// Our id of what an event tells, made from the carrier's own id and time of it, so that it is the same however often it is
/// told. A text is one fact, whatever event it comes in.
fn id(account: CarrierAccountId, event: &Event) -> WorkId {
    let (what, name, at) = match &event.kind {
        Kind::Received(text) => (&b"telnyx text"[..], &text.carrier_ref, text.received_at),
        Kind::Receipt(_) | Kind::Other => (&b"telnyx"[..], &event.event_id, event.occurred_at),
    };
    let mut context = digest::Context::new(&digest::SHA256);
    context.update(what);
    context.update(account.0.as_bytes());
    context.update(name.as_bytes());
    let digest = context.finish();
    let digest = digest.as_ref().iter().take(16).fold(0, |digest, byte| digest << 8 | u128::from(*byte));
    WorkId(named(if event.is_dated { at } else { Timestamp::UNIX_EPOCH }, digest))
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
        parts: receipt.parts,
        cost: receipt.cost.map(|cost| Cost { micros: cost.micros, currency: cost.currency }),
        at: receipt.occurred_at,
    };
    (lane, Ok(Fact::CarrierReported(fact)))
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
