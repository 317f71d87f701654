//! Text to tokens.

use super::error::{Code, Error, Span};

/// One token and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) span: Span,
}

/// What a token is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum TokenKind {
    /// A name: path segment, function, enum or one of the words `and or not true false nil`.
    Name(String),
    Str(String),
    Int(u64),
    Float(f64),
    Bytes(Vec<u8>),
    /// An operator or a bracket.
    Mark(&'static str),
    End,
}

/// Longer marks first.
const MARKS: [&str; 19] =
    ["==", "!=", "<=", ">=", "<", ">", "=", "+", "-", "*", "/", "(", ")", "[", "]", "{", "}", ",", "."];

/// All tokens of `source`, the last one [`TokenKind::End`].
pub(super) fn tokens(source: &str) -> Result<Vec<Token>, Error> {
    let mut lexer = Lexer { source, at: 0 };
    let mut tokens = Vec::new();
    loop {
        let token = lexer.next()?;
        let last = token.kind == TokenKind::End;
        tokens.push(token);
        if last {
            return Ok(tokens);
        }
    }
}

struct Lexer<'a> {
    source: &'a str,
    at: usize,
}

// === impl TokenKind ===

impl TokenKind {
    /// The token in the words of an error message.
    pub(super) fn describe(&self) -> String {
        match self {
            Self::Name(name) => format!("`{name}`"),
            Self::Str(_) => "a string".to_owned(),
            Self::Int(_) | Self::Float(_) => "a number".to_owned(),
            Self::Bytes(_) => "a byte string".to_owned(),
            Self::Mark(mark) => format!("`{mark}`"),
            Self::End => "the end of the expression".to_owned(),
        }
    }
}

// === impl Lexer ===

