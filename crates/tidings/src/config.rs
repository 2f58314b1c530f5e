//! What is set, and where that came from: flags, then `TIDINGS_*`, then `tidings.toml`, then the defaults.

use std::{
    collections::BTreeMap,
    fmt,
    net::SocketAddr,
    path::{Path, PathBuf},
    str::FromStr,
};

/// The file that is read if it is there and no other is named.
pub const FILE: &str = "tidings.toml";

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// The command line.
    Flag,
    /// An environment variable.
    Env(&'static str),
    /// A line of the file.
    File(PathBuf),
    /// Nobody said anything.
    Default,
}

/// One thing that can be set.
struct Known {
    key: &'static str,
    env: &'static str,
    default: Option<&'static str>,
    secret: bool,
}

const fn known(key: &'static str, env: &'static str, default: Option<&'static str>) -> Known {
    Known { key, env, default, secret: false }
}

/// Everything that can be set. The key is the file's; the flag is the key with dashes.
const KNOWN: &[Known] = &[
    known("listen", "TIDINGS_LISTEN", Some("127.0.0.1:8080")),
    Known { secret: true, ..known("database_url", "TIDINGS_DATABASE_URL", Some("sqlite://tidings.db")) },
    known("public_url", "TIDINGS_PUBLIC_URL", None),
    Known { secret: true, ..known("secret_key", "TIDINGS_SECRET_KEY", None) },
    known("trust_forwarded_for", "TIDINGS_TRUST_FORWARDED_FOR", Some("false")),
    known("allow_private_networks", "TIDINGS_ALLOW_PRIVATE_NETWORKS", Some("false")),
    Known { secret: true, ..known("metrics_token", "TIDINGS_METRICS_TOKEN", None) },
    known("connections_max", "TIDINGS_CONNECTIONS_MAX", Some("10000")),
    known("drain_seconds", "TIDINGS_DRAIN_SECONDS", Some("15")),
    known("log", "TIDINGS_LOG", Some("info")),
];

/// Values by key, as one source gives them.
pub type Values = BTreeMap<String, String>;

/// What is in force. `Debug` and [`Config::lines`] mask secrets.
#[derive(Clone)]
pub struct Config {
    /// Where the server listens.
    pub listen: SocketAddr,
    /// Where the data is.
    pub database_url: String,
    /// How browsers and carriers reach us, without a slash at the end.
    pub public_url: String,
    /// Base64 of the installation's 32 bytes. `None`: from the file beside the SQLite database.
    pub secret_key: Option<String>,
    /// A reverse proxy says who asks.
    pub trust_forwarded_for: bool,
    /// Carriers, models and webhooks may be in private networks.
    pub allow_private_networks: bool,
    /// What `/metrics` asks for.
    pub metrics_token: Option<String>,
    /// How many connections may be open.
    pub connections_max: usize,
    /// How long a stop waits for open answers.
    pub drain_seconds: u32,
    /// What is logged, in tracing's words: `info`, `engine=debug,info`.
    pub log: String,
    lines: Vec<Line>,
}

/// One setting, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its key.
    pub key: &'static str,
    /// What is in force, secrets masked. `None`: nothing is set.
    pub value: Option<String>,
    /// Where it came from.
    pub source: Source,
}

