//! The key with which a tenant's addresses are hashed, so that a list of those that get no texts outlives the addresses.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::io::Cursor;
use std::sync::{Arc, PoisonError, RwLock};

use aws_lc_rs::{hmac, rand};
use documents::sheet::{Known, Row, Sheet, SheetError};
use domain::consent::{Purpose, Standing, Wishes};
use domain::id::{NumberId, TenantId};
use domain::phone::E164;
use domain::tenant::Settings;
use jiff::Timestamp;
use store::contact::{self, Contact};
use store::event::Logged;
use store::suppression::{self, AddressHash};
use store::tell::{self, Told};
use store::{StoreError, TenantTx, consent, conversation};

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

/// The phone numbers in a file of a list.
#[derive(Clone, Default)]
pub struct Phones {
    /// Each once, in E.164 form.
    pub phones: Vec<String>,
    /// The lines in which there is none, as in line 7 of the file.
    pub rejected: Vec<u64>,
}

impl fmt::Debug for Phones {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Phones").field("phones", &self.phones.len()).finish_non_exhaustive()
    }
}

/// Reads a list of phone numbers: a number to a line, or a table (CSV, TSV, XLSX), of which each row gives its first value that
/// is one. National spellings are read as those of `region`. A first row without a number is a header.
///
/// # Errors
/// When it is no text and no table.
pub fn phones_in(bytes: &[u8], region: &str) -> Result<Phones, SheetError> {
    let mut sheet = Sheet::open(Cursor::new(bytes), &Known::default())?;
    let (mut row, mut found, mut seen) = (Row::default(), Phones::default(), HashSet::new());
    while sheet.read(&mut row)? {
        let phone = row.iter().find_map(|value| E164::parse(value, Some(region)).ok());
        match phone {
            Some(phone) if seen.insert(phone.as_str().to_owned()) => found.phones.push(phone.as_str().to_owned()),
            Some(_) => {}
            None if row.number() == 1 => {}
            None => found.rejected.push(row.line()),
        }
    }
    Ok(found)
}

/// The tenants' keys, each opened once. A tenant without a key is asked about again: another node may give it one.
#[derive(Debug, Clone)]
pub(crate) struct AddressKeys {
    sealer: Sealer,
    opened: Arc<RwLock<HashMap<TenantId, Arc<AddressKey>>>>,
}

impl AddressKeys {
    pub(crate) fn new(sealer: Sealer) -> Self {
        Self { sealer, opened: Arc::default() }
    }

    /// Which of these numbers get no texts now, and since when.
    pub(crate) async fn suppressed(
        &self,
        tx: &mut TenantTx<'_>,
        now: Timestamp,
        phones: &[&str],
    ) -> Result<HashMap<String, Timestamp>, StoreError> {
        if phones.is_empty() {
            return Ok(HashMap::new());
        }
        let Some(key) = self.of(tx).await? else { return Ok(HashMap::new()) };
        let hashes: Vec<AddressHash> = phones.iter().map(|phone| key.hash(phone)).collect();
        let found = suppression::among(tx, now, &hashes).await?;
        let is_found = |(phone, hash): (&&str, &AddressHash)| Some(((*phone).to_owned(), *found.get(hash)?));
        Ok(phones.iter().zip(&hashes).filter_map(is_found).collect())
    }

