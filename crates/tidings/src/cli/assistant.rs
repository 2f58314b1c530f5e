use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail};
use api::{
    error::ApiError,
    fields,
    v1::{
        assistants::{AssistantPatch, ProviderPatch, apply, sealed_keys},
        knowledge::{
            lines,
            of_assistant::{give, take},
            written_text,
        },
    },
};
use clap::Subcommand;
use domain::{
    assistant::{ProviderKind, Settings},
    conversation::Mode,
    id::{AssistantId, Ids, KnowledgeId, TenantId},
    message::Author,
};
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use store::{
    StoreError, TenantTx,
    assistant::{self, Assistant},
    event,
    knowledge::{self, Change, Source},
};

use super::{Answer, line_from_stdin, refused};
use crate::{boot, boot::Desk, config::Config};

mod rehearsal;

/// Texts that are read at once; a tenant has no more sources.
const TEXTS_READ: u32 = 1_000;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Set an assistant up.
    Create {
        /// Id or exact name of the organisation.
        #[arg(long)]
        tenant: String,
        /// What people call it.
        #[arg(long)]
        name: String,
        #[command(flatten)]
        said: Box<Said>,
    },
    /// List the assistants.
    List {
        /// Id or exact name of the organisation.
        #[arg(long)]
        tenant: String,
    },
    /// Show an assistant and what it knows, and change what is said.
    Edit {
        /// Id or exact name of the organisation.
        #[arg(long)]
        tenant: String,
        /// The assistant's id.
        id: String,
        /// What people call it from now on.
        #[arg(long)]
        name: Option<String>,
        #[command(flatten)]
        said: Box<Said>,
        /// Take the text of this title away from it; say it several times for several.
        #[arg(long = "forget", value_name = "TITLE")]
        forgotten: Vec<String>,
    },
    /// Take an assistant out of use. People get the conversations that it held.
    Remove {
        /// Id or exact name of the organisation.
        #[arg(long)]
        tenant: String,
        /// The assistant's id.
        id: String,
    },
    /// Try an assistant with its test cases. Fails if one is not as expected.
    #[command(disable_version_flag = true)]
    Test {
        /// Id or exact name of the organisation.
        #[arg(long)]
        tenant: String,
        /// The assistant's id.
        id: String,
        /// Which version [default: the one in force].
        #[arg(long, value_name = "NUMBER")]
        version: Option<u32>,
    },
    /// Show what an assistant would answer. Nothing is sent.
    #[command(disable_version_flag = true)]
    Preview {
        /// Id or exact name of the organisation.
        #[arg(long)]
        tenant: String,
        /// The assistant's id.
        id: String,
        /// What a contact might write.
        text: String,
        /// Which version [default: the one in force].
        #[arg(long, value_name = "NUMBER")]
        version: Option<u32>,
    },
}

// What an assistant is to be; what is not said stays, or is as usual for a new one.
#[derive(Debug, clap::Args)]
pub(super) struct Said {
    /// A file that says how it shall behave.
    #[arg(long, value_name = "FILE")]
    instructions: Option<PathBuf>,
    /// A text file that it may answer from, titled as the file is called and in the place of the text that was; say it several
    /// times for several.
    #[arg(long, value_name = "FILE")]
    knowledge: Vec<PathBuf>,
    /// What it may do on its own: off (nothing), draft (suggest), auto (send).
    #[arg(long, value_parser = word::<Mode>)]
    mode: Option<Mode>,
    /// Who answers: builtin, openai (any compatible API) or anthropic.
    #[arg(long, value_parser = word::<ProviderKind>)]
    provider: Option<ProviderKind>,
    /// Where the model is; empty: the maker's own.
    #[arg(long)]
    base_url: Option<String>,
    /// The model's name there.
    #[arg(long)]
    model: Option<String>,
    /// Read the model's key from standard input; an empty line takes it away.
    #[arg(long)]
    model_key_stdin: bool,
    /// How long the contact must be still before it answers, in milliseconds.
    #[arg(long)]
    quiet_window_ms: Option<u32>,
    /// Below this score, from 0 to 1, nothing counts as found in its knowledge.
    #[arg(long)]
    floor: Option<f64>,
    /// How long the model may take.
    #[arg(long)]
    timeout_seconds: Option<u32>,
    /// How long its answer may be, in tokens.
    #[arg(long)]
    max_tokens: Option<u32>,
}

/// A text from a file.
#[derive(Clone)]
struct Text {
    title: String,
    text: String,
}

fn word<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    serde_json::from_value(Value::from(text)).map_err(|error| error.to_string())
}

