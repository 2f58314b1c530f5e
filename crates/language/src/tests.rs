use crate::{Language, detect, folded, is_english, is_small, stem};

#[test]
fn short_texts_tell_their_language() {
    let mut wrong = Vec::new();
    for (expected, texts) in [
        (
            "en",
            "whats ur cancel policy|u open sun?|how mutch 4 a cleaning|do you have parking|My chain keeps slipping, can you sort \
             that by tomorrow|hey r u guys open 2day|can i bring my dog|is breakfast included|Where are you located?|I \
             need to move my appointment|price for a full service|do you take amex|is there a lift|thx see you then|wheres \
             the entrance|any rooms left for friday night|We are open from 7 am to 6 pm.|Cancellations are free up to 24 \
             hours before arrival.|pool heated?|got any ebikes for hire this weekend",
        ),
        (
            "de",
            "Wann habt ihr geöffnet?|Was kostet eine Zahnreinigung?|kann ich morgen kommen|Gibt es Parkplätze?|Ich möchte \
             meinen Termin verschieben|habt ihr am sonntag offen|Wie viel kostet das|Ist das Frühstück dabei?|Guten Tag, haben \
             Sie noch ein Zimmer frei?|Wir sind von 9 bis 18 Uhr für Sie da.|hallo brauch nen termin",
        ),
        (
            "fr",
            "Quels sont vos horaires ?|c'est combien pour une révision|Vous êtes ouverts dimanche ?|Est-ce que je peux annuler|où \
             se garer|bonjour je voudrais un rendez-vous demain|Le petit déjeuner est inclus ?|combien coûte la chambre",
        ),
        (
            "es",
            "¿Cuál es el horario?|cuanto cuesta una limpieza|abren los domingos|Quiero cambiar mi cita|hola tienen habitaciones \
             para mañana|dónde puedo aparcar",
        ),
        (
            "it",
            "Quanto costa la pulizia?|siete aperti domenica|Vorrei un appuntamento per domani|c'è il parcheggio|posso portare il \
             cane|a che ora è la colazione",
        ),
        (
            "pt",
            "Quanto custa uma limpeza?|vocês abrem no domingo|Gostaria de marcar uma consulta|tem estacionamento|posso levar o \
             meu cão|qual é o horário",
        ),
        (
            "nl",
            "Hoeveel kost een controle?|zijn jullie zondag open|Ik wil graag een afspraak maken|mag mijn hond mee|hoe laat gaan jullie dicht",
        ),
        (
            "pl",
            "Ile kosztuje wizyta?|czy jest parking|Jakie są godziny otwarcia|chcę umówić się na jutro|dzień dobry czy macie wolny pokój",
        ),
        ("ru", "Сколько стоит чистка?|вы открыты в воскресенье"),
        ("ar", "كم سعر التنظيف؟|متى تفتحون"),
        ("ur", "آپ کب کھلتے ہیں؟"),
        ("hi", "आप कब खुलते हैं?"),
        ("bn", "আপনারা কখন খোলেন?"),
        ("zh", "你们几点开门？"),
    ] {
        for text in texts.split('|') {
            let found = detect(text).map(Language::code);
            // What tells nothing may be English.
            if found != Some(expected) && !(expected == "en" && is_english(text)) {
                wrong.push(format!("{expected} {found:?}: {text}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_tells_nothing_is_no_language() {
    for text in ["", "👍", "10:30", "...", "xqz", "きょうは休みですか"] {
        assert_eq!(detect(text), None, "{text}");
    }
}

#[test]
fn english_is_what_may_be_english() {
    for (text, english) in [
        ("whats ur address", true),
        ("parking?", true),
        ("ok", true),
        ("10:30", true),
        ("Wann habt ihr auf?", false),
        ("C'est où ?", false),
        ("いつ", false),
        ("gdzie jesteście", false),
        ("I love your café, are you open on Sunday?", true),
    ] {
        assert_eq!(is_english(text), english, "{text}");
    }
}

#[test]
fn words_that_belong_together_have_one_stem() {
    for (language, families) in [
        (Language::German, "Öffnungszeit Öffnungszeiten Oeffnungszeiten|Preis Preise Preisen"),
        (Language::French, "réservation réservations|ouvert ouverte ouverts|chambre chambres"),
        (Language::Spanish, "habitación habitaciones habitacion|precio precios|abierto abierta abiertos"),
        (Language::Italian, "prezzo prezzi|aperto aperta aperti|letto letti"),
        (Language::Portuguese, "preço preços preco|aberto aberta abertos|quarto quartos"),
        (Language::Dutch, "kamer kamers"),
        (Language::Russian, "цена цены цену|номер номера"),
    ] {
        for family in families.split('|') {
            let stems: Vec<String> = family.split(' ').map(|word| stem(language, &folded(word))).collect();
            assert!(stems.windows(2).all(|pair| pair[0] == pair[1]), "{family}: {stems:?}");
        }
    }
}

#[test]
fn small_words_are_known_folded() {
    assert!(is_small(Language::German, &folded("Für")) && is_small(Language::French, "ou"));
    assert!(!is_small(Language::German, "preis") && !is_small(Language::English, "price"));
}
