//! From what is known to an answer: rules first, then what is found, then a model, and a last look at what it says.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use domain::assistant::{
    Act, Allowed, Answer, Brief, HandOff, Offered, Provider, ProviderKind, Record, Reply, Request, Run, SCHEMA,
    Settings, Standstill, Understood, asks_for_bot, check, first_words, gives_orders, may_answer, orders_of, request,
    understand,
};
use domain::id::{AssistantId, ConversationId, TenantId};
use domain::knowledge::Hit;
use domain::message::Source;
use providers::http::Secret;
use providers::model::{self, Ask, Dialect, ModelFault, Role, Schema, Stop, Turn};

use super::gather::Material;
use super::tools::{self, Tools};
use super::{builtin, model_key_context};
use crate::knowledge;
use crate::model::{Asked, Candidate, Progress};
use crate::world::World;

/// So many passages are offered.
const PASSAGES: usize = 6;
/// A question is looked for together with so many texts of the contact before it.
const TEXTS_LOOKED_FOR: usize = 3;
/// After so many rounds of tools it has to answer.
const ROUNDS_MAX: usize = 4;
/// So much of an answer is shown while it is written.
const SHOWN_BYTES_MAX: usize = 16 << 10;
/// An answer that cannot be used is asked for so often.
const TRIES: usize = 2;

/// The answer, and how it came to it. `aloud`: in which conversation, where those who watch are shown it as it is written;
/// `None`: it is a rehearsal, and no tool changes anything.
pub(super) async fn think(
    world: &Arc<World>,
    tenant: TenantId,
    material: &Material,
    aloud: Option<ConversationId>,
) -> (Answer, Run) {
    let began = world.now();
    let mut run = Run::without_model(world.ids().next(), material.brief.assistant.version, "");
    let answer = by_rule(material);
    let answer = match answer {
        Some(answer) => answer,
        None => by_knowledge(world, tenant, material, aloud, &mut run).await,
    };
    let answer = finished(world, material, answer, &mut run.record);
    run.record.reason = match &answer {
        Answer::Reply(_) => String::new(),
        Answer::HandOff(hand_off) => hand_off.reason.clone(),
        Answer::Silent { reason } => reason.clone(),
        Answer::Approval(wanted) => {
            let who = if wanted.code.is_some() { "the contact must confirm" } else { "people must approve" };
            format!("it wants to use {}, which {who}", wanted.tool)
        }
    };
    let took = world.now().duration_since(began).as_millis();
    run.latency_ms = run.latency_ms.max(u32::try_from(took).unwrap_or(u32::MAX));
    (answer, run)
}

/// What needs no model.
fn by_rule(material: &Material) -> Option<Answer> {
    let brief = &material.brief;
    match may_answer(brief, &material.spoken) {
        Err(Standstill::HandOver(reason)) => return Some(Answer::HandOff(HandOff::because(reason))),
        Err(Standstill::AskPlainly(question)) => return Some(said(question.to_owned())),
        Err(Standstill::Silence(reason)) => {
            return Some(Answer::HandOff(HandOff { quietly: true, ..HandOff::because(reason) }));
        }
        Ok(()) => {}
    }
    asks_for_bot(&material.question()).then(|| said(brief.assistant.who_it_is()))
}

fn said(body: String) -> Answer {
    Answer::Reply(Reply { body, sources: Vec::new(), clarifies: false, acts: Vec::new(), objections: Vec::new() })
}

async fn by_knowledge(
    world: &Arc<World>,
    tenant: TenantId,
    material: &Material,
    aloud: Option<ConversationId>,
    run: &mut Run,
) -> Answer {
    let settings = &material.brief.assistant.settings;
    if settings.provider.kind == ProviderKind::Builtin {
        run.model = "builtin".into();
        let found = search(world, tenant, material, material.question(), &mut run.record).await;
        run.record.passages = found.iter().map(source).collect();
        return builtin::answer(material, &found);
    }
    let candidates = match candidates(world, material) {
        Ok(candidates) => candidates,
        Err(reason) => return Answer::HandOff(HandOff::because(reason)),
    };
    let found = search(world, tenant, material, lately(&material.brief), &mut run.record).await;
    let fitting = found.iter().filter(|hit| hit.score >= settings.floor);
    let found = fitting.map(|hit| Offered { source: source(hit), score: hit.score }).collect();
    let brief = Brief { found, ..material.brief.clone() };
    let request = request(&brief);
    run.record.system.clone_from(&request.system);
    let by = |by_contact| if by_contact { "contact" } else { "us" }.to_owned();
    run.record.turns = request.turns.iter().map(|turn| (by(turn.by_contact), turn.text.clone())).collect();
    run.record.passages.clone_from(&request.offered);
    ask(world, tenant, material, &request, &candidates, aloud, run).await
}

