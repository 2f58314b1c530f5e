use proptest::prelude::*;

use super::*;

/// Everything that a text should say and nothing else.
const GOOD: &str = "Harbour Dental: Hi {first_name|there}, your check-up is due in {due:date}. Book at https://harbour.example/book or call us. Reply STOP to opt out.";

fn findings(body: &str) -> Vec<Finding> {
    lint(body, Context { sender: "Harbour Dental", keywords: None, own_host: None })
}

/// What is found besides a missing name and a missing line.
fn codes(body: &str) -> Vec<&'static str> {
    let quiet = format!("Harbour Dental here. {body} Reply STOP to opt out.");
    findings(&quiet).iter().map(|finding| finding.code.as_str()).collect()
}

fn found(body: &str, code: Code) -> Option<Finding> {
    findings(body).into_iter().find(|finding| finding.code == code)
}

/// The piece of the text that a finding points to.
fn pointed(body: &str, code: Code) -> String {
    let span = found(body, code).unwrap().span.unwrap();
    body.chars().skip(span.from).take(span.to - span.from).collect()
}

#[test]
fn a_good_text_has_nothing_against_it() {
    assert_eq!(findings(GOOD), []);
    assert_eq!(findings(""), []);
    assert_eq!(findings(" {first_name} "), []);
}

#[test]
fn it_must_say_how_to_stop() {
    let misses = |body: &str| found(body, Code::NoOptOut).is_some();
    for body in [
        "Reply STOP to opt out",
        "text stop to end",
        "Reply with \"stop\" any time",
        "To unsubscribe, answer this text",
        "STOP=end",
        "Opt out: reply OPT-OUT",
        "Antworte STOPP, um keine SMS mehr zu bekommen",
        "Responda BAJA para no recibir más",
        "Répondez ARRÊT pour vous désabonner",
        "Responda SAIR para parar",
        "Ответьте СТОП",
        "回复TD退订",
        "बंद करने के लिए रोकें लिखें",
        "أرسل توقف لإلغاء الرسائل",
    ] {
        assert!(!misses(body), "{body}");
    }
    for body in [
        "Stop by our shop on Sunday",
        "Cancel any time",
        "We never stop",
        "The weekend starts here. End of season prices",
        "STOP BY OUR SHOP ON SUNDAY EVERYBODY",
        "Don't quit now",
        "Jetzt sparen",
    ] {
        assert!(misses(body), "{body}");
    }
    let own = OwnWords { stop: vec!["adieu".into()], ..OwnWords::default() };
    let context = Context { sender: "", keywords: Some(&own), own_host: None };
    assert_eq!(lint("Sale today. Reply ADIEU to stop these", context), []);
}

#[test]
fn it_must_say_who_writes() {
    let misses = |sender: &str, body: &str| {
        lint(body, Context { sender, keywords: None, own_host: None })
            .iter()
            .any(|finding| finding.code == Code::NoSender)
    };
    for (sender, body) in [
        ("Harbour Dental", "harbour dental: hello"),
        ("Harbour Dental Care", "It's Harbour, see you soon"),
        ("Harbour Dental", "See harbourdental.example"),
        ("The Crêperie", "Your creperie has news"),
        ("Joe's Tyres", "Joes tyres is open"),
        ("", "hello"),
    ] {
        assert!(!misses(sender, body), "{sender}: {body}");
    }
    for (sender, body) in [
        ("Harbour Dental", "Your check-up is due"),
        ("Harbour Dental", "Hi {harbour|Harbour Dental}"),
        ("The Shop", "The best prices"),
        ("Al", "Also today"),
    ] {
        assert!(misses(sender, body), "{sender}: {body}");
    }
}

#[test]
fn links_that_carriers_block() {
    for body in [
        "Go to bit.ly/abc123",
        "Go to https://tinyurl.com/xyz now",
        "see HTTP://BIT.LY/Q?x=1.",
        "(www.bit.ly/abc)",
        "https://goo.gl:443/a",
        "t.co/abc!",
    ] {
        assert_eq!(codes(body), ["public_shortener"], "{body}");
    }
    for body in [
        "http://192.168.1.4/pay",
        "93.184.216.34/login",
        "https://[2001:db8::1]/x",
        "https://xn--pple-43d.com",
        "https://bank.example@evil.example/login",
    ] {
        assert_eq!(codes(body), ["suspicious_link"], "{body}");
    }
    for body in [
        "https://rabbit.ly.example/a",
        "shop.example/bit.ly",
        "We are at 12.5 and 1.2.3.4 is the version",
        "mail ann@bit.example",
        "Open 9 a.m./5 p.m.",
        "habit.ly",
    ] {
        assert_eq!(codes(body), [""; 0], "{body}");
    }
    let body = "Harbour Dental: pay at https://bit.ly/abc. Reply STOP";
    assert_eq!(pointed(body, Code::PublicShortener), "https://bit.ly/abc");
    assert_eq!(found(body, Code::PublicShortener).unwrap().severity, Severity::Refuse);
}

#[test]
fn what_shouts() {
    assert_eq!(codes("HUGE SALE ON EVERYTHING THIS WEEKEND ONLY, COME EARLY"), ["all_capitals"]);
    assert_eq!(codes("Ends today!!!"), ["exclamations"]);
    assert_eq!(codes("Wow! Yes! Come! Now! Go!"), ["exclamations"]);
    assert_eq!(codes("🎉🎉🎉🎉🎉🎉"), ["emoji"]);
    for body in ["ASAP at the VW shop in NYC", "Great! Come by!", "See you 🎉🎉", "OK?", "मुफ़्त जांच आज"]
    {
        assert_eq!(codes(body), [""; 0], "{body}");
    }
    assert_eq!(pointed("Harbour: now!!!! Reply STOP", Code::Exclamations), "!!!");
}

