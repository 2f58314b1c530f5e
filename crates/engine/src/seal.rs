//! Secrets at rest: AES-256-GCM under a key derived for what is sealed, bound to the place where it is kept.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Prk, Salt};
use aws_lc_rs::rand;

/// First byte of what is sealed: says how, so that the way can change.
const VERSION: u8 = 1;

/// Seals and opens with the installation's key.
#[derive(Clone)]
pub struct Sealer(Prk);

impl std::fmt::Debug for Sealer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sealer(…)")
    }
}

/// It could not be opened: another key, another place, or it was tampered with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a sealed secret cannot be opened: was TIDINGS_SECRET_KEY changed?")]
pub struct SealError;

struct Aes256;
impl KeyType for Aes256 {
    fn len(&self) -> usize {
        32
    }
}

struct Sixteen;
impl KeyType for Sixteen {
    fn len(&self) -> usize {
        16
    }
}

impl Sealer {
    /// With the installation's 32 random bytes.
    #[must_use]
    pub fn from_key(key: &[u8; 32]) -> Self {
        Self(Salt::new(HKDF_SHA256, b"tidings sealed secrets").extract(key))
    }

    /// Seals `plain` for the place that `context` names; only the same place can open it.
    ///
    /// # Errors
    /// When the machine has no chance to give.
    pub fn seal(&self, context: &str, plain: &[u8]) -> Result<Vec<u8>, SealError> {
        let mut nonce = [0; NONCE_LEN];
        rand::fill(&mut nonce).map_err(|_| SealError)?;
        let mut sealed = plain.to_vec();
        let aad = Aad::from(context.as_bytes());
        self.key(context)?
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), aad, &mut sealed)
            .map_err(|_| SealError)?;
        Ok([&[VERSION], nonce.as_slice(), &sealed].concat())
    }

    /// Opens what was sealed for the same place.
    ///
    /// # Errors
    /// When it was sealed with another key or for another place.
    pub fn open(&self, context: &str, sealed: &[u8]) -> Result<Vec<u8>, SealError> {
        let (version, rest) = sealed.split_first().ok_or(SealError)?;
        if *version != VERSION || rest.len() < NONCE_LEN {
            return Err(SealError);
        }
        let (nonce, sealed) = rest.split_at(NONCE_LEN);
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| SealError)?;
        let mut sealed = sealed.to_vec();
        let aad = Aad::from(context.as_bytes());
        let plain = self.key(context)?.open_in_place(nonce, aad, &mut sealed).map_err(|_| SealError)?;
        Ok(plain.to_vec())
    }

    /// The secret that the codes of short links are made with.
    ///
    /// # Errors
    /// Never in practice: it is short enough.
    pub fn link_key(&self) -> Result<domain::link::Key, SealError> {
        let info = [b"short links".as_slice()];
        let okm = self.0.expand(&info, Sixteen).map_err(|_| SealError)?;
        let mut key = [0; 16];
        okm.fill(&mut key).map_err(|_| SealError)?;
        Ok(domain::link::Key::from_bytes(key))
    }

    fn key(&self, context: &str) -> Result<LessSafeKey, SealError> {
        let info = [context.as_bytes()];
        let okm = self.0.expand(&info, Aes256).map_err(|_| SealError)?;
        let mut key = [0; 32];
        okm.fill(&mut key).map_err(|_| SealError)?;
        Ok(LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &key).map_err(|_| SealError)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_place_and_key_open_it() {
        let sealer = Sealer::from_key(&[7; 32]);
        let sealed = sealer.seal("webhook/1/secret", b"hush").unwrap();
        assert_eq!(sealer.open("webhook/1/secret", &sealed).unwrap(), b"hush");
        assert_eq!(sealer.open("webhook/2/secret", &sealed), Err(SealError));
        assert_eq!(Sealer::from_key(&[8; 32]).open("webhook/1/secret", &sealed), Err(SealError));
        for at in 0..sealed.len() {
            let mut bent = sealed.clone();
            bent[at] ^= 1;
            assert_eq!(sealer.open("webhook/1/secret", &bent), Err(SealError), "byte {at}");
        }
        assert_eq!(sealer.open("webhook/1/secret", &[]), Err(SealError));
    }

    #[test]
    fn the_same_secret_twice_looks_different() {
        let sealer = Sealer::from_key(&[7; 32]);
        assert_ne!(sealer.seal("a", b"hush").unwrap(), sealer.seal("a", b"hush").unwrap());
    }
}
