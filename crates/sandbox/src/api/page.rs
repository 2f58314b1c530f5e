//! Telnyx's query dialect: `page[number]`, `page[size]`, `filter[x]`.

use std::collections::HashMap;

use crate::wire::{Page, PageMeta, error::ApiError};

/// The query of a request, decoded.
pub(super) type Filters = HashMap<String, String>;

/// One page of everything that was found.
pub(super) fn page<T>(found: Vec<T>, query: &Filters) -> Result<Page<T>, ApiError> {
    let page_number = number(query, "page[number]", 1)?.max(1);
    let page_size = number(query, "page[size]", PAGE_SIZE)?.clamp(1, PAGE_SIZE_MAX);
    let total_results = found.len();
    let data = found.into_iter().skip((page_number - 1).saturating_mul(page_size)).take(page_size).collect();
    let meta = PageMeta { page_number, page_size, total_pages: total_results.div_ceil(page_size), total_results };
    Ok(Page { data, meta })
}

/// Whether a filter is absent or equal to the value.
pub(super) fn is(query: &Filters, filter: &str, value: &str) -> bool {
    query.get(filter).is_none_or(|wanted| wanted == value)
}

/// Whether a filter is absent or part of the value, letter case aside.
pub(super) fn contains(query: &Filters, filter: &str, value: &str) -> bool {
    query.get(filter).is_none_or(|wanted| value.to_lowercase().contains(&wanted.to_lowercase()))
}

/// A filter for a number; a `+` that was not escaped arrives as a space.
pub(super) fn is_number(query: &Filters, filter: &str, e164: &str) -> bool {
    query.get(filter).is_none_or(|wanted| wanted.trim().trim_start_matches('+') == e164.trim_start_matches('+'))
}

fn number(query: &Filters, name: &str, default: usize) -> Result<usize, ApiError> {
    let invalid = |_| ApiError::malformed(format!("'{name}' must be a whole number."));
    query.get(name).map_or(Ok(default), |text| text.parse().map_err(invalid))
}

const PAGE_SIZE: usize = 20;
const PAGE_SIZE_MAX: usize = 250;
