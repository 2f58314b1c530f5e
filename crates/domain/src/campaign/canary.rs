//! A few get a campaign first, and what comes of that decides whether the others do.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::breaker::{Guard, Halt};
use super::lot::{Draw, lot};
use crate::id::CampaignId;

/// Who gets it first, and what must not come of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Canary {
    /// So many of a hundred get it first: 1 to [`Self::PERCENT_MAX`].
    pub percent: u8,
    /// But at least so many, if there are: 1 to [`Self::AT_LEAST_MAX`].
    pub at_least: u32,
    /// What comes of it is waited for so long after the first of their texts went out, unless none of them can arrive any more: 1
    /// to [`Self::WAIT_MAX`]. Whoever has got it needs time to say what they think of it.
    pub wait_minutes: u32,
    /// More failures than this, of a hundred, and the others get nothing for now.
    pub max_failed_percent: u8,
    /// More of them who want no more texts than this, of a hundred, and the others get nothing for now.
    pub max_opted_out_percent: u8,
    /// More complaints than this, of a hundred, and the others get nothing for now: texts that a carrier took for spam, and people
    /// who said in their own words that they want no more.
    pub max_complained_percent: u8,
}

impl Default for Canary {
    fn default() -> Self {
        Self {
            percent: 1,
            at_least: 20,
            wait_minutes: 30,
            max_failed_percent: 10,
            max_opted_out_percent: 3,
            max_complained_percent: 2,
        }
    }
}

/// How those stand who get it first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Figures {
    /// Their turn is to come.
    pub waiting: u32,
    /// Their text went out, and how that ends is not known.
    pub open: u32,
    /// It arrived, or went out and no receipt will come.
    pub arrived: u32,
    /// It did not arrive.
    pub failed: u32,
    /// Whoever of them has wanted no more texts since.
    pub opted_out: u32,
    /// Whose text was taken for spam, or who has said in their own words that they want no more.
    pub complained: u32,
    /// When the first of their texts went out, of those that did not fail.
    pub first_at: Option<Timestamp>,
}

/// Whether the others get it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// That is not known yet.
    Wait,
    /// They do.
    GoOn,
    /// They do not, before somebody says so.
    Stop(Box<Halt>),
}

impl Canary {
    /// More are no few.
    pub const PERCENT_MAX: u8 = 20;
    /// More are no few.
    pub const AT_LEAST_MAX: u32 = 1_000;
    /// A week, in minutes.
    pub const WAIT_MAX: u32 = 7 * 24 * 60;

    /// Whether this phone is among those who get it first. Of a small campaign these may be fewer than must be: then others are
    /// added.
    #[must_use]
    pub fn takes(&self, campaign: CampaignId, phone: &str) -> bool {
        lot(Draw::Canary, campaign, phone, 100) < u32::from(self.percent)
    }

    /// What comes of the first texts so far. What can only get worse stops it at once.
    #[must_use]
    pub fn verdict(&self, now: Timestamp, figures: &Figures) -> Verdict {
        let handed = figures.open + figures.arrived + figures.failed;
        let all = handed + figures.waiting;
        if let Some(halt) = self.too_many(figures, all) {
            return Verdict::Stop(Box::new(halt));
        }
        let wait = SignedDuration::from_mins(self.wait_minutes.into());
        let is_over = figures.waiting == 0 && figures.open == 0 && figures.arrived == 0;
        let has_waited = figures.first_at.is_some_and(|first| now.duration_since(first) >= wait);
        if !is_over && !has_waited {
            return Verdict::Wait;
        }
        match self.too_many(figures, handed) {
            Some(halt) => Verdict::Stop(Box::new(halt)),
            None => Verdict::GoOn,
        }
    }

