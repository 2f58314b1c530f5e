//! Which conversations a page of the inbox shows, and how many there are of them.
//!
//! The text of a query follows what is asked for, so that each kind of question has a plan of its own; every index that it
//! may choose holds its conversations in the order of the list (migration 0025).

use domain::conversation::Status;
use domain::id::{CampaignId, ConversationId, NumberId, TeamId, UserId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Conversation, conversation, with_tags};
use crate::search::Search;
use crate::{StoreError, TenantTx, Value, args};

/// Conversations are counted up to here.
pub const COUNTED: i64 = 999;
/// What no index tells is looked at in so many of them, the first of their list.
const LOOKED: i64 = 2_000;
/// A label or campaign with no more conversations than this is gone through, and each of them looked at. One with more is
/// looked for among all: it is found soon.
const FEW: i64 = 2_000;

/// Which conversations a page shows, and in which order. The default: all of them, newest activity first.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// `None`: whatever they are.
    pub status: Option<Status>,
    /// Who answers: `nobody`, `agents`, `assistant` or `workflow`.
    pub holder: Option<&'static str>,
    /// Which team looks after them.
    pub team: Team,
    /// Who looks after them.
    pub assignee: Assignee,
    /// Only those with texts that the reader has not seen.
    pub unread: bool,
    /// Only those whose contact waits for an answer.
    pub waiting: bool,
    /// Only those whose newest text of ours did not arrive.
    pub failed: bool,
    /// Only those on this number.
    pub number: Option<NumberId>,
    /// Only those with this label.
    pub tag: Option<String>,
    /// Only those in which this campaign was answered.
    pub campaign: Option<CampaignId>,
    /// Only those with someone who is found by this.
    pub search: Option<Search>,
    /// Which come first.
    pub order: Order,
}

/// Which team looks after a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Team {
    /// Whichever, or none.
    #[default]
    Any,
    /// None.
    None,
    /// This one.
    One(TeamId),
    /// One that the reader is in.
    Readers,
}

/// Who looks after a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Assignee {
    /// Whoever.
    #[default]
    Any,
    /// Nobody.
    Nobody,
    /// This member.
    User(UserId),
}

/// Which conversations come first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// Those with the newest activity.
    #[default]
    Recent,
    /// Whoever waits longest; who does not wait is left out.
    Waiting,
}

/// How many conversations there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[schema(as = ConversationCount)]
pub struct Answer {
    /// So many were counted.
    pub count: i64,
    /// There may be more: it is counted no further.
    pub more: bool,
}

impl Order {
    /// The row's place in the list.
    #[must_use]
    pub fn place(self, row: &Conversation) -> Timestamp {
        match self {
            Self::Recent => row.last_message_at,
            Self::Waiting => row.waiting_since.unwrap_or(row.last_message_at),
        }
    }

    const fn column(self) -> &'static str {
        match self {
            Self::Recent => "v.last_message_at_us",
            Self::Waiting => "v.waiting_since_us",
        }
    }

    const fn way(self) -> &'static str {
        match self {
            Self::Recent => "DESC",
            Self::Waiting => "ASC",
        }
    }
}

const COLUMNS: &str = columns!();
const ENDS: &str = ends!();

const EVERY_STATUS: [Status; 3] = [Status::Open, Status::Snoozed, Status::Closed];

/// A page of conversations after the one that is named by its place and id. `unread` is what `reader` has not seen.
///
/// # Errors
/// When the database fails.
pub async fn page(
    tx: &mut TenantTx<'_>,
    filter: &Filter,
    reader: Option<UserId>,
    after: Option<(Timestamp, ConversationId)>,
    limit: u32,
) -> Result<Vec<Conversation>, StoreError> {
    let source = source(tx, filter).await?;
    let mut rows = Vec::new();
    // The indexes have the first of each status, so the first of all are among the first of each.
    for status in filter.statuses() {
        let (sql, args) = page_query(status, filter, reader, source, after, limit);
        for row in tx.rows_composed(&sql, &args).await? {
            rows.push(conversation(&row, reader.is_some())?);
        }
    }
    if filter.status.is_none() {
        rows.sort_unstable_by_key(|row| (filter.order.place(row), row.id));
        if filter.order == Order::Recent {
            rows.reverse();
        }
        rows.truncate(limit as usize);
    }
    with_tags(tx, rows).await
}

