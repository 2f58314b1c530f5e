//! Test cases: conversations, and what an assistant must make of them.

use axum::extract::State;
use domain::access::Scope;
use domain::assistant::{By, CASES_MAX, Case as Tested, Expect, Line, Past, exchanges};
use domain::id::{AssistantId, CaseId, ConversationId, MessageId};
use domain::segment::MAX_SEGMENTS;
use http::StatusCode;
use jiff::Timestamp;
use serde::Deserialize;
use store::assistant::case::{self, Case};
use store::assistant::{past, shown::schema};
use store::{StoreError, TenantTx, assistant, conversation};
use utoipa::ToSchema;

use super::super::messages::Nothing;
use super::settings::{INSTRUCTIONS_CHARS_MAX, LINE_CHARS_MAX};
use super::{no_such, preview, within};
use crate::{
    auth::Caller,
    error::ApiError,
    extract::{Json, Path, Write},
    fields,
    once::{self, Told, Written},
    page::{Cursor, Listed, Page, PageParams},
    state::AppState,
};

/// So many words or phrases of one kind are expected at most.
const PHRASES_MAX: usize = 20;
const RUBRIC_CHARS_MAX: usize = 2_000;
/// A case that is made of a conversation holds so many of its messages.
const MESSAGES_TAKEN: usize = 40;
/// So much of a conversation is looked at.
const THREAD_MAX: u32 = 1_000;
const NAME_CHARS_TAKEN: usize = 60;

/// A conversation to try an assistant with, and what it must make of it.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCase {
    /// What people call it.
    name: String,
    /// What was said, oldest first; the contact speaks last.
    #[schema(value_type = Vec<schema::Line>)]
    messages: Vec<Line>,
    /// What the assistant must follow in this conversation.
    #[serde(default)]
    guide: String,
    /// The contact's name, if it is known.
    #[serde(default)]
    contact_name: String,
    /// The contact's company, if it is known.
    #[serde(default)]
    contact_company: String,
    /// What the assistant must make of it; what is absent in it is not looked at.
    #[serde(default)]
    #[schema(value_type = schema::Expect, required = false)]
    expect: Expect,
}

/// What of a case changes; what is absent stays.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CasePatch {
    name: Option<String>,
    #[schema(value_type = Option<Vec<schema::Line>>)]
    messages: Option<Vec<Line>>,
    guide: Option<String>,
    contact_name: Option<String>,
    contact_company: Option<String>,
    /// The whole of what is expected, in the place of what was.
    #[schema(value_type = Option<schema::Expect>)]
    expect: Option<Expect>,
}

/// A conversation to make a case of.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CaseFromConversation {
    /// Which one.
    #[schema(value_type = String)]
    conversation_id: ConversationId,
    /// The case ends with the contact's last text up to this message; if not said, with the contact's last text.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    upto_message_id: Option<MessageId>,
}

macro_rules! debug_without_content {
    ($($name:ident),*) => {$(
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }
    )*};
}
debug_without_content!(NewCase, CasePatch);

/// An assistant's test cases, newest first.
#[utoipa::path(get, path = "/assistants/{id}/cases", tag = "assistants", params(("id" = String, Path), PageParams),
    responses((status = 200, body = Listed<Case>)))]
pub async fn list(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<AssistantId>,
    page: Page,
) -> Result<Json<Listed<Case>>, ApiError> {
    caller.must(Scope::AssistantsRead)?;
    let rows = app
        .engine
        .store()
        .read(caller.tenant, async move |tx: &mut TenantTx<'_>| {
            assistant::find(tx, id).await?.ok_or_else(no_such)?;
            Ok::<_, ApiError>(case::page(tx, id, page.after_id(), page.fetch()).await?)
        })
        .await?;
    Ok(Json(page.listed(rows, |row| Cursor::id(row.id))))
}

/// Gives an assistant a test case.
#[utoipa::path(post, path = "/assistants/{id}/cases", tag = "assistants", params(("id" = String, Path)),
    request_body = NewCase, responses((status = 201, body = Case)))]
pub async fn create(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<AssistantId>,
    Write(asked, once): Write<NewCase>,
) -> Result<Written<Case>, ApiError> {
    caller.must(Scope::AssistantsWrite)?;
    let (new, now) = (app.engine.ids().next::<CaseId>(), app.engine.now());
    once::write(&app, caller.tenant, once, StatusCode::CREATED, async move |tx: &mut TenantTx<'_>| {
        assistant::find(tx, id).await?.ok_or_else(no_such)?;
        let NewCase { name, messages, guide, contact_name, contact_company, expect } = asked.clone();
        let made = Tested { id: new, name, messages, guide, contact_name, contact_company, expect };
        Ok(Told::quiet(add(tx, now, id, made).await?))
    })
    .await
}

