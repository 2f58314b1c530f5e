//! What is shown of what is set: the same for an assistant and for each of its versions.

use domain::assistant::{HandOver, Language, Limits, Price, ProviderKind, Settings, Tool};
use domain::conversation::Mode;
use domain::hours::WeekHours;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::contact::known;
use crate::words;

/// What is set in a version of an assistant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = AssistantSettings)]
pub struct Set {
    /// How it shall behave, in the tenant's words.
    pub instructions: String,
    /// How it shall sound.
    pub tone: String,
    /// In which language it answers.
    #[schema(value_type = schema::Language)]
    pub language: Language,
    /// Stands before its first reply in a conversation; empty: nothing.
    pub greeting: String,
    /// Says who it is, behind its first reply and whenever somebody asks whether they text with a machine.
    pub identity: String,
    /// What it may do on its own, unless a conversation says otherwise.
    #[schema(value_type = words::Mode)]
    pub mode: Mode,
    /// How long its replies are held so that a person can stop them, in seconds.
    pub hold_seconds: u32,
    /// Who answers.
    pub provider: Provider,
    /// Who answers when that one does not.
    #[schema(required = true)]
    pub fallback: Option<Provider>,
    /// It waits this long after the contact's last text, and longer for someone who types on. Milliseconds.
    pub quiet_window_ms: u32,
    /// Below this score, from 0 to 1, nothing counts as found in its knowledge.
    pub floor: f64,
    /// A reply takes at most this many segments.
    pub segments_max: u32,
    /// When it answers, on the tenant's clock; `null`: always.
    #[schema(required = true, value_type = Option<Vec<schema::Hours>>)]
    pub hours: Option<WeekHours>,
    /// What it may use up.
    #[schema(value_type = schema::Limits)]
    pub limits: Limits,
    /// Addresses that its replies may carry, besides those in its sources; a host allows every page of it.
    pub links: Vec<String>,
    /// What happens when it gives a conversation to people.
    #[schema(value_type = schema::HandOver)]
    pub hand_over: HandOver,
    /// What it may do besides answering.
    #[schema(value_type = Vec<schema::Tool>)]
    pub tools: Vec<Tool>,
}

/// Which model answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = AssistantProvider)]
pub struct Provider {
    /// In which dialect it is asked; `builtin` needs no account.
    #[schema(value_type = words::ProviderKind)]
    pub kind: ProviderKind,
    /// Where it is; `null` for the built-in one.
    #[schema(required = true)]
    pub base_url: Option<String>,
    /// Its name there.
    #[schema(required = true)]
    pub model: Option<String>,
    /// The end of its key; `null`: it has none.
    #[schema(required = true)]
    pub api_key_hint: Option<String>,
    /// How long it may take in all.
    pub timeout_seconds: u32,
    /// How long its answer may be, in tokens.
    pub max_tokens: u32,
    /// How freely it words things; `null`: as the model is set.
    #[schema(required = true)]
    pub temperature: Option<f32>,
    /// What its tokens cost; `null`: not known.
    #[schema(required = true, value_type = Option<schema::Price>)]
    pub price: Option<Price>,
}

impl From<Settings> for Set {
    fn from(settings: Settings) -> Self {
        Self {
            instructions: settings.instructions,
            tone: settings.tone,
            language: settings.language,
            greeting: settings.greeting,
            identity: settings.identity,
            mode: settings.mode,
            hold_seconds: settings.hold_seconds,
            provider: settings.provider.into(),
            fallback: settings.fallback.map(Provider::from),
            quiet_window_ms: settings.quiet_window_ms,
            floor: settings.floor,
            segments_max: settings.segments_max,
            hours: settings.hours,
            limits: settings.limits,
            links: settings.links,
            hand_over: settings.hand_over,
            tools: settings.tools,
        }
    }
}

