use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context as _, bail};
use api::v1::knowledge::{
    NewSource, add, checked,
    files::{About, FILE_BYTES_MAX},
    lines,
};
use clap::Subcommand;
use domain::id::{AssistantId, KnowledgeId, TenantId};
use domain::knowledge::FLOOR;
use serde_json::json;
use store::knowledge::{self, New, Origin, Source};
use store::{StoreError, TenantTx, event};

use super::{Answer, refused};
use crate::{boot::Desk, config::Config};

/// So many passages are shown.
const HITS: usize = 5;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// List the sources, and how each stands.
    List {
        /// Id or exact name of the organisation.
        #[arg(long)]
        tenant: String,
    },
    /// Add a file, a page of the web, a site by its sitemap, or a text.
    Add {
        /// Id or exact name of the organisation.
        #[arg(long)]
        tenant: String,
        /// A file (PDF, DOCX, HTML, Markdown, TXT, CSV) or an address that begins with http.
        #[arg(required_unless_present = "text", conflicts_with = "text")]
        from: Option<String>,
        /// The text itself.
        #[arg(long, requires = "title")]
        text: Option<String>,
        /// What it is about; what it calls itself, if not said.
        #[arg(long)]
        title: Option<String>,
        /// The address is that of a sitemap: all pages that it names are read.
        #[arg(long)]
        sitemap: bool,
        /// How often pages are fetched again, in hours.
        #[arg(long, value_name = "HOURS")]
        refetch_hours: Option<u32>,
        /// Who may answer from it, by id; say it several times for several. Without: every assistant.
        #[arg(long = "assistant", value_name = "ID")]
        assistants: Vec<AssistantId>,
    },
    /// Remove a source.
    Remove {
        /// Id or exact name of the organisation.
        #[arg(long)]
        tenant: String,
        /// The source's id.
        id: String,
    },
    /// Show what would be found for these words, and why.
    Search {
        /// Id or exact name of the organisation.
        #[arg(long)]
        tenant: String,
        /// What a contact might write.
        #[arg(required = true)]
        words: Vec<String>,
        /// In what this assistant may answer from; without, in all sources.
        #[arg(long, value_name = "ID")]
        assistant: Option<AssistantId>,
    },
}

pub(super) async fn run(command: Command, config: &Config) -> anyhow::Result<Answer> {
    let mut desk = Desk::open(config).await?;
    let answer = match command {
        Command::List { tenant } => {
            let tenant = desk.tenant(&tenant).await?;
            list(&desk, tenant).await?
        }
        Command::Add { tenant, from, text, title, sitemap, refetch_hours, assistants } => {
            let tenant = desk.tenant(&tenant).await?;
            let asked = Asked { from, text, title, sitemap, refetch_hours, assistants };
            let new = asked.read(&mut desk, config.allow_private_networks)?;
            let added = put(&desk, config, tenant, new).await?;
            Answer::new(told(&added), serde_json::to_value(added)?)
        }
        Command::Remove { tenant, id } => {
            let tenant = desk.tenant(&tenant).await?;
            let id: KnowledgeId = id.parse()?;
            let now = desk.now;
            let removed = desk
                .write(tenant, async move |tx: &mut TenantTx<'_>| {
                    let found = knowledge::find(tx, id).await?.filter(|source| source.parent_id.is_none());
                    let Some(found) = found else { return Ok(false) };
                    knowledge::remove(tx, id).await?;
                    event::append(tx, now, &lines(id, &found.assistant_ids)).await?;
                    Ok::<_, StoreError>(true)
                })
                .await?;
            if !removed {
                bail!("there is no such source: see `tidings knowledge list`");
            }
            Answer::new(format!("Removed {id}."), json!({ "id": id, "removed": true }))
        }
        Command::Search { tenant, words, assistant } => {
            let tenant = desk.tenant(&tenant).await?;
            search(&desk, config, tenant, &words.join(" "), assistant).await?
        }
    };
    desk.store.close().await;
    Ok(answer)
}

/// What is to be added, as it was said.
struct Asked {
    from: Option<String>,
    text: Option<String>,
    title: Option<String>,
    sitemap: bool,
    refetch_hours: Option<u32>,
    assistants: Vec<AssistantId>,
}

