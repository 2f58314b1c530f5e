//! A carrier account, ready for use: its key opened, its public keys parsed.

use domain::id::CarrierAccountId;
use providers::http::{Request, Response, Secret};
use providers::telnyx::signature::PublicKey;
use store::{Store, StoreError, args};

use crate::net::{ANSWER_BYTES_MAX, Net, NetError};
use crate::seal::Sealer;

/// A carrier account.
#[derive(Debug)]
pub(crate) struct Account {
    /// The operator's own, for tenants to share.
    shared: bool,
    pub(crate) base_url: String,
    pub(crate) api_key: Secret,
    pub(crate) public_keys: Vec<PublicKey>,
}

/// The place that its key is sealed for.
#[must_use]
pub fn key_context(id: CarrierAccountId) -> String {
    format!("carrier_account/{}/api_key", id.0)
}

impl Account {
    pub(crate) async fn load(store: &Store, sealer: &Sealer, id: CarrierAccountId) -> Result<Option<Self>, StoreError> {
        let row = store
            .system_read(async move |tx| {
                tx.opt(
                    "SELECT base_url, api_key, public_keys, owner IS NULL FROM carrier_account WHERE id = $1",
                    args![id],
                )
                .await
            })
            .await?;
        let Some(row) = row else { return Ok(None) };
        let sealed: Vec<u8> = row.get(1)?;
        let key = sealer.open(&key_context(id), &sealed).map_err(StoreError::fault)?;
        let keys: Vec<String> = serde_json::from_str(&row.get::<String>(2)?).map_err(StoreError::fault)?;
        // A key that does not parse was refused when it was entered.
        let public_keys = keys.iter().filter_map(|key| PublicKey::parse(key).ok()).collect();
        Ok(Some(Self {
            shared: row.get(3)?,
            base_url: row.get(0)?,
            api_key: Secret::new(String::from_utf8_lossy(&key)),
            public_keys,
        }))
    }

    /// Carries a request to this carrier. An address that a tenant gave is one that strangers chose, wherever it led when it
    /// was looked at; the operator may have a carrier in the house.
    ///
    /// # Errors
    /// As [`Net::carry_guarded`].
    pub(crate) async fn carry(&self, net: &Net, request: Request) -> Result<Response, NetError> {
        if self.shared { net.carry(request).await } else { net.carry_guarded(request, ANSWER_BYTES_MAX).await }
    }
}