/// Makes a test case of a conversation: the thread up to the contact's last text, and what was really answered to it (its
/// length, and the sources that it cited) as what is expected. Read it over before you rely on it.
#[utoipa::path(post, path = "/assistants/{id}/cases/from-conversation", tag = "assistants",
    params(("id" = String, Path)), request_body = CaseFromConversation, responses((status = 201, body = Case)))]
pub async fn create_from_conversation(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<AssistantId>,
    Write(asked, once): Write<CaseFromConversation>,
) -> Result<Written<Case>, ApiError> {
    caller.must(Scope::AssistantsWrite)?;
    caller.must(Scope::ConversationsRead)?;
    let (new, now) = (app.engine.ids().next::<CaseId>(), app.engine.now());
    once::write(&app, caller.tenant, once, StatusCode::CREATED, async move |tx: &mut TenantTx<'_>| {
        assistant::find(tx, id).await?.ok_or_else(no_such)?;
        let around = conversation::find(tx, asked.conversation_id, None).await?;
        let around = around.ok_or_else(|| ApiError::not_found("conversation"))?;
        let thread = past::thread(tx, around.id, Timestamp::UNIX_EPOCH, None, THREAD_MAX).await?;
        let (messages, expect) = taken(&thread, asked.upto_message_id)?;
        let made = Tested {
            id: new,
            name: first_words(messages.last().map_or("", |last| &last.body)),
            messages,
            guide: around.guide.unwrap_or_default(),
            contact_name: around.contact.name.unwrap_or_default(),
            contact_company: around.contact.company.unwrap_or_default(),
            expect,
        };
        Ok(Told::quiet(add(tx, now, id, made).await?))
    })
    .await
}

/// One test case.
#[utoipa::path(get, path = "/assistants/{id}/cases/{case}", tag = "assistants",
    params(("id" = String, Path), ("case" = String, Path)), responses((status = 200, body = Case)))]
pub async fn read(
    State(app): State<AppState>,
    caller: Caller,
    Path((id, which)): Path<(AssistantId, CaseId)>,
) -> Result<Json<Case>, ApiError> {
    caller.must(Scope::AssistantsRead)?;
    let store = app.engine.store();
    let found = store.read(caller.tenant, async move |tx: &mut TenantTx<'_>| in_use(tx, id, which).await).await?;
    Ok(Json(found))
}

/// Changes a test case. What came of it before does not count any more.
#[utoipa::path(patch, path = "/assistants/{id}/cases/{case}", tag = "assistants",
    params(("id" = String, Path), ("case" = String, Path)), request_body = CasePatch,
    responses((status = 200, body = Case)))]
pub async fn change(
    State(app): State<AppState>,
    caller: Caller,
    Path((id, which)): Path<(AssistantId, CaseId)>,
    Write(asked, once): Write<CasePatch>,
) -> Result<Written<Case>, ApiError> {
    caller.must(Scope::AssistantsWrite)?;
    let now = app.engine.now();
    once::write(&app, caller.tenant, once, StatusCode::OK, async move |tx: &mut TenantTx<'_>| {
        let before = in_use(tx, id, which).await?;
        let CasePatch { name, messages, guide, contact_name, contact_company, expect } = asked.clone();
        let changed = checked(Tested {
            id: which,
            name: name.unwrap_or(before.name),
            messages: messages.unwrap_or(before.messages),
            guide: guide.unwrap_or(before.guide),
            contact_name: contact_name.unwrap_or(before.contact_name),
            contact_company: contact_company.unwrap_or(before.contact_company),
            expect: expect.unwrap_or(before.expect),
        })?;
        case::change(tx, now, id, &changed).await?;
        Ok(Told::quiet(in_use(tx, id, which).await?))
    })
    .await
}

/// Takes a test case away from an assistant.
#[utoipa::path(delete, path = "/assistants/{id}/cases/{case}", tag = "assistants",
    params(("id" = String, Path), ("case" = String, Path)), responses((status = 204)))]
