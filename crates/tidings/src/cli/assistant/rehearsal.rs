//! Trying an assistant: with one text, or with its test cases.

use std::{fmt::Write as _, process::ExitCode};

use api::v1::assistants::{preview, rehearsal};
use domain::{
    assistant::{By, Conduct, Line, as_if_said},
    id::{AssistantId, TenantId},
};
use engine::{AskError, Engine, Rehearsed};

use crate::cli::{Answer, refused};

/// Tries it with all cases; fails if one breaks.
pub(super) async fn test(
    engine: &Engine,
    tenant: TenantId,
    id: AssistantId,
    version: Option<u32>,
) -> anyhow::Result<Answer> {
    let tried = engine.test(tenant, id, version).await.map_err(not_asked)?;
    let (all, broken) = (tried.results.len(), tried.results.iter().filter(|result| !result.passed).count());
    let mut text = match all {
        0 => "There is no test case yet: make one of a conversation, in the dashboard or with the API.\n".to_owned(),
        all => format!("Version {}: {} of {all} cases are as expected.\n", tried.version, all - broken),
    };
    for result in &tried.results {
        let how = if result.passed { "ok    " } else { "broken" };
        let required = if result.required { " (required)" } else { "" };
        let _ = writeln!(text, "{how}  {}{required}", result.name);
        for broken in &result.broken {
            let _ = writeln!(text, "        {}", broken.message);
        }
        for note in &result.answer.notes {
            let _ = writeln!(text, "        {note}");
        }
    }
    let mut answer = Answer::new(text, serde_json::to_value(rehearsal::report(tried))?);
    if broken > 0 {
        answer.code = ExitCode::FAILURE;
    }
    Ok(answer)
}

/// Tries it with one text.
pub(super) async fn one_text(
    engine: &Engine,
    tenant: TenantId,
    id: AssistantId,
    version: Option<u32>,
    text: String,
) -> anyhow::Result<Answer> {
    if text.trim().is_empty() {
        anyhow::bail!("write what a contact might write, as in `tidings assistant preview … \"Are you open?\"`");
    }
    let said = as_if_said(engine.now(), &[Line { by: By::Contact, body: text }]);
    let rehearsed = Rehearsed { version, said, ..Rehearsed::default() };
    let (answer, run) = engine.preview(tenant, id, rehearsed).await.map_err(not_asked)?;
    let told = domain::assistant::Told::of(&answer);
    let mut text = match Conduct::of(&answer) {
        Conduct::Answer => "It answers.",
        Conduct::Clarify => "It asks back.",
        Conduct::HandOff => "It hands over to a person.",
        Conduct::StaySilent => "It says nothing.",
        Conduct::Refused => "It has an answer that is held back; a person gets it as a suggestion.",
        Conduct::Approval => "It asks people before it does something.",
    }
    .to_owned();
    for part in [&told.reason, &told.body] {
        if !part.is_empty() {
            let _ = write!(text, "\n{part}");
        }
    }
    // Of a reply that is held back, the reason has said so.
    if matches!(answer, domain::assistant::Answer::HandOff(_)) {
        for objection in answer.objections() {
            let _ = write!(text, "\nNot to be sent as it is: it {}.", objection.reason());
        }
    }
    for source in &told.sources {
        let _ = write!(text, "\nFrom: {}", source.title);
    }
    Ok(Answer::new(text, serde_json::to_value(preview::shown(&answer, run))?))
}

fn not_asked(error: AskError) -> anyhow::Error {
    match error {
        AskError::Refused(domain::command::Refusal::NotFound("assistant")) => refused(super::no_such()),
        error => refused(error.into()),
    }
}
