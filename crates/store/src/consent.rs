//! The ledger of what people said about getting texts. Lines are added and never changed; what the newest of them say is kept
//! where every send looks.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use domain::consent::opt_in::Progress;
use domain::consent::{Purpose, Standing, State};
use domain::decide::About;
use domain::decision::{self, ConsentSource};
use domain::id::{ContactId, Ids, ImportId, MessageId, NumberId, UserId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::contact::address::primary_phone;
use crate::{Row, StoreError, TenantTx, args, enrolment, list, row, words};

/// A line of the consent ledger.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Consent {
    /// Which one.
    #[schema(value_type = String)]
    pub id: Uuid,
    /// No more texts, texts, or asked and not confirmed.
    #[schema(value_type = words::ConsentState)]
    pub state: String,
    /// Of which purpose it speaks; `all`: of every text, as STOP and START do.
    #[schema(value_type = words::ConsentPurpose)]
    pub purpose: String,
    /// Of which of our numbers it speaks; `null`: of all of them.
    #[schema(required = true, value_type = Option<String>)]
    pub number_id: Option<NumberId>,
    /// About which number of the contact, in E.164 form.
    pub phone: String,
    /// Who says so: `keyword` (the contact, by a word), `free_text` (the contact, in their own words), `carrier`, `member`, `api`,
    /// `import`.
    pub source: String,
    /// The word or the sentence that said so.
    #[schema(required = true)]
    pub keyword: Option<String>,
    /// The text that said so.
    #[schema(required = true, value_type = Option<String>)]
    pub message_id: Option<MessageId>,
    /// The words that they saw and agreed to, or that they were asked with.
    #[schema(required = true)]
    pub shown: Option<String>,
    /// Where and how, in somebody's words.
    #[schema(required = true)]
    pub how: Option<String>,
    /// Where the proof lies, the proof itself, or a digest of it.
    #[schema(required = true)]
    pub proof: Option<String>,
    /// Under whose law: ISO 3166-1 or 3166-2.
    #[schema(required = true)]
    pub jurisdiction: Option<String>,
    /// The member who wrote it down.
    #[schema(required = true, value_type = Option<String>)]
    pub by_user_id: Option<UserId>,
    /// The import that it came with.
    #[schema(required = true, value_type = Option<String>)]
    pub import_id: Option<ImportId>,
    /// When they said so.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
}

impl fmt::Debug for Consent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Consent").field("id", &self.id).field("state", &self.state).finish_non_exhaustive()
    }
}

/// A line to add.
pub(crate) struct Line<'a> {
    pub(crate) id: Uuid,
    pub(crate) contact: ContactId,
    pub(crate) phone: &'a str,
    pub(crate) state: State,
    pub(crate) purpose: Option<Purpose>,
    pub(crate) sender: Option<NumberId>,
    pub(crate) source: ConsentSource,
    pub(crate) keyword: Option<&'a str>,
    pub(crate) message: Option<MessageId>,
    pub(crate) shown: Option<&'a str>,
    pub(crate) how: Option<&'a str>,
    pub(crate) proof: Option<&'a str>,
    pub(crate) jurisdiction: Option<&'a str>,
    pub(crate) by: Option<UserId>,
    pub(crate) import: Option<ImportId>,
    pub(crate) at: Timestamp,
}

impl<'a> Line<'a> {
    /// As a decision has it.
    pub(crate) fn of(id: Uuid, consent: &'a decision::Consent) -> Self {
        let evidence = &consent.evidence;
        Self {
            id,
            contact: consent.contact,
            phone: &consent.phone,
            state: consent.state,
            purpose: consent.purpose,
            sender: consent.sender,
            source: consent.source,
            keyword: consent.keyword.as_deref(),
            message: consent.message,
            shown: evidence.shown.as_deref(),
            how: evidence.how.as_deref(),
            proof: evidence.proof.as_deref(),
            jurisdiction: evidence.jurisdiction.as_deref(),
            by: evidence.by,
            import: None,
            at: consent.at,
        }
    }
}

