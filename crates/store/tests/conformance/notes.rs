//! Two small tables for tests of the face itself, and short ways to use them.

use domain::id::TenantId;
use store::{Store, StoreError, TenantTx, args, testing::lay};
use uuid::Uuid;

pub(crate) const ANN: TenantId = TenantId(Uuid::from_u128(0xA));
pub(crate) const BOB: TenantId = TenantId(Uuid::from_u128(0xB));

pub(crate) const TABLES: &str = "
CREATE TABLE note (
    tenant_id UUID NOT NULL,
    id BIGINT NOT NULL,
    body TEXT,
    flag BOOLEAN,
    amount DOUBLE,
    raw BYTES,
    other UUID,
    PRIMARY KEY (tenant_id, id)
) {strict};
CREATE UNIQUE INDEX note_body ON note (tenant_id, body) WHERE body IS NOT NULL;
CREATE TABLE line (
    tenant_id UUID NOT NULL,
    note_id BIGINT NOT NULL,
    FOREIGN KEY (tenant_id, note_id) REFERENCES note (tenant_id, id)
) {strict};
";

/// The tables of these tests, behind the same walls as any other.
pub(crate) async fn with_notes(store: &Store) {
    lay(store, TABLES).await.unwrap();
    store.migrate().await.unwrap();
}

pub(crate) async fn put(tx: &mut TenantTx<'_>, id: i64, body: &str) -> Result<(), StoreError> {
    tx.exec("INSERT INTO note (tenant_id, id, body) VALUES ($1, $2, $3)", args![id, body]).await
}

pub(crate) async fn keep(store: &Store, tenant: TenantId, id: i64, body: &'static str) -> Result<(), StoreError> {
    store.write(tenant, async move |tx| put(tx, id, body).await).await
}

pub(crate) async fn bodies(store: &Store, tenant: TenantId) -> Vec<String> {
    let read = store.read(tenant, async |tx| {
        let rows = tx.rows("SELECT body FROM note WHERE tenant_id = $1 ORDER BY id", &[]).await?;
        rows.iter().map(|row| row.get(0)).collect::<Result<Vec<String>, StoreError>>()
    });
    read.await.unwrap()
}

pub(crate) async fn no_transaction_is_left_open(store: &Store) {
    let open = store.system_read(async |tx| {
        let sql = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in%'";
        tx.one(sql, &[]).await?.get::<i64>(0)
    });
    assert_eq!(open.await.unwrap(), 0, "connections are idle in a transaction");
}
