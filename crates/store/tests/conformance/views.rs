//! What the inbox is looked at by: the table that the dashboard decides by, too; how many there are; and members' own views.

use domain::conversation::Status;
use domain::id::{CampaignId, TeamId, UserId, ViewId};
use serde::Deserialize;
use store::conversation::{self as inbox, Answer, Assignee, COUNTED, Filter, Order, Team};
use store::view::{self, Named};
use store::{Store, StoreError, TenantTx, args, on_both_engines};
use uuid::Uuid;

use crate::desk::{self, ACME, ANN, BEN, BOLT, Thread, at, conversation, number, put_thread, settle};

const FRONT: TeamId = TeamId(Uuid::from_u128(0xF0));
const BACK: TeamId = TeamId(Uuid::from_u128(0xF1));
const JUNE: CampaignId = CampaignId(Uuid::from_u128(0xC1));

/// Conversations, and what each view shows of them, in its order. The dashboard holds its own predicate against the same.
#[derive(Deserialize)]
struct Table {
    conversations: Vec<Row>,
    views: Vec<Shown>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    n: u128,
    active: i64,
    #[serde(default)]
    status: Option<String>,
    #[serde(default)]
    holder: Option<String>,
    #[serde(default)]
    assignee: Option<String>,
    #[serde(default)]
    team: Option<String>,
    #[serde(default)]
    waiting: Option<i64>,
    #[serde(default)]
    failed: bool,
    #[serde(default)]
    unread: i64,
    #[serde(default)]
    number: Option<u128>,
    #[serde(default)]
    tags: Vec<String>,
}

#[derive(Deserialize)]
struct Shown {
    filter: Asked,
    shows: Vec<u128>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    status: Option<String>,
    holder: Option<String>,
    assignee: Option<String>,
    team: Option<String>,
    number_id: Option<String>,
    tag: Option<String>,
    order: Option<String>,
    #[serde(default)]
    unread: bool,
    #[serde(default)]
    waiting: bool,
    #[serde(default)]
    failed: bool,
}

fn table() -> Table {
    serde_json::from_str(include_str!("views.json")).unwrap()
}

fn member(name: &str) -> UserId {
    if name == "ben" { BEN } else { ANN }
}

fn team(name: &str) -> TeamId {
    if name == "front" { FRONT } else { BACK }
}

impl Asked {
    fn filter(&self) -> Filter {
        Filter {
            status: match self.status.as_deref() {
                None => Some(Status::Open),
                Some("snoozed") => Some(Status::Snoozed),
                Some("closed") => Some(Status::Closed),
                Some(_) => None,
            },
            holder: self
                .holder
                .as_deref()
                .map(|holder| ["assistant", "agents", "nobody"].into_iter().find(|known| *known == holder).unwrap()),
            team: match self.team.as_deref() {
                None => Team::Any,
                Some("none") => Team::None,
                Some("mine") => Team::Readers,
                Some(name) => Team::One(team(name)),
            },
            assignee: match self.assignee.as_deref() {
                None => Assignee::Any,
                Some("none") => Assignee::Nobody,
                Some(name) => Assignee::User(member(name)),
            },
            unread: self.unread,
            waiting: self.waiting,
            failed: self.failed,
            number: self.number_id.as_deref().map(|n| number(n.parse().unwrap())),
            tag: self.tag.clone(),
            order: if self.order.is_some() { Order::Waiting } else { Order::Recent },
            ..Filter::default()
        }
    }
}

async fn fill(store: &Store, rows: Vec<Row>) {
    settle(store).await;
    let teams = async |tx: &mut TenantTx<'_>| {
        for (id, name) in [(FRONT, "front"), (BACK, "back")] {
            let sql = "INSERT INTO team (tenant_id, id, name, folded, created_at_us) VALUES ($1, $2, $3, $3, 0)";
            tx.exec(sql, args![id, name]).await?;
        }
        tx.exec("INSERT INTO team_member (tenant_id, team_id, user_id) VALUES ($1, $2, $3)", args![FRONT, ANN]).await
    };
    store.write(ACME, teams).await.unwrap();
    for row in rows {
        let status = ["snoozed", "closed"].into_iter().find(|known| Some(*known) == row.status.as_deref());
        let thread = Thread {
            status: status.unwrap_or("open"),
            inbound: row.unread,
            number: row.number.unwrap_or(1),
            ..Thread::open(row.n, row.active)
        };
        put_thread(store, thread).await;
        let rest = async move |tx: &mut TenantTx<'_>| {
            tx.exec(
                "UPDATE conversation SET holder = $3, assignee_id = $4, team_id = $5, waiting_since_us = $6, send_failed = $7
                 WHERE tenant_id = $1 AND id = $2",
                args![
                    conversation(row.n),
                    row.holder.as_deref().unwrap_or("nobody"),
                    row.assignee.as_deref().map(member),
                    row.team.as_deref().map(team),
                    row.waiting.map(at),
                    row.failed
                ],
            )
            .await?;
            for tag in &row.tags {
                let sql = "INSERT INTO conversation_tag (tenant_id, conversation_id, tag) VALUES ($1, $2, $3)";
                tx.exec(sql, args![conversation(row.n), tag]).await?;
            }
            Ok::<_, StoreError>(())
        };
        store.write(ACME, rest).await.unwrap();
    }
}

