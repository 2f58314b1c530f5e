//! What a text from a contact leads to.

use expect_test::expect;

use super::*;

#[test]
fn a_text_is_kept_and_the_assistant_waits_its_quiet_window() {
    on_text(
        "Are you open?",
        |_| {},
        expect![[r#"
        now open, held by assistant, version 4, waiting
        in by contact, received: Are you open?
        → remind about version 4 in 4000 ms"#]],
    );
}

#[test]
fn a_window_of_nothing_asks_at_once() {
    let none = |scene: &mut Scene| Arc::make_mut(scene.assistant.as_mut().unwrap()).settings.quiet_window_ms = 0;
    on_text(
        "Are you open?",
        none,
        expect![[r#"
        now open, held by assistant, version 4, waiting
        in by contact, received: Are you open?
        → ask the assistant about version 4"#]],
    );
}

#[test]
fn a_text_for_an_assistant_that_is_gone_goes_to_people() {
    on_text(
        "Are you open?",
        without_ada,
        expect![[r#"
        note by system, noted: Handed to people: the assistant was removed
        now open, held by agents, version 5, waiting
        in by contact, received: Are you open?"#]],
    );
}

#[test]
fn the_numbers_new_assistant_answers_what_follows_a_conversation_of_another() {
    let another = |scene: &mut Scene| {
        let mut bob = scene.assistant.as_deref().unwrap().clone();
        bob.id = id(0xB0B);
        Arc::make_mut(&mut scene.number).assistant = Some(Arc::new(bob));
        scene.conversation.as_mut().unwrap().last_message_at = now() - (24 * 400).hours();
    };
    on_text(
        "Are you open?",
        another,
        expect![[r#"
        opened open, held by assistant, version 1, waiting, follows another
        in by contact, received: Are you open?
        → remind about version 1 in 4000 ms"#]],
    );
}

#[test]
fn a_stranger_becomes_a_contact_with_a_conversation() {
    let stranger = |scene: &mut Scene| (scene.contact, scene.conversation) = (None, None);
    on_text(
        "Hi",
        stranger,
        expect![[r#"
        contact added at …23
        opened open, held by assistant, version 1, waiting
        in by contact, received: Hi
        → remind about version 1 in 4000 ms"#]],
    );
}

#[test]
fn stop_acts_before_anyone_and_is_confirmed_once() {
    on_text(
        " Stop. ",
        |_| {},
        expect![[r#"
        consent: opted out = true
        unsent cancelled (all to the contact): contact_opted_out
        drafts superseded
        now open, held by assistant, version 4
        in by contact, received:  Stop. 
        out by system, queued: You are unsubscribed and will get no more texts from us. Reply START to resume.
        receipt: gate
        → send in 0 s"#]],
    );
    let already = |scene: &mut Scene| scene.contact.as_mut().unwrap().opted_out_at = Some(now());
    on_text(
        "STOP",
        already,
        expect![[r#"
        consent: opted out = true
        unsent cancelled (all to the contact): contact_opted_out
        drafts superseded
        now open, held by assistant, version 4
        in by contact, received: STOP"#]],
    );
}

#[test]
fn a_stop_that_comes_after_a_newer_start_is_written_down_and_nothing_else() {
    on_text(
        "STOP",
        |scene| scene.contact.as_mut().unwrap().started_at = Some(now() + 1.second()),
        expect![[r#"
        consent: opted out = true
        now open, held by assistant, version 4
        in by contact, received: STOP"#]],
    );
    // At the same moment STOP counts.
    on_text(
        "STOP",
        |scene| scene.contact.as_mut().unwrap().started_at = Some(now()),
        expect![[r#"
        consent: opted out = true
        unsent cancelled (all to the contact): contact_opted_out
        drafts superseded
        now open, held by assistant, version 4
        in by contact, received: STOP
        out by system, queued: You are unsubscribed and will get no more texts from us. Reply START to resume.
        receipt: gate
        → send in 0 s"#]],
    );
}

#[test]
fn what_the_carrier_took_for_stop_is_stop_and_it_has_confirmed_it() {
    let mut scene = scene();
    Arc::make_mut(&mut scene.number).carrier_answers_keywords = true;
    let stop = TextArrived { autoresponse: Some(Keyword::Stop), ..arrived("no more of this") };
    let decision = text_arrived(now(), &mut ids(), &scene, Uuid::nil(), &stop);
    assert!(decision.changes.iter().any(
        |change| matches!(change, Change::Consented(consent) if consent.state == crate::consent::State::OptedOut)
    ));
    assert!(decision.effects.is_empty(), "{}", told(&decision));
}

#[test]
fn words_that_only_we_know_are_confirmed_by_us() {
    let carrier = |scene: &mut Scene| Arc::make_mut(&mut scene.number).carrier_answers_keywords = true;
    on_text(
        "opt out",
        carrier,
        expect![[r#"
        consent: opted out = true
        unsent cancelled (all to the contact): contact_opted_out
        drafts superseded
        now open, held by assistant, version 4
        in by contact, received: opt out
        out by system, queued: You are unsubscribed and will get no more texts from us. Reply START to resume.
        receipt: gate
        → send in 0 s"#]],
    );
}

#[test]
fn start_lifts_it_and_help_is_answered() {
    let out = |scene: &mut Scene| scene.contact.as_mut().unwrap().opted_out_at = Some(now() - 1.minute());
    on_text(
        "start",
        out,
        expect![[r#"
        consent: opted out = false
        now open, held by assistant, version 4, waiting
        in by contact, received: start"#]],
    );
    on_text(
        "help",
        |_| {},
        expect![[r#"
        now open, held by assistant, version 4
        in by contact, received: help
        out by system, queued: Reply to this text and we will help. Reply STOP to get no more texts.
        receipt: gate
        → send in 0 s"#]],
    );
    let waits = |scene: &mut Scene| scene.conversation.as_mut().unwrap().waiting_since = Some(now() - 2.seconds());
    on_text(
        "help",
        waits,
        expect![[r#"
        now open, held by assistant, version 4, waiting
        in by contact, received: help
        out by system, queued: Reply to this text and we will help. Reply STOP to get no more texts.
        receipt: gate
        → remind about version 4 in 4000 ms
        → send in 0 s"#]],
    );
}

#[test]
fn a_blocked_contact_gets_no_answer() {
    let blocked = |scene: &mut Scene| scene.contact.as_mut().unwrap().blocked = true;
    on_text(
        "Hello?",
        blocked,
        expect![[r#"
        now open, held by assistant, version 4
        in by contact, received: Hello?"#]],
    );
}

#[test]
fn people_hold_what_people_hold() {
    let agents = |scene: &mut Scene| scene.conversation.as_mut().unwrap().holder = Holder::Agents;
    on_text(
        "Hello?",
        agents,
        expect![[r#"
        now open, held by agents, version 4, waiting
        in by contact, received: Hello?"#]],
    );
}

#[test]
fn a_reply_takes_back_what_was_to_go_only_into_silence() {
    let waiting = |scene: &mut Scene| {
        let conversation = scene.conversation.as_mut().unwrap();
        (conversation.has_unsent, conversation.holder) = (true, Holder::Agents);
    };
    on_text(
        "Yes",
        waiting,
        expect![[r#"
            unsent cancelled (if silent): contact_replied
            unsent cancelled (by the assistant): contact_replied
            now open, held by agents, version 4, waiting
            in by contact, received: Yes"#]],
    );
}

#[test]
fn a_closed_conversation_reopens_inside_the_window_and_has_a_successor_after_it() {
    let closed = |ago: i64| {
        move |scene: &mut Scene| {
            let conversation = scene.conversation.as_mut().unwrap();
            conversation.status = Standing::Closed;
            conversation.last_message_at = now() - (ago * 24).hours();
        }
    };
    on_text(
        "Me again",
        closed(30),
        expect![[r#"
        now open, held by assistant, version 4, waiting
        in by contact, received: Me again
        → remind about version 4 in 4000 ms"#]],
    );
    on_text(
        "Me again",
        closed(31),
        expect![[r#"
        opened open, held by assistant, version 1, waiting, follows another
        in by contact, received: Me again
        → remind about version 1 in 4000 ms"#]],
    );
}

/// What it comes to is reckoned where the ledger is kept: what they said last counts.
#[test]
fn a_start_is_written_down_with_its_own_time() {
    let mut scene = scene();
    scene.contact.as_mut().unwrap().opted_out_at = Some(now());
    let start = TextArrived { at: now() - 10.seconds(), ..arrived("START") };
    let decision = text_arrived(now(), &mut ids(), &scene, Uuid::nil(), &start);
    let said = |change: &Change| match change {
        Change::Consented(consent) => Some((consent.state, consent.at)),
        _ => None,
    };
    let said: Vec<_> = decision.changes.iter().filter_map(said).collect();
    assert_eq!(said, [(crate::consent::State::OptedIn, now() - 10.seconds())]);
}

#[test]
fn what_needs_no_answer_asks_no_assistant() {
    on_text(
        "Thanks!",
        |_| {},
        expect![[r#"
            now open, held by assistant, version 4
            in by contact, received: Thanks!
            run: silent"#]],
    );
    on_text(
        "ok",
        |scene| scene.conversation.as_mut().unwrap().preview = "Shall we come at 5?".into(),
        expect![[r#"
            now open, held by assistant, version 4, waiting
            in by contact, received: ok
            → remind about version 4 in 4000 ms"#]],
    );
    on_text(
        "ok thanks",
        |scene| scene.conversation.as_mut().unwrap().waiting_since = Some(now() - 1.minute()),
        expect![[r#"
            now open, held by assistant, version 4, waiting
            in by contact, received: ok thanks
            → remind about version 4 in 4000 ms"#]],
    );
    on_text(
        "When do you open?",
        |scene| scene.is_own_number = true,
        expect![[r#"
            now open, held by assistant, version 4
            in by contact, received: When do you open?
            run: silent"#]],
    );
}

#[test]
fn what_the_assistant_has_ready_waits_for_what_the_contact_adds() {
    on_text(
        "and on Sunday?",
        |scene| scene.conversation.as_mut().unwrap().has_unsent = true,
        expect![[r#"
        unsent cancelled (if silent): contact_replied
        unsent cancelled (by the assistant): contact_replied
        now open, held by assistant, version 4, waiting
        in by contact, received: and on Sunday?
        → remind about version 4 in 4000 ms"#]],
    );
}

#[test]
fn a_new_conversation_goes_to_whom_a_route_names() {
    let routed = |change: fn(&mut crate::assistant::Route)| {
        move |scene: &mut Scene| {
            scene.conversation = None;
            let bob = Arc::new(Assistant { id: id(0xB0B), ..scene.assistant.as_deref().unwrap().clone() });
            scene.candidates = vec![bob];
            let mut route = crate::assistant::Route { assistant_id: Some(id(0xB0B)), ..Default::default() };
            change(&mut route);
            Arc::make_mut(&mut scene.tenant).settings.routes = vec![route];
        }
    };
    let holder = |body: &str, prepare: &dyn Fn(&mut Scene)| {
        let mut scene = scene();
        prepare(&mut scene);
        let decision = text_arrived(now(), &mut ids(), &scene, Uuid::from_u128(6), &arrived(body));
        let opened = decision.changes.iter().find_map(|change| match change {
            Change::ConversationOpened(opened) => Some(opened.holder),
            _ => None,
        });
        opened.unwrap()
    };
    let refunds = routed(|route| route.keywords = vec!["refund".into()]);
    assert_eq!(holder("I want a refund", &refunds), Holder::Assistant(id(0xB0B)));
    assert_eq!(holder("hello", &refunds), Holder::Assistant(id(0xADA)));
    let people = routed(|route| (route.keywords, route.assistant_id) = (vec!["refund".into()], None));
    assert_eq!(holder("I want a refund", &people), Holder::Agents);
    let gone = routed(|route| route.assistant_id = Some(id(0xDEAD)));
    assert_eq!(holder("hello", &gone), Holder::Assistant(id(0xADA)), "one that is gone takes nothing");
}

#[test]
fn a_route_chooses_for_the_first_text_and_for_what_comes_back() {
    let holder = |prepare: &dyn Fn(&mut Conversation)| {
        let mut scene = scene();
        scene.candidates = vec![Arc::new(Assistant { id: id(0xB0B), ..scene.assistant.as_deref().unwrap().clone() })];
        let keywords = vec!["refund".into()];
        let route = crate::assistant::Route { assistant_id: Some(id(0xB0B)), keywords, ..Default::default() };
        Arc::make_mut(&mut scene.tenant).settings.routes = vec![route];
        prepare(scene.conversation.as_mut().unwrap());
        let decision = text_arrived(now(), &mut ids(), &scene, Uuid::from_u128(6), &arrived("I want a refund"));
        let found = decision.changes.iter().find_map(|change| match change {
            Change::ConversationChanged(conversation) => Some(conversation.holder),
            _ => None,
        });
        found.unwrap()
    };
    let (ada, bob) = (Holder::Assistant(id(0xADA)), Holder::Assistant(id(0xB0B)));
    assert_eq!(holder(&|it| it.inbound_count = 3), ada, "one that goes on stays where it is");
    assert_eq!(holder(&|it| it.inbound_count = 0), bob, "it was opened by us, and this is their first word");
    assert_eq!(holder(&|it| (it.inbound_count, it.holder) = (0, Holder::Agents)), Holder::Agents);
    assert_eq!(holder(&|it| (it.inbound_count, it.status) = (3, Standing::Closed)), bob, "it was settled");
    let peoples = |it: &mut Conversation| (it.status, it.holder) = (Standing::Closed, Holder::Agents);
    assert_eq!(holder(&peoples), Holder::Agents, "what people closed stays theirs");
}

#[test]
fn what_people_closed_goes_back_if_that_is_set() {
    let closed = |back| {
        let mut scene = scene();
        let mut ada = scene.assistant.as_deref().unwrap().clone();
        ada.settings.hand_over.back = back;
        scene.assistant = Some(Arc::new(ada));
        let conversation = scene.conversation.as_mut().unwrap();
        (conversation.status, conversation.holder) = (Standing::Closed, Holder::Agents);
        told(&text_arrived(now(), &mut ids(), &scene, Uuid::from_u128(6), &arrived("Are you open?")))
    };
    assert!(closed(crate::assistant::HandBack::AfterClosing).contains("held by assistant"));
    assert!(closed(crate::assistant::HandBack::Never).contains("held by agents"));
}

#[test]
fn an_opt_out_in_their_own_words_is_one_and_people_are_told() {
    on_text(
        "Please take me off your list!",
        |_| {},
        expect![[r#"
        consent: opted out = true
        unsent cancelled (all to the contact): contact_opted_out
        drafts superseded
        now open, held by assistant, version 4
        in by contact, received: Please take me off your list!
        note by system, noted: Read as an opt-out: “Please take me off your list”. They get no more texts. If that was not meant, only they can undo it, by texting START.
        out by system, queued: You are unsubscribed and will get no more texts from us. Reply START to resume.
        receipt: gate
        → send in 0 s"#]],
    );
    on_text(
        "who is this? wrong person",
        |_| {},
        expect![[r#"
        consent: opted out = true
        unsent cancelled (all to the contact): contact_opted_out
        drafts superseded
        now open, held by assistant, version 4
        in by contact, received: who is this? wrong person
        note by system, noted: Taken for a wrong number, and so for an opt-out: “wrong person”. They get no more texts. If that was not meant, only they can undo it, by texting START.
        out by system, queued: You are unsubscribed and will get no more texts from us. Reply START to resume.
        receipt: gate
        → send in 0 s"#]],
    );
    let already = |scene: &mut Scene| scene.contact.as_mut().unwrap().opted_out_at = Some(now());
    on_text(
        "I said stop texting me",
        already,
        expect![[r#"
        consent: opted out = true
        unsent cancelled (all to the contact): contact_opted_out
        drafts superseded
        now open, held by assistant, version 4
        in by contact, received: I said stop texting me"#]],
    );
    let blocked = |scene: &mut Scene| scene.contact.as_mut().unwrap().blocked = true;
    on_text(
        "leave me alone",
        blocked,
        expect![[r#"
        consent: opted out = true
        unsent cancelled (all to the contact): contact_opted_out
        drafts superseded
        now open, held by assistant, version 4
        in by contact, received: leave me alone
        note by system, noted: Taken for an opt-out, to be on the safe side: “leave me alone”. They get no more texts. If that was not meant, only they can undo it, by texting START.
        out by system, queued: You are unsubscribed and will get no more texts from us. Reply START to resume.
        receipt: gate
        → send in 0 s"#]],
    );
    let stranger = |scene: &mut Scene| (scene.contact, scene.conversation) = (None, None);
    on_text(
        "Wrong number",
        stranger,
        expect![[r#"
        contact added at …23
        consent: opted out = true
        unsent cancelled (all to the contact): contact_opted_out
        drafts superseded
        opened open, held by assistant, version 1
        in by contact, received: Wrong number
        note by system, noted: Taken for a wrong number, and so for an opt-out: “Wrong number”. They get no more texts. If that was not meant, only they can undo it, by texting START.
        out by system, queued: You are unsubscribed and will get no more texts from us. Reply START to resume.
        receipt: gate
        → send in 0 s"#]],
    );
}

#[test]
fn the_ledger_keeps_what_they_said_and_a_keyword_stays_one() {
    let ledger = |body: &str| {
        let decision = text_arrived(now(), &mut ids(), &scene(), Uuid::nil(), &arrived(body));
        decision.changes.into_iter().find_map(|change| match change {
            Change::Consented(consent) => Some((consent.source.as_str(), consent.keyword.unwrap())),
            _ => None,
        })
    };
    assert_eq!(
        ledger("Hello. Take me off your list, please!"),
        Some(("free_text", "Take me off your list, please".into()))
    );
    assert_eq!(ledger(" Stop texting me! "), Some(("keyword", "Stop texting me!".into())));
    assert_eq!(ledger("Can I stop by at noon?"), None);
}

#[test]
fn a_tenants_own_words_count_too() {
    let own = |scene: &mut Scene| Arc::make_mut(&mut scene.tenant).settings.keywords.stop = vec!["Adieu".into()];
    on_text(
        "adieu!",
        own,
        expect![[r#"
        consent: opted out = true
        unsent cancelled (all to the contact): contact_opted_out
        drafts superseded
        now open, held by assistant, version 4
        in by contact, received: adieu!
        out by system, queued: You are unsubscribed and will get no more texts from us. Reply START to resume.
        receipt: gate
        → send in 0 s"#]],
    );
}
