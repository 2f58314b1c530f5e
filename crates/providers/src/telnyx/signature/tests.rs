use http::{HeaderMap, HeaderName, HeaderValue};
use proptest::prelude::*;

use super::*;

// Telnyx's published clients agree on this vector; the key grows from the bytes 00 to 1f.
const KEY: &str = "A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=";
const AT: i64 = 1_700_000_000;
const BODY: &[u8] = br#"{"data":{"event_type":"message.received"}}"#;
const SIGNATURE: &str = "NMQOthHKj00VoDxQbYGerZjOOFli2xhAkPDkJFo6ejSVzSWldlkGjrXx4fd+FqAwHXxSF3mTDGg9fXZ65b/+Cg==";

fn key() -> PublicKey {
    PublicKey::parse(KEY).unwrap()
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).unwrap()
}

fn signer(first: u8) -> Signer {
    Signer::from_seed(&std::array::from_fn(|position| first + u8::try_from(position).unwrap())).unwrap()
}

fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
    pairs
        .iter()
        .map(|(name, value)| (HeaderName::try_from(*name).unwrap(), HeaderValue::from_bytes(value.as_bytes()).unwrap()))
        .collect()
}

fn good() -> HeaderMap {
    headers(&[(SIGNATURE_HEADER, SIGNATURE), (TIMESTAMP_HEADER, "1700000000")])
}

#[test]
fn the_vector_passes() {
    assert_eq!(verify(&[key()], &good(), BODY, at(AT)), Ok(0));
    let names_in_capitals = headers(&[("Telnyx-Signature-Ed25519", SIGNATURE), ("TELNYX-TIMESTAMP", "1700000000")]);
    assert_eq!(verify(&[key()], &names_in_capitals, BODY, at(AT)), Ok(0));
}

#[test]
fn our_signer_signs_as_telnyx_does() {
    let signer = signer(0);
    assert_eq!(signer.public_key(), KEY);
    assert_eq!(
        signer.headers(AT, BODY),
        [(SIGNATURE_HEADER, SIGNATURE.to_owned()), (TIMESTAMP_HEADER, "1700000000".to_owned())]
    );
}

#[test]
fn five_minutes_either_way_are_allowed_and_no_more() {
    for (now, expected) in [
        (AT + 300, Ok(0)),
        (AT - 300, Ok(0)),
        (AT + 299, Ok(0)),
        (AT + 301, Err(Refusal::Stale { seconds: 301 })),
        (AT - 301, Err(Refusal::Stale { seconds: 301 })),
        (0, Err(Refusal::Stale { seconds: 1_700_000_000 })),
    ] {
        assert_eq!(verify(&[key()], &good(), BODY, at(now)), expected, "{now}");
    }
}

