//! Setting the scene and looking behind it: what the control API under `/_sandbox` does, for Rust callers.

use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    book::{Line, Text},
    config::{NewAccount, NewPhone},
    counters::Counters,
    country,
    directory::{Account, Directory, Number, Window},
    faults::{Faults, FaultsError, Outcome},
    message::Status,
    phone::{self, TextError, Texted},
    registration::Registration,
    view::{AccountView, HeardText, NumberView, PhoneView},
    world::World,
};

/// A hand on the sandbox's controls. Clones move the same sandbox.
#[derive(Debug, Clone)]
pub struct Control(pub(crate) Arc<World>);

/// A scene that cannot be set so.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SceneError {
    /// Not a number in E.164 form.
    #[error("numbers must be in E.164 form, such as +13125550123")]
    NotANumber,
    /// The number belongs to another account already.
    #[error("another account has this number")]
    NumberTaken,
    /// The key opens another account already.
    #[error("another account has this API key")]
    KeyTaken,
    /// An account without a key could not be used.
    #[error("an account needs at least one API key")]
    NoKey,
    /// No account has this id or name.
    #[error("no account has this id or name")]
    UnknownAccount,
    /// No account has this number.
    #[error("no account has this number")]
    UnknownNumber,
    /// The account has no such messaging profile.
    #[error("the account has no messaging profile with this id")]
    UnknownProfile,
}

/// Numbers for an account.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewNumbers {
    /// The account's id or name.
    pub account: String,
    /// In E.164 form.
    pub numbers: Vec<String>,
    /// The messaging profile to put them on; `None` leaves that to the API.
    #[serde(default)]
    pub messaging_profile_id: Option<Uuid>,
}

impl Control {
    /// Adds an account with its keys and numbers. One with the same name gets what is new.
    pub fn add_account(&self, new: NewAccount) -> Result<AccountView, SceneError> {
        if new.api_keys.is_empty() {
            return Err(SceneError::NoKey);
        }
        let now = self.0.now();
        let mut directory = self.0.directory_mut();
        let known = directory.accounts.values().find(|account| account.name == new.name).cloned();
        let account = known.unwrap_or_else(|| {
            Arc::new(Account { id: self.0.uuid(), name: new.name.clone(), window: Mutex::new(Window::default()) })
        });
        if new.api_keys.iter().any(|key| directory.keys.get(key).is_some_and(|owner| owner.id != account.id)) {
            return Err(SceneError::KeyTaken);
        }
        check_numbers(&directory, account.id, &new.numbers)?;
        directory.accounts.insert(account.id, Arc::clone(&account));
        for key in new.api_keys {
            directory.keys.insert(key, Arc::clone(&account));
        }
        self.put_numbers(&mut directory, account.id, &new.numbers, None, now);
        Ok(account_view(&directory, &account))
    }

    /// Every account, its numbers included.
    #[must_use]
    pub fn accounts(&self) -> Vec<AccountView> {
        let directory = self.0.directory();
        directory.accounts.values().map(|account| account_view(&directory, account)).collect()
    }

    /// Gives an account numbers.
    pub fn add_numbers(&self, new: &NewNumbers) -> Result<Vec<NumberView>, SceneError> {
        let now = self.0.now();
        let mut directory = self.0.directory_mut();
        let named = |account: &&Arc<Account>| account.name == new.account || account.id.to_string() == new.account;
        let account =
            directory.accounts.values().find(named).map(|account| account.id).ok_or(SceneError::UnknownAccount)?;
        if let Some(profile) = new.messaging_profile_id {
            directory.profile(account, profile).map_err(|_| SceneError::UnknownProfile)?;
        }
        check_numbers(&directory, account, &new.numbers)?;
        self.put_numbers(&mut directory, account, &new.numbers, new.messaging_profile_id, now);
        Ok(directory.numbers_of(account).filter(|number| new.numbers.contains(&number.e164)).map(number_view).collect())
    }

    /// Every number of every account.
    #[must_use]
    pub fn numbers(&self) -> Vec<NumberView> {
        self.0.directory().numbers.values().map(number_view).collect()
    }

    /// Says of a number whether it can text, as the carrier shows it to its owner.
    pub fn set_texting(&self, e164: &str, can_text: bool) -> Result<(), SceneError> {
        let mut directory = self.0.directory_mut();
        directory.numbers.get_mut(e164).ok_or(SceneError::UnknownNumber)?.can_text = can_text;
        Ok(())
    }

