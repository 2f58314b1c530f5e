//! Asks a model over the net: within its time, again where that may help, and another provider's where it does not.

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::id::Ids;
use providers::http::{Response, Secret};
use providers::model::{Answer, Ask, Dialect, ModelFault};
use tokio::time::{Instant, timeout, timeout_at};

use crate::clock::Clock;
use crate::net::{Net, NetError};

/// An answer is a short text, and a stream repeats a frame around every word of it; what is longer is none.
const ANSWER_BYTES_MAX: usize = 4 << 20;
/// A stream that has begun and then says nothing for so long does not go on.
const IDLE_MAX: Duration = Duration::from_secs(20);
/// A pause before another try is anything up to this, and up to twice as much before each further one.
const PAUSE: Duration = Duration::from_millis(500);
/// So many servers' manners are remembered.
const MANNERS_MAX: usize = 1_000;

/// A model that may be asked, and where.
#[derive(Clone)]
pub struct Candidate {
    /// How its server is spoken to.
    pub dialect: Dialect,
    /// Where it is; a tenant chose it.
    pub base_url: String,
    /// Its key; empty where none is wanted.
    pub key: Secret,
    /// The server's name of the model.
    pub model: String,
    /// The most tokens it may answer with.
    pub max_tokens: u32,
    /// For all tries with this one together.
    pub timeout: Duration,
}

/// What is heard while an answer comes.
#[derive(Debug, PartialEq, Eq)]
pub enum Progress<'a> {
    /// More of its text.
    Text(&'a str),
    /// What was heard so far is void: it broke off, and somebody is asked anew.
    Anew,
}

/// An answer, and how it came about.
#[derive(Debug)]
pub struct Asked {
    /// What was said.
    pub answer: Answer,
    /// Which candidate said it, from 0.
    pub candidate: usize,
    /// Its name of the model.
    pub model: String,
    /// How many requests that took, of all candidates.
    pub tries: u32,
    /// From the question to the answer, pauses included.
    pub latency: Duration,
}

/// The way to all models.
pub struct Models {
    net: Net,
    clock: Arc<dyn Clock>,
    seed: AtomicU64,
    manners: Mutex<HashMap<(String, String), Manners>>,
}

/// What a model's server refused once and does not get again while this process lives.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Manners {
    no_schema: bool,
    no_stream: bool,
}

impl Models {
    /// `seed`: chance, for the length of pauses.
    #[must_use]
    pub fn new(net: Net, clock: Arc<dyn Clock>, seed: u64) -> Self {
        Self { net, clock, seed: AtomicU64::new(seed), manners: Mutex::default() }
    }

