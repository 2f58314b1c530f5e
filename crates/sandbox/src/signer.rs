//! Signing webhooks as Telnyx does: Ed25519 over `timestamp|raw body`, base64.

use std::fmt;

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::{Engine, engine::general_purpose::STANDARD};

use crate::dice::{Dice, Purpose};

/// The carrier's key, and a stranger's for wrong signatures.
pub(crate) struct Signer {
    ours: Ed25519KeyPair,
    strangers: Ed25519KeyPair,
}

/// The key could not be made from its seed.
#[derive(Debug, thiserror::Error)]
#[error("the signing key could not be made")]
pub(crate) struct KeyError;

impl Signer {
    /// Both keys follow from the sandbox's seed.
    pub(crate) fn new(seed: u64) -> Result<Self, KeyError> {
        Ok(Self { ours: pair(seed, 0)?, strangers: pair(seed, 1)? })
    }

    /// Base64 of the public key's 32 bytes, as Telnyx's portal shows it.
    pub(crate) fn public_key_base64(&self) -> String {
        STANDARD.encode(self.ours.public_key())
    }

    /// The value of `telnyx-signature-ed25519`.
    pub(crate) fn sign(&self, timestamp: &str, body: &[u8], wrong: bool) -> String {
        let mut signed = Vec::with_capacity(timestamp.len() + 1 + body.len());
        signed.extend_from_slice(timestamp.as_bytes());
        signed.push(b'|');
        signed.extend_from_slice(body);
        let key = if wrong { &self.strangers } else { &self.ours };
        STANDARD.encode(key.sign(&signed))
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer").field("public_key", &self.public_key_base64()).finish_non_exhaustive()
    }
}

fn pair(seed: u64, ordinal: u64) -> Result<Ed25519KeyPair, KeyError> {
    let mut dice = Dice::new(seed, Purpose::SigningKey, ordinal);
    let bytes: Vec<u8> = (0..4).flat_map(|_| dice.next().to_le_bytes()).collect();
    Ed25519KeyPair::from_seed_unchecked(&bytes).map_err(|_| KeyError)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The public test vector that Telnyx's own SDKs accept.
    #[test]
    fn the_known_vector_is_signed_the_same() {
        let seed: Vec<u8> = (0..32).collect();
        let ours = Ed25519KeyPair::from_seed_unchecked(&seed).expect("a key");
        let signer = Signer { ours, strangers: pair(1, 1).expect("a key") };
        assert_eq!(signer.public_key_base64(), "A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=");
        assert_eq!(
            signer.sign("1700000000", br#"{"data":{"event_type":"message.received"}}"#, false),
            "NMQOthHKj00VoDxQbYGerZjOOFli2xhAkPDkJFo6ejSVzSWldlkGjrXx4fd+FqAwHXxSF3mTDGg9fXZ65b/+Cg=="
        );
    }
}
