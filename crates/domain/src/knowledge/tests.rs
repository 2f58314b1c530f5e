use proptest::prelude::*;

use super::cut::sentences;
use super::*;

const GUIDE: &str = include_str!("tests/bakery.md");
const FAQ: &str = include_str!("tests/bakery_questions.txt");

fn bakery() -> Index {
    let passage =
        |id: &str, title: &str, text: &str| Passage { source_id: id.into(), title: title.into(), text: text.into() };
    indexed(&[passage("guide", "Guide", GUIDE), passage("faq", "Questions we often hear", FAQ)])
}

fn indexed(passages: &[Passage]) -> Index {
    Index::build(passages.iter().flat_map(Passage::chunks).collect(), &Synonyms::default())
}

fn search(index: &Index, text: &str, limit: usize) -> Vec<Hit> {
    index.search(&Query { text, vector: None }, limit)
}

#[test]
fn questions_find_their_passages() {
    let index = bakery();
    let mut wrong = Vec::new();
    for (question, expected) in [
        ("When do you open?", "from 7 am to 6 pm"),
        ("what time do u close on saturday", "8 am to 4 pm"),
        ("r u open on sundays?", "closed on Sundays"),
        ("are you open on wed?", "from 7 am to 6 pm"),
        ("Where are you located?", "12 Mill Lane"),
        ("whats ur address", "12 Mill Lane"),
        ("How much is a sourdough loaf?", "$7.50"),
        ("price of sourdough", "$7.50"),
        ("how much does a croissant cost", "$3.20"),
        ("is there parking nearby?", "car park"),
        ("where can i park my car", "car park"),
        ("do you deliver?", "within five miles"),
        ("whats the delivry fee", "$4"),
        ("how much is delivery", "$4"),
        ("can i order a birthday cake?", "three days ahead"),
        ("how far in advance do I need to order a wedding cake", "six weeks"),
        ("do you have gluten free bread", "buckwheat"),
        ("im celiac, anything for me?", "buckwheat"),
        ("any vegan options?", "oat milk"),
        ("Do your cakes contain nuts?", "almonds"),
        ("I have a peanut allergy", "almonds"),
        ("can I pay by card", "contactless"),
        ("do u take cash", "contactless"),
        ("can i cancel my order", "24 hours"),
        ("how do I get a refund", "24 hours"),
        ("are you hiring?", "Saturday helpers"),
        ("Are dogs allowed?", "on the terrace"),
        ("do you have wifi", "flourpower"),
        ("do you sell gift cards", "Gift cards"),
        ("do you run baking classes", "first Thursday"),
        ("is the shop wheelchair accessible", "ramp"),
        ("What flour do you use?", "stone-ground"),
        ("thx! and whats your phone number", "555 0142"),
    ] {
        let hit = search(&index, question, 3).into_iter().next();
        match hit {
            Some(hit) if hit.score >= FLOOR && hit.quote.contains(expected) => {}
            other => wrong.push(format!("{question}: {:?}", other.map(|hit| (hit.score, hit.quote)))),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn nothing_fits() {
    let index = bakery();
    let wrong: Vec<String> = [
        "what's the capital of france?",
        "can you fix my laptop",
        "who won the game last night",
        "do you rent bicycles",
        "what is the weather tomorrow",
        "my car broke down",
        "tell me a joke",
        "is the mayor going to resign",
        "how do I reset my password",
        "do you sell winter tires",
        "whats the meaning of life",
        "can I get a haircut today",
        "how tall is the eiffel tower",
        "I want to talk to your lawyer",
        "how old is the bakery",
        "can I bring my snake",
        "do you ship to Canada",
        "is bread bad for ducks",
        "see you Saturday",
        "i'll be there at 5",
        "hi",
        "ok thanks!",
        "👍",
        "",
    ]
    .iter()
    .filter_map(|question| {
        let hit = search(&index, question, 1).into_iter().next().filter(|hit| hit.score >= FLOOR)?;
        Some(format!("{question}: {} {}", hit.score, hit.quote))
    })
    .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn another_business() {
    let text = include_str!("tests/cycles.txt");
    let index = indexed(&[Passage { source_id: "k".into(), title: "Spoke & Chain cycles".into(), text: text.into() }]);
    let mut wrong = Vec::new();
    for (question, expected) in [
        ("how long does a repair take", "three working days"),
        ("how much for a full service?", "$89"),
        ("can you fix a flat tyre while I wait", "puncture"),
        ("do you buy used bikes", "trade-in"),
        ("when are you open on saturday", "9:30"),
        ("do i need an appointment", "drop in"),
        ("can i rent an ebike for the weekend", "e-bikes"),
        ("whats the deposit for a rental", "deposit"),
        ("do you have helmets for kids", "helmets"),
        ("is there a warranty on repairs", "guaranteed"),
        ("how do i find you", "Station Road"),
        ("do you sell croissants", ""),
        ("can you do my taxes", ""),
        ("what time is the train to boston", ""),
    ] {
        let hit = search(&index, question, 1).into_iter().next().filter(|hit| hit.score >= FLOOR);
        match hit {
            Some(hit) if !expected.is_empty() && hit.quote.contains(expected) => {}
            None if expected.is_empty() => {}
            other => wrong.push(format!("{question}: {:?}", other.map(|hit| (hit.score, hit.quote)))),
        }
    }
    // Nothing was tuned on these, so that they tell how good it is: three are beyond it ("used" and "second-hand").
    assert!(wrong.len() <= 3, "{}", wrong.join("\n"));
}

#[test]
fn a_question_s_answer_is_preferred_and_quoted_alone() {
    let index = indexed(&[
        Passage {
            source_id: "a".into(),
            title: String::new(),
            text: "The terrace is for guests with dogs and coffee.".into(),
        },
        Passage { source_id: "b".into(), title: String::new(), text: "Q: Are dogs allowed?\nA: Yes, they are.".into() },
    ]);
    let hits = search(&index, "are dogs allowed", 5);
    assert_eq!((hits[0].source.as_str(), hits[0].quote.as_str()), ("b", "Yes, they are."));
    assert_eq!(hits.len(), 2);
    assert!(hits[0].score > hits[1].score);
}

#[test]
fn how_texts_are_cut() {
    let cuts = |text| cut(text);
    let plain = |text: &str| Chunk { text: text.into(), ..Chunk::default() };
    assert_eq!(cuts(""), []);
    assert_eq!(cuts("One.\n\n\nTwo.\nThree."), [plain("One."), plain("Two.\nThree.")]);
    assert_eq!(
        cuts("# Money\n- Cash.\n- Cards."),
        [Chunk { heading: "Money".into(), question: None, text: "Cash.\nCards.".into() }]
    );
    let answered = |question: &str, text: &str| Chunk { question: Some(question.into()), ..plain(text) };
    assert_eq!(
        cuts("Q: Why?\nA: Because.\nQ2: How?\n\nA: So."),
        [answered("Why?", "Because."), answered("How?", "So.")]
    );
    assert_eq!(
        cuts("Where are you?\nHere.\nAnd there.\n\nElsewhere."),
        [answered("Where are you?", "Here.\nAnd there."), plain("Elsewhere."),]
    );
    let long = "one two three four five six seven eight nine ten. ".repeat(20);
    let passages = cuts(&long);
    assert_eq!(passages.iter().map(|cut| words::count(&cut.text)).collect::<Vec<_>>(), [80, 80, 40]);
    assert!(passages.iter().all(|cut| cut.text.ends_with("ten.")));
    assert_eq!(cuts(&"word ".repeat(170)).len(), 3);
}

#[test]
fn sentences_end_where_they_end() {
    let text = "Open 9 a.m. to 5 p.m. daily. Ask Mr. Vance! It costs $4.50. Ok?\nNext line";
    let found: Vec<&str> = sentences(text).into_iter().map(|range| &text[range]).collect();
    assert_eq!(found, ["Open 9 a.m. to 5 p.m. daily.", "Ask Mr. Vance!", "It costs $4.50.", "Ok?", "Next line"]);
}

#[test]
fn a_long_passage_is_quoted_where_it_fits() {
    let text = "Our oven was built in 1921 and is fired every night with beech wood from the valley. The clay oven holds sixty \
        loaves at a time. Tours of the oven are held every Friday at 5 pm and cost $6 for each visitor. Please wear closed \
        shoes, for the floor is hot. The wood store behind the mill keeps two winters of beech.";
    let index = indexed(&[Passage { source_id: "x".into(), title: "Oven".into(), text: text.into() }]);
    let hit = &search(&index, "how much are tours?", 1)[0];
    assert_eq!(hit.quote, "Tours of the oven are held every Friday at 5 pm and cost $6 for each visitor.");
}

#[test]
fn other_scripts_are_found_too() {
    let index = indexed(&[Passage {
        source_id: "x".into(),
        title: String::new(),
        text: "我们每天早上七点开门。\n\nМы открыты с семи утра.".into(),
    }]);
    assert!(search(&index, "几点开门", 1)[0].quote.contains("七点开门"));
    assert!(search(&index, "вы открыты?", 1)[0].quote.contains("открыты"));
}

#[test]
fn a_tenant_s_words_find_each_other() {
    let text = "A new kringle is $1,200.\n\nOur desk is staffed from noon.";
    let chunks = Passage { source_id: "x".into(), title: String::new(), text: text.into() }.chunks();
    let synonyms = Synonyms::parse("kringle, tooth cap\n\n desk , front office ").unwrap();
    let index = Index::build(chunks, &synonyms);
    for (asked, quote) in [("got a tooth cap?", "kringle"), ("is the front office there", "desk")] {
        let hit = &search(&index, asked, 1)[0];
        assert!(hit.quote.contains(quote) && hit.score >= FLOOR, "{asked}: {hit:?}");
    }
    assert_eq!(index.to_embed("got a tooth cap?"), "got a tooth cap? (kringle)");
    for (lines, error) in [
        ("a, b\n\nalone", SynonymsError::Alone { line: 3 }),
        (",,", SynonymsError::Alone { line: 1 }),
        ("a, one two three four five", SynonymsError::Name { line: 1, name: "one two three four five".into() }),
        ("a, !", SynonymsError::Name { line: 1, name: "!".into() }),
        (&vec!["x"; 21].join(","), SynonymsError::TooManyWords { line: 1 }),
        (&"a, b\n".repeat(501), SynonymsError::TooManyLines),
    ] {
        assert_eq!(Synonyms::parse(lines), Err(error));
    }
}

#[test]
fn a_pair_that_asks_the_same_wins_over_what_means_nearly_that() {
    let text =
        "Q: Can I bring my dog to the bakery?\nA: Only on a leash, and not to the counter.\n\nPets are family here.";
    let mut chunks = Passage { source_id: "x".into(), title: String::new(), text: text.into() }.chunks();
    assert_eq!(chunks.len(), 2);
    // The vectors hold with the other one: 0.75 beside 0.6.
    chunks[0].vector = Vector::from_f32(&[0.6, 0.8]);
    chunks[1].vector = Vector::from_f32(&[0.75, -0.66]);
    let index = Index::build(chunks, &Synonyms::default());
    let vector = Vector::from_f32(&[1.0, 0.0]);
    let found = |text| index.search(&Query { text, vector: vector.as_ref() }, 2).remove(0);
    let hit = found("can i bring a dog to the bakery");
    assert!(hit.why.by == By::QuestionAndAnswer && hit.quote.contains("leash") && hit.score >= FLOOR, "{hit:?}");
    assert!(found("are puppies fine").quote.contains("family"));
}

#[test]
fn a_texted_question_is_embedded_in_plain_english() {
    let index = bakery();
    for (texted, plain) in [
        ("hw much is ur croisant 2moro?", "how much is your croissant tomorrow?"),
        ("What would a wedding cake set me back?", "what would a wedding cake cost?"),
        ("Was kostet das Brot?", "Was kostet das Brot?"),
        ("👍", "👍"),
    ] {
        assert_eq!(index.to_embed(texted), plain);
    }
}

#[test]
fn meaning_leads_where_there_are_vectors() {
    let vector = |x: f32, y: f32| Vector::from_f32(&[x, y]);
    let indexed = |source: &str, text: &str, vector| Indexed {
        source: source.into(),
        title: String::new(),
        chunk: Chunk { text: text.into(), ..Chunk::default() },
        vector,
    };
    let near = indexed("near", "Bags may be left at the desk.", vector(0.9, 0.44));
    let far = indexed("far", "Suitcases are not sold here.", vector(0.1, 0.99));
    let without = indexed("without", "We mend shoes.", None);
    let index = Index::build(vec![far, near, without], &Synonyms::default());
    let asked = vector(1.0, 0.0);
    let hits = index.search(&Query { text: "where can my suitcases go", vector: asked.as_ref() }, 5);
    assert_eq!(hits[0].source, "near");
    assert!(hits[0].score >= FLOOR && hits[0].why.by == By::Meaning && hits[0].why.similarity.is_some());
    assert!(hits.iter().filter(|hit| hit.source == "far").all(|hit| hit.score < FLOOR));
    // What has no vector yet is found by its words, and one of another model's is as good as none.
    for vector in [asked, Vector::from_f32(&[1.0, 2.0, 3.0])] {
        let hits = index.search(&Query { text: "do you mend shoes", vector: vector.as_ref() }, 3);
        assert!(
            hits.iter().any(|hit| hit.source == "without" && hit.why.by == By::Words && hit.why.similarity.is_none())
        );
    }
}

#[test]
fn passages_are_compared_in_their_own_language() {
    let text = "Wir haben montags bis freitags von 9 bis 18 Uhr geöffnet.\n\nDie Preise für unsere Zimmer beginnen bei 80 Euro.";
    let index = indexed(&[Passage { source_id: "x".into(), title: String::new(), text: text.into() }]);
    assert!(search(&index, "Was ist der Preis für ein Zimmer?", 1)[0].quote.contains("80 Euro"));
}

proptest! {
    #[test]
    fn any_text_and_question_are_answered_in_bounds(
        texts in prop::collection::vec("(\\PC{0,60}|[a-z? .:#\n*QA-]{0,120}){0,4}", 0..4),
        query in "(\\PC{0,40}|[a-z ?]{0,40})",
        limit in 0_usize..5,
    ) {
        let passages: Vec<Passage> = texts.iter().enumerate()
            .map(|(i, text)| Passage { source_id: i.to_string(), title: "title".into(), text: text.clone() }).collect();
        let index = indexed(&passages);
        let hits = search(&index, &query, limit);
        prop_assert!(hits.len() <= limit);
        prop_assert!(hits.iter().all(|hit| (0.0..=1.0).contains(&hit.score) && !hit.quote.is_empty()));
        prop_assert!(hits.windows(2).all(|pair| pair[0].score >= pair[1].score));
        prop_assert_eq!(hits, search(&indexed(&passages), &query, limit));
    }

    #[test]
    fn no_word_is_lost_in_cutting(text in "([b-o]{1,9}[ .\n]){0,300}") {
        let cuts = cut(&text);
        let kept: Vec<&str> = cuts.iter().flat_map(|cut| cut.text.split_whitespace()).collect();
        prop_assert_eq!(kept, text.split_whitespace().collect::<Vec<_>>());
        prop_assert!(cuts.iter().all(|cut| words::count(&cut.text) <= 80));
    }
}
