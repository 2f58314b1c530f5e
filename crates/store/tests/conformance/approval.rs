//! What assistants want to do and people must approve.

use domain::assistant::approval::{Approval, State};
use domain::decision::{Change, Decision, Effect};
use domain::id::{ApprovalId, Ids, UserId};
use domain::message::Author;
use store::approval::Asks;
use store::remember::remember;
use store::{Store, approval, on_both_engines};
use uuid::Uuid;

use crate::desk::{self, ACME, ANN, BOLT, Thread, at, put_assistant, put_thread, settle};

fn id(n: u128) -> ApprovalId {
    ApprovalId(Uuid::from_u128(0xA9_00 + n))
}

fn refund(n: u128) -> Approval {
    Approval {
        id: id(n),
        conversation: desk::conversation(1),
        assistant: desk::assistant(1),
        version: 3,
        run: Uuid::from_u128(7).into(),
        tool: "refund".into(),
        arguments: r#"{"order":"7"}"#.into(),
        state: State::Waiting,
        expires_at: at(86_400),
        code: None,
        wrong_codes: 0,
        result: String::new(),
    }
}

async fn decides(store: &Store, second: i64, changes: Vec<Change>, effects: Vec<Effect>) -> usize {
    let decision = Decision { changes, effects };
    let work = async move |tx: &mut store::TenantTx<'_>| {
        let after = remember(tx, at(second), &mut Ids::new(at(second), 7), std::slice::from_ref(&decision)).await?;
        Ok::<_, store::StoreError>(after.lines.len())
    };
    store.write(ACME, work).await.unwrap()
}

fn moved(n: u128, state: State, by: Option<Author>, result: Option<&str>) -> Change {
    Change::ApprovalMoved { approval: id(n), state, by, result: result.map(str::to_owned) }
}

