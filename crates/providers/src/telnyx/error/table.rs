//! Telnyx's error codes, one row each, in order. Meanings are Telnyx's; family, words and mends are ours.

use super::Family::{self, Ambiguous, Config, OptedOut, Permanent, SlowDown, Transient};

pub(super) struct Row {
    first: u32,
    last: u32,
    pub(super) family: Family,
    pub(super) explanation: &'static str,
    pub(super) mend: &'static str,
}

/// The row of a code.
pub(super) fn row(code: u32) -> Option<&'static Row> {
    let row = ROWS.get(ROWS.partition_point(|row| row.last < code))?;
    (row.first <= code).then_some(row)
}

/// For a code that is not in the table.
pub(super) const UNKNOWN: Row = Row {
    first: 0,
    last: 0,
    family: Permanent,
    explanation: "Telnyx refused this with a code that we do not know yet.",
    mend: "Look the code up in Telnyx's documentation or ask their support; it is not sent again until someone decides.",
};

const fn one(code: u32, family: Family, explanation: &'static str, mend: &'static str) -> Row {
    range(code, code, family, explanation, mend)
}

const fn range(first: u32, last: u32, family: Family, explanation: &'static str, mend: &'static str) -> Row {
    Row { first, last, family, explanation, mend }
}

const OUR_BUG: &str = "This is a fault in our request: please report it with the code.";
const CHECK_KEY: &str = "Check the API key of the carrier account; make a new one in Telnyx's portal if in doubt.";
const ASK_TELNYX: &str = "Sign in to Telnyx's portal and settle what it asks for, or write to Telnyx's support.";
const CHECK_NUMBER: &str = "Check the number with the recipient.";
const REWORD: &str = "Reword the text: fewer links, no shorteners, your business name in it.";
const LESS: &str = "Nothing to do: it is sent again more slowly. Spread large sends over more time.";
const ASK_CODE: &str = "Voice only: a call had moved on when we spoke to it. Nothing to do.";

