//! Runs what a model calls: checked against the tool's schema first, counted, and never more than was asked of a person.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use aws_lc_rs::digest::{SHA256, digest};
use domain::assistant::approval::State;
use domain::assistant::code::{Code, TRIES};
use domain::assistant::tool::{
    self, Class, Deed, Does, End, Http, Tool, Used, arguments, canonical, fenced, repeated, shortened,
};
use domain::assistant::{Act, Answer, Approval, Request, Settings, Speaker, ToolCall, Wanted, answer_gives_orders};
use domain::conversation::Mode;
use domain::id::{ConversationId, RunId, TenantId, UseId};
use jiff::Timestamp;
use providers::model::{self, ToolResult};
use serde_json::{Map, Value};
use store::{StoreError, TenantTx, approval, scene, tool_use};
use tokio::time::Instant;
use uuid::Uuid;

use super::gather::{Approved, Material};
use super::http_tool::{self, CALL_TIMEOUT, Called};
use super::secrets::{ToolSecret, open_tool_secrets};
use crate::world::World;

/// So many calls of one run are carried out.
const CALLS_MAX: usize = 6;
/// A name that is none of ours is kept with so many characters.
const NAME_CHARS_MAX: usize = 64;
/// So many earlier uses are looked through for the same one.
const USES_LOOKED_THROUGH: u32 = 100;

/// The tools of one run.
pub(super) struct Tools<'m> {
    world: &'m Arc<World>,
    material: &'m Material,
    request: &'m Request,
    tenant: TenantId,
    /// `None`: it is a rehearsal, and nothing may change.
    real: Option<(ConversationId, RunId)>,
    secrets: Vec<ToolSecret>,
    calls: usize,
    acts: Vec<Act>,
}

impl<'m> Tools<'m> {
    pub(super) fn of(
        world: &'m Arc<World>,
        tenant: TenantId,
        material: &'m Material,
        request: &'m Request,
        real: Option<(ConversationId, RunId)>,
    ) -> Self {
        let secrets = opened(world, material);
        Self { world, material, request, tenant, real, secrets, calls: 0, acts: Vec::new() }
    }

    /// What the model is offered.
    pub(super) fn offered(&self) -> Vec<model::Tool> {
        let told = |tool: &Tool| model::Tool {
            name: tool.name.clone(),
            description: tool.told(),
            parameters: tool.parameters(&self.request.fields),
        };
        self.set().tools.iter().map(told).collect()
    }

    /// Runs them in their order, until one needs a person's word.
    ///
    /// # Errors
    /// What needs it; nothing behind it has run.
    pub(super) async fn run(
        &mut self,
        calls: &[model::ToolCall],
        deadline: Instant,
        record: &mut Vec<ToolCall>,
    ) -> Result<Vec<ToolResult>, Wanted> {
        let mut gave = Vec::with_capacity(calls.len());
        for call in calls {
            let began = Instant::now();
            let ran = self.one(call, deadline).await.map(untampered);
            let called = match &ran {
                Ok(called) => called.clone(),
                Err(_) => Called::done("It waits for approval."),
            };
            record.push(ToolCall {
                tool: call.name.chars().take(NAME_CHARS_MAX).collect(),
                arguments: shortened(&call.arguments),
                result: called.told.clone(),
                failed: called.failed_or_unknown(),
                latency_ms: u32::try_from(began.elapsed().as_millis()).unwrap_or(u32::MAX),
            });
            ran?;
            let (id, content) = (call.id.clone(), fenced(&called.told));
            gave.push(ToolResult { id, content, failed: called.failed_or_unknown() });
        }
        Ok(gave)
    }

    /// The answer with what is to be done once it is used.
    pub(super) fn with_acts(self, answer: Answer) -> Answer {
        match answer {
            Answer::Reply(mut reply) => {
                reply.acts.extend(self.acts);
                Answer::Reply(reply)
            }
            answer @ (Answer::HandOff(_) | Answer::Silent { .. } | Answer::Approval(_)) => answer,
        }
    }

