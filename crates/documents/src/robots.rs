//! What a site asks of programs that visit it (RFC 9309).

/// A file has at most so many rules that count; the rest of a longer one is not read.
const RULES_MAX: usize = 5_000;
/// Nobody waits longer than this between two pages, in seconds.
const PAUSE_MAX: u32 = 30;

/// What a site's `robots.txt` says to one program.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Robots {
    rules: Vec<Rule>,
    pause: Option<u32>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Rule {
    allows: bool,
    /// With `*` for anything, and `$` at the end for the end.
    path: String,
}

impl Robots {
    /// Reads what concerns `agent`, in lower case, or else everybody.
    #[must_use]
    pub fn parse(text: &str, agent: &str) -> Self {
        let (mut own, mut everybodys) = (None::<Self>, Self::default());
        // Which of the two the group speaks to, and whether its rules have begun.
        let (mut to_us, mut to_all, mut begun) = (false, false, false);
        let mut count = 0;
        for line in text.trim_start_matches('\u{FEFF}').lines() {
            let line = line.split('#').next().unwrap_or_default();
            let Some((key, value)) = line.split_once(':') else { continue };
            let value = value.trim();
            let key = key.trim().to_ascii_lowercase();
            if key == "user-agent" {
                if begun {
                    (to_us, to_all, begun) = (false, false, false);
                }
                let named = value.split(['/', ' ']).next().unwrap_or_default().to_ascii_lowercase();
                to_us |= named == agent;
                to_all |= named == "*";
                if named == agent {
                    own.get_or_insert_default();
                }
                continue;
            }
            begun = true;
            count += 1;
            if count > RULES_MAX {
                break;
            }
            let ours = to_us.then_some(own.as_mut()).flatten();
            let all = to_all.then_some(&mut everybodys);
            for robots in [ours, all].into_iter().flatten() {
                robots.take(&key, value);
            }
        }
        own.unwrap_or(everybodys)
    }

    fn take(&mut self, key: &str, value: &str) {
        match key {
            "allow" | "disallow" if !value.is_empty() => {
                self.rules.push(Rule { allows: key == "allow", path: value.to_owned() });
            }
            "crawl-delay" => {
                // Some write fractions.
                let seconds = value.split('.').next().and_then(|whole| whole.parse::<u32>().ok());
                self.pause = seconds.map(|seconds| seconds.min(PAUSE_MAX)).or(self.pause);
            }
            _ => {}
        }
    }

    /// What a site says that lets nobody in.
    #[must_use]
    pub fn closed() -> Self {
        Self { rules: vec![Rule { allows: false, path: "/".into() }], pause: None }
    }

    /// Whether this path, with its query, may be fetched: the longest rule that fits says so, and if two do, the kinder one.
    #[must_use]
    pub fn allows(&self, path: &str) -> bool {
        let fitting = self.rules.iter().filter(|rule| fits(&rule.path, path));
        fitting.max_by_key(|rule| (rule.path.len(), rule.allows)).is_none_or(|rule| rule.allows)
    }

    /// How long to wait between two pages, in seconds, if the site says.
    #[must_use]
    pub fn pause(&self) -> Option<u32> {
        self.pause
    }
}

fn fits(pattern: &str, path: &str) -> bool {
    let (pattern, to_the_end) = pattern.strip_suffix('$').map_or((pattern, false), |pattern| (pattern, true));
    let mut pieces = pattern.split('*');
    let Some(mut rest) = pieces.next().and_then(|first| path.strip_prefix(first)) else { return false };
    let mut pieces = pieces.peekable();
    if pieces.peek().is_none() {
        return !to_the_end || rest.is_empty();
    }
    while let Some(piece) = pieces.next() {
        if pieces.peek().is_none() && to_the_end {
            return rest.ends_with(piece);
        }
        match rest.find(piece) {
            Some(at) => rest = &rest[at + piece.len()..],
            None => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_rule_that_fits_decides() {
        let text = "\
User-agent: *\nDisallow: /private\nAllow: /private/menu\nDisallow: /*.php$\nCrawl-delay: 2.5\n\n\
User-agent: Tidings\nUser-agent: Other/1.0\nDisallow: /*?print=\nDisallow: # nothing\nCrawl-delay: 600";
        let all = Robots::parse(text, "nobody");
        for (path, allowed) in [
            ("/", true),
            ("/private", false),
            ("/private/x", false),
            ("/private/menu", true),
            ("/privates", false),
            ("/a/b.php", false),
            ("/a/b.php?x", true),
            ("/b.phps", true),
        ] {
            assert_eq!(all.allows(path), allowed, "{path}");
        }
        assert_eq!(all.pause(), Some(2));
        let own = Robots::parse(text, "tidings");
        assert!(own.allows("/private") && own.allows("/a.php") && !own.allows("/a?print=1"));
        assert_eq!(own.pause(), Some(30), "and not ten minutes");
        assert_eq!(Robots::parse(text, "other"), own, "a group may speak to several");
    }

    #[test]
    fn no_rules_forbid_nothing_and_a_closed_site_all() {
        for text in ["", "<html>not found</html>", "Disallow: /", "User-agent: *\nDisallow:"] {
            assert!(Robots::parse(text, "tidings").allows("/x"), "{text}");
        }
        assert!(!Robots::closed().allows("/x"));
        assert!(!Robots::parse("\u{FEFF}USER-AGENT : *\r\nDISALLOW : /\r\n", "tidings").allows("/x"));
    }
}
