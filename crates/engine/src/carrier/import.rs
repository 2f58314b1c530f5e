//! Takes what was adopted at the carrier among the tenant's numbers, and notes what is missing for each of them.

use std::collections::BTreeSet;

use domain::id::{CarrierAccountId, NumberId, WorkId};
use domain::phone::Address;
use domain::registration::next_reading;
use jiff::Timestamp;
use store::event::Line;
use store::number::{self, Added, NewNumber, Number, NumberProblem};
use store::queue::{self, Errand};
use store::{StoreError, TenantTx, registration};

use super::{CarrierError, Offered, Problem, SeenNumbers};

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

/// What is to be imported.
#[derive(Debug, Clone)]
pub struct Importing {
    /// From which account.
    pub account: CarrierAccountId,
    /// The adopted numbers, each with the id that it gets unless it is there.
    pub numbers: Vec<(NumberId, Offered)>,
    /// What is missing for all of the tenant's numbers of the account.
    pub missing: Vec<Problem>,
    /// How the numbers stand.
    pub seen: SeenNumbers,
    /// The errand that looks at them day by day, unless there is one.
    pub errand: WorkId,
}

/// Takes adopted numbers among the tenant's, and notes how they stand and what is missing.
///
/// # Errors
/// When the tenant may not use the account, or the database fails.
pub async fn import(tx: &mut TenantTx<'_>, importing: &Importing, now: Timestamp) -> Result<Imported, CarrierError> {
    let Importing { account, numbers: adopted, missing, seen, errand } = importing;
    let account = *account;
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
    let next = next_reading(now, seen.values().map(|seen| seen.registration.status), false);
    queue::add_errand(tx, *errand, next, &Errand::ReadRegistrations { account }).await?;
    lines.extend(note(tx, account, missing, seen, now).await?);
    let mut told = BTreeSet::new();
    lines.retain(|line| told.insert(line.subject));
    let mut numbers = Vec::new();
    for id in ours {
        numbers.extend(number::read(tx, id).await?);
    }
    Ok(Imported { numbers, problems, lines })
}

/// Writes down for each of the tenant's numbers of the account what is missing and how it stands, and answers a line for each where
/// that is news.
///
/// # Errors
/// When the database fails.
pub async fn note(
    tx: &mut TenantTx<'_>,
    account: CarrierAccountId,
    missing: &[Problem],
    seen: &SeenNumbers,
    now: Timestamp,
) -> Result<Vec<Line>, StoreError> {
    let (mut lines, mut read) = (Vec::new(), Vec::new());
    for number in number::of_account(tx, account).await? {
        read.extend(seen.get(&number.e164).map(|seen| (number.id, seen.clone())));
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
    for id in registration::keep(tx, now, account, &read).await? {
        let line = number::updated(id);
        if !lines.contains(&line) {
            lines.push(line);
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
