//! A transaction's body, wrapped so that an engine can run it without knowing what it answers.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    task::{Context, Poll, Waker},
};

use tokio::sync::oneshot;

use super::{error::StoreError, tx::Tx};

/// What a body is to an engine: an async closure over the transaction that may be called again.
pub(crate) trait Body<T, E>: AsyncFn(&mut Tx) -> Result<T, E> + Send + 'static {}

impl<T, E, F: AsyncFn(&mut Tx) -> Result<T, E> + Send + 'static> Body<T, E> for F {}

/// Whether what a body wrote may be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Done,
    Failed,
}

/// A body and the caller who waits for it, whatever its types.
pub(crate) trait Job: Send {
    /// Runs the body to its end: on SQLite its statements never wait, so one poll is enough.
    fn run(&mut self, tx: &mut Tx) -> Outcome;

    /// Tells the caller. `failed` is why the commit failed, if it did.
    fn answer(self: Box<Self>, failed: Option<&StoreError>);
}

/// Wraps `body` for an engine's thread; its answer arrives at the receiver.
pub(crate) fn asked<T, E>(body: impl Body<T, E>) -> (Box<dyn Job>, oneshot::Receiver<Result<T, E>>)
where
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
{
    let (reply, answer) = oneshot::channel();
    (Box::new(Waiting { body, result: None, reply }), answer)
}

struct Waiting<T, E, B> {
    body: B,
    result: Option<Result<T, E>>,
    reply: oneshot::Sender<Result<T, E>>,
}

impl<T, E, B> Job for Waiting<T, E, B>
where
    T: Send,
    E: From<StoreError> + Send,
    B: Body<T, E>,
{
    fn run(&mut self, tx: &mut Tx) -> Outcome {
        tx.forget_failure();
        let run = catch_unwind(AssertUnwindSafe(|| {
            match pin!((self.body)(tx)).poll(&mut Context::from_waker(Waker::noop())) {
                Poll::Ready(result) => result,
                Poll::Pending => Err(StoreError::ForeignAwait.into()),
            }
        }));
        let result = run.unwrap_or_else(|_| Err(StoreError::Panicked.into()));
        let result = tx.judge(result);
        let outcome = if result.is_ok() { Outcome::Done } else { Outcome::Failed };
        self.result = Some(result);
        outcome
    }

    fn answer(self: Box<Self>, failed: Option<&StoreError>) {
        let result = match (self.result, failed) {
            (Some(Err(error)), _) => Err(error),
            (Some(Ok(_)) | None, Some(error)) => Err(error.clone().into()),
            (Some(Ok(value)), None) => Ok(value),
            (None, None) => Err(StoreError::Closed.into()),
        };
        // The caller may have gone. What was committed stays so.
        let _ = self.reply.send(result);
    }
}