impl From<domain::assistant::Provider> for Provider {
    fn from(provider: domain::assistant::Provider) -> Self {
        Self {
            kind: provider.kind,
            base_url: known(provider.base_url),
            model: known(provider.model),
            api_key_hint: known(provider.api_key_hint),
            timeout_seconds: provider.timeout_seconds,
            max_tokens: provider.max_tokens,
            temperature: provider.temperature,
            price: provider.price,
        }
    }
}

/// The forms of the domain's own values, for the API's document; a test holds the two together.
pub mod schema {
    use utoipa::ToSchema;

    use crate::words;

    macro_rules! forms {
        ($($(#[$doc:meta])* $name:ident as $as:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty),* $(,)? })*) => {$(
            $(#[$doc])*
            #[derive(Debug, ToSchema)]
            #[schema(as = $as)]
            pub struct $name { $($(#[$field_doc])* pub $field: $type),* }
        )*};
    }

    forms! {
        /// In which language an assistant answers.
        Language as AssistantLanguage {
            /// `theirs`: the one that the contact writes.
            rule: words::LanguageRule,
            /// `always`: its name in any language.
            language: Option<String>,
        }
        /// Hours on some days of the week.
        Hours as WeekHours {
            /// Which days.
            days: Vec<words::Day>,
            /// From, as in 09:00.
            from: String,
            /// Until, later on the same day; 24:00 is its end.
            until: String,
        }
        /// What an assistant may use up. At the limit, people get the conversation.
        Limits as AssistantLimits {
            /// Replies in a conversation since a person last wrote in it.
            replies_in_a_row: u32,
            /// Replies in a conversation within an hour.
            replies_per_hour: u32,
            /// Replies in a conversation within a day.
            replies_per_day: u32,
            /// Replies of all the tenant's assistants within a day.
            tenant_replies_per_day: u32,
            /// Tokens that this assistant may use within a day; `null`: no limit.
            tokens_per_day: Option<u64>,
            /// What this assistant may cost within a day, in millionths of its price's currency; `null`: no limit.
            cost_micros_per_day: Option<i64>,
        }
        /// What happens when an assistant gives a conversation to people.
        HandOver as AssistantHandOver {
            /// Which team is to look after it; `null`: everybody.
            team: Option<String>,
            /// Who is to look after it; `null`: whoever comes first.
            assignee: Option<String>,
            /// What the contact is told within the office hours. Empty: nothing.
            while_open: String,
            /// What the contact is told outside them; `{when}` becomes the next time somebody is there. Empty: nothing.
            while_closed: String,
            /// Nobody answered for so long: then it is escalated. Minutes; 0: never.
            escalate_after_minutes: u32,
            /// Who gets an escalated one; `null`, and no team either: it is only marked.
            escalate_to: Option<String>,
            /// Which team gets an escalated one.
            escalate_to_team: Option<String>,
            /// When a conversation goes back to the assistant by itself.
            back: words::HandBack,
        }
        /// Something that an assistant may do besides answering.
        Tool as AssistantTool {
            /// What the model calls it: lower-case letters, digits and underscores.
            name: String,
            /// What it is for, told to the model.
            description: String,
            /// What it may change; what cannot be put right is done only when a person has approved it.
            class: words::ToolClass,
            /// What it does. The rest is there for `http` alone.
            kind: words::ToolKind,
            /// Where the endpoint is.
            url: Option<String>,
            /// How it is asked: with its arguments in the query, or as a JSON body.
            method: Option<words::ToolMethod>,
            /// What is sent along for anyone to see.
            headers: Option<Vec<ToolHeader>>,
            /// What is sent along and never shown again.
            secret_headers: Option<Vec<ToolSecretHeader>>,
            /// The JSON Schema of its arguments, an object.
            parameters: Option<serde_json::Value>,
            /// The text with which the contact is asked to confirm it by a code; absent: people are asked.
            confirm_text: Option<String>,
        }
        /// A header.
        ToolHeader as ToolHeader {
            /// Its name.
            name: String,
            /// Its value.
            value: String,
        }
        /// A header whose value is kept sealed.
        ToolSecretHeader as ToolSecretHeader {
            /// Its name.
            name: String,
        }
        /// One message of a rehearsal.
        Line as RehearsedMessage {
            /// Who wrote it.
            by: words::RehearsedBy,
            /// What.
            body: String,
        }
        /// What an assistant must make of a test case. What is absent is not looked at.
        Expect as CaseExpectation {
            /// Each of these stands in its reply, in any case of letters.
            must_mention: Vec<String>,
            /// None of these stands in what it says or suggests.
            must_not: Vec<String>,
            /// It cites each of these: the title of a source, or a part of what it says.
            must_cite: Vec<String>,
            /// It does this; `null`: whatever it does.
            outcome: Option<words::PreviewOutcome>,
            /// Its text takes at most so many segments; `null`: as many as its settings allow.
            segments_max: Option<u32>,
            /// What the assistant's own model is to judge the answer by, in words; `null`: nothing.
            rubric: Option<String>,
            /// A version that breaks this case is not put in force, unless somebody insists.
            required: bool,
        }
        /// One thing that is not as a test case expects it.
        Broken as BrokenExpectation {
            /// Which expectation.
            rule: words::CaseRule,
            /// What is wrong and how to mend it.
            message: String,
        }
        /// What came of a turn at the time.
        Then as ReplayedThen {
            /// Who answered; `null`: nobody.
            by: Option<words::RehearsedBy>,
            /// What the assistant did; `null`: it was not asked.
            outcome: Option<words::PreviewOutcome>,
            /// What was answered.
            body: String,
            /// From what.
            sources: Vec<crate::message::Source>,
            /// Which version was asked.
            version: Option<u32>,
            /// What asking it cost, if that is known.
            cost: Option<crate::message::Cost>,
        }
        /// What the other version makes of it.
        Now as ReplayedNow {
            /// What it does.
            outcome: words::PreviewOutcome,
            /// What it says or suggests; empty: nothing.
            body: String,
            /// From what.
            sources: Vec<crate::message::Source>,
            /// Why it hands over, stays silent or is held back; empty: it does not.
            reason: String,
            /// What that cost, if it is known.
            cost: Option<crate::message::Cost>,
            /// How long it took.
            latency_ms: u32,
        }
        /// What a million tokens cost, in millionths of the currency's unit.
        Price as ModelPrice {
            /// Of what is asked.
            input_micros: i64,
            /// Of what is answered.
            output_micros: i64,
            /// ISO 4217.
            currency: String,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use domain::assistant::tool::{Class, Does, Http, Method, Tool};
    use domain::assistant::{Expect, HandOver, Limits, Then};
    use serde_json::Value;
    use utoipa::PartialSchema;

    use super::schema;

    fn names(value: &Value) -> BTreeSet<String> {
        value.as_object().unwrap().keys().cloned().collect()
    }

    #[test]
    fn the_document_says_the_domains_forms() {
        let form = |schema| {
            names(
                &serde_json::to_value::<utoipa::openapi::RefOr<utoipa::openapi::Schema>>(schema).unwrap()["properties"],
            )
        };
        assert_eq!(form(schema::Limits::schema()), names(&serde_json::to_value(Limits::default()).unwrap()));
        let tool = Tool {
            name: String::new(),
            description: String::new(),
            class: Class::Read,
            does: Does::Http(Http {
                url: String::new(),
                method: Method::Get,
                headers: Vec::new(),
                secret_headers: Vec::new(),
                parameters: Value::Null,
                confirm_text: Some(String::new()),
            }),
        };
        assert_eq!(form(schema::Tool::schema()), names(&serde_json::to_value(tool).unwrap()));
        assert_eq!(form(schema::HandOver::schema()), names(&serde_json::to_value(HandOver::default()).unwrap()));
        assert_eq!(form(schema::Expect::schema()), names(&serde_json::to_value(Expect::default()).unwrap()));
        assert_eq!(form(schema::Then::schema()), names(&serde_json::to_value(Then::default()).unwrap()));
    }
}
