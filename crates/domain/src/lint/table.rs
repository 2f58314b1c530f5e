//! The words that a text is held against.

use std::ops::Range;

use super::Code;
use super::text::Text;

/// What carriers filter, and the words that it is known by: small letters, without accents, parted by comma and space. Words
/// that mean something else more often ("shot", "weed", "bar", "joint", "sexy") are left out.
pub(super) const DELICATE: &[(Code, &str, &str)] = &[
    (
        Code::Sex,
        "sex",
        "sex, porn, porno, xxx rated, nude, nudes, escort, escorts, onlyfans, hookup, hookups, erotic, erotica, stripper, \
         strippers, strip club, sex toy, sex toys, viagra, cialis, milf, camgirl, camgirls, nsfw",
    ),
    (
        Code::Hate,
        "hate",
        "hate group, white power, white supremacy, white pride, nazi, nazis, kkk, ku klux klan, heil hitler, ethnic cleansing, \
         race war, go back to your country, subhuman, subhumans, kill all",
    ),
    (
        Code::Alcohol,
        "alcohol",
        "alcohol, alcoholic, beer, beers, wine, wines, vodka, whisky, whiskey, bourbon, tequila, rum, liquor, liquors, cocktail, \
         cocktails, champagne, prosecco, brewery, winery, distillery, happy hour, bottomless mimosas, mimosas, margarita, \
         margaritas, sangria, mezcal, cerveza, cervezas, vino, vinos, biere, bier, wein, wodka",
    ),
    (
        Code::Firearms,
        "firearms",
        "firearm, firearms, gun, guns, handgun, handguns, rifle, rifles, shotgun, shotguns, pistol, pistols, revolver, ammo, \
         ammunition, ar 15, ar15, ak 47, silencer, silencers, suppressor, suppressors, gun show, glock, bump stock",
    ),
    (
        Code::Tobacco,
        "tobacco or cannabis",
        "tobacco, cigarette, cigarettes, cigar, cigars, vape, vapes, vaping, vape shop, e cigarette, e cigarettes, ecig, ecigs, \
         hookah, shisha, nicotine, cannabis, marijuana, thc, cbd, delta 8, delta 9, kratom, dispensary, dab, dabs, bong, bongs, \
         kush, edibles, pre rolls, prerolls, snus, juul, zyn, 420 deals",
    ),
];

/// What a template of another program would fill, or somebody wanted to.
const PLACEHOLDERS: &[&str] = &[
    "name",
    "first name",
    "firstname",
    "first_name",
    "last name",
    "lastname",
    "last_name",
    "fname",
    "lname",
    "full name",
    "customer name",
    "customer",
    "company",
    "company name",
    "business",
    "business name",
    "your name",
    "your business",
    "your company",
    "date",
    "time",
    "day",
    "link",
    "url",
    "website",
    "phone",
    "phone number",
    "number",
    "amount",
    "price",
    "code",
    "coupon",
    "discount",
    "address",
    "city",
    "location",
    "product",
    "insert",
    "insert link",
    "insert name",
    "insert link here",
    "insert text here",
    "text",
    "title",
    "agent name",
    "rep name",
    "store",
    "store name",
    "nombre",
    "prenom",
    "vorname",
    "datum",
];

/// A place that nobody has filled: `[name]`, `<first name>`, `%company%`, `{{name}}`, a row of X, lorem ipsum.
pub(super) fn placeholder(text: &Text) -> Option<Range<usize>> {
    bracketed(text).or_else(|| text.find("lorem ipsum")).or_else(|| {
        let is_row = |word: &Range<usize>| word.len() >= 3 && text.chars(word.clone()).all(|c| c == 'X');
        text.words().find(is_row)
    })
}

fn bracketed(text: &Text) -> Option<Range<usize>> {
    let all: Vec<(usize, char)> = text.all().collect();
    all.iter().enumerate().find_map(|(nth, (from, open))| {
        let close = match open {
            '[' => ']',
            '<' => '>',
            '{' => '}',
            '%' => '%',
            '_' => '_',
            _ => return None,
        };
        let (inside, rest) = all[nth + 1..].split_at(all[nth + 1..].iter().position(|(_, c)| *c == close)?);
        let name: String = inside.iter().map(|(_, c)| *c).collect::<String>().to_lowercase();
        let name = name.trim_matches(['[', '<', '{', '%', '_', '*', ' ']);
        PLACEHOLDERS.contains(&name).then(|| {
            let end = rest.iter().take_while(|(_, c)| *c == close).last().map_or(*from, |(at, _)| *at);
            *from..end + 1
        })
    })
}

/// Words of a business's name that say nothing of which one it is.
pub(super) fn says_little(word: &str) -> bool {
    matches!(
        word,
        "the"
            | "and"
            | "our"
            | "los"
            | "las"
            | "les"
            | "der"
            | "die"
            | "das"
            | "dr"
            | "new"
            | "old"
            | "best"
            | "city"
            | "first"
            | "shop"
            | "store"
            | "company"
            | "club"
            | "hotel"
            | "cafe"
            | "restaurant"
            | "salon"
            | "clinic"
            | "group"
            | "your"
    )
}

/// What tells people to text a word: small letters, without accents.
const INSTRUCTIONS: &str = " reply text txt send answer respond write type enter say with antworte antworten antworten sende \
    senden schreibe schreiben schreib mit envia enviar envie envies responde responda responder escriba escribe manda mande \
    repondez reponds repondre envoyez envoie tapez ecrivez rispondi rispondere rispondete invia inviare scrivi antwoord stuur \
    odpisz wyslij wysłij odpowiedz napisz ответьте отправьте напишите пришлите ";

pub(super) fn instructs(word: &str) -> bool {
    INSTRUCTIONS.contains(&format!(" {word} "))
}

/// Words that mean nothing else, however they are written; and whatever has no capitals to stand out by.
pub(super) fn says_stop_by_itself(phrase: &str) -> bool {
    const WORDS: [&str; 12] = [
        "unsubscribe",
        "unsub",
        "opt out",
        "optout",
        "abmelden",
        "abbestellen",
        "desabonner",
        "desabonnement",
        "desinscrire",
        "uitschrijven",
        "afmelden",
        "отписаться",
    ];
    let has_case = phrase.chars().any(|c| c.is_lowercase() || c.is_uppercase());
    !has_case || WORDS.contains(&super::text::folded(phrase).as_str())
}

/// Chinese has no spaces, so that a word for STOP stands among others: 回复TD退订.
pub(super) fn says_stop_within(text: &Text) -> bool {
    let shown = text.shown();
    ["退订", "退訂", "取消订阅", "取消訂閱", "拒收"].iter().any(|word| shown.contains(word))
}

/// Pictures, and the signs that phones draw as pictures.
pub(super) fn is_emoji(c: char) -> bool {
    matches!(c, '\u{1F300}'..='\u{1F3FA}' | '\u{1F400}'..='\u{1FAFF}' | '\u{2600}'..='\u{27BF}' | '\u{2B50}' | '\u{2B55}' | '\u{1F1E6}'..='\u{1F1FF}')
}
