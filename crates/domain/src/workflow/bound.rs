//! What one person's way can cost at most: texts and segments on the longest way through a workflow.

use std::collections::VecDeque;

use jiff::SignedDuration;
use serde::Serialize;

use super::clock::At;
use super::graph::By;
use super::program::{Node, Op, Published, Source, Target, Text};
use super::step::Task;
use super::{ALIVE_DAYS, VISITS_MAX};
use crate::field::{Field, Kind};
use crate::segment::measure;
use crate::smart::smart_if_it_helps;
use crate::template::{Person, Rendering, Template};

/// A text of more segments than this is told by a warning.
pub const SEGMENTS_USUAL: u32 = 2;
/// A text that one person can get more often than this is told by a warning.
pub const TEXTS_USUAL: u32 = 10;

/// A day of somebody's calendar is not shorter, whatever their clocks do.
const DAY_MIN: SignedDuration = SignedDuration::from_hours(23);

/// Long values, as they may well be: of a name, a company, a phone; of a text that is known of somebody, of an answer, of what a
/// model has drafted, in letters.
const NAME: &str = "Maximilian Featherstonehaugh";
const COMPANY: &str = "Featherstonehaugh & Sons Ltd";
const PHONE: &str = "+4915112345678";
const TEXT_LETTERS: usize = 40;
const ANSWER_LETTERS: usize = 100;
const DRAFT_LETTERS: usize = 320;

/// What one person's way costs at most. An assistant that the conversation is given to, and other workflows that are entered,
/// are not in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Bound {
    /// Texts, on the way that has most of them.
    pub texts: u32,
    /// Segments, on the way that has most of them, with long values filled in. Letters outside of the GSM alphabet, as some
    /// names have, can make it more: carriers count 70 of them where they count 160 others.
    pub segments: u32,
}

/// What one person's way costs at most.
#[must_use]
pub fn bound(published: &Published) -> Bound {
    let bounds = Bounds::of(published);
    let texts = |nth: usize| bounds.steps.get(nth).map_or(0, |step| step.texts.saturating_mul(step.rounds));
    let segments = |nth: usize| texts(nth).saturating_mul(bounds.steps.get(nth).map_or(0, |step| step.segments));
    Bound { texts: bounds.longest(texts), segments: bounds.longest(segments) }
}

/// What each step costs at most.
pub(super) struct Bounds {
    steps: Vec<Step>,
    /// Where each leads, but for those that ask again.
    ways: Vec<Vec<usize>>,
    /// Whether the one is come to from the other.
    reach: Vec<Vec<bool>>,
}

struct Step {
    /// Texts of one visit.
    texts: u32,
    /// Segments of one of them.
    segments: u32,
    /// Visits.
    rounds: u32,
}

impl Bounds {
    pub(super) fn of(published: &Published) -> Self {
        let filling = Filling::new(published);
        let mut ways: Vec<Vec<usize>> = vec![Vec::new(); published.nodes.len()];
        let mut again: Vec<(usize, usize, u32)> = Vec::new();
        for ((nth, node), on) in published.nodes.iter().enumerate().zip(&mut ways) {
            for edge in published.edges(node) {
                match (edge.to, edge.by) {
                    (Some(to), By::AskedAgain(times)) => again.push((nth, to, times)),
                    (Some(to), _) => on.push(to),
                    (None, _) => {}
                }
            }
        }
        let first = reached(&ways);
        // Who is asked again by a step that does not lead back goes elsewhere, once.
        let (leads_back, elsewhere): (Vec<_>, Vec<_>) =
            again.into_iter().partition(|(from, to, _)| is(&first, *to, *from));
        for (from, to, _) in &elsewhere {
            ways.get_mut(*from).into_iter().for_each(|on| on.push(*to));
        }
        let reach = if elsewhere.is_empty() { first } else { reached(&ways) };
        let mut bounds = Self { steps: Vec::new(), ways, reach };
        for (nth, node) in published.nodes.iter().enumerate() {
            let (texts, segments) = filling.cost(node);
            let mut rounds = if bounds.is_in_circle(nth) && texts > 0 { bounds.circle(nth, published) } else { 1 };
            for (from, to, times) in &leads_back {
                let is_between =
                    (nth == *to || is(&bounds.reach, *to, nth)) && (nth == *from || is(&bounds.reach, nth, *from));
                rounds = if is_between { rounds.saturating_mul(times.saturating_add(1)) } else { rounds };
            }
            bounds.steps.push(Step { texts, segments, rounds: rounds.min(VISITS_MAX) });
        }
        bounds
    }