    /// Says of a number whether it can send attachments, as the carrier shows it to its owner.
    pub fn set_mms(&self, e164: &str, can_mms: bool) -> Result<(), SceneError> {
        let mut directory = self.0.directory_mut();
        directory.numbers.get_mut(e164).ok_or(SceneError::UnknownNumber)?.can_mms = can_mms;
        Ok(())
    }

    /// Says of a number how far its registration has come, and maybe why. Texts from one that is not registered are refused: of an
    /// ordinary US number those to the USA, of a toll-free number all.
    pub fn set_registration(
        &self,
        e164: &str,
        registration: Registration,
        reason: Option<&str>,
    ) -> Result<(), SceneError> {
        let now = self.0.now();
        let mut directory = self.0.directory_mut();
        let number = directory.numbers.get_mut(e164).ok_or(SceneError::UnknownNumber)?;
        number.registration = registration;
        number.registration_reason = reason.map(str::to_owned);
        number.updated_at = now;
        Ok(())
    }

    /// Lists a phone, and replaces its name and script.
    pub fn set_phone(&self, new: NewPhone) -> Result<(), SceneError> {
        if !country::is_e164(&new.e164) {
            return Err(SceneError::NotANumber);
        }
        self.0.book().set_phone(new);
        Ok(())
    }

    /// Every phone that was set up or has texts.
    #[must_use]
    pub fn phones(&self) -> Vec<PhoneView> {
        let book = self.0.book();
        book.phones()
            .map(|(e164, name, texts)| PhoneView { e164: e164.to_owned(), name: name.to_owned(), texts })
            .collect()
    }

    /// The phone with this number, set up or not.
    #[must_use]
    pub fn phone(&self, e164: impl Into<String>) -> Phone {
        Phone { control: self.clone(), e164: e164.into() }
    }

    /// The outbound messages taken after the line `after` (0 is all that is remembered), oldest first, at most `limit`.
    #[must_use]
    pub fn heard(&self, after: u64, limit: usize) -> Vec<HeardText> {
        let book = self.0.book();
        book.lines_after(after).filter(|line| matches!(line.text, Text::Out(_))).take(limit).map(shown).collect()
    }

    /// The number of the newest line of the history; what comes later is after it.
    #[must_use]
    pub fn last_seq(&self) -> u64 {
        self.0.book().last_seq()
    }

    /// The plan in force.
    #[must_use]
    pub fn faults(&self) -> Faults {
        Faults::clone(&self.0.plan().faults)
    }

    /// Puts another plan in force.
    pub fn set_faults(&self, faults: Faults) -> Result<(), FaultsError> {
        faults.check()?;
        self.0.set_faults(faults);
        Ok(())
    }

    /// What happened so far.
    #[must_use]
    pub fn counters(&self) -> Counters {
        self.0.counters()
    }

    /// Ends once the counters are as wanted. It is asked at every change, so nobody needs to sleep.
    pub async fn until(&self, mut reached: impl FnMut(&Counters) -> bool) {
        self.0.until(|| reached(&self.0.counters())).await;
    }

    /// Ends once nothing is on its way: every receipt delivered, given up or dropped.
    pub async fn until_quiet(&self) {
        self.until(|counters| counters.pending == 0).await;
    }

    /// Forgets texts, keys, opt-outs, counters and faults, and winds chance back. Accounts, numbers, profiles and phones stay.
    pub fn reset(&self) {
        self.0.reset();
    }

    /// The present moment of the sandbox.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.0.now()
    }

    fn put_numbers(
        &self,
        directory: &mut Directory,
        account: Uuid,
        numbers: &[String],
        profile: Option<Uuid>,
        now: Timestamp,
    ) {
        for e164 in numbers {
            let number = directory.numbers.entry(e164.clone()).or_insert_with(|| Number {
                id: self.0.number_id(),
                account,
                e164: e164.clone(),
                profile: None,
                tags: Arc::default(),
                messaging_product: "A2P".to_owned(),
                can_text: true,
                can_mms: true,
                registration: Registration::default(),
                registration_reason: None,
                connection_id: None,
                customer_reference: None,
                created_at: now,
                updated_at: now,
            });
            number.profile = profile.or(number.profile);
        }
    }
}

/// One virtual customer's phone.
#[derive(Clone)]
pub struct Phone {
    control: Control,
    e164: String,
}

