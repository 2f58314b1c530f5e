//! What is set in an assistant: what is asked for, checked and laid over what there is.

use domain::assistant::{HandOver, Language, Limits, Price, Provider, ProviderKind, Settings};
use domain::conversation::Mode;
use domain::hours::WeekHours;
use domain::id::AssistantId;
use domain::segment::MAX_SEGMENTS;
use engine::Sealer;
use serde::Deserialize;
use store::StoreError;
use store::assistant::{KeyChange, shown::schema};
use store::words;
use utoipa::ToSchema;

use super::tools::{self, ToolPatch};
use crate::{error::ApiError, extract::present, fields};

/// Instructions and guides have at most so many characters.
pub(super) const INSTRUCTIONS_CHARS_MAX: usize = 20_000;
pub(super) const LINE_CHARS_MAX: usize = 300;
const QUIET_WINDOW_MS_MAX: u32 = 120_000;
const HOLD_SECONDS_MAX: u32 = 600;
const TIMEOUT_SECONDS_MAX: u32 = 120;
const TOKENS_MAX: u32 = 8_192;
const LINKS_MAX: usize = 50;
const ESCALATE_MINUTES_MAX: u32 = 7 * 24 * 60;
const REPLIES_MAX: u32 = 100_000;
/// How much of a key's end is shown.
const HINT_CHARS: usize = 4;

/// What an assistant is to be; what is absent stays, or is as usual for a new one.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AssistantPatch {
    /// What people call it; a new one needs a name.
    pub name: Option<String>,
    /// How it shall behave.
    pub instructions: Option<String>,
    /// How it shall sound, such as "warm and brief".
    pub tone: Option<String>,
    /// In which language it answers.
    #[schema(value_type = Option<schema::Language>)]
    pub language: Option<Language>,
    /// Stands before its first reply in a conversation; empty: nothing.
    pub greeting: Option<String>,
    /// Says who it is, behind its first reply and whenever somebody asks whether they text with a machine. Empty: only when asked.
    pub identity: Option<String>,
    /// What it may do on its own: nothing, suggest (the usual), send.
    #[schema(value_type = Option<words::Mode>)]
    pub mode: Option<Mode>,
    /// How long its replies are held so that a person can stop them, in seconds.
    #[schema(maximum = 600)]
    pub hold_seconds: Option<u32>,
    /// Who answers.
    pub provider: Option<ProviderPatch>,
    /// Who answers when that one does not; `null`: nobody.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<ProviderPatch>)]
    pub fallback: Option<Option<ProviderPatch>>,
    /// How long the contact must be still before it answers, in milliseconds; longer for someone who types on.
    #[schema(maximum = 120_000)]
    pub quiet_window_ms: Option<u32>,
    /// Below this score, from 0 to 1, nothing counts as found in its knowledge.
    #[schema(minimum = 0, maximum = 1)]
    pub floor: Option<f64>,
    /// A reply takes at most this many segments.
    #[schema(minimum = 1, maximum = 10)]
    pub segments_max: Option<u32>,
    /// When it answers, on the tenant's clock; `null`: always. Outside, people get the conversation.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<Vec<schema::Hours>>)]
    pub hours: Option<Option<WeekHours>>,
    /// What it may use up; what is absent in it is as usual.
    #[schema(value_type = Option<schema::Limits>)]
    pub limits: Option<Limits>,
    /// Addresses that its replies may carry, besides those in its sources; a host allows every page of it.
    pub links: Option<Vec<String>>,
    /// What happens when it gives a conversation to people; what is absent in it is as usual.
    #[schema(value_type = Option<schema::HandOver>)]
    pub hand_over: Option<HandOver>,
    /// What it may do besides answering: all of it.
    pub tools: Option<Vec<ToolPatch>>,
    /// False: it becomes a version that is not in force, to be tried and published later.
    pub publish: Option<bool>,
    /// It comes into force even if it breaks a required test case.
    pub force: Option<bool>,
}

