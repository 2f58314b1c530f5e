//! Who looks after a conversation: a team, one of it, or whoever an escalation names.

use expect_test::expect;

use super::*;
use crate::assistant::HandOff;

/// As `prepare` says, with somebody waiting and people answering.
fn waiting(prepare: impl FnOnce(&mut Conversation)) -> Scene {
    let mut scene = scene();
    let conversation = scene.conversation.as_mut().unwrap();
    (conversation.holder, conversation.waiting_since) = (Holder::Agents, Some(now()));
    prepare(conversation);
    scene
}

/// The only line that says how the conversation stands now.
fn stands_now(decision: &Decision) -> String {
    let told = told(decision);
    told.lines().find(|line| line.starts_with("now ")).unwrap_or_default().to_owned()
}

#[test]
fn what_an_assistant_hands_over_goes_to_its_team_unless_somebody_has_it() {
    let check = |prepare: fn(&mut Conversation), team: bool, member: bool, expected: &str| {
        let mut scene = scene();
        prepare(scene.conversation.as_mut().unwrap());
        let mut ada = Assistant::clone(scene.assistant.as_ref().unwrap());
        ada.settings.hand_over.team = team.then(|| id(7));
        ada.settings.hand_over.assignee = member.then(|| id(9));
        scene.assistant = Some(Arc::new(ada));
        let handed = run(3, Answer::HandOff(HandOff::because("about money")));
        let decision = assistant_answered(now(), &mut ids(), &scene, &handed);
        assert_eq!(stands_now(&decision), format!("now open, held by agents, version 4{expected}"));
    };
    check(|_| {}, false, false, "");
    check(|_| {}, true, false, ", for team 7");
    check(|_| {}, true, true, ", for team 7, for member 9");
    check(|_| {}, false, true, ", for member 9");
    check(|conversation| conversation.assignee = Some(id(8)), true, true, ", for member 8");
    check(|conversation| conversation.team = Some(id(6)), true, true, ", for team 6");
}

#[test]
fn an_escalation_goes_to_the_team_or_the_person_that_is_set_for_it() {
    let check = |to: Option<u128>, to_team: Option<u128>, expected: &str| {
        let scene = waiting(|conversation| (conversation.team, conversation.assignee) = (Some(id(7)), Some(id(9))));
        let (to, to_team) = (to.map(id), to_team.map(id));
        let decision = hand_over_overdue(now() + 30.minutes(), &mut ids(), &scene, to, to_team, now());
        assert_eq!(stands_now(&decision), format!("now open, held by agents, version 4{expected}, waiting"));
    };
    check(None, None, ", for team 7, for member 9");
    check(Some(5), None, ", for team 7, for member 5");
    check(None, Some(6), ", for team 6");
    check(Some(5), Some(6), ", for team 6, for member 5");
    check(None, Some(7), ", for team 7");
}

#[test]
fn a_person_who_replies_takes_it_within_their_team() {
    let check = |is_in_team: bool, asker: Asker, assignee: Option<u128>, expected: &str| {
        let mut scene =
            waiting(|conversation| (conversation.team, conversation.assignee) = (Some(id(7)), assignee.map(id)));
        scene.asker_is_in_team = is_in_team;
        let (decision, _) = reply(now(), &mut ids(), &scene, asker, &text("I am on it."), None).unwrap();
        assert_eq!(
            stands_now(&decision),
            format!("now open, held by agents, version 4, for team 7{expected}, waiting")
        );
    };
    check(true, PERSON, None, ", for member 9");
    check(true, PERSON, Some(8), ", for member 8");
    check(false, PERSON, None, "");
    check(true, PROGRAM, None, "");
    let notice = NewText { notice: true, ..text("We are closed on Monday.") };
    let mut scene = waiting(|conversation| conversation.team = Some(id(7)));
    scene.asker_is_in_team = true;
    let (decision, _) = reply(now(), &mut ids(), &scene, PERSON, &notice, None).unwrap();
    assert!(!told(&decision).contains("member 9"), "a notice takes nothing: {}", told(&decision));
}

#[test]
fn another_team_has_it_whole_unless_somebody_is_named() {
    let mut scene = scene();
    let conversation = scene.conversation.as_mut().unwrap();
    (conversation.team, conversation.assignee, conversation.waiting_since) = (Some(id(7)), Some(id(9)), Some(now()));
    conversation.has_unsent = true;
    let check = |team: Option<Option<u128>>, assignee: Option<Option<u128>>, expected: &str| {
        let (team, assignee) = (team.map(|team| team.map(id)), assignee.map(|assignee| assignee.map(id)));
        let decided =
            change(now(), &mut ids(), &scene, PERSON, &ConversationChange { team, assignee, ..Default::default() });
        assert_eq!(stands_now(&decided.unwrap()), expected);
    };
    check(Some(Some(6)), None, "now open, held by agents, version 4, for team 6, waiting");
    check(Some(Some(6)), Some(Some(8)), "now open, held by agents, version 4, for team 6, for member 8, waiting");
    check(Some(Some(7)), None, "");
    check(Some(None), None, "now open, held by assistant, version 4, for member 9, waiting");
    check(None, Some(None), "now open, held by assistant, version 4, for team 7, waiting");

    let taken = ConversationChange { team: Some(Some(id(6))), ..Default::default() };
    let taken = told(&change(now(), &mut ids(), &scene, PERSON, &taken).unwrap());
    assert!(taken.starts_with("unsent cancelled (by the assistant)") && !taken.contains('→'), "{taken}");
}

#[test]
fn people_hand_it_to_a_team() {
    let to = HandOffTo::Agents { team: Some(id(7)), assignee: None };
    expect![[r#"
        now open, held by agents, version 4, for team 7
        note by system, noted: Handed to people (about a repair)."#]]
    .assert_eq(&told(&hand_off(now(), &mut ids(), &scene(), to, Some("about a repair")).unwrap()));
    let scene = waiting(|conversation| (conversation.team, conversation.assignee) = (Some(id(6)), Some(id(9))));
    let decision = hand_off(now(), &mut ids(), &scene, to, None).unwrap();
    assert_eq!(stands_now(&decision), "now open, held by agents, version 4, for team 7, waiting");
}

#[test]
fn what_goes_back_to_the_assistant_belongs_to_no_team() {
    let mut scene = waiting(|conversation| {
        (conversation.team, conversation.assignee) = (Some(id(7)), Some(id(9)));
        conversation.status = Standing::Closed;
    });
    let mut ada = Assistant::clone(scene.assistant.as_ref().unwrap());
    ada.settings.hand_over.back = crate::assistant::HandBack::AfterClosing;
    scene.assistant = Some(Arc::new(ada));
    let decision = text_arrived(now(), &mut ids(), &scene, Uuid::from_u128(6), &arrived("Hello again"));
    assert_eq!(stands_now(&decision), "now open, held by assistant, version 4, waiting");
}
