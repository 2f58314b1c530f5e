//! The people of these scenarios: how they become contacts, and how they come into a workflow.

use std::fmt::Write as _;
use std::time::Duration;

use bytes::Bytes;
use domain::id::ContactId;
use providers::http::Method;
use serde_json::{Value, json};
use store::{StoreError, args};

use crate::house::{Caller, House};

/// So many texts are marked and not yet out when it is killed, at most: as many as may be on their way at once.
pub const UNKNOWN_PER_KILL: usize = 256;

/// So many are let in by one request.
const SOME: usize = 500;

/// A person of a country whose law sets campaigns no hours: the clock of these tests is the real one.
pub fn phone(nth: usize) -> String {
    format!("+4740{nth:06}")
}

pub async fn said(caller: &Caller, method: Method, path: &str, body: Value) -> Value {
    let (status, said) = caller.api(method, path, body, None).await.unwrap();
    assert!(status < 300, "{path}: {status}: {said}");
    said
}

pub async fn import(caller: &Caller, people: usize) {
    let mut file = String::from("phone,name,opted_in\n");
    for nth in 0..people {
        let _ = writeln!(file, "{},Person{nth} Example,yes", phone(nth));
    }
    let headers = vec![
        ("authorization", format!("Bearer {}", caller.key)),
        ("content-type", "application/octet-stream".to_owned()),
    ];
    let path = "/api/v1/contacts/imports?file_name=people.csv";
    let answer = caller.once(Method::POST, path, headers, Bytes::from(file)).await.unwrap();
    assert!(answer.status < 300, "{}", String::from_utf8_lossy(&answer.body));
    let import: Value = serde_json::from_slice(&answer.body).unwrap();
    let import = format!("/contacts/imports/{}", import["id"].as_str().unwrap());
    said(caller, Method::POST, &format!("{import}/start"), json!({})).await;
    loop {
        let stands = said(caller, Method::GET, &import, Value::Null).await;
        if stands["state"] != "running" {
            assert_eq!(stands["tally"]["creates"], people, "{stands}");
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Makes a workflow of the document, and publishes it. Answers its id.
pub async fn published(caller: &Caller, document: Value) -> String {
    let made = said(caller, Method::POST, "/workflows", json!({ "document": document })).await;
    let workflow = made["id"].as_str().unwrap().to_owned();
    said(caller, Method::POST, &format!("/workflows/{workflow}/publish"), json!({})).await;
    workflow
}

/// Everybody there is, with their phones.
pub async fn everybody(house: &House) -> Vec<(ContactId, String)> {
    let store = house.place.store();
    let read = store.system_read(async |tx| {
        let sql = "SELECT contact_id, address FROM contact_address WHERE kind = 'phone' ORDER BY contact_id";
        let rows = tx.rows(sql, args![]).await?;
        rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect::<Result<Vec<_>, StoreError>>()
    });
    read.await.unwrap()
}

/// Everybody is let in, once, however often it is asked for.
pub async fn enter(caller: Caller, workflow: String, contacts: Vec<ContactId>) {
    for (nth, some) in contacts.chunks(SOME).enumerate() {
        let path = format!("/workflows/{workflow}/enrolments");
        insist(&caller, &path, json!({ "contact_ids": some }), &format!("enter-{nth}")).await;
    }
}

/// Asks for it, under one key, until it is done. Answers what is said then.
pub async fn insist(caller: &Caller, path: &str, body: Value, key: &str) -> Value {
    loop {
        match caller.api(Method::POST, path, body.clone(), Some(key)).await {
            Some((status, said)) if status < 300 => return said,
            Some((status, said)) if status < 500 => panic!("{path}: {status}: {said}"),
            _ => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
}
