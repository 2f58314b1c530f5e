//! What a model answers, read strictly: what is not the object that was asked for is asked for once more, and then it is
//! people's turn.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::check::Objection;
use super::code::Code;
use super::request::Request;
use crate::message::Source;
use crate::segment::measure;
use crate::smart::smart_if_it_helps;

/// Reasons and summaries are for people to read at a glance.
const NOTE_CHARS_MAX: usize = 600;

/// How a run of an assistant ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "outcome")]
pub enum Answer {
    /// It has something to say.
    Reply(Reply),
    /// It cannot or must not answer: people shall.
    HandOff(HandOff),
    /// Nothing needs to be said.
    Silent {
        /// Why, in plain words.
        reason: String,
    },
    /// It wants to do something that cannot be put right: people, or the contact, shall say whether.
    Approval(Wanted),
}

/// A use of a tool that somebody must approve. Its arguments fit the tool's schema.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wanted {
    /// The tool's name.
    pub tool: String,
    /// What it is to be called with, JSON.
    pub arguments: String,
    /// What the contact can approve it with; `None`: only people can.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<Code>,
}

/// What it says.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Reply {
    /// What to send.
    pub body: String,
    /// What it answered from.
    pub sources: Vec<Source>,
    /// It asks back rather than answers.
    #[serde(default)]
    pub clarifies: bool,
    /// What else is to be done once it is used.
    #[serde(default)]
    pub acts: Vec<Act>,
    /// Why it must not be sent; empty: it may.
    #[serde(default)]
    pub objections: Vec<Objection>,
}

/// Why people shall answer, and what helps them.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct HandOff {
    /// Why, in plain words.
    pub reason: String,
    /// What the contact wants, in a sentence; empty if nobody said.
    #[serde(default)]
    pub summary: String,
    /// What was tried.
    #[serde(default)]
    pub tried: Vec<String>,
    /// What a person might answer.
    #[serde(default)]
    pub suggestion: Option<Suggestion>,
    /// The contact is told nothing of it, as a machine would only answer again.
    #[serde(default)]
    pub quietly: bool,
}

/// What a person might answer.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suggestion {
    /// The text.
    pub body: String,
    /// What it answers from.
    pub sources: Vec<Source>,
    /// Why nobody should send it as it is; empty: nothing speaks against it.
    #[serde(default)]
    pub objections: Vec<Objection>,
}

/// Something that is done together with the reply: if the reply does not count any more, neither does this.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "act")]
pub enum Act {
    /// Keep what the contact said of themselves.
    SaveField {
        /// `name`, `company`, or the key of a field of the tenant's.
        field: String,
        /// As its kind writes it.
        value: String,
    },
    /// Label the conversation.
    AddTag {
        /// The label.
        tag: String,
    },
    /// Send a text later, unless the contact writes first.
    FollowUp {
        /// When.
        at: Timestamp,
        /// What.
        body: String,
    },
}

impl Answer {
    /// Why nobody should send its text as it is; empty: nothing speaks against it, or there is none.
    #[must_use]
    pub fn objections(&self) -> &[Objection] {
        match self {
            Self::Reply(reply) => &reply.objections,
            Self::HandOff(HandOff { suggestion: Some(suggested), .. }) => &suggested.objections,
            Self::HandOff(_) | Self::Silent { .. } | Self::Approval(_) => &[],
        }
    }
}

impl HandOff {
    /// With nothing but a reason.
    #[must_use]
    pub fn because(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), ..Self::default() }
    }
}

impl std::fmt::Debug for Reply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reply")
            .field("chars", &self.body.chars().count())
            .field("sources", &self.sources.len())
            .field("objections", &self.objections)
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Wanted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Wanted").field("tool", &self.tool).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for HandOff {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HandOff").field("reason", &self.reason).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Suggestion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Suggestion").field("chars", &self.body.chars().count()).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Act {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::SaveField { .. } => "SaveField",
            Self::AddTag { .. } => "AddTag",
            Self::FollowUp { .. } => "FollowUp",
        })
    }
}

/// The JSON Schema of what a model is to answer, strict in OpenAI's sense: every property is required.
pub const SCHEMA: &str = r#"{"type":"object","additionalProperties":false,
"required":["outcome","text","citations","reason","summary","facts"],"properties":{
"outcome":{"type":"string","enum":["answer","clarify","hand_off","stay_silent"]},
"text":{"type":"string","description":"what to text the person; for hand_off a suggestion for the colleague, or empty"},
"citations":{"type":"array","items":{"type":"integer"},"description":"numbers of the passages used"},
"reason":{"type":"string","description":"for hand_off and stay_silent: why"},
"summary":{"type":"string","description":"for hand_off: what the person wants, in one sentence"},
"facts":{"type":"array","items":{"type":"object","additionalProperties":false,"required":["field","value"],
"properties":{"field":{"type":"string"},"value":{"type":"string"}}}}}}"#;

