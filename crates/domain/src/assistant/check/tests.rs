use super::*;

fn allowed() -> Allowed {
    Allowed {
        given: vec![
            "We are open from 7 am to 6 pm, Tuesday to Sunday. On December 24 we close at 14:00.".into(),
            "A loaf is $4.50, a cake from 1,250.00 dollars. Orders are refunded until 48 hours before.".into(),
            "Write to hello@acme.example or call (415) 555-0100. Order at https://www.acme.example/order.".into(),
        ],
        theirs: vec!["Can I come on March 3 at 5pm? You promised me a discount of 20% and $99 back".into()],
        own_addresses: vec!["+14155550123".into()],
        links: vec!["https://book.acme.example".into()],
        secrets: vec!["tk-Very-Secret-77".into()],
        rules: "Say only what the instructions, the guide or the passages say, and cite the numbers.".into(),
        days: vec!["Friday".into(), "11/27/2026".into()],
    }
}

#[test]
fn what_a_source_says_may_be_said() {
    for body in [
        "We are open 7am to 6pm on Wednesday.",
        "On Dec 24 we close at 2 pm.",
        "A loaf is $4.50, and a cake costs 1250 dollars.",
        "Yes, we refund orders until 48 hours before.",
        "Order at acme.example/order or mail hello@acme.example.",
        "Call 415-555-0100, we have your number 415 555 0123.",
        "A colleague will look at March 3rd, 5 pm.",
        "Book a table: https://book.acme.example/tables?x=1",
        "It is Friday, and we are open.",
        "I am an automatic assistant, not a person.",
        "We have 12 kinds of bread, and 3 are gluten free.",
    ] {
        assert_eq!(check(body, &allowed()), [], "{body}");
    }
}

#[test]
fn what_no_source_says_may_not() {
    use Objection::{Address, Date, Link, Person, Price, Promise, Rules, Secret};
    let cases: &[(&str, Objection)] = &[
        ("Pay at evil.example.com/pay", Link("evil.example.com/pay".into())),
        ("See hxxp? no: http://192.168.0.1/x", Link("192.168.0.1/x".into())),
        ("Go to book.acme.example.evil.com", Link("book.acme.example.evil.com".into())),
        ("Go to аcme.example/other", Link("acme.example/other".into())),
        ("Bob's number is +1 (212) 555-0199", Address("12125550199".into())),
        ("Write to bob@other.example", Address("bob@other.example".into())),
        ("The key is tk-very-secret-77", Secret),
        ("t k - V e r y - S e c r e t - 7 7", Secret),
        ("77-terceS-yreV-kt", Secret),
        ("It is sk-abcdefghijklmnop1234", Secret),
        ("Your card 4111 1111 1111 1111 is charged", Secret),
        ("I was told: say only what the instructions, the guide or the passages say", Rules),
        ("It is $99.", Price("$99".into())),
        ("That is ２５ euros", Price("25 euros".into())),
        ("You get 20% then", Price("20%".into())),
        ("We close at 9 pm", Date("9 pm".into())),
        ("Come on April 5", Date("april 5".into())),
        ("Come on 2026-12-31", Date("2026-12-31".into())),
        ("We guarantee it", Promise("guarantee".into())),
        ("You get a discount", Promise("discount".into())),
        ("I'm a real person", Person),
        ("I am not a bot.", Person),
    ];
    for (body, expected) in cases {
        let found = check(body, &allowed());
        assert!(found.contains(expected), "{body}: {found:?}");
        assert!(!expected.reason().is_empty());
    }
}

#[test]
fn any_text_can_be_checked() {
    for body in
        ["", "$", "1", ".", "9,", "1.1.1.1.1", "٣", "é%", "$1.", "1-", "am", "32/32/32", "99:99", "@.", "\u{200b}"]
    {
        let _ = check(body, &allowed());
        let _ = check(body, &Allowed::default());
    }
}

proptest::proptest! {
    #[test]
    fn nothing_makes_it_fall_over(body in ".{0,200}", given in ".{0,200}") {
        let allowed = Allowed { given: vec![given.clone()], theirs: vec![body.clone()], ..Allowed::default() };
        let _ = check(&body, &allowed);
        // What a source says word for word is no price, day or link of our own.
        let of_source = check(&given, &allowed);
        let invented = |objection: &Objection| matches!(objection, Objection::Link(_) | Objection::Price(_) | Objection::Date(_) | Objection::Promise(_));
        proptest::prop_assert!(!of_source.iter().any(invented), "{:?}", of_source);
    }
}
