use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::*;
use crate::template::{Person, Rendering, Template};

fn shortener(base: &str) -> Shortener {
    Shortener { base: base.into(), key: Key::from_bytes([7; 16]), campaign: Uuid::from_u128(1).into() }
}

#[test]
fn addresses_are_found_as_they_are_meant() {
    for (text, expected) in [
        ("See https://a.example/x.", &["https://a.example/x"][..]),
        ("(https://a.example/x) and HTTP://B.example?q=1!", &["https://a.example/x", "HTTP://B.example?q=1"]),
        ("https://a.example/wiki/Oslo_(city) is it", &["https://a.example/wiki/Oslo_(city)"]),
        ("“https://a.example”…", &["https://a.example"]),
        ("https://a.example:8443/é and more", &["https://a.example:8443/é"]),
        ("a.example/x and www.a.example", &[]),
        ("xhttps://a.example https://", &[]),
        ("https://user@a.example/x javascript://a.example", &[]),
        ("ftp://a.example https://nodots", &[]),
    ] {
        let found: Vec<_> = urls(text).into_iter().map(|url| &text[url]).collect();
        assert_eq!(found, expected, "{text}");
    }
}

#[test]
fn a_base_is_a_host_of_ones_own() {
    for (text, expected) in [
        ("https://go.example.com", Ok("https://go.example.com")),
        (" HTTPS://Go.Example.com/ ", Ok("https://go.example.com")),
        ("https://go.example.com:8443", Ok("https://go.example.com:8443")),
        ("http://go.example.com", Err(BaseFault::NoScheme)),
        ("go.example.com", Err(BaseFault::NoScheme)),
        ("https://go.example.com/x", Err(BaseFault::HasPath)),
        ("https://go.example.com?x", Err(BaseFault::HasPath)),
        ("https://", Err(BaseFault::NoHost)),
        ("https://localhost", Err(BaseFault::NoHost)),
        ("https://10.0.0.1", Err(BaseFault::NoHost)),
        ("https://a@go.example.com", Err(BaseFault::NoHost)),
        ("https://go.example.com:x", Err(BaseFault::NoHost)),
        ("https://-go.example.com", Err(BaseFault::NoHost)),
        ("https://bit.ly", Err(BaseFault::PublicShortener)),
    ] {
        assert_eq!(base(text), expected.map(str::to_owned), "{text}");
    }
}

#[test]
fn everybody_has_a_code_of_their_own_for_each_address() {
    let made = shortener("https://go.example.com");
    let code = made.code("+12125550123", "https://a.example");
    assert!(is_code(&code), "{code}");
    assert_eq!(made.code("+12125550123", "https://a.example"), code, "made again it is the same");
    let mut other = made.clone();
    other.key = Key::from_bytes([8; 16]);
    for different in [
        made.code("+12125550124", "https://a.example"),
        made.code("+12125550123", "https://b.example"),
        other.code("+12125550123", "https://a.example"),
        Shortener { campaign: Uuid::from_u128(2).into(), ..made.clone() }.code("+12125550123", "https://a.example"),
    ] {
        assert_ne!(different, code);
    }
    assert_eq!(
        made.coded("+12125550123", "https://a.example").link,
        made.coded("+12125550124", "https://a.example").link
    );
    assert!(!is_code("0123456789") && !is_code("123456789") && !is_code("123456789é"));
    let codes: std::collections::BTreeSet<_> = (0..20_000).map(|n| made.code(&format!("+1{n}"), "https://a")).collect();
    assert_eq!(codes.len(), 20_000);
}

#[test]
fn a_text_has_short_links_and_is_counted_with_them() {
    let base = "https://go.example.com";
    let long = "https://shop.example/a/very/long/path?with=parameters&and=more";
    let body = format!("Hi {{first_name|there}}, see {long}. Or {base}/now, or https://x.example/{{phone}}");
    let template: Template = body.parse().unwrap();
    let template = template.shortened(&shortener(base));
    let person = Person { name: "Ann Berg", phone: "+12125550123", ..Person::default() };
    let text = Rendering::new("en").render(&template, person).unwrap();
    let coded = template.coded("+12125550123");
    assert_eq!(coded.iter().map(|coded| coded.url.as_str()).collect::<Vec<_>>(), [long]);
    let code = &coded[0].code;
    assert_eq!(
        text,
        format!("Hi Ann, see {base}/l/{code}. Or {base}/now, or https://x.example/+12125550123"),
        "what is ours already and what each has their own way stays"
    );
    let written = format!("Hi Ann, see {long}. Or {base}/now, or");
    let counted = sample(&written, base);
    assert_eq!(counted, format!("Hi Ann, see {base}/l/xxxxxxxxxx. Or {base}/now, or"));
    let placed = format!("{{name}}{long} or https://x.example/{{phone}} or {long}");
    let counted = sample(&placed, base);
    assert_eq!(
        counted,
        format!("{{name}}{long} or https://x.example/{{phone}} or {base}/l/xxxxxxxxxx"),
        "as in a template"
    );
    let plain: Template = body.parse().unwrap();
    assert!(plain.coded("+12125550123").is_empty());
}

