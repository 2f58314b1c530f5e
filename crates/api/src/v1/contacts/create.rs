//! Somebody new, with all that is known of them.

use std::collections::BTreeMap;
use std::fmt;

use axum::extract::State;
use domain::access::Scope;
use domain::hours::QuietHours;
use domain::id::{ContactId, ListId};
use http::StatusCode;
use serde::Deserialize;
use serde_json::Value as Json;
use store::contact::address::{self, ADDRESSES_MAX, Named};
use store::contact::{self, Contact, New};
use store::{TenantTx, event, list, tenant};
use utoipa::ToSchema;

use super::addresses::{self, NewAddress};
use super::change::ContactPatch;
use super::shown;
use crate::auth::Caller;
use crate::error::{ApiError, FieldError};
use crate::extract::Write;
use crate::faults::Faults;
use crate::once::{self, Told, Written};
use crate::state::AppState;

/// Someone is put on at most so many lists at once.
const LISTS_MAX: usize = 100;

/// Someone to add: at least one phone or e-mail address, and what else is known of them.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewContact {
    /// In any usual spelling; without a country code it is read as one of the tenant's region.
    phone: Option<String>,
    /// An e-mail address.
    email: Option<String>,
    /// More phones and e-mail addresses. Of each kind the one that is `primary` counts first, else the first of them.
    #[serde(default)]
    addresses: Vec<NewAddress>,
    name: Option<String>,
    company: Option<String>,
    /// IANA time zone.
    time_zone: Option<String>,
    /// Their language: a code as in `de` or `pt-BR`, of which the language is kept.
    language: Option<String>,
    /// What is to be known of them.
    note: Option<String>,
    /// When they do not want to be texted, on their own clock.
    #[schema(value_type = Option<store::schema::QuietHoursShape>)]
    quiet_hours: Option<QuietHours>,
    /// The tenant wants nothing from or to them.
    #[serde(default)]
    blocked: bool,
    #[serde(default)]
    tags: Vec<String>,
    /// Lists that they are put on, by id.
    #[serde(default)]
    lists: Vec<String>,
    /// Values of the organisation's fields by their keys, of the field's own type or as text.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, store::schema::FieldChangeShape>)]
    fields: BTreeMap<String, Json>,
}

impl fmt::Debug for NewContact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewContact").field("addresses", &self.addresses.len()).finish_non_exhaustive()
    }
}

/// Adds a contact. All that is wrong with it is named at once; an address that somebody has is 409 `address_taken`.
#[utoipa::path(post, path = "/contacts", tag = "contacts", request_body = NewContact,
    responses((status = 201, body = Contact)))]
pub async fn create(
    State(app): State<AppState>,
    caller: Caller,
    Write(asked, once): Write<NewContact>,
) -> Result<Written<Contact>, ApiError> {
    caller.must(Scope::ContactsWrite)?;
    let (id, now, engine) = (app.engine.ids().next::<ContactId>(), app.engine.now(), app.engine.clone());
    once::write(&app, caller.tenant, once, StatusCode::CREATED, async move |tx: &mut TenantTx<'_>| {
        let settings = tenant::settings(tx).await?;
        let mut faults = Faults::default();
        let named = asked.addresses(&mut faults, &settings.region)?;
        let known = asked.rest().read(&mut faults, &settings.fields)?;
        let lists = asked.lists(tx, &mut faults).await?;
        faults.end()?;
        free(tx, &named).await?;
        let new = New { id, addresses: in_order(named), known };
        let mut lines = vec![contact::create(tx, now, &new).await.map_err(addresses::raced)?];
        if !lists.is_empty() {
            list::add_to_all(tx, now, &lists, id).await?;
            lines.extend(lists.iter().map(|id| list::updated(*id)));
        }
        Ok(Told::at(shown(&engine, tx, id).await?, event::append(tx, now, &lines).await?))
    })
    .await
}