/// Which model is to answer; what is absent stays.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProviderPatch {
    /// In which dialect it is asked.
    #[schema(value_type = Option<words::ProviderKind>)]
    pub kind: Option<ProviderKind>,
    /// Where it is; `null`: the maker's own. Another address takes the key anew: one that is kept is not sent elsewhere.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    pub base_url: Option<Option<String>>,
    /// Its name there.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    pub model: Option<Option<String>>,
    /// Its key. It is never shown again; `null` takes it away.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, write_only)]
    pub api_key: Option<Option<String>>,
    /// Read only; what is sent is not looked at.
    #[schema(read_only, value_type = Option<String>)]
    #[expect(dead_code, reason = "taken, so that what was read can be sent back, and not looked at")]
    api_key_hint: Option<serde::de::IgnoredAny>,
    /// How long it may take in all.
    #[schema(minimum = 1, maximum = 120)]
    pub timeout_seconds: Option<u32>,
    /// How long its answer may be, in tokens.
    #[schema(minimum = 1, maximum = 8192)]
    pub max_tokens: Option<u32>,
    /// How freely it words things; `null`: as the model is set.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<f32>, minimum = 0, maximum = 2)]
    pub temperature: Option<Option<f32>>,
    /// What its tokens cost; `null`: not known.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<schema::Price>)]
    pub price: Option<Option<Price>>,
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
debug_without_content!(AssistantPatch, ProviderPatch);

/// Checks what is asked for and lays it over what is set.
///
/// # Errors
/// 422 that names the field.
pub fn apply(settings: &mut Settings, asked: &AssistantPatch) -> Result<(), ApiError> {
    if let Some(instructions) = &asked.instructions {
        within("instructions", instructions, INSTRUCTIONS_CHARS_MAX)?;
        settings.instructions.clone_from(instructions);
    }
    for (field, given, set) in [
        ("tone", &asked.tone, &mut settings.tone),
        ("greeting", &asked.greeting, &mut settings.greeting),
        ("identity", &asked.identity, &mut settings.identity),
    ] {
        if let Some(given) = given {
            within(field, given, LINE_CHARS_MAX)?;
            given.trim().clone_into(set);
        }
    }
    if let Some(language) = &asked.language {
        settings.language = match language {
            Language::Theirs => Language::Theirs,
            Language::Always(name) => Language::Always(fields::name("language.language", name)?),
        };
    }
    settings.mode = asked.mode.unwrap_or(settings.mode);
    if let Some(hold) = asked.hold_seconds {
        settings.hold_seconds = between("hold_seconds", hold, 0, HOLD_SECONDS_MAX)?;
    }
    if let Some(quiet) = asked.quiet_window_ms {
        settings.quiet_window_ms = between("quiet_window_ms", quiet, 0, QUIET_WINDOW_MS_MAX)?;
    }
    if let Some(floor) = asked.floor {
        if !(0.0..=1.0).contains(&floor) {
            return Err(ApiError::invalid("floor", "out_of_range", "Choose a number from 0 to 1."));
        }
        settings.floor = floor;
    }
    if let Some(segments) = asked.segments_max {
        settings.segments_max = between("segments_max", segments, 1, MAX_SEGMENTS)?;
    }
    if let Some(hours) = &asked.hours {
        settings.hours.clone_from(hours);
    }
    if let Some(limits) = &asked.limits {
        settings.limits = checked_limits(limits)?;
    }
    if let Some(links) = &asked.links {
        settings.links = checked_links(links)?;
    }
    if let Some(hand_over) = &asked.hand_over {
        settings.hand_over = checked_hand_over(hand_over)?;
    }
    if let Some(asked) = &asked.tools {
        settings.tools = tools::checked(asked, &settings.tools)?;
    }
    if let Some(provider) = &asked.provider {
        apply_provider("provider", &mut settings.provider, provider)?;
    }
    match &asked.fallback {
        None => {}
        Some(None) => settings.fallback = None,
        Some(Some(fallback)) => {
            let mut set = settings.fallback.clone().unwrap_or_default();
            apply_provider("fallback", &mut set, fallback)?;
            if set.kind == ProviderKind::Builtin {
                let mend =
                    "The second provider is a model somewhere: openai or anthropic. Leave it out to hand over instead.";
                return Err(ApiError::invalid("fallback.kind", "builtin", mend));
            }
            settings.fallback = Some(set);
        }
    }
    priced(settings)
}

