//! Attachments.

use domain::id::MediaId;
use store::{args, media, on_both_engines};
use uuid::Uuid;

use crate::desk::{self, ACME, BOLT, at, settle};

on_both_engines! {
    /// Bytes come back as they were kept, to their tenant only; what still waits at the carrier has none.
    async fn bytes_come_back_to_their_tenant(store) {
        settle(&store).await;
        let id = MediaId(Uuid::from_u128(1));
        let token = media::token(ACME, &[7; 24]);
        let kept = token.clone();
        let made = store.write(ACME, async move |tx| media::create(tx, at(1), id, "image/png", &[0, 1, 255], &kept).await).await.unwrap();
        assert_eq!((made.bytes, made.url), (3, format!("/api/v1/media/{id}")));
        let content = async |tenant, id| desk::read(&store, tenant, async move |tx| media::content(tx, id).await).await;
        let found = content(ACME, id).await.unwrap();
        assert_eq!((found.bytes, found.token.as_str(), found.created_at), (Some(vec![0, 1, 255]), token.as_str(), at(1)));
        assert!(content(BOLT, id).await.is_none());

        let waiting = MediaId(Uuid::from_u128(2));
        store.write(ACME, async move |tx| {
            tx.exec(
                "INSERT INTO media (tenant_id, id, content_type, bytes, token, source_url, state, created_at_us)
                 VALUES ($1, $2, 'image/png', 0, '', 'https://carrier.example/1', 'waiting', $3)",
                args![waiting, at(1)],
            ).await
        }).await.unwrap();
        assert_eq!(content(ACME, waiting).await.unwrap().bytes, None);
        let paths = async |tenant| desk::read(&store, tenant, async move |tx| media::carrier_paths(tx, &[waiting, id]).await).await;
        assert_eq!(paths(ACME).await, [format!("/api/v1/media/{id}/{token}")]);
        assert!(paths(BOLT).await.is_empty());
    }
}
