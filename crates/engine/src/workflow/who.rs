//! Which assistant's model is asked for workflows, and what that assistant may still use up.

use std::collections::HashMap;

use domain::assistant::{Assistant, Run};
use domain::hours;
use domain::id::AssistantId;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use store::{StoreError, TenantTx, assistant, run, scene, tenant};

/// Who is asked, and what there is to know.
pub(super) struct Who {
    pub assistant: Assistant,
    /// Keys of models, sealed, by the addresses that they are for.
    pub keys: HashMap<String, Vec<u8>>,
    /// On the tenant's clock.
    pub today: Date,
    /// For how long records of runs are kept.
    pub record_days: u32,
    tokens_today: u64,
    cost_micros_today: i64,
}

impl Who {
    /// `None`: there is no such assistant.
    pub async fn read(tx: &mut TenantTx<'_>, now: Timestamp, id: AssistantId) -> Result<Option<Self>, StoreError> {
        let Some(assistant) = scene::assistant(tx, id).await? else { return Ok(None) };
        let settings = tenant::settings(tx).await?;
        let zone = hours::zone(&settings.time_zone).unwrap_or(TimeZone::UTC);
        let today = zone.to_datetime(now).date();
        let (tokens_today, cost_micros_today) = run::used_on(tx, today, id).await?;
        let keys = assistant::keys(tx, id).await?;
        Ok(Some(Self {
            assistant,
            keys,
            today,
            record_days: settings.run_record_days,
            tokens_today,
            cost_micros_today,
        }))
    }

    /// It has used up today what it may, with what was used since this was read.
    pub fn is_used_up(&self, since: &Run) -> bool {
        let limits = &self.assistant.settings.limits;
        let tokens = self.tokens_today.saturating_add(since.tokens_in).saturating_add(since.tokens_out);
        let cost = self.cost_micros_today.saturating_add(since.cost.as_ref().map_or(0, |cost| cost.micros));
        limits.tokens_per_day.is_some_and(|most| tokens >= most)
            || limits.cost_micros_per_day.is_some_and(|most| cost >= most)
    }
}