impl Lexer<'_> {
    fn next(&mut self) -> Result<Token, Error> {
        let rest = &self.source[self.at..];
        self.at += rest.len() - rest.trim_start().len();
        let start = self.at;
        let rest = &self.source[start..];
        let Some(first) = rest.chars().next() else { return Ok(self.token(start, TokenKind::End)) };
        let kind = match first {
            'a'..='z' | 'A'..='Z' => TokenKind::Name(self.take(|c| c.is_ascii_alphanumeric() || c == '_').to_owned()),
            '"' => self.string()?,
            '0' if rest[1..].starts_with('x') => self.bytes()?,
            '0'..='9' => self.number()?,
            '.' if rest[1..].starts_with(|c: char| c.is_ascii_digit()) => self.number()?,
            _ => match MARKS.iter().find(|mark| rest.starts_with(**mark)) {
                Some(mark) => {
                    self.at += mark.len();
                    TokenKind::Mark(mark)
                }
                None => return Err(foreign(first, Span::new(start, start + first.len_utf8()))),
            },
        };
        Ok(self.token(start, kind))
    }

    fn token(&self, start: usize, kind: TokenKind) -> Token {
        Token { kind, span: Span::new(start, self.at) }
    }

    fn take(&mut self, belongs: impl Fn(char) -> bool) -> &str {
        let rest = &self.source[self.at..];
        let len = rest.find(|c| !belongs(c)).unwrap_or(rest.len());
        self.at += len;
        &rest[..len]
    }

    fn number(&mut self) -> Result<TokenKind, Error> {
        let start = self.at;
        self.take(|c| c.is_ascii_digit());
        let mut float = false;
        if self.source[self.at..].starts_with('.') {
            self.at += 1;
            float = true;
            if self.take(|c| c.is_ascii_digit()).is_empty() {
                let message = "a number needs digits behind its dot";
                return Err(Error::new(Code::Syntax, Span::new(start, self.at), message));
            }
            self.exponent();
        }
        let text = &self.source[start..self.at];
        let span = Span::new(start, self.at);
        let bad = || Error::new(Code::Syntax, span, format!("`{text}` is out of the range of numbers"));
        if float {
            text.parse().map(TokenKind::Float).map_err(|_| bad())
        } else {
            text.parse().map(TokenKind::Int).map_err(|_| bad())
        }
    }

    fn exponent(&mut self) {
        let rest = &self.source[self.at..];
        let Some(power) = rest.strip_prefix(['e', 'E']) else { return };
        let digits = power.strip_prefix(['+', '-']).unwrap_or(power);
        let len = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
        if len > 0 {
            self.at += rest.len() - digits.len() + len;
        }
    }

    fn bytes(&mut self) -> Result<TokenKind, Error> {
        let start = self.at;
        self.at += 2;
        let digits = self.take(|c| c.is_ascii_alphanumeric()).to_owned();
        let span = Span::new(start, self.at);
        if digits.is_empty() || !digits.len().is_multiple_of(2) || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            let message = format!("`0x{digits}` is not a byte string: expected an even number of hexadecimal digits");
            return Err(Error::new(Code::Syntax, span, message));
        }
        let pairs = digits.as_bytes().chunks_exact(2);
        Ok(TokenKind::Bytes(pairs.map(|pair| nibble(pair[0]) << 4 | nibble(pair[1])).collect()))
    }

    /// A string in double quotes with the escapes of Go.
    fn string(&mut self) -> Result<TokenKind, Error> {
        let start = self.at;
        self.at += 1;
        let mut text = Vec::new();
        loop {
            let rest = &self.source[self.at..];
            let mut chars = rest.chars();
            match chars.next() {
                None => {
                    let span = Span::new(start, self.at);
                    return Err(Error::new(Code::Syntax, span, "the string that starts here has no closing `\"`"));
                }
                Some('"') => {
                    self.at += 1;
                    break;
                }
                Some('\\') => {
                    let escape = chars.next();
                    self.at += 1 + escape.map_or(0, char::len_utf8);
                    self.escape(escape, &mut text)?;
                }
                Some(c) => {
                    self.at += c.len_utf8();
                    text.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                }
            }
        }
        String::from_utf8(text).map(TokenKind::Str).map_err(|_| {
            Error::new(Code::Syntax, Span::new(start, self.at), "the escapes of this string do not make UTF-8 text")
        })
    }

    /// Reads what follows a backslash and the character behind it, which were taken already.
    fn escape(&mut self, escape: Option<char>, text: &mut Vec<u8>) -> Result<(), Error> {
        let simple = match escape {
            Some('\\') => Some(b'\\'),
            Some('"') => Some(b'"'),
            Some('a') => Some(7),
            Some('b') => Some(8),
            Some('f') => Some(12),
            Some('n') => Some(b'\n'),
            Some('r') => Some(b'\r'),
            Some('t') => Some(b'\t'),
            Some('v') => Some(11),
            _ => None,
        };
        if let Some(byte) = simple {
            text.push(byte);
            return Ok(());
        }
        let (digits, radix) = match escape {
            Some('x') => (2, 16),
            Some('u') => (4, 16),
            Some('U') => (8, 16),
            Some('0'..='7') => {
                self.at -= 1;
                (3, 8)
            }
            _ => return Err(self.bad_escape(escape)),
        };
        let code = self.source.get(self.at..self.at + digits).and_then(|text| u32::from_str_radix(text, radix).ok());
        let Some(code) = code else { return Err(self.bad_escape(escape)) };
        self.at += digits;
        if digits < 4 {
            let Ok(byte) = u8::try_from(code) else { return Err(self.bad_escape(escape)) };
            text.push(byte);
        } else {
            let Some(c) = char::from_u32(code) else { return Err(self.bad_escape(escape)) };
            text.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
        }
        Ok(())
    }

    fn bad_escape(&self, escape: Option<char>) -> Error {
        let shown: String = escape.into_iter().collect();
        let start = self.source[..self.at].rfind('\\').unwrap_or(self.at);
        let error = Error::new(Code::Syntax, Span::new(start, self.at), format!("`\\{shown}` is not an escape"));
        error.help(format!("write `\\\\{shown}` for a backslash before `{shown}`, as regular expressions need it"))
    }
}

/// The value of a hexadecimal digit.
fn nibble(digit: u8) -> u8 {
    char::from(digit).to_digit(16).unwrap_or_default() as u8
}

/// An error for a character that starts no token.
fn foreign(c: char, span: Span) -> Error {
    let shown = if c.is_control() { c.escape_debug().to_string() } else { c.to_string() };
    let error = Error::new(Code::Syntax, span, format!("`{shown}` has no meaning here"));
    match c {
        '\'' | '`' => error.help("strings stand in double quotes: \"text\""),
        '&' => error.help("write `and`"),
        '|' => error.help("write `or`"),
        '!' => error.help("write `not` before a condition, or `!=` to compare"),
        ':' => error.help("map literals are not built yet"),
        _ => error,
    }
}
