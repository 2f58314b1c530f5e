//! The figures of a campaign, as the API shows them.

use std::cmp::Reverse;
use std::collections::HashMap;

use domain::campaign::outcome::{Figures, Outcomes, Window, own_words};
use domain::id::{NumberId, RecipientId};
use domain::message::Failure;
use jiff::Timestamp;
use serde::Serialize;
use store::campaign::recipient::Counts;
use store::link::LinkFigures;
use store::message::Cost;
use store::words;
use utoipa::ToSchema;

/// What came of a campaign.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CampaignOutcomes {
    /// When this was counted.
    #[schema(value_type = String, format = DateTime)]
    pub counted_at: Timestamp,
    /// Of all.
    #[serde(flatten)]
    pub all: OutcomeFigures,
    /// Why some stand where they do, the most frequent first.
    pub reasons: Vec<OutcomeReason>,
    /// By our number, the busiest first.
    pub numbers: Vec<OutcomesOfNumber>,
    /// By the country of the recipients' numbers, the busiest first.
    pub countries: Vec<OutcomesOfCountry>,
    /// By who carried the texts to them, the busiest first.
    pub carriers: Vec<OutcomesOfCarrier>,
    /// By the address that its short links lead to, the most followed first, at most a hundred.
    pub links: Vec<LinkFigures>,
    /// What happened when; `null`: it has not begun.
    #[schema(required = true)]
    pub funnel: Option<OutcomeFunnel>,
}

/// How many stand where, what they did, and what that took.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OutcomeFigures {
    /// How many there are: the sum of `counts`.
    pub total: i64,
    /// How many stand where.
    pub counts: Counts,
    /// How many have answered.
    pub replied: u64,
    /// How many have followed a link.
    pub clicked: u64,
    /// How many said STOP after it, within a week and to nothing newer.
    pub opted_out: u64,
    /// Of how many segments the texts are that were made.
    pub segments: u64,
    /// As how many parts they were billed, as far as receipts told.
    pub parts: u64,
    /// What they cost, as far as receipts told; one for each currency.
    pub costs: Vec<Cost>,
}

/// Why some stand where they do.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OutcomeReason {
    /// Where.
    #[schema(value_type = words::RecipientStanding)]
    pub standing: &'static str,
    /// The carrier's code, or ours.
    pub code: String,
    /// How many.
    pub count: u64,
    /// What happened, in plain words.
    pub explanation: String,
    /// What to do about it; empty: nothing need be done.
    pub mend: String,
}

/// What came of those who get it from one number.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OutcomesOfNumber {
    /// Which.
    #[schema(value_type = String)]
    pub number_id: NumberId,
    /// What it is; `null`: it is gone.
    #[schema(required = true)]
    pub e164: Option<String>,
    /// Of these.
    #[serde(flatten)]
    pub figures: OutcomeFigures,
}

/// What came of those in one country.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OutcomesOfCountry {
    /// ISO 3166; `null`: their numbers can be in several countries, or in none that we know.
    #[schema(required = true)]
    pub country: Option<&'static str>,
    /// Of these.
    #[serde(flatten)]
    pub figures: OutcomeFigures,
}

/// What came of those whose texts one company carried.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OutcomesOfCarrier {
    /// What it is called; `null`: no receipt told.
    #[schema(required = true)]
    pub carrier: Option<String>,
    /// Of these.
    #[serde(flatten)]
    pub figures: OutcomeFigures,
}

/// What happened when.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OutcomeFunnel {
    /// How long each step is.
    pub every_seconds: i64,
    /// One after the other, from the start to now or to a week after the end.
    pub steps: Vec<OutcomeStep>,
}

/// How many did something for the first time in a stretch of time.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OutcomeStep {
    /// When it begins.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// The carrier took their text.
    pub sent: u64,
    /// It arrived.
    pub delivered: u64,
    /// They answered.
    pub replied: u64,
    /// They followed a link.
    pub clicked: u64,
    /// They said STOP.
    pub opted_out: u64,
}

impl CampaignOutcomes {
    /// `words`: what the rows of the examples say; `addresses`: what the numbers are.
    pub(super) fn of(
        outcomes: &Outcomes,
        window: Option<Window>,
        words: &HashMap<RecipientId, Failure>,
        addresses: &HashMap<NumberId, String>,
    ) -> Self {
        Self {
            counted_at: Timestamp::UNIX_EPOCH,
            all: OutcomeFigures::of(&outcomes.all),
            reasons: reasons(outcomes, words),
            numbers: busiest(&outcomes.numbers, |number, figures| OutcomesOfNumber {
                number_id: *number,
                e164: addresses.get(number).cloned(),
                figures,
            }),
            countries: busiest(&outcomes.countries, |country, figures| OutcomesOfCountry {
                country: *country,
                figures,
            }),
            carriers: busiest(&outcomes.carriers, |carrier, figures| OutcomesOfCarrier {
                carrier: carrier.clone(),
                figures,
            }),
            links: Vec::new(),
            funnel: window.map(|window| funnel(outcomes, window)),
        }
    }
}

fn reasons(outcomes: &Outcomes, words: &HashMap<RecipientId, Failure>) -> Vec<OutcomeReason> {
    let mut reasons: Vec<_> = outcomes
        .reasons
        .iter()
        .map(|((standing, code), why)| {
            let (explanation, mend) = match (own_words(code), words.get(&why.example)) {
                (Some((explanation, mend)), _) => (explanation.to_owned(), mend.to_owned()),
                (None, Some(failure)) => (failure.explanation.clone(), failure.mend.clone()),
                // They went on while this was counted.
                (None, None) => ("Each row says what happened.".into(), String::new()),
            };
            OutcomeReason { standing: standing.as_str(), code: code.clone(), count: why.count, explanation, mend }
        })
        .collect();
    reasons.sort_by_key(|reason| Reverse(reason.count));
    reasons
}

fn busiest<K: Ord, T>(by: &HashMap<K, Figures>, shown: impl Fn(&K, OutcomeFigures) -> T) -> Vec<T> {
    let mut all: Vec<_> = by.iter().collect();
    all.sort_by_key(|(key, figures)| (Reverse(figures.total()), *key));
    all.into_iter().map(|(key, figures)| shown(key, OutcomeFigures::of(figures))).collect()
}

fn funnel(outcomes: &Outcomes, window: Window) -> OutcomeFunnel {
    let steps = outcomes.funnel.iter().enumerate().map(|(nth, step)| OutcomeStep {
        at: window.begins(nth),
        sent: step.sent,
        delivered: step.delivered,
        replied: step.replied,
        clicked: step.clicked,
        opted_out: step.opted_out,
    });
    OutcomeFunnel { every_seconds: window.every, steps: steps.collect() }
}

impl OutcomeFigures {
    fn of(figures: &Figures) -> Self {
        let counts = Counts::by(|standing| i64::try_from(figures.standing(standing)).unwrap_or(i64::MAX));
        Self {
            total: counts.total(),
            counts,
            replied: figures.replied,
            clicked: figures.clicked,
            opted_out: figures.opted_out,
            segments: figures.segments,
            parts: figures.parts,
            costs: figures
                .cost
                .iter()
                .map(|(currency, micros)| Cost { micros: *micros, currency: currency.clone() })
                .collect(),
        }
    }
}
