//! Somebody else takes the floor at any moment of an assistant's run: after that, not one text of the assistant's goes out.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex};

use jiff::SignedDuration;
use serde_json::json;
use store::{Store, StoreError, args};
use stories::browser::Browser;
use stories::model::{Act, Gate, ScriptedModel};
use stories::town::{Desk, Town, text};

/// So many runs on each database, 2,000 in all.
const RUNS_SQLITE: usize = 1_600;
const RUNS_POSTGRES: usize = 400;
/// So many conversations are in the air at once.
const AT_ONCE: usize = 50;
const FACTS: &str = "We are open from 7 am to 6 pm, Tuesday to Sunday.";
/// How a text of the contact's is told from another in what a model answers.
const FIRST: &str = "first";
const SECOND: &str = "second";

/// Who answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Kind {
    Model,
    ModelHeld,
    BuiltIn,
    BuiltInHeld,
}

/// When somebody else takes the floor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Moment {
    /// Before the assistant is asked.
    Before,
    /// While the model thinks.
    Asked,
    /// Just when it answers: nobody can say which comes first.
    Answered,
    /// While its answer is held.
    Held,
    /// While its answer waits for its number's turn.
    Queued,
    /// While it is tried again, because the carrier did not take it.
    NotTaken,
}

/// What takes the floor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum By {
    Program,
    Member,
    TypingThenReply,
    HandOff,
    Assigned,
    Closed,
    Stop,
    NewText,
}

const ALL_BY: [By; 8] =
    [By::Program, By::Member, By::TypingThenReply, By::HandOff, By::Assigned, By::Closed, By::Stop, By::NewText];

#[derive(Debug, Clone)]
struct Run {
    phone: String,
    conversation: String,
    by: By,
    moment: Moment,
    /// Texts of the assistant's that had left when the floor was taken.
    gone: HashSet<String>,
}

/// SplitMix64 (Steele, Lea, Flood 2014): a story that fails fails again.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[usize::try_from(self.next() % all.len() as u64).unwrap()]
    }
}

/// A business, its assistant, and who can take the floor.
struct Place {
    desk: Desk,
    kind: Kind,
    model: ScriptedModel,
    gate: Arc<Mutex<Gate>>,
    member: Browser,
    user: String,
    /// How many texts its assistant had made before.
    made: i64,
}

async fn place_of(town: &mut Town, kind: Kind) -> Place {
    let desk = town.desk(&format!("{kind:?}")).await;
    let gate = Arc::new(Mutex::new(Gate::default()));
    let model = ScriptedModel::start(Act::Silent).await;
    let at = Arc::clone(&gate);
    model.by(move |question| {
        // What it says tells which texts it has seen.
        let body =
            if question.last().contains(SECOND) { "That was the second one." } else { "That was the first one." };
        let gate = at.lock().unwrap().clone();
        Act::Waits(gate, Box::new(Act::json(&json!({ "outcome": "answer", "text": body, "citations": [] }))))
    });
    let id = desk.assistant("auto", FACTS).await;
    let hold = if matches!(kind, Kind::ModelHeld | Kind::BuiltInHeld) { 20 } else { 0 };
    let limits = json!({ "tenant_replies_per_day": 100_000 });
    // Everything is answered, whether knowledge is searched by words or by meaning.
    let set = json!({ "hold_seconds": hold, "limits": limits, "floor": 0.02 });
    let _ = desk.patch(&format!("/assistants/{id}"), set).await.is(200);
    if matches!(kind, Kind::Model | Kind::ModelHeld) {
        let base_url = model.base_url("openai");
        let provider =
            json!({ "kind": "openai", "base_url": base_url, "model": "m", "api_key": "sk", "timeout_seconds": 60 });
        let _ = desk.patch(&format!("/assistants/{id}"), json!({ "provider": provider })).await.is(200);
    }
    let email = format!("max-{kind:?}@example.com").to_lowercase();
    let member = town.member(&desk, &email, "agent").await;
    let all = desk.get("/members").await;
    let user = all.is(200)["data"].as_array().unwrap().iter().find(|member| member["email"] == *email).unwrap();
    let user = text(&user["user_id"]);
    Place { desk, kind, model, gate, member, user, made: 0 }
}

