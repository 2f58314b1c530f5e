//! Finding what people gave names to: campaigns, workflows, lists, segments.

use jiff::Timestamp;
use uuid::Uuid;

use super::text::{Snippet, Words};
use crate::{StoreError, TenantTx, args};

/// So many names are read together,
const AT_ONCE: usize = 500;
/// and so many for one page.
const NAMES_MAX: usize = 5_000;

/// What has a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Named {
    /// A campaign.
    Campaign,
    /// A workflow.
    Workflow,
    /// A list of contacts.
    List,
    /// A segment of contacts.
    Segment,
}

/// Something whose name has the words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameHit {
    /// Which one.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// Where the words stand in it.
    pub snippet: Snippet,
    /// Since when there is one.
    pub at: Timestamp,
}

impl Named {
    const fn sql(self) -> &'static str {
        macro_rules! names {
            ($table:literal) => {
                concat!(
                    "SELECT id, name, created_at_us FROM ",
                    $table,
                    " WHERE tenant_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3"
                )
            };
        }
        match self {
            Self::Campaign => names!("campaign"),
            Self::Workflow => names!("workflow"),
            Self::List => names!("contact_list"),
            Self::Segment => names!("segment"),
        }
    }
}

/// Those whose name has all of the words, under an id, the newest first; and under which to go on, if not all were looked at.
///
/// # Errors
/// When the database fails.
pub async fn find(
    tx: &mut TenantTx<'_>,
    kind: Named,
    words: &Words,
    under: Option<Uuid>,
    limit: usize,
) -> Result<(Vec<NameHit>, Option<Uuid>), StoreError> {
    let mut under = under.unwrap_or(Uuid::max());
    let mut hits: Vec<NameHit> = Vec::new();
    for _ in 0..NAMES_MAX / AT_ONCE {
        let rows = tx.rows(kind.sql(), args![under, i64::try_from(AT_ONCE).unwrap_or(i64::MAX)]).await?;
        for row in &rows {
            let id = row.get(0)?;
            let name: String = row.get(1)?;
            let Some(snippet) = words.snippet(&name) else { continue };
            if hits.len() == limit {
                let last = hits.last().map(|hit| hit.id);
                return Ok((hits, last));
            }
            hits.push(NameHit { id, name, snippet, at: row.get(2)? });
        }
        match rows.last().filter(|_| rows.len() == AT_ONCE) {
            Some(last) => under = last.get(0)?,
            None => return Ok((hits, None)),
        }
    }
    Ok((hits, Some(under)))
}
