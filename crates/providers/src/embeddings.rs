//! Vectors of texts, as OpenAI's embeddings API and its many look-alikes make them
//! (platform.openai.com/docs/api-reference/embeddings).

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::http::{Method, Request, Response, Secret, bearer};

/// Vectors have at most so many numbers: none that is on offer has more.
pub const DIMENSIONS_MAX: usize = 8_192;

/// Why there are no vectors.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EmbedFault {
    /// The key was not accepted.
    #[error("its API key was not accepted")]
    Unauthorized,
    /// No such model, or no such address.
    #[error("the server knows no such model or address (status {status})")]
    Unknown {
        /// Of the answer.
        status: u16,
    },
    /// Too much was asked of it at the moment.
    #[error("the server is busy, or the key's limit is reached (status {status})")]
    Busy {
        /// Of the answer.
        status: u16,
    },
    /// It has trouble of its own.
    #[error("the server has trouble of its own (status {status})")]
    Unavailable {
        /// Of the answer.
        status: u16,
    },
    /// It did not like what it was asked.
    #[error("the server refused the request (status {status})")]
    Refused {
        /// Of the answer.
        status: u16,
    },
    /// No answer came.
    #[error("the server could not be reached, or did not answer in time")]
    Silent,
    /// An answer that cannot be read, or has another number of vectors than texts.
    #[error("the server sent something that is no list of vectors (status {status})")]
    Unreadable {
        /// Of the answer.
        status: u16,
    },
}

impl EmbedFault {
    /// Stable, for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unauthorized => "embedding_unauthorized",
            Self::Unknown { .. } => "embedding_unknown_model",
            Self::Busy { .. } => "embedding_busy",
            Self::Unavailable { .. } | Self::Silent => "embedding_unavailable",
            Self::Refused { .. } => "embedding_refused",
            Self::Unreadable { .. } => "embedding_unreadable",
        }
    }

    /// What to do about it, in words for people.
    pub fn mend(&self) -> &'static str {
        match self {
            Self::Unauthorized => "Check the API key of the embeddings endpoint.",
            Self::Unknown { .. } => "Check the base URL and the model's name of the embeddings endpoint.",
            Self::Busy { .. } => "Nothing to do; it is asked again. If it stays so, raise the key's limit.",
            Self::Unavailable { .. } | Self::Silent => {
                "Nothing to do; it is asked again. If it stays so, check the base URL of the embeddings endpoint."
            }
            Self::Refused { .. } | Self::Unreadable { .. } => {
                "Check that the base URL is that of an OpenAI-compatible API, and that the model makes embeddings."
            }
        }
    }
}

/// The request for vectors of these texts. `base_url` includes the version, such as `https://api.openai.com/v1`; an empty key
/// is not sent.
pub fn request(base_url: &str, key: &Secret, model: &str, texts: &[String], timeout: Duration) -> Request {
    let base = base_url.trim().trim_end_matches('/');
    let base = base.strip_suffix("/embeddings").unwrap_or(base);
    let body = Body { model, input: texts, encoding_format: "float" };
    let mut headers = vec![("accept", "application/json".to_owned()), ("content-type", "application/json".to_owned())];
    if !key.is_empty() {
        headers.insert(0, bearer(key));
    }
    Request {
        method: Method::POST,
        url: format!("{base}/embeddings"),
        headers,
        body: serde_json::to_vec(&body).unwrap_or_default().into(),
        timeout,
    }
}