/// Asks; an answer that cannot be used is asked for once more, with what is wrong with it.
async fn ask(
    world: &Arc<World>,
    tenant: TenantId,
    material: &Material,
    request: &Request,
    candidates: &[Candidate],
    aloud: Option<ConversationId>,
    run: &mut Run,
) -> Answer {
    let settings = &material.brief.assistant.settings;
    let within = Duration::from_secs(u64::from(settings.provider.timeout_seconds.clamp(1, 120)));
    let began = tokio::time::Instant::now();
    let mut tools = Tools::of(world, tenant, material, request, aloud.map(|conversation| (conversation, run.id)));
    let mut asked = Ask { tools: tools.offered(), ..first_ask(request, &settings.provider) };
    let mut so_far = String::new();
    let (mut attempt, mut rounds) = (0, 0);
    while attempt < TRIES {
        let left = within.saturating_sub(began.elapsed());
        so_far.clear();
        let hear = |progress: Progress<'_>| match progress {
            Progress::Text(more) => {
                so_far.push_str(more);
                if let Some(conversation) = aloud.filter(|_| so_far.len() <= SHOWN_BYTES_MAX)
                    && let Some(text) = model::string_so_far(&so_far, "text")
                {
                    world.writes(tenant, conversation, text);
                }
            }
            Progress::Anew => so_far.clear(),
        };
        let answer = world.models.ask(candidates, &asked, left, hear).await;
        run.latency_ms = u32::try_from(began.elapsed().as_millis()).unwrap_or(u32::MAX);
        let Asked { answer, candidate, model, .. } = match answer {
            Ok(asked) => asked,
            Err(fault) => return Answer::HandOff(HandOff::because(no_answer(&fault, material, request))),
        };
        count(run, settings, candidate, model, &answer);
        if !answer.calls.is_empty() {
            rounds += 1;
            if rounds > ROUNDS_MAX {
                return Answer::HandOff(HandOff::because("the model went on using tools and gave no answer"));
            }
            let deadline = began + within;
            match tools.run(&answer.calls, deadline, &mut run.record.tools).await {
                Ok(gave) => {
                    asked.turns.push(Turn::Called { text: answer.text, calls: answer.calls });
                    asked.turns.extend(gave.into_iter().map(Turn::Gave));
                    continue;
                }
                Err(wanted) => return Answer::Approval(wanted),
            }
        }
        attempt += 1;
        run.record.answers.push(answer.text.clone());
        let flaw = match understood(&answer, request) {
            Ok(Understood { answer, dropped }) => {
                run.record.checks.extend(dropped.into_iter().map(|why| format!("not kept: {why}")));
                return tools.with_acts(heard(material, answer));
            }
            Err(flaw) => flaw,
        };
        run.record.checks.push(format!("try {attempt} could not be used: {flaw}"));
        asked.turns.push(Turn::said(Role::Assistant, answer.text));
        asked.turns.push(Turn::said(
            Role::User,
            format!("(This is not the person, but the system.) Your answer cannot be used: {flaw}. Answer again."),
        ));
    }
    let mut hand_off = HandOff::because("the model's answers could not be used");
    hand_off.tried.push(format!("asked the model {TRIES} times"));
    Answer::HandOff(hand_off)
}

/// Whoever asks something is not left in silence because a model finds nothing to answer.
fn heard(material: &Material, answer: Answer) -> Answer {
    match answer {
        Answer::Silent { reason } if material.question().contains(['?', '？', '؟']) => {
            let mut hand_off = HandOff::because("the assistant would say nothing, but the contact asks something");
            hand_off.tried.push(format!("asked the model, which said: {reason}"));
            Answer::HandOff(hand_off)
        }
        answer => answer,
    }
}

fn first_ask(request: &Request, provider: &Provider) -> Ask {
    let role = |by_contact| if by_contact { Role::User } else { Role::Assistant };
    Ask {
        model: String::new(),
        system: request.system.clone(),
        turns: request.turns.iter().map(|turn| Turn::said(role(turn.by_contact), &*turn.text)).collect(),
        max_tokens: provider.max_tokens,
        temperature: provider.temperature,
        tools: Vec::new(),
        answer_schema: serde_json::from_str(SCHEMA).ok().map(|schema| Schema { name: "reply".into(), schema }),
        stream: true,
    }
}

