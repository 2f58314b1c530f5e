//! What came of a crowd.

use std::collections::BTreeMap;

use serde::Serialize;

/// What came of a crowd.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Figures {
    /// So many entered.
    pub entered: u32,
    /// So many ways are over.
    pub ended: u32,
    /// So many go on when the last day is over; with those that ended, all who entered.
    pub standing: u32,
    /// What came of those that are over.
    pub outcomes: BTreeMap<String, u32>,
    /// Every step, in the order of the document.
    pub steps: Vec<StepFigures>,
    /// So many texts went out.
    pub texts: u32,
    /// So many segments they took.
    pub segments: u32,
    /// How often a text had to wait for its hour or for its turn, by the gate's reasons, and `rate` for the pace of a number.
    pub deferred: BTreeMap<String, u32>,
    /// Texts that were not sent, by the gate's reasons, and `too_late` for those that had waited too long.
    pub blocked: BTreeMap<String, u32>,
    /// After so many seconds the first way was over; `None`: none is.
    pub first_ended: Option<u64>,
    /// After so many seconds half of those that are over were.
    pub half_ended: Option<u64>,
    /// After so many seconds the last of those that are over was.
    pub last_ended: Option<u64>,
    /// So many turns were taken.
    pub turns: u64,
    /// They went round and round, and were not looked at until the last day.
    pub is_cut_short: bool,
}

/// What came of a crowd at a step.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct StepFigures {
    /// Which step.
    pub step: String,
    /// What it does.
    pub act: &'static str,
    /// How often somebody came.
    pub came: u32,
    /// How often it was left out.
    pub left_out: u32,
    /// How often somebody answered.
    pub answered: u32,
    /// How often somebody who was waited for did not.
    pub timed_out: u32,
    /// Ways that ended here, by what came of them.
    pub ended: BTreeMap<String, u32>,
    /// Who stands here when the last day is over.
    pub standing: u32,
    /// Of these, who stands still for good unless somebody of the tenant mends it: a dead end.
    pub stuck: u32,
}

impl Figures {
    /// The ends of ways, in seconds since they began.
    pub(super) fn ended_after(&mut self, mut seconds: Vec<u32>) {
        seconds.sort_unstable();
        let at = |nth: usize| seconds.get(nth).copied().map(u64::from);
        self.first_ended = at(0);
        self.half_ended = at(seconds.len().saturating_sub(1) / 2);
        self.last_ended = seconds.last().copied().map(u64::from);
    }
}
