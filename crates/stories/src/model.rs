//! A model's server that does what its script says, in both dialects, whole or as a stream, and remembers what it was asked.

mod voice;

use std::collections::VecDeque;
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use serde_json::{Value, json};
use tokio::sync::watch;

/// What it does with a question.
#[derive(Debug, Clone)]
pub enum Act {
    /// Says this and has finished.
    Says(String),
    /// Calls these tools: names and arguments.
    Calls(Vec<(String, Value)>),
    /// Answers with this status and document.
    Replies(u16, Value),
    /// Is busy (429), and may say for how many seconds.
    Busy(Option<u32>),
    /// Answers 200 with these bytes of this type, whatever was asked.
    Sends(&'static str, Vec<u8>),
    /// Takes the question and never answers.
    Silent,
    /// Begins to say this and never goes on.
    Stalls(String),
    /// Begins to say this, and the line breaks.
    BreaksOff(String),
    /// Waits at the gate first.
    Waits(Gate, Box<Act>),
}

impl Act {
    /// Says a document.
    #[must_use]
    pub fn json(said: &Value) -> Self {
        Self::Says(said.to_string())
    }

    /// Fails with a status of its own.
    #[must_use]
    pub fn fails(status: u16) -> Self {
        Self::Replies(status, json!({ "error": { "message": "boom", "type": "server_error" } }))
    }
}

/// Holds answers back until it is opened. Clones are the same gate.
#[derive(Debug, Clone)]
pub struct Gate(watch::Sender<bool>);

impl Default for Gate {
    fn default() -> Self {
        Self(watch::Sender::new(false))
    }
}

impl Gate {
    /// Lets everything through, from now on.
    pub fn open(&self) {
        self.0.send_replace(true);
    }

    async fn pass(&self) {
        // An error would mean that the gate is gone; it lives in our hand.
        let _ = self.0.subscribe().wait_for(|open| *open).await;
    }
}

/// One question, as it came.
#[derive(Debug, Clone)]
pub struct Question {
    /// Where it was sent.
    pub path: String,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its document.
    pub body: Value,
}

impl Question {
    /// Whether it was asked in Anthropic's dialect.
    #[must_use]
    pub fn is_anthropic(&self) -> bool {
        self.path.ends_with("/messages")
    }

    /// Whether a stream was asked for.
    #[must_use]
    pub fn wants_stream(&self) -> bool {
        self.body["stream"] == true
    }

    /// What it is to be and to know.
    #[must_use]
    pub fn system(&self) -> String {
        let first = &self.body["messages"][0];
        let system = if self.is_anthropic() { &self.body["system"] } else { &first["content"] };
        if self.is_anthropic() || first["role"] == "system" { voice::text(system) } else { String::new() }
    }

    /// What was said since, oldest first: role and text. A tool's result has the role `tool`.
    #[must_use]
    pub fn turns(&self) -> Vec<(String, String)> {
        let messages = self.body["messages"].as_array().map(Vec::as_slice).unwrap_or_default();
        messages.iter().filter(|message| message["role"] != "system").flat_map(voice::turns).collect()
    }

    /// The last thing said.
    #[must_use]
    pub fn last(&self) -> String {
        self.turns().pop().map(|(_, text)| text).unwrap_or_default()
    }

    /// The names of the tools it may call.
    #[must_use]
    pub fn tools(&self) -> Vec<String> {
        let tools = self.body["tools"].as_array().map(Vec::as_slice).unwrap_or_default();
        let name =
            |tool: &Value| tool["function"]["name"].as_str().or_else(|| tool["name"].as_str()).map(str::to_owned);
        tools.iter().filter_map(name).collect()
    }
}

type Rule = Arc<dyn Fn(&Question) -> Act + Send + Sync>;

/// The server.
#[derive(Clone)]
pub struct ScriptedModel {
    url: String,
    desk: Arc<Desk>,
}

struct Desk {
    script: Mutex<Script>,
    asked: watch::Sender<usize>,
    abandoned: AtomicUsize,
}

struct Script {
    questions: Vec<Question>,
    next: VecDeque<Act>,
    otherwise: Rule,
}

impl Desk {
    fn script(&self) -> MutexGuard<'_, Script> {
        self.script.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ScriptedModel {
    /// Starts it on a port of its own; whatever it is asked, it does this.
    ///
    /// # Panics
    /// When there is no port.
    pub async fn start(act: Act) -> Self {
        let script = Script { questions: Vec::new(), next: VecDeque::new(), otherwise: Arc::new(move |_| act.clone()) };
        let desk =
            Arc::new(Desk { script: Mutex::new(script), asked: watch::Sender::new(0), abandoned: AtomicUsize::new(0) });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("its address"));
        let app = Router::new().fallback(answer).with_state(Arc::clone(&desk));
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { url, desk }
    }

    /// Its base URL, for an assistant's provider of either kind.
    #[must_use]
    pub fn base_url(&self, kind: &str) -> String {
        if kind == "anthropic" { self.url.clone() } else { format!("{}/v1", self.url) }
    }

    /// Does this from now on.
    pub fn now(&self, act: Act) {
        self.by(move |_| act.clone());
    }

