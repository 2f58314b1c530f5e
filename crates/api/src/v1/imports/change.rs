//! What somebody says of an import, and whether it is enough.

use domain::id::ListId;
use domain::import::{self as rules, Attestation, Column, DateOrder, Mapping, MappingFault, Mode, Settings};
use domain::message::Author;
use engine::import::{Delimiter, Looked, Told};
use jiff::Timestamp;
use serde::Deserialize;
use store::{StoreError, TenantTx, import, tenant, words};
use utoipa::ToSchema;

use crate::error::{ApiError, FieldError};
use crate::extract::present;
use crate::v1::contacts;

/// What is done with the file; what is absent stays.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportPatch {
    /// What each column is, from the left.
    mapping: Option<Vec<String>>,
    /// How 03/04/2026 is read.
    #[schema(value_type = Option<words::ImportDates>)]
    dates: Option<DateOrder>,
    /// Whether 1,5 is one and a half.
    decimal_comma: Option<bool>,
    /// What parts the values of a text: `comma`, `semicolon`, `tab` or `pipe`; `null`: what its bytes tell. The first rows are read
    /// again with it, and its columns are guessed anew, unless `mapping` says what they are.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<words::ImportDelimiter>)]
    delimiter: Option<Option<String>>,
    /// The character set of a text, by a name that browsers know, as in `windows-1250`; `null`: what its bytes tell.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    encoding: Option<Option<String>>,
    /// Which sheet of a workbook is read, by its name; `null`: the first with something in it.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    sheet: Option<Option<String>>,
    /// Which row has the columns' names, from 1, blank rows not counted; 0: none has; `null`: what they look like.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<u32>, maximum = 200)]
    header_row: Option<Option<u32>>,
    /// What becomes of contacts that are there already.
    #[schema(value_type = Option<words::ImportMode>)]
    mode: Option<Mode>,
    /// Labels that everybody in it gets, but for whoever stays as they are.
    tags: Option<Vec<String>>,
    /// The list that everybody comes on; `null`: none.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    list_id: Option<Option<ListId>>,
    /// Where and how the people agreed to get texts. Whoever says it confirms `statement` and vouches for all of them; only a
    /// member can. `null`: nobody vouches.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    attestation: Option<Option<String>>,
}

impl ImportPatch {
    /// What somebody now knows of the file better than its bytes tell; `None`: as before.
    pub(super) fn told(&self, before: &Told) -> Result<Option<Told>, ApiError> {
        if let Some(Some(delimiter)) = &self.delimiter
            && Delimiter::parse(delimiter).is_none()
        {
            let known: Vec<&str> = Delimiter::ALL.into_iter().map(Delimiter::as_str).collect();
            let mend = format!("Write one of these: {}.", known.join(", "));
            return Err(ApiError::invalid("delimiter", "unknown_delimiter", mend));
        }
        let told = Told {
            delimiter: self.delimiter.clone().unwrap_or_else(|| before.delimiter.clone()),
            encoding: self.encoding.clone().unwrap_or_else(|| before.encoding.clone()),
            sheet: self.sheet.clone().unwrap_or_else(|| before.sheet.clone()),
            header_row: self.header_row.unwrap_or(before.header_row),
        };
        Ok((told != *before).then_some(told))
    }
}

/// What its columns seem to be.
pub(super) fn guessed(looked: &Looked) -> Mapping {
    Mapping {
        columns: looked.columns.iter().map(|column| column.guess.clone()).collect(),
        dates: looked.dates,
        decimal_comma: looked.decimal_comma,
    }
}

/// Lays it over what is set.
pub(super) async fn apply(
    tx: &mut TenantTx<'_>,
    settings: &mut Settings,
    asked: ImportPatch,
    now: Timestamp,
    author: Author,
) -> Result<(), ApiError> {
    if let Some(mapping) = settings.mapping.as_mut() {
        if let Some(columns) = asked.mapping {
            let read = |(at, word): (usize, &String)| {
                let unknown = |error: rules::UnknownColumn| {
                    ApiError::invalid(format!("mapping[{at}]"), "unknown_column", error.to_string())
                };
                word.parse::<Column>().map_err(unknown)
            };
            mapping.columns = columns.iter().enumerate().map(read).collect::<Result<_, _>>()?;
        }
        mapping.dates = asked.dates.unwrap_or(mapping.dates);
        mapping.decimal_comma = asked.decimal_comma.unwrap_or(mapping.decimal_comma);
    }
    settings.mode = asked.mode.unwrap_or(settings.mode);
    if let Some(tags) = asked.tags {
        settings.tags = contacts::labels(tags)?;
    }
    if let Some(list) = asked.list_id {
        if let Some(list) = list
            && !store::list::hold(tx, list).await?
        {
            return Err(ApiError::invalid(
                "list_id",
                "no_such_list",
                "There is no such list. Choose another, or none.",
            ));
        }
        settings.list = list;
    }
    match asked.attestation {
        None => {}
        Some(None) => settings.attestation = None,
        Some(Some(source)) => settings.attestation = Some(vouch(author, now, &source)?),
    }
    Ok(())
}

fn vouch(author: Author, now: Timestamp, source: &str) -> Result<Attestation, ApiError> {
    let Author::Member(by) = author else {
        let mend =
            "Only a member can vouch for people, in the dashboard. A program gives a file with a column of consent.";
        return Err(ApiError::invalid("attestation", "people_only", mend));
    };
    Attestation::new(by, now, source)
        .map_err(|error| ApiError::invalid("attestation", error.code(), capital(&format!("{error}."))))
}

/// What keeps it from being read.
pub(super) async fn problems(
    tx: &mut TenantTx<'_>,
    found: &import::Import,
    columns: usize,
) -> Result<Vec<MappingFault>, ApiError> {
    let fields = tenant::settings(tx).await?.fields;
    let mapping = found.settings.mapping.as_ref();
    let mut faults = mapping.map_or_else(|| vec![MappingFault::NoPhone], |mapping| mapping.faults(columns, &fields));
    if found.settings.attestation.is_none() && !mapping.is_some_and(Mapping::tells_consent) {
        faults.push(MappingFault::NoConsent);
    }
    Ok(faults)
}

/// It can be read; what its columns are is remembered for the next one like it.
pub(super) async fn ready(tx: &mut TenantTx<'_>, found: &import::Import) -> Result<(), ApiError> {
    let looked: Looked = serde_json::from_str(&found.looked).map_err(StoreError::fault)?;
    let faults = problems(tx, found, looked.columns.len()).await?;
    if faults.is_empty() {
        if let (Some(print), Some(mapping)) = (&looked.fingerprint, &found.settings.mapping) {
            import::remember_mapping(tx, print, mapping).await?;
        }
        return Ok(());
    }
    let field = |fault: &MappingFault| match fault {
        MappingFault::NoConsent => "attestation",
        _ => "mapping",
    };
    let errors = faults.iter().map(|fault| FieldError::new(field(fault), fault.code(), fault.to_string()));
    Err(ApiError::invalid_fields(errors.collect()))
}

pub(super) fn refused(refused: rules::Refused) -> ApiError {
    ApiError::conflict("wrong_state", capital(&format!("{refused}.")))
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
