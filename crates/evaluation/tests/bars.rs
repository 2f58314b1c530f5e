//! What the built-in assistant must reach on the half that nothing was tuned on.

use evaluation::{Half, Mode, Totals, businesses, totals};

fn of(half: Half, mode: Mode) -> Totals {
    totals(&businesses().unwrap(), half, mode).unwrap()
}

#[test]
fn with_meaning() {
    let totals = of(Half::Hold, Mode::Meaning);
    assert!(totals.first >= 0.78 && totals.in_three >= 0.93 && totals.answered_for_nothing <= 0.08, "{totals:?}");
}

#[test]
fn with_words_alone() {
    let totals = of(Half::Hold, Mode::Words);
    assert!(totals.first >= 0.60 && totals.in_three >= 0.80 && totals.answered_for_nothing <= 0.08, "{totals:?}");
}