/// How many conversations there are, as far as it is worth to count. No more than some thousands are looked at, however
/// many there are.
///
/// # Errors
/// When the database fails.
pub async fn count(tx: &mut TenantTx<'_>, filter: &Filter, reader: Option<UserId>) -> Result<Answer, StoreError> {
    let source = source(tx, filter).await?;
    let mut all = Answer::default();
    for status in filter.statuses() {
        let (sql, args, limit) = count_query(status, filter, reader, source);
        let rows = tx.rows_composed(&sql, &args).await?;
        let row = rows.first().ok_or(StoreError::NoRow)?;
        all.count += row.get::<i64>(1)?;
        all.more |= row.get::<i64>(0)? >= limit;
    }
    Ok(Answer { count: all.count.min(COUNTED), more: all.more || all.count > COUNTED })
}

/// Where conversations are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    /// Among all.
    All,
    /// Among the few with the label.
    Tagged,
    /// Among the few in which the campaign was answered.
    Answered,
}

async fn source(tx: &mut TenantTx<'_>, filter: &Filter) -> Result<Source, StoreError> {
    if let Some(tag) = &filter.tag {
        let sql =
            "SELECT count(*) FROM (SELECT 1 FROM conversation_tag WHERE tenant_id = $1 AND tag = $2 LIMIT $3) AS few";
        if tx.one(sql, args![tag, FEW + 1]).await?.get::<i64>(0)? <= FEW {
            return Ok(Source::Tagged);
        }
    }
    if let Some(campaign) = filter.campaign {
        let sql = "SELECT count(*) FROM (SELECT 1 FROM campaign_recipient
                                         WHERE tenant_id = $1 AND campaign_id = $2 AND replied_at_us IS NOT NULL LIMIT $3) AS few";
        if tx.one(sql, args![campaign, FEW + 1]).await?.get::<i64>(0)? <= FEW {
            return Ok(Source::Answered);
        }
    }
    Ok(Source::All)
}

/// The values of a query, and what each is called in it.
#[derive(Debug, Default)]
struct Args<'f>(Vec<Value<'f>>);

impl<'f> Args<'f> {
    /// The tenant is `$1`.
    fn add(&mut self, value: impl Into<Value<'f>>) -> String {
        self.0.push(value.into());
        format!("${}", self.0.len() + 1)
    }
}

/// What a conversation must meet.
#[derive(Debug, Default)]
struct Conditions {
    /// What an index has in the order of the list, the rarest first.
    indexed: Vec<String>,
    /// What is looked at in each.
    looked_at: Vec<String>,
}

impl Filter {
    fn statuses(&self) -> impl Iterator<Item = Status> {
        let only = self.status;
        EVERY_STATUS.into_iter().filter(move |status| only.is_none_or(|only| only == *status))
    }

    fn conditions<'f>(&'f self, reader: Option<UserId>, source: Source, args: &mut Args<'f>) -> Conditions {
        let mut found = Conditions::default();
        let Conditions { indexed, looked_at } = &mut found;
        if self.failed {
            indexed.push("v.send_failed".into());
        }
        if self.waiting || self.order == Order::Waiting {
            indexed.push("v.waiting_since_us IS NOT NULL".into());
        }
        if let Assignee::User(user) = self.assignee {
            indexed.push(format!("v.assignee_id = {}", args.add(user)));
        }
        if let Team::One(team) = self.team {
            indexed.push(format!("v.team_id = {}", args.add(team)));
        }
        if let Some(number) = self.number {
            indexed.push(format!("v.number_id = {}", args.add(number)));
        }
        match self.holder {
            // As it is written here the index on those that an assistant holds is found to fit.
            Some("assistant") => indexed.push("v.holder = 'assistant'".into()),
            Some(holder) => looked_at.push(format!("v.holder = {}", args.add(holder))),
            None => {}
        }
        if self.assignee == Assignee::Nobody {
            indexed.push("v.assignee_id IS NULL".into());
        }
        match self.team {
            Team::Any | Team::One(_) => {}
            Team::None => looked_at
                .push("NOT EXISTS (SELECT 1 FROM team o WHERE o.tenant_id = v.tenant_id AND o.id = v.team_id)".into()),
            Team::Readers => looked_at.push(format!(
                "EXISTS (SELECT 1 FROM team_member i
                         WHERE i.tenant_id = v.tenant_id AND i.team_id = v.team_id AND i.user_id = {})",
                args.add(reader)
            )),
        }
        if self.unread {
            looked_at.push(format!(
                "v.inbound_count > COALESCE((SELECT o.inbound_count FROM conversation_seen o
                     WHERE o.tenant_id = v.tenant_id AND o.conversation_id = v.id AND o.user_id = {}), 0)",
                args.add(reader)
            ));
        }
        if let Some(tag) = self.tag.as_deref().filter(|_| source != Source::Tagged) {
            looked_at.push(format!(
                "EXISTS (SELECT 1 FROM conversation_tag t
                         WHERE t.tenant_id = v.tenant_id AND t.conversation_id = v.id AND t.tag = {})",
                args.add(tag)
            ));
        }
        if let Some(campaign) = self.campaign.filter(|_| source != Source::Answered) {
            looked_at.push(format!(
                "EXISTS (SELECT 1 FROM campaign_recipient r WHERE r.tenant_id = v.tenant_id AND r.campaign_id = {}
                         AND r.conversation_id = v.id AND r.replied_at_us IS NOT NULL)",
                args.add(campaign)
            ));
        }
        if let Some(search) = &self.search {
            looked_at.extend(search.patterns().map(|pattern| format!("c.words LIKE {}", args.add(pattern))));
        }
        found
    }

    /// Where conversations are taken from. Both engines go through the few first, and then look at each.
    fn from<'f>(&'f self, source: Source, args: &mut Args<'f>) -> String {
        match source {
            Source::All => "conversation v".into(),
            Source::Tagged => format!(
                "(SELECT t.conversation_id AS id FROM conversation_tag t WHERE t.tenant_id = $1 AND t.tag = {}) few
                 CROSS JOIN conversation v",
                args.add(self.tag.as_deref())
            ),
            Source::Answered => format!(
                "(SELECT DISTINCT r.conversation_id AS id FROM campaign_recipient r
                  WHERE r.tenant_id = $1 AND r.campaign_id = {} AND r.replied_at_us IS NOT NULL) few
                 CROSS JOIN conversation v",
                args.add(self.campaign)
            ),
        }
    }
}

