//! Indexes that are ready: built once for each version of what may be found, however many ask at the same time, and kept
//! while they are used and there is room.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use domain::id::{AssistantId, TenantId};
use domain::knowledge::{Index, Indexed, Synonyms};
use store::knowledge::{self, Searchable};
use store::{StoreError, TenantTx};
use tokio::sync::OnceCell;

use super::embed;
use crate::world::World;

/// All of them together take about so much memory; the one that is asked for is kept in any case.
const BYTES_MAX: usize = 48 << 20;
/// What a chunk takes beside its text and its vector, about.
const CHUNK_BYTES: usize = 600;
/// What the index of a text takes, against the text.
const TEXT_FACTOR: usize = 4;

/// The indexes.
#[derive(Debug, Default)]
pub(super) struct Indexes(Mutex<Kept>);

/// Whose: of one tenant, and of one of its assistants if these differ.
type Whose = (TenantId, Option<AssistantId>);

#[derive(Debug, Default)]
struct Kept {
    indexes: HashMap<Whose, One>,
    /// How often something was asked for: whatever was asked for last is the last to go.
    asked: u64,
}

#[derive(Debug)]
struct One {
    version: i64,
    index: Arc<OnceCell<Arc<Index>>>,
    bytes: usize,
    asked: u64,
}

impl Indexes {
    /// The index as it is now.
    pub(super) async fn get(
        &self,
        world: &Arc<World>,
        tenant: TenantId,
        assistant: Option<AssistantId>,
    ) -> Result<Arc<Index>, StoreError> {
        let (version, assistant) =
            world.store.read(tenant, async move |tx| knowledge::serves(tx, assistant).await).await?;
        let whose = (tenant, assistant);
        let cell = self.cell(whose, version);
        let built = cell.get_or_try_init(|| self.build(world, whose, version)).await?;
        Ok(Arc::clone(built))
    }

    fn cell(&self, whose: Whose, version: i64) -> Arc<OnceCell<Arc<Index>>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.asked += 1;
        let asked = kept.asked;
        let new = || One { version, index: Arc::default(), bytes: 0, asked };
        let one = kept.indexes.entry(whose).or_insert_with(new);
        // One that read the version before us and comes late takes what is newer.
        if one.version < version {
            *one = new();
        }
        one.asked = asked;
        Arc::clone(&one.index)
    }

    async fn build(&self, world: &Arc<World>, whose: Whose, version: i64) -> Result<Arc<Index>, StoreError> {
        let (tenant, assistant) = whose;
        let found = world
            .store
            .read(tenant, async move |tx| {
                let settings = knowledge::settings(tx).await?;
                let model = embed::model_of(&settings);
                knowledge::searchable(tx, assistant, model.as_deref()).await
            })
            .await?;
        let Searchable { chunks, synonyms, is_lacking, version: _ } = found;
        if is_lacking {
            // As after an update of the program, when there is a model that there was not before.
            let (now, ids) = (world.now(), world.ids());
            let want = async move |tx: &mut TenantTx<'_>| knowledge::want_vectors(tx, now, &mut ids.clone()).await;
            world.store.write(tenant, want).await?;
            world.embeds.set(now);
        }
        let bytes = chunks.iter().map(weight).sum();
        let built = tokio::task::spawn_blocking(move || {
            // They were read before they were kept.
            let synonyms = Synonyms::parse(&synonyms).unwrap_or_default();
            Arc::new(Index::build(chunks, &synonyms))
        });
        let index = built.await.map_err(StoreError::fault)?;
        self.weighed(whose, version, bytes);
        Ok(index)
    }

    /// Notes what an index weighs, and lets go of what has not been asked for the longest.
    fn weighed(&self, whose: Whose, version: i64, bytes: usize) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(one) = kept.indexes.get_mut(&whose).filter(|one| one.version == version) {
            one.bytes = bytes;
        }
        while kept.indexes.values().map(|one| one.bytes).sum::<usize>() > BYTES_MAX {
            let others = kept.indexes.iter().filter(|(other, _)| **other != whose);
            let Some(oldest) = others.min_by_key(|(_, one)| one.asked).map(|(other, _)| *other) else { break };
            kept.indexes.remove(&oldest);
        }
    }
}

fn weight(indexed: &Indexed) -> usize {
    let chunk = &indexed.chunk;
    let text = chunk.text.len() + chunk.heading.len() + chunk.question.as_ref().map_or(0, String::len);
    let vector = indexed.vector.as_ref().map_or(0, |vector| vector.dimensions());
    CHUNK_BYTES + TEXT_FACTOR * text + indexed.title.len() + vector
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn whose(n: u128) -> Whose {
        (TenantId(Uuid::from_u128(n)), None)
    }

    #[test]
    fn what_was_asked_for_last_stays() {
        let indexes = Indexes::default();
        for n in 1..=3 {
            let _ = indexes.cell(whose(n), 1);
        }
        indexes.weighed(whose(1), 1, BYTES_MAX / 2);
        indexes.weighed(whose(2), 1, BYTES_MAX / 2);
        let _ = indexes.cell(whose(1), 1);
        indexes.weighed(whose(3), 1, BYTES_MAX / 2);
        let kept = indexes.0.lock().unwrap();
        let mut left: Vec<u128> = kept.indexes.keys().map(|(tenant, _)| tenant.0.as_u128()).collect();
        left.sort_unstable();
        assert_eq!(left, [1, 3]);
    }

    #[test]
    fn one_that_is_too_large_is_kept_alone() {
        let indexes = Indexes::default();
        let _ = indexes.cell(whose(1), 1);
        let _ = indexes.cell(whose(2), 1);
        indexes.weighed(whose(1), 1, 1);
        indexes.weighed(whose(2), 1, BYTES_MAX * 2);
        assert_eq!(indexes.0.lock().unwrap().indexes.len(), 1);
    }

    #[test]
    fn a_later_version_is_another_index() {
        let indexes = Indexes::default();
        let first = indexes.cell(whose(1), 1);
        assert!(Arc::ptr_eq(&first, &indexes.cell(whose(1), 1)));
        let second = indexes.cell(whose(1), 2);
        assert!(!Arc::ptr_eq(&first, &second));
        assert!(Arc::ptr_eq(&second, &indexes.cell(whose(1), 1)), "a late one takes the newer");
    }
}