pub(super) async fn run(command: Command, config: &Config) -> anyhow::Result<Answer> {
    let mut desk = Desk::open(config).await?;
    let answer = match command {
        Command::Create { tenant, name, said } => {
            let tenant = desk.tenant(&tenant).await?;
            let (patch, texts) = said.read()?;
            let name = fields::name("--name", &name).map_err(refused)?;
            let mut settings = Settings::default();
            apply(&mut settings, &patch).map_err(refused)?;
            let id: AssistantId = desk.ids.next();
            let keys = sealed_keys(&boot::sealer(config)?, id, &patch, &settings).map_err(refused)?;
            let (now, ids) = (desk.now, desk.ids.clone());
            let made = desk
                .write(tenant, async move |tx: &mut TenantTx<'_>| {
                    let line = assistant::create(tx, now, id, Author::System, &name, &settings, &keys).await?;
                    let learned = learn(tx, now, &mut ids.clone(), id, &texts).await?;
                    let mut told = vec![line];
                    told.extend(learned.into_iter().map(knowledge::updated));
                    event::append(tx, now, &told).await?;
                    shown(tx, id).await
                })
                .await
                .map_err(refused)?;
            told("Made", made)?
        }
        Command::List { tenant } => {
            let tenant = desk.tenant(&tenant).await?;
            list(&desk, tenant).await?
        }
        Command::Edit { tenant, id, name, said, forgotten } => {
            let tenant = desk.tenant(&tenant).await?;
            let id: AssistantId = id.parse()?;
            let (patch, texts) = said.read()?;
            let name = name.map(|name| fields::name("--name", &name)).transpose().map_err(refused)?;
            let sealer = boot::sealer(config)?;
            let (now, ids) = (desk.now, desk.ids.clone());
            let changed = desk
                .write(tenant, async move |tx: &mut TenantTx<'_>| {
                    let mut settings = assistant::settings(tx, id).await?.ok_or_else(no_such)?;
                    let before = settings.clone();
                    apply(&mut settings, &patch)?;
                    let keys = sealed_keys(&sealer, id, &patch, &settings)?;
                    let learned = learn(tx, now, &mut ids.clone(), id, &texts).await?;
                    let forgot = forget(tx, now, &mut ids.clone(), id, &forgotten).await?;
                    if settings != before || name.is_some() || !keys.is_empty() {
                        let author = Author::System;
                        let (_, line) =
                            assistant::change(tx, now, id, author, name.as_deref(), &settings, &keys, true).await?;
                        event::append(tx, now, &[line]).await?;
                    }
                    let told: Vec<_> = learned.iter().chain(&forgot).flat_map(|text| lines(*text, &[id])).collect();
                    if !told.is_empty() {
                        event::append(tx, now, &told).await?;
                    }
                    shown(tx, id).await
                })
                .await
                .map_err(refused)?;
            told("As it is now:", changed)?
        }
        Command::Remove { tenant, id } => {
            let tenant = desk.tenant(&tenant).await?;
            let id: AssistantId = id.parse()?;
            let (now, ids) = (desk.now, desk.ids.clone());
            let removed = desk
                .write(tenant, async move |tx: &mut TenantTx<'_>| {
                    let Some(lines) = assistant::remove(tx, now, &mut ids.clone(), id).await? else { return Ok(false) };
                    event::append(tx, now, &lines).await?;
                    Ok::<_, StoreError>(true)
                })
                .await?;
            if !removed {
                return Err(refused(no_such()));
            }
            Answer::new(format!("Took {id} out of use."), json!({ "id": id, "removed": true }))
        }
        Command::Test { tenant, id, version } => {
            let tenant = desk.tenant(&tenant).await?;
            rehearsal::test(&desk.engine(config)?, tenant, id.parse()?, version).await?
        }
        Command::Preview { tenant, id, text, version } => {
            let tenant = desk.tenant(&tenant).await?;
            rehearsal::one_text(&desk.engine(config)?, tenant, id.parse()?, version, text).await?
        }
    };
    desk.store.close().await;
    Ok(answer)
}

impl Said {
    /// What is asked for, with what the files hold.
    fn read(self) -> anyhow::Result<(AssistantPatch, Vec<Text>)> {
        let mut provider = ProviderPatch::default();
        provider.kind = self.provider;
        provider.base_url = self.base_url.map(Some);
        provider.model = self.model.map(Some);
        provider.api_key = self.model_key_stdin.then(line_from_stdin).transpose()?.map(Some);
        provider.timeout_seconds = self.timeout_seconds;
        provider.max_tokens = self.max_tokens;
        let patch = AssistantPatch {
            instructions: self.instructions.as_deref().map(content).transpose()?,
            mode: self.mode,
            provider: Some(provider),
            quiet_window_ms: self.quiet_window_ms,
            floor: self.floor,
            ..AssistantPatch::default()
        };
        let texts = self.knowledge.iter().map(|file| Text::read(file)).collect::<anyhow::Result<_>>()?;
        Ok((patch, texts))
    }
}

