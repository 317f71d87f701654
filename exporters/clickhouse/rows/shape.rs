//! Which columns a table has and which of their known types, so that the same code fills tables of every generation.
//!
//! Native blocks name the type of each column, and the server converts where its own differs. A [`Shape`] only spares
//! it the conversion of what both sides can write: `DateTime64(9)` or `DateTime`, `String` or `LowCardinality(String)`,
//! maps or JSON. A type that is none of these is reported as a [`Misfit`].

use std::fmt;

use super::table::{Known, Table};

/// The type of attributes in tables that we create.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::clickhouse) enum Attributes {
    /// `Map(LowCardinality(String), String)`: every value in its text form.
    #[default]
    Map,
    /// `JSON`: values keep their type.
    Json,
}

/// A type that this module writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::clickhouse) enum Type {
    /// `DateTime64(9)`: nanoseconds.
    DateTime64,
    /// `DateTime`: seconds.
    DateTime,
    /// `String`.
    String,
    /// `LowCardinality(String)`.
    LowCardinality,
    /// `Map(LowCardinality(String), String)`.
    Map,
    /// `Map(String, String)`.
    PlainMap,
    /// `JSON`.
    Json,
    /// `UInt8`.
    UInt8,
    /// `UInt32`.
    UInt32,
    /// `UInt64`.
    UInt64,
    /// `Int32`.
    Int32,
    /// `Float64`.
    Float64,
    /// `Bool`.
    Bool,
}

/// A column as it is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::clickhouse) struct Column {
    /// Its name.
    pub(in crate::clickhouse) name: &'static str,
    /// The type of its values, of their elements if they are arrays.
    pub(super) ty: Type,
    pub(super) array: bool,
}

/// The columns of one table that are filled, in the order in which they are sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::clickhouse) struct Shape {
    table: Table,
    columns: Vec<Column>,
}

/// The shapes of all tables.
#[derive(Clone, Debug)]
pub(in crate::clickhouse) struct Shapes([Shape; Table::ALL.len()]);

/// A column of a table that is not as it must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::clickhouse) struct Misfit {
    /// The column.
    pub(in crate::clickhouse) column: &'static str,
    /// The type it has in the newest tables.
    pub(in crate::clickhouse) expected: String,
    /// The type it has; `None` if the table lacks the column.
    pub(in crate::clickhouse) found: Option<String>,
}

// === impl Shape ===

impl Shape {
    /// The shape of a table as our own DDL makes it. Tables of metrics have maps in either case.
    pub(in crate::clickhouse) fn newest(table: Table, attributes: Attributes) -> Self {
        let json = attributes == Attributes::Json && matches!(table, Table::Logs | Table::Traces);
        let keys = |known: &&Known| json || !known.name.ends_with("AttributesKeys");
        let column = |known: &Known| Column {
            name: known.name,
            ty: if json { known.as_json() } else { known.ty },
            array: known.array,
        };
        Self { table, columns: table.columns().filter(keys).map(column).collect() }
    }

    /// The shape of a table whose columns `DESCRIBE TABLE` lists as names and types, and what does not fit.
    ///
    /// A column of an unknown type is sent as the newest tables have it, which the server may or may not convert.
    pub(in crate::clickhouse) fn described<'a>(
        table: Table,
        described: impl Iterator<Item = (&'a str, &'a str)> + Clone,
    ) -> (Self, Vec<Misfit>) {
        let mut misfits = Vec::new();
        let mut columns = Vec::new();
        for known in table.columns() {
            let mut column = Column { name: known.name, ty: known.ty, array: known.array };
            let expected = column.type_name();
            let found = described.clone().find(|(name, _)| *name == known.name).map(|(_, ty)| ty);
            let fitting = found.and_then(|ty| column.fitting(ty));
            column.ty = fitting.unwrap_or(known.ty);
            if fitting.is_none() && !(found.is_none() && known.optional) {
                misfits.push(Misfit { column: known.name, expected, found: found.map(str::to_owned) });
            }
            if found.is_some() {
                columns.push(column);
            }
        }
        (Self { table, columns }, misfits)
    }

    /// The table.
    pub(in crate::clickhouse) fn table(&self) -> Table {
        self.table
    }

    /// The columns, in the order in which they are sent.
    pub(in crate::clickhouse) fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The column with this name, if the table has it.
    pub(super) fn column(&self, name: &str) -> Option<Column> {
        self.columns.iter().find(|column| column.name == name).copied()
    }
}

// === impl Shapes ===

impl Shapes {
    /// Tables as our own DDL makes them.
    pub(in crate::clickhouse) fn newest(attributes: Attributes) -> Self {
        Self(Table::ALL.map(|table| Shape::newest(table, attributes)))
    }

    /// Replaces the shape of one table.
    pub(in crate::clickhouse) fn set(&mut self, shape: Shape) {
        let table = shape.table;
        self.0[table as usize] = shape;
    }

    /// The shape of a table.
    pub(in crate::clickhouse) fn of(&self, table: Table) -> &Shape {
        &self.0[table as usize]
    }
}

// === impl Column ===

impl Column {
    /// The type as ClickHouse writes it.
    pub(in crate::clickhouse) fn type_name(&self) -> String {
        if self.array { format!("Array({})", self.ty.name()) } else { self.ty.name().to_owned() }
    }

    /// What to send to a column of type `described`, if that can be written.
    fn fitting(&self, described: &str) -> Option<Type> {
        let described = match described.strip_prefix("Array(") {
            Some(element) => element.strip_suffix(')').filter(|_| self.array)?,
            None if self.array => return None,
            None => described,
        };
        Type::from_name(described).filter(|ty| ty.family() == self.ty.family())
    }
}

// === impl Type ===

impl Type {
    const ALL: [Self; 13] = [
        Self::DateTime64,
        Self::DateTime,
        Self::String,
        Self::LowCardinality,
        Self::Map,
        Self::PlainMap,
        Self::Json,
        Self::UInt8,
        Self::UInt32,
        Self::UInt64,
        Self::Int32,
        Self::Float64,
        Self::Bool,
    ];

    /// The type as ClickHouse writes it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::DateTime64 => "DateTime64(9)",
            Self::DateTime => "DateTime",
            Self::String => "String",
            Self::LowCardinality => "LowCardinality(String)",
            Self::Map => "Map(LowCardinality(String), String)",
            Self::PlainMap => "Map(String, String)",
            Self::Json => "JSON",
            Self::UInt8 => "UInt8",
            Self::UInt32 => "UInt32",
            Self::UInt64 => "UInt64",
            Self::Int32 => "Int32",
            Self::Float64 => "Float64",
            Self::Bool => "Bool",
        }
    }

    /// The type that ClickHouse calls so. A time zone and the parameters of JSON change nothing about what is sent.
    fn from_name(name: &str) -> Option<Self> {
        match name {
            _ if name.starts_with("DateTime64(9, ") => Some(Self::DateTime64),
            _ if name.starts_with("DateTime(") => Some(Self::DateTime),
            _ if name.starts_with("JSON(") => Some(Self::Json),
            _ => Self::ALL.into_iter().find(|ty| ty.name() == name),
        }
    }

    /// Types of one family can stand for each other.
    fn family(self) -> Self {
        match self {
            Self::DateTime => Self::DateTime64,
            Self::LowCardinality => Self::String,
            Self::PlainMap | Self::Json => Self::Map,
            other => other,
        }
    }
}

// === impl Misfit ===

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { column, expected, found } = self;
        match found {
            Some(found) => write!(f, "column `{column}` is {found}, not {expected}"),
            None => write!(f, "column `{column}` {expected} is missing"),
        }
    }
}
