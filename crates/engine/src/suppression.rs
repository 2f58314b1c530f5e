//! The key with which a tenant's addresses are hashed, so that a list of those that get no texts outlives the addresses.

use std::fmt;

use aws_lc_rs::{hmac, rand};
use domain::id::TenantId;
use store::suppression::{self, AddressHash};
use store::{StoreError, TenantTx};

use crate::seal::Sealer;

/// Hashes addresses of one tenant.
pub struct AddressKey(hmac::Key);

impl fmt::Debug for AddressKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AddressKey(…)")
    }
}

impl AddressKey {
    /// The tenant's, in this transaction; `None`: it has none, and nothing on its list.
    ///
    /// # Errors
    /// When the database fails, or the key cannot be opened: then nobody can say who must get no texts, and none may go.
    pub async fn find(tx: &mut TenantTx<'_>, sealer: &Sealer) -> Result<Option<Self>, StoreError> {
        let tenant = tx.tenant();
        suppression::key(tx).await?.map(|sealed| Self::open(sealer, tenant, &sealed)).transpose()
    }

    /// The tenant's, in this transaction; made, if it has none.
    ///
    /// # Errors
    /// As [`Self::find`].
    pub async fn find_or_make(tx: &mut TenantTx<'_>, sealer: &Sealer) -> Result<Self, StoreError> {
        let tenant = tx.tenant();
        if let Some(found) = Self::find(tx, sealer).await? {
            return Ok(found);
        }
        let mut key = [0; 32];
        rand::fill(&mut key).map_err(|_| StoreError::fault("the machine has no chance to give"))?;
        let sealed = sealer.seal(&context(tenant), &key).map_err(StoreError::fault)?;
        // Another transaction may have been quicker; its key counts.
        let sealed = suppression::keep_key(tx, &sealed).await?;
        Self::open(sealer, tenant, &sealed)
    }

    fn open(sealer: &Sealer, tenant: TenantId, sealed: &[u8]) -> Result<Self, StoreError> {
        let key = sealer.open(&context(tenant), sealed).map_err(StoreError::fault)?;
        Ok(Self(hmac::Key::new(hmac::HMAC_SHA256, &key)))
    }

    /// HMAC-SHA-256 of an address: E.164, or an email in small letters.
    #[must_use]
    pub fn hash(&self, address: &str) -> AddressHash {
        let mut hash = [0; 32];
        hash.copy_from_slice(hmac::sign(&self.0, address.as_bytes()).as_ref());
        hash
    }
}

fn context(tenant: TenantId) -> String {
    format!("suppression_key/{tenant}")
}
