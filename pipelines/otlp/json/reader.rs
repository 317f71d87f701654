//! A pull reader of JSON (RFC 8259) over a text held in memory: no tree, no recursion, borrowed strings.

use std::borrow::Cow;

use super::MAX_DEPTH;
use super::error::{Fault, TextCause, TextResult};

/// Bytes of the text shown in an error.
const EXCERPT: usize = 40;
/// Objects and arrays of an ignored value may be nested this deep.
const SKIP_DEPTH: usize = 4 * MAX_DEPTH;

/// Reads one JSON text from front to back.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    text: &'a str,
    at: usize,
}

/// What kind of value comes next, told by its first byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    Object,
    Array,
    String,
    Number,
    True,
    False,
    Null,
}

// === impl Reader ===

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// Offset of the next byte that counts.
    pub(super) fn position(&mut self) -> usize {
        self.skip_space();
        self.at
    }

    /// The kind of the next value, which stays unread.
    pub(super) fn next(&mut self, expected: &str) -> TextResult<Next> {
        self.skip_space();
        match self.byte() {
            Some(b'{') => Ok(Next::Object),
            Some(b'[') => Ok(Next::Array),
            Some(b'"') => Ok(Next::String),
            Some(b'-' | b'0'..=b'9') => Ok(Next::Number),
            Some(b't') if self.rest().starts_with("true") => Ok(Next::True),
            Some(b'f') if self.rest().starts_with("false") => Ok(Next::False),
            Some(b'n') if self.rest().starts_with("null") => Ok(Next::Null),
            _ => Err(self.fault(expected)),
        }
    }

    /// Reads the literal that [`next`](Self::next) announced.
    pub(super) fn literal(&mut self, next: Next) {
        self.at += if next == Next::False { 5 } else { 4 };
    }

    /// After a member or element: `true` if another follows, `false` if the object or array ended with `end`.
    pub(super) fn more(&mut self, end: u8) -> TextResult<bool> {
        self.skip_space();
        match self.byte() {
            Some(b',') => {
                self.at += 1;
                Ok(true)
            }
            Some(byte) if byte == end => Ok(!self.close()),
            _ => Err(self.fault(if end == b'}' { "`,` or `}`" } else { "`,` or `]`" })),
        }
    }

    /// Reads a key and its colon.
    pub(super) fn key(&mut self) -> TextResult<Cow<'a, str>> {
        self.skip_space();
        if self.byte() != Some(b'"') {
            return Err(self.fault("a key in double quotes"));
        }
        let key = self.string()?;
        self.skip_space();
        if self.byte() != Some(b':') {
            return Err(self.fault("`:` after the key"));
        }
        self.at += 1;
        Ok(key)
    }

    /// Reads the string whose quote is the next byte.
    pub(super) fn string(&mut self) -> TextResult<Cow<'a, str>> {
        let bytes = self.text.as_bytes();
        let start = self.at + 1;
        let mut at = start;
        loop {
            match bytes.get(at) {
                Some(b'"') => {
                    self.at = at + 1;
                    return Ok(Cow::Borrowed(&self.text[start..at]));
                }
                Some(b'\\') => break,
                Some(0x20..) => at += 1,
                _ => return Err(self.fault_at(at, "a string that ends with `\"` and escapes control characters")),
            }
        }
        self.at = start;
        self.escaped().map(Cow::Owned)
    }

    /// Reads the number that comes next, as it is spelled.
    pub(super) fn number(&mut self) -> TextResult<&'a str> {
        let len = number_len(self.text.as_bytes(), self.at);
        let Some(len) = len else { return Err(self.fault("a number")) };
        let start = self.at;
        self.at += len;
        Ok(&self.text[start..self.at])
    }

    /// Reads and forgets the next value, whatever it is.
    pub(super) fn skip(&mut self) -> TextResult<()> {
        let mut ends = Vec::new();
        loop {
            let next = self.next("a value")?;
            match next {
                Next::Object | Next::Array => {
                    if ends.len() >= SKIP_DEPTH {
                        return Err(self.fault(&format!("at most {SKIP_DEPTH} nested values")));
                    }
                    let end = if next == Next::Object { b'}' } else { b']' };
                    if !self.open(end)? {
                        ends.push(end);
                        if end == b'}' {
                            self.key()?;
                        }
                        continue;
                    }
                }
                Next::String => drop(self.string()?),
                Next::Number => drop(self.number()?),
                literal => self.literal(literal),
            }
            loop {
                let Some(end) = ends.last().copied() else { return Ok(()) };
                if self.more(end)? {
                    if end == b'}' {
                        self.key()?;
                    }
                    break;
                }
                ends.pop();
            }
        }
    }

    /// Reads the bracket of an object or array that ends with `end`; `true` if it is empty, and then its end is read.
    pub(super) fn open(&mut self, end: u8) -> TextResult<bool> {
        self.at += 1;
        self.skip_space();
        match self.byte() {
            Some(byte) if byte == end => Ok(self.close()),
            Some(b'}' | b']') => Err(self.fault(if end == b'}' { "a key or `}`" } else { "a value or `]`" })),
            _ => Ok(false),
        }
    }

    /// The text must end here.
    pub(super) fn end(&mut self) -> TextResult<()> {
        self.skip_space();
        if self.at == self.text.len() { Ok(()) } else { Err(self.fault("the end of the text")) }
    }

    /// A fault at the next byte.
    pub(super) fn fault(&self, expected: &str) -> Box<Fault<TextCause>> {
        self.fault_at(self.at, expected)
    }

    /// A fault at byte `at`, quoting what stands there.
    pub(super) fn fault_at(&self, at: usize, expected: &str) -> Box<Fault<TextCause>> {
        let rest = self.text.get(at..).unwrap_or_default();
        let found = if rest.is_empty() { String::from("the end of the text") } else { excerpt(rest) };
        Fault::new(TextCause { at, found, expected: expected.to_owned() })
    }

    #[inline]
    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    #[inline]
    fn skip_space(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.byte() {
            self.at += 1;
        }
    }

    /// Reads a closing bracket; always `true`.
    fn close(&mut self) -> bool {
        self.at += 1;
        true
    }

    /// Reads a string with escapes from behind its opening quote.
    fn escaped(&mut self) -> TextResult<String> {
        let bytes = self.text.as_bytes();
        let mut value = String::new();
        loop {
            let start = self.at;
            while matches!(self.byte(), Some(byte) if byte >= 0x20 && byte != b'"' && byte != b'\\') {
                self.at += 1;
            }
            value.push_str(&self.text[start..self.at]);
            match self.byte() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(value);
                }
                Some(b'\\') => {}
                _ => return Err(self.fault("a string that ends with `\"` and escapes control characters")),
            }
            let simple = match bytes.get(self.at + 1) {
                Some(b'"') => '"',
                Some(b'\\') => '\\',
                Some(b'/') => '/',
                Some(b'b') => '\u{8}',
                Some(b'f') => '\u{c}',
                Some(b'n') => '\n',
                Some(b'r') => '\r',
                Some(b't') => '\t',
                Some(b'u') => {
                    value.push(self.unicode()?);
                    continue;
                }
                _ => return Err(self.fault("one of the escapes \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u0000")),
            };
            self.at += 2;
            value.push(simple);
        }
    }

    /// Reads `\uXXXX`, with its second half if it is a surrogate; half a pair becomes U+FFFD, as in the Collector.
    fn unicode(&mut self) -> TextResult<char> {
        let Some(high) = self.hex4() else { return Err(self.fault("four hexadecimal digits after `\\u`")) };
        self.at += 6;
        if !(0xd800..0xdc00).contains(&high) {
            return Ok(char::from_u32(high).unwrap_or(char::REPLACEMENT_CHARACTER));
        }
        match self.hex4() {
            Some(low @ 0xdc00..0xe000) => {
                self.at += 6;
                let code = 0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00);
                Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER))
            }
            _ => Ok(char::REPLACEMENT_CHARACTER),
        }
    }

    /// The code in a `\uXXXX` that stands here, unread.
    fn hex4(&self) -> Option<u32> {
        let bytes = self.text.as_bytes().get(self.at..self.at + 6)?;
        let [b'\\', b'u', digits @ ..] = bytes else { return None };
        digits.iter().try_fold(0, |code, digit| Some(code << 4 | char::from(*digit).to_digit(16)?))
    }
}

