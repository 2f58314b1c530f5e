//! The promises, as tables: what happened, what the scene showed, and what follows.

mod answering;
mod approving;
mod arriving;
mod sending;
mod teams;
mod workflows;

use std::sync::Arc;

use expect_test::Expect;
use jiff::{SignedDuration, Timestamp, ToSpan};
use uuid::Uuid;

use super::*;
use crate::assistant::{
    Act, Answer, Approval, Assistant, HandOff, Objection, Reply, Run, Settings as AssistantSettings, Suggestion, Wanted,
};
use crate::command::{Asker, ConversationChange, HandOffTo, NewText, Refusal, Start};
use crate::contact::Contact;
use crate::conversation::Status as Standing;
use crate::decision::{Change, Draft, DraftState};
use crate::fact::{AssistantAnswered, CarrierReported, Ended, Fact, SendEnded, TextArrived};
use crate::gate::{Purpose, Reason};
use crate::id::{AssistantId, Ids, MessageId};
use crate::keyword::Keyword;
use crate::message::{Cost, Failure, Reported};
use crate::number::Number;
use crate::phone::{Address, E164};
use crate::scene::{OpenDraft, Outbound};
use crate::tenant::{Settings, Tenant};

/// Changes one thing of a scene.
type Prepare<'a> = &'a dyn Fn(&mut Scene);

fn id<T: From<Uuid>>(n: u128) -> T {
    T::from(Uuid::from_u128(n))
}

fn now() -> Timestamp {
    "2026-03-02T15:00:00Z".parse().unwrap()
}

fn ids() -> Ids {
    Ids::new(now(), 7)
}

/// Ada answers on our number; Ann has written before and waits; nothing else is set.
fn scene() -> Scene {
    let ada = Arc::new(Assistant {
        id: id(0xADA),
        name: "Ada".into(),
        version: 1,
        settings: AssistantSettings { mode: Mode::Auto, ..AssistantSettings::default() },
    });
    Scene {
        tenant: Arc::new(Tenant { id: id(1), settings: Settings::default() }),
        number: Arc::new(Number {
            id: id(2),
            address: Address::parse_sender("+14155550100").unwrap(),
            account: id(3),
            enabled: true,
            assistant: Some(Arc::clone(&ada)),
            carrier_answers_keywords: false,
            registration: crate::registration::Status::NOT_NEEDED,
        }),
        address: "+14155550123".into(),
        contact: Some(Contact {
            id: id(4),
            name: "Ann".into(),
            company: String::new(),
            time_zone: None,
            quiet_hours: None,
            blocked: false,
            opted_out_at: None,
            started_at: None,
        }),
        conversation: Some(Conversation {
            id: id(5),
            contact: id(4),
            number: id(2),
            address: "+14155550123".into(),
            lane: Uuid::from_u128(6),
            previous: None,
            status: Standing::Open,
            snoozed_until: None,
            holder: Holder::Assistant(ada.id),
            mode: None,
            team: None,
            assignee: None,
            guide: String::new(),
            version: 3,
            inbound_count: 1,
            waiting_since: None,
            last_inbound_at: None,
            resolved_at: None,
            last_message_at: now() - 1.hour(),
            last_direction: Some(Direction::Out),
            preview: String::new(),
            send_failed: false,
            created_at: now() - 2.hours(),
            has_unsent: false,
            answering: false,
        }),
        assistant: Some(ada),
        candidates: Vec::new(),
        tags: Vec::new(),
        asker_is_in_team: false,
        unanswered: Vec::new(),
        confirming: None,
        opting_in: crate::consent::opt_in::Progress::default(),
        suppressed_at: None,
        is_own_number: false,
        triggers: Arc::default(),
        inside: Vec::new(),
    }
}

/// Ada was removed, and a turn of that moment has given her the conversation all the same.
fn without_ada(scene: &mut Scene) {
    scene.assistant = None;
    Arc::make_mut(&mut scene.number).assistant = None;
}

