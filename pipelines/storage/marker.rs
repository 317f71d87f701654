//! The thread that marks what is done. It does not wait for the writer's syncs, so what a killed process delivers again
//! is what was in flight, and nothing that was done long enough ago to be told of.

use std::sync::Arc;
use std::time::Duration;

use super::shared::Shared;
use super::state::{Marks, State};

/// When marks that failed are tried again.
const RETRY: Duration = Duration::from_secs(1);

/// Marks until the queue has ended.
pub(super) fn run(shared: &Arc<Shared>) {
    let mut failed = Marks::new();
    loop {
        shared.wait_for_marks((!failed.is_empty()).then_some(RETRY));
        let (mut marks, ended) = shared.with(|state| (state.take_marks(), state.ended));
        let said = !failed.is_empty();
        for (id, offsets) in std::mem::take(&mut failed) {
            marks.entry(id).or_default().extend(offsets);
        }
        for (id, offsets) in marks {
            if let Err(error) = shared.directory.mark(id, &offsets) {
                shared.with(State::count_error);
                if !said && failed.is_empty() {
                    let queue = &shared.name;
                    tracing::error!(%queue, %error, "cannot note what is done; after a restart it would be delivered again");
                }
                failed.insert(id, offsets);
            }
        }
        shared.with(State::marked);
        if ended {
            return;
        }
    }
}
