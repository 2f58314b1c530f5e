//! The assistant that needs no account: it answers with the best passage of guide and knowledge, and says where it
//! stands. When nothing fits, it says nothing and gives the conversation to people.

use domain::assistant::{Answer, HandOff, Reply, Suggestion};
use domain::knowledge::{Hit, Index, Passage, Query, Synonyms};
use domain::message::Source;
use domain::segment::measure;
use domain::smart::smart;

use super::gather::Material;

/// What fits half as well as it must is worth showing to a person.
const SUGGESTED: f64 = 0.5;

/// The answer to all that the contact has said since we last spoke; `found`: what its knowledge has for that, best first.
pub(super) fn answer(material: &Material, found: &[Hit]) -> Answer {
    let settings = &material.brief.assistant.settings;
    let asked = material.question();
    if asked.is_empty() {
        return Answer::HandOff(HandOff::because("there is no question in words"));
    }
    let of_guide = in_guide(&material.brief.guide, &asked);
    let best = of_guide.iter().chain(found).max_by(|one, other| one.score.total_cmp(&other.score));
    let Some(hit) = best else { return nothing_fits(&asked, None) };
    let body = trimmed(&hit.quote, settings.segments_max);
    let source = Source { title: hit.title.clone(), quote: hit.quote.clone() };
    if hit.score < settings.floor || body.is_empty() {
        let near = hit.score >= settings.floor * SUGGESTED && !body.is_empty();
        return nothing_fits(&asked, near.then(|| Suggestion { body, sources: vec![source], objections: Vec::new() }));
    }
    let sources = vec![source];
    Answer::Reply(Reply { body, sources, clarifies: false, acts: Vec::new(), objections: Vec::new() })
}

fn nothing_fits(asked: &str, suggestion: Option<Suggestion>) -> Answer {
    Answer::HandOff(HandOff {
        reason: "nothing in its guide or knowledge answers this".into(),
        summary: asked.chars().take(300).collect(),
        tried: vec!["searched guide and knowledge".into()],
        suggestion,
        quietly: false,
    })
}

/// The conversation's own guide counts before what all share.
fn in_guide(guide: &str, asked: &str) -> Vec<Hit> {
    if guide.trim().is_empty() {
        return Vec::new();
    }
    let passage =
        Passage { source_id: "guide".into(), title: "This conversation's guide".into(), text: guide.to_owned() };
    let index = Index::build(passage.chunks(), &Synonyms::default());
    index.search(&Query { text: asked, vector: None }, 1)
}

/// As much of it as fits the budget, cut at the end of a sentence, or of a word.
fn trimmed(quote: &str, segments_max: u32) -> String {
    let whole = smart(quote).body.split_whitespace().collect::<Vec<_>>().join(" ");
    let fits = |text: &str| measure(text).segments <= segments_max;
    if fits(&whole) {
        return whole;
    }
    let sentences =
        whole.char_indices().filter(|(_, c)| matches!(c, '.' | '!' | '?' | '。')).map(|(at, c)| at + c.len_utf8());
    let words = whole.char_indices().filter(|(_, c)| c.is_whitespace()).map(|(at, _)| at);
    let longest = |ends: &mut dyn Iterator<Item = usize>| ends.take_while(|end| fits(&whole[..*end])).last();
    let end = longest(&mut { sentences }).or_else(|| longest(&mut { words }));
    end.map_or_else(String::new, |end| whole[..end].trim_end().to_owned())
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;
    use std::sync::Arc;

    use domain::assistant::{Assistant, Brief, Known, SEGMENTS_MAX_DEFAULT, Said, Settings, Speaker, Spoken};
    use domain::conversation::Mode;
    use jiff::Timestamp;
    use jiff::tz::TimeZone;
    use uuid::Uuid;

    use super::*;

    fn asked(said: &[(bool, &str)]) -> Answer {
        let passage = Passage {
            source_id: "1".into(),
            title: "Opening hours".into(),
            text: "We are open from 7 am to 6 pm, Tuesday to Sunday. On Mondays we are closed.".into(),
        };
        let by = |by_contact| if by_contact { Speaker::Contact } else { Speaker::Assistant };
        let material = Material {
            brief: Brief {
                assistant: Assistant {
                    id: Uuid::nil().into(),
                    name: "Ada".into(),
                    version: 1,
                    settings: Settings::default(),
                },
                now: Timestamp::UNIX_EPOCH,
                zone: TimeZone::UTC,
                guide: "The bakery is closed on 24 December.".into(),
                known: Known::default(),
                said: said
                    .iter()
                    .map(|(by_contact, body)| Said {
                        by: by(*by_contact),
                        body: (*body).into(),
                        at: Timestamp::UNIX_EPOCH,
                    })
                    .collect(),
                meanwhile: Vec::new(),
                found: Vec::new(),
                approvals: Vec::new(),
                used: Vec::new(),
            },
            spoken: Spoken::default(),
            knowledge: Arc::new(Index::build(passage.chunks(), &Synonyms::default())),
            keys: HashMap::new(),
            tool_secrets: None,
            address: String::new(),
            version: 1,
            closed_at: None,
            mode: Mode::Auto,
            has_written: false.into(),
        };
        let question = material.question();
        let found = material.knowledge.search(&Query { text: &question, vector: None }, 3);
        answer(&material, &found)
    }

    #[test]
    fn it_answers_from_what_it_knows_and_says_where_that_stands() {
        let Answer::Reply(reply) = asked(&[(true, "What are your opening hours?")]) else { panic!("it should know") };
        assert!(reply.body.contains("7 am"), "{}", reply.body);
        assert_eq!(reply.sources[0].title, "Opening hours");
        let Answer::Reply(reply) = asked(&[(true, "are you closed on december 24?")]) else { panic!("it should know") };
        assert_eq!(reply.sources[0].title, "This conversation's guide");
    }

    #[test]
    fn it_hands_over_rather_than_guess() {
        assert!(matches!(asked(&[(true, "Can you fix my bicycle?")]), Answer::HandOff(_)));
        assert!(matches!(asked(&[(true, " ")]), Answer::HandOff(_)));
        assert!(matches!(asked(&[]), Answer::HandOff(_)));
    }

    #[test]
    fn only_what_was_said_since_we_last_spoke_is_the_question() {
        let said = [(true, "opening hours?"), (false, "7 to 6"), (true, "Can you fix my bicycle?")];
        assert!(matches!(asked(&said), Answer::HandOff(_)));
    }

    #[test]
    fn a_long_passage_is_cut_at_a_sentence() {
        let long = "One sentence that goes on for a while and says a thing. ".repeat(12);
        let cut = trimmed(&long, SEGMENTS_MAX_DEFAULT);
        assert!(cut.ends_with('.') && measure(&cut).segments <= SEGMENTS_MAX_DEFAULT, "{cut}");
        let wordy = "word ".repeat(120);
        assert!(trimmed(&wordy, 2).ends_with("word") && measure(&trimmed(&wordy, 2)).segments <= 2);
        assert!(measure(&trimmed(&wordy, 1)).segments <= 1);
    }
}
