//! What came in and found nobody, in words. Numbers are whole here: this is the operator's own terminal, and a number of
//! which one knows two digits cannot be given to anyone.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use domain::id::CarrierAccountId;
use serde_json::json;
use store::{
    Store, StoreError, SystemTx, carrier_account,
    unclaimed::{self, Attention, Unclaimed},
};

use super::Answer;

type Names = BTreeMap<CarrierAccountId, String>;

/// All of it.
pub(super) async fn list(store: &Store) -> anyhow::Result<Answer> {
    let (found, names) = look(store).await?;
    let mut text = String::new();
    for one in &found.unclaimed {
        let _ = writeln!(text, "{}", words(one, &names));
    }
    if text.is_empty() {
        text.push_str("Everything that came in found somebody.");
    }
    Ok(Answer::new(text, json!({ "data": found.unclaimed, "stuck": found.stuck })))
}

/// A sentence for each, the newest first; and how many facts fail again and again.
pub(super) async fn told(store: &Store) -> anyhow::Result<(Vec<String>, u64)> {
    let (found, names) = look(store).await?;
    Ok((found.unclaimed.iter().map(|one| words(one, &names)).collect(), found.stuck))
}

async fn look(store: &Store) -> Result<(Attention, Names), StoreError> {
    store
        .system_read(async |tx: &mut SystemTx<'_>| {
            let found = unclaimed::attention(tx).await?;
            let accounts = carrier_account::list_all(tx).await?;
            Ok((found, accounts.into_iter().map(|(account, _)| (account.id, account.name)).collect()))
        })
        .await
}

fn words(one: &Unclaimed, names: &Names) -> String {
    let count = one.count;
    let account = match &one.carrier_account_id {
        Some(id) => {
            let name = names.get(id).map_or("removed", String::as_str);
            format!("the account {name} ({id})")
        }
        None => "an account".into(),
    };
    let number = one.number.as_deref().unwrap_or("a number that is not said");
    let last = one.last_at.strftime("%Y-%m-%d %H:%M UTC");
    match one.reason.as_str() {
        "no_such_number" => format!(
            "texts to {number} through {account}: {count}, the last on {last}. No organisation has this number: give it to \
             one with `tidings number add`, or take it off the messaging profile at the carrier."
        ),
        "no_such_message" => format!(
            "receipts of texts from {number} through {account}: {count}, the last on {last}. Nobody here sent these texts: \
             another program sends on our messaging profile, or the data was put back from a backup."
        ),
        _ => format!(
            "facts that this version cannot read: {count}, the last on {last}. Run the version that wrote them, or report it."
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_operator_learns_which_number_how_often_when_and_what_to_do() {
        let id = CarrierAccountId(uuid::Uuid::from_u128(7));
        let one = Unclaimed {
            reason: "no_such_number".into(),
            carrier_account_id: Some(id),
            number: Some("+14155550100".into()),
            count: 3,
            first_at: "2026-03-02T14:00:00Z".parse().unwrap(),
            last_at: "2026-03-03T08:30:00Z".parse().unwrap(),
        };
        let said = words(&one, &Names::from([(id, "Main".to_owned())]));
        for part in [
            "texts to +14155550100",
            "the account Main (acc_",
            ": 3, the last on 2026-03-03 08:30 UTC",
            "`tidings number add`",
        ] {
            assert!(said.contains(part), "{said}");
        }
    }
}
