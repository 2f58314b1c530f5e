//! The proof as a file: everybody who was to get a campaign, with what became of it.

use std::collections::HashMap;

use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use domain::access::Scope;
use domain::id::{CampaignId, ContactId, NumberId, RecipientId, TenantId};
use jiff::Timestamp;
use store::campaign::recipient::{self, Shown, Wanted, names, outcome};
use store::{Store, StoreError, TenantTx, tenant};

use super::WantedRecipients;
use crate::{
    auth::Caller,
    error::ApiError,
    extract::{Path, Query},
    state::AppState,
    v1::{campaigns::no_such, imports::csv_headers},
};

/// So many rows are read at once. The next are read when those before them were fetched.
const ROWS_AT_ONCE: u32 = 1_000;

const COLUMNS: [&str; 21] = [
    "phone",
    "name",
    "company",
    "standing",
    "reason_code",
    "reason",
    "mend",
    "text",
    "segments",
    "variant",
    "number",
    "carrier",
    "sent_at",
    "delivered_at",
    "replied_at",
    "clicked_at",
    "opted_out_at",
    "parts",
    "cost",
    "currency",
    "recipient_id",
];

/// Who is to get it, each with where they stand and why, as CSV in UTF-8. What a spreadsheet would take for a formula begins with
/// an apostrophe. Of a campaign that goes on, each row is as it was when it was read.
#[utoipa::path(get, path = "/campaigns/{id}/recipients.csv", tag = "campaigns",
    params(("id" = String, Path), WantedRecipients), responses((status = 200, content_type = "text/csv", body = String)))]
pub async fn csv(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<CampaignId>,
    Query(wanted): Query<WantedRecipients>,
) -> Result<Response, ApiError> {
    caller.must(Scope::CampaignsRead)?;
    let store = app.engine.store().clone();
    let read = async move |tx: &mut TenantTx<'_>| {
        let wanted = wanted.read(&tenant::settings(tx).await?.region)?;
        Ok::<_, ApiError>((wanted, outcome::span(tx, id).await?, names::addresses(tx).await?))
    };
    let (wanted, span, numbers) = store.read(caller.tenant, read).await?;
    span.ok_or_else(no_such)?;
    let mut head = String::from('\u{FEFF}');
    domain::csv::write_row(&mut head, COLUMNS);
    let rows = rows(store, caller.tenant, id, wanted, numbers);
    let body = Body::from_stream(futures_util::StreamExt::chain(
        futures_util::stream::iter([Ok::<_, std::io::Error>(Bytes::from(head))]),
        rows,
    ));
    Ok((csv_headers("recipients.csv")?, body).into_response())
}

fn rows(
    store: Store,
    tenant: TenantId,
    id: CampaignId,
    wanted: Wanted,
    numbers: HashMap<NumberId, String>,
) -> impl futures_util::Stream<Item = Result<Bytes, std::io::Error>> + Send + 'static {
    let first = Some(RecipientId(uuid::Uuid::nil()));
    futures_util::stream::unfold((first, wanted, numbers), move |(after, wanted, numbers)| {
        let store = store.clone();
        async move {
            let after = after?;
            let of = wanted.clone();
            let read = async move |tx: &mut TenantTx<'_>| {
                let some = recipient::wanted_page(tx, id, &of, Some(after), ROWS_AT_ONCE).await?;
                let contacts: Vec<ContactId> = some.iter().map(|one| one.contact_id).collect();
                let called = names::called(tx, &contacts).await?;
                Ok::<_, StoreError>((some, called))
            };
            match store.read(tenant, read).await {
                Ok((some, called)) => {
                    let next = some.last().map(|one| one.id)?;
                    let mut text = String::new();
                    for one in &some {
                        let (name, company) = called.get(&one.contact_id).map_or(("", ""), |(n, c)| (n, c));
                        write(&mut text, one, name, company, numbers.get(&one.number_id).map_or("", String::as_str));
                    }
                    Some((Ok(Bytes::from(text)), (Some(next), wanted, numbers)))
                }
                // The file breaks off, and whoever fetches it sees that.
                Err(error) => Some((Err(std::io::Error::other(error)), (None, wanted, numbers))),
            }
        }
    })
}

fn write(text: &mut String, one: &Shown, name: &str, company: &str, number: &str) {
    let time = |at: Option<Timestamp>| at.map(|at| at.to_string()).unwrap_or_default();
    let count = |count: Option<i64>| count.map(|count| count.to_string()).unwrap_or_default();
    let failure = one.failure.as_ref();
    let cells: [&str; COLUMNS.len()] = [
        &one.phone,
        name,
        company,
        &one.standing,
        failure.map_or("", |failure| &failure.code),
        failure.map_or("", |failure| &failure.explanation),
        failure.map_or("", |failure| &failure.mend),
        one.body.as_deref().unwrap_or_default(),
        &count(one.segments),
        &count(one.variant),
        number,
        one.carrier.as_deref().unwrap_or_default(),
        &time(one.sent_at),
        &time(one.delivered_at),
        &time(one.replied_at),
        &time(one.clicked_at),
        &time(one.opted_out_at),
        &count(one.parts),
        &one.cost.as_ref().map(|cost| decimal(cost.micros)).unwrap_or_default(),
        one.cost.as_ref().map_or("", |cost| &cost.currency),
        &one.id.to_string(),
    ];
    domain::csv::write_row(text, cells);
}

/// Millionths as a decimal: `0.004`.
pub(in crate::v1) fn decimal(micros: i64) -> String {
    let sign = if micros < 0 { "-" } else { "" };
    let text = format!("{sign}{}.{:06}", micros.unsigned_abs() / 1_000_000, micros.unsigned_abs() % 1_000_000);
    let short = text.trim_end_matches('0').trim_end_matches('.');
    short.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_written_in_full() {
        for (micros, text) in [
            (0, "0"),
            (4_000, "0.004"),
            (1_000_000, "1"),
            (12_345_678, "12.345678"),
            (-500_000, "-0.5"),
            (10_000_000, "10"),
        ] {
            assert_eq!(decimal(micros), text);
        }
    }
}
