//! Addresses of a template that become short links: each reads differently for everybody.

use std::sync::Arc;

use super::{Part, Template};
use crate::link::{Coded, Shortener, is_ours, urls};

/// An address that becomes a short link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Link {
    url: String,
    by: Arc<Shortener>,
}

impl Link {
    /// As it reads for whoever has this phone.
    pub(super) fn of(&self, phone: &str) -> String {
        self.by.short(phone, &self.url)
    }
}

impl Template {
    /// The same with short links for its addresses. One that is of the base itself, or that a place is a part of, stays: where
    /// it leads differs.
    #[must_use]
    pub fn shortened(self, by: &Shortener) -> Self {
        let by = Arc::new(by.clone());
        let mut parts = Vec::with_capacity(self.parts.len());
        let mut before_is_place = false;
        let mut rest = self.parts.into_iter().peekable();
        while let Some(part) = rest.next() {
            let Part::Words(words) = part else {
                parts.push(part);
                before_is_place = true;
                continue;
            };
            let after_is_place = rest.peek().is_some();
            let mut from = 0;
            for url in urls(&words) {
                let runs_in = before_is_place && url.start == 0;
                let runs_on = after_is_place && url.end == words.len();
                let Some(address) = words.get(url.clone()) else { continue };
                if runs_in || runs_on || is_ours(address, &by.base) {
                    continue;
                }
                let head = words.get(from..url.start).unwrap_or_default();
                if !head.is_empty() {
                    parts.push(Part::Words(head.to_owned()));
                }
                parts.push(Part::Link(Link { url: address.to_owned(), by: Arc::clone(&by) }));
                from = url.end;
            }
            let tail = words.get(from..).unwrap_or_default();
            if !tail.is_empty() {
                parts.push(Part::Words(tail.to_owned()));
            }
            before_is_place = false;
        }
        Self { parts }
    }

    /// Where the short links lead that whoever has this phone gets.
    #[must_use]
    pub fn coded(&self, phone: &str) -> Vec<Coded> {
        let mut coded: Vec<Coded> = Vec::new();
        for part in &self.parts {
            if let Part::Link(link) = part {
                let one = link.by.coded(phone, &link.url);
                if !coded.contains(&one) {
                    coded.push(one);
                }
            }
        }
        coded
    }
}