impl Place {
    /// Somebody else takes the floor; when this returns, it is theirs.
    async fn taken(&mut self, town: &Town, store: &Store, run: &Run) {
        let path = format!("/conversations/{}", run.conversation);
        let said = json!({ "body": "I am on it, says Max." });
        let answer = match run.by {
            By::Program => self.desk.post(&format!("{path}/messages"), said).await,
            By::Member => {
                self.member.call(providers::http::Method::POST, &format!("{path}/messages"), Some(said)).await
            }
            By::TypingThenReply => {
                let typing = Some(json!({ "typing": true }));
                self.member.call(providers::http::Method::POST, &format!("{path}/typing"), typing).await
            }
            By::HandOff => self.desk.post(&format!("{path}/handoff"), json!({ "to": "agents" })).await,
            By::Assigned => self.desk.patch(&path, json!({ "assignee_id": self.user })).await,
            By::Closed => self.desk.patch(&path, json!({ "status": "closed" })).await,
            By::Stop => return self.texts(town, store, run, "STOP").await,
            By::NewText => return self.texts(town, store, run, &format!("and the {SECOND} thing, please?")).await,
        };
        assert!((200..300).contains(&answer.status), "{:?}: {} {}", run.by, answer.status, answer.body);
    }
}

impl Place {
    /// The contact texts again; when this returns, their turn has been taken.
    async fn texts(&self, town: &Town, store: &Store, run: &Run, body: &str) {
        town.text(&run.phone, &self.desk, body);
        let began = std::time::Instant::now();
        while received(store, &self.desk, &run.conversation).await < 2 {
            assert!(began.elapsed().as_secs() < 30, "{body} does not arrive");
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        }
    }
}

/// How many texts of the contact's there are.
async fn received(store: &Store, desk: &Desk, conversation: &str) -> i64 {
    let conversation: domain::id::ConversationId = conversation.parse().unwrap();
    let read = store.read(desk.tenant, async move |tx| {
        let sql = "SELECT count(*) FROM message WHERE tenant_id = $1 AND conversation_id = $2 AND direction = 'in'";
        tx.one(sql, args![conversation]).await?.get::<i64>(0)
    });
    read.await.unwrap()
}

/// Ids of the assistant's texts that have left, or are leaving, by conversation.
async fn left(store: &Store, desk: &Desk) -> HashMap<String, HashSet<String>> {
    let rows = store
        .read(desk.tenant, async |tx| {
            let rows = tx
                .rows(
                    "SELECT conversation_id, id, status FROM message WHERE tenant_id = $1 AND direction = 'out' AND author = 'assistant'
                     AND status NOT IN ('cancelled', 'skipped', 'held', 'queued', 'deferred', 'scheduled')",
                    args![],
                )
                .await?;
            rows.iter()
                .map(|row| {
                    let conversation: domain::id::ConversationId = row.get(0)?;
                    let message: domain::id::MessageId = row.get(1)?;
                    Ok::<_, StoreError>((conversation.to_string(), message.to_string()))
                })
                .collect::<Result<Vec<_>, StoreError>>()
        })
        .await
        .unwrap();
    let mut left: HashMap<String, HashSet<String>> = HashMap::new();
    for (conversation, message) in rows {
        left.entry(conversation).or_default().insert(message);
    }
    left
}

