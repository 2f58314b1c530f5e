//! The languages in Latin letters, by their small words and by the letters that only some of them have.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use crate::{Language, folded};

/// The small words of each, as they are written and as they are texted, and then what customers ask businesses about. A word
/// that several languages have counts for each, and less.
const WORDS: &[(Language, &str, &str)] = &[
    (
        Language::English,
        "the be to of and a in that have i it for not on with he as you do at this but his by from they we say her \
         she or an will my one all would there their what so up out if about who get which go me when make can like \
         no just him into your good some could them see other than then now only come its over also after use two how \
         our well even because any these give most us is are was were been am has had does did u r ur im ive id dont \
         doesnt cant wont isnt whats wheres whens hows thats theres ok yes where why much many got still here should \
         before",
        "hours open close closed opening price prices cost costs appointment book booking tomorrow today tonight \
         monday tuesday wednesday thursday friday saturday sunday week weekend need money order free help call phone \
         address parking people year day first new look work think take know want back hi hey hello thanks thank thx \
         please pls way time",
    ),
    (
        Language::German,
        "der die das und in den von zu mit sich des auf für fur ist im dem nicht ein eine als auch es an werden aus \
         er hat dass daß sie nach wird bei einer um am sind noch wie einem über einen so zum war haben nur oder aber \
         vor zur bis mehr durch man sein wurde sei kann gegen vom können schon wenn habe seine ihre dann unter wir \
         soll ich du ihr euch ihnen mir mich dir dich uns mein meine dein euer eure unser kein keine was wer wo wann \
         warum welche welcher gibt geht hallo danke bitte ja nein guten viel möchte kannst könnt koennen macht hab \
         gern doch denn",
        "tag morgen heute geöffnet geoeffnet geschlossen offen öffnungszeiten uhr preis preise kostet kosten termin \
         montag dienstag mittwoch donnerstag freitag samstag sonntag",
    ),
    (
        Language::French,
        "le la les de des du un une et à est en que qui dans pour pas sur au aux avec ce cette ces il elle ils elles \
         on nous vous je tu me te se son sa ses leur leurs mon ma mes ton ta tes notre nos votre vos ne plus par mais \
         ou où si tout tous faire être avoir ai as avez ont sont suis êtes était c'est j'ai qu'est quel quelle quels \
         quelles quand comment pourquoi combien bonjour bonsoir salut merci oui non s'il plaît svp peut pouvez puis \
         êtes-vous y sans chez d l",
        "ouvert ouverte ouverts fermé horaires heures heure prix coûte coute rendez-vous rdv demain aujourd'hui lundi \
         mardi mercredi jeudi vendredi samedi dimanche",
    ),
    (
        Language::Spanish,
        "el la los las de del un una unos unas y en que es se no por con para al lo como más mas pero sus su le ya o \
         este esta estos sí si porque entre cuando muy sin sobre también me hasta hay donde dónde quien desde todo \
         nos durante todos uno les ni contra otros ese eso ante ellos e mi mis tu tus te yo él ella nosotros usted \
         ustedes son soy está están estoy tengo tiene tienen puedo puede pueden hola gracias buenos buenas favor \
         cuánto cuanto cuánta qué cuál cómo cuándo quiero",
        "días dias tardes cuesta vale precio precios horario horarios abierto abierta abiertos abren cierran cerrado \
         hora horas cita mañana hoy lunes martes miércoles jueves viernes sábado sabado domingo",
    ),
    (
        Language::Italian,
        "il lo la i gli le di del della dei delle degli un uno una e è che in per con non si da dal dalla su sul \
         sulla come più ma anche se ci mi ti vi ne al alla ai alle nel nella sono sei siamo siete ho hai ha abbiamo \
         avete hanno questo questa quello quella mio mia tuo suo nostro vostro io tu lui lei noi voi loro cosa chi \
         quando dove perché quale quanto quanta ciao buongiorno buonasera salve grazie prego favore sì posso può \
         potete vorrei c'è dello essere fare",
        "costa costano prezzo prezzi orari orario aperto aperta aperti chiuso ore ora appuntamento domani oggi lunedì \
         martedì mercoledì giovedì venerdì sabato domenica",
    ),
    (
        Language::Portuguese,
        "o a os as de do da dos das um uma uns umas e em no na nos nas que é para por com não nao se mais como mas \
         foi ao ele ela eles elas seu sua seus suas ou quando muito já ja eu tu você voce vocês voces nós me te lhe \
         isso isto este esta esse essa está estão estou são sou tem têm tenho há ser ter pelo pela até também só sem \
         depois mesmo meu minha olá ola oi obrigado obrigada bom boa favor sim quanto qual quais onde posso pode \
         podem quero gostaria",
        "dia tarde noite custa preço preco preços horário horario aberto aberta abertos abrem fecham fechado hora \
         horas consulta marcar amanhã amanha hoje segunda terça quarta quinta sexta sábado domingo",
    ),
    (
        Language::Dutch,
        "de het een en van ik te dat die in je is niet op aan met als voor zijn was er maar om hij ook naar dan nog \
         bij uit of wat we wij jullie u uw zo mijn kan kunnen heeft heb hebben had door over haar hem ze zij deze dit \
         daar hier hoe wanneer waar waarom wie welke geen wel al worden wordt zou mag moet moeten hallo hoi dank \
         bedankt alstublieft ja nee hoeveel graag jij mij ons onze tot jou",
        "dag kost kosten prijs prijzen open geopend gesloten openingstijden uur afspraak morgen vandaag maandag \
         dinsdag woensdag donderdag vrijdag zaterdag zondag",
    ),
    (
        Language::Polish,
        "i w na z do się sie nie to że ze jest o po jak co za od ale tak czy przez dla przed już juz tylko może moze \
         ja ty on ona my wy oni mnie mi ci go jej ich mój moj moja twój twoja nasz wasz ten ta te tego tej są sa być \
         byc był była mam masz ma mamy macie mają mogę moge można mozna kiedy gdzie dlaczego kto który ktory która \
         jaki jaka jakie ile cześć czesc dobry witam dziękuję dziekuje dzięki proszę prosze chcę chce bez lub oraz",
        "dzień dzien kosztuje cena ceny godziny otwarcia otwarte otwarci zamknięte godzina wizyta jutro dziś dzisiaj \
         poniedziałek wtorek środa czwartek piątek piatek sobota sobotę niedziela niedzielę",
    ),
];