    /// Segments of the longest text of a step.
    pub(super) fn of_one_text(&self, nth: usize) -> u32 {
        self.steps.get(nth).map_or(0, |step| step.segments)
    }

    /// How often one person comes to a step at most.
    pub(super) fn rounds(&self, nth: usize) -> u32 {
        self.steps.get(nth).map_or(0, |step| step.rounds)
    }

    fn is_in_circle(&self, nth: usize) -> bool {
        is(&self.reach, nth, nth)
    }

    /// How often somebody goes round in the time that a way lasts.
    fn circle(&self, nth: usize, published: &Published) -> u32 {
        let shortest = self.shortest_round(nth, published, false).unwrap_or_default();
        // Where everybody waits for an hour of their clock, a round takes a day.
        let by_clock = self.shortest_round(nth, published, true).is_none();
        let round = if by_clock { shortest.max(DAY_MIN) } else { shortest };
        let alive = SignedDuration::from_hours(24 * i64::from(ALIVE_DAYS));
        let rounds = alive.as_secs().checked_div(round.as_secs()).map_or(VISITS_MAX.into(), |rounds| rounds + 1);
        u32::try_from(rounds).unwrap_or(VISITS_MAX).min(VISITS_MAX)
    }

    /// The least time in which the way leads back to a step; `None`: it does not, if steps that wait for an hour of somebody's
    /// clock are not gone through, where that is asked.
    fn shortest_round(&self, start: usize, published: &Published, but_for_clocks: bool) -> Option<SignedDuration> {
        let mut best: Vec<Option<SignedDuration>> = vec![None; self.ways.len()];
        let mut open = VecDeque::from([(start, SignedDuration::ZERO)]);
        let mut back: Option<SignedDuration> = None;
        while let Some((nth, since)) = open.pop_front() {
            let node = published.nodes.get(nth)?;
            if but_for_clocks && waits_for_clock(node) {
                continue;
            }
            let then = since.saturating_add(lasts(node));
            for to in self.ways.get(nth).into_iter().flatten().copied() {
                if to == start {
                    back = Some(back.map_or(then, |back| back.min(then)));
                } else if let Some(known) = best.get_mut(to)
                    && known.is_none_or(|known| then < known)
                {
                    *known = Some(then);
                    open.push_back((to, then));
                }
            }
        }
        back
    }

    /// The most that the steps of one way cost together. Of a circle, all steps are on it.
    fn longest(&self, cost: impl Fn(usize) -> u32) -> u32 {
        let mut known: Vec<Option<u32>> = vec![None; self.ways.len()];
        // Behind a step first: those that lead nowhere, or only to what is known.
        let mut open = vec![(0, false)];
        while let Some((nth, is_done)) = open.pop() {
            if !matches!(known.get(nth), Some(None)) {
                continue;
            }
            let circle: Vec<usize> = self.circle_of(nth);
            let behind: Vec<usize> = circle
                .iter()
                .filter_map(|one| self.ways.get(*one))
                .flatten()
                .copied()
                .filter(|to| !circle.contains(to))
                .collect();
            if is_done {
                let own = circle.iter().map(|one| cost(*one)).fold(0_u32, u32::saturating_add);
                let most = behind.iter().filter_map(|to| known.get(*to).copied().flatten()).max().unwrap_or(0);
                for one in circle {
                    if let Some(known) = known.get_mut(one) {
                        *known = Some(own.saturating_add(most));
                    }
                }
            } else {
                open.push((nth, true));
                open.extend(behind.into_iter().map(|to| (to, false)));
            }
        }
        known.first().copied().flatten().unwrap_or(0)
    }