/// A setting that cannot be.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read {}", .0.display())]
    Unreadable(PathBuf, #[source] std::io::Error),
    /// The file is no TOML.
    #[error("{} is not valid TOML", .0.display())]
    NotToml(PathBuf, #[source] Box<toml::de::Error>),
    /// The file sets what cannot be set.
    #[error("{} sets `{key}`, which does not exist; there are: {}", .path.display(), keys())]
    UnknownKey {
        /// Where.
        path: PathBuf,
        /// What.
        key: String,
    },
    /// A value does not fit.
    #[error("`{key}` (from {source_of_it}) must be {wanted}")]
    Wrong {
        /// Which.
        key: &'static str,
        /// Where it came from.
        source_of_it: Source,
        /// What would fit.
        wanted: &'static str,
    },
}

fn keys() -> String {
    KNOWN.iter().map(|known| known.key).collect::<Vec<_>>().join(", ")
}

impl Config {
    /// Reads everything: `flags` by key, the environment, and `file` (or [`FILE`] if it is there).
    ///
    /// # Errors
    /// Names the key, the source and what would fit.
    pub fn load(flags: &Values, file: Option<&Path>) -> Result<Self, ConfigError> {
        let env =
            KNOWN.iter().filter_map(|known| Some((known.key.to_owned(), std::env::var(known.env).ok()?))).collect();
        let (path, from_file) = match file {
            Some(path) => (path.to_owned(), read(path)?),
            None if Path::new(FILE).exists() => (FILE.into(), read(Path::new(FILE))?),
            None => (FILE.into(), Values::new()),
        };
        Self::merge(flags, &env, &path, &from_file)
    }

    /// The merge itself.
    ///
    /// # Errors
    /// Names the key, the source and what would fit.
    pub fn merge(flags: &Values, env: &Values, path: &Path, from_file: &Values) -> Result<Self, ConfigError> {
        if let Some(key) = from_file.keys().find(|key| KNOWN.iter().all(|known| known.key != *key)) {
            return Err(ConfigError::UnknownKey { path: path.to_owned(), key: key.clone() });
        }
        let found = Found(
            KNOWN
                .iter()
                .map(|known| {
                    let said = [
                        (flags.get(known.key), Source::Flag),
                        (env.get(known.key).filter(|value| !value.is_empty()), Source::Env(known.env)),
                        (from_file.get(known.key), Source::File(path.to_owned())),
                    ];
                    let said = said.into_iter().find_map(|(value, source)| Some((value?.trim().to_owned(), source)));
                    (known, said.or_else(|| Some((known.default?.to_owned(), Source::Default))))
                })
                .collect(),
        );
        let listen: SocketAddr = found.parsed("listen", "an address and a port, as in 127.0.0.1:8080")?;
        let public_url =
            found.text("public_url").map_or_else(|| local_url(listen), |url| url.trim_end_matches('/').into());
        if !public_url.starts_with("https://") && !public_url.starts_with("http://") {
            return Err(found.wrong("public_url", "a full address, as in https://desk.example.com"));
        }
        let database_url = found.text("database_url").unwrap_or_default();
        if !["sqlite://", "postgres://", "postgresql://"].iter().any(|scheme| database_url.starts_with(scheme)) {
            return Err(found.wrong("database_url", "sqlite://FILE or postgres://USER:PASSWORD@HOST/NAME"));
        }
        Ok(Self {
            listen,
            database_url,
            public_url,
            secret_key: found.text("secret_key"),
            trust_forwarded_for: found.parsed("trust_forwarded_for", "true or false")?,
            allow_private_networks: found.parsed("allow_private_networks", "true or false")?,
            metrics_token: found.text("metrics_token"),
            connections_max: found.parsed("connections_max", "a whole number")?,
            drain_seconds: found.parsed("drain_seconds", "a whole number of seconds")?,
            log: found.text("log").unwrap_or_default(),
            lines: found.lines(),
        })
    }

    /// Every setting with its value and source, secrets masked.
    #[must_use]
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// The SQLite file. `None`: PostgreSQL.
    #[must_use]
    pub fn sqlite_file(&self) -> Option<&Path> {
        self.database_url.strip_prefix("sqlite://").map(Path::new)
    }

    /// The database, fit for a log: without a password.
    #[must_use]
    pub fn database_shown(&self) -> String {
        masked("database_url", &self.database_url)
    }
}

struct Found(Vec<(&'static Known, Option<(String, Source)>)>);

impl Found {
    fn get(&self, key: &str) -> Option<&(String, Source)> {
        self.0.iter().find(|(known, _)| known.key == key).and_then(|(_, said)| said.as_ref())
    }

    fn text(&self, key: &str) -> Option<String> {
        self.get(key).map(|(value, _)| value.clone()).filter(|value| !value.is_empty())
    }

    fn parsed<T: FromStr>(&self, key: &'static str, wanted: &'static str) -> Result<T, ConfigError> {
        self.get(key).and_then(|(value, _)| value.parse().ok()).ok_or_else(|| self.wrong(key, wanted))
    }

    fn wrong(&self, key: &'static str, wanted: &'static str) -> ConfigError {
        let source_of_it = self.get(key).map_or(Source::Default, |(_, source)| source.clone());
        ConfigError::Wrong { key, source_of_it, wanted }
    }

    fn lines(&self) -> Vec<Line> {
        self.0
            .iter()
            .map(|(known, said)| {
                let (value, source) =
                    said.clone().map_or((None, Source::Default), |(value, source)| (Some(value), source));
                let value = value.map(|value| if known.secret { masked(known.key, &value) } else { value });
                Line { key: known.key, value, source }
            })
            .collect()
    }
}

fn read(path: &Path) -> Result<Values, ConfigError> {
    let text = std::fs::read_to_string(path).map_err(|error| ConfigError::Unreadable(path.to_owned(), error))?;
    let table: toml::Table = text.parse().map_err(|error| ConfigError::NotToml(path.to_owned(), Box::new(error)))?;
    let value = |value: toml::Value| match value {
        toml::Value::String(text) => text,
        other => other.to_string(),
    };
    Ok(table.into_iter().map(|(key, found)| (key, value(found))).collect())
}

/// Where a browser on this machine finds a server that listens there.
fn local_url(listen: SocketAddr) -> String {
    let everywhere = listen.ip().is_unspecified();
    if everywhere { format!("http://localhost:{}", listen.port()) } else { format!("http://{listen}") }
}

/// Of a database only the password is a secret.
fn masked(key: &str, value: &str) -> String {
    if key != "database_url" {
        return "********".into();
    }
    let Some((scheme, rest)) = value.split_once("://") else { return "********".into() };
    match rest.rsplit_once('@') {
        None => value.to_owned(),
        Some((who, place)) => {
            let user = who.split_once(':').map_or(who, |(user, _)| user);
            format!("{scheme}://{user}:********@{place}")
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag => f.write_str("command line"),
            Self::Env(name) => f.write_str(name),
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Default => f.write_str("default"),
        }
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.lines).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(pairs: &[(&str, &str)]) -> Values {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    fn merged(flags: &[(&str, &str)], env: &[(&str, &str)], file: &[(&str, &str)]) -> Result<Config, ConfigError> {
        Config::merge(&values(flags), &values(env), Path::new(FILE), &values(file))
    }

    fn source(config: &Config, key: &str) -> Source {
        config.lines().iter().find(|line| line.key == key).unwrap().source.clone()
    }

    #[test]
    fn a_flag_beats_the_environment_beats_the_file_beats_the_default() {
        let (flag, env, file) = (("listen", "127.0.0.1:1"), ("listen", "127.0.0.1:2"), ("listen", "127.0.0.1:3"));
        for (flags, envs, files, port, from) in [
            (vec![flag], vec![env], vec![file], 1, Source::Flag),
            (vec![], vec![env], vec![file], 2, Source::Env("TIDINGS_LISTEN")),
            (vec![], vec![], vec![file], 3, Source::File(FILE.into())),
            (vec![], vec![], vec![], 8080, Source::Default),
        ] {
            let config = merged(&flags, &envs, &files).unwrap();
            assert_eq!(config.listen.port(), port);
            assert_eq!(source(&config, "listen"), from);
        }
    }

    #[test]
    fn secrets_are_masked_wherever_they_are_shown() {
        let config = merged(
            &[],
            &[("secret_key", "c2VjcmV0"), ("database_url", "postgres://ann:hush@db.test/tidings?sslmode=require")],
            &[],
        )
        .unwrap();
        let shown = format!("{config:?}");
        assert!(!shown.contains("c2VjcmV0") && !shown.contains("hush"), "{shown}");
        assert!(shown.contains("postgres://ann:********@db.test/tidings"), "{shown}");
    }

    #[test]
    fn what_cannot_be_is_refused_by_name_and_source() {
        let error = merged(&[], &[("listen", "somewhere")], &[]).unwrap_err().to_string();
        assert!(error.contains("`listen` (from TIDINGS_LISTEN)"), "{error}");
        assert!(merged(&[], &[], &[("lisen", "x")]).unwrap_err().to_string().contains("lisen"));
        assert!(merged(&[("database_url", "mysql://x")], &[], &[]).is_err());
        assert!(merged(&[("public_url", "desk.example.com")], &[], &[]).is_err());
    }

    #[test]
    fn the_public_address_follows_the_listening_one() {
        assert_eq!(merged(&[("listen", "0.0.0.0:9000")], &[], &[]).unwrap().public_url, "http://localhost:9000");
        let said = merged(&[("public_url", "https://desk.example.com/")], &[], &[]).unwrap();
        assert_eq!(said.public_url, "https://desk.example.com");
    }
}
