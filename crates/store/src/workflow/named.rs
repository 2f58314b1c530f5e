//! What a tenant has that its workflows can name, as people call it.

use domain::id::{AssistantId, ListId, NumberId, SegmentId, TeamId, WorkflowId};
use domain::workflow::described::{Named, Thing};

use crate::scene::unknown;
use crate::{Row, StoreError, TenantTx, args, tenant};

/// Of each kind so many are read: whoever is told them has no room for more.
const KIND_MAX: u32 = 300;

/// What a tenant has that its workflows can name, as people call it. Of each kind at most 300, the oldest; labels in the order of
/// their letters.
///
/// # Errors
/// When the database fails.
pub async fn named(tx: &mut TenantTx<'_>) -> Result<Named, StoreError> {
    let mut named = Named { fields: tenant::settings(tx).await?.fields, tags: tags(tx).await?, ..Named::default() };
    let sql = "SELECT 'list', id, name, '' FROM
                   (SELECT id, name FROM contact_list WHERE tenant_id = $1 ORDER BY id LIMIT $2) AS few
               UNION ALL SELECT 'segment', id, name, '' FROM
                   (SELECT id, name FROM segment WHERE tenant_id = $1 ORDER BY id LIMIT $2) AS few
               UNION ALL SELECT 'number', id, label, address FROM
                   (SELECT id, label, address FROM number WHERE tenant_id = $1 ORDER BY id LIMIT $2) AS few
               UNION ALL SELECT 'team', id, name, '' FROM
                   (SELECT id, name FROM team WHERE tenant_id = $1 ORDER BY id LIMIT $2) AS few
               UNION ALL SELECT 'assistant', id, name, '' FROM
                   (SELECT id, name FROM assistant WHERE tenant_id = $1 AND deleted_at_us IS NULL ORDER BY id LIMIT $2) AS few
               UNION ALL SELECT 'workflow', id, name, '' FROM
                   (SELECT id, name FROM workflow WHERE tenant_id = $1 AND state <> 'archived' ORDER BY id LIMIT $2) AS few
               UNION ALL SELECT 'text', id, name, body FROM
                   (SELECT id, name, body FROM snippet WHERE tenant_id = $1 ORDER BY id LIMIT $2) AS few";
    for row in tx.rows(sql, args![KIND_MAX]).await? {
        match row.text(0)? {
            "list" => named.lists.push(thing(row.get::<ListId>(1)?, &row)?),
            "segment" => named.segments.push(thing(row.get::<SegmentId>(1)?, &row)?),
            "number" => {
                let mut number = thing(row.get::<NumberId>(1)?, &row)?;
                number.name = format!("{} {}", number.name, row.text(3)?).trim_start().to_owned();
                named.numbers.push(number);
            }
            "team" => named.teams.push(thing(row.get::<TeamId>(1)?, &row)?),
            "assistant" => named.assistants.push(thing(row.get::<AssistantId>(1)?, &row)?),
            "workflow" => named.workflows.push(thing(row.get::<WorkflowId>(1)?, &row)?),
            "text" => named.texts.push((row.get(2)?, row.get(3)?)),
            other => return Err(unknown("kind of thing", other)),
        }
    }
    Ok(named)
}

fn thing(id: impl std::fmt::Display, row: &Row) -> Result<Thing, StoreError> {
    Ok(Thing { id: id.to_string(), name: row.get(2)? })
}

/// From one label to the next: however many contacts have each, its first row is all that is read of it.
async fn tags(tx: &mut TenantTx<'_>) -> Result<Vec<String>, StoreError> {
    let sql = "WITH RECURSIVE few (tag) AS (
                   SELECT min(tag) FROM contact_tag WHERE tenant_id = $1
                   UNION ALL
                   SELECT (SELECT min(c.tag) FROM contact_tag c WHERE c.tenant_id = $1 AND c.tag > few.tag)
                   FROM few WHERE few.tag IS NOT NULL)
               SELECT tag FROM few WHERE tag IS NOT NULL LIMIT $2";
    tx.rows(sql, args![KIND_MAX]).await?.iter().map(|row| row.get(0)).collect()
}
