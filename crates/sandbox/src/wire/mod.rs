//! The JSON that Telnyx speaks. Field names and shapes follow its OpenAPI document.

pub(crate) mod error;
pub(crate) mod event;
pub(crate) mod message;
pub(crate) mod number;
pub(crate) mod profile;
pub(crate) mod registration;

use jiff::{Timestamp, tz::Offset};
use serde::{Serialize, Serializer};

/// The envelope of a success.
#[derive(Serialize)]
pub(crate) struct Data<T> {
    pub(crate) data: T,
}

/// The envelope of a list.
#[derive(Serialize)]
pub(crate) struct Page<T> {
    pub(crate) data: Vec<T>,
    pub(crate) meta: PageMeta,
}

/// Where in a list a page stands.
#[derive(Serialize)]
pub(crate) struct PageMeta {
    pub(crate) page_number: usize,
    pub(crate) page_size: usize,
    pub(crate) total_pages: usize,
    pub(crate) total_results: usize,
}

/// RFC 3339 with milliseconds and the offset `+00:00`, as messaging webhooks carry it.
#[derive(Clone, Copy)]
pub(crate) struct Iso(pub(crate) Timestamp);

impl Serialize for Iso {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(&format_args!("{:.3}", self.0.display_with_offset(Offset::UTC)))
    }
}
