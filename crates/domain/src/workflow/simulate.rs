//! A workflow, played: by the very [`advance`] that runs it, on a clock of its own, with the world's part given.
//!
//! The phone simulator plays it by hand ([`Simulation`]), tests and dry runs by a script ([`simulate`]). Nothing goes out.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::advance::{Known, advance};
use super::effect::{Deed, Effect, Key, Question};
use super::event::{Done, Event};
use super::floor::Held;
use super::program::Published;
use super::reply::Text;
use super::span::Span;
use super::state::State;
use super::trace::{Line, What};
use crate::condition::Subject;
use crate::id::{EnrolmentId, MessageId};
use crate::keyword::{Keyword, keyword};
use crate::template::Rendering;

/// A play has at most so many turns.
const TURNS_MAX: usize = 2_000;

/// Who is played with.
#[derive(Debug, Clone)]
pub struct Person {
    /// What is known of them.
    pub subject: Subject,
    /// Where they are reached, E.164.
    pub phone: String,
    /// Their clock.
    pub zone: TimeZone,
    /// A BCP 47 tag, as in `en-GB`.
    pub language: String,
    /// 5/6 is the sixth of May where they are.
    pub month_first: bool,
}

/// What happens in a script.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Play {
    /// They text this.
    Says(String),
    /// Time passes.
    Waits(Span),
    /// Time passes until the next timer has come.
    Skips,
    /// Somebody pauses it.
    Pauses,
    /// Somebody has it go on.
    Resumes,
}

/// What the world answers, each kind in its order; when there is no more, texts go out, systems answer 200 with nothing,
/// models find nothing, and other workflows are left as `completed`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Answers {
    /// What becomes of texts.
    #[serde(skip_serializing_if = "VecDeque::is_empty")]
    pub sends: VecDeque<Done>,
    /// What systems answer.
    #[serde(skip_serializing_if = "VecDeque::is_empty")]
    pub http: VecDeque<Done>,
    /// What models answer.
    #[serde(skip_serializing_if = "VecDeque::is_empty")]
    pub models: VecDeque<Done>,
}

impl Answers {
    /// Nothing is said of what anything answers.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What was seen, in order.
#[derive(Clone, PartialEq, Eq)]
pub struct Seen {
    /// When.
    pub at: Timestamp,
    /// What.
    pub what: Scene,
}

/// What was seen.
#[derive(Clone, PartialEq, Eq)]
pub enum Scene {
    /// We texted them this.
    WeSay(String),
    /// They texted us this.
    TheySay(String),
    /// Something happened on their way.
    Happens {
        /// At which step.
        step: Option<String>,
        /// What.
        what: String,
    },
}

impl fmt::Debug for Scene {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::WeSay(_) => "WeSay",
            Self::TheySay(_) => "TheySay",
            Self::Happens { .. } => "Happens",
        })
    }
}

impl fmt::Debug for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Seen").field("at", &self.at).finish_non_exhaustive()
    }
}

/// A play that goes on.
#[derive(Debug)]
pub struct Simulation<'p> {
    published: &'p Published,
    person: Person,
    rendering: Rendering,
    answers: Answers,
    now: Timestamp,
    state: State,
    floor: Option<Held>,
    seen: Vec<Seen>,
    trace: Vec<Line>,
    effects: Vec<Effect>,
    texts: u128,
    turns: usize,
}

impl<'p> Simulation<'p> {
    /// Somebody enters.
    #[must_use]
    pub fn begin(
        published: &'p Published,
        person: Person,
        variables: BTreeMap<String, String>,
        answers: Answers,
        now: Timestamp,
    ) -> Self {
        let enrolment = EnrolmentId(Uuid::from_u128(1));
        let rendering = Rendering::new(&person.language);
        let mut simulation = Self {
            published,
            person,
            rendering,
            answers,
            now,
            state: State::new(enrolment, now),
            floor: None,
            seen: Vec::new(),
            trace: Vec::new(),
            effects: Vec::new(),
            texts: 0,
            turns: 0,
        };
        simulation.happen(&Event::Entered { variables });
        simulation
    }

    /// Where they stand.
    #[must_use]
    pub fn state(&self) -> &State {
        &self.state
    }

    /// The clock.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// What is known of them now.
    #[must_use]
    pub fn subject(&self) -> &Subject {
        &self.person.subject
    }

    /// What was seen.
    #[must_use]
    pub fn seen(&self) -> &[Seen] {
        &self.seen
    }

    /// Every line of the trace.
    #[must_use]
    pub fn trace(&self) -> &[Line] {
        &self.trace
    }

    /// Whatever was done.
    #[must_use]
    pub fn effects(&self) -> &[Effect] {
        &self.effects
    }

    /// One thing of a script happens.
    pub fn play(&mut self, play: &Play) {
        match play {
            Play::Says(text) => self.says(text),
            Play::Waits(span) => self.passes(*span),
            Play::Skips => {
                self.skips();
            }
            Play::Pauses => self.happen(&Event::Paused),
            Play::Resumes => self.happen(&Event::Resumed { late: None }),
        }
    }

    /// They text this. STOP and its kin end it, as they do everywhere.
    pub fn says(&mut self, said: &str) {
        self.see(Scene::TheySay(said.to_owned()));
        if keyword(said) == Some(Keyword::Stop) {
            self.person.subject.opted_out = true;
            self.happen(&Event::OptedOut);
            return;
        }
        self.texts += 1;
        let id = MessageId(Uuid::from_u128(self.texts));
        self.happen(&Event::Reply(Text { id, body: said.to_owned(), sent_at: self.now }));
    }

