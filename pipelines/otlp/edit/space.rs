//! The working memory of edits, kept per thread.

use std::cell::Cell;

use super::entry::Entry;
use super::splice::Splice;

/// Lists that an edit fills. They keep their capacity from one edit to the next.
#[derive(Default)]
pub(super) struct Space {
    pub(super) splices: Vec<Splice>,
    /// The new bytes that splices put in.
    pub(super) scratch: Vec<u8>,
    pub(super) entries: Vec<Entry>,
}

/// More scratch than this is given back after an edit, in bytes; a usual request needs some kilobytes.
const KEPT: usize = 1 << 20;

thread_local! {
    static SPACE: Cell<Option<Box<Space>>> = const { Cell::new(None) };
}

/// Runs `edit` with this thread's space, emptied. A nested edit gets a space of its own.
pub(super) fn with_space<T>(edit: impl FnOnce(&mut Space) -> T) -> T {
    let mut space = SPACE.take().unwrap_or_default();
    let done = edit(&mut space);
    space.splices.clear();
    space.scratch.clear();
    space.entries.clear();
    space.scratch.shrink_to(KEPT);
    space.splices.shrink_to(KEPT / size_of::<Splice>());
    space.entries.shrink_to(KEPT / size_of::<Entry>());
    SPACE.set(Some(space));
    done
}
