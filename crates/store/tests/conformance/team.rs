//! Teams: who is in them, which conversations they look after, and what is left when one is taken away.

use domain::access::Role;
use domain::assistant::{HandOver, Settings};
use domain::event::Kind;
use domain::id::{TeamId, TenantId, UserId};
use domain::message::Author;
use store::conversation::{self as inbox, Filter, Team as Of};
use store::scene::{self, Known};
use store::team::{self, Team};
use store::{Store, StoreError, args, member, on_both_engines};
use uuid::Uuid;

use crate::desk::{self, ACME, ANN, BEN, BOLT, Thread, assistant, at, conversation, put_thread, settle};

const DESK: TeamId = TeamId(Uuid::from_u128(0x71));
const SHOP: TeamId = TeamId(Uuid::from_u128(0x72));
const STRANGER: UserId = UserId(Uuid::from_u128(0xFF));

async fn made(store: &Store, tenant: TenantId, id: TeamId, name: &'static str, members: &'static [UserId]) {
    let line = store.write(tenant, async move |tx| team::create(tx, at(0), id, name, members).await).await.unwrap();
    assert_eq!((line.kind, line.subject), (Kind::TeamUpdated, id.0));
}

async fn found(store: &Store, tenant: TenantId, id: TeamId) -> Option<Team> {
    desk::read(store, tenant, async move |tx| team::find(tx, id).await).await
}

async fn give(store: &Store, n: u128, team: TeamId) {
    let sql = "UPDATE conversation SET team_id = $3 WHERE tenant_id = $1 AND id = $2";
    store.write(ACME, async move |tx| tx.exec(sql, args![conversation(n), team]).await).await.unwrap();
}