fn understood(answer: &model::Answer, request: &Request) -> Result<Understood, String> {
    match answer.stop {
        Stop::Length => Err("it was cut off, because it is too long".into()),
        Stop::Finished | Stop::Calls | Stop::OtherStop(_) => {
            understand(&answer.text, request).map_err(|flaw| flaw.to_string())
        }
    }
}

/// What it took.
pub(crate) fn count(run: &mut Run, settings: &Settings, candidate: usize, model: String, answer: &model::Answer) {
    let (tokens_in, tokens_out) = (answer.tokens_in.unwrap_or(0), answer.tokens_out.unwrap_or(0));
    run.model = model;
    run.tokens_in = run.tokens_in.saturating_add(tokens_in);
    run.tokens_out = run.tokens_out.saturating_add(tokens_out);
    let provider = if candidate == 0 { Some(&settings.provider) } else { settings.fallback.as_ref() };
    if let Some(price) = provider.and_then(|provider| provider.price.as_ref()) {
        let mut cost = price.of(tokens_in, tokens_out);
        if let Some(before) = run.cost.take().filter(|before| before.currency == cost.currency) {
            cost.micros = cost.micros.saturating_add(before.micros);
        }
        run.cost = Some(cost);
    }
}

/// Why there is none; of what is too long for the model, which part is the longest.
fn no_answer(fault: &ModelFault, material: &Material, request: &Request) -> String {
    let why = format!("the model did not answer: {fault}. {}", fault.mend());
    if *fault != ModelFault::TooLong {
        return why;
    }
    let chars = |text: &str| text.chars().count();
    let passages = request.offered.iter().map(|source| chars(&source.quote)).sum();
    let said = request.turns.iter().map(|turn| chars(&turn.text)).sum();
    let brief = &material.brief;
    let parts = [
        ("the assistant's instructions", chars(&brief.assistant.settings.instructions)),
        ("the guide of this conversation", chars(&brief.guide)),
        ("the passages found for it", passages),
        ("the conversation itself", said),
    ];
    let longest = parts.into_iter().max_by_key(|(_, chars)| *chars);
    longest.map_or(why.clone(), |(what, chars)| format!("{why} The longest part is {what}, with {chars} characters."))
}

/// The last look at it, and the first words before it.
fn finished(world: &World, material: &Material, answer: Answer, record: &mut Record) -> Answer {
    match answer {
        Answer::Reply(mut reply) => {
            let allowed = allowed(world, material, &reply.sources, record);
            reply.objections = check(&reply.body, &allowed);
            // What is sent later is sent as surely.
            for act in &reply.acts {
                if let Act::FollowUp { body, .. } = act {
                    reply.objections.extend(check(body, &allowed));
                }
            }
            reply.objections.sort();
            reply.objections.dedup();
            let held_back = reply.objections.iter().map(|objection| format!("held back: it {}", objection.reason()));
            record.checks.extend(held_back);
            if material.is_first() && reply.objections.is_empty() {
                reply.body = first_words(&material.brief.assistant.settings, &reply.body);
            }
            Answer::Reply(reply)
        }
        Answer::HandOff(mut hand_off) => {
            if let Some(suggestion) = &mut hand_off.suggestion {
                suggestion.objections = check(&suggestion.body, &allowed(world, material, &suggestion.sources, record));
                let found = suggestion.objections.iter();
                record.checks.extend(found.map(|one| format!("not to be sent as it is: it {}", one.reason())));
            }
            Answer::HandOff(hand_off)
        }
        Answer::Approval(mut wanted) => {
            if let Some(code) = &mut wanted.code {
                // The tenant's own words may say what they say, here; and the digits are nobody's number.
                let mut allowed = allowed(world, material, &[], record);
                allowed.own_words.extend(tools::confirm_text(&material.brief.assistant.settings, &wanted.tool));
                let objections = check(&code.text.replace(&code.digits, ""), &allowed);
                record
                    .checks
                    .extend(objections.iter().map(|one| format!("people are asked instead: it {}", one.reason())));
                if material.is_first() {
                    code.text = first_words(&material.brief.assistant.settings, &code.text);
                }
                if !objections.is_empty() {
                    wanted.code = None;
                }
            }
            Answer::Approval(wanted)
        }
        answer @ Answer::Silent { .. } => answer,
    }
}

