//! Lists as people have them.

mod listed;
mod merging;
mod reading;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::*;
use crate::field::{Field, Kind};
use crate::phone::E164;

fn rows(text: &str) -> Vec<Vec<String>> {
    text.lines().map(|line| line.split('|').map(str::to_owned).collect()).collect()
}

fn field(key: &str, kind: Kind) -> Field {
    Field { key: key.into(), label: format!("The {key}"), kind }
}

fn phone(digits: u64) -> E164 {
    E164::from_carrier(&format!("+{digits}")).unwrap()
}

fn now() -> Timestamp {
    "2026-11-27T12:00:00Z".parse().unwrap()
}

fn mapping(columns: &[&str]) -> Mapping {
    let columns = columns.iter().map(|word| word.parse().unwrap()).collect();
    Mapping { columns, dates: DateOrder::DayFirst, decimal_comma: true }
}

/// Reads cells, parted by bars, as a German business would.
fn read(columns: &[&str], fields: &[Field], cells: &str) -> Result<Row, Vec<Fault>> {
    let (mapping, zone) = (mapping(columns), TimeZone::get("Europe/Berlin").unwrap());
    let context = Context { country: "DE", zone: &zone, fields, now: now(), wide_is_torn: true };
    let cells: Vec<&str> = cells.split('|').collect();
    RowReader::new(&mapping, context).read(cells.len(), |at| cells.get(at).copied())
}

/// The codes of what is wrong, in order.
fn codes(columns: &[&str], fields: &[Field], cells: &str) -> Vec<&'static str> {
    let faults = read(columns, fields, cells).unwrap_err();
    for fault in &faults {
        let sentence = fault.to_string();
        assert!(sentence.ends_with('.'), "{sentence}");
        assert_eq!(format!("{fault:?}"), format!("{}@{}", fault.code(), fault.column), "nobody's data goes into a log");
    }
    faults.iter().map(Fault::code).collect()
}
