//! A bulk send: one text to many people, each of whom is answered for from launch to outcome.

pub mod answer;
pub mod approval;
mod audience;
pub mod breaker;
pub mod canary;
mod enrol;
pub mod forecast;
mod history;
mod lot;
pub mod outcome;
pub mod pool;
pub mod rate;
mod recipient;
mod retry;
pub mod schedule;
pub mod throttle;
mod untimely;
mod variant;

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::consent::Purpose;
use crate::id::{CampaignId, MediaId, NumberId, WorkflowId};
use crate::link::Links;
use crate::tenant::Otherwise;

pub use audience::Audience;
pub use breaker::{Guard, Halt};
pub use canary::Canary;
pub use history::Deed;
pub use pool::Pool;
pub use recipient::{Due, Moved, Recipient, Skip, Standing, Unanswered, due, ended, overdue, reported};
pub use retry::{Also, Retry};
pub use schedule::Schedule;
pub use throttle::Throttle;
pub use untimely::Untimely;
pub use variant::{Assigned, HOLDOUT_MAX, Texts, VARIANTS_MAX, Variant, WEIGHT_MAX};

/// After its launch a campaign waits so long before its first text, so that whoever launched it can think again.
pub const UNDO: SignedDuration = SignedDuration::from_secs(60);

/// Where a campaign stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It is being written.
    Draft,
    /// It is launched, and another member has to say that it goes.
    AwaitingApproval,
    /// It is launched, and its time has not come.
    Scheduled,
    /// Its texts go out.
    Running,
    /// None goes out until somebody says so.
    Paused,
    /// Nobody waits for it any more.
    Done,
    /// Somebody ended it; those who waited get nothing.
    Cancelled,
}

/// What somebody wants of a campaign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Change what it says, or to whom.
    Edit,
    /// Send it; `None`: as soon as it may.
    Launch(Option<Timestamp>),
    /// Send it as soon as another member has said so, but not before this.
    Submit(Option<Timestamp>),
    /// It may go.
    Approve,
    /// It may not, as it is.
    Refuse,
    /// Take the launch back, while nothing has gone out.
    Undo,
    /// Send nothing more for now.
    Pause,
    /// Go on with exactly those who are left.
    Resume,
    /// End it.
    Cancel,
}

/// Why an order cannot be followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It stands so that this makes no sense.
    #[error("a campaign that is {} cannot be {}", .0.as_str(), .1.word())]
    Stands(State, Order),
    /// The time has passed.
    #[error("the time to send it is in the past")]
    Past,
    /// Texts may be on their way already.
    #[error("its first texts may be on their way already")]
    TooLate,
}

impl State {
    /// All of them, in the order of a campaign's life.
    pub const ALL: [Self; 7] = [
        Self::Draft,
        Self::AwaitingApproval,
        Self::Scheduled,
        Self::Running,
        Self::Paused,
        Self::Done,
        Self::Cancelled,
    ];

    /// As stored and shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::AwaitingApproval => "awaiting_approval",
            Self::Scheduled => "scheduled",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Done => "done",
            Self::Cancelled => "cancelled",
        }
    }

    /// The stored word back.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

impl Order {
    /// What is told of it once it was followed.
    #[must_use]
    pub const fn deed(self) -> Deed {
        match self {
            Self::Edit => Deed::Edited,
            Self::Launch(_) => Deed::Launched,
            Self::Submit(_) => Deed::Submitted,
            Self::Approve => Deed::Approved,
            Self::Refuse => Deed::Refused,
            Self::Undo => Deed::Undone,
            Self::Pause => Deed::Paused,
            Self::Resume => Deed::Resumed,
            Self::Cancel => Deed::Cancelled,
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Edit => "edited",
            Self::Launch(_) | Self::Submit(_) => "launched",
            Self::Approve => "approved",
            Self::Refuse => "refused",
            Self::Undo => "taken back",
            Self::Pause => "paused",
            Self::Resume => "resumed",
            Self::Cancel => "cancelled",
        }
    }
}