    /// Asks the first candidate, and each further one if those before gave no answer; `ask`'s own model and cap do not
    /// matter. Takes no longer than `within`. Nothing of an answer that broke off is used. Dropping the future ends the
    /// exchange.
    ///
    /// # Errors
    /// When none of them answered: what was the matter with the first.
    pub async fn ask(
        &self,
        candidates: &[Candidate],
        ask: &Ask,
        within: Duration,
        mut hear: impl FnMut(Progress<'_>) + Send,
    ) -> Result<Asked, ModelFault> {
        let began = Instant::now();
        let mut tries = 0;
        let mut first = None;
        for (nth, candidate) in candidates.iter().enumerate() {
            let deadline = (began + within).min(Instant::now() + candidate.timeout);
            match self.ask_one(candidate, ask, deadline, &mut tries, &mut hear).await {
                Ok(answer) => {
                    let model = candidate.model.clone();
                    return Ok(Asked { answer, candidate: nth, model, tries, latency: began.elapsed() });
                }
                Err(fault) => {
                    tracing::warn!(%fault, candidate = nth, "a model gave no answer");
                    // Whoever declines has read the question: it is one for people, not for another model.
                    let is_final = fault == ModelFault::Declined;
                    first.get_or_insert(fault);
                    if is_final {
                        break;
                    }
                }
            }
        }
        Err(first.unwrap_or(ModelFault::Unreachable))
    }

    async fn ask_one(
        &self,
        candidate: &Candidate,
        ask: &Ask,
        deadline: Instant,
        tries: &mut u32,
        hear: &mut (impl FnMut(Progress<'_>) + Send),
    ) -> Result<Answer, ModelFault> {
        let mut ask = Ask { model: candidate.model.clone(), max_tokens: candidate.max_tokens, ..ask.clone() };
        let wanted = (ask.answer_schema.is_some(), ask.stream);
        let manners = self.manners_of(candidate);
        ask.stream &= !manners.no_stream;
        ask.answer_schema = ask.answer_schema.filter(|_| !manners.no_schema);
        let mut failed = 0;
        loop {
            *tries += 1;
            let fault = match self.exchange(candidate, &ask, deadline, hear).await {
                Ok(answer) => {
                    let no_schema = wanted.0 && ask.answer_schema.is_none();
                    self.remember(candidate, manners, Manners { no_schema, no_stream: wanted.1 && !ask.stream });
                    return Ok(answer);
                }
                Err(fault) => fault,
            };
            if matches!(fault, ModelFault::Refused { .. })
                && let Some(plainer) = ask.plainer()
            {
                ask = plainer;
                continue;
            }
            let Some(pause) = pause(&fault, failed, self.chance()) else { return Err(fault) };
            failed += 1;
            if Instant::now() + pause >= deadline {
                return Err(fault);
            }
            let until = self.clock.now().checked_add(pause).unwrap_or(self.clock.now());
            if timeout_at(deadline, self.clock.sleep_until(until)).await.is_err() {
                return Err(fault);
            }
        }
    }

    /// One request and its answer.
    async fn exchange(
        &self,
        candidate: &Candidate,
        ask: &Ask,
        deadline: Instant,
        hear: &mut (impl FnMut(Progress<'_>) + Send),
    ) -> Result<Answer, ModelFault> {
        let mut heard = false;
        let mut hear_it = |text: &str| {
            heard = true;
            hear(Progress::Text(text));
        };
        let answer = match timeout_at(deadline, self.carry(candidate, ask, deadline, &mut hear_it)).await {
            // What failed at the very end failed because of it.
            Ok(Err(_)) | Err(_) if Instant::now() >= deadline => Err(ModelFault::Timeout),
            Ok(answer) => answer,
            Err(_) => Err(ModelFault::Timeout),
        };
        if answer.is_err() && heard {
            hear(Progress::Anew);
        }
        answer
    }

    async fn carry(
        &self,
        candidate: &Candidate,
        ask: &Ask,
        deadline: Instant,
        hear: &mut (impl FnMut(&str) + Send),
    ) -> Result<Answer, ModelFault> {
        let left = deadline.saturating_duration_since(Instant::now());
        let request = candidate.dialect.request(&candidate.base_url, &candidate.key, ask, left);
        // A tenant names the address, and where a name leads is decided by strangers.
        let coming = self.net.carry_guarded_streaming(request, ANSWER_BYTES_MAX).await;
        let mut coming = coming.map_err(|error| unheard(&error))?;
        if !(200..=299).contains(&coming.status) {
            let bare = Response { status: coming.status, headers: coming.headers.clone(), ..Response::default() };
            let told = coming.whole().await.unwrap_or(bare);
            return candidate.dialect.answer(Some(&told), self.clock.now());
        }
        let mut reader = candidate.dialect.reader();
        // Before it begins to speak it may think as long as it likes; so may one that was not asked for a stream.
        let mut patience = Duration::MAX;
        let idle = IDLE_MAX.min(candidate.timeout / 2);
        while !reader.is_done() {
            let Ok(chunk) = timeout(patience, coming.chunk()).await else { return Err(ModelFault::CutOff) };
            // What broke off lacks its end, which the reader knows.
            let Ok(Some(bytes)) = chunk else { break };
            let more = reader.push(&bytes)?;
            if !more.is_empty() {
                hear(&more);
            }
            if ask.stream {
                patience = idle;
            }
        }
        reader.finish()
    }

    fn manners_of(&self, candidate: &Candidate) -> Manners {
        let known = self.manners.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(&(candidate.base_url.clone(), candidate.model.clone())).copied().unwrap_or_default()
    }

    fn remember(&self, candidate: &Candidate, before: Manners, now: Manners) {
        let all =
            Manners { no_schema: before.no_schema || now.no_schema, no_stream: before.no_stream || now.no_stream };
        if all == before {
            return;
        }
        let mut known = self.manners.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MANNERS_MAX {
            known.clear();
        }
        known.insert((candidate.base_url.clone(), candidate.model.clone()), all);
    }

    /// Anything from 0 up to and without 1.
    fn chance(&self) -> f64 {
        let seed = self.seed.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::Relaxed);
        let id: uuid::Uuid = Ids::new(self.clock.now(), seed).next();
        let bits = u32::try_from(id.as_u128() & u128::from(u32::MAX)).unwrap_or_default();
        f64::from(bits) / 2_f64.powi(32)
    }
}

/// How long to wait before the same is asked again; `None`: it is not. `failed`: how many tries failed before this one.
fn pause(fault: &ModelFault, failed: u32, chance: f64) -> Option<Duration> {
    let (again, at_least) = match fault {
        ModelFault::Busy { retry_after } => (2, retry_after.unwrap_or_default()),
        ModelFault::Unavailable { .. } => (2, Duration::ZERO),
        ModelFault::CutOff | ModelFault::Unreachable => (1, Duration::ZERO),
        // Time is over, or the same would be answered the same.
        ModelFault::Timeout | ModelFault::Empty | ModelFault::Declined | ModelFault::TooLong => return None,
        ModelFault::Unauthorized | ModelFault::OverQuota | ModelFault::NoSuchModel => return None,
        ModelFault::Refused { .. } | ModelFault::Unreadable { .. } | ModelFault::AddressRefused(_) => return None,
    };
    (failed < again).then(|| at_least + (PAUSE * 2_u32.pow(failed)).mul_f64(chance))
}

/// Why nothing was heard.
fn unheard(error: &NetError) -> ModelFault {
    tracing::warn!(%error, "a model could not be asked");
    match error {
        NetError::NotSent(_) => ModelFault::Unreachable,
        NetError::Refused(why) => ModelFault::AddressRefused(why),
        NetError::Lost(_) => ModelFault::CutOff,
    }
}

impl fmt::Debug for Candidate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Candidate").field("dialect", &self.dialect).field("model", &self.model).finish_non_exhaustive()
    }
}

impl fmt::Debug for Models {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Models")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_help_is_tried_again_and_nothing_else() {
        let busy = |seconds| ModelFault::Busy { retry_after: Some(Duration::from_secs(seconds)) };
        let millis = |fault: &ModelFault, failed, chance| pause(fault, failed, chance).map(|pause| pause.as_millis());
        let down = ModelFault::Unavailable { status: 503 };
        assert_eq!(millis(&busy(7), 0, 0.0), Some(7_000), "as long as it asked for");
        assert_eq!(millis(&busy(7), 1, 0.5), Some(7_500));
        assert_eq!(millis(&busy(7), 2, 0.5), None, "twice is enough");
        assert_eq!([0, 1, 2].map(|failed| millis(&down, failed, 0.999)), [Some(499), Some(999), None]);
        assert_eq!([0, 1].map(|failed| millis(&ModelFault::CutOff, failed, 0.5)), [Some(250), None]);
        for fault in [ModelFault::Timeout, ModelFault::Unauthorized, ModelFault::OverQuota, ModelFault::Declined] {
            assert_eq!(pause(&fault, 0, 0.0), None, "{fault}");
        }
    }
}