/// Many contacts text one business, and everybody's floor is taken at the moment that chance says.
async fn many(
    town: &Town,
    store: &Store,
    place: &mut Place,
    chance: &mut Chance,
    from: usize,
    count: usize,
) -> Vec<Run> {
    let moment = match place.kind {
        Kind::Model => chance.one_of(&[
            Moment::Before,
            Moment::Asked,
            Moment::Asked,
            Moment::Answered,
            Moment::Answered,
            Moment::Queued,
            Moment::NotTaken,
        ]),
        Kind::ModelHeld => chance.one_of(&[Moment::Asked, Moment::Answered, Moment::Held]),
        Kind::BuiltIn => chance.one_of(&[Moment::Before, Moment::Answered, Moment::Queued, Moment::NotTaken]),
        Kind::BuiltInHeld => chance.one_of(&[Moment::Before, Moment::Held, Moment::Held]),
    };
    // What the built-in one says does not tell which texts it has seen.
    let by_all = if matches!(place.kind, Kind::Model | Kind::ModelHeld) { &ALL_BY[..] } else { &ALL_BY[..7] };
    let gate = Gate::default();
    *place.gate.lock().unwrap() = gate.clone();
    if moment != Moment::Asked && moment != Moment::Answered {
        gate.open();
    }
    let pace = if moment == Moment::Queued { 1 } else { 1_000 };
    let paced = json!({ "segments_per_second": pace });
    let _ = place.desk.patch(&format!("/numbers/{}", place.desk.number_id), paced).await.is(200);
    let asked_before = place.model.asked().len();

    let phones: Vec<String> = (from..from + count).map(|nth| format!("+1312{nth:07}")).collect();
    for phone in &phones {
        town.text(phone, &place.desk, &format!("When do you open, the {FIRST} question?"));
    }
    town.settle().await;
    let mut runs = Vec::with_capacity(count);
    let by_phone = conversations(&place.desk, &phones).await;
    for phone in &phones {
        let conversation = by_phone[phone].clone();
        runs.push(Run { phone: phone.clone(), conversation, by: chance.one_of(by_all), moment, gone: HashSet::new() });
    }
    match moment {
        Moment::Before => {}
        // The window ends; who is asked waits at the gate, and the town comes to rest only behind it.
        Moment::Asked | Moment::Answered if matches!(place.kind, Kind::Model | Kind::ModelHeld) => {
            town.clock.advance_to(town.clock.now().checked_add(SignedDuration::from_secs(5)).unwrap());
            place.model.until_asked(asked_before + count).await;
        }
        Moment::Asked | Moment::Answered => {
            town.clock.advance_to(town.clock.now().checked_add(SignedDuration::from_secs(5)).unwrap());
        }
        Moment::NotTaken => {
            let busy = json!({ "rate_limit_burst": { "probability": 1.0, "length": 1, "retry_after_s": 30 } });
            town.faults(serde_json::from_value(busy).unwrap());
            town.passes(SignedDuration::from_secs(5)).await;
            town.faults(sandbox::Faults::default());
        }
        Moment::Held => town.passes(SignedDuration::from_secs(6)).await,
        Moment::Queued => {
            town.clock.advance_to(town.clock.now().checked_add(SignedDuration::from_secs(5)).unwrap());
            queued(town, store, place, &phones).await;
        }
    }
    let opens_at =
        if moment == Moment::Answered { usize::try_from(chance.next() % count as u64).unwrap() } else { count };
    for (nth, run) in runs.iter_mut().enumerate() {
        if nth == opens_at {
            gate.open();
        }
        if moment == Moment::Answered && nth >= opens_at {
            // Answers come in and texts leave meanwhile, some sooner than others.
            town.clock.advance_to(town.clock.now().checked_add(SignedDuration::from_millis(5)).unwrap());
            tokio::time::sleep(std::time::Duration::from_millis(chance.next() % 4)).await;
        }
        place.taken(town, store, run).await;
        if moment == Moment::Answered || moment == Moment::Queued {
            let left = left(store, &place.desk).await;
            run.gone = left.get(&run.conversation).cloned().unwrap_or_default();
        }
    }
    gate.open();
    // Whoever types replies before the assistant may go on.
    for run in runs.iter().filter(|run| run.by == By::TypingThenReply) {
        let path = format!("/conversations/{}/messages", run.conversation);
        let _ = place
            .member
            .call(providers::http::Method::POST, &path, Some(json!({ "body": "So, here I am." })))
            .await
            .is(202);
    }
    let _ =
        place.desk.patch(&format!("/numbers/{}", place.desk.number_id), json!({ "segments_per_second": 1_000 })).await;
    // All at once: whatever was to come by then comes now.
    town.clock.advance_to(town.clock.now().checked_add(SignedDuration::from_secs(60)).unwrap());
    town.settle().await;
    place.made = made(store, &place.desk).await;
    runs
}

