//! What is known of those whom workflows text as one of many: what they agreed to, and how often they were texted.

use std::collections::HashMap;

use domain::consent::{Purpose, Wishes};
use domain::gate::looks_back;
use domain::id::NumberId;
use jiff::Timestamp;
use store::campaign::recipient;
use store::queue::{DueText, Sender};
use store::{StoreError, TenantTx};

use super::asked;
use crate::suppression::{self, AddressKeys};

/// Of those whom these texts go to. Where nothing is one of many, nothing is asked.
#[derive(Default)]
pub(super) struct Heard {
    by_purpose: HashMap<Purpose, suppression::Heard>,
    had: HashMap<String, Vec<Timestamp>>,
}

impl Heard {
    pub(super) async fn of(
        tx: &mut TenantTx<'_>,
        keys: &AddressKeys,
        now: Timestamp,
        (sender, number): (&Sender, NumberId),
        due: &[DueText],
    ) -> Result<Self, StoreError> {
        let mut phones: HashMap<Purpose, Vec<&str>> = HashMap::new();
        for text in due {
            if let Some(purpose) = text.purpose {
                phones.entry(purpose).or_default().push(&text.to);
            }
        }
        let mut heard = Self::default();
        for (purpose, phones) in phones {
            let of = suppression::Heard::of(tx, keys, now, purpose, (&sender.settings, number), &phones).await?;
            heard.by_purpose.insert(purpose, of);
        }
        let many = due.iter().filter(|text| text.purpose.is_some());
        let capped: Vec<_> = many
            .filter_map(|text| Some((text.to.as_str(), looks_back(now, &asked(sender, text, None, &heard))?)))
            .collect();
        if let Some(back) = capped.iter().map(|(_, back)| *back).max() {
            let phones: Vec<&str> = capped.iter().map(|(phone, _)| *phone).collect();
            heard.had = recipient::had(tx, &phones, now.checked_sub(back).unwrap_or(Timestamp::MIN)).await?;
        }
        Ok(heard)
    }

    pub(super) fn wishes(&self, purpose: Purpose, phone: &str) -> Wishes {
        self.by_purpose.get(&purpose).map(|heard| heard.wishes(phone)).unwrap_or_default()
    }

    pub(super) fn had(&self, phone: &str) -> &[Timestamp] {
        self.had.get(phone).map(Vec::as_slice).unwrap_or_default()
    }
}