    async fn one(&mut self, call: &model::ToolCall, deadline: Instant) -> Result<Called, Wanted> {
        if self.calls >= CALLS_MAX {
            return Ok(Called::failed("no more tools can be used now: answer with what you have, or hand over"));
        }
        self.calls += 1;
        let Some(tool) = self.set().tools.iter().find(|tool| tool.name == call.name) else {
            return Ok(Called::failed("there is no such tool"));
        };
        let arguments = match arguments(&tool.parameters(&self.request.fields), &call.arguments) {
            Ok(arguments) => arguments,
            Err(why) => return Ok(Called::failed(format!("it was not used: {why}"))),
        };
        let http = match &tool.does {
            Does::Http(http) => http,
            own @ (Does::SaveField | Does::AddTag | Does::FollowUp | Does::LookUp) => {
                return Ok(self.own(own, &arguments));
            }
        };
        match tool.class {
            Class::Irreversible => self.wanted(tool, http.confirm_text.as_deref(), &arguments),
            Class::Read => Ok(self.http(tool, http, &arguments, deadline).await),
            Class::Write => match self.real {
                None => Ok(Called::done("This is a rehearsal: it was not done. Go on as if it had been.")),
                // Whoever may only suggest changes nothing by himself either.
                Some(_) if self.material.mode != Mode::Auto => self.wanted(tool, None, &arguments),
                Some((conversation, run)) => {
                    self.material.has_written.store(true, Ordering::Relaxed);
                    Ok(self.write(conversation, run, tool, http, &arguments, deadline).await)
                }
            },
        }
    }

    /// Once for one wish, whatever becomes of this run: it is written down that it begins before it does.
    async fn write(
        &self,
        conversation: ConversationId,
        run: RunId,
        tool: &Tool,
        http: &Http,
        arguments: &Map<String, Value>,
        deadline: Instant,
    ) -> Called {
        let begins = Used {
            id: self.world.ids().next(),
            conversation,
            assistant: self.material.brief.assistant.id,
            run,
            tool: tool.name.clone(),
            arguments: canonical(arguments),
            end: None,
            result: String::new(),
            at: self.world.now(),
            told: false,
        };
        let id = begins.id;
        if let Err(instead) = self.begin(begins).await {
            return instead;
        }
        let called = untampered(self.http(tool, http, arguments, deadline).await);
        ends(self.world, self.tenant, id, &tool.name, &called).await;
        called
    }