/// An address, where it stands in the request, and whether it counts first.
struct Asked {
    field: String,
    named: Named,
    first: bool,
}

impl NewContact {
    /// What a change may say, too.
    fn rest(&self) -> ContactPatch {
        ContactPatch {
            name: Some(self.name.clone()),
            company: Some(self.company.clone()),
            time_zone: Some(self.time_zone.clone()),
            language: Some(self.language.clone()),
            note: Some(self.note.clone()),
            quiet_hours: Some(self.quiet_hours),
            blocked: Some(self.blocked),
            tags: Some(self.tags.clone()),
            fields: self.fields.clone(),
        }
    }

    /// Each once.
    fn addresses(&self, faults: &mut Faults, region: &str) -> Result<Vec<Asked>, ApiError> {
        let (phone, email) = (self.phone.as_deref(), self.email.as_deref());
        let mut read = vec![addresses::phone("phone", phone, region), addresses::email("email", email)];
        for (nth, one) in self.addresses.iter().enumerate() {
            read.push(
                one.read(&format!("addresses[{nth}]."), region).map(|(field, named)| Some((field, named, one.primary))),
            );
        }
        let mut found: Vec<Asked> = Vec::with_capacity(read.len());
        let asked = read.len() - 2 + usize::from(phone.is_some()) + usize::from(email.is_some());
        for one in read {
            let Some((field, named, first)) = faults.take(one)? else { continue };
            if found.iter().any(|before| before.named == named) {
                faults.add(FieldError::new(field, "twice", "This address is there already. Leave it out."));
            } else {
                found.push(Asked { field, named, first });
            }
        }
        if asked == 0 {
            faults.add(FieldError::new("phone", "missing", "Give a phone number or an e-mail address."));
        }
        if asked > ADDRESSES_MAX {
            let mend = format!("A contact has at most {ADDRESSES_MAX} addresses.");
            faults.add(FieldError::new("addresses", "too_many", mend));
        }
        Ok(found)
    }

    /// Those that are meant, which stay there until the transaction ends.
    async fn lists(&self, tx: &mut TenantTx<'_>, faults: &mut Faults) -> Result<Vec<ListId>, ApiError> {
        if self.lists.len() > LISTS_MAX {
            faults.add(FieldError::new("lists", "too_many", format!("At most {LISTS_MAX} lists at once.")));
            return Ok(Vec::new());
        }
        let ids: Vec<Option<ListId>> = self.lists.iter().map(|id| id.parse().ok()).collect();
        let there = list::hold_all(tx, &ids.iter().flatten().copied().collect::<Vec<_>>()).await?;
        for (nth, id) in ids.iter().enumerate() {
            if id.is_none_or(|id| !there.contains(&id)) {
                let mend = "There is no such list. Choose one under Lists.";
                faults.add(FieldError::new(format!("lists[{nth}]"), "no_such_list", mend));
            }
        }
        Ok(there)
    }
}

/// 409 unless nobody has any of these.
async fn free(tx: &mut TenantTx<'_>, asked: &[Asked]) -> Result<(), ApiError> {
    let named: Vec<Named> = asked.iter().map(|one| one.named.clone()).collect();
    let owners = address::owners(tx, &named).await?;
    let owner = |one: &Asked| owners.get(&(one.named.kind.to_owned(), one.named.address.clone())).copied();
    let mut taken = asked.iter().filter_map(|one| Some((&one.field, owner(one)?))).peekable();
    let Some((_, first)) = taken.peek().copied() else { return Ok(()) };
    let error = |(field, other): (&String, ContactId)| {
        FieldError::new(field.clone(), "address_taken", format!("The contact {other} has this address."))
    };
    Err(addresses::taken(first).with(taken.map(error).collect()))
}

/// Those that count first before the others.
fn in_order(mut asked: Vec<Asked>) -> Vec<Named> {
    asked.sort_by_key(|one| !one.first);
    asked.into_iter().map(|one| one.named).collect()
}
