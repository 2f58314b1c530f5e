//! What a launch would do, as it is shown.

use std::collections::HashMap;
use std::fmt;

use domain::campaign::forecast::{Cause, Estimate, Later, Who};
use domain::id::{CampaignId, ContactId};
use domain::segment::Encoding;
use engine::Previewed;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::campaign::check::Check;
use store::words;
use utoipa::ToSchema;

const HOUR_S: i64 = 3_600;

/// What a launch would do, as far as it is counted.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct CampaignCheck {
    /// Of which campaign.
    #[schema(value_type = String, example = "cmp_01939f0a7c2e7d40a1b2c3d4e5f60718")]
    pub campaign_id: CampaignId,
    /// Rises each time that it is asked for; a launch may name it.
    pub run: i64,
    /// `counting`: what is here is what was counted so far.
    #[schema(value_type = words::CheckState)]
    pub state: String,
    /// The campaign says something else by now, or goes to others: ask for it again.
    pub stale: bool,
    /// How much of it is counted, from 0 to 1.
    pub progress: f64,
    /// From when its texts would go.
    #[schema(value_type = String, format = DateTime)]
    pub starts_at: Timestamp,
    /// What everybody's own clock would show then; `null`: no clock is asked.
    #[schema(required = true)]
    pub at_local: Option<String>,
    /// When it was asked for.
    #[schema(value_type = String, format = DateTime)]
    pub began_at: Timestamp,
    /// When all were counted.
    #[schema(required = true, value_type = Option<String>, format = DateTime)]
    pub ended_at: Option<Timestamp>,
    /// How many would get a row: the sum of `now`, `later` and `skipped`.
    pub total: u64,
    /// How many may be texted at the start, or as soon as their own clock shows `at_local`.
    pub now: u64,
    /// Who may be texted later, by reason.
    pub later: Vec<CheckLater>,
    /// Who gets nothing, by reason.
    pub skipped: Vec<CheckCause>,
    /// So many are named more than once; they are counted once.
    pub duplicates: u64,
    /// How many texts take one segment, two, and so on to ten.
    pub segments: Vec<u64>,
    /// All segments together.
    pub segments_total: u64,
    /// How many texts go out in each encoding.
    pub encodings: CheckEncodings,
    /// In which hour those who must wait may be texted first, those within a fortnight.
    pub opens: Vec<CheckHour>,
    /// How many of them later than that.
    pub opens_after: u64,
    /// The longest texts.
    pub longest: Vec<CheckText>,
    /// Texts to look at: dear because of a name, with another word for what is not known, or nearly empty.
    pub odd: Vec<CheckCause>,
    /// What it means in money and time; `null`: not all are counted.
    #[schema(required = true)]
    pub estimate: Option<CheckEstimate>,
}

/// People of whom the same is true.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct CheckCause {
    /// Stable, for programs.
    pub code: String,
    /// In plain words.
    pub explanation: String,
    /// What to do about it; empty: nothing need be done.
    #[serde(default)]
    pub mend: String,
    /// How many.
    pub count: u64,
    /// Some of them, at most five.
    pub samples: Vec<CheckText>,
}

/// Those who may be texted later, for one reason.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct CheckLater {
    /// Why, and how many.
    #[serde(flatten)]
    pub cause: CheckCause,
    /// When the first of them may be texted.
    #[schema(value_type = String, format = DateTime)]
    pub first: Timestamp,
    /// When the last of them may be.
    #[schema(value_type = String, format = DateTime)]
    pub last: Timestamp,
}

/// Somebody, and what their text says by what is known of them now.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct CheckText {
    /// Who; `null`: nobody known.
    #[schema(required = true, value_type = Option<String>)]
    pub contact_id: Option<ContactId>,
    /// What they are called; `null`: not known.
    #[schema(required = true)]
    pub name: Option<String>,
    /// Where they are reached, in E.164 form.
    pub phone: String,
    /// Their text; `null`: they have none, since something is missing.
    #[schema(required = true)]
    pub body: Option<String>,
    /// How many segments it takes.
    pub segments: u32,
    /// How it goes out.
    #[schema(required = true, value_type = Option<words::Encoding>)]
    pub encoding: Option<Encoding>,
}

/// How many texts go out in each encoding.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
pub struct CheckEncodings {
    /// The GSM alphabet.
    pub gsm7: u64,
    /// UTF-16.
    pub ucs2: u64,
}

/// How many may be texted from an hour on.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
pub struct CheckHour {
    /// Its beginning.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// How many.
    pub count: u64,
}

