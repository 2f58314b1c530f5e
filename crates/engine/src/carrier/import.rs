//! Takes what was adopted at the carrier among the tenant's numbers, and notes what is missing for each of them.

use std::collections::BTreeSet;

use domain::id::{CarrierAccountId, NumberId};
use domain::phone::Address;
use jiff::Timestamp;
use store::event::Line;
use store::number::{self, Added, NewNumber, Number, NumberProblem};
use store::{StoreError, TenantTx};

use super::{CarrierError, Offered, Problem};

/// What importing led to.
#[derive(Debug, Clone, PartialEq)]
pub struct Imported {
    /// The adopted numbers that are the tenant's now.
    pub numbers: Vec<Number>,
    /// What kept the others out.
    pub problems: Vec<Problem>,
    /// What is news, for the log.
    pub lines: Vec<Line>,
}

/// Takes adopted numbers among the tenant's, each under its new id unless it is there, and notes what is `missing` for all
/// its numbers of the account.
///
/// # Errors
/// When the tenant may not use the account, or the database fails.
pub async fn import(
    tx: &mut TenantTx<'_>,
    account: CarrierAccountId,
    adopted: &[(NumberId, Offered)],
    missing: &[Problem],
    now: Timestamp,
) -> Result<Imported, CarrierError> {
    let (mut ours, mut problems, mut lines) = (Vec::new(), Vec::new(), Vec::new());
    for (id, found) in adopted {
        match take(tx, account, *id, found, now).await? {
            Ok((id, is_new)) => {
                lines.extend(is_new.then_some(number::updated(id)));
                ours.push(id);
            }
            Err(problem) => problems.push(problem),
        }
    }
    lines.extend(note(tx, account, missing).await?);
    let mut told = BTreeSet::new();
    lines.retain(|line| told.insert(line.subject));
    let mut numbers = Vec::new();
    for id in ours {
        numbers.extend(number::read(tx, id).await?);
    }
    Ok(Imported { numbers, problems, lines })
}

/// Writes down for each of the tenant's numbers of the account what is missing, and answers a line for each where that is news.
///
/// # Errors
/// When the database fails.
pub async fn note(
    tx: &mut TenantTx<'_>,
    account: CarrierAccountId,
    missing: &[Problem],
) -> Result<Vec<Line>, StoreError> {
    let mut lines = Vec::new();
    for number in number::of_account(tx, account).await? {
        let found: Vec<NumberProblem> = missing
            .iter()
            .filter(|problem| problem.keeps(&number.e164))
            .map(|Problem { code, message, mend, .. }| NumberProblem {
                code: (*code).to_owned(),
                message: message.clone(),
                mend: mend.clone(),
            })
            .collect();
        if found != number.problems {
            number::set_problems(tx, number.id, &found).await?;
            lines.push(number::updated(number.id));
        }
    }
    Ok(lines)
}

/// Takes one adopted number among ours, unless it is there. Somebody else's stays theirs.
async fn take(
    tx: &mut TenantTx<'_>,
    account: CarrierAccountId,
    id: NumberId,
    found: &Offered,
    now: Timestamp,
) -> Result<Result<(NumberId, bool), Problem>, CarrierError> {
    let problem = |code, message: &str, mend: &str| Problem {
        address: Some(found.address.clone()),
        code,
        message: message.into(),
        mend: mend.into(),
    };
    let Ok(address) = Address::parse_sender(&found.address) else {
        return Ok(Err(problem("not_a_sender", "We cannot read this sender.", "Tell us how the carrier writes it.")));
    };
    if let Some(known) = number::by_address(tx, account, address.as_str()).await? {
        return Ok(Ok((known.id, false)));
    }
    let kind = number::kind_of(&address);
    let new = NewNumber {
        id,
        kind,
        label: String::new(),
        account,
        carrier_ref: Some(found.carrier_ref.clone()),
        assistant: None,
        rate_millis: i64::try_from(kind.default_rate_millis()).unwrap_or(i64::MAX),
        created_at: now,
        address,
    };
    match number::create(tx, &new).await? {
        Added::Yes => Ok(Ok((id, true))),
        Added::NoAccount => Err(CarrierError::NotFound),
        Added::Taken => Ok(Err(problem(
            "number_taken",
            "Another tenant of this installation has this number.",
            "Ask the operator to move it, or take another.",
        ))),
    }
}