    fn too_many(&self, figures: &Figures, of: u32) -> Option<Halt> {
        let above = |count: u32, percent: u8| u64::from(count) * 100 > u64::from(of) * u64::from(percent);
        let mut said = Vec::new();
        if above(figures.failed, self.max_failed_percent) {
            said.push(format!("{} failed, where {} % may", figures.failed, self.max_failed_percent));
        }
        if above(figures.opted_out, self.max_opted_out_percent) {
            said.push(format!("{} want no more texts, where {} % may", figures.opted_out, self.max_opted_out_percent));
        }
        if above(figures.complained, self.max_complained_percent) {
            let (count, may) = (figures.complained, self.max_complained_percent);
            said.push(format!("{count} were taken for spam or complained of, where {may} % may"));
        }
        (!said.is_empty()).then(|| Halt {
            by: Guard::Canary,
            code: None,
            explanation: format!("Of the first {of} texts {}.", said.join("; ")),
            mend:
                "See why under its recipients. Resume it to send the rest all the same, or cancel it and write another."
                    .into(),
            samples: Vec::new(),
        })
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + minute * 60).unwrap()
    }

    fn figures(waiting: u32, open: u32, arrived: u32, failed: u32, opted_out: u32) -> Figures {
        let first_at = (open + arrived > 0).then(|| at(0));
        Figures { waiting, open, arrived, failed, opted_out, complained: 0, first_at }
    }

    #[test]
    fn a_few_decide_for_all() {
        let canary = Canary::default();
        let says = |minute, figures| match canary.verdict(at(minute), &figures) {
            Verdict::Wait => "wait",
            Verdict::GoOn => "go on",
            Verdict::Stop(_) => "stop",
        };
        for (minute, figures, expected) in [
            (0, figures(20, 0, 0, 0, 0), "wait"),
            (0, figures(0, 20, 0, 0, 0), "wait"),
            (0, figures(0, 1, 19, 0, 0), "wait"),
            // They may complain yet, or want no more.
            (29, figures(0, 0, 20, 0, 0), "wait"),
            (30, figures(0, 0, 20, 0, 0), "go on"),
            (30, figures(0, 0, 18, 2, 0), "go on"),
            (0, figures(0, 0, 17, 3, 0), "stop"),
            // It can only get worse.
            (0, figures(17, 0, 0, 3, 0), "stop"),
            (0, figures(18, 0, 0, 2, 0), "wait"),
            (0, figures(0, 0, 20, 0, 1), "stop"),
            (0, figures(19, 1, 0, 0, 1), "stop"),
            (29, figures(0, 5, 15, 0, 0), "wait"),
            (30, figures(0, 5, 15, 0, 0), "go on"),
            // Time has passed, and what went out tells enough: 1 of 9 is more than a tenth.
            (30, figures(11, 3, 5, 1, 0), "stop"),
            (29, figures(11, 3, 5, 1, 0), "wait"),
            (30, figures(11, 3, 6, 1, 0), "go on"),
            // It is night where all of them are: nothing has been seen, however long that takes.
            (3_000, figures(20, 0, 0, 0, 0), "wait"),
            (3_000, figures(19, 0, 0, 1, 0), "wait"),
            // All of them are skipped.
            (0, figures(0, 0, 0, 0, 0), "go on"),
        ] {
            assert_eq!(says(minute, figures), expected, "{minute} {figures:?}");
        }
        let Verdict::Stop(halt) = canary.verdict(at(0), &figures(0, 0, 10, 8, 2)) else { panic!("it goes on") };
        assert_eq!(halt.by, Guard::Canary);
        let complained = |complained| Figures { complained, ..figures(0, 0, 48, 2, 0) };
        assert_eq!(says(30, complained(1)), "go on");
        assert_eq!(says(0, complained(2)), "stop", "4 % are more than 2, though the failures alone are few enough");
        let lenient = Canary { max_complained_percent: 4, ..canary };
        assert_eq!(lenient.verdict(at(30), &complained(2)), Verdict::GoOn);
        let Verdict::Stop(of_spam) = canary.verdict(at(0), &complained(2)) else { panic!("it goes on") };
        assert_eq!(of_spam.explanation, "Of the first 50 texts 2 were taken for spam or complained of, where 2 % may.");
        assert_eq!(
            halt.explanation,
            "Of the first 18 texts 8 failed, where 10 % may; 2 want no more texts, where 3 % may."
        );
    }

    #[test]
    fn about_so_many_of_a_hundred_are_first() {
        let campaign = CampaignId(Uuid::from_u128(7));
        for percent in [1, 5, 20] {
            let canary = Canary { percent, ..Canary::default() };
            let first = (0..20_000).filter(|n| canary.takes(campaign, &format!("+1212{n:07}"))).count();
            let wanted = usize::from(percent) * 200;
            assert!((wanted * 8 / 10..wanted * 12 / 10).contains(&first), "{percent}: {first}");
        }
    }
}
