//! Whether it was a person who followed a link. Phones and carriers look at links before people do: previews in message apps,
//! scanners that look for fraud, caches that fetch ahead. None of them is a click.
//!
//! What is in doubt counts as a person, but for what no person does: following the links of several others within seconds.

use jiff::{SignedDuration, Timestamp};

/// A click is judged after so long: what comes from the same place at the same time must be here.
pub const HELD_FOR: SignedDuration = SignedDuration::from_secs(10);
/// Codes of so many people, followed from one place within [`BURST_WITHIN`], are a machine's work.
pub const BURST: u32 = 4;
/// Before and after a click.
pub const BURST_WITHIN: SignedDuration = SignedDuration::from_secs(5);
/// Nobody reads a text and follows its link at a desk sooner than this after it was handed to the carrier.
const AT_A_DESK_AFTER: SignedDuration = SignedDuration::from_secs(10);

/// Which kind of program asks, coarsely.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Agent {
    /// A browser of an iPhone or iPad.
    Apple,
    /// A browser of an Android phone.
    Android,
    /// A browser of a desk.
    Desktop,
    /// It shows what is behind a link before anybody follows it.
    Previewer,
    /// It looks for fraud, or collects pages.
    Scanner,
    /// It says nothing of itself that we know.
    Other,
}

impl Agent {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Apple, Self::Android, Self::Desktop, Self::Previewer, Self::Scanner, Self::Other];

    /// As stored and shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Apple => "apple",
            Self::Android => "android",
            Self::Desktop => "desktop",
            Self::Previewer => "previewer",
            Self::Scanner => "scanner",
            Self::Other => "other",
        }
    }

    /// The stored word back.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|agent| agent.as_str() == text)
    }
}

/// Who followed a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// A person.
    Person,
    /// A preview, or something that fetches ahead.
    Preview,
    /// A scanner or another program.
    Scanner,
    /// Something that went through the links of several people.
    Burst,
    /// A program at a desk that was there before anybody could have read the text.
    TooSoon,
}

impl Verdict {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Person, Self::Preview, Self::Scanner, Self::Burst, Self::TooSoon];

    /// As stored and shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Preview => "preview",
            Self::Scanner => "scanner",
            Self::Burst => "burst",
            Self::TooSoon => "too_soon",
        }
    }
}

/// What a request for a link says of itself.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// It asks what is there without wanting it (`HEAD`).
    pub is_head: bool,
    /// `User-Agent`.
    pub agent: &'a str,
    /// One of `Purpose`, `Sec-Purpose`, `X-Purpose`, `X-Moz`: why it is asked.
    pub purpose: &'a str,
}

/// What is known of a click once it is judged.
#[derive(Debug, Clone, Copy)]
pub struct Seen {
    /// Which kind of program.
    pub agent: Agent,
    /// When.
    pub at: Timestamp,
    /// When the text was handed to the carrier.
    pub handed_at: Option<Timestamp>,
    /// Codes of how many people were followed from the same place around that time, this one included.
    pub people: u32,
}

/// What programs call themselves that show what is behind a link; an iPhone's previews call themselves by the names of others.
const PREVIEWERS: &[&str] = &[
    "facebookexternalhit",
    "facebot",
    "twitterbot",
    "whatsapp",
    "telegrambot",
    "slackbot",
    "slack-imgproxy",
    "discordbot",
    "skypeuripreview",
    "linkedinbot",
    "pinterest",
    "viber",
    "redditbot",
    "embedly",
    "iframely",
    "googlemessages",
    "google-pagerenderer",
    "googleimageproxy",
    "preview",
    "vkshare",
    "line-poker",
    "kakaotalk-scrap",
    "snapchat",
    "applebot",
    "signal-desktop-preview",
];

/// What programs call themselves that look for fraud, collect pages, or are no browsers.
const SCANNERS: &[&str] = &[
    "bot/",
    "bot;",
    "crawler",
    "spider",
    "scanner",
    "scan/",
    "googlebot",
    "bingbot",
    "google-safety",
    "google-read-aloud",
    "barracuda",
    "proofpoint",
    "mimecast",
    "safelinks",
    "symantec",
    "trendmicro",
    "trend micro",
    "urlscan",
    "virustotal",
    "netcraft",
    "phishtank",
    "paloalto",
    "censys",
    "zgrab",
    "masscan",
    "nmap",
    "curl/",
    "wget/",
    "python",
    "aiohttp",
    "httpx",
    "go-http-client",
    "java/",
    "apache-httpclient",
    "okhttp",
    "node-fetch",
    "axios",
    "undici",
    "got (",
    "ruby",
    "libwww",
    "perl",
    "php/",
    "headless",
    "phantomjs",
    "puppeteer",
    "playwright",
    "selenium",
    "lighthouse",
    "guzzle",
    "postman",
    "insomnia",
    "httpie",
    "monitor",
    "uptime",
    "pingdom",
    "archive.org",
];

/// Which kind of program calls itself so.
#[must_use]
pub fn agent(user_agent: &str) -> Agent {
    let says = user_agent.to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| says.contains(word));
    if has(PREVIEWERS) {
        Agent::Previewer
    } else if has(SCANNERS) || says.ends_with("bot") {
        Agent::Scanner
    } else if has(&["iphone", "ipad", "ipod"]) {
        Agent::Apple
    } else if says.contains("android") {
        Agent::Android
    } else if says.starts_with("mozilla/") && has(&["windows nt", "macintosh", "x11", "linux", "cros"]) {
        Agent::Desktop
    } else {
        Agent::Other
    }
}

/// What a request is, by itself; `None`: it may be a person's.
#[must_use]
pub fn of_request(request: Request<'_>) -> Option<Verdict> {
    let purpose = request.purpose.to_ascii_lowercase();
    if request.is_head || ["prefetch", "preview", "prerender"].iter().any(|word| purpose.contains(word)) {
        return Some(Verdict::Preview);
    }
    match agent(request.agent) {
        Agent::Previewer => Some(Verdict::Preview),
        Agent::Scanner => Some(Verdict::Scanner),
        // Every browser names itself.
        Agent::Other if request.agent.trim().is_empty() => Some(Verdict::Scanner),
        Agent::Apple | Agent::Android | Agent::Desktop | Agent::Other => None,
    }
}

/// Who followed a link, by all that is known after a while.
#[must_use]
pub fn judge(seen: &Seen) -> Verdict {
    let since = seen.handed_at.map(|handed| seen.at.duration_since(handed));
    if seen.people >= BURST {
        Verdict::Burst
    } else if matches!(seen.agent, Agent::Desktop | Agent::Other) && since.is_some_and(|since| since < AT_A_DESK_AFTER)
    {
        Verdict::TooSoon
    } else {
        Verdict::Person
    }
}
