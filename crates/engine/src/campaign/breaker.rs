//! Campaigns whose texts are taken for spam stop before the rest goes out. Nobody counts while none is.

use domain::campaign::breaker::taken_for_spam;
use domain::id::Ids;
use jiff::Timestamp;
use store::campaign::{self, guard};
use store::remember::Aftermath;
use store::{StoreError, TenantTx};

/// Stops those of which too many of the last texts were blocked, in the transaction that remembers the last of these.
pub(crate) async fn look(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    ids: &mut Ids,
    after: &mut Aftermath,
) -> Result<(), StoreError> {
    for id in std::mem::take(&mut after.blocked) {
        let Some(halt) = taken_for_spam(&guard::last_outcomes(tx, id).await?) else { continue };
        if guard::halt(tx, now, ids, id, &halt).await? {
            after.halted.push((id, halt.by));
            let line = campaign::updated(id);
            if !after.lines.contains(&line) {
                after.lines.push(line);
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use domain::campaign::breaker;
    use providers::telnyx::error::{Family, failure, is_known};

    #[test]
    fn every_code_of_the_carrier_means_something_for_a_campaign() {
        use breaker::Family::{Configuration, Destination, Later, Spam};
        for code in (10_000..50_000).map(|code: u32| code.to_string()).filter(|code| is_known(code)) {
            let means = breaker::family(&code);
            let fits = match failure(&code).family {
                Family::Config => matches!(means, Some(Configuration | Destination | Spam)),
                Family::Transient => means == Some(Later),
                Family::SlowDown => matches!(means, Some(Later | Spam)),
                Family::Permanent => matches!(means, None | Some(Spam)),
                Family::OptedOut | Family::Ambiguous => means.is_none(),
            };
            assert!(fits, "{code}: {means:?}");
        }
    }
}