/// Adds lines, and keeps what they come to. They count in any order: what is newer by its time wins, and STOP at the same one.
/// Whoever wants no texts of all from now on leaves every workflow.
pub(crate) async fn append(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    ids: &mut Ids,
    lines: &[Line<'_>],
) -> Result<(), StoreError> {
    tx.push_many(
        "INSERT INTO consent (tenant_id, id, contact_id, kind, address, state, purpose, number_id, source, keyword, message_id,
             shown, detail, proof, jurisdiction, by_user, import_id, at_us)",
        lines.iter().map(|line| {
            row![
                line.id,
                line.contact,
                "phone",
                line.phone,
                line.state.as_str(),
                line.purpose.map_or("all", Purpose::as_str),
                line.sender,
                line.source.as_str(),
                line.keyword,
                line.message,
                line.shown,
                line.how,
                line.proof,
                line.jurisdiction,
                line.by,
                line.import,
                line.at
            ]
        }),
    )
    .await?;
    // In whichever order they come: what they said last counts, and STOP at the same moment as START.
    let of_all = |state| lines.iter().filter(move |line| line.purpose.is_none() && line.state == state);
    tx.push_each(
        "UPDATE contact_address SET opted_out_at_us = CASE WHEN opted_out_at_us > $3 THEN opted_out_at_us ELSE $3 END
         WHERE tenant_id = $1 AND kind = 'phone' AND address = $2 AND (opted_in_at_us IS NULL OR opted_in_at_us <= $3)",
        of_all(State::OptedOut).map(|line| row![line.phone, line.at]),
    )
    .await?;
    tx.push_each(
        "UPDATE contact_address SET opted_in_at_us = CASE WHEN opted_in_at_us > $3 THEN opted_in_at_us ELSE $3 END,
             opted_out_at_us = CASE WHEN opted_out_at_us >= $3 THEN opted_out_at_us END
         WHERE tenant_id = $1 AND kind = 'phone' AND address = $2",
        of_all(State::OptedIn).map(|line| row![line.phone, line.at]),
    )
    .await?;
    // One row for each of them: a statement cannot change the same row twice.
    let mut standings: BTreeMap<(&str, Purpose, Uuid), Standing> = BTreeMap::new();
    for line in lines.iter().filter(|line| line.state != State::Pending) {
        if let Some(purpose) = line.purpose {
            let standing = standings.entry((line.phone, purpose, sender(line.sender))).or_default();
            *standing = standing.with(line.state, line.at);
        }
    }
    tx.push_many(
        "INSERT INTO consent_standing (tenant_id, address, purpose, number_id, opted_in_at_us, opted_out_at_us)
         VALUES {rows} ON CONFLICT (tenant_id, address, purpose, number_id) DO UPDATE SET
             opted_in_at_us = CASE WHEN consent_standing.opted_in_at_us >= excluded.opted_in_at_us
                                        OR excluded.opted_in_at_us IS NULL
                                   THEN consent_standing.opted_in_at_us ELSE excluded.opted_in_at_us END,
             opted_out_at_us = CASE WHEN consent_standing.opted_out_at_us >= excluded.opted_out_at_us
                                         OR excluded.opted_out_at_us IS NULL
                                    THEN consent_standing.opted_out_at_us ELSE excluded.opted_out_at_us END",
        standings.into_iter().map(|((phone, purpose, sender), standing)| {
            row![phone, purpose.as_str(), sender, standing.opted_in_at, standing.opted_out_at]
        }),
    )
    .await?;
    let mut phones = of_all(State::OptedOut).map(|line| line.phone).peekable();
    if phones.peek().is_none() {
        return Ok(());
    }
    let sql = "SELECT DISTINCT contact_id FROM contact_address
               WHERE tenant_id = $1 AND kind = 'phone' AND address {among $2} AND opted_out_at_us IS NOT NULL";
    let rows = tx.rows(sql, args![list(phones)]).await?;
    let out = rows.iter().map(|row| row.get(0)).collect::<Result<Vec<_>, _>>()?;
    enrolment::opted_out(tx, now, ids, &out).await
}

/// What people at these numbers said about texts of this purpose, from this number of ours and from all of them; who said
/// nothing is left out.
///
/// # Errors
/// When the database fails.
pub async fn standings(
    tx: &mut TenantTx<'_>,
    purpose: Purpose,
    number: NumberId,
    phones: &[&str],
) -> Result<HashMap<String, Standing>, StoreError> {
    let mut found: HashMap<String, Standing> = HashMap::new();
    if phones.is_empty() {
        return Ok(found);
    }
    let sql = "SELECT address, opted_in_at_us, opted_out_at_us FROM consent_standing
               WHERE tenant_id = $1 AND address {among $2} AND purpose = $3 AND number_id {among $4}";
    let senders = list([sender(None), sender(Some(number))]);
    for row in tx.rows(sql, args![list(phones.iter().copied()), purpose.as_str(), senders]).await? {
        let standing = Standing { opted_in_at: row.get(1)?, opted_out_at: row.get(2)? };
        let so_far = found.entry(row.get(0)?).or_default();
        *so_far = so_far.and(standing);
    }
    Ok(found)
}

