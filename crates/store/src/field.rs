//! What is kept of all contacts in one of the tenant's fields; the fields themselves are among its settings.

use domain::field::{Compared, Kind};
use domain::id::ContactId;

use crate::{StoreError, TenantTx, args, list};

/// Contacts whose values are none of a kind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Misfits {
    /// How many.
    pub count: i64,
    /// Some of them: five at most.
    pub some: Vec<ContactId>,
}

/// Whose values in a field are none of this kind, as they are written.
///
/// # Errors
/// When the database fails.
pub async fn misfits(tx: &mut TenantTx<'_>, key: &str, kind: &Kind) -> Result<Misfits, StoreError> {
    macro_rules! of {
        ($head:literal, $that:literal, $tail:literal) => {
            concat!(
                "SELECT ",
                $head,
                " FROM contact_field f JOIN contact c ON c.tenant_id = f.tenant_id AND c.id = f.contact_id
                 WHERE f.tenant_id = $1 AND f.field = $2 AND c.gone_at_us IS NULL AND ",
                $that,
                $tail
            )
        };
    }
    macro_rules! both {
        ($that:literal) => {
            (of!("count(*)", $that, ""), of!("f.contact_id", $that, " ORDER BY f.contact_id LIMIT 5"))
        };
    }
    let mut args = args![key].to_vec();
    let (count, some) = match kind {
        Kind::Text => return Ok(Misfits::default()),
        Kind::Number => both!("f.number IS NULL"),
        Kind::Date => both!("f.day IS NULL"),
        Kind::YesNo => both!("f.value NOT IN ('yes', 'no')"),
        Kind::Choice { choices } => {
            args.push(list(choices.iter().map(String::as_str)));
            both!("NOT (f.value {among $3})")
        }
    };
    let count = tx.one(count, &args).await?.get(0)?;
    if count == 0 {
        return Ok(Misfits::default());
    }
    let rows = tx.rows(some, &args).await?;
    Ok(Misfits { count, some: rows.iter().map(|row| row.get(0)).collect::<Result<_, _>>()? })
}

/// Gives another value to those who have this one in a field, to so many at most. Answers to how many.
///
/// # Errors
/// When the database fails.
pub async fn rename(tx: &mut TenantTx<'_>, key: &str, from: &str, to: &str, at_most: u32) -> Result<u64, StoreError> {
    let Compared { folded, number, day } = Compared::of(to);
    let sql = "UPDATE contact_field SET value = $3, folded = $4, number = $5, day = $6
               WHERE tenant_id = $1 AND field = $2 AND contact_id IN (
                   SELECT contact_id FROM contact_field
                   WHERE tenant_id = $1 AND field = $2 AND folded = $7 AND value = $8 LIMIT $9)";
    let before = Compared::of(from).folded;
    tx.exec_returning_count(sql, args![key, to, folded, number, day, before, from, at_most]).await
}
