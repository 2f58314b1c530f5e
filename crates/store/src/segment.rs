//! Conditions on contacts that have a name, and whom a condition means.

mod compile;
mod subject;

use std::collections::HashMap;

use domain::condition::{Catalogue, Checked, Condition, Leaf, Node, Value as Said, check, fold};
use domain::event::Kind;
use domain::id::{CampaignId, ContactId, ListId, SegmentId};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use uuid::Uuid;

use crate::contact::Contact;
use crate::event::Line;
use crate::scene::json;
use crate::{Row, StoreError, TenantTx, Value, args, list, tenant};

pub(crate) use compile::{Compiler, Way};
pub use subject::subjects;

/// The constraint that says: no two segments of a tenant have the same name, whatever its case.
pub const NAME_TAKEN: &str = "segment_name";

/// A condition on contacts that has a name.
#[derive(Debug, Clone, PartialEq)]
pub struct Segment {
    /// Which one.
    pub id: SegmentId,
    /// What people call it.
    pub name: String,
    /// Who is in it.
    pub condition: Condition,
    /// Since when there is one.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub changed_at: Timestamp,
}

macro_rules! segment {
    () => {
        "SELECT id, name, condition, created_at_us, changed_at_us FROM segment WHERE tenant_id = $1"
    };
}

/// A page of the segments, by id.
///
/// # Errors
/// When the database fails.
pub async fn page(tx: &mut TenantTx<'_>, after: Option<SegmentId>, limit: u32) -> Result<Vec<Segment>, StoreError> {
    let after = after.unwrap_or(SegmentId(Uuid::nil()));
    let rows = tx.rows(concat!(segment!(), " AND id > $2 ORDER BY id LIMIT $3"), args![after, limit]).await?;
    rows.iter().map(segment).collect()
}

/// All of these that there are.
///
/// # Errors
/// When the database fails.
pub async fn by_ids(tx: &mut TenantTx<'_>, ids: &[SegmentId]) -> Result<HashMap<SegmentId, Segment>, StoreError> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = tx.rows(concat!(segment!(), " AND id {among $2}"), args![list(ids)]).await?;
    rows.iter().map(|row| segment(row).map(|segment| (segment.id, segment))).collect()
}

/// One of them.
///
/// # Errors
/// When the database fails.
pub async fn find(tx: &mut TenantTx<'_>, id: SegmentId) -> Result<Option<Segment>, StoreError> {
    Ok(by_ids(tx, &[id]).await?.remove(&id))
}

/// Whether there is such a segment. Nobody changes or removes it until the transaction ends.
///
/// # Errors
/// When the database fails.
pub async fn hold(tx: &mut TenantTx<'_>, id: SegmentId) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM segment WHERE tenant_id = $1 AND id = $2 {for_update}";
    Ok(tx.opt(sql, args![id]).await?.is_some())
}

/// How many there are.
///
/// # Errors
/// When the database fails.
pub async fn how_many(tx: &mut TenantTx<'_>) -> Result<i64, StoreError> {
    tx.one("SELECT count(*) FROM segment WHERE tenant_id = $1", args![]).await?.get(0)
}

/// Makes one.
///
/// # Errors
/// `Unique` with [`NAME_TAKEN`]; when the database fails.
pub async fn create(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    id: SegmentId,
    name: &str,
    condition: &Checked,
) -> Result<Line, StoreError> {
    tx.exec(
        "INSERT INTO segment (tenant_id, id, name, folded, condition, created_at_us, changed_at_us)
         VALUES ($1, $2, $3, $4, $5, $6, $6)",
        args![id, name, fold(name), condition.condition().to_json().to_string(), now],
    )
    .await?;
    Ok(updated(id))
}

/// Gives one another name or condition; what is `None` stays.
///
/// # Errors
/// `Unique` with [`NAME_TAKEN`]; when the database fails.
pub async fn change(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    id: SegmentId,
    name: Option<&str>,
    condition: Option<&Checked>,
) -> Result<Line, StoreError> {
    tx.exec(
        "UPDATE segment SET name = COALESCE($3, name), folded = COALESCE($4, folded),
             condition = COALESCE($5, condition), changed_at_us = $6
         WHERE tenant_id = $1 AND id = $2",
        args![id, name, name.map(fold), condition.map(|checked| checked.condition().to_json().to_string()), now],
    )
    .await?;
    Ok(updated(id))
}

/// Takes one away.
///
/// # Errors
/// When the database fails.
pub async fn remove(tx: &mut TenantTx<'_>, id: SegmentId) -> Result<Line, StoreError> {
    tx.exec("DELETE FROM segment WHERE tenant_id = $1 AND id = $2", args![id]).await?;
    Ok(updated(id))
}

/// The segments whose conditions look at this list, and what they are called.
///
/// # Errors
/// When the database fails.
pub async fn that_name(tx: &mut TenantTx<'_>, list: ListId) -> Result<Vec<(SegmentId, String)>, StoreError> {
    let mut names = Vec::new();
    for row in tx.rows(concat!(segment!(), " ORDER BY id"), args![]).await? {
        let segment = segment(&row)?;
        let mut named = false;
        each_leaf(&segment.condition, &mut |leaf| {
            named |= leaf.field == "list" && texts(leaf).any(|text| text.parse() == Ok(list));
        });
        if named {
            names.push((segment.id, segment.name));
        }
    }
    Ok(names)
}

