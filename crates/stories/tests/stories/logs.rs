//! What the operator reads: why a webhook was refused, and nothing of what it held.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use aws_lc_rs::signature::Ed25519KeyPair;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use providers::http::Method;
use providers::telnyx::signature::{SIGNATURE_HEADER, Signer, TIMESTAMP_HEADER};
use sandbox::{Sandbox, SandboxConfig};
use serde_json::json;
use store::dialect::Engine;
use store::testing::Place;
use stories::clock::TownClock;
use stories::endpoint::Endpoint;
use stories::model::{Act, ScriptedModel};
use stories::town::Town;
use tracing::level_filters::LevelFilter;

const ANN: &str = "+14155550123";
const SECRET: &str = "the spare key is under the third stone";
/// Telnyx's published clients agree on this vector; the key grows from the bytes 00 to 1f.
const KEY: &str = "A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=";
const AT: i64 = 1_700_000_000;
const VECTOR: &[u8] = br#"{"data":{"event_type":"message.received"}}"#;
const SIGNATURE: &str = "NMQOthHKj00VoDxQbYGerZjOOFli2xhAkPDkJFo6ejSVzSWldlkGjrXx4fd+FqAwHXxSF3mTDGg9fXZ65b/+Cg==";

type Headers = Vec<(&'static str, String)>;

/// Everything that is logged on this thread, at every level.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// What was logged since this was last asked.
    fn take(&self) -> String {
        String::from_utf8(std::mem::take(&mut *self.0.lock().unwrap())).unwrap()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn seed(first: u8) -> [u8; 32] {
    std::array::from_fn(|position| first + u8::try_from(position).unwrap())
}

// One thread, so that what the server logs is caught too.
#[tokio::test]
async fn a_forged_webhook_leaves_its_reason_and_nothing_of_itself() {
    let place = Place::new(Engine::Sqlite).await;
    let clock = TownClock::at(jiff::Timestamp::from_second(AT).unwrap());
    let config = SandboxConfig { clock: Arc::new(clock.clone()), ..SandboxConfig::default() };
    let sandbox = Sandbox::start(config.without_pauses()).await.unwrap();
    let mut town = Town::around(place.store(), clock, sandbox).await;
    let acme = town.desk("Acme").await;
    let keys = json!({ "public_keys": [KEY] });
    let _ = acme.patch(&format!("/carrier-accounts/{}", acme.account), keys).await.is(200);
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(LevelFilter::TRACE)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    let _logged = tracing::subscriber::set_default(subscriber);

    let event = json!({ "data": {
        "record_type": "event", "id": "e-1", "event_type": "message.received", "occurred_at": town.clock.now().to_string(),
        "payload": {
            "record_type": "message", "direction": "inbound", "id": "in-1", "type": "SMS",
            "from": { "phone_number": ANN }, "to": [{ "phone_number": acme.number }], "text": SECRET, "media": [],
        },
    }});
    let event = event.to_string().into_bytes();
    let (telnyx, other) = (Signer::from_seed(&seed(0)).unwrap(), Signer::from_seed(&seed(1)).unwrap());
    let raw = Ed25519KeyPair::from_seed_unchecked(&seed(0)).unwrap();
    let sign = |signed: &[u8]| STANDARD.encode(raw.sign(signed));
    let signed_at = |seconds: i64, body: &[u8]| telnyx.headers(seconds, body).to_vec();
    let stamped = |signature: String| vec![(SIGNATURE_HEADER, signature), (TIMESTAMP_HEADER, AT.to_string())];
    let [signature, timestamp] = telnyx.headers(AT, &event);
    let altered = String::from_utf8(event.clone()).unwrap().replace("third", "fourth").into_bytes();
    let misfit = "the signature fits none of the carrier account's public keys";
    let forged: Vec<(Headers, &[u8], &str)> = vec![
        (vec![], &event, "the header telnyx-signature-ed25519 is missing"),
        (vec![signature.clone()], &event, "the header telnyx-timestamp is missing"),
        (vec![timestamp.clone()], &event, "the header telnyx-signature-ed25519 is missing"),
        (
            vec![signature.clone(), signature.clone(), timestamp.clone()],
            &event,
            "the header telnyx-signature-ed25519 stands there more than once",
        ),
        (vec![signature.clone(), (TIMESTAMP_HEADER, format!("{AT}.0"))], &event, "not a whole number of seconds"),
        (signed_at(AT - 301, &event), &event, "the timestamp is 301 s away from our clock; 300 s are allowed"),
        (signed_at(AT + 301, &event), &event, "the timestamp is 301 s away from our clock; 300 s are allowed"),
        (stamped(STANDARD.encode([7; 63])), &event, "the signature is not the base64 of 64 bytes"),
        (stamped("no base64!".into()), &event, "the signature is not the base64 of 64 bytes"),
        (stamped(STANDARD.encode([0; 64])), &event, misfit),
        (stamped(SIGNATURE.into()), &event, misfit),
        (stamped(sign(&event)), &event, misfit),
        (stamped(sign(&[format!("{AT}.").as_bytes(), &event].concat())), &event, misfit),
        (other.headers(AT, &event).to_vec(), &event, misfit),
        (signed_at(AT, &event), &altered, misfit),
        (other.headers(AT, VECTOR).to_vec(), VECTOR, misfit),
        (stamped(SIGNATURE.into()), &VECTOR[1..], misfit),
    ];
    let hook = format!("/hooks/telnyx/{}", acme.account);
    let tells = async |headers: Headers, body: &[u8]| {
        let _ = log.take();
        let answer = town.client.send(Method::POST, &hook, headers, Bytes::copy_from_slice(body)).await;
        (answer.status, log.take())
    };
    let is_clean = |logged: &str, headers: &[(&str, String)]| {
        let sent =
            headers.iter().filter(|(name, _)| *name == SIGNATURE_HEADER).map(|(_, signature)| signature.as_str());
        for secret in [SECRET, "under the fourth", ANN, &ANN[1..], KEY, "message.received"].into_iter().chain(sent) {
            assert!(!logged.contains(secret), "{secret} is in the log: {logged}");
        }
    };
    for (headers, body, reason) in forged {
        let (status, logged) = tells(headers.clone(), body).await;
        assert_eq!(status, 401, "{reason}");
        let line = logged
            .lines()
            .find(|line| line.contains("a webhook was refused"))
            .unwrap_or_else(|| panic!("{reason}: {logged}"));
        assert!(line.contains("WARN") && line.contains(reason) && line.contains(&acme.account), "{reason}: {line}");
        is_clean(&logged, &headers);
    }
    // What is believed is not written down either.
    for (headers, body) in [(signed_at(AT, &event), &event[..]), (stamped(SIGNATURE.into()), VECTOR)] {
        let (status, logged) = tells(headers.clone(), body).await;
        assert_eq!(status, if body == VECTOR { 400 } else { 200 });
        is_clean(&logged, &headers);
    }
    town.settle().await;
    is_clean(&log.take(), &[]);
}

/// What nobody but the people of the thread shall read.
const QUESTION: &str = "is the parcel for my grandmother ready";
const ANSWER: &str = "It is ready, says the shop.";
const FACTS: &str = "Parcels wait behind the blue door.";
const MODEL_KEY: &str = "sk-of-the-model-987654";
const SHOP_KEY: &str = "shop-key-123456789";
const FOUND: &str = "lies on the third shelf";

// One thread, so that what the server logs is caught too.
#[tokio::test]
async fn an_assistant_s_run_leaves_nothing_of_what_was_said() {
    let place = Place::new(Engine::Sqlite).await;
    let mut town = Town::on(&place).await;
    let acme = town.desk("Acme").await;
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(LevelFilter::TRACE)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    let _logged = tracing::subscriber::set_default(subscriber);

    let shop = Endpoint::start(200, &json!({ "parcel": FOUND }).to_string()).await;
    let model = ScriptedModel::start(Act::fails(500)).await;
    let calls = Act::Calls(vec![("parcel".into(), json!({ "of": "grandmother" }))]);
    model.first([
        calls,
        Act::json(&json!({ "outcome": "answer", "text": ANSWER, "citations": [] })),
        Act::Sends("text/html", QUESTION.as_bytes().to_vec()),
        Act::BreaksOff(ANSWER.into()),
    ]);
    let id = acme.assistant("auto", FACTS).await;
    let set = json!({
        "provider": { "kind": "openai", "base_url": model.base_url("openai"), "model": "m", "api_key": MODEL_KEY },
        "tools": [{
            "name": "parcel", "description": "Where a parcel is", "class": "read", "kind": "http",
            "url": format!("{}/parcels", shop.url()), "parameters": { "type": "object" },
            "secret_headers": [{ "name": "authorization", "value": SHOP_KEY }],
        }],
    });
    let _ = acme.patch(&format!("/assistants/{id}"), set).await.is(200);
    // Once it goes well, then the model answers nonsense, breaks off, and is down.
    for nth in 0..4 {
        town.texts(&format!("+1415555020{nth}"), &acme, QUESTION).await;
        town.passes(jiff::SignedDuration::from_mins(2)).await;
    }
    assert_eq!(town.heard("+14155550200"), [ANSWER]);
    assert_eq!((shop.heard().len(), model.asked().len() >= 4), (1, true));

    let logged = log.take();
    assert!(logged.lines().count() > 20, "{logged}");
    for secret in [QUESTION, ANSWER, FACTS, MODEL_KEY, SHOP_KEY, FOUND, "grandmother", "4155550200", "4155550203"] {
        assert!(!logged.contains(secret), "{secret} is in the log: {}", found(&logged, secret));
    }
}

/// The line that holds it.
fn found<'l>(logged: &'l str, secret: &str) -> &'l str {
    logged.lines().find(|line| line.contains(secret)).unwrap_or_default()
}
