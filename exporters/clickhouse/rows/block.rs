//! Rows of one table: collected in columns, written as blocks, several of which may make up one insert.

use bytes::Bytes;
use pipelines::otlp::view::{ResourceView, ScopeView};

use super::column::Written;
use super::compression::{Blocks, Compression};
use super::shape::Shape;
use super::{Insert, Table};

/// Columns that are filled together.
pub(super) trait Columns {
    /// The columns that a table of this shape has.
    fn new(shape: &Shape) -> Self;

    /// Calls `visit` with every column.
    fn each(&mut self, visit: &mut dyn FnMut(&mut dyn Written) -> Result<(), String>) -> Result<(), String>;
}

/// The columns of a whole table.
pub(super) trait TableColumns: Columns {
    /// Fills what rows take from their resource.
    fn put_resource(&mut self, resource: &ResourceView<'_>, rows: usize);

    /// Fills what rows take from their scope.
    fn put_scope(&mut self, scope: &ScopeView<'_>, rows: usize);
}

/// Rows of one table on their way into an insert.
///
/// A row is complete when its scope and its resource are ended: what it takes from them is encoded once and copied.
pub(super) struct Rows<C> {
    table: Table,
    columns: C,
    sent_columns: usize,
    blocks: Blocks,
    /// Rows whose resource, whose scope was not ended; rows of the block; all rows.
    in_resource: usize,
    in_scope: usize,
    in_block: usize,
    total: u64,
    /// About how much memory the block takes.
    bytes: usize,
}

/// A block is written when it has so many rows or about so many bytes. A smaller one stays in the processor's cache.
const MAX_ROWS: usize = 8192;
const MAX_BYTES: usize = 4 << 20;

/// Declares columns that are filled together: name of the field, how it is filled, name in the table.
macro_rules! columns {
    ($(#[$doc:meta])* $name:ident { $($field:ident: $kind:ty = $column:literal,)* }) => {
        $(#[$doc])*
        pub(super) struct $name {
            $($field: $crate::clickhouse::rows::column::Field<$kind>,)*
        }

        impl $crate::clickhouse::rows::block::Columns for $name {
            fn new(shape: &$crate::clickhouse::rows::Shape) -> Self {
                Self { $($field: $crate::clickhouse::rows::column::Field::new(shape, $column),)* }
            }

            fn each(
                &mut self,
                visit: &mut dyn FnMut(&mut dyn $crate::clickhouse::rows::column::Written) -> Result<(), String>,
            ) -> Result<(), String> {
                $(visit(&mut self.$field)?;)*
                Ok(())
            }
        }
    };
}

pub(super) use columns;

// === impl Rows ===

impl<C: TableColumns> Rows<C> {
    pub(super) fn new(shape: &Shape, compression: Compression) -> Self {
        Self {
            table: shape.table(),
            columns: C::new(shape),
            sent_columns: shape.columns().len(),
            blocks: Blocks::new(compression),
            in_resource: 0,
            in_scope: 0,
            in_block: 0,
            total: 0,
            bytes: 0,
        }
    }

    /// The columns, to which the caller appends a row of about `bytes` bytes.
    #[inline]
    pub(super) fn row(&mut self, bytes: usize) -> &mut C {
        self.in_scope += 1;
        self.bytes += bytes;
        &mut self.columns
    }

    /// Whether the block should be written before more rows come.
    #[inline]
    pub(super) fn is_full(&self) -> bool {
        self.bytes >= MAX_BYTES || self.in_block + self.in_resource + self.in_scope >= MAX_ROWS
    }

    /// Completes the rows of a scope as far as they came.
    pub(super) fn end_scope(&mut self, scope: &ScopeView<'_>) {
        let rows = std::mem::take(&mut self.in_scope);
        if rows > 0 {
            self.columns.put_scope(scope, rows);
            self.in_resource += rows;
        }
    }

    /// Completes the rows of a resource as far as they came.
    pub(super) fn end_resource(&mut self, resource: &ResourceView<'_>) {
        let rows = std::mem::take(&mut self.in_resource);
        if rows > 0 {
            self.columns.put_resource(resource, rows);
            self.in_block += rows;
        }
    }

    /// Writes the complete rows as a block.
    pub(super) fn end_block(&mut self) -> Result<(), String> {
        let rows = std::mem::take(&mut self.in_block) as u64;
        self.bytes = 0;
        if rows == 0 {
            return Ok(());
        }
        self.total += rows;
        let blocks = &mut self.blocks;
        blocks.write_varint(self.sent_columns as u64)?;
        blocks.write_varint(rows)?;
        self.columns.each(&mut |column| {
            column.write(blocks)?;
            column.clear();
            Ok(())
        })
    }

    /// The insert of all rows, if there are any.
    pub(super) fn finish(&mut self) -> Result<Option<Insert>, String> {
        self.end_block()?;
        let rows = std::mem::take(&mut self.total);
        if rows == 0 {
            return Ok(None);
        }
        let body: Bytes = self.blocks.finish()?;
        Ok(Some(Insert { table: self.table, rows, body }))
    }
}

/// About how much memory a row takes for what it has from its resource and scope.
pub(in crate::clickhouse) fn context_bytes(resource: &ResourceView<'_>, scope: &ScopeView<'_>) -> usize {
    let texts = resource.schema_url().len() + scope.schema_url().len() + scope.name().len() + scope.version().len();
    resource.attributes().stretch().0.len() + scope.attributes().stretch().0.len() + texts
}