    /// Says of these contacts which of their addresses get no texts now.
    pub(crate) async fn mark<'c>(
        &self,
        tx: &mut TenantTx<'_>,
        now: Timestamp,
        contacts: impl Iterator<Item = &'c mut Contact>,
    ) -> Result<(), StoreError> {
        let mut contacts: Vec<&mut Contact> = contacts.collect();
        let addresses = contacts.iter().flat_map(|contact| &contact.addresses);
        let addresses: Vec<String> = addresses.map(|one| one.address.clone()).collect();
        let addresses: Vec<&str> = addresses.iter().map(String::as_str).collect();
        let suppressed = self.suppressed(tx, now, &addresses).await?;
        for contact in &mut contacts {
            contact.suppressed_at = suppressed.get(&contact.phone).copied();
            for one in &mut contact.addresses {
                one.suppressed_at = suppressed.get(&one.address).copied();
            }
        }
        Ok(())
    }

    /// Tells lines of the log, as the live stream, the log of the API and the webhooks do.
    pub(crate) async fn tell(
        &self,
        tx: &mut TenantTx<'_>,
        now: Timestamp,
        logged: &[Logged],
    ) -> Result<Vec<Told>, StoreError> {
        let mut contacts = contact::by_ids(tx, &tell::contacts(logged)).await?;
        self.mark(tx, now, contacts.values_mut()).await?;
        tell::lines(tx, logged, &contacts).await
    }

    async fn of(&self, tx: &mut TenantTx<'_>) -> Result<Option<Arc<AddressKey>>, StoreError> {
        let tenant = tx.tenant();
        if let Some(key) = self.opened.read().unwrap_or_else(PoisonError::into_inner).get(&tenant) {
            return Ok(Some(Arc::clone(key)));
        }
        let Some(key) = AddressKey::find(tx, &self.sealer).await?.map(Arc::new) else { return Ok(None) };
        self.opened.write().unwrap_or_else(PoisonError::into_inner).insert(tenant, Arc::clone(&key));
        Ok(Some(key))
    }
}

/// What people want of a campaign's texts, looked up at once for many.
pub(crate) struct Heard {
    purpose: Purpose,
    standings: HashMap<String, Standing>,
    suppressed: HashMap<String, Timestamp>,
    /// When they last wrote; asked only where consent lapses.
    wrote: HashMap<String, Timestamp>,
}

impl Heard {
    /// What these phones want of texts of this purpose from this number of ours.
    pub(crate) async fn of(
        tx: &mut TenantTx<'_>,
        keys: &AddressKeys,
        now: Timestamp,
        purpose: Purpose,
        (settings, number): (&Settings, NumberId),
        phones: &[&str],
    ) -> Result<Self, StoreError> {
        let asks = purpose == Purpose::Marketing && settings.consent_lapses_months.is_some();
        let wrote = if asks { conversation::last_inbound(tx, phones).await? } else { HashMap::new() };
        let standings = consent::standings(tx, purpose, number, phones).await?;
        let suppressed = keys.suppressed(tx, now, phones).await?;
        Ok(Self { purpose, standings, suppressed, wrote })
    }

    pub(crate) fn wishes(&self, phone: &str) -> Wishes {
        Wishes {
            purpose: self.purpose,
            standing: self.standings.get(phone).copied().unwrap_or_default(),
            suppressed_at: self.suppressed.get(phone).copied(),
            heard_at: self.wrote.get(phone).copied(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_read_whatever_it_looks_like() {
        for text in [
            "+14155550101\n(415) 555-0102\n+1 415 555 0101\nAnn\n",
            "Name;Phone\nAnn;+14155550101\nBen;415-555-0102\n;\nCam;none\n",
        ] {
            let found = phones_in(text.as_bytes(), "US").unwrap();
            assert_eq!(found.phones, ["+14155550101", "+14155550102"], "{text}");
            assert_eq!(found.rejected.len(), 1, "{text}");
        }
        assert!(phones_in(b"", "US").is_err());
        assert!(phones_in(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "US").is_err());
    }

    #[test]
    fn a_hash_is_the_tenants_own() {
        let sealer = Sealer::from_key(&[7; 32]);
        let tenants = [1, 2].map(|n| TenantId(uuid::Uuid::from_u128(n)));
        let [one, two] = tenants.map(|tenant| {
            let sealed = sealer.seal(&context(tenant), tenant.0.as_bytes()).unwrap();
            AddressKey::open(&sealer, tenant, &sealed).unwrap()
        });
        assert_eq!(one.hash("+14155550100"), one.hash("+14155550100"));
        assert_ne!(one.hash("+14155550100"), one.hash("+14155550101"));
        assert_ne!(one.hash("+14155550100"), two.hash("+14155550100"));
        let sealed = sealer.seal(&context(tenants[0]), b"key").unwrap();
        assert!(AddressKey::open(&sealer, tenants[1], &sealed).is_err(), "and no other tenant's key opens");
    }
}
