//! One message of ours, asked for by its id. Telnyx keeps them ten days, and has no list of them.

use jiff::Timestamp;

use super::{Account, Fault, one};
use crate::http::{Request, Response, percent_encoded};
use crate::telnyx::payload::RawMessage;
use crate::telnyx::webhook::Receipt;

/// How a message of ours stands now, by its `carrier_ref`.
pub fn get(account: Account<'_>, carrier_ref: &str) -> Request {
    account.get(&format!("/messages/{}", percent_encoded(carrier_ref)))
}

/// The answer in a receipt's words. It happened at the message's own latest time; where it says none, `now`.
pub fn read(answer: Option<&Response>, now: Timestamp) -> Result<Receipt, Fault> {
    one(answer, now, |message: &RawMessage<'_>| message.receipt(message.latest_instant().unwrap_or(now)).ok())
}