fn arrived(body: &str) -> TextArrived {
    TextArrived {
        account: id(3),
        carrier_ref: "ref".into(),
        from: "+14155550123".into(),
        to: "+14155550100".into(),
        body: body.into(),
        media: Vec::new(),
        autoresponse: None,
        at: now(),
    }
}

fn text(body: &str) -> NewText {
    NewText {
        body: body.into(),
        media: Vec::new(),
        scheduled_at: None,
        hold: SignedDuration::ZERO,
        stop_if_reply: false,
        notice: false,
        draft: None,
    }
}

const PERSON: Asker = Asker { author: Author::Member(crate::id::UserId(Uuid::from_u128(9))) };
const PROGRAM: Asker = Asker { author: Author::Api };

/// A decision in a few words.
fn told(decision: &Decision) -> String {
    let mut lines: Vec<String> = decision.changes.iter().map(change_told).collect();
    lines.extend(decision.effects.iter().map(|effect| match effect {
        Effect::SendText(send) => format!("→ send in {} s", send.ready_at.duration_since(now()).as_secs()),
        Effect::AskAssistant { version, .. } => format!("→ ask the assistant about version {version}"),
        Effect::Remind { fact, at, .. } => {
            let about = match fact {
                Fact::ContactFellSilent { version, .. } => format!(" about version {version}"),
                _ => String::new(),
            };
            format!("→ remind{about} in {} ms", at.duration_since(now()).as_millis())
        }
        Effect::FetchMedia { .. } => "→ fetch an attachment".into(),
        Effect::Enter(coming) => format!("→ enter by {}", coming.source.kind()),
        Effect::TellEnrolment { word, .. } => format!("→ tell the way: {word:?}"),
        Effect::RunTool { .. } => "→ use the tool".into(),
        Effect::ReadRegistration { number } => format!("→ read the registration of {number}"),
    }));
    lines.join("\n")
}

fn change_told(change: &Change) -> String {
    match change {
        Change::ContactAdded { phone, .. } => format!("contact added at …{}", &phone[phone.len() - 2..]),
        Change::ContactNamed { name, company, .. } => format!("contact is {name} of {company}"),
        Change::Consented(consent) => {
            format!("consent: opted out = {}", consent.state == crate::consent::State::OptedOut)
        }
        Change::ConversationOpened(new) => format!("opened {}", stands(new)),
        Change::ConversationChanged(new) => format!("now {}", stands(new)),
        Change::Answered { waiting_since: None, .. } => "answered".into(),
        Change::Answered { .. } => "answered, waiting for another".into(),
        Change::ConversationTagged { tags, .. } => format!("tagged {tags:?}"),
        Change::MessageAdded(new) => {
            format!("{} by {}, {}: {}", new.direction.as_str(), new.author.kind(), new.status.as_str(), new.body)
        }
        Change::MessageMoved(moved) => format!("message is {}", moved.to.as_str()),
        Change::UnsentCancelled { which, why } => {
            format!("unsent cancelled ({}): {}", which_told(*which), why.as_str())
        }
        Change::Noted { line, .. } => format!("receipt: {}", line.kind()),
        Change::MediaAwaited { .. } => "an attachment is awaited".into(),
        Change::FieldSaved { field, value, .. } => format!("field {field}: {value}"),
        Change::TagAdded { tag, .. } => format!("label: {tag}"),
        Change::RunEnded(ended) => format!("run: {}", ended.outcome.as_str()),
        Change::DraftAdded(Draft { body, held_back: Some(why), .. }) => format!("draft, held back: {body} ({why})"),
        Change::DraftAdded(draft) => format!("draft: {}", draft.body),
        Change::DraftMoved { state, .. } => format!("draft is {}", state.as_str()),
        Change::DraftsSuperseded { .. } => "drafts superseded".into(),
        Change::ApprovalAdded(new) => format!("approval of {}: {}", new.tool, new.state.as_str()),
        Change::ApprovalMoved { state, .. } => format!("approval is {}", state.as_str()),
        Change::RecipientMoved(moved) => format!("recipient is {}", moved.to.as_str()),
        Change::CampaignOutcome { blocked, .. } => format!("an outcome, blocked: {blocked}"),
        Change::CampaignHalted { halt, .. } => format!("campaign halted: {}", halt.by.as_str()),
        Change::RecipientAnswered { .. } => "a campaign is answered".into(),
        Change::WrongCode { .. } => "wrong code".into(),
    }
}