/// Letters that tell, and what one of them counts.
const LETTERS: &[(&[Language], &str)] = &[
    (&[Language::German], "ßäöü"),
    (&[Language::Polish], "ąćęłńśźż"),
    (&[Language::Spanish], "ñ¿¡"),
    (&[Language::Portuguese], "ãõ"),
    (&[Language::French], "œêîûùë"),
    (&[Language::French, Language::Portuguese], "ç"),
];
const LETTER: f64 = 0.5;

/// So much more than the next best must speak for a language.
const LEAD: f64 = 0.15;
/// A longer text says nothing more about its language. In words.
const WORDS_MAX: usize = 200;

static BY_WORD: LazyLock<HashMap<&str, Vec<Language>>> = LazyLock::new(|| {
    let mut by_word: HashMap<&str, Vec<Language>> = HashMap::new();
    for (language, small, asked) in WORDS {
        for word in small.split_whitespace().chain(asked.split_whitespace()) {
            let languages = by_word.entry(word).or_default();
            if !languages.contains(language) {
                languages.push(*language);
            }
        }
    }
    by_word
});

/// The language whose words and letters are most in the text, if it is ahead of the others.
pub(crate) fn by_words(text: &str) -> Option<Language> {
    let text = text.to_lowercase().replace(['’', '‘'], "'");
    let mut scores: HashMap<Language, f64> = HashMap::new();
    let words = text.split(|c: char| !(c.is_alphanumeric() || c == '\'' || c == '-')).filter(|word| !word.is_empty());
    for word in words.take(WORDS_MAX) {
        let mut languages = known(word);
        if languages.is_empty() && word.contains('\'') {
            // English runs words together with it (`what's`), French and Italian put it between two (`l'heure`).
            languages = known(&word.replace('\'', ""));
            if languages.is_empty() {
                languages = word.split('\'').next().map(known).unwrap_or_default();
            }
        }
        for language in languages {
            *scores.entry(*language).or_default() += 1.0 / languages.len() as f64;
        }
    }
    for (languages, letters) in LETTERS {
        let count = text.chars().filter(|c| letters.contains(*c)).count().min(WORDS_MAX);
        for language in languages.iter().filter(|_| count > 0) {
            *scores.entry(*language).or_default() += LETTER * count as f64 / languages.len() as f64;
        }
    }
    let mut ranked: Vec<(Language, f64)> = scores.into_iter().collect();
    ranked.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    let (best, score) = *ranked.first()?;
    let next = ranked.get(1).map_or(0.0, |(_, score)| *score);
    (score >= next * (1.0 + LEAD) && score > 0.0).then_some(best)
}

fn known(word: &str) -> &'static [Language] {
    BY_WORD.get(word).map_or(&[], Vec::as_slice)
}

static SMALL: LazyLock<HashSet<(Language, String)>> = LazyLock::new(|| {
    let small = |(language, small, _): &'static (Language, &str, &str)| {
        small.split_whitespace().map(|word| (*language, folded(word)))
    };
    WORDS.iter().flat_map(small).collect()
});

/// Whether a [`folded`] word says nothing about what is asked, but holds sentences together.
#[must_use]
pub fn is_small(language: Language, word: &str) -> bool {
    SMALL.contains(&(language, word.to_owned()))
}