fn page_query<'f>(
    status: Status,
    filter: &'f Filter,
    reader: Option<UserId>,
    source: Source,
    after: Option<(Timestamp, ConversationId)>,
    limit: u32,
) -> (String, Vec<Value<'f>>) {
    let mut args = Args::default();
    let (column, way) = (filter.order.column(), filter.order.way());
    let (beyond, first) = match filter.order {
        Order::Recent => ("<", (i64::MAX, Uuid::max())),
        Order::Waiting => (">", (i64::MIN, Uuid::nil())),
    };
    let (at, id) = after.map_or(first, |(at, id)| (at.as_microsecond(), id.into()));
    let from = filter.from(source, &mut args);
    let (reader_is, status) = (args.add(reader), args.add(status.as_str()));
    let (at, id) = (args.add(at), args.add(id));
    let Conditions { indexed, looked_at } = filter.conditions(reader, source, &mut args);
    let mut sql = format!(
        "SELECT {COLUMNS}v.inbound_count - COALESCE(s.inbound_count, 0) FROM {from}{ENDS}
         LEFT JOIN conversation_seen s
           ON s.tenant_id = v.tenant_id AND s.conversation_id = v.id AND s.user_id = {reader_is}
         WHERE v.tenant_id = $1 AND v.status = {status} AND ({column}, v.id) {beyond} ({at}, {id})"
    );
    let of_few = (source != Source::All).then(|| "v.id = few.id".to_owned());
    for condition in of_few.into_iter().chain(indexed).chain(looked_at) {
        sql.push_str(" AND ");
        sql.push_str(&condition);
    }
    let limit = args.add(limit);
    sql.push_str(&format!(" ORDER BY {column} {way}, v.id {way} LIMIT {limit}"));
    (sql, args.0)
}

/// Answers how many were looked at and how many fit; and how many are looked at if there are more.
fn count_query<'f>(
    status: Status,
    filter: &'f Filter,
    reader: Option<UserId>,
    source: Source,
) -> (String, Vec<Value<'f>>, i64) {
    let mut args = Args::default();
    let from = filter.from(source, &mut args);
    let status = args.add(status.as_str());
    let Conditions { mut indexed, looked_at } = filter.conditions(reader, source, &mut args);
    let (taken, rest) = if source == Source::All {
        let rest: Vec<String> = indexed.drain(1.min(indexed.len())..).chain(looked_at).collect();
        (indexed, rest)
    } else {
        (std::iter::once("v.id = few.id".to_owned()).chain(indexed).chain(looked_at).collect(), Vec::new())
    };
    let words = if filter.search.is_some() {
        " LEFT JOIN contact c ON c.tenant_id = v.tenant_id AND c.id = v.contact_id"
    } else {
        ""
    };
    let (fits, limit) = if rest.is_empty() { ("1".to_owned(), COUNTED + 1) } else { (rest.join(" AND "), LOOKED) };
    let fits = if rest.is_empty() { fits } else { format!("CASE WHEN {fits} THEN 1 END") };
    let taken: String = taken.iter().map(|condition| format!(" AND {condition}")).collect();
    let (column, way) = (filter.order.column(), filter.order.way());
    let sql = format!(
        "SELECT count(*), count(looked.fits) FROM (
             SELECT {fits} AS fits FROM {from}{words}
             WHERE v.tenant_id = $1 AND v.status = {status}{taken} ORDER BY {column} {way}, v.id {way} LIMIT {limit}
         ) AS looked"
    );
    (sql, args.0, limit)
}