/// Where it stands after an order, and from when its texts go out. `starts_at`: as it was set by its launch.
///
/// # Errors
/// When the order makes no sense now.
pub fn obey(
    now: Timestamp,
    state: State,
    starts_at: Option<Timestamp>,
    order: Order,
) -> Result<(State, Option<Timestamp>), Refused> {
    match (state, order) {
        (State::Draft, Order::Edit) => Ok((State::Draft, None)),
        (State::Draft, Order::Launch(Some(at)) | Order::Submit(Some(at))) if at < now => Err(Refused::Past),
        (State::Draft, Order::Submit(at)) => Ok((State::AwaitingApproval, at)),
        (State::AwaitingApproval, Order::Refuse | Order::Undo) => Ok((State::Draft, None)),
        (State::AwaitingApproval, Order::Cancel) => Ok((State::Cancelled, None)),
        (State::Draft, Order::Launch(at)) => {
            let soonest = now.checked_add(UNDO).unwrap_or(Timestamp::MAX);
            Ok((State::Scheduled, Some(at.map_or(soonest, |at| at.max(soonest)))))
        }
        (State::AwaitingApproval, Order::Approve) => {
            let soonest = now.checked_add(UNDO).unwrap_or(Timestamp::MAX);
            Ok((State::Scheduled, Some(starts_at.map_or(soonest, |at| at.max(soonest)))))
        }
        (State::Scheduled, Order::Undo) if starts_at.is_none_or(|at| now < at) => Ok((State::Draft, None)),
        (State::Scheduled | State::Running | State::Paused, Order::Undo) => Err(Refused::TooLate),
        (State::Scheduled | State::Running, Order::Pause) => Ok((State::Paused, starts_at)),
        (State::Paused, Order::Resume) => {
            // What was paused before its time still waits for it.
            let waits = starts_at.is_some_and(|at| now < at);
            Ok((if waits { State::Scheduled } else { State::Running }, starts_at))
        }
        (State::Scheduled | State::Running | State::Paused, Order::Cancel) => Ok((State::Cancelled, starts_at)),
        _ => Err(Refused::Stands(state, order)),
    }
}

/// What a campaign says, to whom, and how.
#[derive(Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// The text, a [`Template`](crate::template::Template).
    pub body: String,
    /// What it is for.
    pub purpose: Purpose,
    /// From which numbers; each recipient always gets theirs from the same one.
    pub numbers: Vec<NumberId>,
    /// To whom.
    pub audience: Audience,
    /// When each text may go, as its launch says.
    pub schedule: Schedule,
    /// How fast it goes at most.
    pub throttle: Throttle,
    /// Whoever has not got it by then does not get it any more.
    pub send_before: Option<Timestamp>,
    /// What becomes of a text whose turn comes in quiet hours, the law's, the tenant's or the contact's.
    pub outside_hours: Otherwise,
    /// What becomes of one that would be one too many; `None`: what the tenant wants.
    pub over_cap: Option<Otherwise>,
    /// It is the next try of another: its audience are those who did not get that one.
    pub retry: Option<Retry>,
    /// Who gets it first; `None`: nobody does.
    pub canary: Option<Canary>,
    /// Several texts in the place of `body`; none: `body` is everybody's.
    pub variants: Vec<Variant>,
    /// So many of a hundred get nothing, to compare with.
    pub holdout_percent: u8,
    /// Whether its links become short ones.
    pub links: Links,
    /// What is attached to each text, whichever it is: the carrier takes it as one MMS.
    pub media: Vec<MediaId>,
    /// Whoever gets it is enrolled in this workflow.
    pub workflow_id: Option<WorkflowId>,
}

impl Settings {
    /// All its texts: of the variants each with its place, or the one for everybody.
    pub fn texts(&self) -> impl Iterator<Item = (Option<usize>, &str)> {
        let only = self.variants.is_empty().then_some((None, self.body.as_str()));
        let variants = self.variants.iter().enumerate().map(|(place, variant)| (Some(place), variant.body.as_str()));
        only.into_iter().chain(variants)
    }

    /// What becomes of texts that may not go when their turn comes.
    #[must_use]
    pub const fn untimely(&self) -> Untimely {
        Untimely { outside_hours: self.outside_hours, over_cap: self.over_cap }
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings").field("numbers", &self.numbers.len()).finish_non_exhaustive()
    }
}