    /// # Errors
    /// What is answered instead of doing it.
    async fn begin(&self, begins: Used) -> Result<(), Called> {
        let (version, since) = (self.material.version, self.material.closed_at.unwrap_or(Timestamp::UNIX_EPOCH));
        let begun = self.world.store.write(self.tenant, async move |tx: &mut TenantTx<'_>| {
            let lane = scene::lane_of(tx, begins.conversation).await?;
            tx.lock_lanes(&lane.into_iter().collect()).await?;
            if scene::version_of(tx, begins.conversation).await? != Some(version) {
                return Ok(Err(Called::failed("it was not used: the conversation has moved on")));
            }
            let asked = approval::newest(tx, begins.conversation, since, USES_LOOKED_THROUGH).await?;
            if let Some(instead) = asked_before(&asked, &begins.tool, &begins.arguments) {
                return Ok(Err(instead));
            }
            let used = tool_use::newest(tx, begins.conversation, since, USES_LOOKED_THROUGH).await?;
            if let Some(before) = repeated(&used, &begins.tool, &begins.arguments) {
                let (end, told) = before.instead();
                return Ok(Err(Called { end, told }));
            }
            tool_use::begin(tx, &begins).await?;
            Ok::<_, StoreError>(Ok(()))
        });
        begun.await.unwrap_or_else(|error| {
            tracing::warn!(%error, "a tool was not used, as that could not be written down");
            Err(Called::failed("it was not used: something broke on our side"))
        })
    }

    fn own(&mut self, does: &Does, arguments: &Map<String, Value>) -> Called {
        match tool::perform(does, arguments, &self.material.brief, &self.request.fields) {
            Some(Ok(Deed { act, told })) => {
                self.acts.extend(act);
                Called::done(shortened(&told))
            }
            Some(Err(why)) => Called::failed(why),
            None => Called::failed("there is no such tool"),
        }
    }

    /// It is for somebody to say, and said once: for the contact where the tenant has `words` for asking them and the assistant
    /// may text by itself, and for people where the contact has failed.
    fn wanted(&self, tool: &Tool, words: Option<&str>, named: &Map<String, Value>) -> Result<Called, Wanted> {
        let arguments = canonical(named);
        let before = &self.material.brief.approvals;
        if let Some(instead) = asked_before(before, &tool.name, &arguments) {
            return Ok(instead);
        }
        if let Some(used) = repeated(&self.material.brief.used, &tool.name, &arguments) {
            let (end, told) = used.instead();
            return Ok(Called { end, told });
        }
        let a_code_waits = before.iter().any(|asked| asked.state == State::Waiting && asked.code.is_some());
        if a_code_waits && words.is_some() {
            return Ok(Called::failed("the person was texted a code for something else: wait for that first"));
        }
        let failed = before.iter().any(|asked| asked.tool == tool.name && asked.wrong_codes >= TRIES);
        let may_ask = self.real.is_some() && self.material.mode == Mode::Auto && !failed;
        let code = words.filter(|_| may_ask).and_then(|words| Some(Code::new(chance()?, words, named)));
        Err(Wanted { tool: tool.name.clone(), arguments, code })
    }

    async fn http(&self, tool: &Tool, http: &Http, arguments: &Map<String, Value>, deadline: Instant) -> Called {
        let within = CALL_TIMEOUT.min(deadline.saturating_duration_since(Instant::now()));
        if within.is_zero() {
            return Called::failed("there was no time left for it");
        }
        let key = match self.real {
            Some((conversation, _)) => self.key(conversation, &tool.name, arguments),
            None => self.world.ids().next::<Uuid>().simple().to_string(),
        };
        http_tool::call(self.world, &tool.name, http, &self.secrets, arguments, &key, within).await
    }

    /// The same when this turn of the conversation is run again.
    fn key(&self, conversation: ConversationId, tool: &str, arguments: &Map<String, Value>) -> String {
        let last = self.material.brief.said.iter().rev().find(|said| said.by == Speaker::Contact);
        let at = last.map_or(0, |said| said.at.as_microsecond());
        let named = format!("{conversation}\n{at}\n{tool}\n{}", canonical(arguments));
        digest(&SHA256, named.as_bytes()).as_ref()[..16].iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn set(&self) -> &'m Settings {
        &self.material.brief.assistant.settings
    }
}

/// What is answered to a call that somebody has been asked to approve, and that may be done yet or have been.
fn asked_before(asked: &[Approval], tool: &str, arguments: &str) -> Option<Called> {
    let same = |asked: &&Approval| asked.tool == tool && asked.arguments == arguments;
    asked.iter().filter(same).find_map(|asked| match asked.state {
        State::Waiting if asked.code.is_some() => Some(Called::failed(
            "the person was texted a code for this already: ask them to send just that, and nothing else",
        )),
        State::Waiting | State::Approved | State::Unknown => Some(Called::failed(
            "a colleague has been asked to approve this already, and nobody knows that it is done: hand over",
        )),
        State::Rejected | State::Expired | State::Done | State::Failed => None,
    })
}

/// Writes down how it ended. What cannot be counts as unknown from now on.
async fn ends(world: &World, tenant: TenantId, id: UseId, tool: &str, called: &Called) {
    let (end, result) = (called.end, called.told.clone());
    let noted = async move |tx: &mut TenantTx<'_>| tool_use::end(tx, id, end, &result).await;
    if let Err(error) = world.store.write(tenant, noted).await {
        tracing::warn!(%error, tool, "how a tool's use ended could not be written down");
    }
}

/// What nobody can guess; `None`: this machine has none to give.
fn chance() -> Option<u64> {
    let mut bytes = [0; 8];
    aws_lc_rs::rand::fill(&mut bytes).ok()?;
    Some(u64::from_be_bytes(bytes))
}

