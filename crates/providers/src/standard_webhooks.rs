//! Standard Webhooks: how receivers know that a webhook is ours (standardwebhooks.com, symmetric scheme `v1`).
//!
//! HMAC-SHA256 over `id.timestamp.body`; the id stays the same over all tries of one delivery.

use std::fmt;

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use jiff::Timestamp;

use crate::http::Secret;

pub const ID_HEADER: &str = "webhook-id";
/// Unix time in seconds.
pub const TIMESTAMP_HEADER: &str = "webhook-timestamp";
/// `v1,<base64>`, several with a space between.
pub const SIGNATURE_HEADER: &str = "webhook-signature";
/// How far the timestamp may be from the receiver's clock.
pub const TOLERANCE_SECONDS: u64 = 300;

const PREFIX: &str = "whsec_";
/// The specification's bounds of a secret, in bytes.
const SECRET_LEN: std::ops::RangeInclusive<usize> = 24..=64;

/// An endpoint's secret, parsed once.
#[derive(Clone)]
pub struct SigningKey(hmac::Key);

impl SigningKey {
    /// Reads `whsec_` + base64 of 24 to 64 bytes; the prefix may be missing.
    pub fn parse(secret: &Secret) -> Result<Self, BadSecret> {
        let text = secret.expose();
        let bytes = BASE64.decode(text.strip_prefix(PREFIX).unwrap_or(text)).map_err(|_| BadSecret::NotBase64)?;
        if !SECRET_LEN.contains(&bytes.len()) {
            return Err(BadSecret::WrongLength { bytes: bytes.len() });
        }
        Ok(Self(hmac::Key::new(hmac::HMAC_SHA256, &bytes)))
    }

    /// The value of `webhook-signature`. `id` has no `.`.
    pub fn sign(&self, id: &str, timestamp: Timestamp, body: &[u8]) -> String {
        self.sign_at(id, &timestamp.as_second().to_string(), body)
    }

    /// All three headers of one try.
    pub fn headers(&self, id: &str, timestamp: Timestamp, body: &[u8]) -> [(&'static str, String); 3] {
        let seconds = timestamp.as_second().to_string();
        let signature = self.sign_at(id, &seconds, body);
        [(ID_HEADER, id.to_owned()), (TIMESTAMP_HEADER, seconds), (SIGNATURE_HEADER, signature)]
    }

    /// Checks the three headers as a receiver does.
    pub fn verify(
        &self,
        id: &str,
        timestamp: &str,
        signatures: &str,
        body: &[u8],
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let signed_at: i64 = timestamp.parse().map_err(|_| Refusal::BadTimestamp)?;
        if signed_at.abs_diff(now.as_second()) > TOLERANCE_SECONDS {
            return Err(Refusal::Stale);
        }
        let signed = signed_bytes(id, timestamp, body);
        let tags = signatures.split(' ').filter_map(|signature| BASE64.decode(signature.strip_prefix("v1,")?).ok());
        let fits = tags.into_iter().any(|tag| hmac::verify(&self.0, &signed, &tag).is_ok());
        if fits { Ok(()) } else { Err(Refusal::BadSignature) }
    }

    fn sign_at(&self, id: &str, timestamp: &str, body: &[u8]) -> String {
        format!("v1,{}", BASE64.encode(hmac::sign(&self.0, &signed_bytes(id, timestamp, body))))
    }
}

/// A secret to show once, from bytes that chance gave (24 to 64).
pub fn secret_from(bytes: &[u8]) -> Secret {
    Secret::new(format!("{PREFIX}{}", BASE64.encode(bytes)))
}

/// Why a text is no secret. Says nothing of what it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadSecret {
    #[error("the secret is not `whsec_` and base64")]
    NotBase64,
    #[error("the secret has {bytes} bytes; 24 to 64 are allowed")]
    WrongLength { bytes: usize },
}

/// Why a receiver would not believe a webhook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("the timestamp is not a whole number of seconds")]
    BadTimestamp,
    #[error("the timestamp is too far from the clock")]
    Stale,
    #[error("no signature fits")]
    BadSignature,
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey(•••)")
    }
}

fn signed_bytes(id: &str, timestamp: &str, body: &[u8]) -> Vec<u8> {
    [id.as_bytes(), b".", timestamp.as_bytes(), b".", body].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    const ID: &str = "wdl_0190000000007000800000000000000a";
    const BODY: &[u8] = br#"{"type":"message.created"}"#;

    fn key(secret: &str) -> SigningKey {
        SigningKey::parse(&Secret::new(secret)).unwrap()
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).unwrap()
    }

    #[test]
    fn the_signature_is_the_one_another_implementation_gives() {
        // Computed with Python's hmac: base64(HMAC-SHA256(bytes 00..1f, id + "." + ts + "." + body)).
        assert_eq!(key(SECRET).sign(ID, at(1_700_000_000), BODY), "v1,uMuD7BV2hoH++hY1msXqK5TCdj1PSium/XobFscuFLE=");
    }

    #[test]
    fn what_we_sign_a_receiver_believes() {
        let key = key(SECRET);
        let [(_, id), (_, timestamp), (_, signature)] = key.headers(ID, at(1_700_000_000), BODY);
        let several = format!("v1a,nonsense v1,AAAA {signature}");
        for now in [1_700_000_000, 1_700_000_300, 1_699_999_700] {
            assert_eq!(key.verify(&id, &timestamp, &several, BODY, at(now)), Ok(()));
        }
        for (now, refusal) in [(1_700_000_301, Refusal::Stale), (1_699_999_699, Refusal::Stale)] {
            assert_eq!(key.verify(&id, &timestamp, &signature, BODY, at(now)), Err(refusal));
        }
        let now = at(1_700_000_000);
        assert_eq!(key.verify(&id, "soon", &signature, BODY, now), Err(Refusal::BadTimestamp));
        assert_eq!(key.verify(&id, "1700000001", &signature, BODY, now), Err(Refusal::BadSignature));
        assert_eq!(key.verify("wdl_other", &timestamp, &signature, BODY, now), Err(Refusal::BadSignature));
        assert_eq!(key.verify(&id, &timestamp, &signature, b"{}", now), Err(Refusal::BadSignature));
        assert_eq!(key.verify(&id, &timestamp, "", BODY, now), Err(Refusal::BadSignature));
        assert_eq!(
            key.verify(&id, &timestamp, &signature.replace("v1,", "v2,"), BODY, now),
            Err(Refusal::BadSignature)
        );
    }

    #[test]
    fn a_bad_secret_says_what_is_wrong_with_it() {
        let parse = |secret: &str| SigningKey::parse(&Secret::new(secret)).map(|_| ());
        assert_eq!(parse("whsec_!"), Err(BadSecret::NotBase64));
        assert_eq!(parse("whsec_AAEC"), Err(BadSecret::WrongLength { bytes: 3 }));
        assert_eq!(parse(secret_from(&[7; 24]).expose()), Ok(()));
        assert_eq!(parse(&SECRET["whsec_".len()..]), Ok(()));
    }
}
