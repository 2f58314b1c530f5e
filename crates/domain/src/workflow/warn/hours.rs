//! Texts that are meant for an hour at which nobody may be texted, or nobody wants to be.

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use super::is_bound;
use crate::law;
use crate::region::Whereabouts;
use crate::workflow::clock::{At, Day, Hour};
use crate::workflow::fault::Fault;
use crate::workflow::program::{Node, Op, Published, Text, To};
use crate::workflow::trigger::Trigger;

/// Where no law says more, texts go from here until before there, in full hours: so most laws have it.
const USUAL: std::ops::Range<i8> = 8..21;

/// A week without holidays, so far ahead that every law that is known holds.
const SOME_MONDAY: Date = Date::constant(2099, 6, 15);

pub(super) fn outside(published: &Published) -> Vec<Fault> {
    let zone = &published.zone;
    let whereabouts = zone.iana_name().and_then(|name| Whereabouts::of("", None, name).ok());
    let clock = Clock { zone, whereabouts };
    let mut found = Vec::new();
    for (nth, trigger) in published.document.triggers.iter().enumerate() {
        if let Trigger::Date { time, .. } = trigger
            && sends_at_once(published, Some(0))
            && !clock.is_open(*time, &[])
        {
            found.push(told(&format!("/triggers/{nth}/date/time"), None));
        }
    }
    for node in &published.nodes {
        let (at, pointer) = match &node.op {
            Op::ScheduleSend { at, text, .. } if is_bound(text.send.purpose) => (at, "schedule_send/at"),
            Op::Delay(delay) if delay.hours.is_none() && sends_at_once(published, node.next) => match &delay.until {
                Some(at) => (at, "delay/until"),
                None => continue,
            },
            _ => continue,
        };
        let pointer = format!("{}/{pointer}", node.pointer);
        match at {
            At::Local { time, days } if !clock.is_open(*time, days) => {
                found.push(told(&format!("{pointer}/local/time"), Some(node)));
            }
            At::Date { time, .. } if !clock.is_open(*time, &[]) => {
                found.push(told(&format!("{pointer}/date/time"), Some(node)));
            }
            At::Moment(at) if !clock.is_open_at(*at) => {
                found.push(told(&format!("{pointer}/moment"), Some(node)));
            }
            At::Local { .. } | At::Date { .. } | At::Moment(_) | At::Hours(_) => {}
        }
    }
    found
}

fn told(pointer: &str, node: Option<&Node>) -> Fault {
    let what = "Nobody is texted at this hour, by law or by custom: what is due then waits for the morning.";
    let fault = Fault::new(pointer, "outside_hours", what, "Choose an hour of the day, as in 10:00.");
    match node {
        Some(node) => fault.of(&node.id),
        None => fault,
    }
}

/// A text that the law binds goes out before any more time passes.
fn sends_at_once(published: &Published, from: To) -> bool {
    let bound = |text: &Text| is_bound(text.send.purpose);
    let stops = |node: &Node| node.waits() || matches!(node.op, Op::Delay(_) | Op::Send(_) | Op::ScheduleSend { .. });
    let met = published.from(from, stops);
    met.iter().filter_map(|nth| published.nodes.get(*nth)).any(|node| matches!(&node.op, Op::Send(text) if bound(text)))
}

/// The clock of the business, and where it hangs.
struct Clock<'z> {
    zone: &'z TimeZone,
    whereabouts: Option<Whereabouts>,
}

impl Clock<'_> {
    /// Texts may go at this time on one of the days; none: on any.
    fn is_open(&self, time: Hour, days: &[Day]) -> bool {
        let weekdays: Vec<Weekday> = days.iter().map(|day| day.weekday()).collect();
        (0..7_i64).any(|ahead| {
            let day = SOME_MONDAY.checked_add(ahead.days()).unwrap_or(SOME_MONDAY);
            let is_meant = weekdays.is_empty() || weekdays.contains(&day.weekday());
            let at = self.zone.to_ambiguous_timestamp(day.to_datetime(time.time())).compatible();
            is_meant && at.is_ok_and(|at| self.is_open_at(at))
        })
    }

    fn is_open_at(&self, at: Timestamp) -> bool {
        let by_law = self.whereabouts.as_ref();
        let by_law = by_law.and_then(|places| law::allows_somewhere(at, places, crate::gate::Purpose::Campaign));
        by_law.unwrap_or_else(|| USUAL.contains(&self.zone.to_datetime(at).hour()))
    }
}