on_both_engines! {
    /// It goes on, and keeps who decided and when.
    async fn an_approval_waits_is_decided_on_and_keeps_what_came_of_it(store) {
        settle(&store).await;
        put_assistant(&store, 1).await;
        put_thread(&store, Thread::open(1, 1)).await;
        for n in 1..=2 {
            assert_eq!(decides(&store, 1, vec![Change::ApprovalAdded(Box::new(refund(n)))], vec![]).await, 1);
        }
        let all = async |tenant| desk::read(&store, tenant, async |tx| approval::page(tx, desk::conversation(1), None, 10).await).await;
        let waiting = all(ACME).await;
        assert_eq!(waiting.iter().map(|one| one.id).collect::<Vec<_>>(), [id(2), id(1)], "the newest first");
        assert_eq!((waiting[0].state.as_str(), &waiting[0].arguments, &waiting[0].result), ("waiting", &serde_json::json!({ "order": "7" }), &None));
        assert!(all(BOLT).await.is_empty());
        let of_all = async |tenant, state, after| {
            let found = desk::read(&store, tenant, async move |tx| approval::of_all(tx, state, after, 10).await).await;
            found.iter().map(|one| one.id).collect::<Vec<_>>()
        };
        assert_eq!(of_all(ACME, Some(State::Waiting), None).await, [id(2), id(1)]);
        assert_eq!(of_all(ACME, Some(State::Waiting), Some(id(2))).await, [id(1)], "the next page");
        assert!(of_all(BOLT, None, None).await.is_empty());

        let by = Some(Author::Member(ANN));
        let run = vec![Effect::RunTool { approval: id(1) }, Effect::RunTool { approval: id(1) }];
        decides(&store, 2, vec![moved(1, State::Approved, by, None)], run).await;
        let claimed = store.system_write(async |tx| {
            store::queue::claim_errands(tx, "run_tool", at(3), jiff::SignedDuration::from_secs(60), 10, &[]).await
        }).await.unwrap();
        assert_eq!(claimed.len(), 1, "asked for twice, it is done once");
        decides(&store, 4, vec![moved(1, State::Done, None, Some("paid"))], vec![]).await;
        decides(&store, 5, vec![moved(2, State::Rejected, Some(Author::Api), Some("too much"))], vec![]).await;
        assert!(of_all(ACME, Some(State::Waiting), None).await.is_empty());
        assert_eq!((of_all(ACME, Some(State::Done), None).await, of_all(ACME, None, None).await), (vec![id(1)], vec![id(2), id(1)]));
        let found = desk::read(&store, ACME, async |tx| approval::find(tx, id(1)).await).await.unwrap();
        assert_eq!((found.state.as_str(), found.result.as_deref()), ("done", Some("paid")));
        assert_eq!((found.decided_by_kind.as_deref(), found.decided_by, found.decided_at), (Some("member"), Some(UserId(ANN.0)), Some(at(2))));
        let found = desk::read(&store, ACME, async |tx| approval::find(tx, id(2)).await).await.unwrap();
        assert_eq!((found.decided_by_kind.as_deref(), found.decided_by, found.result.as_deref()), (Some("api"), None, Some("too much")));

        let whole = store.write(ACME, async |tx| approval::locked(tx, id(1)).await).await.unwrap().unwrap();
        assert_eq!(whole, Approval { state: State::Done, result: "paid".into(), ..refund(1) });
        assert_eq!(store.write(BOLT, async |tx| approval::locked(tx, id(1)).await).await.unwrap(), None);
    }

    /// The code is found where it waits, and nowhere else; wrong ones are counted, and it is never shown.
    async fn a_code_is_waited_for_in_its_conversation(store) {
        settle(&store).await;
        put_assistant(&store, 1).await;
        put_thread(&store, Thread::open(1, 1)).await;
        let with_code = Approval { code: Some("042917".into()), ..refund(1) };
        for approval in [with_code.clone(), refund(2)] {
            decides(&store, 1, vec![Change::ApprovalAdded(Box::new(approval))], vec![]).await;
        }
        assert_eq!(decides(&store, 2, vec![Change::WrongCode { approval: id(1) }], vec![]).await, 1);
        let confirming = async |tenant| {
            store.write(tenant, async |tx| approval::confirming(tx, &[desk::conversation(1)]).await).await.unwrap().remove(&desk::conversation(1))
        };
        assert_eq!(confirming(ACME).await, Some(Approval { wrong_codes: 1, ..with_code }));
        assert_eq!(confirming(BOLT).await, None);
        let shown = desk::read(&store, ACME, async |tx| approval::page(tx, desk::conversation(1), None, 10).await).await;
        assert_eq!(shown.iter().map(|one| one.asks).collect::<Vec<_>>(), [Asks::Person, Asks::Contact]);
        assert!(!serde_json::to_string(&shown).unwrap().contains("042917"));
        let contact = Author::Contact(Uuid::from_u128(4).into());
        decides(&store, 3, vec![moved(1, State::Approved, Some(contact), None)], vec![]).await;
        assert_eq!(confirming(ACME).await, None, "once");
        let found = desk::read(&store, ACME, async |tx| approval::find(tx, id(1)).await).await.unwrap();
        assert_eq!((found.decided_by_kind.as_deref(), found.decided_by), (Some("contact"), None));
    }

    /// An assistant is shown the newest since the conversation was closed, in their order.
    async fn the_newest_are_shown_the_oldest_first(store) {
        settle(&store).await;
        put_assistant(&store, 1).await;
        put_thread(&store, Thread::open(1, 1)).await;
        for n in 1..=3 {
            decides(&store, n as i64, vec![Change::ApprovalAdded(Box::new(refund(n)))], vec![]).await;
        }
        let newest = async |since, limit| {
            let rows = desk::read(&store, ACME, async move |tx| approval::newest(tx, desk::conversation(1), since, limit).await).await;
            rows.into_iter().map(|one| one.id).collect::<Vec<_>>()
        };
        assert_eq!(newest(at(0), 2).await, [id(2), id(3)]);
        assert_eq!(newest(at(2), 9).await, [id(1), id(2), id(3)], "what can still be done is shown whenever it was asked for");
        for n in 1..=3 {
            decides(&store, 4, vec![moved(n, State::Done, None, None)], vec![]).await;
        }
        assert_eq!(newest(at(2), 9).await, [id(3)]);
    }
}
