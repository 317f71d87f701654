//! YAML text to a tree. The parser is named in this file only.

use std::collections::HashMap;

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Span as Range, StrInput};

use super::code;
use super::diagnostic::{Diagnostic, Diagnostics};
use super::scalar::plain;
use super::source::{Sources, Span};
use super::suggest::missing_blank;
use super::tree::{Key, Node, Value};

/// Deepest nesting; the deepest public collector file has 14 levels.
const MAX_DEPTH: usize = 128;
/// Most values after aliases are copied in, so that aliases of aliases cannot fill the memory.
const MAX_NODES: usize = 200_000;

/// Reads one YAML document. `None` when an error was reported that leaves no tree.
pub fn parse(sources: &Sources, source: u32, diagnostics: &mut Diagnostics) -> Option<Node> {
    let text = &sources.source(source)?.text;
    let mut reader = Reader {
        events: Parser::new_from_str(text),
        text,
        source,
        offsets: (!text.is_ascii()).then(|| text.char_indices().map(|(at, _)| at).chain([text.len()]).collect()),
        anchors: HashMap::new(),
        nodes: 0,
        diagnostics,
    };
    reader.document().ok()
}

/// An error was reported; there is no tree.
struct Reported;

struct Reader<'t, 'd> {
    events: Parser<'t, StrInput<'t>>,
    text: &'t str,
    source: u32,
    /// Byte offsets of characters, where the text is not ASCII.
    offsets: Option<Vec<usize>>,
    anchors: HashMap<usize, Node>,
    nodes: usize,
    diagnostics: &'d mut Diagnostics,
}

// === impl Reader ===

