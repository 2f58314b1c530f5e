//! What binds a business, in a reply: a source must say it first.

use super::fold::{Folded, is_latin};

/// What binds a business: what it is, then its stems in the languages that most texts come in. A source may say it in another
/// language than the reply.
const PROMISES: &[(&str, &[&str])] = &[
    (
        "refund",
        &[
            "refund",
            "money back",
            "reimburs",
            "reembols",
            "devolución",
            "devolver el dinero",
            "rembours",
            "erstatt",
            "geld zurück",
            "rimbors",
            "terugbetal",
            "zwrot",
            "zwróc",
            "возврат",
            "вернём деньги",
            "вернем деньги",
            "поверне",
            "退款",
            "退钱",
            "返金",
            "환불",
            "रिफंड",
            "पैसे वापस",
            "استرداد",
            "ফেরত",
            "رقم واپس",
            "hoàn tiền",
            "para iade",
            "credit your",
            "chargeback",
        ],
    ),
    (
        "free",
        &[
            "free of charge",
            "for free",
            "complimentary",
            "no charge",
            "on the house",
            "gratis",
            "gratuit",
            "grátis",
            "kostenlos",
            "umsonst",
            "omaggio",
            "бесплатн",
            "безкоштовн",
            "darmow",
            "za darmo",
            "免费",
            "免費",
            "赠送",
            "無料",
            "무료",
            "공짜",
            "मुफ्त",
            "मुफ़्त",
            "مجان",
            "বিনামূল্যে",
            "مفت",
            "miễn phí",
            "ücretsiz",
            "bedava",
            "חינם",
            "ฟรี",
        ],
    ),
    (
        "discount",
        &[
            "discount",
            "% off",
            "percent off",
            "half price",
            "half off",
            "waive",
            "descuento",
            "rebaja",
            "remise",
            "réduction",
            "rabatt",
            "nachlass",
            "desconto",
            "sconto",
            "korting",
            "rabat",
            "zniżk",
            "скидк",
            "знижк",
            "折扣",
            "打折",
            "割引",
            "할인",
            "छूट",
            "خصم",
            "ছাড়",
            "رعایت",
            "giảm giá",
            "indirim",
            "הנחה",
            "ส่วนลด",
        ],
    ),
    (
        "guarantee",
        &[
            "guarantee",
            "promis",
            "warrant",
            "legally binding",
            "garantiz",
            "garantía",
            "garanti",
            "garanz",
            "гарант",
            "обеща",
            "保证",
            "保證",
            "保証",
            "보장",
            "गारंटी",
            "ضمان",
            "গ্যারান্টি",
            "ضمانت",
            "đảm bảo",
            "versprech",
            "verspreche",
            "prometo",
            "prometemos",
            "my word",
        ],
    ),
    (
        "compensation",
        &["compensat", "we owe you", "entschädig", "indemniz", "indemnis", "компенсац", "赔偿", "補償", "मुआवज"],
    ),
    (
        "voucher",
        &[
            "voucher",
            "coupon",
            "gift card",
            "store credit",
            "gutschein",
            "vale de regalo",
            "bon d'achat",
            "купон",
            "优惠券",
        ],
    ),
    (
        "confirmed booking",
        &[
            "is confirmed",
            "are confirmed",
            "'re confirmed",
            "is booked",
            "are booked",
            "i've booked",
            "i have booked",
            "we've booked",
            "is reserved",
            "reserved for you",
            "i've reserved",
            "has been approved",
            "is approved",
            "está confirmad",
            "ist bestätigt",
            "ist gebucht",
            "est confirmé",
            "está reservad",
            "подтвержден",
            "забронирован",
            "已确认",
            "已预订",
            "予約しました",
            "예약되었",
            "पक्की हो गई",
            "تم تأكيد",
        ],
    ),
];

/// What may stand before "free" without a price in mind.
const FREE_OF: &[&str] = &[
    "gluten", "sugar", "dairy", "lactose", "nut", "nuts", "egg", "alcohol", "caffeine", "feel", "smoke", "hands",
    "toll", "you're", "tax", "duty", "cruelty", "pet", "wheat", "fat",
];

/// Stems that German puts behind others.
const COMPOUND: &[&str] = &["erstatt", "rabatt", "gutschein", "garanti", "versprech", "entschädig"];

/// Whether a word begins with it: "compromise" promises nothing. Scripts without spaces have no such beginnings.
fn begins(text: &Folded, stem: &str) -> bool {
    if !is_latin(stem) || COMPOUND.contains(&stem) {
        return text.says(stem);
    }
    text.text.match_indices(stem).any(|(at, _)| !text.text[..at].ends_with(char::is_alphabetic))
}

/// Promises of the reply that nothing given makes. What the reply denies ("no refunds") is a rule, too, and must be given as
/// well.
pub(super) fn promised(said: &Folded, given: &Folded) -> Vec<String> {
    let makes =
        |text: &Folded, stems: &[&str]| stems.iter().find(|stem| begins(text, stem)).map(|stem| (*stem).to_owned());
    let free = |text: &Folded| {
        let words = text.words();
        (0..words.len()).any(|nth| words[nth] == "free" && !(nth > 0 && FREE_OF.contains(&words[nth - 1])))
    };
    let mut found: Vec<String> = PROMISES
        .iter()
        .filter(|(_, stems)| makes(given, stems).is_none())
        .filter_map(|(_, stems)| makes(said, stems))
        .collect();
    let free_stems = PROMISES.iter().find(|(what, _)| *what == "free").map(|(_, stems)| *stems).unwrap_or_default();
    if free(said) && !free(given) && makes(given, free_stems).is_none() {
        found.push("free".into());
    }
    // Sources in our language say it with the bare word, too.
    found.retain(|stem| !(free(given) && free_stems.contains(&stem.as_str())));
    found
}
