//! Who may be the same person as somebody.

use std::collections::BTreeSet;

use domain::contact::{Looks, likeness};
use domain::id::ContactId;
use serde::Serialize;
use utoipa::ToSchema;

use super::address::{EMAIL, PHONE};
use super::{Contact, by_ids, find, found};
use crate::search::{Search, folded};
use crate::{StoreError, TenantTx, words as word_lists};

/// So many words of a name are looked for: the longest.
const WORDS: usize = 2;
/// A number is looked for by its end.
const DIGITS: usize = 7;
/// So many are looked at for each thing that is looked for: the newest.
const LOOKED_AT: u32 = 50;
/// So many are suggested.
const SUGGESTED: usize = 20;

/// Somebody who may be the same person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Duplicate {
    /// Who.
    pub contact: Contact,
    /// What they have in common.
    #[schema(value_type = Vec<word_lists::Likeness>)]
    pub signs: Vec<String>,
}

/// Who may be the same person, those with the most in common first; at most twenty. Looked for with a few questions to the
/// search, each of which answers with its newest fifty. `None`: there is no such contact.
///
/// # Errors
/// When the database fails.
pub async fn duplicates(tx: &mut TenantTx<'_>, id: ContactId) -> Result<Option<Vec<Duplicate>>, StoreError> {
    let Some(contact) = find(tx, id).await? else { return Ok(None) };
    let ours = looks(&contact);
    let mut ids = BTreeSet::new();
    for asked in questions(&ours) {
        if let Some(search) = Search::parse(&asked) {
            ids.extend(found(tx, &search, None, None, LOOKED_AT).await?);
        }
    }
    ids.remove(&id);
    let candidates = by_ids(tx, &ids.into_iter().collect::<Vec<_>>()).await?;
    let mut alike: Vec<Duplicate> = candidates
        .into_values()
        .filter_map(|contact| {
            let signs: Vec<String> =
                likeness(&ours, &looks(&contact)).iter().map(|sign| sign.as_str().into()).collect();
            (!signs.is_empty()).then_some(Duplicate { contact, signs })
        })
        .collect();
    alike.sort_by_key(|one| std::cmp::Reverse((one.signs.len(), one.contact.id)));
    alike.truncate(SUGGESTED);
    Ok(Some(alike))
}

fn questions(looks: &Looks) -> Vec<String> {
    let mut words: Vec<&String> = looks.name.iter().collect();
    words.sort_by_key(|word| std::cmp::Reverse(word.chars().count()));
    let words = words.into_iter().take(WORDS).cloned();
    let ends = looks.phones.iter().filter_map(|phone| phone.get(phone.len().checked_sub(DIGITS)?..)).map(str::to_owned);
    let locals = looks.emails.iter().filter_map(|email| email.split(['@', '+']).next()).map(str::to_owned);
    words.chain(ends).chain(locals).collect()
}

fn looks(contact: &Contact) -> Looks {
    let of = |kind: &str| {
        let theirs = contact.addresses.iter().filter(|address| address.kind == kind);
        theirs.map(|address| address.address.clone()).collect()
    };
    Looks {
        name: folded(contact.name.as_deref().unwrap_or_default()).collect(),
        company: folded(contact.company.as_deref().unwrap_or_default()).collect(),
        phones: of(PHONE),
        emails: of(EMAIL),
    }
}
