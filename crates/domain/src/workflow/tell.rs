//! A workflow told in plain words, line by line, without a model.

#[cfg(test)]
mod tests;
mod words;

use std::fmt::Write as _;

use serde::Serialize;

use super::clock::At;
use super::document::{Again, Document, Variable};
use super::step::{
    Act, Assistant, Delay, From, Http, OnInvalid, Purpose, ScheduleSend, Send, Step, Task, Trouble, UpdateContact,
};
use words::{
    all, at_most, condition, counted, counted_people, day, either, heard, hour, if_error, if_late, if_past, lasts,
    trigger, waiting,
};

/// One sentence or two about a workflow.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Told {
    /// How deep it stands: what happens in a way stands below what leads into it.
    pub depth: usize,
    /// About which step; `None`: about the whole, or a way.
    pub step: Option<String>,
    /// What is said.
    pub says: String,
}

/// Without what it says, which a tenant wrote.
impl std::fmt::Debug for Told {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Told").field("depth", &self.depth).field("step", &self.step).finish_non_exhaustive()
    }
}

/// Tells what a workflow does, step by step, in English. It need make no sense yet: what is not written is not told.
#[must_use]
pub fn tell(document: &Document) -> Vec<Told> {
    let mut teller = Teller { document, told: Vec::new() };
    teller.whole();
    teller.steps(0, &document.steps);
    teller.told
}

struct Teller<'d> {
    document: &'d Document,
    told: Vec<Told>,
}

