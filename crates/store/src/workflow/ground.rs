//! What a tenant's workflows can name.

use std::collections::HashMap;

use domain::id::MediaId;
use domain::workflow::{Document, Ground};

use super::secret;
use crate::scene::unknown;
use crate::{StoreError, TenantTx, args, media, segment};

/// What a tenant's workflows can name; of its campaigns, those that the conditions of these documents may mean, and of its
/// attachments those that they send. However many
/// documents there are, it takes as many queries.
///
/// # Errors
/// When the database fails.
pub async fn ground<'d>(
    tx: &mut TenantTx<'_>,
    documents: impl IntoIterator<Item = &'d Document>,
) -> Result<Ground, StoreError> {
    let documents: Vec<&Document> = documents.into_iter().collect();
    let conditions: Vec<_> = documents.iter().flat_map(|document| document.conditions()).collect();
    let attached: Vec<MediaId> = documents.iter().flat_map(|document| document.media()).collect();
    let mut ground = Ground {
        catalogue: segment::catalogue(tx, &conditions).await?,
        segments: Vec::new(),
        numbers: Vec::new(),
        assistants: Vec::new(),
        teams: Vec::new(),
        members: Vec::new(),
        workflows: Vec::new(),
        media: if attached.is_empty() { HashMap::new() } else { media::uploaded(tx, &attached).await? },
        secrets: secret::all(tx).await?.into_iter().map(|secret| secret.name).collect(),
    };
    let sql = "SELECT 'segment', id FROM segment WHERE tenant_id = $1
               UNION ALL SELECT 'number', id FROM number WHERE tenant_id = $1
               UNION ALL SELECT 'assistant', id FROM assistant WHERE tenant_id = $1 AND deleted_at_us IS NULL
               UNION ALL SELECT 'team', id FROM team WHERE tenant_id = $1
               UNION ALL SELECT 'member', user_id FROM member WHERE tenant_id = $1
               UNION ALL SELECT 'workflow', id FROM workflow WHERE tenant_id = $1";
    for row in tx.rows(sql, args![]).await? {
        match row.text(0)? {
            "segment" => ground.segments.push(row.get(1)?),
            "number" => ground.numbers.push(row.get(1)?),
            "assistant" => ground.assistants.push(row.get(1)?),
            "team" => ground.teams.push(row.get(1)?),
            "member" => ground.members.push(row.get(1)?),
            "workflow" => ground.workflows.push(row.get(1)?),
            other => return Err(unknown("kind of thing", other)),
        }
    }
    Ok(ground)
}
