//! From telemetry to the bodies of inserts.

mod compression;
mod shape;
mod table;

use bytes::Bytes;

pub(super) use self::compression::Compression;
pub(super) use self::shape::{Attributes, Column, Misfit, Shape, Shapes};
pub(super) use self::table::{Known, Table};

/// The format of bodies, as `INSERT INTO ... FORMAT` names it.
pub(super) const FORMAT: &str = "Native";

/// One INSERT: a table, how many rows, and the encoded and compressed body.
#[derive(Clone, Debug)]
pub(super) struct Insert {
    /// Where the rows belong.
    pub(super) table: Table,
    /// How many rows there are.
    pub(super) rows: u64,
    /// What to send.
    pub(super) body: Bytes,
}

/// Encodes telemetry for tables of certain shapes.
pub(super) struct Encoder {
    shapes: Shapes,
    compression: Compression,
}

// === impl Encoder ===

impl Encoder {
    /// An encoder for tables of these shapes.
    pub(super) fn new(shapes: Shapes, compression: Compression) -> Self {
        Self { shapes, compression }
    }

    /// The columns that are sent to a table.
    pub(super) fn columns(&self, table: Table) -> &[Column] {
        self.shapes.of(table).columns()
    }
}
