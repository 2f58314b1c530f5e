//! What a text means, as numbers: sentence embeddings by all-MiniLM-L6-v2, taught what customers mean (`training/`), without
//! a network, a framework or a second thread.
//!
//! Texts that mean nearly the same point in nearly the same direction. The model knows English only; [`is_english`] tells
//! what it is good for. Its weights are no part of the sources: the build takes them in where it could fetch them
//! (`cargo xtask model`), and everything works without them, by words.

mod convert;
mod dense;
mod file;
mod forward;
mod machine;
#[cfg(test)]
mod tests;
mod tokens;

use std::borrow::Cow;
use std::sync::OnceLock;

use thiserror::Error;

pub use convert::{ConvertError, convert};
pub use language::is_english;

use file::Weights;
use tokens::Vocabulary;

/// How many numbers an embedding has.
pub const DIMENSIONS: usize = 384;

include!(concat!(env!("OUT_DIR"), "/builtin.rs"));

/// A sentence embedder, ready to use. It keeps nothing of what it is asked.
pub struct Model {
    vocabulary: Vocabulary,
    weights: Weights,
}

/// Why bytes are no model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ModelError {
    /// They begin with something else.
    #[error("this is no model file of ours")]
    OtherFile,
    /// They end too soon or too late.
    #[error("the model file has {found} bytes where {expected} were expected")]
    Length {
        /// How many it should have.
        expected: usize,
        /// How many it has.
        found: usize,
    },
    /// Its list of word pieces is not what this model uses.
    #[error("the model file's vocabulary is damaged")]
    Vocabulary,
}

impl Model {
    /// Told beside what it made: vectors of different models do not compare.
    pub const ID: &str = "all-MiniLM-L6-v2/customer-texts-2/int8";

    /// Takes a model from a file's bytes, as [`convert`] wrote them. Copies them.
    ///
    /// # Errors
    /// When they are something else.
    pub fn load(bytes: &[u8]) -> Result<Self, ModelError> {
        Self::of(Cow::Owned(bytes.to_vec()))
    }

    fn of(bytes: Cow<'static, [u8]>) -> Result<Self, ModelError> {
        let (vocabulary, weights) = file::read(bytes)?;
        Ok(Self { vocabulary, weights })
    }

    /// Where the text's meaning lies: [`DIMENSIONS`] numbers, of length 1 together. What goes beyond 254 word pieces (some
    /// 200 words) is not looked at. Takes milliseconds for a question and a tenth of a second for a long passage: not for
    /// an asynchronous task.
    #[must_use]
    pub fn embed(&self, text: &str) -> Vec<f32> {
        forward::embed(&self.weights, &self.vocabulary.ids(text))
    }
}

impl std::fmt::Debug for Model {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Model").field("id", &Self::ID).finish_non_exhaustive()
    }
}

/// The model inside this program; `None` if it was not there when the program was built.
#[must_use]
pub fn builtin() -> Option<&'static Model> {
    static BUILTIN: OnceLock<Option<Model>> = OnceLock::new();
    BUILTIN.get_or_init(|| COMPILED_IN.and_then(|bytes| Model::of(Cow::Borrowed(bytes)).ok())).as_ref()
}
