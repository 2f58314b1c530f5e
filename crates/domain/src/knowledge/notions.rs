//! Everyday notions of those who ask businesses things: words that ask for one thing or show it.

use std::{collections::HashMap, sync::LazyLock};

use super::stem::stem;

/// A notion's term, which no word can be, and its words; any form of them will do.
const NOTIONS: &[(&str, &str)] = &[
    ("§price", "price cost charge fee expensive cheap rate tariff dollar euro cent"),
    ("§time", "hour open close shut late early until till schedule oclock noon midnight"),
    ("§long", "minute hour day week month duration quick fast soon ready"),
    (
        "§day",
        "monday tuesday wednesday thursday friday saturday sunday weekend weekday day daily today tomorrow tonight",
    ),
    ("§holiday", "holiday christmas easter thanksgiving"),
    ("§place", "address located location directions find street road avenue map situated nearest"),
    ("§reach", "phone call email telephone contact reach mail"),
    ("§deliver", "deliver ship courier"),
    ("§pay", "pay card cash visa mastercard credit debit contactless invoice cheque paypal"),
    ("§order", "order preorder buy purchase"),
    ("§book", "book reserve appointment schedule slot"),
    ("§cancel", "cancel refund return exchange"),
    ("§allergy", "allergy allergic allergen intolerant intolerance"),
    ("§gluten", "gluten celiac coeliac wheat"),
    ("§nut", "nut almond peanut walnut hazelnut pecan"),
    ("§vegan", "vegan dairy lactose"),
    ("§children", "kid child children baby toddler son daughter"),
    ("§animal", "dog pet cat puppy animal"),
    ("§car", "park car garage"),
    ("§internet", "wifi internet"),
    ("§job", "job hiring vacancy career apply employ employment"),
    ("§access", "wheelchair access accessible accessibility disabled ramp"),
    ("§toilet", "toilet restroom bathroom washroom"),
    ("§less", "discount coupon promo voucher deal"),
    ("§gift", "gift present voucher"),
    ("§repair", "repair fix mend service"),
    ("§rent", "rent hire rental lease"),
    ("§warranty", "warranty guarantee guaranteed"),
];

static BY_STEM: LazyLock<HashMap<String, Vec<&'static str>>> = LazyLock::new(|| {
    let mut by_stem: HashMap<String, Vec<&'static str>> = HashMap::new();
    for (notion, words) in NOTIONS {
        for word in words.split(' ') {
            let notions = by_stem.entry(stem(word)).or_default();
            if !notions.contains(notion) {
                notions.push(notion);
            }
        }
    }
    by_stem
});

/// The notions that a stem belongs to.
pub(super) fn of(stem: &str) -> &'static [&'static str] {
    BY_STEM.get(stem).map_or(&[], Vec::as_slice)
}

/// The sorts of answer that a question wants: "how much" a price, "how long" a duration, "where" a place, "when" a time.
pub(super) fn wanted(words: &[String]) -> Vec<&'static str> {
    let has = |word: &str| words.iter().any(|w| w == word);
    let pair = |a: &str, b: &str| words.windows(2).any(|w| w[0] == a && w[1] == b);
    let mut wanted = Vec::new();
    if pair("how", "much") {
        wanted.push("§price");
    }
    if pair("how", "long") {
        wanted.push("§long");
    }
    if has("where") {
        wanted.push("§place");
    }
    if has("when") || pair("what", "time") || pair("how", "late") || pair("how", "early") {
        wanted.push("§time");
    }
    wanted
}

/// The notions that a text shows without a word for them: a price by its currency, a time by its digits.
pub(super) fn shown(text: &str, words: &[String]) -> Vec<&'static str> {
    let mut shown = Vec::new();
    if text.contains(['$', '€', '£', '¥', '₹']) {
        shown.push("§price");
    }
    let starts_with_digit = |word: &str| word.starts_with(|c: char| c.is_ascii_digit());
    let clock = text
        .as_bytes()
        .windows(4)
        .any(|w| w[0].is_ascii_digit() && w[1] == b':' && w[2].is_ascii_digit() && w[3].is_ascii_digit());
    let half_day = words.windows(2).any(|w| starts_with_digit(&w[0]) && matches!(w[1].as_str(), "am" | "pm"))
        || words.iter().any(|w| starts_with_digit(w) && (w.ends_with("am") || w.ends_with("pm")));
    if clock || half_day {
        shown.push("§time");
    }
    shown
}