/// Of whom somebody writes down what they said: the first of the contact's numbers, or this one; `None`: there is no such number.
///
/// # Errors
/// When the database fails.
pub async fn about(
    tx: &mut TenantTx<'_>,
    contact: ContactId,
    phone: Option<&str>,
) -> Result<Option<About>, StoreError> {
    const ABOUT: &str = concat!(
        "SELECT address, opted_out_at_us FROM contact_address
         WHERE tenant_id = $1 AND contact_id = $2 AND kind = 'phone' AND address = COALESCE($3, ",
        primary_phone!("$2"),
        ")"
    );
    let row = tx.opt(ABOUT, args![contact, phone]).await?;
    row.map(|row| Ok(About { contact, phone: row.get(0)?, opted_out_at: row.get(1)? })).transpose()
}

/// What these people said about marketing so far, and what they were asked, by their numbers.
///
/// # Errors
/// When the database fails.
pub async fn progress(tx: &mut TenantTx<'_>, contacts: &[ContactId]) -> Result<HashMap<String, Progress>, StoreError> {
    let mut found: HashMap<String, Progress> = HashMap::new();
    if contacts.is_empty() {
        return Ok(found);
    }
    // What is open is the newest of what they were asked and said, if it is a question. START says nothing about it.
    let sql = "SELECT a.address, s.opted_in_at_us, s.opted_out_at_us,
                      (SELECT MAX(k.at_us) FROM consent k
                       WHERE k.tenant_id = $1 AND k.contact_id = a.contact_id AND k.address = a.address
                         AND k.state = 'pending' AND k.purpose IN ('all', 'marketing') AND k.number_id IS NULL),
                      (SELECT CASE WHEN k.state = 'pending' THEN k.shown END FROM consent k
                       WHERE k.tenant_id = $1 AND k.contact_id = a.contact_id AND k.address = a.address
                         AND k.purpose IN ('all', 'marketing') AND k.number_id IS NULL
                         AND (k.state <> 'opted_in' OR k.purpose = 'marketing')
                       ORDER BY k.id DESC LIMIT 1)
               FROM contact_address a
               LEFT JOIN consent_standing s ON s.tenant_id = a.tenant_id AND s.address = a.address
                    AND s.purpose = 'marketing' AND s.number_id = $3
               WHERE a.tenant_id = $1 AND a.contact_id {among $2} AND a.kind = 'phone'";
    for row in tx.rows(sql, args![list(contacts), sender(None)]).await? {
        let standing = Standing { opted_in_at: row.get(1)?, opted_out_at: row.get(2)? };
        found.insert(row.get(0)?, Progress { asked_at: row.get(3)?, open: row.get(4)?, standing });
    }
    Ok(found)
}

/// Lines of the contact `$2`, as [`shown`] reads them.
macro_rules! shown {
    ($which:literal) => {
        concat!(
            "SELECT id, state, purpose, number_id, address, source, keyword, message_id, shown, detail, proof,
                 jurisdiction, by_user, import_id, at_us
             FROM consent WHERE tenant_id = $1 AND contact_id = $2 AND ",
            $which
        )
    };
}

/// A page of someone's ledger, the newest line first, after `after`.
///
/// # Errors
/// When the database fails.
pub async fn page(
    tx: &mut TenantTx<'_>,
    contact: ContactId,
    after: Option<Uuid>,
    limit: u32,
) -> Result<Vec<Consent>, StoreError> {
    const PAGE: &str = shown!("id < $3 ORDER BY id DESC LIMIT $4");
    tx.rows(PAGE, args![contact, after.unwrap_or(Uuid::max()), limit]).await?.iter().map(shown).collect()
}

/// Lines that speak of a time before this one, the newest first.
pub(crate) async fn before(
    tx: &mut TenantTx<'_>,
    contact: ContactId,
    (at, after): (i64, Uuid),
    limit: u32,
) -> Result<Vec<Consent>, StoreError> {
    const BEFORE: &str = shown!("(at_us, id) < ($3, $4) ORDER BY at_us DESC, id DESC LIMIT $5");
    tx.rows(BEFORE, args![contact, at, after, limit]).await?.iter().map(shown).collect()
}

fn shown(row: &Row) -> Result<Consent, StoreError> {
    Ok(Consent {
        id: row.get(0)?,
        state: row.get(1)?,
        purpose: row.get(2)?,
        number_id: row.get(3)?,
        phone: row.get(4)?,
        source: row.get(5)?,
        keyword: row.get(6)?,
        message_id: row.get(7)?,
        shown: row.get(8)?,
        how: row.get(9)?,
        proof: row.get(10)?,
        jurisdiction: row.get(11)?,
        by_user_id: row.get(12)?,
        import_id: row.get(13)?,
        at: row.get(14)?,
    })
}

/// All of our numbers are the one that nobody has: a key has no `NULL`.
fn sender(number: Option<NumberId>) -> Uuid {
    number.map_or(Uuid::nil(), Uuid::from)
}
