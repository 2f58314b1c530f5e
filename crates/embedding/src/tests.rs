//! The figures are of the published weights with our adapter in 32 bits, by another implementation (that of `training/train.py`,
//! with PyTorch and Hugging Face's tokenizer).

use crate::{Model, ModelError, builtin, convert};

fn model() -> &'static Model {
    builtin().expect("the embedding model was not there when this was built: run `cargo xtask model` and build again")
}

fn cosine(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

const TEXTS: [&str; 10] = [
    "That is a happy person",
    "That is a happy dog",
    "That is a very happy person",
    "Today is a sunny day",
    "my chain keeps slipping, can you sort that by tomorrow",
    "Most repairs are ready within three working days.",
    "whats ur cancel policy",
    "You can cancel free of charge up to 24 hours before your appointment.",
    "Is there a café near the hotel? ¿Dónde? 今天",
    "We open at 8:30 a.m. — on Saturdays we're closed (unless agreed)…",
];

#[test]
fn texts_are_as_near_as_in_training() {
    let model = model();
    let vectors = TEXTS.map(|text| model.embed(text));
    for (a, b, expected) in [
        (0, 1, 0.693),
        (0, 2, 0.9724),
        (0, 3, 0.1532),
        (4, 5, 0.2387),
        (4, 7, 0.1608),
        (6, 7, 0.5512),
        (6, 5, -0.0127),
        (8, 9, 0.1144),
        (8, 7, 0.0627),
    ] {
        let found = cosine(&vectors[a], &vectors[b]);
        assert!((found - expected).abs() < 0.01, "{} and {}: {found}, not {expected}", TEXTS[a], TEXTS[b]);
    }
}

#[test]
fn each_number_is_as_in_training() {
    let model = model();
    for (text, expected) in [
        (TEXTS[0], [0.017_710, 0.089_927, -0.048_766, 0.020_709]),
        (TEXTS[4], [-0.062_296, -0.016_467, 0.056_295, -0.003_934]),
        (TEXTS[7], [0.004_160, 0.110_210, 0.081_961, -0.045_023]),
        (TEXTS[9], [0.011_713, -0.058_041, 0.015_486, -0.060_546]),
    ] {
        let vector = model.embed(text);
        assert!((cosine(&vector, &vector) - 1.0).abs() < 1e-5);
        for (at, expected) in [0, 1, 100, 383].into_iter().zip(expected) {
            assert!((vector[at] - expected).abs() < 0.005, "{text}: {} at {at}, not {expected}", vector[at]);
        }
    }
}

#[test]
fn long_and_empty_texts_have_a_meaning_too() {
    let model = model();
    let repairs = model.embed(TEXTS[5]);
    let long = "We repair bicycles of every make and rent them out by the day. ".repeat(40);
    assert!((cosine(&model.embed(&long), &repairs) - 0.2763).abs() < 0.01);
    assert!((cosine(&model.embed(""), &repairs) - 0.0135).abs() < 0.01);
    // What is behind the end is not looked at, however much it is.
    assert_eq!(model.embed(&long), model.embed(&long.repeat(100)));
}

#[test]
fn words_are_cut_as_the_model_was_taught() {
    let vocabulary = &model().vocabulary;
    let long = format!("{} b", "a".repeat(120));
    for (text, ids) in [
        ("", &[][..]),
        (TEXTS[6], &[2054, 2015, 24471, 17542, 3343]),
        (TEXTS[8], &[2003, 2045, 1037, 7668, 2379, 1996, 3309, 1029, 1094, 2123, 3207, 1029, 100, 1811]),
        (
            TEXTS[9],
            &[
                2057, 2330, 2012, 1022, 1024, 2382, 1037, 1012, 1049, 1012, 1517, 2006, 18860, 2057, 1005, 2128, 2701,
                1006, 4983, 3530, 1007, 1529,
            ],
        ),
        ("naïve Zürich ẞ İstanbul", &[15743, 10204, 1096, 9960]),
        (
            "don't e-mail @ 5pm!!! £5/€6 100%",
            &[2123, 1005, 1056, 1041, 1011, 5653, 1030, 1019, 9737, 999, 999, 999, 27813, 1013, 1574, 2575, 2531, 1003],
        ),
        (
            "antidisestablishmentarianism xqzjw \u{200b} zero\u{200b}width",
            &[3424, 10521, 4355, 7875, 13602, 3672, 12199, 2964, 1060, 4160, 2480, 3501, 2860, 5717, 9148, 11927, 2232],
        ),
        ("ab\tcd\nef\u{a0}gh", &[11113, 3729, 1041, 2546, 1043, 2232]),
        (&long, &[100, 1038]),
        ("—–…“quoted” ‘x’ • ·", &[1517, 1516, 1529, 1523, 9339, 1524, 1520, 1060, 1521, 1528, 1087]),
        // Not as it was taught: a word is not lost because of a picture behind it.
        ("ok👍🏽 bye", &[7929, 9061]),
    ] {
        let found = vocabulary.ids(text);
        assert_eq!(found[1..found.len() - 1], *ids, "{text}");
        assert_eq!((found[0], found[found.len() - 1]), (101, 102), "{text}");
    }
}

#[test]
fn other_bytes_are_no_model() {
    assert_eq!(Model::load(b"").err(), Some(ModelError::OtherFile));
    assert_eq!(Model::load(b"%PDF-1.7 and so on").err(), Some(ModelError::OtherFile));
    let short = Model::load(b"TDMINI\x00\x01\x02\x00\x00\x00ab").err();
    assert!(matches!(short, Some(ModelError::Length { found: 14, .. })), "{short:?}");
}

#[test]
fn other_weights_are_not_converted() {
    let header = |json: &str| [&(json.len() as u64).to_le_bytes()[..], json.as_bytes()].concat();
    for (bytes, why) in [
        (vec![], "no safetensors"),
        (u64::MAX.to_le_bytes().to_vec(), "no safetensors"),
        (header("[1]"), "no safetensors"),
        (header(r#"{"__metadata__":{"format":"pt"}}"#), "embeddings.word_embeddings.weight"),
        (
            header(r#"{"embeddings.word_embeddings.weight":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#),
            "embeddings.word_embeddings.weight",
        ),
        (
            header(r#"{"embeddings.word_embeddings.weight":{"dtype":"F32","shape":[1],"data_offsets":[9,4]}}"#),
            "embeddings.word_embeddings.weight",
        ),
    ] {
        let error = convert(&bytes, "a\nb", &header("{}")).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(error.contains(why), "{error}");
    }
}