/// A limit on what it may cost is none if nobody knows what it costs.
fn priced(settings: &Settings) -> Result<(), ApiError> {
    let models = [("provider", Some(&settings.provider)), ("fallback", settings.fallback.as_ref())];
    let models = models.into_iter().filter_map(|(called, model)| Some((called, model?)));
    let mut currency = None;
    for (called, model) in models.filter(|(_, model)| model.kind != ProviderKind::Builtin) {
        let field = format!("{called}.price");
        match (&model.price, currency) {
            (None, _) if settings.limits.cost_micros_per_day.is_some() => {
                let mend =
                    "limits.cost_micros_per_day counts what its tokens cost. Give their price, or set no such limit.";
                return Err(ApiError::invalid(field, "missing", mend));
            }
            (Some(price), Some(other)) if price.currency != other => {
                let mend = "Both providers' prices are added up. Give them in the same currency.";
                return Err(ApiError::invalid(format!("{field}.currency"), "another_currency", mend));
            }
            (Some(price), _) => currency = Some(price.currency.as_str()),
            (None, _) => {}
        }
    }
    Ok(())
}

fn checked_limits(limits: &Limits) -> Result<Limits, ApiError> {
    for (field, limit) in [
        ("limits.replies_in_a_row", limits.replies_in_a_row),
        ("limits.replies_per_hour", limits.replies_per_hour),
        ("limits.replies_per_day", limits.replies_per_day),
        ("limits.tenant_replies_per_day", limits.tenant_replies_per_day),
    ] {
        between(field, limit, 1, REPLIES_MAX)?;
    }
    if limits.cost_micros_per_day.is_some_and(|micros| micros < 0) {
        return Err(ApiError::invalid("limits.cost_micros_per_day", "out_of_range", "Choose 0 or more."));
    }
    Ok(limits.clone())
}

fn checked_links(links: &[String]) -> Result<Vec<String>, ApiError> {
    if links.len() > LINKS_MAX {
        return Err(ApiError::invalid("links", "too_many", format!("At most {LINKS_MAX} links.")));
    }
    links
        .iter()
        .map(|link| link.trim())
        .filter(|link| !link.is_empty())
        .map(|link| {
            within("links", link, LINE_CHARS_MAX)?;
            let whole = if link.contains("://") { link.to_owned() } else { format!("https://{link}") };
            fields::url("links", &whole, true)?;
            Ok(link.to_owned())
        })
        .collect()
}

fn checked_hand_over(asked: &HandOver) -> Result<HandOver, ApiError> {
    within("hand_over.while_open", &asked.while_open, LINE_CHARS_MAX)?;
    within("hand_over.while_closed", &asked.while_closed, LINE_CHARS_MAX)?;
    between("hand_over.escalate_after_minutes", asked.escalate_after_minutes, 0, ESCALATE_MINUTES_MAX)?;
    Ok(asked.clone())
}

fn apply_provider(called: &str, provider: &mut Provider, asked: &ProviderPatch) -> Result<(), ApiError> {
    let field = |name: &str| format!("{called}.{name}");
    let (before, address) = (provider.kind, provider.base_url.clone());
    provider.kind = asked.kind.unwrap_or(before);
    if let Some(url) = &asked.base_url {
        provider.base_url = match url.as_deref().map(str::trim) {
            None | Some("") => String::new(),
            // An admin may name a model on this machine or in the house.
            Some(url) => fields::url(&field("base_url"), url, true)?,
        };
    } else if provider.kind != before {
        provider.base_url.clear();
    }
    if let Some(model) = &asked.model {
        let model = model.as_deref().map(str::trim).filter(|model| !model.is_empty());
        provider.model = model.map(|model| fields::name(&field("model"), model)).transpose()?.unwrap_or_default();
    }
    if let Some(seconds) = asked.timeout_seconds {
        provider.timeout_seconds = between(&field("timeout_seconds"), seconds, 1, TIMEOUT_SECONDS_MAX)?;
    }
    if let Some(tokens) = asked.max_tokens {
        provider.max_tokens = between(&field("max_tokens"), tokens, 1, TOKENS_MAX)?;
    }
    if let Some(temperature) = asked.temperature {
        if temperature.is_some_and(|temperature| !(0.0..=2.0).contains(&temperature)) {
            return Err(ApiError::invalid(field("temperature"), "out_of_range", "Choose a number from 0 to 2."));
        }
        provider.temperature = temperature;
    }
    if let Some(price) = &asked.price {
        provider.price = price.as_ref().map(|price| checked_price(&field("price"), price)).transpose()?;
    }
    if let Some(key) = &asked.api_key {
        provider.api_key_hint = given(key).map(hint).unwrap_or_default();
    }
    if provider.kind != ProviderKind::Builtin {
        if provider.base_url.is_empty() {
            provider.base_url = makers_own(provider.kind).to_owned();
        }
        if provider.model.is_empty() {
            return Err(ApiError::invalid(field("model"), "missing", "Say which model shall answer."));
        }
    }
    // Whoever may set assistants up need not know the key, and shall not have it sent to a server of theirs.
    let moves = !provider.base_url.is_empty() && provider.base_url != address;
    if moves && asked.api_key.is_none() && !provider.api_key_hint.is_empty() {
        return Err(ApiError::invalid(field("api_key"), "missing", "Give the key again for the new address."));
    }
    Ok(())
}

