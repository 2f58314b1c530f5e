//! What passed the sandbox: a bounded history of texts, each phone's view of it, and the idempotency keys that go with it.

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    sync::Arc,
    time::Duration,
};

use jiff::Timestamp;
use uuid::Uuid;

use crate::{
    clock::later,
    config::{NewPhone, ScriptedReply},
    message::{Autoresponse, Inbound, Message},
};

/// One text, by who sent it.
#[derive(Debug, Clone)]
pub(crate) enum Text {
    /// An account, to a phone.
    Out(Arc<Message>),
    /// A phone, to an account.
    In(Arc<Inbound>),
    /// Telnyx, to a phone.
    Auto(Arc<Autoresponse>),
}

impl Text {
    fn phone(&self) -> &str {
        match self {
            Self::Out(message) => &message.to,
            Self::In(inbound) => &inbound.from,
            Self::Auto(auto) => &auto.to,
        }
    }

    /// The account's number at the other end.
    pub(crate) fn number(&self) -> &str {
        match self {
            Self::Out(message) => &message.from,
            Self::In(inbound) => &inbound.to,
            Self::Auto(auto) => &auto.from,
        }
    }
}

/// A text and its place in the history.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub(crate) seq: u64,
    pub(crate) text: Text,
}

/// A virtual customer's phone.
#[derive(Debug, Default)]
pub(crate) struct PhoneState {
    pub(crate) name: String,
    /// Was set up, so it stays listed when its history is forgotten.
    named: bool,
    replies: Vec<(ScriptedReply, u32)>,
    lines: VecDeque<Line>,
}

/// What a request with an idempotency key meets.
#[derive(Debug)]
pub(crate) enum Reserved {
    /// Nobody used it: go on, and then [`Book::settle`].
    New,
    /// Its first request is still running.
    Running,
    /// It came before with another body.
    Mismatch,
    /// Its first request succeeded.
    Done(Arc<Message>),
}

#[derive(Debug)]
struct Kept {
    digest: [u8; 32],
    done: Option<(Arc<Message>, Timestamp)>,
}

/// What passed, bounded by its oldest lines being forgotten.
#[derive(Debug)]
pub(crate) struct Book {
    max: usize,
    next_seq: u64,
    ring: VecDeque<Line>,
    messages: HashMap<Uuid, Arc<Message>>,
    phones: BTreeMap<Box<str>, PhoneState>,
    keys: HashMap<Uuid, HashMap<Box<str>, Kept>>,
}

/// How long Telnyx replays an answer.
const KEY_LIFE: Duration = Duration::from_secs(24 * 3_600);

impl Book {
    pub(crate) fn new(max: usize) -> Self {
        Self {
            max: max.max(1),
            next_seq: 1,
            ring: VecDeque::new(),
            messages: HashMap::new(),
            phones: BTreeMap::new(),
            keys: HashMap::new(),
        }
    }

    /// Writes a text down and forgets the oldest if there are too many.
    pub(crate) fn record(&mut self, text: Text) {
        if let Text::Out(message) = &text {
            self.messages.insert(message.id, Arc::clone(message));
        }
        let line = Line { seq: self.next_seq, text };
        self.next_seq += 1;
        match self.phones.get_mut(line.text.phone()) {
            Some(phone) => phone.lines.push_back(line.clone()),
            None => {
                let phone = PhoneState { lines: VecDeque::from([line.clone()]), ..PhoneState::default() };
                self.phones.insert(line.text.phone().into(), phone);
            }
        }
        self.ring.push_back(line);
        if self.ring.len() > self.max {
            self.forget_oldest();
        }
    }

    pub(crate) fn message(&self, id: Uuid) -> Option<&Arc<Message>> {
        self.messages.get(&id)
    }

    /// The lines after `seq`, oldest first.
    pub(crate) fn lines_after(&self, seq: u64) -> impl Iterator<Item = &Line> {
        let start = self.ring.partition_point(|line| line.seq <= seq);
        self.ring.range(start..)
    }

    /// The number of the newest line; 0 before the first.
    pub(crate) fn last_seq(&self) -> u64 {
        self.next_seq - 1
    }

