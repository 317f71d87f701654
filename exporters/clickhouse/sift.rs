//! Stores what can be stored of rows that a table refused together: the server refuses a whole insert for one bad row, so
//! halves are sent, and halves of halves, until what is left alone is to blame.

use pipelines::component::ExportError;
use pipelines::otlp::split::split;
use pipelines::{BatchId, Telemetry};

use super::fault::Kind;
use super::found::Found;
use super::store::{Refused, Store};

/// Inserts that may be refused for one batch: enough for some bad rows among thousands. With more of them the rest is
/// not worth the parts it would make.
const REFUSALS: usize = 64;

// === impl Store ===

impl Store {
    /// Sends the rows of one table again in parts. Returns how many were refused after all, and why the last of them.
    ///
    /// # Errors
    /// What may pass: then the batch comes again, and what was stored of it is known by the ids of its parts.
    pub(super) async fn sift(
        &self,
        id: BatchId,
        telemetry: &Telemetry,
        found: &Found,
        whole: Refused,
    ) -> Result<Refused, ExportError> {
        let table = whole.table;
        let mut left = Refused { rows: 0, ..whole };
        let mut pieces = vec![(id, telemetry.clone())];
        let mut refusals = 0;
        while let Some((id, piece)) = pieces.pop() {
            let half = piece.items().div_ceil(2);
            let mut end = 0;
            for piece in split(piece, Some(half.max(1)), None) {
                let start = end;
                end += piece.items() as u64;
                let id = id.share(start..end);
                for insert in found.encoder.encode(&piece)?.into_iter().filter(|insert| insert.table == table) {
                    match self.insert(id, &insert, &piece, found).await {
                        Ok(()) => {}
                        Err(fault) if fault.kind != Kind::Data => return Err(fault.outcome()),
                        Err(_) if insert.rows > 1 && piece.items() > 1 && refusals < REFUSALS => {
                            refusals += 1;
                            pieces.push((id, piece.clone()));
                        }
                        Err(fault) => left = Refused { rows: left.rows + insert.rows, fault, ..left },
                    }
                }
            }
        }
        Ok(left)
    }
}