fn checked_price(field: &str, price: &Price) -> Result<Price, ApiError> {
    let is_currency = price.currency.len() == 3 && price.currency.bytes().all(|b| b.is_ascii_uppercase());
    if !is_currency || price.input_micros < 0 || price.output_micros < 0 {
        let mend =
            "Give what a million tokens cost in millionths of a currency (3000000 is 3.00), and its code, as in USD.";
        return Err(ApiError::invalid(field, "not_a_price", mend));
    }
    Ok(price.clone())
}

/// A key that says something.
pub(in crate::v1) fn given(key: &Option<String>) -> Option<&str> {
    key.as_deref().map(str::trim).filter(|key| !key.is_empty())
}

const fn makers_own(kind: ProviderKind) -> &'static str {
    match kind {
        ProviderKind::Builtin => "",
        ProviderKind::Openai => "https://api.openai.com/v1",
        ProviderKind::Anthropic => "https://api.anthropic.com",
    }
}

pub(in crate::v1) fn within(field: &str, text: &str, max: usize) -> Result<(), ApiError> {
    if text.chars().count() <= max {
        return Ok(());
    }
    Err(ApiError::invalid(field, "too_long", format!("At most {max} characters. Make it shorter.")))
}

fn between(field: &str, value: u32, min: u32, max: u32) -> Result<u32, ApiError> {
    if (min..=max).contains(&value) {
        return Ok(value);
    }
    Err(ApiError::invalid(field, "out_of_range", format!("Choose {min} to {max}.")))
}

/// The end of a key, if that leaves enough of it secret.
pub(in crate::v1) fn hint(key: &str) -> String {
    let chars: Vec<char> = key.trim().chars().collect();
    if chars.len() < HINT_CHARS * 3 {
        return "…".to_owned();
    }
    std::iter::once('…').chain(chars[chars.len() - HINT_CHARS..].iter().copied()).collect()
}

