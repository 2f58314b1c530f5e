//! What the carrier knows of its customers: accounts and keys, numbers, messaging profiles, who opted out.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex},
};

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::{
    country,
    keyword::{Keyword, folded},
    message::Webhooks,
    registration::Registration,
    wire::{Iso, error::ApiError, profile},
};

/// A customer of the carrier.
#[derive(Debug)]
pub(crate) struct Account {
    pub(crate) id: Uuid,
    pub(crate) name: String,
    pub(crate) window: Mutex<Window>,
}

/// The requests of the present second.
#[derive(Debug, Default)]
pub(crate) struct Window {
    pub(crate) second: i64,
    pub(crate) taken: u32,
}

/// A number of an account.
#[derive(Debug, Clone)]
pub(crate) struct Number {
    pub(crate) id: String,
    pub(crate) account: Uuid,
    pub(crate) e164: String,
    pub(crate) profile: Option<Uuid>,
    pub(crate) tags: Arc<[String]>,
    pub(crate) messaging_product: String,
    /// Whether texts within the country work.
    pub(crate) can_text: bool,
    /// Whether attachments do.
    pub(crate) can_mms: bool,
    /// Whether US carriers know who sends from it, and what they say to it.
    pub(crate) registration: Registration,
    pub(crate) registration_reason: Option<String>,
    pub(crate) connection_id: Option<String>,
    pub(crate) customer_reference: Option<String>,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
}

impl Number {
    pub(crate) fn country(&self) -> &'static str {
        country::of(&self.e164).first().copied().unwrap_or("US")
    }

    pub(crate) fn is_us_long_code(&self) -> bool {
        country::is_e164(&self.e164) && self.country() == "US" && !self.is_toll_free()
    }

    pub(crate) fn is_toll_free(&self) -> bool {
        ["+1800", "+1833", "+1844", "+1855", "+1866", "+1877", "+1888"]
            .iter()
            .any(|prefix| self.e164.starts_with(prefix))
    }
}

/// A messaging profile: its fields as they are shown, and those that sending asks for in a handy form.
#[derive(Debug, Clone)]
pub(crate) struct Profile {
    pub(crate) id: Uuid,
    pub(crate) account: Uuid,
    pub(crate) fields: Map<String, Value>,
    pub(crate) enabled: bool,
    pub(crate) smart_encoding: bool,
    pub(crate) pool: bool,
    pub(crate) alpha_sender: Option<String>,
    pub(crate) destinations: Vec<String>,
    pub(crate) webhook_url: Option<Arc<str>>,
    pub(crate) webhook_failover_url: Option<Arc<str>>,
    pub(crate) autoresponses: BTreeMap<Uuid, AutoresponseConfig>,
}

impl Profile {
    /// A new profile of an account.
    pub(crate) fn new(id: Uuid, account: Uuid, request: &Map<String, Value>, now: Timestamp) -> Result<Self, ApiError> {
        profile::check_new(request)?;
        let mut fields = profile::defaults();
        fields.insert("id".to_owned(), json!(id));
        fields.insert("organization_id".to_owned(), json!(account));
        fields.insert("created_at".to_owned(), json!(Iso(now)));
        let mut new = Self {
            id,
            account,
            fields,
            enabled: true,
            smart_encoding: false,
            pool: false,
            alpha_sender: None,
            destinations: Vec::new(),
            webhook_url: None,
            webhook_failover_url: None,
            autoresponses: BTreeMap::new(),
        };
        new.change(request, now)?;
        Ok(new)
    }

    /// Takes over the fields of a request.
    pub(crate) fn change(&mut self, request: &Map<String, Value>, now: Timestamp) -> Result<(), ApiError> {
        profile::merge(&mut self.fields, request)?;
        self.fields.insert("updated_at".to_owned(), json!(Iso(now)));
        let flag = |name: &str| self.fields.get(name).and_then(Value::as_bool).unwrap_or(false);
        let text = |name: &str| self.fields.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        self.enabled = flag("enabled");
        self.smart_encoding = flag("smart_encoding");
        self.pool =
            self.fields.get("number_pool_settings").and_then(Value::as_object).is_some_and(|pool| !pool.is_empty());
        self.alpha_sender = text("alpha_sender").map(str::to_owned);
        self.webhook_url = text("webhook_url").map(Arc::from);
        self.webhook_failover_url = text("webhook_failover_url").map(Arc::from);
        let listed = self.fields.get("whitelisted_destinations").and_then(Value::as_array);
        self.destinations = listed.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect();
        Ok(())
    }

