//! Workflows without a database: how many turns a core takes, and how long thousands of made-up people need for a month.

use std::collections::HashMap;
use std::hint::black_box;
use std::time::Instant;

use anyhow::{Context as _, Result};
use domain::condition::{Catalogue, Subject};
use domain::id::{EnrolmentId, MessageId};
use domain::template::Rendering;
use domain::tenant::Settings;
use domain::workflow::population::{self, Crowd};
use domain::workflow::reply::Text;
use domain::workflow::{Done, Event, Ground, Known, Published, State, Waits, advance, gallery, publish};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use crate::Run;
use crate::table::{Row, Table};

const BENCH: &str = "workflow";
const PEOPLE: u32 = 100_000;
const CROWD: u32 = 10_000;

/// Measures it, on one core.
///
/// # Errors
/// When the survey of the gallery makes no sense any more.
pub fn measure(run: &Run, table: &mut Table) -> Result<()> {
    let survey = survey()?;
    let now: Timestamp = "2026-11-27T15:00:00Z".parse()?;
    let people = run.size(PEOPLE, PEOPLE / 10);
    let began = Instant::now();
    let turns = turns(&survey, people, now);
    let seconds = began.elapsed().as_secs_f64();
    let rate = turns as f64 / seconds;
    let note = format!("{people} people through the survey of the gallery, {turns} turns");
    table.add(Row::new(BENCH, "turns of the pure interpreter", rate, "turns/s").at_least(500_000.0).note(note));

    let crowd = Crowd { people: run.size(CROWD, CROWD / 10), ..Crowd::default() };
    let began = Instant::now();
    let figures = black_box(population::simulate(&survey, &crowd, &Settings::default(), now));
    let seconds = began.elapsed().as_secs_f64();
    let note = format!("{} turns, {} texts, {} went to their end", figures.turns, figures.texts, figures.ended);
    let what = format!("{} made-up people, {} days of the survey", crowd.people, crowd.days);
    table.add(Row::new(BENCH, what, seconds, "s").at_most(3.0).note(note));
    Ok(())
}

fn survey() -> Result<Published> {
    let document = gallery::one("survey").context("the gallery has no survey")?;
    let catalogue = Catalogue {
        fields: Vec::new(),
        lists: Vec::new(),
        campaigns: Vec::new(),
        zone: TimeZone::get("America/New_York")?,
    };
    let ground = Ground {
        catalogue,
        segments: Vec::new(),
        numbers: Vec::new(),
        assistants: Vec::new(),
        teams: Vec::new(),
        members: Vec::new(),
        workflows: Vec::new(),
        media: HashMap::new(),
        secrets: Vec::new(),
    };
    publish(document, &ground).map_err(|faults| anyhow::anyhow!("the survey has faults: {faults:?}"))
}

/// Everybody's way from its first turn to its last: texts are out at once, and each question is answered.
fn turns(survey: &Published, people: u32, now: Timestamp) -> u64 {
    let (subject, zone, rendering) = (Subject::default(), survey_zone(), Rendering::new("en"));
    let known = Known {
        subject: &subject,
        phone: "+12125550100",
        zone: &zone,
        month_first: true,
        rendering: &rendering,
        floor: None,
    };
    let mut turns = 0;
    for who in 0..people {
        let mut state = State::new(EnrolmentId(Uuid::from_u128(who.into())), now);
        let mut event = Event::Entered { variables: [].into() };
        for second in 0..100_u8 {
            let at = now + SignedDuration::from_secs(second.into());
            state = black_box(advance(survey, state, &event, &known, at)).state;
            turns += 1;
            event = match &state.waits {
                Some(Waits::Effect { of, .. }) => Event::Done { of: of.clone(), result: Done::Sent, at: None },
                Some(Waits::Reply { .. }) => {
                    let id = MessageId(Uuid::from_u64_pair(who.into(), second.into()));
                    Event::Reply(Text { id, body: "8".to_owned(), sent_at: at })
                }
                _ => break,
            };
        }
    }
    turns
}

fn survey_zone() -> TimeZone {
    TimeZone::get("America/New_York").unwrap_or(TimeZone::UTC)
}