/// What conditions of this tenant can name, as far as these may mean it.
///
/// # Errors
/// When the database fails.
pub async fn catalogue<'c>(
    tx: &mut TenantTx<'_>,
    conditions: impl IntoIterator<Item = &'c Condition>,
) -> Result<Catalogue, StoreError> {
    let settings = tenant::settings(tx).await?;
    let mut said: Vec<String> = Vec::new();
    for condition in conditions {
        each_leaf(condition, &mut |leaf| {
            if leaf.field == "campaign" {
                said.extend(texts(leaf).map(str::to_owned));
            }
        });
    }
    let campaigns = if said.is_empty() { Vec::new() } else { campaigns(tx, &said).await? };
    Ok(Catalogue {
        fields: settings.fields,
        lists: crate::list::names(tx).await?,
        campaigns,
        // A zone that is not known was never accepted.
        zone: TimeZone::get(&settings.time_zone).unwrap_or(TimeZone::UTC),
    })
}

/// What these segments test now. One that makes no sense any more, as its field is gone, is not among them.
///
/// # Errors
/// When the database fails.
pub async fn checked(tx: &mut TenantTx<'_>, ids: &[SegmentId]) -> Result<HashMap<SegmentId, Checked>, StoreError> {
    let segments = by_ids(tx, ids).await?;
    if segments.is_empty() {
        return Ok(HashMap::new());
    }
    let catalogue = catalogue(tx, segments.values().map(|segment| &segment.condition)).await?;
    let check = |(id, segment): (SegmentId, Segment)| Some((id, check(&segment.condition, &catalogue).ok()?));
    Ok(segments.into_iter().filter_map(check).collect())
}

/// How many contacts are meant.
///
/// # Errors
/// When the database fails.
pub async fn count(tx: &mut TenantTx<'_>, now: Timestamp, checked: &Checked) -> Result<i64, StoreError> {
    let (that, args) = compiled(tx, now, checked.node(), checked.zone(), Way::Led, 1);
    let sql = format!("SELECT count(*) FROM contact c WHERE c.tenant_id = $1 AND c.gone_at_us IS NULL AND {that}");
    tx.rows_composed(&sql, &args).await?.first().ok_or(StoreError::NoRow)?.get(0)
}

/// A page of the contacts that are meant, the newest first, after `after`.
///
/// # Errors
/// When the database fails.
pub async fn contacts(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    checked: &Checked,
    after: Option<ContactId>,
    limit: u32,
) -> Result<Vec<Contact>, StoreError> {
    let ids = ids(tx, now, checked, after, limit).await?;
    crate::list::in_order(tx, &ids).await
}

/// The same, by their ids alone.
///
/// # Errors
/// When the database fails.
pub async fn ids(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    checked: &Checked,
    after: Option<ContactId>,
    limit: u32,
) -> Result<Vec<ContactId>, StoreError> {
    let (that, rest) = compiled(tx, now, checked.node(), checked.zone(), Way::Led, 3);
    let sql = format!(
        "SELECT c.id FROM contact c WHERE c.tenant_id = $1 AND c.gone_at_us IS NULL AND c.id < $2 AND {that}
         ORDER BY c.id DESC LIMIT $3"
    );
    let mut args = vec![Value::from(after.map_or(Uuid::max(), Uuid::from)), Value::from(limit)];
    args.extend(rest);
    tx.rows_composed(&sql, &args).await?.iter().map(|row| row.get(0)).collect()
}

/// Those of these contacts that are meant.
///
/// # Errors
/// When the database fails.
pub async fn among(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    (node, zone): (&Node, &TimeZone),
    contacts: &[ContactId],
) -> Result<Vec<ContactId>, StoreError> {
    let (that, rest) = compiled(tx, now, node, zone, Way::Each, 2);
    // As a column, each contact is looked up; as a condition, SQLite may begin with all whom it means.
    let sql = format!("SELECT c.id, {that} FROM contact c WHERE c.tenant_id = $1 AND c.id {{among $2}} ORDER BY c.id");
    let mut args = vec![list(contacts)];
    args.extend(rest);
    let mut meant = Vec::new();
    for row in tx.rows_composed(&sql, &args).await? {
        if row.get(1)? {
            meant.push(row.get(0)?);
        }
    }
    Ok(meant)
}

/// A line of the log for one that is new, changed or gone.
#[must_use]
pub fn updated(id: SegmentId) -> Line {
    Line { kind: Kind::SegmentUpdated, subject: id.into(), conversation: None }
}

/// A condition on the contact `c` of tenant `$1`, whose arguments are numbered after `$taken`.
pub(crate) fn compiled(
    tx: &TenantTx<'_>,
    now: Timestamp,
    node: &Node,
    zone: &TimeZone,
    way: Way,
    taken: usize,
) -> (String, Vec<Value<'static>>) {
    let mut compiler = Compiler::new(now, zone, tx.engine(), taken);
    let that = compiler.condition(node, way);
    (that, compiler.into_args())
}

