//! Tables: columns as wide as they need to be, and no wider than the terminal.

use std::borrow::Cow;

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use super::{Screen, Style, clean};

/// Blanks between columns.
const GAP: &str = "  ";

/// No column is cut below that.
const NARROW: usize = 8;

/// A column.
#[derive(Clone)]
pub(crate) struct Column {
    title: Cow<'static, str>,
    right: bool,
    whole: bool,
}

/// What stands in a row: text, made clean, with a look.
pub(crate) struct Cell {
    text: String,
    style: Option<Style>,
}

/// Rows under a header.
pub(crate) struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<Cell>>,
    widths: Option<Vec<usize>>,
}

// === impl Column ===

impl Column {
    /// Text, which is cut where the terminal is too narrow.
    pub(crate) fn left(title: impl Into<Cow<'static, str>>) -> Self {
        Self { title: title.into(), right: false, whole: false }
    }

    /// Numbers, which are never cut.
    pub(crate) fn right(title: impl Into<Cow<'static, str>>) -> Self {
        Self { title: title.into(), right: true, whole: true }
    }

    /// What says nothing when it is cut, such as a time.
    pub(crate) fn whole(title: impl Into<Cow<'static, str>>) -> Self {
        Self { title: title.into(), right: false, whole: true }
    }
}

// === impl Cell ===

impl Cell {
    /// With a look.
    pub(crate) fn styled(text: &str, style: impl Into<Option<Style>>) -> Self {
        Self { text: clean(text), style: style.into() }
    }
}

impl<T: AsRef<str>> From<T> for Cell {
    fn from(text: T) -> Self {
        Self::styled(text.as_ref(), None)
    }
}

// === impl Table ===

impl Table {
    /// Nothing but a header.
    pub(crate) fn new(columns: impl IntoIterator<Item = Column>) -> Self {
        Self { columns: columns.into_iter().collect(), rows: Vec::new(), widths: None }
    }

    /// Another row.
    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = Cell>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// How many rows wait to be drawn.
    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Draws the rows and drops them. The first time decides the widths and draws the header, so that a long table can be
    /// drawn in parts.
    pub(crate) fn draw(&mut self, screen: &Screen) -> String {
        let mut text = String::new();
        let widths = match self.widths.take() {
            Some(widths) => widths,
            None => {
                let widths = self.fit(screen);
                let titles = self.columns.iter().map(|column| Cell::styled(&column.title, Style::Bold));
                self.line(&mut text, &titles.collect::<Vec<_>>(), &widths, screen);
                widths
            }
        };
        for row in std::mem::take(&mut self.rows) {
            self.line(&mut text, &row, &widths, screen);
        }
        self.widths = Some(widths);
        text
    }

    fn fit(&self, screen: &Screen) -> Vec<usize> {
        let widest = |at: usize| self.rows.iter().filter_map(|row| row.get(at)).map(|cell| width(&cell.text)).max();
        let mut widths: Vec<usize> = self
            .columns
            .iter()
            .enumerate()
            .map(|(at, column)| width(&column.title).max(widest(at).unwrap_or(0)))
            .collect();
        let gaps = GAP.len() * widths.len().saturating_sub(1);
        while screen.clips && widths.iter().sum::<usize>() + gaps > screen.width {
            // The widest gives way until it is no longer the widest.
            let cut = widths.iter_mut().zip(&self.columns).filter(|(_, column)| !column.whole);
            let Some(widest) = cut.map(|(width, _)| width).max() else { break };
            if *widest <= NARROW {
                break;
            }
            *widest -= 1;
        }
        widths
    }

    fn line(&self, text: &mut String, cells: &[Cell], widths: &[usize], screen: &Screen) {
        let mut line = String::new();
        let mut blanks = 0;
        for ((cell, column), wanted) in cells.iter().zip(&self.columns).zip(widths) {
            let shown = if screen.clips { clip(&cell.text, *wanted) } else { Cow::Borrowed(cell.text.as_str()) };
            let missing = wanted.saturating_sub(width(&shown));
            // Blanks are written when something follows them, so that no line ends with some.
            let (before, after) = if column.right { (missing, 0) } else { (0, missing) };
            if !shown.is_empty() {
                line.extend(std::iter::repeat_n(' ', blanks + before));
                line.push_str(&screen.paint(cell.style, &shown));
                blanks = after + GAP.len();
            } else {
                blanks += missing + GAP.len();
            }
        }
        line.push('\n');
        text.push_str(&line);
    }
}

/// Columns that text takes.
pub(crate) fn width(text: &str) -> usize {
    text.width()
}

/// Text cut to so many columns; an ellipsis says so.
pub(crate) fn clip(text: &str, columns: usize) -> Cow<'_, str> {
    if width(text) <= columns {
        return Cow::Borrowed(text);
    }
    let mut left = columns.saturating_sub(1);
    let fits = |c: &char| {
        let wide = c.width().unwrap_or(0);
        let fits = wide <= left;
        left = if fits { left - wide } else { 0 };
        fits
    };
    Cow::Owned(text.chars().take_while(fits).chain(['\u{2026}']).collect())
}