/// One row a line, as in the table it follows.
#[rustfmt::skip]
static ROWS: &[Row] = &[
    one(10004, Permanent, "Telnyx missed something in our request.", OUR_BUG),
    one(10005, Permanent, "Telnyx does not know what was asked for.", "Check that it still exists in Telnyx's portal and belongs to this account."),
    one(10007, Ambiguous, "Telnyx had an unexpected error; the text may or may not have gone out.", "Wait for the receipt. Send again only after checking with the recipient."),
    one(10008, Ambiguous, "Telnyx took too long; the text may or may not have gone out.", "Wait for the receipt. Send again only after checking with the recipient."),
    one(10009, Config, "Telnyx does not accept the API key.", CHECK_KEY),
    one(10011, SlowDown, "Telnyx was asked too often.", LESS),
    one(10015, Permanent, "Telnyx could not read something in our request.", OUR_BUG),
    one(10016, Permanent, "A phone number was not in international form.", CHECK_NUMBER),
    one(10026, Permanent, "Telnyx expected another kind of value in our request.", OUR_BUG),
    one(10027, Permanent, "The same text was handed over twice with different content; only the first counts.", OUR_BUG),
    one(10032, Permanent, "Telnyx does not allow a value in our request.", OUR_BUG),
    one(10036, Ambiguous, "Telnyx is still working on the first try of this text.", "Wait for the receipt."),
    one(10037, Ambiguous, "Telnyx was unavailable; the text may or may not have gone out.", "Wait for the receipt. Send again only after checking with the recipient."),
    one(10038, Config, "The Telnyx account may not do this at its present level.", ASK_TELNYX),
    one(10039, Config, "The Telnyx account is not allowed to do this.", ASK_TELNYX),
    range(20001, 20008, Config, "Telnyx does not accept the API key: it is wrong, revoked or expired.", CHECK_KEY),
    range(20012, 20017, Config, "The Telnyx account is blocked or not verified.", ASK_TELNYX),
    one(20100, Config, "The Telnyx account has run out of money.", "Add funds in Telnyx's portal, then send again. Automatic top-up avoids this."),
    one(40001, Permanent, "This number cannot receive texts: it is a landline or not reachable.", "Ask the recipient for a mobile number."),
    one(40002, SlowDown, "The recipient's carrier takes this for spam and blocks it for now.", "Pause similar texts and reword them; try again later with fewer at once."),
    one(40003, Config, "The recipient's carrier has blocked your sending number for good, as a source of spam.", "Send from another number, and ask Telnyx's support about this one."),
    one(40004, Transient, "The recipient's carrier refused the text without saying why.", "Try again later; if it keeps failing, check the number with the recipient."),
    one(40005, Transient, "The text was too old when it could have been delivered.", "Send it once more: the phone may have been off."),
    one(40006, Transient, "The recipient's carrier could not be reached.", "Nothing to do: try again in a few minutes."),
    one(40007, Permanent, "The text went round in circles between carriers and was stopped.", "Check the number with the recipient: it may be forwarded wrongly."),
    one(40008, Transient, "The recipient's carrier did not deliver the text.", "Try again later; if it keeps failing, the number may no longer be in use."),
    one(40009, Permanent, "The carrier did not accept the content of the text.", "Remove unusual characters or attachments and send it as a new text."),
    one(40010, Config, "Your number is not registered for business texting in the US (10DLC).", "Register brand and campaign in Telnyx's portal and assign this number to it."),
    one(40011, SlowDown, "The recipient's carrier takes no more texts at this speed.", LESS),
    one(40012, Permanent, "The recipient's carrier says this number is not valid.", CHECK_NUMBER),
    one(40013, Config, "The recipient's carrier does not accept your sending number.", "Check that your number is active and enabled for messaging in Telnyx's portal."),
    one(40014, SlowDown, "The text waited too long in Telnyx's queue and was dropped; it was not billed.", "Send it again. Spread large sends over more time or more numbers."),
    one(40015, Config, "Telnyx's spam filter stopped the text.", REWORD),
    one(40016, SlowDown, "T-Mobile's limit for your brand is used up for today.", "Send the rest tomorrow. A better vetting score of your brand raises the limit."),
    one(40017, Config, "AT&T takes this for spam.", REWORD),
    one(40018, SlowDown, "AT&T takes no more texts from your campaign at this speed.", LESS),
    one(40019, Config, "AT&T's record of your campaign does not match this number.", "Check in Telnyx's portal that the number is assigned to the right campaign."),
    one(40020, SlowDown, "Unusual traffic to this destination: codes for signing in are blocked for a day.", "Wait a day, and check whether somebody misuses your forms to have texts sent."),
    one(40100, Config, "Your number is not enabled for messaging.", "Enable messaging for the number in Telnyx's portal, or adopt it again here."),
    range(40150, 40159, Config, "Your toll-free number's texting registration has a problem.", "Check the number's messaging registration with Telnyx's support: another provider may hold it."),
    one(40300, OptedOut, "The recipient has said STOP to you.", "Do not text them. They can text START to your number to hear from you again."),
    one(40301, Permanent, "Texts to this destination are not supported.", "Reach the recipient in another way."),
    one(40302, Permanent, "The text is too long: more than ten parts.", "Shorten it or send it as several texts."),
    one(40303, Permanent, "Telnyx does not know this message.", "Messages older than ten days can no longer be looked up."),
    one(40304, Permanent, "This mix of text and attachments is not allowed.", "Send the text and the attachments apart."),
    one(40305, Config, "Your sending number is not valid or not on the messaging profile.", "Adopt the number again here, or assign it to the messaging profile in Telnyx's portal."),
    range(40306, 40307, Config, "The sender name cannot be used.", "Use a number, or a sender name of at most eleven letters and digits that is allowed there."),
    one(40308, Config, "Your sending number cannot send pictures.", "Send without attachments, or from a number with MMS."),
    one(40309, Config, "Texts to the recipient's country are switched off.", "Add the country to the messaging profile's allowed destinations."),
    one(40310, Permanent, "The recipient's number is not valid.", CHECK_NUMBER),
    one(40311, Config, "The messaging profile's secret is wrong.", "Check the carrier account's settings: this belongs to Telnyx's old API."),
    one(40312, Config, "The messaging profile is switched off.", "Enable the messaging profile in Telnyx's portal."),
    one(40313, Config, "The messaging profile's secret is missing.", "Check the carrier account's settings: this belongs to Telnyx's old API."),
    one(40314, Config, "Messaging is switched off for the Telnyx account.", ASK_TELNYX),
    one(40315, Config, "Your sending number is in bad health: too many of its texts fail or are marked as spam.", "Send less and to people who answer, or from another number."),
    one(40316, Permanent, "The text is empty.", "Write something, or attach a picture."),
    one(40317, Permanent, "The attachments are too many, too large or cannot be fetched.", "Send at most ten files that together are below 1 MB."),
    one(40318, SlowDown, "Telnyx's queue for your texts is full.", LESS),
    one(40319, Permanent, "Sender and recipient cannot text each other.", "Send from another kind of number, or reach the recipient in another way."),
    one(40320, Config, "Your sending number is not ready yet.", "Wait until Telnyx has set it up, or send from another number."),
    one(40321, Config, "No number of the pool can send this.", "Add healthy numbers to the messaging profile."),
    one(40322, Permanent, "The content is prohibited.", "Carriers forbid this kind of content; it cannot be sent as it is."),
    range(40325, 40326, Config, "The sender name cannot be used.", "Use a number, or a sender name of at most eleven letters and digits that is allowed there."),
    one(40327, Config, "The messaging profile's link shortener is not set up rightly.", "Check the domain of the URL shortener on the messaging profile."),
    one(40328, Permanent, "The text is unusually long.", "Shorten it or send it as several texts."),
    one(40329, Config, "Your toll-free number is not verified.", "Complete the toll-free verification in Telnyx's portal."),
    one(40330, Config, "Your toll-free number is not set up for texting yet.", "Wait until Telnyx has set it up, or ask their support."),
    one(40331, Config, "The messaging profile allows no destination countries.", "Add the countries you write to, or all, to the messaging profile's allowed destinations."),
    one(40333, Config, "The messaging profile's spending limit for today is reached.", "Raise the limit on the messaging profile, or wait until midnight UTC."),
    one(41000, Permanent, "WhatsApp refused the message.", "See the detail: WhatsApp says there what it wants."),
    one(90010, Permanent, "What was to be said on the call is empty or too long.", "Shorten what is said on the call."),
    one(90015, Permanent, "Telnyx does not know this call.", ASK_CODE),
    one(90017, Permanent, "A note on the call was not readable.", OUR_BUG),
    one(90018, Permanent, "The call had already ended.", ASK_CODE),
    one(90020, Permanent, "Recording was asked for before there was sound on the call.", ASK_CODE),
    one(90034, Permanent, "The call was not answered yet.", ASK_CODE),
    one(90040, Permanent, "A sound file for the call could not be fetched.", "Check that the file's address works without signing in."),
    range(90053, 90055, Permanent, "Recording and live transcription got in each other's way on the call.", ASK_CODE),
    one(90061, Permanent, "An assistant was already running on the call.", ASK_CODE),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_in_order_and_do_not_overlap() {
        assert!(ROWS.iter().all(|row| row.first <= row.last));
        assert!(ROWS.windows(2).all(|pair| pair[0].last < pair[1].first));
    }

    #[test]
    fn every_documented_code_has_its_family() {
        let documented: &[(Family, &[u32])] = &[
            (Permanent, &[10004, 10015, 10016, 10026, 10032, 40001, 40007, 40009, 40012, 40301, 40319, 40302, 40303]),
            (Permanent, &[40304, 40316, 40317, 40322, 40328, 40310, 41000]),
            (
                Config,
                &[10009, 20001, 20002, 20003, 20004, 20005, 20006, 20007, 20008, 10038, 10039, 20012, 20017, 20100],
            ),
            (
                Config,
                &[40003, 40010, 40013, 40015, 40017, 40019, 40100, 40150, 40155, 40159, 40305, 40306, 40307, 40308],
            ),
            (
                Config,
                &[
                    40309, 40311, 40312, 40313, 40314, 40315, 40320, 40321, 40325, 40326, 40327, 40329, 40330, 40331,
                    40333,
                ],
            ),
            (Transient, &[40004, 40005, 40006, 40008]),
            (SlowDown, &[10011, 40002, 40011, 40014, 40016, 40018, 40020, 40318]),
            (OptedOut, &[40300]),
            (Ambiguous, &[10007, 10008, 10036, 10037]),
        ];
        for (family, codes) in documented {
            for code in *codes {
                assert_eq!(row(*code).map(|row| row.family), Some(*family), "{code}");
            }
        }
    }

    #[test]
    fn codes_that_only_guides_name_are_unknown() {
        for code in [0, 10010, 30003, 30008, 40160, 42200, 40400, 40500, 47000, u32::MAX] {
            assert!(row(code).is_none(), "{code}");
        }
    }

    #[test]
    fn explanation_and_mend_are_whole_sentences() {
        for row in ROWS.iter().chain([&UNKNOWN]) {
            for words in [row.explanation, row.mend] {
                assert!(words.ends_with('.') && words.starts_with(char::is_uppercase) && words.len() < 130, "{words}");
            }
        }
    }
}