on_both_engines! {
    async fn a_team_has_a_name_of_its_own_and_members_of_the_tenant(store) {
        settle(&store).await;
        made(&store, ACME, DESK, "Émpfang", &[BEN, ANN, STRANGER]).await;
        let team = found(&store, ACME, DESK).await.unwrap();
        assert_eq!((team.name.as_str(), team.member_ids, team.created_at), ("Émpfang", vec![ANN, BEN], at(0)));
        let twin = store.write(ACME, async |tx| team::create(tx, at(1), SHOP, "éMPFANG", &[]).await).await;
        assert!(matches!(twin, Err(StoreError::Unique(name)) if name == team::NAME_TAKEN));
        made(&store, ACME, SHOP, "Workshop", &[]).await;
        let renamed = store.write(ACME, async |tx| team::change(tx, SHOP, Some("ÉMPFANG"), None).await).await;
        assert!(matches!(renamed, Err(StoreError::Unique(name)) if name == team::NAME_TAKEN));
        // Its own name in other letters is no other team's.
        store.write(ACME, async |tx| team::change(tx, DESK, Some("ÉMPFANG"), Some(&[BEN])).await).await.unwrap();
        let team = found(&store, ACME, DESK).await.unwrap();
        assert_eq!((team.name.as_str(), team.member_ids), ("ÉMPFANG", vec![BEN]));
        let (has_ben, has_ann, count) = desk::read(&store, ACME, async |tx| {
            Ok((team::has(tx, DESK, BEN).await?, team::has(tx, DESK, ANN).await?, team::count(tx).await?))
        }).await;
        assert_eq!((has_ben, has_ann, count), (true, false, 2));
        let names = async |after, limit| -> Vec<String> {
            let page = desk::read(&store, ACME, async move |tx| team::page(tx, after, limit).await).await;
            page.into_iter().map(|team| team.name).collect()
        };
        assert_eq!((names(None, 1).await, names(Some(DESK), 9).await), (vec!["ÉMPFANG".into()], vec!["Workshop".into()]));
    }

    async fn a_team_is_its_tenants_alone(store) {
        settle(&store).await;
        made(&store, ACME, DESK, "Front desk", &[ANN]).await;
        made(&store, BOLT, SHOP, "Front desk", &[ANN]).await;
        assert!(found(&store, BOLT, SHOP).await.unwrap().member_ids.is_empty(), "Ann is no member of Bolt");
        assert_eq!((found(&store, BOLT, DESK).await, found(&store, ACME, SHOP).await), (None, None));
        assert!(!store.write(BOLT, async |tx| team::hold(tx, DESK).await).await.unwrap());
        store.write(BOLT, async |tx| team::remove(tx, DESK).await).await.unwrap();
        assert!(found(&store, ACME, DESK).await.is_some());
    }

    async fn the_inbox_is_filtered_by_team(store) {
        settle(&store).await;
        made(&store, ACME, DESK, "Front desk", &[ANN, BEN]).await;
        made(&store, ACME, SHOP, "Workshop", &[BEN]).await;
        for n in 1..=3 {
            put_thread(&store, Thread::open(n, i64::try_from(n).unwrap())).await;
        }
        give(&store, 1, DESK).await;
        give(&store, 2, SHOP).await;
        let found = async |team, reader| {
            let filter = Filter { team, ..Filter::default() };
            let page = desk::read(&store, ACME, async move |tx| inbox::page(tx, &filter, Some(reader), None, 9).await).await;
            page.into_iter().map(|one| (one.id, one.team_id)).collect::<Vec<_>>()
        };
        let (desks, shops, nobodys) =
            ((conversation(1), Some(DESK)), (conversation(2), Some(SHOP)), (conversation(3), None));
        assert_eq!(found(Of::Any, ANN).await, [nobodys, shops, desks]);
        assert_eq!(found(Of::None, ANN).await, [nobodys]);
        assert_eq!(found(Of::One(SHOP), ANN).await, [shops]);
        assert_eq!(found(Of::Readers, ANN).await, [desks]);
        assert_eq!(found(Of::Readers, BEN).await, [shops, desks]);
    }

    async fn what_a_removed_team_looked_after_is_everybodys(store) {
        settle(&store).await;
        made(&store, ACME, DESK, "Front desk", &[ANN]).await;
        for n in 1..=2 {
            put_thread(&store, Thread::open(n, 1)).await;
        }
        give(&store, 1, DESK).await;
        let team_of = async |n: u128| {
            let seen = desk::read(&store, ACME, async move |tx| {
                scene::around(tx, &mut Known::default(), conversation(n)).await
            }).await;
            let shown = desk::read(&store, ACME, async move |tx| inbox::find(tx, conversation(n), None).await).await;
            let team = seen.unwrap().conversation.unwrap().team;
            assert_eq!(team, shown.unwrap().team_id, "what a turn sees is what is shown");
            team
        };
        assert_eq!(team_of(1).await, Some(DESK));
        let lines = store.write(ACME, async |tx| team::remove(tx, DESK).await).await.unwrap();
        let told: Vec<_> = lines.iter().map(|line| (line.kind, line.subject)).collect();
        assert_eq!(told, [(Kind::TeamUpdated, DESK.0), (Kind::ConversationUpdated, conversation(1).0)]);
        assert_eq!((found(&store, ACME, DESK).await, team_of(1).await), (None, None));
        // A turn that had seen the team writes it after it is gone.
        give(&store, 2, DESK).await;
        assert_eq!(team_of(2).await, None);
    }

    async fn a_member_who_leaves_leaves_their_teams(store) {
        settle(&store).await;
        store.write(ACME, async |tx| member::change(tx, ANN, Role::Owner).await).await.unwrap();
        made(&store, ACME, DESK, "Front desk", &[ANN, BEN]).await;
        made(&store, ACME, SHOP, "Workshop", &[ANN]).await;
        let lines = store.write(ACME, async |tx| member::remove(tx, BEN).await).await.unwrap().unwrap();
        assert_eq!(lines.iter().map(|line| line.subject).collect::<Vec<_>>(), [DESK.0]);
        assert_eq!(found(&store, ACME, DESK).await.unwrap().member_ids, [ANN]);
    }

    async fn assistants_that_name_a_team_are_found(store) {
        settle(&store).await;
        made(&store, ACME, DESK, "Front desk", &[]).await;
        made(&store, ACME, SHOP, "Workshop", &[]).await;
        for (n, team, escalate_to_team) in [(1, Some(DESK), None), (2, Some(SHOP), Some(DESK)), (3, Some(DESK), None)] {
            store.write(ACME, async move |tx| {
                let hand_over = HandOver { team, escalate_to_team, ..HandOver::default() };
                let settings = Settings { hand_over, ..Settings::default() };
                store::assistant::create(tx, at(0), assistant(n), Author::System, "Ada", &settings, &[]).await
            }).await.unwrap();
        }
        store.write(ACME, async |tx| {
            store::assistant::remove(tx, at(1), &mut domain::id::Ids::new(at(1), 1), assistant(3)).await
        }).await.unwrap();
        let found = desk::read(&store, ACME, async |tx| team::mentions(tx, DESK).await).await;
        let found: Vec<_> = found.iter().map(|one| (one.assistant, one.setting)).collect();
        assert_eq!(found, [(assistant(1), "hand_over.team"), (assistant(2), "hand_over.escalate_to_team")]);
    }
}
