//! What was changed of a contact, by whom and when.

use std::borrow::Cow;
use std::fmt;

use domain::id::{AssistantId, CampaignId, ContactId, EnrolmentId, Ids, ImportId, UserId};
use domain::message::Author;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{Row, StoreError, TenantTx, args, row, words as word_lists};

/// Who changes something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// A person, a program, an assistant.
    Author(Author),
    /// A file.
    Import(ImportId),
}

impl By {
    pub(crate) fn kind(self) -> &'static str {
        match self {
            Self::Author(author) => author.kind(),
            Self::Import(_) => "import",
        }
    }

    pub(crate) fn id(self) -> Option<Uuid> {
        match self {
            Self::Author(author) => author.id(),
            Self::Import(import) => Some(import.into()),
        }
    }
}

/// Whoever changes something now, and the ids of the lines that tell of it.
#[derive(Debug)]
pub struct Hand<'i> {
    /// Who.
    pub by: By,
    /// When.
    pub at: Timestamp,
    /// Where ids come from.
    pub ids: &'i mut Ids,
}

/// A line to be written: what of somebody was so and is otherwise now.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Noted<'n> {
    pub(crate) contact: ContactId,
    pub(crate) part: Cow<'n, str>,
    pub(crate) was: Option<Cow<'n, str>>,
    pub(crate) now: Option<Cow<'n, str>>,
}

impl fmt::Debug for Noted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Noted").field("contact", &self.contact).field("part", &self.part).finish_non_exhaustive()
    }
}

impl<'n> Noted<'n> {
    /// Empty: not known.
    pub(crate) fn text(contact: ContactId, part: impl Into<Cow<'n, str>>, was: &'n str, now: &'n str) -> Self {
        let known = |text: &'n str| (!text.is_empty()).then_some(Cow::Borrowed(text));
        Self { contact, part: part.into(), was: known(was), now: known(now) }
    }

    /// One of several came on top.
    pub(crate) fn added(contact: ContactId, part: &'n str, one: impl Into<Cow<'n, str>>) -> Self {
        Self { contact, part: part.into(), was: None, now: Some(one.into()) }
    }

    /// One of several is gone.
    pub(crate) fn removed(contact: ContactId, part: &'n str, one: impl Into<Cow<'n, str>>) -> Self {
        Self { contact, part: part.into(), was: Some(one.into()), now: None }
    }
}

/// Writes lines, however many, with few statements.
pub(crate) async fn write<'n>(
    tx: &mut TenantTx<'_>,
    hand: &mut Hand<'_>,
    lines: impl IntoIterator<Item = Noted<'n>>,
) -> Result<(), StoreError> {
    let by = hand.by;
    write_by(tx, hand.at, hand.ids, lines.into_iter().map(|line| (by, line))).await
}

/// The same, each by somebody else.
pub(crate) async fn write_by<'n>(
    tx: &mut TenantTx<'_>,
    at: Timestamp,
    ids: &mut Ids,
    lines: impl IntoIterator<Item = (By, Noted<'n>)>,
) -> Result<(), StoreError> {
    let lines = lines.into_iter().map(|(by, line)| {
        row![line.contact, ids.next::<Uuid>(), line.part, line.was, line.now, by.kind(), by.id(), at]
    });
    tx.push_many(
        "INSERT INTO contact_change (tenant_id, contact_id, id, part, was, is_now, by_kind, by_id, at_us)",
        lines,
    )
    .await
}

/// One thing of a contact that became different.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ContactChange {
    /// Which line.
    #[schema(value_type = String)]
    pub id: Uuid,
    /// What: `name`, `company`, `language`, `time_zone`, `note`, `blocked`, `primary`, `fields.` and the key of a field; or one of
    /// several: `tags`, `phone`, `email`.
    #[schema(example = "fields.size")]
    pub part: String,
    /// What it was; `null`: not known, or the label or address came on top.
    #[schema(required = true)]
    pub from: Option<String>,
    /// What it is since; `null`: not known any more, or the label or address is gone.
    #[schema(required = true)]
    pub to: Option<String>,
    /// Who changed it.
    pub by: Changer,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
}

impl fmt::Debug for ContactChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ContactChange").field("id", &self.id).field("part", &self.part).finish_non_exhaustive()
    }
}

/// Who changed it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Changer {
    /// What they are.
    #[schema(value_type = word_lists::ChangedBy)]
    pub kind: String,
    /// Which one, with the prefix of its kind.
    #[schema(required = true)]
    pub id: Option<String>,
    /// What they are called, or their file.
    #[schema(required = true)]
    pub name: Option<String>,
}

macro_rules! change {
    ($which:literal) => {
        concat!(
            "SELECT h.id, h.part, h.was, h.is_now, h.by_kind, h.by_id, COALESCE(u.name, s.name, i.name), h.at_us
             FROM contact_change h
             LEFT JOIN user_account u ON h.by_kind = 'member' AND u.id = h.by_id
             LEFT JOIN assistant s ON h.by_kind = 'assistant' AND s.tenant_id = h.tenant_id AND s.id = h.by_id
             LEFT JOIN contact_import i ON h.by_kind = 'import' AND i.tenant_id = h.tenant_id AND i.id = h.by_id
             WHERE h.tenant_id = $1 AND h.contact_id = $2 AND ",
            $which
        )
    };
}

/// A page of what was changed of somebody, the newest line first, after `after`.
///
/// # Errors
/// When the database fails.
pub async fn page(
    tx: &mut TenantTx<'_>,
    contact: ContactId,
    after: Option<Uuid>,
    limit: u32,
) -> Result<Vec<ContactChange>, StoreError> {
    let after = after.unwrap_or(Uuid::max());
    let rows = tx.rows(change!("h.id < $3 ORDER BY h.id DESC LIMIT $4"), args![contact, after, limit]).await?;
    rows.iter().map(shown).collect()
}

/// The same in the order of time, after a moment (microseconds) and an id.
pub(crate) async fn before(
    tx: &mut TenantTx<'_>,
    contact: ContactId,
    (at, after): (i64, Uuid),
    limit: u32,
) -> Result<Vec<ContactChange>, StoreError> {
    let sql = change!("(h.at_us, h.id) < ($3, $4) ORDER BY h.at_us DESC, h.id DESC LIMIT $5");
    tx.rows(sql, args![contact, at, after, limit]).await?.iter().map(shown).collect()
}

fn shown(row: &Row) -> Result<ContactChange, StoreError> {
    let kind: String = row.get(4)?;
    let id = row.get::<Option<Uuid>>(5)?.map(|id| prefixed(&kind, id));
    Ok(ContactChange {
        id: row.get(0)?,
        part: row.get(1)?,
        from: row.get(2)?,
        to: row.get(3)?,
        by: Changer { kind, id, name: row.get(6)? },
        at: row.get(7)?,
    })
}

fn prefixed(kind: &str, id: Uuid) -> String {
    match kind {
        "member" => UserId(id).to_string(),
        "assistant" => AssistantId(id).to_string(),
        "workflow" => EnrolmentId(id).to_string(),
        "campaign" => CampaignId(id).to_string(),
        "contact" => ContactId(id).to_string(),
        "import" => ImportId(id).to_string(),
        _ => id.to_string(),
    }
}
