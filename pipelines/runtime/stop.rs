//! The request to stop, apart from the data.

use tokio::sync::watch;

/// Asks everything that holds a [`Stop`] to stop.
#[derive(Debug)]
pub struct Stopper(watch::Sender<bool>);

/// Tells a task when it must stop. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Stop(watch::Receiver<bool>);

// === impl Stopper ===

impl Stopper {
    /// A stopper and its first listener.
    #[must_use]
    pub fn new() -> (Self, Stop) {
        let (sender, receiver) = watch::channel(false);
        (Self(sender), Stop(receiver))
    }

    /// Requests the stop; more than once is the same as once.
    pub fn stop(&self) {
        self.0.send_replace(true);
    }

    /// Another listener.
    #[must_use]
    pub fn listen(&self) -> Stop {
        Stop(self.0.subscribe())
    }
}

// === impl Stop ===

impl Stop {
    /// Whether the stop was requested. A stopper that is gone counts as a request.
    #[must_use]
    pub fn is_requested(&self) -> bool {
        *self.0.borrow() || self.0.has_changed().is_err()
    }

    /// Waits until the stop is requested.
    pub async fn requested(&mut self) {
        // An error means that the stopper is gone, which is a request too.
        let _ = self.0.wait_for(|stop| *stop).await;
    }
}