/// What it means in money and time.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct CheckEstimate {
    /// What it costs by what the carrier billed lately, by our number and by country; one for each currency.
    pub costs: Vec<CheckCost>,
    /// Segments of which nobody knows what they cost: no text was billed there lately.
    pub unpriced_segments: u64,
    /// The countries (ISO 3166) where those go; an empty word where it can be several.
    pub unpriced_countries: Vec<String>,
    /// When the last text has gone, if nothing else is sent and nobody's hours end before their turn; `null`: nobody is sent
    /// anything.
    #[schema(required = true, value_type = Option<String>, format = DateTime)]
    pub finishes_at: Option<Timestamp>,
    /// What the numbers let go together.
    pub segments_per_second: f64,
}

/// What texts would cost in one currency.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct CheckCost {
    /// ISO 4217.
    pub currency: String,
    /// At the lowest price, in millionths of the currency's unit.
    pub lowest_micros: i64,
    /// At the highest.
    pub highest_micros: i64,
    /// Of so many segments.
    pub segments: u64,
}

impl fmt::Debug for CheckCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CheckCause").field("code", &self.code).field("count", &self.count).finish_non_exhaustive()
    }
}

impl fmt::Debug for CheckLater {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CheckLater").field("cause", &self.cause).finish_non_exhaustive()
    }
}

impl fmt::Debug for CheckText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CheckText").field("contact_id", &self.contact_id).finish_non_exhaustive()
    }
}

impl fmt::Debug for CampaignCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CampaignCheck").field("campaign_id", &self.campaign_id).finish_non_exhaustive()
    }
}

/// As it stands. `people`: those whom it names.
pub(super) fn shown(check: &Check, people: &HashMap<Who, Previewed>) -> CampaignCheck {
    let forecast = &check.forecast;
    let texts = |whom: &[Who]| -> Vec<CheckText> { whom.iter().filter_map(|who| people.get(who)).map(text).collect() };
    let cause = |cause: &Cause| CheckCause {
        code: cause.code.clone(),
        explanation: cause.explanation.clone(),
        mend: cause.mend.clone(),
        count: cause.count,
        samples: texts(&cause.samples),
    };
    let later = |later: &Later| CheckLater { cause: cause(&later.cause), first: later.first, last: later.last };
    let hour = |(hour, count): (&i64, &u64)| {
        Some(CheckHour { at: Timestamp::from_second(hour.checked_mul(HOUR_S)?).ok()?, count: *count })
    };
    CampaignCheck {
        campaign_id: check.campaign,
        run: check.run,
        state: if check.is_done { "done" } else { "counting" }.into(),
        stale: check.is_stale,
        progress: progress(check),
        starts_at: check.starts_at,
        at_local: check.at_local.map(|local| local.to_string()),
        began_at: check.began_at,
        ended_at: check.ended_at,
        total: forecast.total,
        now: forecast.now,
        later: forecast.later.iter().map(later).collect(),
        skipped: forecast.skipped.iter().map(cause).collect(),
        duplicates: forecast.duplicates,
        segments: forecast.segments.to_vec(),
        segments_total: forecast.all_segments(),
        encodings: CheckEncodings { gsm7: forecast.gsm7, ucs2: forecast.ucs2 },
        opens: forecast.opens.iter().filter_map(hour).collect(),
        opens_after: forecast.opens_after,
        longest: forecast.longest.iter().filter_map(|long| people.get(&long.who)).map(text).collect(),
        odd: forecast.odd.iter().map(cause).collect(),
        estimate: check.estimate.as_ref().map(estimate),
    }
}

fn progress(check: &Check) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a share of people, not an amount")]
    let share = |looked: i64, all: i64| (looked as f64 / all.max(1) as f64).clamp(0.0, 1.0);
    if check.is_done { 1.0 } else { check.to_look.map_or(0.0, |all| share(check.looked, all)) }
}

fn text(of: &Previewed) -> CheckText {
    let text = of.text.as_ref().ok();
    CheckText {
        contact_id: of.contact,
        name: Some(of.name.clone()).filter(|name| !name.is_empty()),
        phone: of.phone.clone(),
        body: text.map(|text| text.body.clone()),
        segments: text.map_or(0, |text| text.segments),
        encoding: text.map(|text| text.encoding),
    }
}

fn estimate(of: &Estimate) -> CheckEstimate {
    let costs = of.costs.iter().map(|cost| CheckCost {
        currency: cost.currency.clone(),
        lowest_micros: cost.lowest_micros,
        highest_micros: cost.highest_micros,
        segments: cost.segments,
    });
    #[expect(clippy::cast_precision_loss, reason = "rates are small")]
    let segments_per_second = of.rate_millis as f64 / 1_000.0;
    CheckEstimate {
        costs: costs.collect(),
        unpriced_segments: of.unpriced_segments,
        unpriced_countries: of.unpriced_countries.iter().cloned().collect(),
        finishes_at: of.finishes_at,
        segments_per_second,
    }
}
