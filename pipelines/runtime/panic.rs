//! Keeps a panic of a component to the batch or the task it happened in.
//!
//! A panic unwinds through the batch in hand, whose ack is thereby refused so that it can be sent again. What it must
//! not do is end a worker, a timer or a connection that serves other batches.

use std::any::Any;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;

/// What `call` returns, or what it said when it panicked. State behind it must stay valid when a call ends early, as
/// that behind a mutex whose poison is ignored.
pub(super) fn caught<T>(call: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(call)).map_err(|panic| said(&*panic))
}

/// The same for a future, which is not polled again after a panic.
pub(super) async fn caught_async<T>(future: impl Future<Output = T>) -> Result<T, String> {
    let mut future = pin!(future);
    poll_fn(|cx| match caught(|| future.as_mut().poll(cx)) {
        Ok(poll) => poll.map(Ok),
        Err(said) => std::task::Poll::Ready(Err(said)),
    })
    .await
}

/// The message of a panic, which is a string unless somebody threw something else on purpose.
fn said(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    format!("it panicked: {}", text.unwrap_or("without a message"))
}
