//! What may be attached to a text: as much as the carrier takes, and for as long as it can fetch it.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};

use crate::command::{NewText, Refusal};
use crate::id::MediaId;

/// The carrier, which does not sign in, may fetch an attachment for so long after its upload.
pub const CARRIER_MAY_FETCH: SignedDuration = SignedDuration::from_hours(30 * 24);
/// Quiet hours and a busy number may hold a text back for so long after its hour.
const HELD_BACK: SignedDuration = SignedDuration::from_hours(2 * 24);
/// Carriers take at most this many (telnyx.md §2).
const COUNT_MAX: usize = 10;
/// All of a text's attachments weigh less than this (telnyx.md §2).
const BYTES_MAX: u64 = 1_000_000;

/// An attachment that is here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attachment {
    /// What it weighs.
    pub bytes: u64,
    /// When it was uploaded, or came in.
    pub kept_at: Timestamp,
}

/// Whether the carrier will be able to take what is attached to the text. `kept`: those of its attachments that are here.
///
/// # Errors
/// What the carrier would refuse.
pub fn check(now: Timestamp, text: &NewText, kept: &HashMap<MediaId, Attachment>) -> Result<(), Refusal> {
    let refused = |Unfit { code, message }| Err(Refusal::Invalid { field: "media_ids", code, message });
    if let Err(unfit) = fits(&text.media, kept) {
        return refused(unfit);
    }
    let goes_at = text.scheduled_at.map_or(now, |at| at.max(now));
    for id in &text.media {
        let Some(attachment) = kept.get(id) else { continue };
        if goes_at.duration_since(attachment.kept_at) > CARRIER_MAY_FETCH - HELD_BACK {
            let message = format!(
                "The carrier can fetch {id} for {} days after its upload only, and the text goes too late for that. \
                 Upload it again, and schedule the text within {} days of it.",
                CARRIER_MAY_FETCH.as_hours() / 24,
                (CARRIER_MAY_FETCH - HELD_BACK).as_hours() / 24,
            );
            return refused(Unfit { code: "link_ends", message });
        }
    }
    Ok(())
}

/// What is attached to each text of a campaign is fetched for as long as the campaign is there, and so long after it: a carrier
/// may keep texts waiting.
pub const FETCHED_AFTER: SignedDuration = HELD_BACK;

/// Why a carrier would not take what is attached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfit {
    /// Stable, for programs.
    pub code: &'static str,
    /// In plain words, with the mend.
    pub message: String,
}

/// Whether all of it is here, and the carrier takes so much.
///
/// # Errors
/// What the carrier would refuse.
pub fn fits(media: &[MediaId], kept: &HashMap<MediaId, Attachment>) -> Result<(), Unfit> {
    let refused = |code, message| Err(Unfit { code, message });
    if media.len() > COUNT_MAX {
        return refused("too_many", format!("A text takes at most {COUNT_MAX} attachments."));
    }
    let mut bytes = 0_u64;
    for id in media {
        let Some(attachment) = kept.get(id) else {
            return refused("not_found", format!("There is no attachment {id}. Upload it first."));
        };
        bytes = bytes.saturating_add(attachment.bytes);
    }
    if bytes >= BYTES_MAX {
        let message = format!(
            "Together the attachments weigh {bytes} bytes, and the carrier takes less than {BYTES_MAX}. Leave some out, or \
             make them smaller."
        );
        return refused("too_large", message);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const DAY: i64 = 86_400;

    fn day(day: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + day * DAY).unwrap()
    }

    fn id(nth: usize) -> MediaId {
        MediaId(Uuid::from_u128(nth as u128))
    }

    /// On day 0, with attachments of these sizes and days; `ids` of them are attached.
    fn check(kept: &[(u64, i64)], ids: usize, scheduled: Option<i64>, expected: &str) {
        let text = NewText {
            body: String::new(),
            media: (0..ids).map(id).collect(),
            scheduled_at: scheduled.map(day),
            hold: SignedDuration::ZERO,
            stop_if_reply: false,
            notice: false,
            draft: None,
        };
        let kept = kept.iter().enumerate();
        let kept = kept.map(|(nth, (bytes, at))| (id(nth), Attachment { bytes: *bytes, kept_at: day(*at) })).collect();
        let found = match super::check(day(0), &text, &kept) {
            Ok(()) => "goes",
            Err(Refusal::Invalid { field: "media_ids", code, .. }) => code,
            Err(other) => panic!("{other}"),
        };
        assert_eq!(found, expected, "{kept:?} {ids} {scheduled:?}");
    }

    #[test]
    fn what_the_carrier_would_refuse_is_refused_at_once() {
        check(&[], 0, Some(300), "goes");
        check(&[(9, 0); 10], 10, None, "goes");
        check(&[(9, 0); 11], 11, None, "too_many");
        check(&[(9, 0)], 2, None, "not_found");
        check(&[(499_999, 0), (500_000, 0)], 2, None, "goes");
        check(&[(500_000, 0), (500_000, 0)], 2, None, "too_large");
        check(&[(500_000, 0), (500_000, 0)], 1, None, "goes");
        check(&[(1_000_000, 0)], 1, None, "too_large");
        check(&[(9, 0)], 1, Some(28), "goes");
        check(&[(9, 0)], 1, Some(29), "link_ends");
        check(&[(9, -28)], 1, None, "goes");
        check(&[(9, -29)], 1, None, "link_ends");
        check(&[(9, -29)], 1, Some(-29), "link_ends");
    }
}
