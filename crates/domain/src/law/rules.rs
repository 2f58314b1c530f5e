//! The laws, as data: where, for what, from when on, in which hours and how often, and who says so.
//!
//! Engineering's reading, no legal advice. A rule that changes is not edited: it gets its `until`, and its successor a row of its own
//! with its `from`. Gathered in November 2026 from the rules' own texts where they are named, and from what senders publish of
//! what they keep to (Klaviyo's tables of quiet hours and of limits by state, Attentive, Postscript, Referrizer).

use jiff::civil::date;

use super::{Binds::Marketing, Calendar, Cap, Hours, Rule};

/// When texts may go. All rules of a place and of its country hold together.
pub(super) const RULES: &[Rule] = &[
    Rule {
        place: "US",
        binds: Marketing,
        from: Some(date(1992, 12, 20)),
        until: None,
        allows: Hours::daily(8, 21),
        source: "47 CFR 64.1200(c)(1)",
    },
    Rule {
        place: "US-CT",
        binds: Marketing,
        from: Some(date(2023, 10, 1)),
        until: None,
        allows: Hours::daily(9, 20),
        source: "Connecticut Public Act 23-98",
    },
    Rule {
        place: "US-FL",
        binds: Marketing,
        from: Some(date(2021, 7, 1)),
        until: None,
        allows: Hours::daily(8, 20),
        source: "Florida Telephone Solicitation Act",
    },
    Rule {
        place: "US-MD",
        binds: Marketing,
        from: Some(date(2024, 1, 1)),
        until: None,
        allows: Hours::daily(8, 20),
        source: "Maryland Stop the Spam Calls Act",
    },
    Rule {
        place: "US-MS",
        binds: Marketing,
        from: None,
        until: None,
        allows: Hours::daily(8, 20),
        source: "Mississippi Telephone Solicitation Act",
    },
    Rule {
        place: "US-NJ",
        binds: Marketing,
        from: Some(date(2024, 1, 1)),
        until: None,
        allows: Hours::daily(8, 20),
        source: "New Jersey Senate Bill 921",
    },
    Rule {
        place: "US-OK",
        binds: Marketing,
        from: Some(date(2022, 11, 1)),
        until: None,
        allows: Hours::daily(8, 20),
        source: "Oklahoma Telephone Solicitation Act",
    },
    Rule {
        place: "US-RI",
        binds: Marketing,
        from: None,
        until: None,
        allows: Hours::daily(9, 18).on_saturdays(10, 17).on_sundays(10, 17),
        source: "Rhode Island Telephone Sales Solicitation Act",
    },
    Rule {
        place: "US-TX",
        binds: Marketing,
        from: Some(date(2025, 9, 1)),
        until: None,
        allows: Hours::daily(9, 21).on_sundays(12, 21),
        source: "Texas Senate Bill 140",
    },
    Rule {
        place: "US-WA",
        binds: Marketing,
        from: Some(date(2022, 6, 9)),
        until: None,
        allows: Hours::daily(8, 20),
        source: "Washington House Bill 1497",
    },
    // No law names hours for texts in these; it is what senders keep to.
    Rule { place: "AU", binds: Marketing, from: None, until: None, allows: Hours::daily(8, 21), source: PRACTICE },
    Rule { place: "CA", binds: Marketing, from: None, until: None, allows: Hours::daily(8, 21), source: PRACTICE },
    Rule { place: "DE", binds: Marketing, from: None, until: None, allows: Hours::daily(8, 21), source: PRACTICE },
    Rule {
        place: "FR",
        binds: Marketing,
        from: None,
        until: None,
        allows: Hours::daily(8, 22).never_on_sundays().never_on_holidays(Calendar::France),
        source: PRACTICE,
    },
    Rule { place: "GB", binds: Marketing, from: None, until: None, allows: Hours::daily(8, 21), source: PRACTICE },
    Rule { place: "IE", binds: Marketing, from: None, until: None, allows: Hours::daily(8, 21), source: PRACTICE },
    Rule { place: "NL", binds: Marketing, from: None, until: None, allows: Hours::daily(8, 21), source: PRACTICE },
    Rule { place: "NZ", binds: Marketing, from: None, until: None, allows: Hours::daily(8, 21), source: PRACTICE },
];

const PRACTICE: &str = "what senders keep to there";

/// How often. The laws count texts on the same subject; all texts of campaigns are taken for one subject.
pub(super) const CAPS: &[Cap] = &[
    Cap {
        place: "US-FL",
        from: Some(date(2021, 7, 1)),
        until: None,
        texts: 3,
        hours: 24,
        source: "Florida Telephone Solicitation Act",
    },
    Cap {
        place: "US-MD",
        from: Some(date(2024, 1, 1)),
        until: None,
        texts: 3,
        hours: 24,
        source: "Maryland Stop the Spam Calls Act",
    },
    Cap {
        place: "US-NJ",
        from: Some(date(2024, 1, 1)),
        until: None,
        texts: 3,
        hours: 24,
        source: "New Jersey Senate Bill 921",
    },
    Cap {
        place: "US-OK",
        from: Some(date(2022, 11, 1)),
        until: None,
        texts: 3,
        hours: 24,
        source: "Oklahoma Telephone Solicitation Act",
    },
];
