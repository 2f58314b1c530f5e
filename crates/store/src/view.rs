//! A member's own views of the inbox: filters that have a name.

use std::collections::HashSet;

use domain::condition::fold;
use domain::id::{CampaignId, NumberId, TeamId, UserId, ViewId};
use jiff::Timestamp;
use uuid::Uuid;

use crate::scene::json;
use crate::search::folded;
use crate::{Row, StoreError, TenantTx, Value, args, list, member};

/// The constraint that says: no two views of a member have the same name, whatever its case.
pub const NAME_TAKEN: &str = "inbox_view_name";

/// A view that a member keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    /// Which one.
    pub id: ViewId,
    /// What its member calls it.
    pub name: String,
    /// How the list of conversations is asked, as JSON.
    pub filter: String,
    /// Since when there is one.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub changed_at: Timestamp,
}

macro_rules! view {
    () => {
        "SELECT id, name, filter, created_at_us, changed_at_us FROM inbox_view WHERE tenant_id = $1"
    };
}

/// A page of what the member keeps, by id.
///
/// # Errors
/// When the database fails.
pub async fn page(
    tx: &mut TenantTx<'_>,
    of: UserId,
    after: Option<ViewId>,
    limit: u32,
) -> Result<Vec<View>, StoreError> {
    let after = after.unwrap_or(ViewId(Uuid::nil()));
    let sql = concat!(view!(), " AND user_id = $2 AND id > $3 ORDER BY id LIMIT $4");
    tx.rows(sql, args![of, after, limit]).await?.iter().map(shown).collect()
}

/// One of the member's; another one's is not found.
///
/// # Errors
/// When the database fails.
pub async fn find(tx: &mut TenantTx<'_>, of: UserId, id: ViewId) -> Result<Option<View>, StoreError> {
    let sql = concat!(view!(), " AND user_id = $2 AND id = $3");
    tx.opt(sql, args![of, id]).await?.as_ref().map(shown).transpose()
}

/// How many the member keeps.
///
/// # Errors
/// When the database fails.
pub async fn how_many(tx: &mut TenantTx<'_>, of: UserId) -> Result<i64, StoreError> {
    tx.one("SELECT count(*) FROM inbox_view WHERE tenant_id = $1 AND user_id = $2", args![of]).await?.get(0)
}

/// Makes one.
///
/// # Errors
/// `Unique` with [`NAME_TAKEN`]; when the database fails.
pub async fn create(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    of: UserId,
    (id, name, filter): (ViewId, &str, &str),
) -> Result<(), StoreError> {
    tx.exec(
        "INSERT INTO inbox_view (tenant_id, id, user_id, name, folded, filter, created_at_us, changed_at_us)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $7)",
        args![id, of, name, fold(name), filter, now],
    )
    .await
}

/// Gives one of the member's another name or filter; what is `None` stays.
///
/// # Errors
/// `Unique` with [`NAME_TAKEN`]; when the database fails.
pub async fn change(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    of: UserId,
    (id, name, filter): (ViewId, Option<&str>, Option<&str>),
) -> Result<(), StoreError> {
    tx.exec(
        "UPDATE inbox_view SET name = COALESCE($4, name), folded = COALESCE($5, folded), filter = COALESCE($6, filter),
             changed_at_us = $7
         WHERE tenant_id = $1 AND user_id = $2 AND id = $3",
        args![of, id, name, name.map(fold), filter, now],
    )
    .await
}

/// Takes one of the member's away.
///
/// # Errors
/// When the database fails.
pub async fn remove(tx: &mut TenantTx<'_>, of: UserId, id: ViewId) -> Result<(), StoreError> {
    tx.exec("DELETE FROM inbox_view WHERE tenant_id = $1 AND user_id = $2 AND id = $3", args![of, id]).await
}

/// Takes all of the member's away.
///
/// # Errors
/// When the database fails.
pub(crate) async fn remove_all(tx: &mut TenantTx<'_>, of: UserId) -> Result<(), StoreError> {
    tx.exec("DELETE FROM inbox_view WHERE tenant_id = $1 AND user_id = $2", args![of]).await
}

/// Takes away whatever view names somebody who is erased: by its own name, or by what it looks for.
///
/// # Errors
/// When the database fails.
pub(crate) async fn forget(tx: &mut TenantTx<'_>, person: &Person<'_>) -> Result<(), StoreError> {
    let mut naming: Vec<ViewId> = Vec::new();
    for row in tx.rows("SELECT id, name, filter FROM inbox_view WHERE tenant_id = $1", args![]).await? {
        let filter: serde_json::Value = json(row.text(2)?)?;
        let sought = filter.get("q").and_then(serde_json::Value::as_str).unwrap_or_default();
        if person.is_named_in(row.text(1)?) || person.is_named_in(sought) {
            naming.push(row.get(0)?);
        }
    }
    if naming.is_empty() {
        return Ok(());
    }
    tx.push("DELETE FROM inbox_view WHERE tenant_id = $1 AND id {among $2}", args![list(naming)]).await
}

