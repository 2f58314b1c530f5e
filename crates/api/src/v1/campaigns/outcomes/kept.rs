//! Figures that were counted lately. Counting a million rows takes seconds, and everybody who watches a campaign asks for them
//! again and again: they are counted once for all who ask, and kept for ten times as long as that took.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use domain::campaign::outcome::Every;
use domain::id::{CampaignId, TenantId};
use jiff::{SignedDuration, Timestamp};

use super::CampaignOutcomes;

/// So many times as long as counting took, figures are kept,
const TIMES: i32 = 10;
/// but no longer than this.
const KEPT_MAX: SignedDuration = SignedDuration::from_secs(60);
/// Of so many campaigns.
const CAMPAIGNS_MAX: usize = 256;

type Key = (TenantId, CampaignId, Option<Every>);
type Slot = Arc<tokio::sync::Mutex<Option<Entry>>>;

/// The figures that are kept.
#[derive(Default)]
pub struct Kept(Mutex<HashMap<Key, Slot>>);

impl fmt::Debug for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Kept")
    }
}

struct Entry {
    figures: Arc<CampaignOutcomes>,
    until: Timestamp,
}

impl Kept {
    /// The figures of one campaign, counted anew if those that are kept are too old.
    pub(super) async fn fresh<E, F: Future<Output = Result<CampaignOutcomes, E>>>(
        &self,
        key: Key,
        clock: impl Fn() -> Timestamp,
        count: impl FnOnce() -> F,
    ) -> Result<Arc<CampaignOutcomes>, E> {
        let slot = self.slot(key);
        // Whoever comes while it is counted waits for that count.
        let mut entry = slot.lock().await;
        let began = clock();
        if let Some(entry) = entry.as_ref().filter(|entry| began < entry.until) {
            return Ok(Arc::clone(&entry.figures));
        }
        let mut figures = count().await?;
        figures.counted_at = began;
        let ended = clock();
        let keep = ended.duration_since(began).checked_mul(TIMES).unwrap_or(KEPT_MAX).min(KEPT_MAX);
        let figures = Arc::new(figures);
        let until = ended.checked_add(keep).unwrap_or(ended);
        *entry = Some(Entry { figures: Arc::clone(&figures), until });
        Ok(figures)
    }

    fn slot(&self, key: Key) -> Slot {
        let mut slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if slots.len() >= CAMPAIGNS_MAX && !slots.contains_key(&key) {
            // Those that somebody counts or waits for stay.
            slots.retain(|_, slot| Arc::strong_count(slot) > 1);
        }
        Arc::clone(slots.entry(key).or_default())
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::convert::Infallible;

    use domain::campaign::outcome::Outcomes;
    use uuid::Uuid;

    use super::*;

    fn nothing() -> CampaignOutcomes {
        CampaignOutcomes::of(&Outcomes::new(None), None, &HashMap::new(), &HashMap::new())
    }

    #[tokio::test]
    async fn what_took_long_is_kept_for_long() {
        let kept = Kept::default();
        let (now, counts) = (Cell::new(0_i64), Cell::new(0));
        let ask = async |at: i64, takes: i64, n: u128| {
            now.set(at);
            let count = || async {
                now.set(now.get() + takes);
                counts.set(counts.get() + 1);
                Ok::<_, Infallible>(nothing())
            };
            let clock = || Timestamp::from_second(now.get()).unwrap();
            let key = (TenantId(Uuid::nil()), CampaignId(Uuid::from_u128(n)), None);
            let figures = kept.fresh(key, clock, count).await.unwrap();
            (counts.get(), figures.counted_at.as_second())
        };
        assert_eq!(ask(100, 2, 1).await, (1, 100));
        assert_eq!(ask(121, 2, 1).await, (1, 100), "for twenty seconds after it was done");
        assert_eq!(ask(122, 0, 1).await, (2, 122));
        assert_eq!(ask(122, 0, 1).await, (3, 122), "what took no time is counted anew");
        assert_eq!(ask(200, 30, 1).await, (4, 200));
        assert_eq!(ask(289, 0, 1).await, (4, 200));
        assert_eq!(ask(290, 0, 1).await, (5, 290), "but never longer than a minute");
        for n in 2..600 {
            ask(300, 0, n).await;
        }
        assert!(kept.0.lock().unwrap().len() <= CAMPAIGNS_MAX);
    }
}