#[test]
fn every_forgery_is_refused_for_its_own_reason() {
    let signed = |key: &Signer, message: &[u8]| BASE64.encode(key.0.sign(message));
    let (telnyx, other) = (signer(0), signer(1));
    let whole = [b"1700000000|", BODY].concat();
    let dotted = signed(&telnyx, &[b"1700000000.", BODY].concat());
    let body_alone = signed(&telnyx, BODY);
    let base64_of_it = BASE64.encode(&whole);
    let of_another = signed(&other, &whole);
    let in_milliseconds = signed(&telnyx, &[b"1700000000000|", BODY].concat());
    let short = BASE64.encode(&BASE64.decode(SIGNATURE).unwrap()[..63]);
    let long = BASE64.encode([&BASE64.decode(SIGNATURE).unwrap()[..], &[0]].concat());
    let zero = BASE64.encode([0; 64]);

    let missing = |name| Refusal::MissingHeader(name);
    type Headers<'a> = &'a [(&'a str, &'a str)];
    let cases: &[(&str, Headers<'_>, &[u8], Refusal)] = &[
        ("no headers", &[], BODY, missing(SIGNATURE_HEADER)),
        ("no signature", &[(TIMESTAMP_HEADER, "1700000000")], BODY, missing(SIGNATURE_HEADER)),
        ("no timestamp", &[(SIGNATURE_HEADER, SIGNATURE)], BODY, missing(TIMESTAMP_HEADER)),
        (
            "tampered body",
            &[(SIGNATURE_HEADER, SIGNATURE), (TIMESTAMP_HEADER, "1700000000")],
            br#"{"data":{"event_type":"message.Received"}}"#,
            Refusal::BadSignature,
        ),
        (
            "written anew",
            &[(SIGNATURE_HEADER, SIGNATURE), (TIMESTAMP_HEADER, "1700000000")],
            br#"{"data": {"event_type": "message.received"}}"#,
            Refusal::BadSignature,
        ),
        (
            "trailing space",
            &[(SIGNATURE_HEADER, SIGNATURE), (TIMESTAMP_HEADER, "1700000000")],
            br#"{"data":{"event_type":"message.received"}} "#,
            Refusal::BadSignature,
        ),
        ("empty body", &[(SIGNATURE_HEADER, SIGNATURE), (TIMESTAMP_HEADER, "1700000000")], b"", Refusal::BadSignature),
        ("dot for bar", &[(SIGNATURE_HEADER, &dotted), (TIMESTAMP_HEADER, "1700000000")], BODY, Refusal::BadSignature),
        (
            "body alone signed",
            &[(SIGNATURE_HEADER, &body_alone), (TIMESTAMP_HEADER, "1700000000")],
            BODY,
            Refusal::BadSignature,
        ),
        (
            "base64 of the text",
            &[(SIGNATURE_HEADER, &base64_of_it), (TIMESTAMP_HEADER, "1700000000")],
            BODY,
            Refusal::MalformedSignature,
        ),
        (
            "another key",
            &[(SIGNATURE_HEADER, &of_another), (TIMESTAMP_HEADER, "1700000000")],
            BODY,
            Refusal::BadSignature,
        ),
        (
            "another second",
            &[(SIGNATURE_HEADER, SIGNATURE), (TIMESTAMP_HEADER, "1700000001")],
            BODY,
            Refusal::BadSignature,
        ),
        (
            "leading zero",
            &[(SIGNATURE_HEADER, SIGNATURE), (TIMESTAMP_HEADER, "01700000000")],
            BODY,
            Refusal::BadSignature,
        ),
        (
            "milliseconds",
            &[(SIGNATURE_HEADER, &in_milliseconds), (TIMESTAMP_HEADER, "1700000000000")],
            BODY,
            Refusal::Stale { seconds: 1_698_300_000_000 },
        ),
        ("a word for a time", &[(SIGNATURE_HEADER, SIGNATURE), (TIMESTAMP_HEADER, "now")], BODY, Refusal::BadTimestamp),
        ("empty time", &[(SIGNATURE_HEADER, SIGNATURE), (TIMESTAMP_HEADER, "")], BODY, Refusal::BadTimestamp),
        (
            "signed time",
            &[(SIGNATURE_HEADER, SIGNATURE), (TIMESTAMP_HEADER, "+1700000000")],
            BODY,
            Refusal::BadTimestamp,
        ),
        ("fraction", &[(SIGNATURE_HEADER, SIGNATURE), (TIMESTAMP_HEADER, "1700000000.0")], BODY, Refusal::BadTimestamp),
        (
            "endless time",
            &[(SIGNATURE_HEADER, SIGNATURE), (TIMESTAMP_HEADER, "99999999999999999999")],
            BODY,
            Refusal::BadTimestamp,
        ),
        (
            "no base64",
            &[(SIGNATURE_HEADER, "%%%"), (TIMESTAMP_HEADER, "1700000000")],
            BODY,
            Refusal::MalformedSignature,
        ),
        (
            "empty signature",
            &[(SIGNATURE_HEADER, ""), (TIMESTAMP_HEADER, "1700000000")],
            BODY,
            Refusal::MalformedSignature,
        ),
        ("not ASCII", &[(SIGNATURE_HEADER, "é"), (TIMESTAMP_HEADER, "1700000000")], BODY, Refusal::MalformedSignature),
        (
            "63 bytes",
            &[(SIGNATURE_HEADER, &short), (TIMESTAMP_HEADER, "1700000000")],
            BODY,
            Refusal::MalformedSignature,
        ),
        ("65 bytes", &[(SIGNATURE_HEADER, &long), (TIMESTAMP_HEADER, "1700000000")], BODY, Refusal::MalformedSignature),
        ("all zero", &[(SIGNATURE_HEADER, &zero), (TIMESTAMP_HEADER, "1700000000")], BODY, Refusal::BadSignature),
        (
            "two signatures",
            &[(SIGNATURE_HEADER, &zero), (SIGNATURE_HEADER, SIGNATURE), (TIMESTAMP_HEADER, "1700000000")],
            BODY,
            Refusal::RepeatedHeader(SIGNATURE_HEADER),
        ),
        (
            "two times",
            &[(SIGNATURE_HEADER, SIGNATURE), (TIMESTAMP_HEADER, "1700000000"), (TIMESTAMP_HEADER, "1700000000")],
            BODY,
            Refusal::RepeatedHeader(TIMESTAMP_HEADER),
        ),
    ];
    for (name, pairs, body, refusal) in cases {
        assert_eq!(verify(&[key()], &headers(pairs), body, at(AT)), Err(*refusal), "{name}");
        assert!(!refusal.to_string().contains("event_type") && !refusal.to_string().contains(SIGNATURE), "{name}");
    }
    assert_eq!(verify(&[], &good(), BODY, at(AT)), Err(Refusal::NoKey));
}

#[test]
fn while_a_key_is_changed_both_fit() {
    let keys = [PublicKey::parse(&signer(1).public_key()).unwrap(), key()];
    assert_eq!(verify(&keys, &good(), BODY, at(AT)), Ok(1));
    assert_eq!(verify(&keys[..1], &good(), BODY, at(AT)), Err(Refusal::BadSignature));
}

#[test]
fn a_key_is_read_from_base64_and_pem_and_nothing_else() {
    let spki = BASE64.encode([SPKI_ED25519, &BASE64.decode(KEY).unwrap()].concat());
    let pem = format!("-----BEGIN PUBLIC KEY-----\n{spki}\n-----END PUBLIC KEY-----\n");
    for text in [
        KEY,
        &format!(" {KEY}\n"),
        &spki,
        &pem,
        &pem.replace('\n', "\r\n"),
        &pem.replace(&spki, &format!("{}\n{}", &spki[..20], &spki[20..])),
    ] {
        assert_eq!(PublicKey::parse(text).map(|key| key.as_base64().to_owned()), Ok(KEY.to_owned()), "{text}");
    }
    let rsa_like = BASE64.encode([0x30; 90]);
    let other_algorithm = spki.replacen("MCow", "MCox", 1);
    for (text, error) in [
        ("", BadKey::NotEd25519),
        ("not a key!", BadKey::NotBase64),
        ("AAAA", BadKey::NotEd25519),
        (&rsa_like, BadKey::NotEd25519),
        (&other_algorithm, BadKey::NotEd25519),
        ("-----BEGIN PUBLIC KEY-----\nAAAA", BadKey::NotPem),
        ("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", BadKey::NotBase64),
    ] {
        assert_eq!(PublicKey::parse(text).map(|_| ()), Err(error), "{text}");
    }
}

proptest! {
    #[test]
    fn what_is_signed_is_believed_and_nothing_near_it(body: Vec<u8>, seconds in 0_i64..4_000_000_000, at_bit: usize) {
        let signer = signer(0);
        let [(_, signature), (_, timestamp)] = signer.headers(seconds, &body);
        let headers = headers(&[(SIGNATURE_HEADER, &signature), (TIMESTAMP_HEADER, &timestamp)]);
        prop_assert_eq!(verify(&[key()], &headers, &body, at(seconds)), Ok(0));
        let mut spoilt = body.clone();
        spoilt.push(0);
        let bit = at_bit % (spoilt.len() * 8);
        spoilt[bit / 8] ^= 1 << (bit % 8);
        prop_assert_eq!(verify(&[key()], &headers, &spoilt, at(seconds)), Err(Refusal::BadSignature));
    }
}
