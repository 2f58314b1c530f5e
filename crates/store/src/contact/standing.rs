//! What somebody said about getting texts, as it counts now: what the gate goes by, for people and programs to read.

use std::collections::{BTreeMap, HashMap};

use domain::consent::{Purpose, Standing, State};
use domain::id::NumberId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{StoreError, TenantTx, args, list, words as word_lists};

/// What counts of a contact's consent for each purpose, for their primary phone.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ContactConsent {
    /// Of texts that sell something, or might.
    pub marketing: PurposeConsent,
    /// Of texts that tell what they need to know of something that they have with us.
    pub service: PurposeConsent,
}

/// What counts for one purpose.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PurposeConsent {
    /// `opted_in` or `opted_out`, from all of our numbers; `null`: they said nothing.
    #[schema(required = true, value_type = Option<word_lists::SaidState>)]
    pub standing: Option<String>,
    /// Since when.
    #[schema(required = true, value_type = Option<String>, format = DateTime)]
    pub since: Option<Timestamp>,
    /// Numbers of ours from which it is otherwise.
    pub numbers: Vec<NumberConsent>,
}

/// What counts for one purpose from one of our numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NumberConsent {
    /// Which of our numbers.
    #[schema(value_type = String)]
    pub number_id: NumberId,
    /// `opted_in` or `opted_out`.
    #[schema(value_type = word_lists::SaidState)]
    pub standing: String,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    pub since: Timestamp,
}

/// What lines about each purpose and number come to. The number that nobody has stands for all of ours.
pub(super) type Standings = BTreeMap<(Purpose, Uuid), Standing>;

/// What is kept of these phones.
pub(super) async fn of(tx: &mut TenantTx<'_>, phones: &[&str]) -> Result<HashMap<String, Standings>, StoreError> {
    let mut found: HashMap<String, Standings> = HashMap::new();
    if phones.is_empty() {
        return Ok(found);
    }
    let sql = "SELECT address, purpose, number_id, opted_in_at_us, opted_out_at_us FROM consent_standing
               WHERE tenant_id = $1 AND address {among $2}";
    for row in tx.rows(sql, args![list(phones.iter().copied())]).await? {
        let word = row.text(1)?;
        let purpose = Purpose::parse(word).ok_or_else(|| StoreError::fault(format!("no purpose: {word}")))?;
        let standing = Standing { opted_in_at: row.get(3)?, opted_out_at: row.get(4)? };
        found.entry(row.get(0)?).or_default().insert((purpose, row.get(2)?), standing);
    }
    Ok(found)
}

impl ContactConsent {
    /// With what is kept of their phone, and since when it wants no texts at all.
    pub(super) fn of(standings: &Standings, stopped_at: Option<Timestamp>) -> Self {
        Self {
            marketing: PurposeConsent::of(Purpose::Marketing, standings, stopped_at),
            service: PurposeConsent::of(Purpose::Service, standings, stopped_at),
        }
    }
}

impl PurposeConsent {
    fn of(purpose: Purpose, standings: &Standings, stopped_at: Option<Timestamp>) -> Self {
        let everywhere = standings.get(&(purpose, Uuid::nil())).copied().unwrap_or_default();
        let says = everywhere.says(stopped_at);
        let elsewhere = |(&(_, number), standing): (&(Purpose, Uuid), &Standing)| {
            // As the gate does: what was said of one number and of all of them is one line of time.
            let (state, since) = everywhere.and(*standing).says(stopped_at)?;
            let is_other = says.is_none_or(|(all, _)| all != state);
            is_other.then(|| NumberConsent { number_id: number.into(), standing: word(state), since })
        };
        let range = (purpose, Uuid::nil())..=(purpose, Uuid::max());
        Self {
            standing: says.map(|(state, _)| word(state)),
            since: says.map(|(_, since)| since),
            numbers: standings.range(range).filter(|((_, number), _)| !number.is_nil()).filter_map(elsewhere).collect(),
        }
    }
}

fn word(state: State) -> String {
    state.as_str().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn it_is_what_the_gate_goes_by() {
        let standing =
            |yes: Option<i64>, no: Option<i64>| Standing { opted_in_at: yes.map(at), opted_out_at: no.map(at) };
        let (here, there) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let standings = Standings::from([
            ((Purpose::Marketing, Uuid::nil()), standing(Some(5), None)),
            ((Purpose::Marketing, here), standing(None, Some(7))),
            ((Purpose::Marketing, there), standing(None, Some(3))),
            ((Purpose::Service, here), standing(None, Some(4))),
        ]);
        let consent = ContactConsent::of(&standings, None);
        let told = |one: &PurposeConsent| {
            let numbers: Vec<_> =
                one.numbers.iter().map(|one| (one.number_id.0, one.standing.clone(), one.since)).collect();
            (one.standing.clone(), one.since, numbers)
        };
        let (yes, no) = ("opted_in".to_owned(), "opted_out".to_owned());
        assert_eq!(told(&consent.marketing), (Some(yes), Some(at(5)), vec![(here, no.clone(), at(7))]));
        assert_eq!(told(&consent.service), (None, None, vec![(here, no.clone(), at(4))]));
        let stopped = ContactConsent::of(&standings, Some(at(9)));
        assert_eq!(told(&stopped.marketing), (Some(no.clone()), Some(at(9)), vec![]));
        assert_eq!(told(&stopped.service), (Some(no), Some(at(9)), vec![]));
    }
}