    /// The steps of its circle, or it alone.
    fn circle_of(&self, nth: usize) -> Vec<usize> {
        let others = (0..self.ways.len()).filter(|other| is(&self.reach, nth, *other) && is(&self.reach, *other, nth));
        let circle: Vec<usize> = others.collect();
        if circle.is_empty() { vec![nth] } else { circle }
    }
}

fn is(reach: &[Vec<bool>], from: usize, to: usize) -> bool {
    reach.get(from).and_then(|row| row.get(to)).copied().unwrap_or(false)
}

/// Which steps are come to from which, by one way at least.
fn reached(ways: &[Vec<usize>]) -> Vec<Vec<bool>> {
    let from = |start: usize| {
        let mut met = vec![false; ways.len()];
        let mut open: Vec<usize> = ways.get(start).cloned().unwrap_or_default();
        while let Some(nth) = open.pop() {
            if let Some(met) = met.get_mut(nth)
                && !std::mem::replace(met, true)
            {
                open.extend(ways.get(nth).into_iter().flatten());
            }
        }
        met
    };
    (0..ways.len()).map(from).collect()
}

/// So long everybody who does the step is kept by it.
fn lasts(node: &Node) -> SignedDuration {
    let Op::Delay(delay) = &node.op else { return SignedDuration::ZERO };
    let all = delay.lasts.filter(|_| node.only_if.is_none()).map_or(SignedDuration::ZERO, super::Span::length);
    // The clocks may be put forward meanwhile.
    if all < DAY_MIN { all } else { all - SignedDuration::from_hours(1) }
}

fn waits_for_clock(node: &Node) -> bool {
    let at = match &node.op {
        Op::Delay(delay) => delay.until.as_ref(),
        Op::ScheduleSend { at, .. } => Some(at),
        _ => None,
    };
    node.only_if.is_none() && matches!(at, Some(At::Local { .. }))
}

/// Templates filled with long values.
struct Filling {
    rendering: Rendering,
    fields: Vec<(Field, String)>,
}

impl Filling {
    fn new(published: &Published) -> Self {
        let fields = published.fields.iter().map(|field| (field.clone(), long_value(field, published))).collect();
        Self { rendering: Rendering::new("en"), fields }
    }

    /// Texts of one visit, and segments of one of them.
    fn cost(&self, node: &Node) -> (u32, u32) {
        match &node.op {
            Op::Send(text) | Op::ScheduleSend { text, .. } => (1, self.of_text(text)),
            Op::Wait(wait) => match &wait.reprompt {
                Some(reprompt) => (wait.reprompts, self.segments(reprompt)),
                None => (0, 0),
            },
            _ => (0, 0),
        }
    }

    fn of_text(&self, text: &Text) -> u32 {
        // Carriers count a text with attachments as one, however long it is.
        if text.send.media.is_empty() { self.segments(&text.template) } else { 1 }
    }

    fn segments(&self, template: &Template) -> u32 {
        let person = Person { name: NAME, company: COMPANY, phone: PHONE, fields: &self.fields };
        let filled = self.rendering.render(template, person).unwrap_or_default();
        let plain = [filled, template.own_words()];
        plain.iter().map(|text| measure(&smart_if_it_helps(text).body).segments).max().unwrap_or(0)
    }
}

fn long_value(field: &Field, published: &Published) -> String {
    match &field.kind {
        Kind::Text => {
            let holds = |op: &Op| match op {
                Op::Save { to: Target::Variable(of) | Target::Field(of), from: Source::Reply, .. }
                    if of.key == field.key =>
                {
                    ANSWER_LETTERS
                }
                Op::Assistant { task: Task::Draft { into, .. }, .. } if *into == field.key => DRAFT_LETTERS,
                _ => TEXT_LETTERS,
            };
            let least = if field.key == "reply" { ANSWER_LETTERS } else { TEXT_LETTERS };
            let letters = published.nodes.iter().map(|node| holds(&node.op)).fold(least, usize::max);
            "n".repeat(letters)
        }
        Kind::Number => "1234567.89".to_owned(),
        // A Wednesday in September, both of which are long.
        Kind::Date => "2026-09-30".to_owned(),
        Kind::YesNo => "yes".to_owned(),
        Kind::Choice { choices } => choices.iter().max_by_key(|choice| choice.len()).cloned().unwrap_or_default(),
    }
}