pub async fn remove(
    State(app): State<AppState>,
    caller: Caller,
    Path((id, which)): Path<(AssistantId, CaseId)>,
    Write(Nothing {}, once): Write<Nothing>,
) -> Result<Written<()>, ApiError> {
    caller.must(Scope::AssistantsWrite)?;
    once::write(&app, caller.tenant, once, StatusCode::NO_CONTENT, async move |tx: &mut TenantTx<'_>| {
        if !case::remove(tx, id, which).await? {
            return Err(no_such_case());
        }
        Ok(Told::quiet(()))
    })
    .await
}

async fn in_use(tx: &mut TenantTx<'_>, id: AssistantId, which: CaseId) -> Result<Case, ApiError> {
    assistant::find(tx, id).await?.ok_or_else(no_such)?;
    case::find(tx, id, which).await?.ok_or_else(no_such_case)
}

async fn add(tx: &mut TenantTx<'_>, now: Timestamp, id: AssistantId, made: Tested) -> Result<Case, ApiError> {
    let made = checked(made)?;
    if case::count(tx, id).await? >= i64::from(CASES_MAX) {
        let detail = format!("An assistant has at most {CASES_MAX} cases. Remove some that others make needless.");
        return Err(ApiError::conflict("too_many", detail));
    }
    case::create(tx, now, id, &made).await?;
    let found = case::find(tx, id, made.id).await?;
    found.ok_or_else(|| StoreError::fault("a case that was just made is not there").into())
}

/// What of a thread makes a case, and what to expect from what was really answered.
fn taken(thread: &[Past], upto: Option<MessageId>) -> Result<(Vec<Line>, Expect), ApiError> {
    let mut exchanges = exchanges(thread);
    if let Some(upto) = upto {
        if !thread.iter().any(|past| past.id == upto) {
            return Err(ApiError::invalid(
                "upto_message_id",
                "no_such_message",
                "Name a message of this conversation.",
            ));
        }
        exchanges.retain(|exchange| thread[..exchange.until].last().is_some_and(|last| last.id <= upto));
    }
    let Some(exchange) = exchanges.pop() else {
        let mend = "The contact has written nothing there that an assistant could be asked. Choose another conversation, or a \
                    later message.";
        return Err(ApiError::invalid("conversation_id", "nothing_asked", mend));
    };
    let before = &thread[..exchange.until];
    let lines = before.iter().filter_map(|past| Some(Line { by: By::of(past.by)?, body: past.body.clone() }));
    let mut messages: Vec<Line> = lines.collect();
    messages.drain(..messages.len().saturating_sub(MESSAGES_TAKEN));
    let answers = || exchange.answers.iter().filter_map(|place| thread.get(*place));
    let mut must_cite: Vec<String> = Vec::new();
    for source in answers().flat_map(|past| &past.sources) {
        let title: String = source.title.chars().take(LINE_CHARS_MAX).collect();
        if !title.trim().is_empty() && !must_cite.contains(&title) && must_cite.len() < PHRASES_MAX {
            must_cite.push(title);
        }
    }
    let segments_max = answers().map(|past| past.segments.clamp(1, MAX_SEGMENTS)).max();
    Ok((messages, Expect { must_cite, segments_max, ..Expect::default() }))
}

fn first_words(body: &str) -> String {
    let line = body.split_whitespace().collect::<Vec<_>>().join(" ");
    let name: String = line.chars().filter(|c| !c.is_control()).take(NAME_CHARS_TAKEN).collect();
    if name.is_empty() { "A conversation".to_owned() } else { name }
}