impl Phone {
    /// Texts a number of an account. The webhook is on its way when this returns.
    pub fn text(&self, to: &str, body: impl Into<String>, media_urls: &[&str]) -> Result<Texted, TextError> {
        let media_urls = media_urls.iter().map(|url| (*url).to_owned()).collect();
        phone::text(&self.control.0, &self.e164, to, body.into(), media_urls)
    }

    /// What is on its screen, oldest first: what it sent, and what reached it. `with` keeps the thread with one number.
    #[must_use]
    pub fn messages(&self, with: Option<&str>) -> Vec<HeardText> {
        let book = self.control.0.book();
        let visible = |line: &&Line| reached(&line.text) && with.is_none_or(|number| line.text.number() == number);
        book.lines_of(&self.e164).filter(visible).map(shown).collect()
    }

    /// The bodies of the texts it received, oldest first.
    #[must_use]
    pub fn heard(&self) -> Vec<String> {
        let outbound = |text: &HeardText| text.direction == crate::view::Direction::Out;
        self.messages(None).into_iter().filter(outbound).map(|text| text.body).collect()
    }
}

impl std::fmt::Debug for Phone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Phone").finish_non_exhaustive()
    }
}

/// Whether a phone shows it: not what failed on the way, nor what waits for its time.
fn reached(text: &Text) -> bool {
    match text {
        Text::In(_) | Text::Auto(_) => true,
        Text::Out(message) => {
            let waits = matches!(message.progress().status, Status::Scheduled | Status::Cancelled);
            !waits && message.outcome.reaches_the_phone()
        }
    }
}

fn shown(line: &Line) -> HeardText {
    use crate::view::{Direction, Kind};
    let seq = line.seq;
    match &line.text {
        Text::Out(message) => HeardText {
            seq,
            direction: Direction::Out,
            kind: Kind::Message,
            message_id: message.id,
            account_id: message.organization,
            from: message.from.to_string(),
            to: message.to.to_string(),
            body: message.text.to_string(),
            media_urls: message.media_urls.to_vec(),
            at: message.received_at,
            status: message.progress().status.name().to_owned(),
            error_code: failure(&message.outcome, message.progress().completed_at),
            parts: message.parts,
            idempotency_key: message.idempotency_key.as_deref().map(str::to_owned),
        },
        Text::In(inbound) => HeardText {
            seq,
            direction: Direction::In,
            kind: Kind::Message,
            message_id: inbound.id,
            account_id: inbound.organization,
            from: inbound.from.to_string(),
            to: inbound.to.to_string(),
            body: inbound.text.to_string(),
            media_urls: inbound.media_urls.to_vec(),
            at: inbound.received_at,
            status: inbound.status().to_owned(),
            error_code: None,
            parts: inbound.parts,
            idempotency_key: None,
        },
        Text::Auto(auto) => HeardText {
            seq,
            direction: Direction::Out,
            kind: Kind::Autoresponse,
            message_id: auto.id,
            account_id: auto.organization,
            from: auto.from.to_string(),
            to: auto.to.to_string(),
            body: auto.text.to_string(),
            media_urls: Vec::new(),
            at: auto.at,
            status: "delivered".to_owned(),
            error_code: None,
            parts: crate::count::count(&auto.text).parts,
            idempotency_key: None,
        },
    }
}

fn failure(outcome: &Outcome, completed_at: Option<Timestamp>) -> Option<String> {
    completed_at?;
    match outcome {
        Outcome::DeliveryFailed { code } | Outcome::SendingFailed { code } => Some(code.clone()),
        Outcome::Delivered | Outcome::DeliveryUnconfirmed | Outcome::NoReceipt | Outcome::Rejected { .. } => None,
    }
}

fn check_numbers(directory: &Directory, account: Uuid, numbers: &[String]) -> Result<(), SceneError> {
    for e164 in numbers {
        if !country::is_e164(e164) && !country::is_short_code(e164) {
            return Err(SceneError::NotANumber);
        }
        if directory.numbers.get(e164).is_some_and(|number| number.account != account) {
            return Err(SceneError::NumberTaken);
        }
    }
    Ok(())
}

fn account_view(directory: &Directory, account: &Account) -> AccountView {
    AccountView {
        id: account.id,
        name: account.name.clone(),
        numbers: directory.numbers_of(account.id).map(number_view).collect(),
    }
}

fn number_view(number: &Number) -> NumberView {
    NumberView {
        id: number.id.clone(),
        account_id: number.account,
        e164: number.e164.clone(),
        messaging_profile_id: number.profile,
    }
}