/// The tenant's words with which contacts are asked to confirm what this tool does.
pub(super) fn confirm_text(settings: &Settings, name: &str) -> Option<String> {
    let tool = settings.tools.iter().find(|tool| tool.name == name)?;
    match &tool.does {
        Does::Http(http) => http.confirm_text.clone(),
        Does::SaveField | Does::AddTag | Does::FollowUp | Does::LookUp => None,
    }
}

/// Does what somebody has approved, as the assistant's version has it.
pub(super) async fn as_approved(world: &Arc<World>, tenant: TenantId, found: &Approved) -> Called {
    let Approved { approval, http, tool_secrets, .. } = found;
    let Some(http) = http else { return Called::failed("there is no such tool any more") };
    let Ok(secrets) = open_tool_secrets(&world.sealer, approval.assistant, tool_secrets.as_deref()) else {
        return Called::failed("its secret headers cannot be opened; enter them again");
    };
    let arguments = match arguments(&http.parameters, &approval.arguments) {
        Ok(arguments) => arguments,
        Err(why) => return Called::failed(format!("it was not used: {why}")),
    };
    // Whoever would do the same by itself finds it among what was done.
    let begins = Used {
        id: approval.id.0.into(),
        conversation: approval.conversation,
        assistant: approval.assistant,
        run: approval.run,
        tool: approval.tool.clone(),
        arguments: approval.arguments.clone(),
        end: None,
        result: String::new(),
        at: world.now(),
        told: false,
    };
    let id = begins.id;
    let begin = async move |tx: &mut TenantTx<'_>| tool_use::begin(tx, &begins).await;
    if let Err(error) = world.store.write(tenant, begin).await {
        tracing::warn!(%error, "an approved tool was not used, as that could not be written down");
        return Called::failed("it was not used: something broke on our side");
    }
    let key = approval.id.to_string();
    let called = http_tool::call(world, &approval.tool, http, &secrets, &arguments, &key, CALL_TIMEOUT).await;
    ends(world, tenant, id, &approval.tool, &called).await;
    called
}

/// What gives orders to assistants is not shown to one: somebody has tampered with it.
fn untampered(called: Called) -> Called {
    if !answer_gives_orders(&called.told) {
        return called;
    }
    // What it has done it has done, whatever it says.
    let how = match called.end {
        End::Done => "It was done",
        End::Failed => "It was not done",
        End::Unknown => "Nobody knows whether it was done",
    };
    Called { end: called.end, told: format!("{how}. What it answered gives orders to assistants, and was left out.") }
}

/// What endpoints of the tenant's have answered in this run, or told an earlier one that they have done: a reply may tell sums and days of it. What a tool of ours tells
/// comes from the contact in the end, and what failed proves nothing.
pub(super) fn answered(settings: &Settings, calls: &[ToolCall], used: &[Used]) -> Vec<String> {
    let is_theirs = |call: &&ToolCall| {
        !call.failed && settings.tools.iter().any(|tool| tool.name == call.tool && matches!(tool.does, Does::Http(_)))
    };
    let now = calls.iter().filter(is_theirs).map(|call| &call.result);
    let before = used.iter().filter(|used| used.end == Some(End::Done)).map(|used| &used.result);
    now.chain(before).cloned().collect()
}

/// What came of what people have approved: they stand behind it, so a reply may promise it.
pub(super) fn approved(approvals: &[Approval]) -> impl Iterator<Item = String> {
    approvals.iter().filter(|approval| approval.state == State::Done).map(|approval| approval.result.clone())
}

/// What no reply may carry.
pub(super) fn secrets(world: &World, material: &Material) -> Vec<String> {
    let of_tools = opened(world, material);
    let id = material.brief.assistant.id;
    let of_models = material.keys.iter().filter_map(|(address, sealed)| {
        let key = world.sealer.open(&super::model_key_context(id, address), sealed).ok()?;
        Some(String::from_utf8_lossy(&key).into_owned())
    });
    of_tools.iter().flat_map(http_tool::pieces).chain(of_models).collect()
}

/// What cannot be opened cannot be sent either: the tool says so when it is used.
fn opened(world: &World, material: &Material) -> Vec<ToolSecret> {
    let id = material.brief.assistant.id;
    open_tool_secrets(&world.sealer, id, material.tool_secrets.as_deref()).unwrap_or_default()
}
