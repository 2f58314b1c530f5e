use proptest::prelude::*;

use super::*;

mod latin;
mod scripts;

use Certainty::{Likely, Plain};
use Kind::{NoMoreTexts, WrongPerson};

fn said(body: &str) -> Option<(Certainty, Kind)> {
    revokes(body).map(|found| (found.certainty, found.kind))
}

fn all_say(expected: Option<(Certainty, Kind)>, bodies: &[&str]) {
    let wrong: Vec<_> = bodies.iter().filter(|body| said(body) != expected).map(|body| (body, said(body))).collect();
    assert!(wrong.is_empty(), "not {expected:?}: {wrong:#?}");
}

/// What counts, of whatever certainty, in this language.
fn counts(language: &str, bodies: &[&str]) {
    let wrong: Vec<_> = bodies.iter().filter(|body| revokes(body).is_none()).collect();
    assert!(wrong.is_empty(), "{language} does not know: {wrong:#?}");
    let other: Vec<_> = bodies.iter().map(|body| (body, revokes(body).unwrap().language)).collect();
    assert!(other.iter().filter(|(_, found)| *found == language).count() * 10 >= other.len() * 9, "{other:#?}");
}

#[test]
fn what_says_plainly_that_no_more_are_wanted() {
    all_say(
        Some((Plain, NoMoreTexts)),
        &[
            "Please take me off your list",
            "take me off ur list pls",
            "Take me off your list!!!",
            "Can you please remove me from your mailing list? Thank you.",
            "Could you take me off of your text list",
            "stop texting me please I'm not interested",
            "Stop texting me.",
            "STOP TEXTING THIS NUMBER",
            "Quit texting me!!",
            "please stop sending me these text messages",
            "Stop sending me messages",
            "Stop messaging me, I already bought a car from someone else",
            "don't ever text me again",
            "Don’t text me anymore",
            "Do not contact me again.",
            "never text this number again",
            "dont txt me again or ill report you",
            "remove my number",
            "Remove my number from your records immediately",
            "delete my number",
            "lose my number",
            "STOP!!! I said stop",
            "stop please. not interested",
            "Not interested. STOP",
            "Stop, please, thank you",
            "unsubscribe me from this",
            "Please unsubscribe.",
            "I'd like to unsubscribe please",
            "I want to opt out",
            "opt me out of these texts",
            "opt-out please",
            "No more texts please",
            "no more messages from you guys",
            "I do not want to receive any more text messages",
            "I don't want your texts",
            "I no longer wish to receive these messages. Thanks",
            "I revoke my consent",
            "I hereby withdraw my consent to be contacted",
            "You do not have my permission to text me",
            "Put me on your do not call list",
            "cease and desist",
            "I am not interested. Please remove me from your list.",
            "Hi. We have a dentist already. Take us off your list.",
            "I've already asked you to stop texting me",
            "For the third time, stop texting me",
            "I want you to stop texting me",
            "Would you please stop messaging me?",
            "\"Stop texting me\"",
            "please stop these messages 😡",
            "Cancel these texts",
            "s\u{200B}top texting me",
            "ＳＴＯＰ ｔｅｘｔｉｎｇ ｍｅ",
        ],
    );
}

#[test]
fn what_likely_says_so() {
    all_say(
        Some((Likely, NoMoreTexts)),
        &[
            "leave me alone",
            "Leave us alone please!",
            "I never signed up for this",
            "I didn't sign up for these texts",
            "I never gave you my number.",
            "Stop harassing me",
            "go away",
            "Fuck off",
            "Remove me from the list please",
            "Stop sending me this stuff",
            "If you text me again I will report you",
            "I don't want to hear from you again",
            "I'm blocking this number",
        ],
    );
}

#[test]
fn whoever_is_not_the_one_who_is_meant() {
    all_say(
        Some((Likely, WrongPerson)),
        &[
            "wrong number",
            "Wrong number, sorry",
            "Sorry, wrong number.",
            "who is this? wrong person",
            "You have the wrong number",
            "You've got the wrong person",
            "I think you have the wrong number. This is Dave.",
            "This is the wrong number",
            "This number does not belong to Maria",
            "This is no longer his number",
            "There's no one here by that name",
            "Nobody by that name at this number",
            "I'm not the person you are looking for",
        ],
    );
}