impl Asked {
    fn read(self, desk: &mut Desk, private_allowed: bool) -> anyhow::Result<New> {
        let Self { from, text, title, sitemap, refetch_hours, assistants: assistant_ids } = self;
        let refetch_hours = refetch_hours.map(Some);
        let asked = match (from, text) {
            (None, text) => {
                let (title, text) = (title.unwrap_or_default(), text.unwrap_or_default());
                NewSource::Text { title, text, assistant_ids }
            }
            (Some(url), _) if url.starts_with("http://") || url.starts_with("https://") => match sitemap {
                true => NewSource::Sitemap { url, title, assistant_ids, refetch_hours },
                false => NewSource::Page { url, title, assistant_ids, refetch_hours },
            },
            (Some(_), _) if sitemap => bail!("--sitemap: a sitemap lies at an address that begins with http"),
            (Some(file), _) => return uploaded(desk, &file, title, &assistant_ids),
        };
        checked(desk.ids.next(), asked, private_allowed).map_err(refused)
    }
}

fn uploaded(desk: &mut Desk, file: &str, title: Option<String>, assistants: &[AssistantId]) -> anyhow::Result<New> {
    let path = Path::new(file);
    let about = std::fs::metadata(path).with_context(|| format!("{file} cannot be read: name a file"))?;
    if about.len() > FILE_BYTES_MAX as u64 {
        bail!("{file} is larger than {} MB: split it into several files", FILE_BYTES_MAX >> 20);
    }
    let bytes = std::fs::read(path).with_context(|| format!("{file} cannot be read: name a file"))?;
    if bytes.is_empty() {
        bail!("{file} is empty: name a file with something in it");
    }
    let name = path.file_name().and_then(|name| name.to_str()).map(str::to_owned);
    let mut new = About::new(name, title, assistants).checked(&mut desk.ids).map_err(refused)?;
    if let Origin::Uploaded { content, .. } = &mut new.origin {
        *content = bytes.into();
    }
    Ok(new)
}

/// Adds it, and reads it at once if no server is quicker.
async fn put(desk: &Desk, config: &Config, tenant: TenantId, new: New) -> anyhow::Result<Source> {
    let (now, ids, id) = (desk.now, desk.ids.clone(), new.id);
    let is_read = matches!(new.origin, Origin::Written(_));
    desk.write(tenant, async move |tx: &mut TenantTx<'_>| {
        add(tx, now, &mut ids.clone(), &new).await?;
        event::append(tx, now, &lines(id, &new.assistants)).await?;
        Ok::<_, api::error::ApiError>(())
    })
    .await
    .map_err(refused)?;
    if !is_read {
        desk.engine(config)?.learn_now(tenant, id).await?;
    }
    let found = desk.store.read(tenant, async move |tx: &mut TenantTx<'_>| knowledge::find(tx, id).await).await?;
    found.context("the source was removed meanwhile: add it again")
}

async fn list(desk: &Desk, tenant: TenantId) -> anyhow::Result<Answer> {
    let (mut text, mut rows, mut after) = (String::new(), Vec::new(), None);
    loop {
        let page =
            desk.store.read(tenant, async move |tx: &mut TenantTx<'_>| knowledge::page(tx, after, 500).await).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.id);
        for one in &page {
            let _ = writeln!(text, "{}", told(one));
        }
        rows.extend(page);
    }
    if rows.is_empty() {
        text.push_str("There is no source yet: `tidings knowledge add prices.pdf`.");
    }
    Ok(Answer::new(text, json!({ "data": rows })))
}

fn told(source: &Source) -> String {
    let Source { id, kind, status, title, chunks, .. } = source;
    let mut text = format!("{id}  {}  {}  {chunks}  {title}", kind.as_str(), status.as_str());
    if let Some(error) = &source.error {
        let _ = write!(text, "\n    {} {}", error.explanation, error.mend);
    }
    text
}

async fn search(
    desk: &Desk,
    config: &Config,
    tenant: TenantId,
    words: &str,
    assistant: Option<AssistantId>,
) -> anyhow::Result<Answer> {
    let floor = match assistant {
        None => FLOOR,
        Some(id) => {
            let find = async move |tx: &mut TenantTx<'_>| store::assistant::find(tx, id).await;
            let found = desk.store.read(tenant, find).await?;
            found.context("the tenant has no such assistant: see `tidings assistant list`")?.set.floor
        }
    };
    let hits = desk.engine(config)?.search_knowledge(tenant, assistant, words, HITS).await?;
    let mut text = String::new();
    for hit in &hits {
        let mark = if hit.score >= floor { ' ' } else { '-' };
        let _ = writeln!(text, "{mark} {:.2}  {}: {}", hit.score, hit.title, hit.quote.replace('\n', " "));
        let _ = writeln!(text, "        words: {}", hit.why.words.join(", "));
    }
    if !hits.iter().any(|hit| hit.score >= floor) {
        let _ = writeln!(text, "Nothing counts as found: the floor is {floor:.2}.");
    }
    Ok(Answer::new(text, json!({ "floor": floor, "hits": hits })))
}