    /// The lines of one phone, oldest first.
    pub(crate) fn lines_of(&self, phone: &str) -> impl Iterator<Item = &Line> {
        self.phones.get(phone).into_iter().flat_map(|phone| &phone.lines)
    }

    /// Every known phone, its name, and how many lines it has.
    pub(crate) fn phones(&self) -> impl Iterator<Item = (&str, &str, usize)> {
        self.phones.iter().map(|(e164, phone)| (e164.as_ref(), phone.name.as_str(), phone.lines.len()))
    }

    /// Lists a phone, and replaces its name and script.
    pub(crate) fn set_phone(&mut self, new: NewPhone) {
        let phone = self.phones.entry(new.e164.into()).or_default();
        phone.named = true;
        phone.name = new.name;
        phone.replies = new.replies.into_iter().map(|reply| (reply.clone(), reply.times)).collect();
    }

    /// What a phone answers to a text by its script; each answer is used up.
    pub(crate) fn scripted_reply(&mut self, phone: &str, heard: &str) -> Option<ScriptedReply> {
        let script = &mut self.phones.get_mut(phone)?.replies;
        if script.is_empty() {
            return None;
        }
        let heard = heard.to_lowercase();
        let (reply, left) =
            script.iter_mut().find(|(reply, left)| *left > 0 && heard.contains(&reply.when_contains.to_lowercase()))?;
        *left -= 1;
        Some(reply.clone())
    }

    /// Looks an idempotency key up, and reserves it if it is new. Only successes are kept, for a day.
    pub(crate) fn reserve(&mut self, account: Uuid, key: &str, digest: [u8; 32], now: Timestamp) -> Reserved {
        let keys = self.keys.entry(account).or_default();
        match keys.get(key) {
            Some(Kept { done: Some((_, at)), .. }) if later(*at, KEY_LIFE) <= now => {}
            Some(kept) if kept.digest != digest => return Reserved::Mismatch,
            Some(Kept { done: None, .. }) => return Reserved::Running,
            Some(Kept { done: Some((message, _)), .. }) => return Reserved::Done(Arc::clone(message)),
            None => {}
        }
        keys.insert(key.into(), Kept { digest, done: None });
        Reserved::New
    }

    /// Ends a reservation: kept with the message it made, or given up.
    pub(crate) fn settle(&mut self, account: Uuid, key: &str, made: Option<Arc<Message>>, now: Timestamp) {
        let Some(keys) = self.keys.get_mut(&account) else {
            return;
        };
        match (made, keys.get_mut(key)) {
            (Some(message), Some(kept)) => kept.done = Some((message, now)),
            (None, Some(_)) => {
                keys.remove(key);
            }
            (_, None) => {}
        }
    }

    /// Forgets every text and key. Phones that were set up stay, with their scripts wound back.
    pub(crate) fn reset(&mut self) {
        let mut phones = std::mem::take(&mut self.phones);
        phones.retain(|_, phone| phone.named);
        for phone in phones.values_mut() {
            phone.lines.clear();
            for (reply, left) in &mut phone.replies {
                *left = reply.times;
            }
        }
        *self = Self { phones, ..Self::new(self.max) };
    }

    fn forget_oldest(&mut self) {
        let Some(line) = self.ring.pop_front() else {
            return;
        };
        let e164 = line.text.phone();
        if let Some(phone) = self.phones.get_mut(e164) {
            // Both lists are in the order of `seq`, so what is oldest of all is the first of its phone.
            phone.lines.pop_front();
            if phone.lines.is_empty() && !phone.named {
                self.phones.remove(e164);
            }
        }
        if let Text::Out(message) = &line.text {
            self.messages.remove(&message.id);
            let keys = self.keys.get_mut(&message.organization);
            if let (Some(keys), Some(key)) = (keys, &message.idempotency_key) {
                let ours = |kept: &Kept| kept.done.as_ref().is_some_and(|(done, _)| done.id == message.id);
                if keys.get(key).is_some_and(ours) {
                    keys.remove(key);
                }
            }
        }
    }
}
