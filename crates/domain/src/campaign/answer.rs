//! Why somebody got a campaign, or did not, in a sentence.

use super::{Standing, State};

/// What the sentence comes from.
#[derive(Debug, Clone, Copy)]
pub struct Story<'a> {
    /// Where they stand.
    pub standing: Standing,
    /// Where the campaign stands.
    pub campaign: State,
    /// Why not, or not yet, in plain words; `None`: nothing was said.
    pub why: Option<&'a str>,
    /// What the gate would say now, in plain words, if they wait.
    pub gate: Option<&'a str>,
    /// Their text was handed to the carrier at least once.
    pub was_tried: bool,
}

/// Why did this person get it, or not?
#[must_use]
pub fn answer(story: &Story<'_>) -> String {
    let why = story.why.unwrap_or_default();
    match story.standing {
        Standing::Pending | Standing::Deferred | Standing::Queued => waits(story),
        Standing::Sending => "Their text was handed to the carrier, whose answer is not here yet.".into(),
        Standing::Sent => "The carrier took their text, and has not said yet whether it arrived.".into(),
        Standing::Unknown => said("Nobody knows whether they got it; it is never sent twice.", why),
        Standing::Delivered => "They got it: the carrier says that it arrived.".into(),
        Standing::Unconfirmed => {
            "Their text went out, and the carrier will not say whether it arrived: not all networks do.".into()
        }
        Standing::Failed => said("They did not get it: it was tried, and failed.", why),
        Standing::Skipped => said("They did not get it, and nothing was sent.", why),
        Standing::Cancelled => "They did not get it: the campaign was ended before their turn.".into(),
    }
}

fn waits(story: &Story<'_>) -> String {
    let head = match story.campaign {
        State::Draft | State::AwaitingApproval | State::Scheduled => "They have not got it yet: it has not begun.",
        State::Paused => "They have not got it yet: it is paused.",
        // Nobody waits in one that is over.
        State::Running | State::Done | State::Cancelled => match (story.standing, story.was_tried) {
            (Standing::Deferred, _) => "They have not got it yet: it is not the time for it.",
            (_, true) => "They have not got it yet: the carrier did not take it, and is asked again.",
            (_, false) => "They have not got it yet: their turn has not come.",
        },
    };
    said(head, story.gate.or(story.why).unwrap_or_default())
}

fn said(head: &str, why: &str) -> String {
    if why.is_empty() { head.to_owned() } else { format!("{head} {why}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_has_an_answer() {
        use Standing as S;
        let plain = |standing| Story { standing, campaign: State::Running, why: None, gate: None, was_tried: false };
        for standing in S::ALL {
            let sentence = answer(&plain(standing));
            assert!(sentence.ends_with('.') && sentence.starts_with(char::is_uppercase), "{sentence}");
        }
        for (story, expected) in [
            (
                Story { why: Some("It is a landline."), was_tried: true, ..plain(S::Failed) },
                "They did not get it: it was tried, and failed. It is a landline.",
            ),
            (
                Story { why: Some("Old words."), gate: Some("It goes today at 9:00."), ..plain(S::Deferred) },
                "They have not got it yet: it is not the time for it. It goes today at 9:00.",
            ),
            (Story { campaign: State::Paused, ..plain(S::Pending) }, "They have not got it yet: it is paused."),
            (
                Story { was_tried: true, ..plain(S::Queued) },
                "They have not got it yet: the carrier did not take it, and is asked again.",
            ),
            (Story { campaign: State::Scheduled, ..plain(S::Pending) }, "They have not got it yet: it has not begun."),
        ] {
            assert_eq!(answer(&story), expected);
        }
    }
}