/// Campaigns with these ids or names, those that are called the same, and some that may be meant.
async fn campaigns(tx: &mut TenantTx<'_>, said: &[String]) -> Result<Vec<(CampaignId, String)>, StoreError> {
    let ids: Vec<CampaignId> = said.iter().filter_map(|said| said.parse().ok()).collect();
    let rows = tx
        .rows(
            "SELECT id, name FROM campaign
             WHERE tenant_id = $1 AND (id {among $2} OR name {among $3}
                 OR name IN (SELECT named.name FROM campaign named WHERE named.tenant_id = $1 AND named.id {among $2})
                 OR id IN (SELECT newest.id FROM campaign newest WHERE newest.tenant_id = $1
                           ORDER BY newest.id DESC LIMIT 200))
             ORDER BY id",
            args![list(&ids), list(said.iter().map(String::as_str))],
        )
        .await?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

fn segment(row: &Row) -> Result<Segment, StoreError> {
    Ok(Segment {
        id: row.get(0)?,
        name: row.get(1)?,
        condition: json(row.text(2)?)?,
        created_at: row.get(3)?,
        changed_at: row.get(4)?,
    })
}

fn each_leaf(condition: &Condition, visit: &mut impl FnMut(&Leaf)) {
    match condition {
        Condition::All(parts) | Condition::Any(parts) => parts.iter().for_each(|part| each_leaf(part, visit)),
        Condition::Not(part) => each_leaf(part, visit),
        Condition::Leaf(leaf) => visit(leaf),
    }
}

fn texts(leaf: &Leaf) -> impl Iterator<Item = &str> {
    let values = match &leaf.value {
        Some(Said::Many(values)) => values.as_slice(),
        Some(one) => std::slice::from_ref(one),
        None => &[],
    };
    values.iter().filter_map(|value| if let Said::Text(text) = value { Some(text.as_str()) } else { None })
}

#[cfg(test)]
#[cfg(feature = "testing")]
mod tests {
    use domain::condition::{Day, Moment, Of, Test};
    use domain::id::{ImportId, TenantId};

    use super::*;
    use crate::dialect::Engine;
    use crate::testing;

    async fn plan(store: &crate::Store, test: Test, way: Way) -> String {
        let read = async move |tx: &mut TenantTx<'_>| {
            let node = Node::Asked { test: test.clone(), negated: false };
            let (that, args) = compiled(tx, Timestamp::UNIX_EPOCH, &node, &TimeZone::UTC, way, 1);
            let sql = match way {
                Way::Led => {
                    format!("EXPLAIN QUERY PLAN SELECT count(*) FROM contact c WHERE c.tenant_id = $1 AND {that}")
                }
                Way::Each => format!("EXPLAIN QUERY PLAN SELECT c.id, {that} FROM contact c WHERE c.tenant_id = $1"),
            };
            let rows = tx.rows_composed(&sql, &args).await?;
            rows.iter().map(|row| row.get(3)).collect::<Result<Vec<String>, StoreError>>()
        };
        store.read(TenantId(Uuid::nil()), read).await.unwrap().join("\n")
    }

    /// However many contacts there are: whoever leads is found by an index, and each contact is looked up by its own key.
    #[test]
    fn common_tests_are_quick_in_both_ways() {
        let field = || "city".to_owned();
        let tests = [
            (Test::Tagged(Some(vec!["a".into()])), "contact_tag_tag", "contact_tag"),
            (Test::Tagged(Some(vec!["a".into(), "b".into()])), "contact_tag_tag", "contact_tag"),
            (Test::Listed(Some(vec![ListId(Uuid::nil())])), "list_id=?", "contact_list_member"),
            (Test::Imported(vec![ImportId(Uuid::nil())]), "import_id=?", "contact_import_member"),
            (Test::NumberIn { field: field(), numbers: vec![1.0] }, "contact_field_number", "contact_field"),
            (Test::Date { field: field(), from: Some(Day::Today(0)), to: None }, "contact_field_day", "contact_field"),
            (
                Test::Moment { of: Of::LastInboundAt, from: Some(Moment::Ago(30)), until: None },
                "conversation_inbound",
                "conversation_contact",
            ),
        ];
        testing::run(Engine::Sqlite, async |place: &testing::Place| {
            for (test, led, each) in tests {
                let plan_led = plan(&place.store(), test.clone(), Way::Led).await;
                assert!(plan_led.contains(led) && !plan_led.contains("SCAN t"), "{plan_led}");
                let looked_up = plan_led.lines().find(|line| line.contains("SEARCH c")).unwrap_or_default();
                assert!(looked_up.contains("(tenant_id=? AND id=?)"), "{plan_led}");
                let plan_each = plan(&place.store(), test, Way::Each).await;
                let looked_up = plan_each.lines().find(|line| line.contains("SEARCH t")).unwrap_or_default();
                assert!(looked_up.contains("contact_id=?"), "{plan_each}");
                assert!(looked_up.contains(each) || looked_up.contains("PRIMARY KEY"), "{plan_each}");
            }
        });
    }
}
