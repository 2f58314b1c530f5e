//! What the operator does on the command line, where no tenant has a say.

use domain::id::{CarrierAccountId, NumberId, TenantId};
use domain::phone::Address;
use sandbox::NewAccount;
use serde_json::json;
use store::carrier_account::{self, NewAccount as NewShared};
use store::number::{self, Added, NewNumber};
use store::{StoreError, SystemTx, TenantTx};

use crate::town::{Desk, QUICK, Town};

impl Town {
    /// `tidings carrier add` without a tenant: an account at the carrier that nobody may use yet.
    ///
    /// # Panics
    /// When it cannot be.
    pub async fn shared_account(&self, carrier_key: &str, numbers: &[&str]) -> CarrierAccountId {
        let at_carrier = numbers.iter().fold(NewAccount::new(carrier_key, carrier_key), |new, one| new.number(*one));
        let _ = self.sandbox.control().add_account(at_carrier).expect("an account at the carrier");
        let id: CarrierAccountId = self.engine.ids().next();
        let new = NewShared {
            id,
            name: "Shared".into(),
            kind: "sandbox".into(),
            base_url: self.sandbox.base_url().to_string(),
            api_key: self
                .engine
                .sealer()
                .seal(&engine::key_context(id), carrier_key.as_bytes())
                .expect("the key can be sealed"),
            api_key_hint: "…".into(),
            public_keys: vec![self.sandbox.public_key_base64()],
            created_at: self.clock.now(),
        };
        self.store
            .system_write(async move |tx: &mut SystemTx<'_>| carrier_account::create_shared(tx, &new).await)
            .await
            .expect("a shared account");
        id
    }

    /// `tidings carrier grant`: a tenant that may use the account and has no number of it yet.
    ///
    /// # Panics
    /// When there is no such account.
    pub async fn guest(&self, name: &str, account: CarrierAccountId) -> Desk {
        let (tenant, key) = self.tenant(name).await;
        let granted = self
            .store
            .system_write(async move |tx: &mut SystemTx<'_>| carrier_account::grant(tx, account, tenant).await)
            .await
            .expect("the database answers");
        assert!(granted, "there is such a shared account");
        self.desk_of(tenant, key, account.to_string())
    }

    /// A business with one number of the operator's account, adopted: for a town where what a tenant names may not lie in a
    /// private network, as its carrier does.
    ///
    /// # Panics
    /// When it cannot be.
    pub async fn lodger(&self, name: &str, number: &str) -> Desk {
        let account = self.shared_account(&format!("KEY-of-{name}"), &[number]).await;
        let mut desk = self.guest(name, account).await;
        self.assigns(&mut desk, number).await;
        let adopted =
            desk.post(&format!("/carrier-accounts/{}/adopt", desk.account), json!({ "numbers": [number] })).await;
        let _ = adopted.is(200);
        desk
    }

    /// `tidings number add`: the account's number is this tenant's from now on.
    ///
    /// # Panics
    /// When it has an owner, or the tenant may not use the account.
    pub async fn assigns(&self, desk: &mut Desk, address: &str) {
        let sender = Address::parse_sender(address).expect("a number");
        let new = NewNumber {
            id: self.engine.ids().next(),
            kind: number::kind_of(&sender),
            address: sender,
            label: String::new(),
            account: desk.account.parse().expect("an account"),
            carrier_ref: None,
            assistant: None,
            rate_millis: i64::from(QUICK) * 1_000,
            created_at: self.clock.now(),
        };
        let (id, tenant): (NumberId, TenantId) = (new.id, desk.tenant);
        let added = self
            .store
            .write(tenant, async move |tx: &mut TenantTx<'_>| Ok::<_, StoreError>(number::create(tx, &new).await?))
            .await
            .expect("the database answers");
        assert_eq!(added, Added::Yes, "{address}");
        desk.number = address.to_owned();
        desk.number_id = id.to_string();
    }
}
