//! A browser on the dashboard: it keeps its cookie, and says where its requests come from.

use bytes::Bytes;
use providers::http::Method;
use serde_json::{Value, json};

use crate::http::{Answer, Client};
use crate::stream::Stream;
use crate::town::{Desk, Town, text};

/// A browser.
#[derive(Debug, Clone)]
pub struct Browser {
    /// What it would send as its cookie; empty before anyone signed in.
    pub cookie: String,
    client: Client,
}

impl Town {
    /// A browser in which nobody has signed in.
    #[must_use]
    pub fn browser(&self) -> Browser {
        Browser { cookie: String::new(), client: self.client.clone() }
    }

    /// A new member of a business, signed in.
    ///
    /// # Panics
    /// When somebody has this address already.
    pub async fn member(&self, desk: &Desk, email: &str, role: &str) -> Browser {
        let password = desk.member(email, role).await;
        let mut browser = self.browser();
        let signed =
            browser.call(Method::POST, "/session", Some(json!({ "email": email, "password": password }))).await;
        let _ = signed.is(200);
        browser
    }
}

impl Desk {
    /// Makes a new member, and answers their first password.
    ///
    /// # Panics
    /// When somebody has this address already.
    pub async fn member(&self, email: &str, role: &str) -> String {
        let made = self.post("/members", json!({ "email": email, "name": "Someone", "role": role })).await;
        text(&made.is(201)["initial_password"])
    }
}

impl Browser {
    /// A call of a page of ours.
    ///
    /// # Panics
    /// When a cookie is set that scripts or other sites could use.
    pub async fn call(&mut self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let mut headers = vec![("sec-fetch-site", "same-origin".to_owned())];
        if !self.cookie.is_empty() {
            headers.push(("cookie", self.cookie.clone()));
        }
        let body = body.map_or_else(Bytes::new, |body| {
            headers.push(("content-type", "application/json".into()));
            Bytes::from(body.to_string())
        });
        let answer = self.client.send(method, &format!("/api/v1{path}"), headers, body).await;
        if let Some(cookie) = answer.raw.header("set-cookie") {
            assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
            self.cookie = cookie.split(';').next().unwrap_or_default().to_owned();
        }
        answer
    }

    /// `GET /api/v1…`
    pub async fn get(&mut self, path: &str) -> Answer {
        self.call(Method::GET, path, None).await
    }

    /// `POST /api/v1…`
    pub async fn post(&mut self, path: &str, body: Value) -> Answer {
        self.call(Method::POST, path, Some(body)).await
    }

    /// The live stream from now on.
    pub async fn stream(&self) -> Stream {
        Stream::open(&format!("{}/api/v1/events", self.client.base()), ("cookie", &self.cookie)).await
    }
}