    pub(crate) fn webhooks(&self) -> Webhooks {
        Webhooks { url: self.webhook_url.clone(), failover_url: self.webhook_failover_url.clone() }
    }

    /// Whether its list of destinations lets a number be sent to.
    pub(crate) fn reaches(&self, to: &str) -> bool {
        let countries = country::of(to);
        countries.is_empty()
            || self.destinations.iter().any(|listed| listed == "*" || countries.contains(&listed.as_str()))
    }

    /// What a text asks for: a default keyword, or one that a configuration adds.
    pub(crate) fn keyword(&self, text: &str) -> Option<Keyword> {
        Keyword::of(text).or_else(|| {
            let folded = folded(text);
            let named = |config: &&AutoresponseConfig| !folded.is_empty() && config.keywords.contains(&folded);
            self.autoresponses.values().find(named).map(|config| config.op)
        })
    }

    /// The text that answers a keyword, if a configuration sets one.
    pub(crate) fn response_to(&self, keyword: Keyword) -> Option<&str> {
        self.autoresponses.values().filter(|config| config.op == keyword).find_map(|config| config.response.as_deref())
    }
}

/// What a profile says by itself to certain words.
#[derive(Debug, Clone)]
pub(crate) struct AutoresponseConfig {
    pub(crate) op: Keyword,
    /// As compared: in capitals, without spaces.
    pub(crate) keywords: Vec<String>,
    pub(crate) response: Option<String>,
    pub(crate) shown: Value,
}

/// That a recipient does not want texts of a profile.
#[derive(Debug, Clone)]
pub(crate) struct OptOut {
    /// The number that was told so.
    pub(crate) to: String,
    pub(crate) keyword: String,
    pub(crate) at: Timestamp,
}

/// Everything the carrier knows of its customers.
#[derive(Debug, Default)]
pub(crate) struct Directory {
    pub(crate) accounts: BTreeMap<Uuid, Arc<Account>>,
    pub(crate) keys: HashMap<String, Arc<Account>>,
    pub(crate) numbers: BTreeMap<String, Number>,
    pub(crate) profiles: BTreeMap<Uuid, Profile>,
    /// By profile, then by the recipient's number.
    pub(crate) optouts: HashMap<Uuid, BTreeMap<String, OptOut>>,
    pub(crate) bulk_updates: BTreeMap<Uuid, (Uuid, Value)>,
}

impl Directory {
    /// A profile of this account; another's is not found.
    pub(crate) fn profile(&self, account: Uuid, id: Uuid) -> Result<&Profile, ApiError> {
        self.profiles
            .get(&id)
            .filter(|profile| profile.account == account)
            .ok_or_else(|| ApiError::not_found("messaging profile"))
    }

    /// As [`Self::profile`], to change it.
    pub(crate) fn profile_mut(&mut self, account: Uuid, id: Uuid) -> Result<&mut Profile, ApiError> {
        let found = self.profiles.get_mut(&id).filter(|profile| profile.account == account);
        found.ok_or_else(|| ApiError::not_found("messaging profile"))
    }

    /// A number of this account, by the carrier's id for it. As at Telnyx, the number itself is not an id.
    pub(crate) fn number_mut(&mut self, account: Uuid, id: &str) -> Result<&mut Number, ApiError> {
        let found = self.numbers.values_mut().find(|number| number.account == account && number.id == id);
        found.ok_or_else(|| ApiError::not_found("phone number"))
    }

    /// The numbers of an account, in order.
    pub(crate) fn numbers_of(&self, account: Uuid) -> impl Iterator<Item = &Number> {
        self.numbers.values().filter(move |number| number.account == account)
    }

    pub(crate) fn opted_out(&self, profile: Uuid, recipient: &str) -> bool {
        self.optouts.get(&profile).is_some_and(|optouts| optouts.contains_key(recipient))
    }

    /// The number that a profile's pool sends from.
    pub(crate) fn pool_number(&self, profile: Uuid) -> Option<&Number> {
        self.numbers.values().find(|number| number.profile == Some(profile))
    }
}
