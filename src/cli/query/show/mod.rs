//! Where results go and how they look: the terminal's width, colours, tables, quantities.

mod clean;
mod quantity;
mod spark;
mod table;

use std::io::IsTerminal as _;

use clap::ValueEnum;
use serde_json::{Map, Value};

pub(crate) use self::clean::{clean, clean_json};
pub(crate) use self::quantity::{ago, measure, nanos};
pub(crate) use self::spark::spark;
pub(crate) use self::table::{Cell, Column, Table, clip, width};
use super::failure::Failure;
use crate::cli::Format;
use crate::render;

/// Columns when stdout is no terminal and COLUMNS says nothing.
const WIDTH: usize = 120;

/// Whether text is coloured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Colour {
    /// On terminals, unless NO_COLOR is set
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// How a piece of text looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    /// What is beside the point.
    Dim,
    /// A title.
    Bold,
    /// Fine.
    Green,
    /// Not so fine.
    Yellow,
    /// Wrong.
    Red,
    /// Very wrong.
    Loud,
    /// One of several of a kind.
    Blue,
    /// Another one.
    Cyan,
    /// And another one.
    Magenta,
}

/// Where results go.
#[derive(Clone, Debug)]
pub(crate) struct Screen {
    /// Columns.
    pub(crate) width: usize,
    /// Whether lines are cut to the width: on a terminal; who reads a pipe wants everything.
    pub(crate) clips: bool,
    format: Format,
    colour: bool,
}

// === impl Screen ===

impl Screen {
    /// What stdout is.
    pub(crate) fn new(format: Format, colour: Colour) -> Self {
        let terminal = std::io::stdout().is_terminal();
        let size = if terminal { rustix::termios::tcgetwinsize(std::io::stdout()).ok() } else { None };
        let columns = || std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
        let width = size.map(|size| usize::from(size.ws_col)).filter(|width| *width > 0).or_else(columns);
        let allowed = terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        Self {
            width: width.unwrap_or(WIDTH).clamp(40, 1000),
            clips: terminal,
            format,
            colour: colour == Colour::Always || colour == Colour::Auto && allowed,
        }
    }

    /// Whether machines read.
    pub(crate) fn is_json(&self) -> bool {
        self.format == Format::Json
    }

    /// Text with a look.
    pub(crate) fn paint(&self, style: Option<Style>, text: &str) -> String {
        match style {
            Some(style) if self.colour && !text.is_empty() => format!("\u{1b}[{}m{text}\u{1b}[0m", style.code()),
            _ => text.to_owned(),
        }
    }

    /// Prints text that is clean.
    pub(crate) fn print(&self, text: &str) -> Result<(), Failure> {
        Ok(render::stream(text)?)
    }

    /// Prints one record of several as a line.
    pub(crate) fn record(&self, value: &Value) -> Result<(), Failure> {
        self.print(&format!("{}\n", clean_json(&value.to_string())))
    }

    /// Prints the one document.
    pub(crate) fn document(&self, value: &Value) -> Result<(), Failure> {
        self.print(&format!("{}\n", clean_json(&format!("{value:#}"))))
    }
}

// === impl Style ===

impl Style {
    fn code(self) -> &'static str {
        match self {
            Self::Dim => "2",
            Self::Bold => "1",
            Self::Green => "32",
            Self::Yellow => "33",
            Self::Red => "31",
            Self::Loud => "1;31",
            Self::Blue => "34",
            Self::Cyan => "36",
            Self::Magenta => "35",
        }
    }
}

/// An attribute's value on one line: bare if it is one word, else in quotes.
pub(crate) fn value(value: &Value) -> String {
    match value {
        Value::String(text) if is_word(text) => clean(text),
        other => clean(&other.to_string()),
    }
}

/// Attributes on one line: `key=value key=value`.
pub(crate) fn attributes(attributes: &Map<String, Value>) -> String {
    let pairs: Vec<String> = attributes.iter().map(|(key, of)| format!("{}={}", clean(key), value(of))).collect();
    pairs.join(" ")
}

/// Says why nothing is shown, to whoever expected something.
pub(crate) fn say(text: &str) {
    render::err(&format!("{}\n", clean(text)));
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && !text.contains(|c: char| c.is_whitespace() || c.is_control() || "\"'=".contains(c))
}
