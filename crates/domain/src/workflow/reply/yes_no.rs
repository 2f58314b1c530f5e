//! Yes and no.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use super::words_of;
use crate::keyword::letters;

/// A longer text is more than yes or no, in words.
const WORDS_MAX: usize = 8;

/// What says yes by itself.
const YES: &str = "y, yes, yep, yeah, yup, ya, yess, yas, sure, ok, okay, okey, k, kk, absolutely, definitely, certainly, of course, \
    confirm, confirmed, correct, right, affirmative, agreed, agree, will do, sounds good, i will, i do, i am, count me in, im in, \
    ill be there, i can, please do, works for me, perfect, great, si, sí, claro, claro que sí, por supuesto, vale, de acuerdo, \
    confirmo, correcto, oui, ouais, d'accord, bien sûr, je confirme, volontiers, sim, com certeza, claro que sim, pode ser, \
    ja, jawohl, jep, jo, klar, gerne, natürlich, ja gerne, in ordnung, passt, stimmt, certo, va bene, certamente, confermo, \
    ja hoor, prima, zeker, akkoord, tak, oczywiście, jasne, zgoda, potwierdzam, да, ага, конечно, хорошо, ок, подтверждаю, согласен, \
    согласна, 是, 是的, 好, 好的, 可以, 对, 確認, 确认, 没问题, हाँ, हां, نعم, হ্যাঁ, evet, 👍, ✅, 👌";

/// What says no by itself.
const NO: &str = "n, no, nope, nah, naw, never, no thanks, no thank you, no way, not really, not now, not today, not interested, cant, \
    i cant, cannot, i cannot, wont, i wont, i cant make it, cant make it, negative, decline, declined, disagree, im not, i am not, \
    i dont, dont, no gracias, para nada, no puedo, no confirmo, non, non merci, pas du tout, je ne peux pas, não, nao, \
    não obrigado, não obrigada, não posso, nein, nee, nein danke, nö, leider nicht, geht nicht, no grazie, non posso, nee bedankt, \
    helaas niet, nie, nie dziękuję, niestety nie, нет, неа, нет спасибо, не могу, 不, 不是, 不行, 不要, 不用, 不可以, 没有, नहीं, لا, না, \
    hayır, 👎, ❌";

/// What may stand beside it without changing it.
const BESIDE: &str = "please, thanks, thank, you, thx, ty, pls, plz, sir, maam, mam, i, will, can, do, am, be, there, it, that, sounds, \
    good, great, fine, ok, okay, perfect, sure, im, ill, we, well, is, to, a, the, hi, hello, hey, works, for, me, por, favor, \
    gracias, muchas, merci, beaucoup, sil, vous, plait, obrigado, obrigada, bitte, danke, gerne, sehr, vielen, dank, grazie, mille, \
    bedankt, dank, je, wel, dziekuje, prosze, спасибо, пожалуйста, 谢谢, come, coming, definitely, absolutely, confirm, confirmed, again, \
    sorry, lo, siento, desole, leider, purtroppo, helaas, niestety, desculpe, afraid, unfortunately, really";

struct Said {
    yes: BTreeSet<String>,
    no: BTreeSet<String>,
    beside: BTreeSet<String>,
}

static SAID: LazyLock<Said> = LazyLock::new(|| {
    let set = |list: &str| list.split(", ").map(squashed).filter(|word| !word.is_empty()).collect();
    Said { yes: set(YES), no: set(NO), beside: set(BESIDE) }
});

/// Signs that say it without a word.
const SIGNS: [(&str, bool); 6] = [("👍", true), ("✅", true), ("👌", true), ("✔", true), ("👎", false), ("❌", false)];

/// Whether a text says yes, or no; `None`: neither, or both, or more than that.
#[must_use]
pub fn yes_no(said: &str) -> Option<bool> {
    let whole = squashed(said);
    if whole.is_empty() {
        let mut signs = SIGNS.iter().filter(|(sign, _)| said.contains(sign)).map(|(_, yes)| *yes);
        let first = signs.next()?;
        return signs.all(|other| other == first).then_some(first);
    }
    if let Some(said) = of(&whole) {
        return Some(said);
    }
    let words = words_of(said);
    if words.len() > WORDS_MAX || said.contains(['?', '？', '؟']) {
        return None;
    }
    // A turn that leads it says it, and what follows only bears it out.
    let mut found = None;
    let mut at = 0;
    while at < words.len() {
        let turn = (1..=4.min(words.len() - at)).rev().find_map(|length| {
            let turn = words.get(at..at + length)?.concat();
            of(&turn).map(|yes| (length, yes))
        });
        match turn {
            // "No, that sounds good" says nothing that can be relied on, but "no, I can't" does.
            Some((length, yes)) if found.is_none_or(|before| before == yes) => {
                found = Some(yes);
                at += length;
            }
            _ if words.get(at).is_some_and(|word| SAID.beside.contains(word)) => at += 1,
            _ => return None,
        }
    }
    found
}

fn of(turn: &str) -> Option<bool> {
    if SAID.yes.contains(turn) { Some(true) } else { SAID.no.contains(turn).then_some(false) }
}

fn squashed(text: &str) -> String {
    letters(text).take(200).collect()
}