#[cfg(test)]
#[cfg(feature = "testing")]
mod tests {
    use domain::id::TenantId;

    use super::*;
    use crate::dialect::Engine;
    use crate::testing;

    fn id<T: From<Uuid>>() -> T {
        Uuid::nil().into()
    }

    fn open() -> Filter {
        Filter { status: Some(Status::Open), ..Filter::default() }
    }

    /// Each with the index that has it in order.
    fn asked() -> Vec<(Filter, &'static str)> {
        vec![
            (open(), "conversation_recent"),
            (Filter { holder: Some("agents"), ..open() }, "conversation_recent"),
            (Filter { unread: true, ..open() }, "conversation_recent"),
            (Filter { assignee: Assignee::User(id()), ..open() }, "conversation_assigned"),
            (Filter { assignee: Assignee::Nobody, ..open() }, "conversation_unassigned"),
            (Filter { waiting: true, order: Order::Waiting, ..open() }, "conversation_waiting"),
            (Filter { holder: Some("assistant"), ..open() }, "conversation_with_assistant"),
            (Filter { failed: true, ..open() }, "conversation_send_failed"),
            (Filter { number: Some(id()), ..open() }, "conversation_number"),
            (Filter { team: Team::One(id()), ..open() }, "conversation_team"),
            (Filter { status: Some(Status::Closed), ..Filter::default() }, "conversation_recent"),
        ]
    }

    async fn plan(store: &crate::Store, sql: String, args: Vec<Value<'static>>) -> Vec<String> {
        let read = store.read(TenantId(Uuid::nil()), async move |tx| {
            let rows = tx.rows_composed(&format!("EXPLAIN QUERY PLAN {sql}"), &args).await?;
            rows.iter().map(|row| row.get(3)).collect::<Result<Vec<String>, StoreError>>()
        });
        read.await.unwrap()
    }

    /// However many conversations there are, a page of the inbox reads only its own: in the index's order, without sorting.
    #[test]
    fn a_page_of_the_inbox_is_read_from_its_index() {
        testing::run(Engine::Sqlite, async |place: &testing::Place| {
            for (filter, index) in asked() {
                let filter: &'static Filter = Box::leak(Box::new(filter));
                let status = filter.status.unwrap();
                let (page, args) = page_query(status, filter, None, Source::All, None, 50);
                let page = plan(&place.store(), page, args).await;
                let (count, args, _) = count_query(status, filter, None, Source::All);
                let count = plan(&place.store(), count, args).await;
                for plan in [page, count] {
                    let index = format!("INDEX {index} (tenant_id=?");
                    assert!(plan.iter().any(|step| step.contains(&index)), "{index}: {plan:#?}");
                    assert!(!plan.iter().any(|step| step.contains("TEMP B-TREE")), "{plan:#?}");
                    assert!(!plan.iter().any(|step| step.starts_with("SCAN v")), "{plan:#?}");
                }
            }
        });
    }

    /// The few with a label are gone through, and each is found by its id.
    #[test]
    fn a_rare_label_is_gone_through() {
        testing::run(Engine::Sqlite, async |place: &testing::Place| {
            let tagged: &'static Filter = Box::leak(Box::new(Filter { tag: Some("vip".into()), ..open() }));
            let (page, args) = page_query(Status::Open, tagged, None, Source::Tagged, None, 50);
            let plan = plan(&place.store(), page, args).await;
            assert!(plan[0].contains("conversation_tag_of (tenant_id=? AND tag=?)"), "{plan:#?}");
            assert!(plan[1].contains("SEARCH v USING PRIMARY KEY (tenant_id=? AND id=?)"), "{plan:#?}");
        });
    }
}
