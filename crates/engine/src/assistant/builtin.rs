//! The assistant that needs no account: it answers with the best passage of guide and knowledge, and says where it
//! stands. When nothing fits, it says nothing and gives the conversation to people.

use domain::assistant::Answer;
use domain::knowledge::{Index, Passage, Query, Synonyms};
use domain::message::Source;
use domain::segment::measure;
use domain::smart::smart;

use super::{Known, Material, hand_off};

/// An answer takes at most this many segments.
const SEGMENTS_MAX: u32 = 2;

/// The answer to all that the contact has said since we last spoke.
pub(super) fn answer(material: &Material, known: &Known) -> Answer {
    let asked = question(material);
    if asked.is_empty() {
        return hand_off("there is no question in words");
    }
    // The conversation's own guide before all.
    let guide = guide(material).search(&Query { text: &asked, vector: None }, 1);
    let mut hits = guide.into_iter().chain(known.search(&asked, 1));
    let best = hits.next().map(|first| hits.fold(first, |best, hit| if hit.score > best.score { hit } else { best }));
    match best.filter(|hit| hit.score >= material.assistant.settings.floor) {
        None => hand_off("nothing in its guide or knowledge answers this"),
        Some(hit) => {
            Answer::Reply { body: trimmed(&hit.quote), sources: vec![Source { title: hit.title, quote: hit.quote }] }
        }
    }
}

pub(super) fn question(material: &Material) -> String {
    let unanswered: Vec<&str> = material
        .said
        .iter()
        .rev()
        .take_while(|said| said.by_contact)
        .map(|said| said.body.trim())
        .filter(|body| !body.is_empty())
        .collect();
    unanswered.into_iter().rev().collect::<Vec<_>>().join(" ")
}

fn guide(material: &Material) -> Index {
    let guide =
        Passage { source_id: "guide".into(), title: "This conversation's guide".into(), text: material.guide.clone() };
    Index::build(guide.chunks(), &Synonyms::default())
}

/// As much of it as fits the budget, cut at the end of a sentence, or of a word.
fn trimmed(quote: &str) -> String {
    let whole = smart(quote).body.split_whitespace().collect::<Vec<_>>().join(" ");
    if measure(&whole).segments <= SEGMENTS_MAX {
        return whole;
    }
    let sentences =
        whole.char_indices().filter(|(_, c)| matches!(c, '.' | '!' | '?' | '。')).map(|(at, c)| at + c.len_utf8());
    let words = whole.char_indices().filter(|(_, c)| c.is_whitespace()).map(|(at, _)| at);
    let longest = |ends: &mut dyn Iterator<Item = usize>| {
        ends.take_while(|end| measure(&whole[..*end]).segments <= SEGMENTS_MAX).last()
    };
    let end = longest(&mut { sentences }).or_else(|| longest(&mut { words }));
    end.map_or_else(String::new, |end| whole[..end].trim_end().to_owned())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use domain::assistant::{Assistant, Settings};
    use uuid::Uuid;

    use super::super::Said;
    use super::*;

    fn asked(said: &[(bool, &str)]) -> Answer {
        let material = Material {
            assistant: Assistant { id: Uuid::nil().into(), name: "Ada".into(), settings: Settings::default() },
            sealed_key: None,
            guide: "The bakery is closed on 24 December.".into(),
            said: said
                .iter()
                .map(|(by_contact, body)| Said { by_contact: *by_contact, body: (*body).into() })
                .collect(),
        };
        let hours = Passage {
            source_id: "1".into(),
            title: "Opening hours".into(),
            text: "We are open from 7 am to 6 pm, Tuesday to Sunday. On Mondays we are closed.".into(),
        };
        let index = Arc::new(Index::build(hours.chunks(), &Synonyms::default()));
        answer(&material, &Known { index, vector: None })
    }

    #[test]
    fn it_answers_from_what_it_knows_and_says_where_that_stands() {
        let Answer::Reply { body, sources } = asked(&[(true, "What are your opening hours?")]) else {
            panic!("it should know")
        };
        assert!(body.contains("7 am"), "{body}");
        assert_eq!(sources[0].title, "Opening hours");
    }

    #[test]
    fn it_hands_over_rather_than_guess() {
        assert!(matches!(asked(&[(true, "Can you fix my bicycle?")]), Answer::HandOff { .. }));
        assert!(matches!(asked(&[(true, " ")]), Answer::HandOff { .. }));
        assert!(matches!(asked(&[]), Answer::HandOff { .. }));
    }

    #[test]
    fn only_what_was_said_since_we_last_spoke_is_the_question() {
        let said = [(true, "opening hours?"), (false, "7 to 6"), (true, "Can you fix my bicycle?")];
        assert!(matches!(asked(&said), Answer::HandOff { .. }));
    }

    #[test]
    fn a_long_passage_is_cut_at_a_sentence() {
        let long = "One sentence that goes on for a while and says a thing. ".repeat(12);
        let cut = trimmed(&long);
        assert!(cut.ends_with('.') && measure(&cut).segments <= SEGMENTS_MAX, "{cut}");
        let wordy = "word ".repeat(120);
        assert!(trimmed(&wordy).ends_with("word") && measure(&trimmed(&wordy)).segments <= SEGMENTS_MAX);
    }
}