/// A campaign whose texts go out.
#[derive(Debug, Clone)]
pub struct Running {
    /// Which.
    pub id: CampaignId,
    /// What it says.
    pub texts: Texts,
    /// Whoever has not got it by then does not get it any more.
    pub send_before: Option<Timestamp>,
    /// Something is attached to each text: it goes, and is billed, as one MMS, however long it is.
    pub is_mms: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    #[test]
    fn a_campaign_goes_one_way() {
        use Order::{Approve, Cancel, Edit, Launch, Pause, Refuse, Resume, Submit, Undo};
        let obeyed = |state, starts_at, order| obey(at(100), state, starts_at, order);
        let stays = [
            (State::Draft, Edit, State::Draft),
            (State::Draft, Launch(None), State::Scheduled),
            (State::Draft, Submit(None), State::AwaitingApproval),
            (State::AwaitingApproval, Approve, State::Scheduled),
            (State::AwaitingApproval, Refuse, State::Draft),
            (State::AwaitingApproval, Undo, State::Draft),
            (State::AwaitingApproval, Cancel, State::Cancelled),
            (State::Scheduled, Undo, State::Draft),
            (State::Scheduled, Pause, State::Paused),
            (State::Scheduled, Cancel, State::Cancelled),
            (State::Paused, Resume, State::Scheduled),
            (State::Paused, Cancel, State::Cancelled),
        ];
        for (state, order, expected) in stays {
            assert_eq!(
                obeyed(state, Some(at(150)), order).map(|(state, _)| state),
                Ok(expected),
                "{state:?} {order:?}"
            );
        }
        let begun = Some(at(90));
        assert_eq!(obeyed(State::Running, begun, Pause), Ok((State::Paused, begun)));
        assert_eq!(obeyed(State::Paused, begun, Resume), Ok((State::Running, begun)));
        assert_eq!(obeyed(State::Running, begun, Cancel), Ok((State::Cancelled, begun)));
        for state in [State::Scheduled, State::Running, State::Paused] {
            assert_eq!(obeyed(state, begun, Undo), Err(Refused::TooLate), "{state:?}");
        }
        for order in [Edit, Launch(None), Submit(None), Approve, Refuse, Undo, Pause, Resume, Cancel] {
            for state in [State::Done, State::Cancelled] {
                assert_eq!(obeyed(state, begun, order), Err(Refused::Stands(state, order)));
            }
        }
        for (state, order) in [
            (State::Draft, Pause),
            (State::Draft, Approve),
            (State::Scheduled, Approve),
            (State::AwaitingApproval, Edit),
            (State::AwaitingApproval, Launch(None)),
            (State::AwaitingApproval, Resume),
            (State::Running, Edit),
            (State::Running, Launch(None)),
            (State::Running, Resume),
        ] {
            assert_eq!(obeyed(state, begun, order), Err(Refused::Stands(state, order)));
        }
        let said = Refused::Stands(State::Running, Edit).to_string();
        assert_eq!(said, "a campaign that is running cannot be edited");
    }

    #[test]
    fn a_launch_can_be_taken_back_for_a_while() {
        let launched = |when| obey(at(100), State::Draft, None, Order::Launch(when)).map(|(_, at)| at.unwrap());
        assert_eq!(launched(None), Ok(at(160)));
        assert_eq!(launched(Some(at(110))), Ok(at(160)));
        assert_eq!(launched(Some(at(5_000))), Ok(at(5_000)));
        assert_eq!(launched(Some(at(99))), Err(Refused::Past));
        let approved = |when| {
            let (state, waits) = obey(at(10), State::Draft, None, Order::Submit(when)).unwrap();
            obey(at(100), state, waits, Order::Approve).map(|(_, at)| at.unwrap())
        };
        assert_eq!(approved(None), Ok(at(160)), "there is a minute to think again after that, too");
        assert_eq!(approved(Some(at(50))), Ok(at(160)), "its time has passed meanwhile");
        assert_eq!(approved(Some(at(5_000))), Ok(at(5_000)));
    }
}