fn which_told(which: crate::decision::Unsent) -> &'static str {
    use crate::decision::Unsent;
    match which {
        Unsent::To(_) => "all to the contact",
        Unsent::IfSilent(_) => "if silent",
        Unsent::ByAssistant(_) => "by the assistant",
        Unsent::One(_) => "this one",
    }
}

fn stands(new: &Conversation) -> String {
    let follows = if new.previous.is_some() { ", follows another" } else { "" };
    let waits = if new.waiting_since.is_some() { ", waiting" } else { "" };
    let keeper = [("team", new.team.map(|team| team.0)), ("member", new.assignee.map(|member| member.0))];
    let keeper = keeper.into_iter().filter_map(|(what, id)| Some(format!(", for {what} {}", id?.as_u128())));
    let keeper: String = keeper.collect();
    format!("{}, held by {}, version {}{keeper}{waits}{follows}", new.status.as_str(), new.holder.kind(), new.version)
}

fn on_text(body: &str, prepare: impl FnOnce(&mut Scene), expected: Expect) {
    let mut scene = scene();
    prepare(&mut scene);
    expected.assert_eq(&told(&text_arrived(now(), &mut ids(), &scene, Uuid::from_u128(6), &arrived(body))));
}

fn run(version: i64, answer: Answer) -> AssistantAnswered {
    let run = Run::without_model(id(0x2A), 1, "");
    AssistantAnswered { conversation: id(5), assistant: id(0xADA), version, answer, run }
}

fn says(body: &str) -> Answer {
    Answer::Reply(Reply {
        body: body.into(),
        sources: Vec::new(),
        clarifies: false,
        acts: Vec::new(),
        objections: Vec::new(),
    })
}

fn starting(text: Option<NewText>) -> Start {
    Start {
        to: E164::parse("+14155550123", None).unwrap(),
        from: id(2),
        text,
        name: Some("Ann Other".into()),
        company: Some("Acme".into()),
        assistant: None,
        guide: Some("Offer the tasting menu.".into()),
    }
}

fn about(status: Status) -> Outbound {
    Outbound {
        message: id(10),
        conversation: id(5),
        contact: id(4),
        phone: "+14155550123".into(),
        number: id(2),
        status,
        author: Author::Api,
        answers: true,
        attempt: 1,
        purpose: Purpose::Conversation,
        opted_out_at: None,
        written_at: now() - 1.minute(),
        handed_at: Some(now() - 2.seconds()),
        waiting_since: None,
        last_inbound_at: None,
    }
}

fn ended(status: Status, ended: Ended) -> String {
    told(&send_ended(now(), Uuid::nil(), &about(status), &SendEnded { message: id(10), attempt: 1, ended }))
}

fn failure() -> Failure {
    Failure { code: "40310".into(), explanation: "not a number".into(), mend: "look again".into() }
}

fn report(reported: Reported, opted_out: bool) -> CarrierReported {
    CarrierReported {
        account: id(3),
        message: Some(id(10)),
        carrier_ref: "t1".into(),
        from: None,
        reported,
        failure: None,
        opted_out,
        carrier: None,
        parts: Some(1),
        cost: Some(Cost { micros: 7_000, currency: "USD".into() }),
        at: now(),
    }
}