    /// Does from now on what this says, such as what an attacker wrote into the question.
    pub fn by(&self, rule: impl Fn(&Question) -> Act + Send + Sync + 'static) {
        let mut script = self.desk.script();
        script.next.clear();
        script.otherwise = Arc::new(rule);
    }

    /// Does these first, one for each question, and then what it did before.
    pub fn first(&self, acts: impl IntoIterator<Item = Act>) {
        self.desk.script().next.extend(acts);
    }

    /// What it was asked, oldest first.
    #[must_use]
    pub fn asked(&self) -> Vec<Question> {
        self.desk.script().questions.clone()
    }

    /// What it was asked since this was last called.
    #[must_use]
    pub fn heard(&self) -> Vec<Question> {
        std::mem::take(&mut self.desk.script().questions)
    }

    /// Waits until it has been asked so often, ever since it started.
    pub async fn until_asked(&self, times: usize) {
        // An error would mean that the server is gone; it lives in our hand.
        let _ = self.desk.asked.subscribe().wait_for(|asked| *asked >= times).await;
    }

    /// How many went away before they had their answer.
    #[must_use]
    pub fn abandoned(&self) -> usize {
        self.desk.abandoned.load(Ordering::SeqCst)
    }
}

impl fmt::Debug for ScriptedModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScriptedModel").field("url", &self.url).finish_non_exhaustive()
    }
}

/// Whoever asked waits for the end, or has gone.
struct Waiting(Option<Arc<Desk>>);

impl Waiting {
    fn served(&mut self) {
        self.0 = None;
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if let Some(desk) = &self.0 {
            desk.abandoned.fetch_add(1, Ordering::SeqCst);
        }
    }
}

async fn answer(State(desk): State<Arc<Desk>>, uri: Uri, headers: HeaderMap, body: String) -> Response {
    let body = serde_json::from_str(&body).unwrap_or(Value::Null);
    let question = Question { path: uri.path().to_owned(), headers, body };
    let (next, otherwise) = {
        let mut script = desk.script();
        script.questions.push(question.clone());
        (script.next.pop_front(), Arc::clone(&script.otherwise))
    };
    let mut act = next.unwrap_or_else(|| otherwise(&question));
    let mut waiting = Waiting(Some(Arc::clone(&desk)));
    desk.asked.send_modify(|asked| *asked += 1);
    while let Act::Waits(gate, after) = act {
        gate.pass().await;
        act = *after;
    }
    let (stream, anthropic) = (question.wants_stream(), question.is_anthropic());
    let (begin, after) = match act {
        Act::Silent | Act::Waits(..) => std::future::pending().await,
        Act::Says(text) if stream => (voice::stream(anthropic, &text, &[]), After::Ends),
        Act::Calls(calls) if stream => (voice::stream(anthropic, "", &calls), After::Ends),
        Act::Stalls(text) => (voice::beginning(anthropic, &text), After::Stalls),
        Act::BreaksOff(text) => (voice::beginning(anthropic, &text), After::Breaks),
        act @ (Act::Says(_) | Act::Calls(_) | Act::Replies(..) | Act::Busy(_) | Act::Sends(..)) => {
            waiting.served();
            return whole(anthropic, act);
        }
    };
    spoken(begin, after, waiting)
}

/// How a stream goes on after its last piece.
enum After {
    Ends,
    Stalls,
    Breaks,
}

fn spoken(pieces: Vec<String>, after: After, mut waiting: Waiting) -> Response {
    let pieces = stream::iter(pieces.into_iter().map(|piece| Ok(Bytes::from(piece))));
    let end = stream::once(async move {
        match after {
            After::Ends => {
                waiting.served();
                Ok(Bytes::new())
            }
            After::Stalls => {
                let _waiting = waiting;
                std::future::pending::<Result<Bytes, std::io::Error>>().await
            }
            After::Breaks => {
                waiting.served();
                // What was said goes out when there is nothing more to say at once.
                tokio::task::yield_now().await;
                Err(std::io::Error::other("the script says so"))
            }
        }
    });
    let body = Body::from_stream(pieces.chain(end));
    ([("content-type", "text/event-stream")], body).into_response()
}

fn whole(anthropic: bool, act: Act) -> Response {
    match act {
        Act::Says(text) => axum::Json(voice::document(anthropic, &text, &[])).into_response(),
        Act::Calls(calls) => axum::Json(voice::document(anthropic, "", &calls)).into_response(),
        Act::Replies(status, document) => {
            (StatusCode::from_u16(status).unwrap_or_default(), axum::Json(document)).into_response()
        }
        Act::Busy(seconds) => {
            let document = json!({ "error": { "message": "slow down", "type": "rate_limit_error" } });
            let mut busy = (StatusCode::TOO_MANY_REQUESTS, axum::Json(document)).into_response();
            if let Some(seconds) = seconds {
                busy.headers_mut().insert(HeaderName::from_static("retry-after"), HeaderValue::from(seconds));
            }
            busy
        }
        Act::Sends(kind, bytes) => ([("content-type", kind)], bytes).into_response(),
        Act::Silent | Act::Stalls(_) | Act::BreaksOff(_) | Act::Waits(..) => StatusCode::NO_CONTENT.into_response(),
    }
}
