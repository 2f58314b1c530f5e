//! Lists: by key, never by offset, so a page stays right while rows come and go.

use axum::extract::FromRequestParts;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use http::{StatusCode, request::Parts};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::{error::ApiError, extract::Query};

const LIMIT_DEFAULT: u32 = 50;
const LIMIT_MAX: u32 = 100;

/// Which page of a list is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// How many rows at most, 1 to 100.
    pub limit: u32,
    /// After which row; `None` is the first page.
    pub after: Option<Cursor>,
}

/// A row's place in its list. Opaque to callers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    /// The time that the list is ordered by, for lists that are.
    pub at: Option<Timestamp>,
    /// The row.
    pub id: Uuid,
}

/// One page of a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Listed<T: ToSchema> {
    /// The rows.
    pub data: Vec<T>,
    /// What to ask for next; `null`: there is no more.
    pub next_cursor: Option<String>,
}

/// The paging parameters, for the document: `params(PageParams)`.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageParams {
    /// How many rows at most, 1 to 100; 50 if not said.
    #[param(minimum = 1, maximum = 100, required = false)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    #[param(required = false)]
    cursor: Option<String>,
}

impl Page {
    /// How many rows to ask the store for: one more than shown tells whether there is a next page.
    #[must_use]
    pub fn fetch(&self) -> u32 {
        self.limit + 1
    }

    /// The id to go on after.
    #[must_use]
    pub fn after_id<T: From<Uuid>>(&self) -> Option<T> {
        self.after.map(|cursor| T::from(cursor.id))
    }

    /// Time and id to go on after, for a list that is ordered by time.
    ///
    /// # Errors
    /// 400 if the cursor is of a list that is not.
    pub fn after_time(&self) -> Result<Option<(Timestamp, Uuid)>, ApiError> {
        self.after.map(|cursor| cursor.at.map(|at| (at, cursor.id)).ok_or_else(bad_cursor)).transpose()
    }

    /// The answer, from up to [`fetch`](Self::fetch) rows.
    pub fn listed<T: ToSchema>(&self, mut rows: Vec<T>, place: impl Fn(&T) -> Cursor) -> Listed<T> {
        let limit = self.limit as usize;
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next_cursor = rows.last().filter(|_| more).map(|last| place(last).to_text());
        Listed { data: rows, next_cursor }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Page {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let Query(params) = Query::<PageParams>::from_request_parts(parts, state).await?;
        let limit = limit(params.limit)?;
        let after = params.cursor.as_deref().map(|text| Cursor::parse(text).ok_or_else(bad_cursor)).transpose()?;
        Ok(Self { limit, after })
    }
}

/// How many rows a page has.
///
/// # Errors
/// 422 if that is out of bounds.
pub(crate) fn limit(asked: Option<u32>) -> Result<u32, ApiError> {
    let limit = asked.unwrap_or(LIMIT_DEFAULT);
    if (1..=LIMIT_MAX).contains(&limit) {
        return Ok(limit);
    }
    Err(ApiError::invalid("limit", "out_of_range", "Ask for 1 to 100 rows."))
}

pub(crate) fn bad_cursor() -> ApiError {
    ApiError::new(
        StatusCode::BAD_REQUEST,
        "bad_cursor",
        "This cursor is not one of this list. Send `next_cursor` of the page before as it was, or start without one.",
    )
    .at("cursor")
}

impl Cursor {
    /// The place of a row in a list ordered by id.
    pub fn id(id: impl Into<Uuid>) -> Self {
        Self { at: None, id: id.into() }
    }

    /// The place of a row in a list ordered by time, then id.
    pub fn at(at: Timestamp, id: impl Into<Uuid>) -> Self {
        Self { at: Some(at), id: id.into() }
    }

    pub(crate) fn to_text(self) -> String {
        let at = self.at.map(|at| at.as_microsecond().to_string()).unwrap_or_default();
        URL_SAFE_NO_PAD.encode(format!("1.{at}.{}", self.id.simple()))
    }

    fn parse(text: &str) -> Option<Self> {
        let plain = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
        let mut parts = plain.split('.');
        let (version, at, id, rest) = (parts.next()?, parts.next()?, parts.next()?, parts.next());
        if version != "1" || rest.is_some() {
            return None;
        }
        let at = match at {
            "" => None,
            micros => Some(Timestamp::from_microsecond(micros.parse().ok()?).ok()?),
        };
        Some(Self { at, id: Uuid::try_parse(id).ok()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_and_a_made_up_one_does_not() {
        let id = Uuid::from_u128(7);
        for cursor in [Cursor::id(id), Cursor::at(Timestamp::from_microsecond(-5).unwrap(), id)] {
            assert_eq!(Cursor::parse(&cursor.to_text()), Some(cursor));
        }
        for text in ["", "!", "MQ", &URL_SAFE_NO_PAD.encode("2..00000000000000000000000000000007")] {
            assert_eq!(Cursor::parse(text), None, "{text}");
        }
    }

    #[test]
    fn only_a_full_page_has_a_next_one() {
        let page = Page { limit: 2, after: None };
        let place = |_: &String| Cursor::id(Uuid::from_u128(1));
        let rows = |n: usize| (0..n).map(|i| i.to_string()).collect::<Vec<_>>();
        assert!(page.listed(rows(2), place).next_cursor.is_none());
        let listed = page.listed(rows(3), place);
        assert_eq!(listed.data.len(), 2);
        assert!(listed.next_cursor.is_some());
    }
}
