//! Documents are opened on threads of their own, a few at a time, each for so long and no longer.

use std::sync::Arc;
use std::time::{Duration, Instant};

use documents::{Content, Document, DocumentError, Said};
use store::StoreError;
use store::knowledge::{Pair, Reading};
use tokio::sync::Semaphore;

use super::{read_pairs, read_text};

/// So many are opened at once: each takes memory.
const AT_ONCE: usize = 2;
/// A document takes a second or two; one that takes longer was not made for people.
const TIME: Duration = Duration::from_secs(20);
/// One that does not even look at the time is given up after this.
const PATIENCE: Duration = Duration::from_secs(40);

/// Who opens documents.
#[derive(Debug)]
pub(super) struct Readers(Arc<Semaphore>);

impl Default for Readers {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(AT_ONCE)))
    }
}

impl Readers {
    /// Opens a document. A library that panics on it takes nobody with it.
    pub(super) async fn open(
        &self,
        bytes: bytes::Bytes,
        file_name: Option<String>,
        content_type: Option<String>,
    ) -> Result<Result<Reading, DocumentError>, StoreError> {
        // Held until the thread is done, however long nobody waits for it any more.
        let permit = Arc::clone(&self.0).acquire_owned().await.map_err(StoreError::fault)?;
        let work = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            let begun = Instant::now();
            let said = Said { file_name: file_name.as_deref(), content_type: content_type.as_deref() };
            let read = documents::read(&bytes, &said, &|| begun.elapsed() < TIME)?;
            Ok(reading(read, bytes.len()))
        });
        match tokio::time::timeout(PATIENCE, work).await {
            Err(_) => Ok(Err(DocumentError::TooSlow)),
            Ok(Ok(read)) => Ok(read),
            Ok(Err(error)) if error.is_panic() => {
                tracing::warn!("a document could not be opened: the library that reads it gave up");
                Ok(Err(DocumentError::Unsupported("made in a way that is not understood")))
            }
            Ok(Err(error)) => Err(StoreError::fault(error)),
        }
    }
}

fn reading(document: Document, bytes: usize) -> Reading {
    let read = match document.content {
        Content::Text(text) => read_text(&text, bytes),
        Content::Pairs(pairs) => {
            let pairs = pairs.into_iter().map(|(question, answer)| Pair { question, answer }).collect();
            read_pairs(pairs, bytes)
        }
    };
    let title = document.title.map(|title| short(&title)).filter(|title| !title.is_empty());
    Reading { title, format: Some(document.format.as_str()), ..read }
}

/// A title is a line.
const TITLE_CHARS: usize = 100;

fn short(title: &str) -> String {
    let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
    if title.chars().count() <= TITLE_CHARS {
        return title;
    }
    let cut: String = title.chars().take(TITLE_CHARS - 1).collect();
    format!("{}…", cut.trim_end())
}