/// Reads as many vectors as there were texts, in their order; `None` means that no answer came.
pub fn read(answer: Option<&Response>, texts: usize) -> Result<Vec<Vec<f32>>, EmbedFault> {
    let answer = answer.ok_or(EmbedFault::Silent)?;
    let status = answer.status;
    match status {
        200..=299 => {}
        401 | 403 => return Err(EmbedFault::Unauthorized),
        404 => return Err(EmbedFault::Unknown { status }),
        402 | 429 => return Err(EmbedFault::Busy { status }),
        500.. => return Err(EmbedFault::Unavailable { status }),
        _ => return Err(EmbedFault::Refused { status }),
    }
    let unreadable = EmbedFault::Unreadable { status };
    let list: RawList = serde_json::from_slice(&answer.body).map_err(|_| unreadable.clone())?;
    let mut vectors: Vec<Option<Vec<f32>>> = vec![None; texts];
    for (nth, one) in list.data.into_iter().enumerate() {
        // Servers that leave the index out answer in order.
        let place = vectors.get_mut(one.index.unwrap_or(nth)).ok_or_else(|| unreadable.clone())?;
        *place = Some(one.embedding);
    }
    let vectors: Vec<Vec<f32>> = vectors.into_iter().collect::<Option<_>>().ok_or_else(|| unreadable.clone())?;
    let length = vectors.first().map_or(0, Vec::len);
    let alike = vectors.iter().all(|vector| vector.len() == length && vector.iter().all(|value| value.is_finite()));
    if !alike || !(1..=DIMENSIONS_MAX).contains(&length) {
        return Err(unreadable);
    }
    Ok(vectors)
}

#[derive(Serialize)]
struct Body<'a> {
    model: &'a str,
    input: &'a [String],
    encoding_format: &'static str,
}

#[derive(Deserialize)]
struct RawList {
    data: Vec<RawOne>,
}

#[derive(Deserialize)]
struct RawOne {
    #[serde(default)]
    index: Option<usize>,
    embedding: Vec<f32>,
}

impl fmt::Debug for RawOne {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawOne").field("dimensions", &self.embedding.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_sent_as_one_list() {
        let asked =
            request("https://a.test/v1/", &Secret::new("k"), "m", &["x".into(), "y".into()], Duration::from_secs(1));
        assert_eq!(asked.url, "https://a.test/v1/embeddings");
        assert_eq!(asked.header("authorization"), Some("Bearer k"));
        assert_eq!(&asked.body[..], br#"{"model":"m","input":["x","y"],"encoding_format":"float"}"#);
        let bare = request("https://a.test/v1/embeddings", &Secret::new(""), "m", &[], Duration::from_secs(1));
        assert_eq!((bare.url.as_str(), bare.header("authorization")), ("https://a.test/v1/embeddings", None));
    }

    #[test]
    fn vectors_come_back_in_the_order_of_their_texts() {
        let one = Response::new(200, r#"{"data":[{"index":1,"embedding":[0,1]},{"index":0,"embedding":[1,0]}]}"#);
        assert_eq!(read(Some(&one), 2), Ok(vec![vec![1.0, 0.0], vec![0.0, 1.0]]));
        let bare = Response::new(200, r#"{"object":"list","data":[{"embedding":[1]},{"embedding":[2]}],"usage":{}}"#);
        assert_eq!(read(Some(&bare), 2), Ok(vec![vec![1.0], vec![2.0]]));
    }

    #[test]
    fn what_is_no_list_of_vectors_is_a_fault() {
        for (status, body, fault) in [
            (200, r#"{"data":[{"embedding":[1]}]}"#, EmbedFault::Unreadable { status: 200 }),
            (200, r#"{"data":[{"embedding":[1]},{"embedding":[1,2]}]}"#, EmbedFault::Unreadable { status: 200 }),
            (
                200,
                r#"{"data":[{"embedding":[1]},{"embedding":[1]},{"embedding":[1]}]}"#,
                EmbedFault::Unreadable { status: 200 },
            ),
            (200, r#"{"data":[{"embedding":[]},{"embedding":[]}]}"#, EmbedFault::Unreadable { status: 200 }),
            (200, "<html>", EmbedFault::Unreadable { status: 200 }),
            (401, "", EmbedFault::Unauthorized),
            (404, "", EmbedFault::Unknown { status: 404 }),
            (429, "", EmbedFault::Busy { status: 429 }),
            (503, "", EmbedFault::Unavailable { status: 503 }),
            (400, "", EmbedFault::Refused { status: 400 }),
        ] {
            assert_eq!(read(Some(&Response::new(status, body)), 2), Err(fault), "{status} {body}");
        }
        assert_eq!(read(None, 2), Err(EmbedFault::Silent));
    }
}
