//! What a tenant has that its workflows can name, told to whoever writes one: names and ids, and nothing of anybody.

use crate::assistant::fenced;
use crate::condition::fold;
use crate::field::Field;

/// What there is of one kind is told with at most so many characters.
const KIND_CHARS_MAX: usize = 1_500;
/// A name is told with at most so many.
const NAME_CHARS_MAX: usize = 80;
/// A text that the business uses is told with at most so many.
const TEXT_CHARS_MAX: usize = 200;
/// Shorter words are in every description.
const WORD_CHARS_MIN: usize = 3;

/// What a tenant has that its workflows can name. Neither people nor secrets are in it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Named {
    /// What it keeps of its contacts.
    pub fields: Vec<Field>,
    /// Labels that somebody has.
    pub tags: Vec<String>,
    /// Its lists.
    pub lists: Vec<Thing>,
    /// Its segments.
    pub segments: Vec<Thing>,
    /// Its numbers.
    pub numbers: Vec<Thing>,
    /// Its teams.
    pub teams: Vec<Thing>,
    /// Its assistants.
    pub assistants: Vec<Thing>,
    /// Its workflows.
    pub workflows: Vec<Thing>,
    /// Texts that it uses again and again: what people call each, and what it says.
    pub texts: Vec<(String, String)>,
}

/// Something that has an id and a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thing {
    /// As documents name it.
    pub id: String,
    /// What people call it.
    pub name: String,
}

impl Named {
    /// All of it, within bounds: what the description may mean comes first, and of the rest as much as there is room for.
    pub(super) fn told(&self, description: &str) -> String {
        let fields = self.fields.iter().map(|field| {
            let line = format!("{} ({}): {}", field.key, short(&field.label, NAME_CHARS_MAX), field.form());
            (format!("{} {}", field.key, field.label), short(&line, TEXT_CHARS_MAX))
        });
        let tags = self.tags.iter().map(|tag| (tag.clone(), short(tag, NAME_CHARS_MAX)));
        let texts = self.texts.iter().map(|(name, body)| {
            let line = format!("{}: {}", short(name, NAME_CHARS_MAX), short(body, TEXT_CHARS_MAX));
            (format!("{name} {body}"), line)
        });
        let mut told = String::new();
        let things = |all: &[Thing]| -> Vec<(String, String)> {
            let line = |thing: &Thing| format!("{}: {}", thing.id, short(&thing.name, NAME_CHARS_MAX));
            all.iter().map(|thing| (thing.name.clone(), line(thing))).collect()
        };
        for (title, lines) in [
            ("Fields of contacts: key (name): what it holds", fields.collect()),
            ("Tags", tags.collect()),
            ("Lists: id: name", things(&self.lists)),
            ("Segments: id: name", things(&self.segments)),
            ("Numbers: id: name", things(&self.numbers)),
            ("Teams: id: name", things(&self.teams)),
            ("Assistants: id: name", things(&self.assistants)),
            ("Workflows: id: name", things(&self.workflows)),
            ("Texts that it uses already: name: text", texts.collect()),
        ] {
            section(&mut told, title, lines, description);
        }
        told
    }
}

/// `lines`: by what each is looked for in the description, and what is told.
fn section(told: &mut String, title: &str, mut lines: Vec<(String, String)>, description: &str) {
    let said = words(description);
    lines.sort_by_cached_key(|(name, _)| !words(name).iter().any(|word| said.contains(word)));
    told.push_str(&format!("\n## {title}\n"));
    if lines.is_empty() {
        told.push_str("(none)\n");
    }
    let (mut left, mut room) = (lines.len(), KIND_CHARS_MAX);
    for (_, line) in lines {
        let Some(less) = room.checked_sub(line.chars().count()) else { break };
        told.push_str(&format!("- {line}\n"));
        (left, room) = (left - 1, less);
    }
    if left > 0 {
        told.push_str(&format!("(and {left} more, which are not told)\n"));
    }
}

fn words(text: &str) -> Vec<String> {
    let words = fold(text);
    let words = words.split(|c: char| !c.is_alphanumeric()).filter(|word| word.chars().count() >= WORD_CHARS_MIN);
    words.map(str::to_owned).collect()
}

/// On one line, and not endless.
fn short(text: &str, chars: usize) -> String {
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(chars).collect();
    fenced(text.trim())
}