#[test]
fn programs_are_told_by_what_they_call_themselves() {
    let chrome =
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36";
    let iphone = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.1 Mobile/15E148 Safari/604.1";
    for (says, expected) in [
        (iphone, Agent::Apple),
        (
            "Mozilla/5.0 (Linux; Android 16; Pixel 10) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36",
            Agent::Android,
        ),
        (chrome, Agent::Desktop),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", Agent::Desktop),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 11_1) AppleWebKit/601.2.4 (KHTML, like Gecko) Version/9.0.1 Safari/601.2.4 facebookexternalhit/1.1 Facebot Twitterbot/1.0",
            Agent::Previewer,
        ),
        ("WhatsApp/2.25.1 A", Agent::Previewer),
        ("TelegramBot (like TwitterBot)", Agent::Previewer),
        ("Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", Agent::Previewer),
        ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", Agent::Scanner),
        (
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/140.0 Safari/537.36",
            Agent::Scanner,
        ),
        ("curl/8.9.1", Agent::Scanner),
        ("python-requests/2.32", Agent::Scanner),
        ("Go-http-client/2.0", Agent::Scanner),
        ("BarracudaCentral", Agent::Scanner),
        ("SomeNewBot", Agent::Scanner),
        ("", Agent::Other),
        ("Something/1.0", Agent::Other),
    ] {
        assert_eq!(agent(says), expected, "{says}");
        assert_eq!(Agent::parse(expected.as_str()), Some(expected));
    }
    for (is_head, says, purpose, expected) in [
        (false, iphone, "", None),
        (false, chrome, "", None),
        (false, "Something/1.0", "", None),
        (true, iphone, "", Some(Verdict::Preview)),
        (false, iphone, "prefetch;prerender", Some(Verdict::Preview)),
        (false, iphone, "Preview", Some(Verdict::Preview)),
        (false, "WhatsApp/2", "", Some(Verdict::Preview)),
        (false, "curl/8", "", Some(Verdict::Scanner)),
        (false, " ", "", Some(Verdict::Scanner)),
    ] {
        assert_eq!(of_request(Request { is_head, agent: says, purpose }), expected, "{says} {purpose}");
    }
}

#[test]
fn machines_are_told_by_what_they_do() {
    let at = |second: i64| Timestamp::from_second(1_800_000_000 + second).unwrap();
    let seen =
        |agent, after: Option<i64>, people| Seen { agent, at: at(0), handed_at: after.map(|after| at(-after)), people };
    for (seen, expected) in [
        (seen(Agent::Apple, Some(2), 1), Verdict::Person),
        (seen(Agent::Android, Some(3_600), 3), Verdict::Person),
        (seen(Agent::Desktop, Some(9), 1), Verdict::TooSoon),
        (seen(Agent::Other, Some(0), 1), Verdict::TooSoon),
        (seen(Agent::Desktop, Some(10), 1), Verdict::Person),
        (seen(Agent::Desktop, None, 1), Verdict::Person),
        (seen(Agent::Apple, Some(3_600), BURST), Verdict::Burst),
        (seen(Agent::Desktop, Some(1), 90), Verdict::Burst),
    ] {
        assert_eq!(judge(&seen), expected, "{seen:?}");
    }
    assert!(HELD_FOR > BURST_WITHIN + SignedDuration::from_secs(1), "what comes after it must be here");
}

proptest! {
    /// Whatever is written, nothing is found that is no address, and a text is never cut within a letter.
    #[test]
    fn whatever_is_written_can_be_read(text in "(https://|HTTP://|[a-zé€ .,()/\"“…]){0,30}") {
        for url in urls(&text) {
            let url = &text[url];
            prop_assert!(host(url).is_some(), "{}", url);
        }
        let _ = sample(&text, "https://go.example.com");
    }
}
