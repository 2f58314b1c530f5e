//! With whom a workflow is played.

use std::collections::BTreeMap;

use domain::condition::Subject;
use domain::id::{ContactId, ListId};
use domain::phone::E164;
use domain::tenant::Settings;
use domain::workflow::Locale;
use domain::workflow::simulate::Person;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;
use store::{TenantTx, contact, list, segment};
use utoipa::ToSchema;

use crate::{
    error::{ApiError, FieldError},
    faults::Faults,
    fields,
    v1::contacts::{
        change::{labels, line, values},
        nobody,
    },
};

/// A number that nobody has (of those kept for fiction).
const SOMEBODY: &str = "+12025550100";

/// Somebody invented.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct InventedPerson {
    /// What they are called.
    name: Option<String>,
    /// Where they work.
    company: Option<String>,
    /// Their number, as it is usually written; without a country code it is read as one of the tenant's region.
    phone: Option<String>,
    /// Their language: a code as in `de`.
    language: Option<String>,
    /// IANA time zone.
    time_zone: Option<String>,
    /// Their labels.
    tags: Vec<String>,
    /// The lists that they are on.
    #[schema(value_type = Vec<String>)]
    lists: Vec<ListId>,
    /// Values of the organisation's fields by their keys.
    #[schema(value_type = BTreeMap<String, store::schema::FieldChangeShape>)]
    fields: BTreeMap<String, Value>,
}

impl std::fmt::Debug for InventedPerson {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("InventedPerson").finish_non_exhaustive()
    }
}

/// Whoever is asked for: a contact, or somebody invented.
pub(super) async fn who(
    tx: &mut TenantTx<'_>,
    settings: &Settings,
    contact: Option<ContactId>,
    invented: Option<&InventedPerson>,
    at: Timestamp,
) -> Result<Person, ApiError> {
    let (subject, phone) = match (contact, invented) {
        (Some(id), _) => known(tx, id).await?,
        (None, Some(invented)) => invented.read(tx, settings, at).await.map_err(|wrong| within("person", wrong))?,
        (None, None) => InventedPerson::default().read(tx, settings, at).await?,
    };
    let Locale { zone, language, month_first } = Locale::of(&subject, &phone, settings);
    Ok(Person { subject, phone, zone, language, month_first })
}

async fn known(tx: &mut TenantTx<'_>, id: ContactId) -> Result<(Subject, String), ApiError> {
    let subject = segment::subjects(tx, &[id]).await?.remove(&id);
    let (Some(subject), Some(contact)) = (subject, contact::find(tx, id).await?) else {
        return Err(nobody(tx, id).await?);
    };
    Ok((subject, contact.phone))
}

impl InventedPerson {
    async fn read(
        &self,
        tx: &mut TenantTx<'_>,
        settings: &Settings,
        at: Timestamp,
    ) -> Result<(Subject, String), ApiError> {
        let mut faults = Faults::default();
        let number = self.phone.as_deref().unwrap_or(SOMEBODY);
        let number = E164::parse(number, Some(&settings.region)).map(|phone| phone.as_str().to_owned());
        let phone = faults.take(number.map_err(|error| ApiError::phone("phone", error)))?;
        let zone = self.time_zone.as_deref().map(|zone| fields::time_zone("time_zone", zone)).transpose();
        let language = self.language.as_deref().map(|code| fields::language("language", code)).transpose();
        let there = if self.lists.is_empty() { Vec::new() } else { list::names(tx).await? };
        for (nth, id) in self.lists.iter().enumerate() {
            if there.iter().all(|(known, _)| known != id) {
                let mend = "There is no such list. Choose one under Lists.";
                faults.add(FieldError::new(format!("lists[{nth}]"), "no_such_list", mend));
            }
        }
        let known = values(&self.fields, &settings.fields, &mut faults);
        let subject = Subject {
            name: faults.take(line("name", self.name.as_deref()))?,
            company: faults.take(line("company", self.company.as_deref()))?,
            phones: vec![phone.clone()],
            time_zone: faults.take(zone)?,
            language: faults.take(language)?,
            created_at: at,
            tags: faults.take(labels(self.tags.clone()))?.into_iter().collect(),
            lists: self.lists.iter().copied().collect(),
            fields: known.into_iter().filter_map(|(key, value)| Some((key, value?))).collect(),
            ..Subject::default()
        };
        faults.end().map(|()| (subject, phone))
    }
}

/// What is wrong stands within this field.
fn within(field: &str, wrong: ApiError) -> ApiError {
    match wrong.into_fields() {
        Ok(errors) => {
            let placed = |error: FieldError| FieldError { field: format!("{field}.{}", error.field), ..error };
            ApiError::invalid_fields(errors.into_iter().map(placed).collect())
        }
        Err(other) => other,
    }
}
