//! Columns of a block, filled value by value and written in the Native format: first what a type has ahead of its
//! values, then the values of all rows.
//!
//! The kinds are told apart by how they are filled, not by their ClickHouse type, which may vary: [`Text`] is a
//! `String` or a `LowCardinality(String)`, [`Pairs`] a map or JSON, [`Time`] has nanoseconds or seconds, [`Keys`] are the
//! paths of what is JSON.

mod array;
mod dictionary;
mod keys;
mod number;
mod pairs;
mod repeat;
mod text;

use super::compression::Blocks;
use super::shape::{Column, Shape, Type};

pub(super) use self::array::Array;
pub(super) use self::keys::Keys;
pub(super) use self::number::{Number, Time};
pub(super) use self::pairs::Pairs;
pub(super) use self::text::Text;

/// What is common to all kinds of columns.
pub(super) trait Values {
    /// Without values, of type `ty`.
    fn new(ty: Type) -> Self;

    /// How many values there are.
    fn len(&self) -> usize;

    /// Writes what the type has ahead of the values.
    fn write_prefix(&self, out: &mut Blocks) -> Result<(), String>;

    /// Writes the values.
    fn write(&mut self, out: &mut Blocks) -> Result<(), String>;

    /// Forgets the values.
    fn clear(&mut self);
}

/// A column with its name and type. Where the table lacks it, it is filled and never sent.
pub(super) struct Field<C> {
    column: Option<Column>,
    values: C,
}

/// A field of any kind.
pub(super) trait Written {
    /// Writes the whole column, unless the table lacks it.
    fn write(&mut self, out: &mut Blocks) -> Result<(), String>;

    /// Forgets the values.
    fn clear(&mut self);
}

// === impl Field ===

impl<C: Values> Field<C> {
    /// The column of this name in a table of this shape.
    pub(super) fn new(shape: &Shape, name: &str) -> Self {
        let column = shape.column(name);
        Self { column, values: C::new(column.map_or(Type::String, |column| column.ty)) }
    }

    /// Whether the table has the column.
    pub(super) fn is_sent(&self) -> bool {
        self.column.is_some()
    }
}

impl<C> std::ops::Deref for Field<C> {
    type Target = C;

    fn deref(&self) -> &C {
        &self.values
    }
}

impl<C> std::ops::DerefMut for Field<C> {
    fn deref_mut(&mut self) -> &mut C {
        &mut self.values
    }
}

impl<C: Values> Written for Field<C> {
    fn write(&mut self, out: &mut Blocks) -> Result<(), String> {
        let Some(column) = self.column else { return Ok(()) };
        out.write_text(column.name)?;
        out.write_text(&column.type_name())?;
        self.values.write_prefix(out)?;
        self.values.write(out)
    }

    fn clear(&mut self) {
        self.values.clear();
    }
}