/// What a reply may draw on.
fn allowed(world: &World, material: &Material, sources: &[Source], record: &Record) -> Allowed {
    let brief = &material.brief;
    let settings = &brief.assistant.settings;
    let mut own_words = vec![
        settings.instructions.clone(),
        settings.greeting.clone(),
        settings.identity.clone(),
        brief.guide.clone(),
        brief.assistant.who_it_is(),
    ];
    let passages = record.passages.iter().chain(sources);
    let mut given: Vec<String> = passages.map(|source| format!("{}\n{}", source.title, source.quote)).collect();
    let (theirs, ours): (Vec<_>, Vec<_>) =
        brief.said.iter().partition(|said| said.by == domain::assistant::Speaker::Contact);
    let of_people = ours.into_iter().filter(|said| said.by != domain::assistant::Speaker::Assistant);
    own_words.extend(of_people.map(|said| said.body.clone()));
    given.extend(tools::approved(&brief.approvals));
    let today = brief.zone.to_datetime(brief.now);
    let day = |date: jiff::civil::Date| [date.strftime("%A").to_string(), date.to_string()];
    let mut days: Vec<String> = day(today.date()).into();
    days.extend(today.date().tomorrow().into_iter().flat_map(day));
    Allowed {
        own_words,
        given,
        answered: tools::answered(settings, &record.tools, &brief.used),
        theirs: theirs.into_iter().map(|said| said.body.clone()).collect(),
        own_addresses: vec![material.address.clone()],
        links: settings.links.clone(),
        secrets: tools::secrets(world, material),
        rules: format!("{}\n{}", domain::assistant::house_rules(settings), orders_of(&settings.instructions)),
        days,
    }
}

/// What the contact wrote lately: a question often leans on the one before it.
fn lately(brief: &Brief) -> String {
    let theirs = brief.said.iter().rev().filter(|said| said.by == domain::assistant::Speaker::Contact);
    let recent: Vec<&str> = theirs.take(TEXTS_LOOKED_FOR).map(|said| said.body.as_str()).collect();
    recent.into_iter().rev().collect::<Vec<_>>().join(" ")
}

/// What fits best. What gives orders to assistants is left out: somebody has tampered with it.
async fn search(
    world: &Arc<World>,
    tenant: TenantId,
    material: &Material,
    text: String,
    record: &mut Record,
) -> Vec<Hit> {
    let found = knowledge::search_in(world, tenant, &material.knowledge, &text, PASSAGES).await;
    let (tampered, found): (Vec<_>, Vec<_>) = found.into_iter().partition(|hit| gives_orders(&hit.quote));
    let left_out = |hit: &Hit| format!("left out a passage of \"{}\": it gives orders to assistants", hit.title);
    record.checks.extend(tampered.iter().map(left_out));
    found
}

fn source(hit: &Hit) -> Source {
    Source { title: hit.title.clone(), quote: hit.quote.clone() }
}

pub(super) fn candidates(world: &World, material: &Material) -> Result<Vec<Candidate>, &'static str> {
    let assistant = &material.brief.assistant;
    candidates_of(world, assistant.id, &assistant.settings, &material.keys)
}

/// The models of an assistant, the one that is asked first before the other. None: it has the built-in one.
pub(crate) fn candidates_of(
    world: &World,
    id: AssistantId,
    settings: &Settings,
    keys: &HashMap<String, Vec<u8>>,
) -> Result<Vec<Candidate>, &'static str> {
    let providers = std::iter::once(&settings.provider).chain(&settings.fallback);
    let candidates = providers.map(|provider| candidate(world, id, keys, provider));
    Ok(candidates.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
}

fn candidate(
    world: &World,
    id: AssistantId,
    keys: &HashMap<String, Vec<u8>>,
    provider: &Provider,
) -> Result<Option<Candidate>, &'static str> {
    let dialect = match provider.kind {
        ProviderKind::Builtin => return Ok(None),
        ProviderKind::Openai => Dialect::OpenAi,
        ProviderKind::Anthropic => Dialect::Anthropic,
    };
    let key = match keys.get(&provider.base_url) {
        None => Secret::new(""),
        Some(sealed) => {
            let context = model_key_context(id, &provider.base_url);
            let key = world.sealer.open(&context, sealed).map_err(|_| "its key cannot be opened; enter it again")?;
            Secret::new(String::from_utf8_lossy(&key))
        }
    };
    Ok(Some(Candidate {
        dialect,
        base_url: provider.base_url.clone(),
        key,
        model: provider.model.clone(),
        max_tokens: provider.max_tokens,
        timeout: Duration::from_secs(u64::from(provider.timeout_seconds.clamp(1, 120))),
    }))
}