    /// Time passes, and timers come as they are due.
    pub fn passes(&mut self, span: Span) {
        let until = span.after(self.now, &self.person.zone);
        while self.state.wake_at.is_some_and(|at| at <= until) && self.turns < TURNS_MAX {
            self.skips();
        }
        self.now = until.max(self.now);
    }

    /// Time passes until the next timer has come; `false`: there is none.
    pub fn skips(&mut self) -> bool {
        let Some(at) = self.state.wake_at else { return false };
        self.now = at.max(self.now);
        let seq = self.state.seq;
        self.happen(&Event::Timer { seq });
        true
    }

    /// Something happens, and the world does its part.
    pub fn happen(&mut self, event: &Event) {
        let mut events = VecDeque::from([event.clone()]);
        while let Some(event) = events.pop_front() {
            self.turns += 1;
            if self.turns > TURNS_MAX {
                return;
            }
            let known = Known {
                subject: &self.person.subject,
                phone: &self.person.phone,
                zone: &self.person.zone,
                month_first: self.person.month_first,
                rendering: &self.rendering,
                floor: self.floor,
            };
            let turn = advance(self.published, self.state.clone(), &event, &known, self.now);
            self.state = turn.state;
            let mut effects = turn.effects.into_iter();
            for line in turn.trace {
                match &line.what {
                    // Each effect has its line, in the same order.
                    What::Does { .. } => {
                        if let Some(effect) = effects.next() {
                            let done = self.perform(&effect.deed, &effect.key);
                            events.extend(done.map(|result| Event::Done { of: effect.key.clone(), result, at: None }));
                            self.effects.push(effect);
                        }
                    }
                    What::Came | What::Heard(_) | What::HeardBeside(_) => {}
                    what => {
                        let what = what.to_string();
                        self.see(Scene::Happens { step: line.step.clone(), what });
                    }
                }
                self.trace.push(line);
            }
        }
    }

    /// The world's part.
    fn perform(&mut self, deed: &Deed, key: &Key) -> Option<Done> {
        match deed {
            Deed::Send { body, .. } => {
                let done = self.answers.sends.pop_front().unwrap_or(Done::Sent);
                match &done {
                    Done::Sent => {
                        self.person.subject.last_outbound_at = Some(self.now);
                        self.see(Scene::WeSay(body.clone()));
                    }
                    other => self.see(Scene::Happens {
                        step: Some(key.step.clone()),
                        what: format!("its text is {}", other.name()),
                    }),
                }
                Some(done)
            }
            Deed::Http(_) => {
                let nothing = Done::Answered { status: 200, body: serde_json::Value::Null };
                Some(self.answers.http.pop_front().unwrap_or(nothing))
            }
            Deed::Ask { question, .. } => Some(self.answers.models.pop_front().unwrap_or_else(|| match question {
                Question::Draft { instruction } => Done::Wrote(format!("[{instruction}]")),
                Question::Classify { .. } => Done::Chose(None),
                Question::Extract { .. } => Done::Found(BTreeMap::new()),
            })),
            Deed::Enter { wait, .. } => wait.then(|| Done::Left("completed".to_owned())),
            Deed::Change(changes) => {
                let subject = &mut self.person.subject;
                subject.tags.extend(changes.add_tags.iter().cloned());
                subject.tags.retain(|tag| !changes.remove_tags.contains(tag));
                subject.lists.extend(changes.add_to_lists.iter().copied());
                subject.lists.retain(|list| !changes.remove_from_lists.contains(list));
                for (key, value) in &changes.fields {
                    match value {
                        Some(value) => subject.fields.insert(key.clone(), value.clone()),
                        None => subject.fields.remove(key),
                    };
                }
                None
            }
            Deed::Notify { text, .. } => {
                self.see(Scene::Happens { step: Some(key.step.clone()), what: format!("tells people: {text}") });
                None
            }
            Deed::Note(text) => {
                self.see(Scene::Happens { step: Some(key.step.clone()), what: format!("notes: {text}") });
                None
            }
            Deed::TakeFloor { until } => {
                self.floor = Some(Held { by: key.enrolment, until: *until });
                None
            }
            Deed::FreeFloor => {
                self.floor = None;
                None
            }
            Deed::Withdraw { .. } | Deed::HandOver { .. } | Deed::Assign { .. } | Deed::GiveBack { .. } => None,
        }
    }

    fn see(&mut self, what: Scene) {
        self.seen.push(Seen { at: self.now, what });
    }
}

/// For people: one line for everything that was seen, with the time since it began.
impl fmt::Display for Simulation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let begun = self.seen.first().map_or(self.now, |seen| seen.at);
        for Seen { at, what } in &self.seen {
            let since = Since(at.duration_since(begun));
            match what {
                Scene::WeSay(text) => writeln!(f, "{since} us    {}", on_one_line(text))?,
                Scene::TheySay(text) => writeln!(f, "{since} them  {}", on_one_line(text))?,
                Scene::Happens { step: Some(step), what } => {
                    writeln!(f, "{since}       · {step} {}", on_one_line(what))?;
                }
                Scene::Happens { step: None, what } => writeln!(f, "{since}       · {}", on_one_line(what))?,
            }
        }
        Ok(())
    }
}

fn on_one_line(text: &str) -> String {
    text.replace('\n', " ⏎ ")
}

struct Since(SignedDuration);

impl fmt::Display for Since {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs();
        write!(f, "{}d {:02}:{:02}:{:02}", seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60)
    }
}

/// Plays a script to its end.
#[must_use]
pub fn simulate<'p>(
    published: &'p Published,
    person: Person,
    variables: BTreeMap<String, String>,
    answers: Answers,
    plays: &[Play],
    now: Timestamp,
) -> Simulation<'p> {
    let mut simulation = Simulation::begin(published, person, variables, answers, now);
    for play in plays {
        simulation.play(play);
    }
    simulation
}