impl Text {
    fn read(file: &Path) -> anyhow::Result<Self> {
        let Some(title) = file.file_stem().and_then(|stem| stem.to_str()) else {
            bail!("--knowledge {}: name a file, as in hours.md; its name is the text's title", file.display());
        };
        let text = content(file)?;
        written_text(&text).map_err(refused).with_context(|| format!("--knowledge {}", file.display()))?;
        Ok(Self { title: title.to_owned(), text })
    }
}

fn content(file: &Path) -> anyhow::Result<String> {
    let text = std::fs::read_to_string(file);
    text.with_context(|| format!("{} cannot be read: name a text file in UTF-8", file.display()))
}

/// Adds texts, each in the place of the one of its title. Which they are.
async fn learn(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    ids: &mut Ids,
    id: AssistantId,
    texts: &[Text],
) -> Result<Vec<KnowledgeId>, ApiError> {
    let known = known(tx, id).await?;
    let mut learned = Vec::with_capacity(texts.len());
    for Text { title, text } in texts {
        match known.iter().find(|one| one.title == *title) {
            Some(old) => {
                let change = Change { reading: Some(written_text(text)?), ..Change::default() };
                knowledge::change(tx, now, ids, old.id, &change).await?;
                learned.push(old.id);
            }
            None => {
                let new = ids.next();
                give(tx, now, ids, id, new, title, text).await?;
                learned.push(new);
            }
        }
    }
    Ok(learned)
}

/// Takes texts away. Which they were.
async fn forget(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    ids: &mut Ids,
    id: AssistantId,
    titles: &[String],
) -> Result<Vec<KnowledgeId>, ApiError> {
    let known = known(tx, id).await?;
    let mut forgot = Vec::with_capacity(titles.len());
    for title in titles {
        let Some(text) = known.iter().find(|one| one.title == *title) else {
            let message = format!("It knows no text of the title {title}. Leave this out to see those that it knows.");
            return Err(ApiError::invalid("--forget", "not_found", message));
        };
        take(tx, now, ids, id, text.id).await?;
        forgot.push(text.id);
    }
    Ok(forgot)
}

/// The texts that are an assistant's own.
async fn known(tx: &mut TenantTx<'_>, id: AssistantId) -> Result<Vec<Source>, StoreError> {
    let texts = knowledge::texts_of(tx, id, None, TEXTS_READ).await?;
    Ok(texts.into_iter().map(|(source, _)| source).collect())
}

async fn shown(tx: &mut TenantTx<'_>, id: AssistantId) -> Result<(Assistant, Vec<Source>), ApiError> {
    let found = assistant::find(tx, id).await?.ok_or_else(no_such)?;
    Ok((found, known(tx, id).await?))
}

fn told(what: &str, (assistant, texts): (Assistant, Vec<Source>)) -> anyhow::Result<Answer> {
    let mut text = format!("{what} {} ({}), mode {}.", assistant.name, assistant.id, assistant.set.mode.as_str());
    for known in &texts {
        let _ = write!(text, "\nIt knows: {}", known.title);
    }
    let titles: Vec<Value> = texts.iter().map(|known| json!({ "id": known.id, "title": known.title })).collect();
    let mut json = serde_json::to_value(assistant)?;
    json["knowledge"] = titles.into();
    Ok(Answer::new(text, json))
}

async fn list(desk: &Desk, tenant: TenantId) -> anyhow::Result<Answer> {
    let (mut text, mut rows, mut after) = (String::new(), Vec::new(), None);
    loop {
        let page =
            desk.store.read(tenant, async move |tx: &mut TenantTx<'_>| assistant::page(tx, after, 500).await).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.id);
        for one in &page {
            let _ = writeln!(text, "{}  {}  {}", one.id, one.set.mode.as_str(), one.name);
        }
        rows.extend(page);
    }
    if rows.is_empty() {
        text.push_str("There is no assistant yet: `tidings assistant create --name …`.");
    }
    Ok(Answer::new(text, json!({ "data": rows })))
}

fn no_such() -> ApiError {
    ApiError::new(
        http::StatusCode::NOT_FOUND,
        "not_found",
        "the tenant has no such assistant: see `tidings assistant list`",
    )
}
