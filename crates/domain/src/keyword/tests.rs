use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

fn said(body: &str) -> &'static str {
    keyword(body).map_or("none", Keyword::as_str)
}

#[test]
fn the_carriers_words() {
    for word in [
        "STOP",
        "STOPALL",
        "STOP ALL",
        "UNSUBSCRIBE",
        "CANCEL",
        "END",
        "QUIT",
        "REVOKE",
        "OPTOUT",
        "OPT OUT",
        "Opt-Out",
    ] {
        assert_eq!(said(word), "stop", "{word}");
    }
    for word in ["START", "UNSTOP", "OPT IN", "optin"] {
        assert_eq!(said(word), "start", "{word}");
    }
    for word in ["HELP", "INFO"] {
        assert_eq!(said(word), "help", "{word}");
    }
}

#[test]
fn however_it_is_dressed() {
    for body in [
        "stop",
        "Stop",
        "sToP",
        " stop ",
        "stop.",
        "STOP!!!",
        "\"STOP\"",
        "'stop'",
        "“Stop”",
        "«stop»",
        "(stop)",
        "*STOP*",
        "stop\n",
        "\u{FEFF}stop\u{200B}",
        "\u{202A}STOP\u{202C}",
        "ＳＴＯＰ",
        "stop 🛑",
        "🙄 stop",
        "s t o p",
        "stop\u{A0}all",
        "stop  \t all",
        "stop-all",
        "STOP?",
        "ﬆop",
        "stóp",
        "don’t text me",
        "Please, stop!",
    ] {
        assert_eq!(said(body), "stop", "{body:?}");
    }
}

#[test]
fn in_many_languages() {
    for (body, expected) in [
        ("退订", "stop"),
        ("退訂。", "stop"),
        ("帮助", "help"),
        ("开始！", "start"),
        ("रोकें", "stop"),
        ("बंद करें।", "stop"),
        ("मदद", "help"),
        ("शुरू करें", "start"),
        ("Baja", "stop"),
        ("¡ALTO!", "stop"),
        ("cancelar suscripcion", "stop"),
        ("¿Ayuda?", "help"),
        ("Empezar", "start"),
        ("arrêt", "stop"),
        ("ARRET", "stop"),
        ("Se désabonner", "stop"),
        ("aide", "help"),
        ("Démarrer", "start"),
        ("توقف", "stop"),
        ("ايقاف", "stop"),
        ("إلغاء الإشتراك", "stop"),
        ("مساعده", "help"),
        ("ابدا", "start"),
        ("বন্ধ করুন", "stop"),
        ("সাহায্য", "help"),
        ("শুরু", "start"),
        ("Parar", "stop"),
        ("SAIR", "stop"),
        ("ajuda", "help"),
        ("começar", "start"),
        ("comecar", "start"),
        ("Стоп", "stop"),
        ("СТОП!", "stop"),
        ("отписаться", "stop"),
        ("помощь", "help"),
        ("начать", "start"),
        ("بند کریں", "stop"),
        ("مدد", "help"),
        ("شروع کریں", "start"),
        ("بند كريں", "stop"),
        ("Stopp", "stop"),
        ("abmelden", "stop"),
        ("Hilfe!", "help"),
        ("wieder anmelden", "start"),
        ("Wypisz", "stop"),
        ("pomoc", "help"),
        ("wznow", "start"),
        ("Disiscrivimi", "stop"),
        ("aiuto", "help"),
        ("inizia", "start"),
        ("Afmelden", "stop"),
        ("hulp", "help"),
        ("hervatten", "start"),
    ] {
        assert_eq!(said(body), expected, "{body}");
    }
}

#[test]
fn near_misses() {
    for body in [
        "",
        " ",
        "!!!",
        "🛑",
        "stop by at noon?",
        "please stop it",
        "don't stop",
        "I will stop there",
        "bus stop",
        "stopp it",
        "stops",
        "stopping",
        "nonstop",
        "stop 1",
        "1 stop",
        "stop all day",
        "can you cancel my appointment?",
        "the end",
        "weekend",
        "end of the week",
        "quit smoking",
        "i need help",
        "can you help me",
        "help me",
        "info please?",
        "information",
        "starter",
        "start at 9?",
        "when do you start",
        "opt",
        "out",
        "restart",
        "stop\nsee you at 5",
        "baja california",
        "parar em casa?",
        "Hilfe brauche ich",
        "arrête",
        "unsubscribe from the other list",
    ] {
        assert_eq!(said(body), "none", "{body}");
    }
}

#[test]
fn everyday_answers_are_no_keywords() {
    for body in [
        "yes",
        "y",
        "no",
        "n",
        "ok",
        "okay",
        "k",
        "sure",
        "thanks",
        "later",
        "stopped",
        "done",
        "go",
        "continue",
        "join",
        "back",
        "ja",
        "nein",
        "nee",
        "si",
        "sí",
        "sì",
        "oui",
        "non",
        "da",
        "да",
        "нет",
        "хорошо",
        "tak",
        "nie",
        "sim",
        "não",
        "claro",
        "vale",
        "gracias",
        "merci",
        "danke",
        "basta",
        "genug",
        "assez",
        "enough",
        "fin",
        "fine",
        "是",
        "好",
        "不",
        "对",
        "取消",
        "हाँ",
        "नहीं",
        "ठीक",
        "बंद",
        "نعم",
        "لا",
        "حسنا",
        "ہاں",
        "نہیں",
        "হ্যাঁ",
        "না",
        "ঠিক",
        "বন্ধ",
        "1",
        "2",
        "anmelden",
        "отмена",
        "хватит",
        "storno",
        "anuluj",
        "annuler",
        "annulla",
        "stornieren",
        "cancelado",
        "closed",
        "pause",
        "no gracias",
        "no thanks",
    ] {
        assert_eq!(said(body), "none", "{body}");
    }
}

#[test]
fn the_word_and_its_language_are_told() {
    let found = matched(" ARRET! ").unwrap();
    assert_eq!((found.keyword, found.word, found.language), (Keyword::Stop, "arrêt", "fr"));
    assert_eq!(matched("Stop").unwrap().language, "en");
    assert_eq!(matched("pare").unwrap().language, "es");
}

#[test]
fn no_word_means_two_things_and_each_finds_itself() {
    let mut meanings: BTreeMap<String, Keyword> = BTreeMap::new();
    for (language, keyword, list) in table::WORDS {
        for word in list.split(", ") {
            assert_eq!(super::keyword(word), Some(*keyword), "{language} {word}");
            assert_eq!(super::keyword(&word.to_uppercase()), Some(*keyword), "{language} {word}");
            let folded: String = letters(word).collect();
            assert!(folded.chars().count() >= 2, "{language} {word} is too short to be meant");
            assert_eq!(*meanings.entry(folded).or_insert(*keyword), *keyword, "{language} {word}");
        }
    }
}

proptest! {
    #[test]
    fn any_text_is_answered(body in any::<String>()) {
        let _ = matched(&body);
    }

    #[test]
    fn punctuation_around_changes_nothing(before in "[ \t\n.,!?\"'«»“”()*_-]{0,8}", after in "[ \t\n.,!?\"'«»“”()*_-]{0,8}") {
        prop_assert_eq!(keyword(&format!("{before}Stop{after}")), Some(Keyword::Stop));
        prop_assert_eq!(keyword(&format!("{before}Stop by{after}")), None);
    }
}