fn checked(mut case: Tested) -> Result<Tested, ApiError> {
    case.name = fields::name("name", &case.name)?;
    preview::check_messages(&case.messages)?;
    let asks = case.messages.last().is_some_and(|last| last.by == By::Contact && !last.body.trim().is_empty());
    if !asks {
        let mend = "The last message is what the contact asks: write it, by `contact`.";
        return Err(ApiError::invalid("messages", "nothing_asked", mend));
    }
    within("guide", &case.guide, INSTRUCTIONS_CHARS_MAX)?;
    within("contact_name", &case.contact_name, LINE_CHARS_MAX)?;
    within("contact_company", &case.contact_company, LINE_CHARS_MAX)?;
    let expect = &mut case.expect;
    for (field, phrases) in [
        ("expect.must_mention", &mut expect.must_mention),
        ("expect.must_not", &mut expect.must_not),
        ("expect.must_cite", &mut expect.must_cite),
    ] {
        if phrases.len() > PHRASES_MAX {
            return Err(ApiError::invalid(field, "too_many", format!("At most {PHRASES_MAX} of them.")));
        }
        for phrase in phrases {
            within(field, phrase, LINE_CHARS_MAX)?;
            phrase.trim().to_owned().clone_into(phrase);
            if phrase.is_empty() {
                return Err(ApiError::invalid(field, "empty", "Each is a word or a phrase: leave out what is empty."));
            }
        }
    }
    if expect.segments_max.is_some_and(|most| !(1..=MAX_SEGMENTS).contains(&most)) {
        let mend = format!("Choose 1 to {MAX_SEGMENTS}, or `null`.");
        return Err(ApiError::invalid("expect.segments_max", "out_of_range", mend));
    }
    if let Some(rubric) = &expect.rubric {
        within("expect.rubric", rubric, RUBRIC_CHARS_MAX)?;
    }
    expect.rubric = expect.rubric.take().filter(|rubric| !rubric.trim().is_empty());
    Ok(case)
}

fn no_such_case() -> ApiError {
    ApiError::not_found("case")
}

#[cfg(test)]
mod tests {
    use domain::assistant::Speaker;
    use domain::message::Source;
    use uuid::Uuid;

    use super::*;

    fn past(nth: u128, by: Speaker, body: &str) -> Past {
        let sources = if by == Speaker::Assistant {
            vec![Source { title: "Hours".into(), quote: "7 to 6".into() }; 2]
        } else {
            Vec::new()
        };
        let (id, at) = (Uuid::from_u128(nth).into(), Timestamp::UNIX_EPOCH);
        Past { id, by, body: body.into(), at, sources, segments: 2, version: None }
    }

    #[test]
    fn a_case_is_made_of_what_was_asked_and_answered() {
        let thread = [
            past(1, Speaker::Contact, "hours?"),
            past(2, Speaker::Notice, "We keep your texts"),
            past(3, Speaker::Assistant, "7 to 6"),
            past(4, Speaker::Contact, "and  on\nMondays?"),
        ];
        let (messages, expect) = taken(&thread, None).unwrap();
        assert_eq!(messages.iter().map(|line| line.by).collect::<Vec<_>>(), [By::Contact, By::Assistant, By::Contact]);
        assert_eq!(expect, Expect::default(), "nobody answered yet");
        assert_eq!(first_words(&messages[2].body), "and on Mondays?");
        for upto in [1_u128, 2, 3] {
            let (messages, expect) = taken(&thread, Some(Uuid::from_u128(upto).into())).unwrap();
            assert_eq!((messages.len(), expect.segments_max), (1, Some(2)), "{upto}");
            assert_eq!(expect.must_cite, ["Hours"]);
        }
        assert!(taken(&thread, Some(Uuid::from_u128(9).into())).is_err());
        assert!(taken(&thread[1..3], None).is_err());
    }

    #[test]
    fn a_case_asks_something_and_expects_what_can_be() {
        let case = |messages: &[(By, &str)], expect: Expect| {
            let messages = messages.iter().map(|(by, body)| Line { by: *by, body: (*body).into() }).collect();
            let (guide, contact_name, contact_company) = Default::default();
            checked(Tested {
                id: Uuid::nil().into(),
                name: "x".into(),
                messages,
                guide,
                contact_name,
                contact_company,
                expect,
            })
        };
        let asks = [(By::Contact, "hours?")];
        let expect = Expect { must_not: vec![" no ".into()], rubric: Some(" ".into()), ..Expect::default() };
        let fine = case(&asks, expect).unwrap().expect;
        assert_eq!((fine.must_not, fine.rubric), (vec!["no".to_owned()], None));
        for bad in [
            case(&[], Expect::default()),
            case(&[(By::Contact, " ")], Expect::default()),
            case(&[(By::Contact, "x"), (By::Member, "y")], Expect::default()),
            case(&asks, Expect { must_cite: vec![" ".into()], ..Expect::default() }),
            case(&asks, Expect { must_mention: vec!["x".into(); 21], ..Expect::default() }),
            case(&asks, Expect { segments_max: Some(0), ..Expect::default() }),
            case(&asks, Expect { rubric: Some("x".repeat(2_001)), ..Expect::default() }),
        ] {
            assert_eq!(bad.unwrap_err().status(), StatusCode::UNPROCESSABLE_ENTITY);
        }
    }
}