#[test]
fn what_stands_twice() {
    assert_eq!(codes("Your check-up is due. Call us. Your check-up is due!"), ["repeated"]);
    assert_eq!(codes("See you soon. See you. See you."), [""; 0]);
    let body = "Harbour. We are open again. We are OPEN again. Reply STOP";
    assert_eq!(pointed(body, Code::Repeated), "We are OPEN again");
}

#[test]
fn what_carriers_filter() {
    for (body, code) in [
        ("Free beer tonight", "alcohol"),
        ("Half-price cocktails", "alcohol"),
        ("Happy hour at five", "alcohol"),
        ("Vape juice is back", "tobacco"),
        ("CBD gummies", "tobacco"),
        ("New delta 8 drops", "tobacco"),
        ("Gun show on Saturday", "firearms"),
        ("AR-15 parts", "firearms"),
        ("Local escorts", "sex"),
        ("white power", "hate"),
    ] {
        assert_eq!(codes(body), [code], "{body}");
    }
    for body in [
        "Get your flu shot",
        "Weed control for your lawn",
        "Begun at nine",
        "Essex and Middlesex",
        "Ginger biscuits",
        "We hate to see you go",
        "A grape on the drum",
        "Barbecue at the bar association",
        "Top gum care",
        "Rumble, swinery and trumpets",
    ] {
        assert_eq!(codes(body), [""; 0], "{body}");
    }
    let body = "Harbour: free BEER and more beer. Reply STOP";
    assert_eq!(pointed(body, Code::Alcohol), "BEER");
    assert_eq!(found(body, Code::Alcohol).unwrap().severity, Severity::Warning);
}

#[test]
fn what_was_to_be_filled_in() {
    for body in [
        "Hi [name], come",
        "Hi [First Name]",
        "Dear <first name>",
        "{{name}}, hello",
        "%name% hello",
        "Call XXXX",
        "Lorem ipsum dolor",
        "[insert link here]",
    ] {
        assert_eq!(codes(body), ["placeholder"], "{body}");
    }
    for body in [
        "Open [Mon to Fri]",
        "a < b and b > c",
        "50% off, 20% more",
        "XL and XXL sizes",
        "hugs xxx",
        "{first_name|there}",
    ] {
        assert_eq!(codes(body), [""; 0], "{body}");
    }
    assert_eq!(pointed("Harbour: Hi {{name}}! Reply STOP", Code::Placeholder), "{{name}}");
    assert_eq!(pointed("Harbour é {first_name}: Hi [Name]. Reply STOP", Code::Placeholder), "[Name]");
}

#[test]
fn one_letter_that_doubles_the_price() {
    let long =
        format!("Harbour Dental: {} á bientôt. Reply STOP", "we are open again and look forward to you, ".repeat(2));
    let finding = found(&long, Code::CostlyCharacter).unwrap();
    assert!(
        finding.explanation.contains("`á` and `ô`") && finding.explanation.contains("2 parts instead of 1"),
        "{finding:?}"
    );
    assert_eq!(pointed(&long, Code::CostlyCharacter), "á");
    let curly = long.replace(" á bientôt", " it’s “here”");
    assert!(found(&curly, Code::CostlyCharacter).is_none(), "what smart encoding replaces costs nothing");
    let short = "Harbour: à bientôt. Reply STOP";
    assert!(found(short, Code::CostlyCharacter).is_none(), "one part is one part");
    let russian = format!("Harbour: {} Ответьте СТОП", "Мы снова открыты и ждём вас. ".repeat(3));
    assert!(found(&russian, Code::CostlyCharacter).is_none(), "a language is no accident");
}

#[test]
fn the_worst_comes_first_and_every_finding_says_what_to_do() {
    let all = findings("FREE BEER AND CIGARS [name] AT bit.ly/x AND http://1.2.3.4/ NOW!!! 🎉🎉🎉🎉🎉🎉");
    assert!(all.len() >= 9, "{all:#?}");
    assert!(all.windows(2).all(|pair| pair[0].severity >= pair[1].severity));
    for finding in all {
        assert!(finding.explanation.ends_with('.') && finding.mend.ends_with('.'), "{finding:?}");
        assert_eq!(serde_json::to_value(finding.code).unwrap(), finding.code.as_str());
    }
}

proptest! {
    #[test]
    fn spans_are_inside(body in prop_oneof![any::<String>(), "[a-z {}\\[\\]<>%!.:/@X🎉é]{0,80}"], sender in any::<String>()) {
        let chars = body.chars().count();
        for finding in lint(&body, Context { sender: &sender, keywords: None, own_host: None }) {
            if let Some(span) = finding.span {
                prop_assert!(span.from < span.to && span.to <= chars, "{finding:?}");
            }
        }
    }
}

#[test]
fn ones_own_host_is_no_stranger() {
    let found = |own_host| {
        let context = Context { own_host, ..Context::default() };
        lint("See https://xn--caf-dma.example/l/abc", context).iter().any(|one| one.code == Code::SuspiciousLink)
    };
    assert!(found(None) && found(Some("other.example")) && !found(Some("xn--caf-dma.example")));
}