/// The keys as they are kept, each for the address that `settings` have it for now.
///
/// # Errors
/// 422 that names the field if one cannot be one; a fault if it cannot be sealed.
pub fn sealed_keys(
    sealer: &Sealer,
    id: AssistantId,
    asked: &AssistantPatch,
    settings: &Settings,
) -> Result<Vec<KeyChange>, ApiError> {
    let own = asked.provider.as_ref().map(|patch| ("provider.api_key", patch, &settings.provider));
    let fallback = asked.fallback.as_ref().and_then(Option::as_ref).zip(settings.fallback.as_ref());
    let fallback = fallback.map(|(patch, set)| ("fallback.api_key", patch, set));
    let mut changes = Vec::new();
    for (field, patch, set) in own.into_iter().chain(fallback) {
        let Some(key) = patch.api_key.as_ref().filter(|_| !set.base_url.is_empty()) else { continue };
        let sealed = match given(key) {
            None => None,
            Some(key) if key.len() <= 500 && key.bytes().all(|b| b.is_ascii_graphic()) => {
                let context = engine::model_key_context(id, &set.base_url);
                Some(sealer.seal(&context, key.as_bytes()).map_err(StoreError::fault)?)
            }
            Some(_) => {
                let mend = "A key has at most 500 printable ASCII characters. Copy it again.";
                return Err(ApiError::invalid(field, "not_a_key", mend));
            }
        };
        changes.push(KeyChange { base_url: set.base_url.clone(), sealed });
    }
    Ok(changes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(from: &Settings, json: &str) -> Result<Settings, String> {
        let asked: AssistantPatch = serde_json::from_str(json).map_err(|error| error.to_string())?;
        let mut settings = from.clone();
        apply(&mut settings, &asked).map_err(|error| format!("{error:?}"))?;
        Ok(settings)
    }

    #[test]
    fn a_patch_is_laid_over_what_is_set() {
        let new = set(
            &Settings::default(),
            r#"{"mode":"auto","provider":{"kind":"openai","model":"m","api_key":"sk-0123456789abcd"}}"#,
        );
        let new = new.unwrap();
        assert_eq!((new.mode, new.provider.base_url.as_str()), (Mode::Auto, "https://api.openai.com/v1"));
        assert_eq!((new.provider.api_key_hint.as_str(), new.quiet_window_ms), ("…abcd", 4_000));
        let moved =
            set(&new, r#"{"provider":{"base_url":"http://localhost:11434/v1/","api_key":"sk-0123456789abcd"}}"#)
                .unwrap();
        assert_eq!(
            (moved.provider.base_url.as_str(), moved.provider.model.as_str()),
            ("http://localhost:11434/v1", "m")
        );
        assert_eq!(moved.provider.api_key_hint, "…abcd");
        let other = set(&moved, r#"{"provider":{"kind":"anthropic","api_key":null}}"#).unwrap();
        assert_eq!(
            (other.provider.base_url.as_str(), other.provider.api_key_hint.as_str()),
            ("https://api.anthropic.com", "")
        );
    }

    #[test]
    fn a_kept_key_stays_with_its_address() {
        let kept =
            r#"{"provider":{"kind":"openai","model":"m","base_url":"https://a.test","api_key":"sk-0123456789abcd"}}"#;
        let kept = set(&Settings::default(), kept).unwrap();
        let builtin = set(&kept, r#"{"provider":{"kind":"builtin"}}"#).unwrap();
        for (from, json, moves) in [
            (&kept, r#"{"provider":{"base_url":"https://b.test"}}"#, false),
            (&kept, r#"{"provider":{"base_url":null}}"#, false),
            (&kept, r#"{"provider":{"kind":"anthropic"}}"#, false),
            (&builtin, r#"{"provider":{"kind":"openai","base_url":"https://b.test"}}"#, false),
            (&builtin, r#"{"provider":{"base_url":"https://b.test"}}"#, false),
            (&kept, r#"{"provider":{"base_url":"https://a.test/","model":"n"}}"#, true),
            (&kept, r#"{"provider":{"base_url":"https://b.test","api_key":"sk-another"}}"#, true),
            (&kept, r#"{"provider":{"base_url":"https://b.test","api_key":null}}"#, true),
            (&kept, r#"{"provider":{"base_url":"https://b.test","api_key":""}}"#, true),
            (&Settings::default(), r#"{"provider":{"kind":"openai","model":"m","base_url":"https://b.test"}}"#, true),
        ] {
            let changed = set(from, json);
            assert_eq!(changed.is_ok(), moves, "{json}: {changed:?}");
            assert!(changed.is_ok() || changed.unwrap_err().contains("provider.api_key"), "{json}");
        }
    }

    #[test]
    fn what_makes_no_sense_is_named() {
        for (json, field) in [
            (r#"{"floor":1.5}"#, "floor"),
            (r#"{"quiet_window_ms":120001}"#, "quiet_window_ms"),
            (r#"{"provider":{"kind":"openai"}}"#, "provider.model"),
            (r#"{"provider":{"base_url":"x"}}"#, "provider.base_url"),
            (r#"{"provider":{"timeout_seconds":0}}"#, "provider.timeout_seconds"),
            (r#"{"provider":{"key":"x"}}"#, "unknown field"),
            (r#"{"mode":"on"}"#, "unknown variant"),
            (
                r#"{"provider":{"kind":"openai","model":"m"},"limits":{"cost_micros_per_day":1000000}}"#,
                "provider.price",
            ),
            (
                r#"{"provider":{"kind":"openai","model":"m","price":{"input_micros":1,"output_micros":1,"currency":"USD"}},
                    "fallback":{"kind":"openai","model":"n"},"limits":{"cost_micros_per_day":1000000}}"#,
                "fallback.price",
            ),
            (
                r#"{"provider":{"kind":"openai","model":"m","price":{"input_micros":1,"output_micros":1,"currency":"USD"}},
                    "fallback":{"kind":"openai","model":"n","price":{"input_micros":1,"output_micros":1,"currency":"EUR"}}}"#,
                "fallback.price.currency",
            ),
        ] {
            let error = set(&Settings::default(), json).unwrap_err();
            assert!(error.contains(field), "{json}: {error}");
        }
    }

    #[test]
    fn a_short_key_shows_nothing_of_itself() {
        assert_eq!(hint("secret"), "…");
        assert_eq!(hint("0123456789ab"), "…89ab");
    }
}
