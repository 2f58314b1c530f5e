//! Sources of knowledge: of which kinds they are, how each stands, and when one is fetched again.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident: $count:literal { $($(#[$of:meta])* $word:ident = $text:literal,)* })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$of])* $word,)* }

        impl $name {
            /// All of them.
            pub const ALL: [Self; $count] = [$(Self::$word,)*];

            /// As stored and shown.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$word => $text,)* }
            }

            /// The stored word back.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.into_iter().find(|word| word.as_str() == text)
            }
        }
    )*};
}

words! {
    /// Where it comes from.
    Kind: 5 {
        /// Somebody wrote it here.
        Text = "text",
        /// Questions with their answers.
        QuestionAnswer = "question_answer",
        /// It was uploaded.
        File = "file",
        /// A page of the web.
        Page = "page",
        /// Pages of the web, named by a sitemap.
        Sitemap = "sitemap",
    }
    /// How it stands.
    Status: 5 {
        /// Nobody is at it yet.
        Waiting = "waiting",
        /// It is on its way to us.
        Fetching = "fetching",
        /// It is being read.
        Indexing = "indexing",
        /// It can be found.
        Ready = "ready",
        /// It could not be read. What was read before can still be found.
        Failed = "failed",
    }
}

impl Kind {
    /// Whether it lies on somebody's server.
    #[must_use]
    pub const fn is_fetched(self) -> bool {
        match self {
            Self::Page | Self::Sitemap => true,
            Self::Text | Self::QuestionAnswer | Self::File => false,
        }
    }
}

/// How a fetch ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fetched {
    /// The page came, or is as it was.
    Came,
    /// It did not, and may in a while; the server may have said when.
    NotNow(Option<SignedDuration>),
    /// It will not, unless somebody changes something.
    Never,
}

/// The pauses before a page that did not come is tried again, by how often it failed on end. After these it waits for its
/// schedule.
const PAUSES: [SignedDuration; 3] =
    [SignedDuration::from_mins(1), SignedDuration::from_mins(5), SignedDuration::from_mins(30)];
/// No server has us wait longer than this.
const RETRY_AFTER_MAX: SignedDuration = SignedDuration::from_hours(24);

/// When a page is fetched again: on its schedule, or soon if it may come then. `failures`: how often it failed on end, with
/// this time. `None`: when somebody asks for it.
#[must_use]
pub fn next_fetch(now: Timestamp, fetched: Fetched, failures: u32, refetch_hours: Option<u32>) -> Option<Timestamp> {
    let scheduled = refetch_hours.map(|hours| SignedDuration::from_hours(i64::from(hours)));
    let pause = match fetched {
        Fetched::Came | Fetched::Never => scheduled,
        Fetched::NotNow(asked) => {
            let asked = asked.unwrap_or(SignedDuration::ZERO).min(RETRY_AFTER_MAX);
            let soon = usize::try_from(failures.saturating_sub(1)).ok().and_then(|nth| PAUSES.get(nth).copied());
            soon.or(scheduled).map(|pause| pause.max(asked))
        }
    };
    pause.and_then(|pause| now.checked_add(pause).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_fetched_on_its_schedule_and_sooner_while_it_may_come() {
        let now = Timestamp::UNIX_EPOCH;
        let in_minutes = |fetched, failures, hours| {
            next_fetch(now, fetched, failures, hours).map(|at| at.duration_since(now).as_mins())
        };
        let asked = |minutes| Fetched::NotNow(Some(SignedDuration::from_mins(minutes)));
        for (fetched, failures, hours, minutes) in [
            (Fetched::Came, 0, Some(24), Some(1_440)),
            (Fetched::Came, 0, None, None),
            (Fetched::Never, 1, Some(24), Some(1_440)),
            (Fetched::Never, 1, None, None),
            (Fetched::NotNow(None), 1, Some(24), Some(1)),
            (Fetched::NotNow(None), 2, None, Some(5)),
            (Fetched::NotNow(None), 3, None, Some(30)),
            (Fetched::NotNow(None), 4, Some(24), Some(1_440)),
            (Fetched::NotNow(None), 4, None, None),
            (asked(10), 1, Some(24), Some(10)),
            (asked(10), 3, Some(24), Some(30)),
            (asked(1_000_000), 1, Some(1), Some(1_440)),
        ] {
            assert_eq!(in_minutes(fetched, failures, hours), minutes, "{fetched:?} {failures} {hours:?}");
        }
    }

    #[test]
    fn every_word_reads_back() {
        assert!(Kind::ALL.into_iter().all(|kind| Kind::parse(kind.as_str()) == Some(kind)));
        assert!(Status::ALL.into_iter().all(|status| Status::parse(status.as_str()) == Some(status)));
    }
}