/// How many texts the assistant has made.
async fn made(store: &Store, desk: &Desk) -> i64 {
    let read = store.read(desk.tenant, async |tx| {
        let sql = "SELECT count(*) FROM message WHERE tenant_id = $1 AND author = 'assistant'";
        tx.one(sql, args![]).await?.get::<i64>(0)
    });
    read.await.unwrap()
}

/// Waits until everybody has had an answer made; the number's pace lets few of them go.
async fn queued(town: &Town, store: &Store, place: &Place, phones: &[String]) {
    let enough = place.made + i64::try_from(phones.len()).unwrap();
    let began = std::time::Instant::now();
    while made(store, &place.desk).await < enough {
        assert!(began.elapsed().as_secs() < 30, "not all of {enough} are made");
        town.clock.advance_to(town.clock.now().checked_add(SignedDuration::from_millis(1)).unwrap());
        tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    }
}

async fn conversations(desk: &Desk, phones: &[String]) -> HashMap<String, String> {
    let mut found = HashMap::new();
    let mut cursor = String::new();
    while found.len() < phones.len() {
        let page = desk.get(&format!("/conversations?status=all&limit=100{cursor}")).await;
        let page = page.is(200);
        for conversation in page["data"].as_array().unwrap() {
            let phone = text(&conversation["contact"]["phone"]);
            if phones.contains(&phone) {
                found.insert(phone, text(&conversation["id"]));
            }
        }
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    found
}

/// What went wrong in a run, if anything did.
fn broken(town: &Town, kind: Kind, run: &Run, left: &HashMap<String, HashSet<String>>) -> Option<String> {
    let heard = town.heard(&run.phone);
    let of_assistant = |body: &&String| body.starts_with("That was") || body.contains("7 am");
    let said: Vec<&String> = heard.iter().filter(of_assistant).collect();
    let all = left.get(&run.conversation).cloned().unwrap_or_default();
    let late = all.difference(&run.gone).count();
    let is_wrong = if run.by == By::NewText {
        // The newer text has a run of its own; of the older one nothing may follow.
        let old = said.iter().filter(|body| body.contains(FIRST)).count();
        old > run.gone.len() || said.iter().filter(|body| body.contains(SECOND)).count() > 1
    } else {
        let after_human = heard.iter().position(|body| body.contains("says Max") || body.contains("here I am"));
        let after_human = after_human.is_some_and(|at| heard[at..].iter().any(|body| of_assistant(&body)));
        late > 0 || after_human || said.len() > run.gone.len()
    };
    is_wrong.then(|| format!("{kind:?} {run:?}: {heard:?}, {late} left late"))
}

store::on_both_engines! {
    async fn whoever_takes_the_floor_has_it(store, place) {
        let runs = if store.engine() == store::dialect::Engine::Sqlite { RUNS_SQLITE } else { RUNS_POSTGRES };
        let seed = std::env::var("TIDINGS_TAKEOVER_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(20_261_127);
        println!("seed {seed}");
        let mut chance = Chance(seed);
        let mut town = Town::on(place).await;
        let mut places = Vec::new();
        for kind in [Kind::Model, Kind::ModelHeld, Kind::BuiltIn, Kind::BuiltInHeld] {
            places.push(place_of(&mut town, kind).await);
        }
        let mut done: BTreeMap<(Kind, Moment), usize> = BTreeMap::new();
        let (mut failed, mut from) = (Vec::new(), 0);
        let mut late_answers = 0;
        while from < runs {
            let count = AT_ONCE.min(runs - from);
            // A model's runs have more moments.
            let nth = [0, 0, 1, 0, 2, 1, 3, 0][(from / AT_ONCE) % 8];
            let place = &mut places[nth];
            let of_place = many(&town, &store, place, &mut chance, from, count).await;
            let left = left(&store, &place.desk).await;
            failed.extend(of_place.iter().filter_map(|run| broken(&town, place.kind, run, &left)));
            late_answers += of_place.iter().filter(|run| !run.gone.is_empty()).count();
            *done.entry((place.kind, of_place[0].moment)).or_default() += count;
            from += count;
        }
        println!("{done:?}; in {late_answers} the assistant had been quicker");
        assert!(failed.is_empty(), "{} of {runs}, seed {seed}: {:#?}", failed.len(), &failed[..failed.len().min(5)]);
    }
}