impl<'t> Reader<'t, '_> {
    fn document(&mut self) -> Result<Node, Reported> {
        let mut root = None;
        loop {
            let (event, span) = self.next()?;
            match event {
                Event::StreamEnd => break,
                Event::StreamStart | Event::DocumentStart(_) | Event::DocumentEnd | Event::Nothing => {}
                event if root.is_none() => root = Some(self.node(event, span, 0)?),
                _ => {
                    let error = Diagnostic::error(&code::TWO_DOCUMENTS, "a configuration file holds one document");
                    return self.fail(error.at(span).help("put the second document into a file of its own"));
                }
            }
        }
        Ok(root.unwrap_or_else(|| Node::new(Value::Null, Span { source: self.source, start: 0, end: 0 })))
    }

    fn node(&mut self, event: Event<'t>, span: Span, depth: usize) -> Result<Node, Reported> {
        self.nodes += 1;
        self.within_bounds(depth, span)?;
        let (node, anchor) = match event {
            Event::Scalar(text, style, anchor, tag) => {
                let is_text = style != ScalarStyle::Plain || tag.is_some_and(|tag| tag.suffix == "str");
                let value = if is_text { Value::Text(text.into_owned()) } else { plain(&text) };
                (Node::new(value, inside_quotes(span, style)), anchor)
            }
            Event::SequenceStart(anchor, _) => (self.sequence(span, depth)?, anchor),
            Event::MappingStart(anchor, _) => (self.mapping(span, depth)?, anchor),
            Event::Alias(anchor) => {
                let Some(mut node) = self.anchors.get(&anchor).cloned() else {
                    return self.fail(Diagnostic::error(&code::YAML, "the alias names no anchor").at(span));
                };
                self.nodes += size(&node);
                self.within_bounds(depth + levels(&node), span)?;
                node.span = span;
                return Ok(node);
            }
            _ => return self.fail(Diagnostic::error(&code::YAML, "expected a value").at(span)),
        };
        if anchor > 0 {
            // Anchors around anchors are copies of copies.
            self.nodes += size(&node);
            self.within_bounds(depth, span)?;
            self.anchors.insert(anchor, node.clone());
        }
        Ok(node)
    }

    fn within_bounds(&mut self, depth: usize, span: Span) -> Result<(), Reported> {
        if depth <= MAX_DEPTH && self.nodes <= MAX_NODES {
            return Ok(());
        }
        let message = format!("the configuration is deeper than {MAX_DEPTH} levels or has over {MAX_NODES} values");
        self.fail(Diagnostic::error(&code::TOO_LARGE, message).at(span))
    }

    fn sequence(&mut self, start: Span, depth: usize) -> Result<Node, Reported> {
        let mut elements = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd, end) => return Ok(Node::new(Value::Seq(elements), start.to(end))),
                (event, span) => elements.push(self.node(event, span, depth + 1)?),
            }
        }
    }

    fn mapping(&mut self, start: Span, depth: usize) -> Result<Node, Reported> {
        let mut entries: Vec<(Key, Node)> = Vec::new();
        let mut merged: Vec<(Key, Node)> = Vec::new();
        loop {
            let (event, span) = self.next()?;
            if let Event::MappingEnd = event {
                merged.retain(|(key, _)| !entries.iter().any(|(own, _)| own.text() == key.text()));
                merged.extend(entries);
                return Ok(Node::new(Value::Map(merged), start.to(span)));
            }
            let is_merge = matches!(&event, Event::Scalar(text, ScalarStyle::Plain, ..) if text == "<<");
            let key = self.key(event, span, depth)?;
            let (event, span) = self.next()?;
            let value = self.node(event, span, depth + 1)?;
            if is_merge {
                if let Err(found) = merge(&mut merged, value) {
                    let message = format!("`<<` is {found}, expected an alias of a map or a list of them");
                    self.diagnostics.push(Diagnostic::error(&code::YAML, message).at(key.span));
                }
            } else if entries.iter().any(|(earlier, _)| earlier.text() == key.text()) {
                let message = format!("the key `{}` stands twice in this map", key.text());
                let error = Diagnostic::error(&code::DUPLICATE_KEY, message).at(key.span);
                self.diagnostics.push(error.help("keep one of both; the first one is used for the other checks"));
            } else {
                entries.push((key, value));
            }
        }
    }

    fn key(&mut self, event: Event<'t>, span: Span, depth: usize) -> Result<Key, Reported> {
        match event {
            Event::Scalar(text, ..) => Ok(Key::new(text.into_owned(), span)),
            event => {
                let node = self.node(event, span, depth + 1)?;
                let message = format!("a key is {}, expected text", node.kind());
                self.fail(
                    Diagnostic::error(&code::YAML, message)
                        .at(span)
                        .help("quote text that starts with `{` or `[`; a template with `{{ }}` must be rendered first"),
                )
            }
        }
    }

    fn next(&mut self) -> Result<(Event<'t>, Span), Reported> {
        match self.events.next() {
            Some(Ok((event, range))) => Ok((event, self.span(range))),
            Some(Err(error)) => self.fail(self.scan_error(&error)),
            None => Err(Reported),
        }
    }

    fn scan_error(&self, error: &ScanError) -> Diagnostic {
        let at = self.offset(error.marker().index());
        let span = Span { source: self.source, start: at as u32, end: at as u32 };
        let line_start = self.text[..at].rfind('\n').map_or(0, |newline| newline + 1);
        let line = self.text[line_start..].lines().next().unwrap_or_default();
        let diagnostic = Diagnostic::error(&code::YAML, format!("the text is not YAML: {}", error.info())).at(span);
        if let Some(tab) = line.find('\t').filter(|tab| line[..*tab].trim().is_empty()) {
            let tab = (line_start + tab) as u32;
            let message = "a line is indented with a tab, YAML wants spaces";
            return Diagnostic::error(&code::YAML, message)
                .at(Span { source: self.source, start: tab, end: tab + 1 })
                .help("replace the tab by spaces, two for each level");
        }
        let above = self.text[..line_start].lines().next_back().unwrap_or_default();
        let open = ["quoted scalar", "illegal placement", "flow", "unclosed"];
        match missing_blank(line).or_else(|| missing_blank(above)) {
            Some(help) => diagnostic.help(help),
            None if open.iter().any(|words| error.info().contains(words)) => {
                diagnostic.help("is a quote, `[` or `{` left open here or above?")
            }
            None => diagnostic,
        }
    }

    fn fail<T>(&mut self, diagnostic: Diagnostic) -> Result<T, Reported> {
        self.diagnostics.push(diagnostic);
        Err(Reported)
    }

    /// The parser counts characters, spans count bytes. Trailing blanks and line ends do not belong to a value.
    fn span(&self, range: Range) -> Span {
        let (start, end) = (self.offset(range.start.index()), self.offset(range.end.index()));
        let value = self.text.get(start..end.max(start)).unwrap_or_default();
        Span { source: self.source, start: start as u32, end: (start + value.trim_end().len()) as u32 }
    }

    fn offset(&self, characters: usize) -> usize {
        let offset = self.offsets.as_ref().map_or(Some(characters), |offsets| offsets.get(characters).copied());
        offset.unwrap_or(self.text.len()).min(self.text.len())
    }
}

/// The text between the quotes, so that a place inside the text is one in the file, too.
fn inside_quotes(span: Span, style: ScalarStyle) -> Span {
    let quoted = matches!(style, ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted);
    if quoted && span.end > span.start + 2 { Span { start: span.start + 1, end: span.end - 1, ..span } } else { span }
}

/// `<<: *base` and `<<: [*a, *b]`: keys of earlier maps win. An error says what else it is.
fn merge(merged: &mut Vec<(Key, Node)>, value: Node) -> Result<(), String> {
    match value.value {
        Value::Map(entries) => {
            for (key, node) in entries {
                if !merged.iter().any(|(earlier, _)| earlier.text() == key.text()) {
                    merged.push((key, node));
                }
            }
        }
        Value::Seq(elements) => return elements.into_iter().try_for_each(|element| merge(merged, element)),
        _ => return Err(value.kind()),
    }
    Ok(())
}

fn levels(node: &Node) -> usize {
    match &node.value {
        Value::Seq(elements) => 1 + elements.iter().map(levels).max().unwrap_or_default(),
        Value::Map(entries) => 1 + entries.iter().map(|(_, node)| levels(node)).max().unwrap_or_default(),
        _ => 0,
    }
}

fn size(node: &Node) -> usize {
    match &node.value {
        Value::Seq(elements) => 1 + elements.iter().map(size).sum::<usize>(),
        Value::Map(entries) => 1 + entries.iter().map(|(_, node)| size(node)).sum::<usize>(),
        _ => 1,
    }
}
