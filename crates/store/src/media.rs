//! Attachments, kept by us: what they are, and their bytes.

use std::collections::HashMap;
use std::fmt;

use domain::attachment::Attachment;
use domain::id::{MediaId, TenantId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{Row, StoreError, TenantTx, args, list, words};

/// An attachment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Media {
    /// Which one.
    #[schema(value_type = String, example = "med_01939f0a7c2e7d40a1b2c3d4e5f60718")]
    pub id: MediaId,
    /// What it is.
    pub content_type: String,
    /// How much it weighs; 0 while it has not been fetched from the carrier.
    pub bytes: u64,
    /// Where the signed-in find it, on this server.
    pub url: String,
    /// Whether it is here.
    #[schema(value_type = words::MediaState)]
    pub state: String,
    /// Why it is not, and what to do about it, in plain words; only if it could not be fetched.
    #[schema(required = true)]
    pub reason: Option<String>,
}

/// The bytes of an attachment.
#[derive(Clone, PartialEq, Eq)]
pub struct Content {
    /// What it is.
    pub content_type: String,
    /// Its bytes; `None`: they have not come from the carrier, or never will.
    pub bytes: Option<Vec<u8>>,
    /// What lets the carrier fetch it; empty: nothing does.
    pub token: String,
    /// When it was uploaded, or came in.
    pub created_at: Timestamp,
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Content").field("content_type", &self.content_type).finish_non_exhaustive()
    }
}

const BY_IDS: &str = "SELECT id, content_type, bytes, state, failure FROM media WHERE tenant_id = $1 AND id {among $2}";

/// Keeps an upload. `token` is from [`token`].
///
/// # Errors
/// When the database fails.
pub async fn create(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    id: MediaId,
    content_type: &str,
    content: &[u8],
    token: &str,
) -> Result<Media, StoreError> {
    let bytes = i64::try_from(content.len()).map_err(StoreError::fault)?;
    tx.exec(
        "INSERT INTO media (tenant_id, id, content_type, bytes, token, state, content, created_at_us)
         VALUES ($1, $2, $3, $4, $5, 'kept', $6, $7)",
        args![id, content_type, bytes, token, content, now],
    )
    .await?;
    Ok(Media {
        id,
        content_type: content_type.to_owned(),
        bytes: content.len() as u64,
        url: url(id),
        state: "kept".into(),
        reason: None,
    })
}

/// All of these attachments that there are, without their bytes.
///
/// # Errors
/// When the database fails.
pub async fn by_ids(tx: &mut TenantTx<'_>, ids: &[MediaId]) -> Result<HashMap<MediaId, Media>, StoreError> {
    let rows = tx.rows(BY_IDS, args![list(ids)]).await?;
    rows.iter().map(|row| media(row).map(|media| (media.id, media))).collect()
}

/// Those of these attachments that are here and can be sent.
///
/// # Errors
/// When the database fails.
pub async fn kept(tx: &mut TenantTx<'_>, ids: &[MediaId]) -> Result<HashMap<MediaId, Attachment>, StoreError> {
    const KEPT: &str =
        "SELECT id, bytes, created_at_us FROM media WHERE tenant_id = $1 AND state = 'kept' AND id {among $2}";
    let rows = tx.rows(KEPT, args![list(ids)]).await?;
    rows.iter().map(attachment).collect()
}

/// Those of these attachments that somebody uploaded: what came in from one person is not for many.
///
/// # Errors
/// When the database fails.
pub async fn uploaded(tx: &mut TenantTx<'_>, ids: &[MediaId]) -> Result<HashMap<MediaId, Attachment>, StoreError> {
    const UPLOADED: &str = "SELECT id, bytes, created_at_us FROM media
                            WHERE tenant_id = $1 AND state = 'kept' AND source_url IS NULL AND id {among $2}";
    let rows = tx.rows(UPLOADED, args![list(ids)]).await?;
    rows.iter().map(attachment).collect()
}

/// The bytes of an attachment.
///
/// # Errors
/// When the database fails.
pub async fn content(tx: &mut TenantTx<'_>, id: MediaId) -> Result<Option<Content>, StoreError> {
    let row = tx
        .opt(
            "SELECT content_type, content, token, created_at_us FROM media WHERE tenant_id = $1 AND id = $2",
            args![id],
        )
        .await?;
    row.map(|row| {
        Ok(Content { content_type: row.get(0)?, bytes: row.get(1)?, token: row.get(2)?, created_at: row.get(3)? })
    })
    .transpose()
}

/// Where the carrier finds these attachments on this server, in their order; what there is not, or has no bytes yet, is left
/// out.
///
/// # Errors
/// When the database fails.
pub async fn carrier_paths(tx: &mut TenantTx<'_>, ids: &[MediaId]) -> Result<Vec<String>, StoreError> {
    const TOKENS: &str =
        "SELECT id, token FROM media WHERE tenant_id = $1 AND state = 'kept' AND token <> '' AND id {among $2}";
    let mut tokens = HashMap::new();
    for row in tx.rows(TOKENS, args![list(ids)]).await? {
        tokens.insert(row.get::<MediaId>(0)?, row.get::<String>(1)?);
    }
    Ok(ids.iter().filter_map(|id| tokens.get(id).map(|token| format!("{}/{token}", url(*id)))).collect())
}

/// What lets the carrier fetch one attachment: whose it is, and 192 bits that nobody guesses.
#[must_use]
pub fn token(tenant: TenantId, secret: &[u8; 24]) -> String {
    use std::fmt::Write as _;
    secret.iter().fold(tenant.0.simple().to_string(), |mut token, byte| {
        let _ = write!(token, "{byte:02x}");
        token
    })
}

/// Whose attachment a token is for; `None`: it is not one of our tokens.
#[must_use]
pub fn tenant_of(token: &str) -> Option<TenantId> {
    let is_hex = token.len() == 80 && token.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    let tenant = is_hex.then(|| token.get(..32)).flatten()?;
    Uuid::try_parse(tenant).ok().map(TenantId)
}

fn attachment(row: &Row) -> Result<(MediaId, Attachment), StoreError> {
    Ok((row.get(0)?, Attachment { bytes: row.get(1)?, kept_at: row.get(2)? }))
}

fn media(row: &Row) -> Result<Media, StoreError> {
    let id = row.get(0)?;
    let failure: Option<String> = row.get(4)?;
    let reason = failure
        .map(|failure| format!("It could not be fetched from the carrier: {failure}. Ask them to send it again."));
    Ok(Media { id, content_type: row.get(1)?, bytes: row.get(2)?, url: url(id), state: row.get(3)?, reason })
}

fn url(id: MediaId) -> String {
    format!("/api/v1/media/{id}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_names_its_tenant() {
        let tenant = TenantId(Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0001));
        let token = token(tenant, &[0xAB; 24]);
        assert_eq!(tenant_of(&token), Some(tenant));
        assert_eq!(tenant_of(&token[1..]), None);
        assert_eq!(tenant_of(&token.to_uppercase()), None);
        assert_eq!(tenant_of(""), None);
    }
}