/// What a model meant.
#[derive(Debug, Clone, PartialEq)]
pub struct Understood {
    /// Its answer, not checked yet.
    pub answer: Answer,
    /// Facts that it wanted to keep and that cannot be, each with why.
    pub dropped: Vec<String>,
}

/// What is wrong with an answer, told to the model once.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    /// There is no object in it.
    #[error("it is not one JSON object of the form that was asked for")]
    NotAnObject,
    /// An outcome that there is not.
    #[error("its outcome is none of answer, clarify, hand_off, stay_silent")]
    NoSuchOutcome,
    /// It says nothing.
    #[error("its text is empty")]
    Empty,
    /// It says too much.
    #[error("its text takes {segments} SMS segments and may take {most}: make it shorter")]
    TooLong {
        /// As it is.
        segments: u32,
        /// At most.
        most: u32,
    },
    /// It cites what was not offered.
    #[error("it cites passage {0}, and there is none of that number")]
    NoSuchPassage(i64),
}

/// Reads it.
///
/// # Errors
/// What to tell the model, so that it can mend its answer.
pub fn understand(text: &str, request: &Request) -> Result<Understood, Flaw> {
    let Loose { outcome, text, citations, reason, summary, facts } = object(text).ok_or(Flaw::NotAnObject)?;
    let (reason, summary) = (note(&reason), note(&summary));
    let sources = cited(&citations, request)?;
    match outcome.as_str() {
        "answer" | "clarify" => {
            let body = plain(&text);
            if body.is_empty() {
                return Err(Flaw::Empty);
            }
            let segments = measure(&smart_if_it_helps(&body).body).segments;
            if segments > request.segments_max {
                return Err(Flaw::TooLong { segments, most: request.segments_max });
            }
            let (acts, dropped) = kept(facts, request);
            let clarifies = outcome == "clarify";
            let reply = Reply { body, sources, clarifies, acts, objections: Vec::new() };
            Ok(Understood { answer: Answer::Reply(reply), dropped })
        }
        "hand_off" => {
            let body = plain(&text);
            let suggestion = (!body.is_empty()).then_some(Suggestion { body, sources, objections: Vec::new() });
            let reason = if reason.is_empty() { "the model asked for a person".to_owned() } else { reason };
            let hand_off = HandOff { reason, summary, tried: Vec::new(), suggestion, quietly: false };
            Ok(Understood { answer: Answer::HandOff(hand_off), dropped: Vec::new() })
        }
        "stay_silent" => {
            let reason = if reason.is_empty() { "there was nothing to answer".to_owned() } else { reason };
            Ok(Understood { answer: Answer::Silent { reason }, dropped: Vec::new() })
        }
        _ => Err(Flaw::NoSuchOutcome),
    }
}

/// The answer as written; servers that know no schema leave things out, or write numbers as text.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Loose {
    outcome: String,
    text: String,
    #[serde(alias = "sources")]
    citations: Vec<Value>,
    reason: String,
    summary: String,
    facts: Vec<Value>,
}

/// The object, bare, in a fence, or with words around it.
fn object(text: &str) -> Option<Loose> {
    let text = text.trim();
    let bare = text.strip_prefix("```json").or_else(|| text.strip_prefix("```"));
    let bare = bare.map_or(text, |inner| inner.strip_suffix("```").unwrap_or(inner)).trim();
    let read = |text: &str| {
        let mut value: Value = serde_json::from_str(text).ok()?;
        // What is `null` is not there.
        value.as_object_mut()?.retain(|_, value| !value.is_null());
        serde_json::from_value::<Loose>(value).ok()
    };
    read(bare).or_else(|| {
        let (start, end) = (bare.find('{')?, bare.rfind('}')?);
        read(bare.get(start..=end)?)
    })
}

fn cited(citations: &[Value], request: &Request) -> Result<Vec<Source>, Flaw> {
    let mut sources: Vec<Source> = Vec::with_capacity(citations.len());
    for citation in citations {
        let number = citation.as_i64().or_else(|| citation.as_str()?.trim().parse().ok()).unwrap_or(0);
        let place = usize::try_from(number).ok().and_then(|number| number.checked_sub(1));
        let source = place.and_then(|place| request.offered.get(place)).ok_or(Flaw::NoSuchPassage(number))?;
        if !sources.contains(source) {
            sources.push(source.clone());
        }
    }
    Ok(sources)
}

fn kept(facts: Vec<Value>, request: &Request) -> (Vec<Act>, Vec<String>) {
    let (mut acts, mut dropped) = (Vec::new(), Vec::new());
    for fact in facts {
        let text = |key: &str| match fact.get(key) {
            Some(Value::String(text)) => text.trim().to_owned(),
            Some(Value::Number(number)) => number.to_string(),
            Some(Value::Bool(yes)) => if *yes { "yes" } else { "no" }.to_owned(),
            _ => String::new(),
        };
        let (field, value) = (text("field"), text("value"));
        match request.fields.iter().find(|known| known.key == field) {
            None => dropped.push(format!("{}: there is no such field", note(&field))),
            Some(known) => match known.read(&value) {
                Ok(value) => acts.push(Act::SaveField { field, value }),
                Err(why) => dropped.push(format!("{field}: {why}")),
            },
        }
    }
    (acts, dropped)
}

