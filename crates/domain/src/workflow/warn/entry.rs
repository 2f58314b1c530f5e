//! Who is let in less often than is meant.

use crate::workflow::document::Again;
use crate::workflow::fault::Fault;
use crate::workflow::program::Published;
use crate::workflow::trigger::Trigger;

/// Days that come every year, for people who enter once.
pub(super) fn once_only(published: &Published) -> Vec<Fault> {
    if published.document.entry.again != Again::Never {
        return Vec::new();
    }
    let days = published.document.triggers.iter().enumerate();
    let yearly = days.filter(|(_, trigger)| matches!(trigger, Trigger::Date { yearly: true, .. }));
    yearly
        .map(|(nth, _)| {
            let what = "This comes every year, and who was in this workflow once enters no more.";
            let mend =
                "Write how soon they may enter again, as in \"again\": {\"after_days\": 300}, or leave out `yearly`.";
            Fault::new(format!("/triggers/{nth}/date/yearly"), "once_only", what, mend)
        })
        .collect()
}
