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