/// So many digits of a number tell whose it is.
const DIGITS_MIN: usize = 7;

/// How somebody is called, and their addresses.
pub(crate) struct Person<'a> {
    pub(crate) names: &'a [String],
    pub(crate) addresses: Vec<&'a str>,
}

impl Person<'_> {
    /// Whether a text has one of their addresses, however a number is written, or all the words of their name. Of a single word
    /// it must be nothing else: many are called Anna.
    fn is_named_in(&self, text: &str) -> bool {
        let words: HashSet<String> = folded(text).collect();
        let is_called = |name: &String| {
            let called: HashSet<String> = folded(name).collect();
            called == words || called.len() > 1 && called.is_subset(&words)
        };
        let has = |address: &&str| match address.strip_prefix('+') {
            Some(digits) => numbers(text).any(|number| digits.contains(&number) || number.contains(digits)),
            None => text.to_lowercase().contains(&address.to_lowercase()),
        };
        !words.is_empty() && (self.names.iter().any(is_called) || self.addresses.iter().any(has))
    }
}

/// The numbers in a text, without the zeros that are dialled before them.
fn numbers(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| !c.is_ascii_digit() && !"+-.()/ ".contains(c)).filter_map(|piece| {
        let digits: String = piece.chars().filter(char::is_ascii_digit).collect();
        let number = digits.trim_start_matches('0');
        (number.len() >= DIGITS_MIN).then(|| number.to_owned())
    })
}

/// What filters name.
#[derive(Debug, Clone, Default)]
pub struct Named {
    /// Numbers of ours.
    pub numbers: HashSet<NumberId>,
    /// Teams.
    pub teams: HashSet<TeamId>,
    /// Members.
    pub members: HashSet<UserId>,
    /// Campaigns.
    pub campaigns: HashSet<CampaignId>,
    /// Labels of conversations.
    pub tags: HashSet<String>,
}

/// What of it there is. A label is there while a conversation has it.
///
/// # Errors
/// When the database fails.
pub async fn still_there(tx: &mut TenantTx<'_>, named: &Named) -> Result<Named, StoreError> {
    let numbers = "SELECT id FROM number WHERE tenant_id = $1 AND id {among $2}";
    let teams = "SELECT id FROM team WHERE tenant_id = $1 AND id {among $2}";
    let campaigns = "SELECT id FROM campaign WHERE tenant_id = $1 AND id {among $2}";
    let members: Vec<UserId> = named.members.iter().copied().collect();
    let mut there = Named {
        numbers: ids(tx, numbers, list(named.numbers.iter().copied())).await?,
        teams: ids(tx, teams, list(named.teams.iter().copied())).await?,
        campaigns: ids(tx, campaigns, list(named.campaigns.iter().copied())).await?,
        members: if members.is_empty() { HashSet::new() } else { member::known(tx, &members).await? },
        tags: HashSet::new(),
    };
    // One look for each: all the conversations of a common label are not gone through to find that there is one.
    for tag in &named.tags {
        let sql = "SELECT 1 FROM conversation_tag WHERE tenant_id = $1 AND tag = $2 LIMIT 1";
        if tx.opt(sql, args![tag]).await?.is_some() {
            there.tags.insert(tag.clone());
        }
    }
    Ok(there)
}

async fn ids<T: From<Uuid> + Eq + std::hash::Hash>(
    tx: &mut TenantTx<'_>,
    sql: &'static str,
    among: Value<'_>,
) -> Result<HashSet<T>, StoreError> {
    if matches!(&among, Value::List(ids) if ids.is_empty()) {
        return Ok(HashSet::new());
    }
    tx.rows(sql, args![among]).await?.iter().map(|row| Ok(T::from(row.get::<Uuid>(0)?))).collect()
}

fn shown(row: &Row) -> Result<View, StoreError> {
    Ok(View {
        id: row.get(0)?,
        name: row.get(1)?,
        filter: row.get(2)?,
        created_at: row.get(3)?,
        changed_at: row.get(4)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_names_somebody() {
        let names = ["Zoë O'Brien".to_owned(), "Ann".to_owned(), String::new()];
        let zoe = Person { names: &names, addresses: vec!["+491711234567", "zoe@mueller.example"] };
        for text in [
            "zoe obrien",
            "O’Brien, Zoe (urgent)",
            "ANN",
            "+49 171 1234567",
            "0171 / 123 45 67",
            "ask 0049 (171) 123-4567 first",
            "1234567",
            "Zoe@Mueller.example",
        ] {
            assert!(zoe.is_named_in(text), "{text}");
        }
        for text in ["", "zoe", "Ann and Ben", "Anna", "123456", "+49 171 1234568", "mueller.example", "🎂", "unread"]
        {
            assert!(!zoe.is_named_in(text), "{text}");
        }
    }
}
