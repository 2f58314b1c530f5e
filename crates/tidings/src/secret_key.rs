//! The installation's key: 32 bytes that seal every secret at rest.

use std::{
    fs::OpenOptions,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, anyhow, bail};
use base64::{Engine as _, engine::general_purpose::STANDARD};

use crate::config::Config;

/// The file beside a SQLite database.
const FILE: &str = "tidings.key";

/// The key: from the configuration, or from the file beside the SQLite database, which is made if `make` and it is not there.
///
/// # Errors
/// When there is none, or it is not base64 of 32 bytes.
pub fn load(config: &Config, make: bool) -> anyhow::Result<[u8; 32]> {
    if let Some(text) = &config.secret_key {
        return parse(text).context("TIDINGS_SECRET_KEY is not a key");
    }
    let Some(database) = config.sqlite_file() else {
        bail!(
            "TIDINGS_SECRET_KEY is not set: with PostgreSQL, all nodes need the same key. Make one with \
             `head -c 32 /dev/urandom | base64` and keep it safe: without it, no stored secret can be read"
        );
    };
    let path = beside(database);
    match std::fs::read_to_string(&path) {
        Ok(text) => parse(&text).with_context(|| format!("{} does not hold a key", path.display())),
        Err(error) if error.kind() == io::ErrorKind::NotFound && make => create(&path),
        Err(error) => Err(error).with_context(|| format!("cannot read the key in {}", path.display())),
    }
}

/// Where the key of a SQLite database is kept.
#[must_use]
pub fn beside(database: &Path) -> PathBuf {
    database.with_file_name(FILE)
}

fn create(path: &Path) -> anyhow::Result<[u8; 32]> {
    let mut key = [0; 32];
    aws_lc_rs::rand::fill(&mut key).map_err(|_| anyhow!("the system gives no random bytes for a key"))?;
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).with_context(|| format!("cannot make {}", path.display()))?;
    writeln!(file, "{}", STANDARD.encode(key)).and_then(|()| file.sync_all()).context("cannot write the key")?;
    Ok(key)
}

fn parse(text: &str) -> anyhow::Result<[u8; 32]> {
    let bytes = STANDARD.decode(text.trim()).map_err(|_| anyhow!("it must be base64"))?;
    bytes.try_into().map_err(|_| anyhow!("it must be base64 of exactly 32 bytes"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_32_bytes_are_a_key() {
        assert_eq!(parse(&format!("{}\n", STANDARD.encode([7; 32]))).unwrap(), [7; 32]);
        assert!(parse(&STANDARD.encode([7; 31])).is_err());
        assert!(parse("not base64!").is_err());
    }

    #[test]
    fn it_lies_beside_the_database() {
        assert_eq!(beside(Path::new("data/tidings.db")), Path::new("data/tidings.key"));
    }
}