async fn counted(store: &Store, filter: Filter, reader: Option<UserId>) -> Answer {
    desk::read(store, ACME, async move |tx| inbox::count(tx, &filter, reader).await).await
}

on_both_engines! {
    /// Each shows what the table says, whole and page by page; and counts as many.
    async fn views_show_what_they_say(store) {
        let Table { conversations, views } = table();
        fill(&store, conversations).await;
        for Shown { filter, shows } in views {
            let expected: Vec<_> = shows.iter().map(|n| conversation(*n)).collect();
            for limit in [2, 100] {
                let (mut seen, mut after) = (Vec::new(), None);
                loop {
                    let asked = filter.filter();
                    let order = asked.order;
                    let rows = desk::read(&store, ACME, async move |tx| {
                        inbox::page(tx, &asked, Some(ANN), after, limit).await
                    }).await;
                    let Some(last) = rows.last() else { break };
                    after = Some((order.place(last), last.id));
                    seen.extend(rows.iter().map(|row| row.id));
                }
                assert_eq!(seen, expected, "{filter:?} by {limit}");
            }
            let count = counted(&store, filter.filter(), Some(ANN)).await;
            assert_eq!(count, Answer { count: i64::try_from(shows.len()).unwrap(), more: false }, "{filter:?}");
        }
    }

    /// Whoever answered it, in the conversation that they answered in.
    async fn a_campaigns_answers_are_a_view(store) {
        settle(&store).await;
        for n in [1, 2] {
            put_thread(&store, Thread::open(n, 50)).await;
        }
        let answered = async |tx: &mut TenantTx<'_>| {
            tx.exec(
                "INSERT INTO campaign (tenant_id, id, name, settings, revision, state, frozen, frozen_phones, created_at_us)
                 VALUES ($1, $2, 'June', '{}', 1, 'done', TRUE, 0, 0)",
                args![JUNE],
            )
            .await?;
            tx.exec(
                "INSERT INTO campaign_recipient (tenant_id, id, campaign_id, contact_id, phone, number_id, standing, ready_at_us,
                     attempt, conversation_id, replied_at_us)
                 VALUES ($1, $2, $3, $4, $5, $6, 'delivered', 0, 1, $7, 1)",
                args![Uuid::from_u128(1), JUNE, desk::contact(1), desk::phone(1), number(1), conversation(1)],
            )
            .await
        };
        store.write(ACME, answered).await.unwrap();
        let filter = || Filter { campaign: Some(JUNE), ..Filter::default() };
        let asked = filter();
        let rows = desk::read(&store, ACME, async move |tx| inbox::page(tx, &asked, None, None, 9).await).await;
        assert_eq!(rows.iter().map(|row| row.id).collect::<Vec<_>>(), [conversation(1)]);
        assert_eq!(counted(&store, filter(), None).await, Answer { count: 1, more: false });
    }

    /// However many there are, no more than some are counted, and that there are more is said.
    async fn counting_ends(store) {
        settle(&store).await;
        put_thread(&store, Thread { inbound: 1, ..Thread::open(1, 1) }).await;
        let many = async |tx: &mut TenantTx<'_>| {
            tx.exec(
                "INSERT INTO conversation (tenant_id, id, channel, contact_id, number_id, address, lane, is_current, status,
                     holder, guide, version, inbound_count, last_message_at_us, preview, created_at_us)
                 SELECT v.tenant_id, m.id, v.channel, v.contact_id, v.number_id, v.address, v.lane, FALSE, v.status, v.holder,
                     v.guide, 1, 0, v.last_message_at_us + 1, '', 0
                 FROM conversation v CROSS JOIN message m WHERE v.tenant_id = $1 AND m.tenant_id = $1",
                args![],
            )
            .await
        };
        let texts = async |tx: &mut TenantTx<'_>| {
            for n in 0..2_100_u128 {
                tx.push(
                    "INSERT INTO message (tenant_id, id, conversation_id, contact_id, direction, author, body, encoding,
                         segments, status, stop_if_reply, answers, created_at_us)
                     VALUES ($1, $2, $3, $4, 'in', 'contact', '', 'gsm7', 1, 'received', FALSE, FALSE, 0)",
                    args![desk::message(n), conversation(1), desk::contact(1)],
                )
                .await?;
            }
            Ok::<_, StoreError>(())
        };
        store.write(ACME, texts).await.unwrap();
        store.write(ACME, many).await.unwrap();
        let open = || Filter { status: Some(Status::Open), ..Filter::default() };
        let full = Answer { count: COUNTED, more: true };
        for filter in [open(), Filter { assignee: Assignee::Nobody, ..open() }, Filter::default()] {
            assert_eq!(counted(&store, filter, Some(ANN)).await, full);
        }
        // The only unread one is the oldest: counting looks only so far, and says so.
        let unread = counted(&store, Filter { unread: true, ..open() }, Some(ANN)).await;
        assert_eq!(unread, Answer { count: 0, more: true });
    }

    /// Nobody else sees them, and they go with their member.
    async fn views_belong_to_their_member(store) {
        settle(&store).await;
        let (mine, same) = (ViewId(Uuid::from_u128(1)), ViewId(Uuid::from_u128(2)));
        let make = async |of, id, name: &'static str| {
            let make = async move |tx: &mut TenantTx<'_>| view::create(tx, at(0), of, (id, name, "{}")).await;
            store.write(ACME, make).await
        };
        make(ANN, mine, "Late").await.unwrap();
        make(BEN, same, "late").await.unwrap();
        let taken = make(ANN, ViewId(Uuid::from_u128(3)), "LATE").await.unwrap_err();
        assert!(matches!(taken, StoreError::Unique(name) if name == view::NAME_TAKEN));
        let found = async |tenant, of, id| desk::read(&store, tenant, async move |tx| view::find(tx, of, id).await).await;
        assert_eq!(found(ACME, ANN, mine).await.unwrap().name, "Late");
        assert_eq!(found(ACME, BEN, mine).await, None);
        assert_eq!(found(BOLT, ANN, mine).await, None);
        let of_others = async move |tx: &mut TenantTx<'_>| {
            view::change(tx, at(1), BEN, (mine, Some("Taken"), None)).await?;
            view::remove(tx, BEN, mine).await
        };
        store.write(ACME, of_others).await.unwrap();
        assert_eq!(found(ACME, ANN, mine).await.unwrap().name, "Late");
        let change = async move |tx: &mut TenantTx<'_>| {
            view::change(tx, at(1), ANN, (mine, None, Some(r#"{"tag":"vip"}"#))).await
        };
        store.write(ACME, change).await.unwrap();
        let changed = found(ACME, ANN, mine).await.unwrap();
        assert_eq!((&*changed.name, &*changed.filter, changed.changed_at), ("Late", r#"{"tag":"vip"}"#, at(1)));

        let owner = async |tx: &mut TenantTx<'_>| {
            tx.exec("UPDATE member SET role = 'owner' WHERE tenant_id = $1 AND user_id = $2", args![BEN]).await?;
            store::member::remove(tx, ANN).await
        };
        assert!(store.write(ACME, owner).await.unwrap().is_some());
        assert_eq!(found(ACME, ANN, mine).await, None);
        assert_eq!(found(ACME, BEN, same).await.unwrap().name, "late");
    }

    /// What a view names may be gone.
    async fn what_is_gone_is_known(store) {
        settle(&store).await;
        put_thread(&store, Thread::open(1, 1)).await;
        let tag = async |tx: &mut TenantTx<'_>| {
            let sql = "INSERT INTO conversation_tag (tenant_id, conversation_id, tag) VALUES ($1, $2, 'vip')";
            tx.exec(sql, args![conversation(1)]).await
        };
        store.write(ACME, tag).await.unwrap();
        let named = Named {
            numbers: [number(1), number(9)].into(),
            teams: [FRONT].into(),
            members: [ANN, UserId(Uuid::from_u128(7))].into(),
            campaigns: [JUNE].into(),
            tags: ["vip".to_owned(), "gone".to_owned()].into(),
        };
        let there = desk::read(&store, ACME, async move |tx| view::still_there(tx, &named).await).await;
        assert_eq!((there.numbers, there.members), ([number(1)].into(), [ANN].into()));
        assert!(there.teams.is_empty() && there.campaigns.is_empty());
        assert_eq!(there.tags, ["vip".to_owned()].into());
        let none = desk::read(&store, ACME, async |tx| view::still_there(tx, &Named::default()).await).await;
        assert!(none.numbers.is_empty() && none.members.is_empty());
    }
}