/// Length of the JSON number at `start`, `None` if there is none by the grammar of RFC 8259.
pub(super) fn number_len(bytes: &[u8], start: usize) -> Option<usize> {
    let digits = |mut at: usize| {
        while matches!(bytes.get(at), Some(b'0'..=b'9')) {
            at += 1;
        }
        at
    };
    let mut at = start + usize::from(bytes.get(start) == Some(&b'-'));
    at = match bytes.get(at)? {
        b'0' => at + 1,
        b'1'..=b'9' => digits(at),
        _ => return None,
    };
    if bytes.get(at) == Some(&b'.') {
        let end = digits(at + 1);
        if end == at + 1 {
            return None;
        }
        at = end;
    }
    if let Some(b'e' | b'E') = bytes.get(at) {
        let first = at + 1 + usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
        at = digits(first);
        if at == first {
            return None;
        }
    }
    match bytes.get(at) {
        Some(b'0'..=b'9') => None,
        _ => Some(at - start),
    }
}

/// The beginning of what stands there, with nothing in it that could break the line of the error.
fn excerpt(rest: &str) -> String {
    let mut shown = String::from("`");
    for (at, char) in rest.char_indices() {
        if at >= EXCERPT {
            shown.push_str("...");
            break;
        }
        if char.is_control() { shown.extend(char.escape_default()) } else { shown.push(char) }
    }
    shown.push('`');
    shown
}