impl Teller<'_> {
    fn say(&mut self, depth: usize, says: impl Into<String>) {
        self.told.push(Told { depth, step: None, says: says.into() });
    }

    fn whole(&mut self) {
        let document = self.document;
        let begins: Vec<String> = document.triggers.iter().map(trigger).collect();
        match begins.as_slice() {
            [] => self.say(0, "It begins when a person enters somebody by hand."),
            begins => self.say(0, format!("It begins when {}.", either(begins))),
        }
        let entry = &document.entry;
        self.say(
            0,
            match &entry.again {
                Again::Never => "Everybody enters once.".to_owned(),
                Again::Always => "Who is out may enter again.".to_owned(),
                Again::AfterDays(days) => {
                    format!("Who is out may enter again {} after they entered.", counted(*days, "day"))
                }
                Again::ByKey(key) => format!("Everybody enters once for each {}.", self.called(key)),
            },
        );
        if let Some(when) = &entry.only_if {
            self.say(0, format!("Only those enter of whom this is true: {}.", condition(when)));
        }
        if let Some(most) = entry.inside_max {
            self.say(0, format!("No more than {} may be in it at a time.", counted_people(most)));
        }
        if document.exits.on_reply {
            self.say(0, "It ends for whoever writes while nothing waits for their answer.");
        }
        if let Some(goal) = &document.exits.goal {
            self.say(0, format!("It ends for whomever this is true of: {}.", condition(goal)));
        }
        self.say(0, "It ends for whoever wants no more texts.");
    }

    fn steps(&mut self, depth: usize, steps: &[Step]) {
        for step in steps {
            let says = self.step(step);
            let says = match &step.only_if {
                Some(when) => format!("If {}: {says}", condition(when)),
                None => says,
            };
            self.told.push(Told { depth, step: Some(step.id.clone()), says });
            self.ways(depth + 1, &step.act);
        }
    }

    /// The ways that lead out of a step, each with its steps below.
    fn ways(&mut self, depth: usize, act: &Act) {
        match act {
            Act::Branch(branch) => {
                for case in &branch.cases {
                    self.way(depth, format!("If {}:", condition(&case.when)), &case.steps);
                }
                self.way(depth, "Otherwise:".to_owned(), &branch.otherwise);
            }
            Act::Split(split) => {
                let all: u32 = split.paths.iter().map(|way| way.weight).fold(0, u32::saturating_add);
                for way in &split.paths {
                    let share = u64::from(way.weight) * 100 / u64::from(all.max(1));
                    self.way(depth, format!("{share} % take “{}”:", way.name), &way.steps);
                }
            }
            Act::WaitForReply(wait) => {
                for case in &wait.cases {
                    self.way(depth, format!("If they answer {}:", heard(&case.when)), &case.steps);
                }
                if let Some(none) = &wait.no_match {
                    let mut says = String::from("If they answer with something else");
                    if let Some(reprompt) = &none.reprompt {
                        let _ = write!(says, ", they are asked “{reprompt}” {}; after that", at_most(none.times));
                    }
                    self.way(depth, format!("{says}:"), &none.steps);
                }
                self.way(depth, "If they do not answer in time:".to_owned(), &wait.on_timeout);
            }
            _ => {}
        }
    }

    fn way(&mut self, depth: usize, says: String, steps: &[Step]) {
        if steps.is_empty() {
            self.say(depth, format!("{says} it goes on below."));
        } else {
            self.say(depth, says);
            self.steps(depth + 1, steps);
        }
    }

    /// What a variable is called by people.
    fn called(&self, key: &str) -> String {
        let is_meant = |variable: &&Variable| variable.key == key;
        let label = self.document.variables.iter().find(is_meant).and_then(|variable| variable.label.clone());
        label.unwrap_or_else(|| key.to_owned())
    }

    fn all_called(&self, keys: &[String]) -> String {
        all(&keys.iter().map(|key| self.called(key)).collect::<Vec<_>>())
    }

    fn step(&self, step: &Step) -> String {
        match &step.act {
            Act::Send(send) => format!("Text them {}.", self.send(send)),
            Act::ScheduleSend(later) => self.schedule(later),
            Act::Filter(when) => {
                format!("Only those go on of whom this is true: {}. The others leave.", condition(when))
            }
            Act::Delay(delay) => self.delay(delay),
            Act::Branch(_) => "What is true of them decides:".to_owned(),
            Act::Split(_) => "Chance decides, always in the same way for the same person:".to_owned(),
            Act::Save(save) => {
                let what = match &save.from {
                    From::Reply => "what they answered".to_owned(),
                    From::Text(text) => format!("“{text}”"),
                    From::Sum(names) => format!("the sum of {}", self.all_called(names)),
                };
                let invalid = match &save.on_invalid {
                    OnInvalid::Keep => String::new(),
                    OnInvalid::Clear => " If it does not fit, nothing is kept there.".to_owned(),
                    OnInvalid::AskAgain { step, times } => {
                        format!(" If it does not fit, they are asked again from “{step}” on, {}.", at_most(*times))
                    }
                };
                format!("Keep {what} as {}.{invalid}", self.called(&save.to))
            }
            Act::WaitForReply(wait) => waiting(wait),
            Act::Assistant(asked) => self.assistant(asked),
            Act::Http(http) => self.http(http),
            Act::UpdateContact(update) => self.update(update),
            Act::Assign(assign) => match (assign.person, assign.team) {
                (Some(_), _) => "Give the conversation to a member of yours.".to_owned(),
                (None, Some(_)) => "Give the conversation to a team.".to_owned(),
                (None, None) => "Give the conversation to everybody.".to_owned(),
            },
            Act::Note(text) => format!("Leave a note in the conversation: “{text}”"),
            Act::Notify(notify) => {
                let whom = match (notify.people.is_empty(), notify.team) {
                    (false, _) => "some of your members",
                    (true, Some(_)) => "a team",
                    (true, None) => "whoever looks after the conversation",
                };
                format!("Tell {whom}: “{}”", notify.text)
            }
            Act::Enter(enter) if enter.wait => {
                "Have them enter another workflow, and go on when they are out of it.".to_owned()
            }
            Act::Enter(_) => "Have them enter another workflow, too.".to_owned(),
            Act::GoTo(step) => format!("Go on with “{step}”."),
            Act::End(outcome) => format!("That is the end, as “{outcome}”."),
        }
    }

    /// What a text says, what for, and what becomes of it.
    fn send(&self, send: &Send) -> String {
        let purpose = match send.purpose {
            Purpose::Marketing => "marketing",
            Purpose::Service => "service",
            Purpose::Reply => "an answer",
        };
        let mut says = format!("“{}” ({purpose}", send.text);
        match send.media.len() {
            0 => {}
            count => {
                let _ = write!(says, ", with {}", counted(u32::try_from(count).unwrap_or(u32::MAX), "attachment"));
            }
        }
        if let Some(within) = send.within {
            let _ = write!(says, ", within {} or not at all", lasts(within));
        }
        says.push(')');
        let blocked = match send.on_block {
            Trouble::Exit => None,
            Trouble::Skip => Some("who must not get it goes on without"),
            Trouble::Stop => Some("who must not get it stands still"),
        };
        let failed = match send.on_failure {
            Trouble::Stop => None,
            Trouble::Skip => Some("if the carrier does not take it, they go on"),
            Trouble::Exit => Some("if the carrier does not take it, they leave"),
        };
        for more in [blocked, failed].into_iter().flatten() {
            let _ = write!(says, "; {more}");
        }
        says
    }

    fn schedule(&self, later: &ScheduleSend) -> String {
        let past = if_past(later.if_past, matches!(later.at, At::Hours(_)));
        format!("Text them {} {}.{past}{}", self.at(&later.at), self.send(&later.send), if_late(later.if_late))
    }

    fn delay(&self, delay: &Delay) -> String {
        let mut says = match (&delay.lasts, &delay.until) {
            (Some(span), _) => format!("Wait {}", lasts(*span)),
            (None, Some(at)) => {
                let at = self.at(at);
                let then = ["when ", "at ", "on "].iter().find_map(|word| at.strip_prefix(word)).unwrap_or(&at);
                format!("Wait until {then}")
            }
            (None, None) => "Wait".to_owned(),
        };
        if delay.hours.is_some() {
            says.push_str(if delay.lasts.is_some() || delay.until.is_some() { ", and then until" } else { " until" });
            says.push_str(" you are open");
        }
        if let Some(jitter) = delay.jitter {
            let _ = write!(says, ", and up to {} more, so that not all go at once", lasts(jitter));
        }
        says.push('.');
        says.push_str(if_past(delay.if_past, delay.until.is_none()));
        says.push_str(if_late(delay.if_late));
        says
    }

    fn at(&self, at: &At) -> String {
        match at {
            At::Moment(at) => format!("at {at}"),
            At::Local { time, days } if days.is_empty() => format!("when their clock shows {}", hour(*time)),
            At::Local { time, days } => {
                let days: Vec<String> = days.iter().map(|one| day(*one).to_owned()).collect();
                format!("when their clock shows {} on {}", hour(*time), either(&days))
            }
            At::Date { field, days, time } => {
                let of = self.called(field);
                let which = match days {
                    0 => format!("on the day of {of}"),
                    1.. => format!("{} after {of}", counted(days.unsigned_abs(), "day")),
                    _ => format!("{} before {of}", counted(days.unsigned_abs(), "day")),
                };
                format!("{which} at {}", hour(*time))
            }
            At::Hours(_) => "when you are open".to_owned(),
        }
    }

    fn assistant(&self, asked: &Assistant) -> String {
        let says = match &asked.task {
            Task::Draft { instruction, into } => {
                format!("Have an assistant write {}: “{instruction}”", self.called(into))
            }
            Task::Classify { question, into } => {
                format!("Have an assistant choose {} by what they answered: “{question}”", self.called(into))
            }
            Task::Extract { instruction, into } => {
                format!("Have an assistant look for {} in what they answered: “{instruction}”", self.all_called(into))
            }
            Task::HandOver { guide } if guide.is_empty() => "Give the conversation to an assistant.".to_owned(),
            Task::HandOver { guide } => format!("Give the conversation to an assistant, who is told: “{guide}”"),
        };
        format!("{says}{}", if_error(asked.on_error, Trouble::Skip))
    }

    fn http(&self, http: &Http) -> String {
        let host = http.url.strip_prefix("https://").unwrap_or(&http.url);
        let host = host.split(['/', '?']).next().unwrap_or_default();
        let mut says = format!("Ask your system at {host}");
        if !http.save.is_empty() {
            let keys: Vec<String> = http.save.keys().cloned().collect();
            let _ = write!(says, ", and keep what it answers as {}", self.all_called(&keys));
        }
        says.push('.');
        says + if_error(http.on_error, Trouble::Stop)
    }

    fn update(&self, update: &UpdateContact) -> String {
        let mut parts = Vec::new();
        let mut list = |says: &str, named: &[String]| {
            if !named.is_empty() {
                let named: Vec<String> = named.iter().map(|name| format!("“{name}”")).collect();
                parts.push(format!("{says} {}", all(&named)));
            }
        };
        list("give them the label", &update.add_tags);
        list("take off the label", &update.remove_tags);
        list("put them on the list", &update.add_to_lists);
        list("take them off the list", &update.remove_from_lists);
        parts.extend(update.set.iter().map(|(key, text)| format!("set {key} to “{text}”")));
        parts.extend(update.clear.iter().map(|key| format!("clear {key}")));
        let says = all(&parts);
        let mut letters = says.chars();
        letters.next().map_or_else(String::new, |first| format!("{}{}.", first.to_uppercase(), letters.as_str()))
    }
}

/// For people: each line as deep as it stands, with the step's name behind.
#[must_use]
pub fn in_lines(told: &[Told]) -> String {
    let mut lines = String::new();
    for Told { depth, step, says } in told {
        let says = says.replace('\n', " ⏎ ");
        let _ = match step {
            Some(step) => writeln!(lines, "{}{says} [{step}]", "  ".repeat(*depth)),
            None => writeln!(lines, "{}{says}", "  ".repeat(*depth)),
        };
    }
    lines
}