/// Without what no text can hold: control characters other than line ends.
fn plain(text: &str) -> String {
    text.trim().chars().filter(|c| !c.is_control() || *c == '\n').collect()
}

fn note(text: &str) -> String {
    plain(text).chars().take(NOTE_CHARS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::{Field, Kind};

    fn request() -> Request {
        Request {
            system: String::new(),
            turns: Vec::new(),
            offered: vec![
                Source { title: "Hours".into(), quote: "7 to 6".into() },
                Source { title: "Prices".into(), quote: "$4".into() },
            ],
            fields: vec![Field { key: "size".into(), label: "Size".into(), kind: Kind::Number }],
            segments_max: 2,
        }
    }

    fn reply(text: &str) -> Reply {
        match understand(text, &request()).unwrap().answer {
            Answer::Reply(reply) => reply,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn an_answer_cites_what_was_offered() {
        let said = reply(r#"{"outcome":"answer","text":" 7 to 6. ","citations":[1,"2",1],"reason":null}"#);
        assert_eq!((said.body.as_str(), said.sources.len(), said.clarifies), ("7 to 6.", 2, false));
        assert!(reply(r#"{"outcome":"clarify","text":"Which day?","citations":[],"facts":[]}"#).clarifies);
        for wrapped in [
            "```json\n{\"outcome\":\"answer\",\"text\":\"ok\"}\n```",
            "Sure: {\"outcome\":\"answer\",\"text\":\"ok\"} there",
        ] {
            assert_eq!(reply(wrapped).body, "ok");
        }
    }

    #[test]
    fn what_cannot_be_used_is_told_the_model() {
        let long = format!(r#"{{"outcome":"answer","text":"{}"}}"#, "word ".repeat(80));
        let cases: &[(&str, Flaw)] = &[
            ("We open at seven.", Flaw::NotAnObject),
            (r#"{"outcome":"answer","te"#, Flaw::NotAnObject),
            (r#"["answer"]"#, Flaw::NotAnObject),
            (r#"{"outcome":"dance","text":"x"}"#, Flaw::NoSuchOutcome),
            ("{}", Flaw::NoSuchOutcome),
            (r#"{"outcome":"answer","text":" \u0007 "}"#, Flaw::Empty),
            (r#"{"outcome":"answer","text":"x","citations":[3]}"#, Flaw::NoSuchPassage(3)),
            (r#"{"outcome":"answer","text":"x","citations":[0]}"#, Flaw::NoSuchPassage(0)),
            (r#"{"outcome":"answer","text":"x","citations":[-1]}"#, Flaw::NoSuchPassage(-1)),
            (&long, Flaw::TooLong { segments: 3, most: 2 }),
        ];
        for (text, flaw) in cases {
            assert_eq!(understand(text, &request()), Err(flaw.clone()), "{text}");
        }
    }

    #[test]
    fn facts_are_kept_if_they_fit() {
        let text = r#"{"outcome":"answer","text":"Noted.","facts":[{"field":"size","value":52},
            {"field":"size","value":"large"},{"field":"password","value":"x"},"junk"]}"#;
        let understood = understand(text, &request()).unwrap();
        let Answer::Reply(reply) = understood.answer else { panic!() };
        assert_eq!(reply.acts, [Act::SaveField { field: "size".into(), value: "52".into() }]);
        assert_eq!(understood.dropped.len(), 3, "{:?}", understood.dropped);
    }

    #[test]
    fn handing_over_and_silence_have_their_reason() {
        let handed = understand(
            r#"{"outcome":"hand_off","text":"We could do Monday.","reason":"wants a refund","summary":"Refund for order 7"}"#,
            &request(),
        );
        let Answer::HandOff(hand_off) = handed.unwrap().answer else { panic!() };
        assert_eq!((hand_off.reason.as_str(), hand_off.summary.as_str()), ("wants a refund", "Refund for order 7"));
        assert_eq!(hand_off.suggestion.unwrap().body, "We could do Monday.");
        let silent = understand(r#"{"outcome":"stay_silent"}"#, &request()).unwrap().answer;
        assert!(matches!(silent, Answer::Silent { reason } if !reason.is_empty()));
    }

    #[test]
    fn the_schema_is_one() {
        let schema: Value = serde_json::from_str(SCHEMA).unwrap();
        let required = schema["required"].as_array().unwrap().len();
        assert_eq!(schema["properties"].as_object().unwrap().len(), required);
    }
}
