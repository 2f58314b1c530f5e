//! Secrets that we make: random, shown once, kept as a hash.

use aws_lc_rs::{digest, rand};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

/// What every API key starts with.
pub const API_KEY_PREFIX: &str = "tdk_";

/// How much of an API key is shown so that people can tell keys apart.
const SHOWN_CHARS: usize = 10;

/// The system has no randomness to give.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("the system gives no random bytes")]
pub struct NoRandomness;

/// 32 random bytes as 43 characters of URL-safe base64: a session token or a set-up token.
///
/// # Errors
/// When the system gives no random bytes.
pub fn token() -> Result<String, NoRandomness> {
    let mut bytes = [0; 32];
    rand::fill(&mut bytes).map_err(|_| NoRandomness)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// A new API key: `tdk_` and a token.
///
/// # Errors
/// When the system gives no random bytes.
pub fn api_key() -> Result<String, NoRandomness> {
    Ok(format!("{API_KEY_PREFIX}{}", token()?))
}

/// The first characters of an API key.
#[must_use]
pub fn shown(api_key: &str) -> &str {
    api_key.get(..SHOWN_CHARS).unwrap_or(api_key)
}

/// What is kept of a secret. Its 256 bits of chance need no slow hash.
#[must_use]
pub fn hash(secret: &str) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest::digest(&digest::SHA256, secret.as_bytes()).as_ref());
    hash
}

/// Whether it is worth asking the store.
#[must_use]
pub fn looks_like_api_key(text: &str) -> bool {
    text.strip_prefix(API_KEY_PREFIX).is_some_and(|rest| {
        rest.len() == 43 && rest.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    })
}

/// A password for someone who was given none: 16 characters without look-alikes, 80 bits of chance.
///
/// # Errors
/// When the system gives no random bytes.
pub fn password() -> Result<String, NoRandomness> {
    const ALPHABET: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz23456789-";
    let mut bytes = [0; 16];
    rand::fill(&mut bytes).map_err(|_| NoRandomness)?;
    Ok(bytes.iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect())
}

/// `Debug` for what holds secrets or people's words: the type's name and nothing else.
macro_rules! unspoken {
    ($($name:ty),+ $(,)?) => {$(
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($name), " { .. }"))
            }
        }
    )+};
}
pub(crate) use unspoken;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_key_looks_like_one_and_no_two_are_the_same() {
        let key = api_key().unwrap();
        assert_eq!(key.len(), 47);
        assert!(looks_like_api_key(&key));
        assert_ne!(key, api_key().unwrap());
        assert_eq!(shown(&key).len(), 10);
        assert!(!looks_like_api_key("tdk_short") && !looks_like_api_key(&key.replace("tdk_", "sk__")));
    }

    #[test]
    fn a_made_password_is_long_enough_for_us() {
        assert_eq!(password().unwrap().len(), 16);
    }
}
