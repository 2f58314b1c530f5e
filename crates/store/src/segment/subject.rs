//! People as conditions look at them.

use std::collections::HashMap;

use domain::condition::{GotCampaign, Subject};
use domain::consent::Standing;
use domain::id::ContactId;
use jiff::Timestamp;
use uuid::Uuid;

use crate::{StoreError, TenantTx, args, list};

/// What conditions look at, of those of these contacts that there are.
///
/// # Errors
/// When the database fails.
pub async fn subjects(tx: &mut TenantTx<'_>, ids: &[ContactId]) -> Result<HashMap<ContactId, Subject>, StoreError> {
    let sql = "SELECT id, name, company, time_zone, blocked, created_at_us, language FROM contact
               WHERE tenant_id = $1 AND id {among $2} AND gone_at_us IS NULL";
    let mut found: HashMap<ContactId, Subject> = HashMap::new();
    for row in tx.rows(sql, args![list(ids)]).await? {
        let subject = Subject {
            name: row.get(1)?,
            company: row.get(2)?,
            time_zone: row.get(3)?,
            blocked: row.get(4)?,
            created_at: row.get(5)?,
            language: row.get(6)?,
            ..Subject::default()
        };
        found.insert(row.get(0)?, subject);
    }
    // Each query answers rows of (contact, …), of contacts that are among those.
    macro_rules! for_each {
        ($sql:literal, |$subject:ident, $row:ident| $body:expr) => {
            for $row in tx.rows($sql, args![list(ids)]).await? {
                if let Some($subject) = found.get_mut(&$row.get::<ContactId>(0)?) {
                    $body;
                }
            }
        };
    }
    for_each!(
        "SELECT contact_id, address, opted_out_at_us FROM contact_address
         WHERE tenant_id = $1 AND contact_id {among $2} AND kind = 'phone' ORDER BY address",
        |subject, row| {
            subject.phones.push(row.get(1)?);
            subject.opted_out |= row.get::<Option<Timestamp>>(2)?.is_some();
        }
    );
    // Those that count first come last, and stay.
    let sql = "SELECT k.contact_id, k.opted_out_at_us, s.opted_in_at_us, s.opted_out_at_us FROM contact_address k
               LEFT JOIN consent_standing s ON s.tenant_id = k.tenant_id AND s.address = k.address
                    AND s.purpose = 'marketing' AND s.number_id = $3
               WHERE k.tenant_id = $1 AND k.contact_id {among $2} AND k.kind = 'phone'
               ORDER BY k.preferred, k.created_at_us DESC, k.address DESC";
    for row in tx.rows(sql, args![list(ids), Uuid::nil()]).await? {
        if let Some(subject) = found.get_mut(&row.get::<ContactId>(0)?) {
            let standing = Standing { opted_in_at: row.get(2)?, opted_out_at: row.get(3)? };
            subject.consent = standing.says(row.get(1)?).map(|(state, _)| state.as_str().to_owned());
        }
    }
    for_each!(
        "SELECT contact_id, MAX(last_inbound_at_us) FROM conversation
         WHERE tenant_id = $1 AND contact_id {among $2} GROUP BY contact_id",
        |subject, row| subject.last_inbound_at = row.get(1)?
    );
    for_each!(
        "SELECT contact_id, MAX(sent_at_us) FROM message
         WHERE tenant_id = $1 AND contact_id {among $2} AND direction = 'out' AND sent_at_us IS NOT NULL
         GROUP BY contact_id",
        |subject, row| subject.last_outbound_at = row.get(1)?
    );
    for_each!(
        "SELECT contact_id, tag FROM contact_tag WHERE tenant_id = $1 AND contact_id {among $2}",
        |subject, row| { subject.tags.insert(row.get(1)?) }
    );
    for_each!(
        "SELECT contact_id, list_id FROM contact_list_member WHERE tenant_id = $1 AND contact_id {among $2}",
        |subject, row| subject.lists.insert(row.get(1)?)
    );
    for_each!(
        "SELECT contact_id, field, value FROM contact_field WHERE tenant_id = $1 AND contact_id {among $2}",
        |subject, row| subject.fields.insert(row.get(1)?, row.get(2)?)
    );
    for_each!(
        "SELECT contact_id, campaign_id, sent_at_us, replied_at_us, clicked_at_us FROM campaign_recipient
         WHERE tenant_id = $1 AND contact_id {among $2} ORDER BY id",
        |subject, row| {
            let (sent_at, replied_at) = (row.get(2)?, row.get(3)?);
            let got = GotCampaign { campaign: row.get(1)?, sent_at, replied_at, clicked_at: row.get(4)? };
            subject.last_outbound_at = subject.last_outbound_at.max(got.sent_at);
            subject.campaigns.push(got);
        }
    );
    Ok(found)
}
