//! Passwords: argon2id with 19 MiB, two passes, one lane (OWASP's password storage cheat sheet).

use argon2::{Algorithm, Argon2, Params, PasswordHash, PasswordHasher, PasswordVerifier, Version};
use tokio::{sync::Semaphore, task::spawn_blocking};

use crate::error::ApiError;

/// The shortest password that we take, in characters (NIST SP 800-63B asks for 8; we ask for a little more).
pub const CHARS_MIN: usize = 10;

/// The longest, in bytes: longer ones only cost time.
pub const BYTES_MAX: usize = 1_000;

/// How many are hashed at once: each takes a core and 19 MiB for some tens of milliseconds.
const AT_ONCE: usize = 2;

/// A password could not be hashed.
#[derive(Debug, thiserror::Error)]
#[error("a password could not be hashed: {0}")]
pub struct PasswordError(String);

/// The hash of a random password that was thrown away, so that an unknown address costs the same time as a known one.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$fQeV6GLPPA5AZnzf+gHZ2A$O0Noz+f9tBqtQIsL8kQxks9Pcfjo+TUTiagCfcVd9t0";

/// Hashes and checks passwords away from the runtime, two at a time.
#[derive(Debug)]
pub struct Passwords {
    turns: Semaphore,
}

impl Default for Passwords {
    fn default() -> Self {
        Self { turns: Semaphore::new(AT_ONCE) }
    }
}

impl Passwords {
    /// The hash to keep.
    ///
    /// # Errors
    /// A fault: no memory, no randomness, or the runtime is stopping.
    pub async fn hash(&self, password: String) -> Result<String, ApiError> {
        let _turn = self.turns.acquire().await.map_err(fault)?;
        spawn_blocking(move || hash(&password)).await.map_err(fault)?.map_err(fault)
    }

    /// Whether `password` is the one that `kept` is of. Without `kept` it takes the same time and is always `false`.
    ///
    /// # Errors
    /// A fault: the runtime is stopping.
    pub async fn check(&self, password: String, kept: Option<String>) -> Result<bool, ApiError> {
        let _turn = self.turns.acquire().await.map_err(fault)?;
        let known = kept.is_some();
        let against = kept.unwrap_or_else(|| NOBODY.to_owned());
        Ok(spawn_blocking(move || matches(&password, &against)).await.map_err(fault)? && known)
    }
}

/// The hash to keep, computed here and now: for the command line.
///
/// # Errors
/// No memory or no randomness.
pub fn hash(password: &str) -> Result<String, PasswordError> {
    let hash = hasher()?.hash_password(password.as_bytes()).map_err(|error| PasswordError(error.to_string()))?;
    Ok(hash.to_string())
}

/// Refuses passwords that are too short or too long.
///
/// # Errors
/// 422 that names `field`.
pub fn acceptable(field: &str, password: &str) -> Result<(), ApiError> {
    why_not(password).map_or(Ok(()), |(code, message)| Err(ApiError::invalid(field, code, message)))
}

/// Why a password is not taken: a stable code and the mend. `None`: it is.
#[must_use]
pub fn why_not(password: &str) -> Option<(&'static str, String)> {
    if password.chars().count() < CHARS_MIN {
        return Some(("too_short", format!("A password has at least {CHARS_MIN} characters.")));
    }
    (password.len() > BYTES_MAX).then(|| ("too_long", format!("A password has at most {BYTES_MAX} bytes.")))
}

fn matches(password: &str, kept: &str) -> bool {
    let Ok(kept) = PasswordHash::new(kept) else { return false };
    hasher().is_ok_and(|hasher| hasher.verify_password(password.as_bytes(), &kept).is_ok())
}

fn hasher() -> Result<Argon2<'static>, PasswordError> {
    let params = Params::new(19 * 1024, 2, 1, None).map_err(|error| PasswordError(error.to_string()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn fault(error: impl std::error::Error + Send + Sync + 'static) -> ApiError {
    ApiError::Fault(store::StoreError::fault(error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_right_password_matches_and_nobody_never_does() {
        let passwords = Passwords::default();
        let kept = passwords.hash("correct horse".into()).await.unwrap();
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
        assert!(passwords.check("correct horse".into(), Some(kept.clone())).await.unwrap());
        assert!(!passwords.check("wrong horse".into(), Some(kept)).await.unwrap());
        assert!(!passwords.check("correct horse".into(), None).await.unwrap());
    }

    #[test]
    fn nobody_is_checked_as_dearly_as_everybody() {
        assert!(PasswordHash::new(NOBODY).is_ok());
        assert!(NOBODY.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
    }

    #[test]
    fn short_and_endless_passwords_are_refused() {
        assert_eq!(why_not("ninechars").unwrap().0, "too_short");
        assert_eq!(why_not(&"x".repeat(1_001)).unwrap().0, "too_long");
        assert_eq!(why_not("pässwörter"), None);
    }
}
