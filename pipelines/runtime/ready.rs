//! How a component tells the engine that it listens.

use tokio::sync::oneshot;

/// To be told once by a component that has started.
#[derive(Debug)]
pub struct Ready(Option<oneshot::Sender<Vec<String>>>);

/// Waits for a component to be ready.
#[derive(Debug)]
pub struct Readiness(oneshot::Receiver<Vec<String>>);

// === impl Ready ===

impl Ready {
    /// The two ends.
    #[must_use]
    pub fn pair() -> (Self, Readiness) {
        let (sender, receiver) = oneshot::channel();
        (Self(Some(sender)), Readiness(receiver))
    }

    /// The component works now; `places` says where, e.g. `grpc 127.0.0.1:4317`, and may be empty.
    pub fn tell(&mut self, places: Vec<String>) {
        if let Some(sender) = self.0.take() {
            // Nobody listens any more when the start was given up.
            let _ = sender.send(places);
        }
    }
}

// === impl Readiness ===

impl Readiness {
    /// Where the component listens; `None` if it ended without being ready.
    pub async fn places(self) -> Option<Vec<String>> {
        self.0.await.ok()
    }
}
