//! Whether a webhook is Telnyx's: Ed25519 over `timestamp|raw body`.
//!
//! The bytes signed are the header's timestamp as it stands, a `|`, and the body as it arrived. A body parsed and
//! written again is another body.

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, ParsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use http::HeaderMap;
use jiff::Timestamp;

/// Header with the base64 of the signature.
pub const SIGNATURE_HEADER: &str = "telnyx-signature-ed25519";
/// Header with the Unix time, in seconds, at which it was signed.
pub const TIMESTAMP_HEADER: &str = "telnyx-timestamp";
/// How far that time may be from ours, in either direction.
pub const TOLERANCE_SECONDS: u64 = 300;

/// Telnyx's key for an account, as its portal shows it under Keys & Credentials.
#[derive(Clone)]
pub struct PublicKey {
    parsed: ParsedPublicKey,
    base64: String,
}

impl PublicKey {
    /// Reads the base64 of the 32 bytes, or PEM (SPKI).
    pub fn parse(text: &str) -> Result<Self, BadKey> {
        let inner = match text.trim().strip_prefix("-----BEGIN PUBLIC KEY-----") {
            Some(rest) => rest.strip_suffix("-----END PUBLIC KEY-----").ok_or(BadKey::NotPem)?,
            None => text,
        };
        let compact: String = inner.split_ascii_whitespace().collect();
        let bytes = BASE64.decode(compact).map_err(|_| BadKey::NotBase64)?;
        let raw = match bytes.len() {
            KEY_LEN => &bytes[..],
            _ => bytes.strip_prefix(SPKI_ED25519).filter(|raw| raw.len() == KEY_LEN).ok_or(BadKey::NotEd25519)?,
        };
        let parsed = ParsedPublicKey::new(&ED25519, raw).map_err(|_| BadKey::NotEd25519)?;
        Ok(Self { parsed, base64: BASE64.encode(raw) })
    }

    /// The base64 of the 32 bytes: one spelling for each key.
    pub fn as_base64(&self) -> &str {
        &self.base64
    }
}

impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.base64 == other.base64
    }
}

impl Eq for PublicKey {}

impl std::fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PublicKey({})", self.base64)
    }
}

const KEY_LEN: usize = 32;
const SIGNATURE_LEN: usize = 64;
/// What stands before the 32 bytes in a SubjectPublicKeyInfo (RFC 8410 §4).
const SPKI_ED25519: &[u8] = &[0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

/// Why a text is no public key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadKey {
    #[error("the public key starts like PEM but has no end line: copy it whole")]
    NotPem,
    #[error("the public key is not base64: copy it from Keys & Credentials in Telnyx's portal")]
    NotBase64,
    #[error("the public key is not an Ed25519 key of 32 bytes: copy it from Keys & Credentials in Telnyx's portal")]
    NotEd25519,
}

/// Why a webhook is not believed. Says nothing of what it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("the header {0} is missing")]
    MissingHeader(&'static str),
    #[error("the header {0} stands there more than once")]
    RepeatedHeader(&'static str),
    #[error("the timestamp is not a whole number of seconds")]
    BadTimestamp,
    #[error("the timestamp is {seconds} s away from our clock; {TOLERANCE_SECONDS} s are allowed")]
    Stale { seconds: u64 },
    #[error("the signature is not the base64 of 64 bytes")]
    MalformedSignature,
    #[error("the carrier account has no public key to check the signature with")]
    NoKey,
    #[error("the signature fits none of the carrier account's public keys")]
    BadSignature,
}

impl Refusal {
    /// A stable word for logs and counters.
    pub fn code(self) -> &'static str {
        match self {
            Self::MissingHeader(_) => "missing_header",
            Self::RepeatedHeader(_) => "repeated_header",
            Self::BadTimestamp => "bad_timestamp",
            Self::Stale { .. } => "stale",
            Self::MalformedSignature => "malformed_signature",
            Self::NoKey => "no_key",
            Self::BadSignature => "bad_signature",
        }
    }
}

/// Checks a webhook against every key an account has (two while a key is being changed). `body` is what arrived,
/// untouched. Answers with the position of the key that fits.
pub fn verify(keys: &[PublicKey], headers: &HeaderMap, body: &[u8], now: Timestamp) -> Result<usize, Refusal> {
    let (signature, timestamp) = (only(headers, SIGNATURE_HEADER)?, only(headers, TIMESTAMP_HEADER)?);
    let digits = timestamp.bytes().all(|byte| byte.is_ascii_digit());
    let signed_at: i64 = timestamp.parse().ok().filter(|_| digits).ok_or(Refusal::BadTimestamp)?;
    let seconds = signed_at.abs_diff(now.as_second());
    if seconds > TOLERANCE_SECONDS {
        return Err(Refusal::Stale { seconds });
    }
    let mut decoded = [0; SIGNATURE_LEN + 2];
    let length = BASE64.decode_slice(signature, &mut decoded).map_err(|_| Refusal::MalformedSignature)?;
    let signature =
        decoded.get(..length).filter(|bytes| bytes.len() == SIGNATURE_LEN).ok_or(Refusal::MalformedSignature)?;
    if keys.is_empty() {
        return Err(Refusal::NoKey);
    }
    let signed = signed_bytes(timestamp, body);
    keys.iter().position(|key| key.parsed.verify_sig(&signed, signature).is_ok()).ok_or(Refusal::BadSignature)
}

/// Signs as Telnyx does. For whoever plays Telnyx: the sandbox and tests.
pub struct Signer(Ed25519KeyPair);

impl Signer {
    /// The key pair that grows from these 32 bytes. Who knows them can sign.
    pub fn from_seed(seed: &[u8; 32]) -> Result<Self, BadKey> {
        Ed25519KeyPair::from_seed_unchecked(seed).map(Self).map_err(|_| BadKey::NotEd25519)
    }

    /// The base64 that [`PublicKey::parse`] reads.
    pub fn public_key(&self) -> String {
        BASE64.encode(self.0.public_key())
    }

    /// The two headers for a body signed at this Unix time in seconds.
    pub fn headers(&self, unix_seconds: i64, body: &[u8]) -> [(&'static str, String); 2] {
        let timestamp = unix_seconds.to_string();
        let signature = BASE64.encode(self.0.sign(&signed_bytes(&timestamp, body)));
        [(SIGNATURE_HEADER, signature), (TIMESTAMP_HEADER, timestamp)]
    }
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Signer({})", self.public_key())
    }
}

fn signed_bytes(timestamp: &str, body: &[u8]) -> Vec<u8> {
    [timestamp.as_bytes(), b"|", body].concat()
}

/// The one value of a header. Two would leave open which one was meant.
fn only<'a>(headers: &'a HeaderMap, name: &'static str) -> Result<&'a str, Refusal> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Err(Refusal::MissingHeader(name)),
        (Some(_), Some(_)) => Err(Refusal::RepeatedHeader(name)),
        // A value that is not plain ASCII is neither base64 nor a number.
        (Some(value), None) => Ok(value.to_str().unwrap_or("?")),
    }
}

#[cfg(test)]
mod tests;