#[test]
fn ordinary_talk() {
    all_say(
        None,
        &[
            "",
            "???",
            "stop by at noon?",
            "Can I stop by at noon?",
            "can you stop the leak",
            "I'll stop texting while driving, promise",
            "please cancel my appointment on Friday",
            "Cancel",
            "cancel my membership",
            "take me off the 3pm list for the class",
            "take me off the waiting list",
            "Take me off the list for Saturday",
            "remove the onions",
            "remove my order",
            "remove me from the 5pm class",
            "I want to end my lease",
            "don't text me the code, email it",
            "Don't text me before 9",
            "Don't text me, I'm driving",
            "don't text me until tomorrow",
            "Please don't text me while I'm at work",
            "Stop texting me for a while",
            "don't text me. I'll text you",
            "wrong size",
            "You sent the wrong size",
            "is this the right number for sales?",
            "Is this the wrong number?",
            "Wrong number?",
            "Oops I texted the wrong number",
            "I gave you the wrong number, it's 555 0100",
            "wrong number on the invoice",
            "the unsubscribe link in my email doesn't work",
            "unsubscribe link in my email doesn't work",
            "stop sending to my work email",
            "stop sending me invoices",
            "stop sending me emails",
            "How do I unsubscribe?",
            "how can i stop these texts",
            "Why do you keep texting me?",
            "What happens if I text STOP?",
            "Reply STOP to opt out",
            "Liked “Reply STOP to stop texting me”",
            "He wrote \"stop texting me\" to my sister",
            "My ex said: stop texting me. Can you block numbers?",
            "My ex texted \"Hi. Stop texting me. Bye\" yesterday",
            "She told me to take her off your list",
            "don't stop texting me!",
            "Please don't stop",
            "Stop! That's hilarious",
            "Stop. I'll call you in five",
            "bus stop",
            "Stop it, you're too kind",
            "Do not disturb sign for room 5 please",
            "do not call me, text me",
            "Stop calling me darling",
            "stop calling me, just text me",
            "Where is the nearest stop?",
            "I'm not interested",
            "no thanks",
            "not today, thanks",
            "Who is this?",
            "I didn't get the text messages you sent",
            "I did not receive any messages",
            "There is no one here, the door is locked",
            "No one is here",
            "I want to opt out of the dental plan",
            "opt me out of the insurance please",
            "delete my account",
            "delete my order please",
            "Please remove my card from the account",
            "Take my name off the booking, put Anna",
            "put me on the list",
            "put me on your waiting list",
            "Put me on your list",
            "never mind",
            "never text and drive lol",
            "i never signed the contract",
            "I didn't sign up for the Tuesday class",
            "I never asked for extra cheese",
            "The texts stopped, please send them again",
            "my daughter is not at this number, hers is 555 0100",
            "the wrong person signed for the parcel",
            "this is not the right number of chairs",
            "you have the wrong number of guests on the booking",
            "leave me a message",
            "leave the keys, I won't be alone",
            "text me again tomorrow",
            "Stop the presses",
            "no more questions",
            "No more onions please",
            "I don't want messages in Spanish",
            "I don't want the text plan",
            "quit smoking program?",
            "can you stop the alarm from texting me",
            "end of list",
            "remove this number and add my new one 555 0100",
            "Remove my number from John's file and add his",
            "the stop light is out",
        ],
    );
}

#[test]
fn in_a_long_text_only_what_stands_alone() {
    let story =
        "We moved here in June and my wife found you through a friend of hers who has the shop next door. ".repeat(4);
    assert_eq!(said(&format!("{story} Stop texting me.")), Some((Plain, NoMoreTexts)));
    assert_eq!(said(&format!("{story} Stop texting me, said he, and that was it.")), None);
    assert_eq!(said("Stop texting me, said he, and that was it."), Some((Plain, NoMoreTexts)));
}

#[test]
fn the_sentence_and_its_language_are_told() {
    let found = revokes("Hello there. Please, take me off your list! I am busy.").unwrap();
    assert_eq!((found.phrase, found.language), ("Please, take me off your list", "en"));
    let plainest = revokes("Wrong number. Do not text me again.").unwrap();
    assert_eq!((plainest.certainty, plainest.phrase), (Plain, "Do not text me again"));
    assert!(!format!("{plainest:?}").contains("again"));
}

proptest! {
    #[test]
    fn any_text_is_answered(body in any::<String>()) {
        let _ = revokes(&body);
    }

    /// Known words in any order, with whatever stands between words.
    #[test]
    fn any_words_are_answered(
        body in prop::collection::vec(prop::sample::select(vec![
            "stop", "texting", "me", "please", ",", "\"", "?", "!", "\n", "wrong number", "take me off", "your list", "不要",
            "再给我发", "短信", "बंद", "करें", "لا", "ترسل", "—", "🛑", "\u{200D}", "\u{301}", "aaaaaaaaaaaaaaaaaaaa", "«", "until",
        ]), 0..200)
    ) {
        let _ = revokes(&body.join(" "));
        let _ = revokes(&body.concat());
    }
}

#[test]
fn every_turn_of_phrase_has_a_word_that_makes_it_worth_a_try() {
    assert!(GRAMMARS.has_keys());
}
