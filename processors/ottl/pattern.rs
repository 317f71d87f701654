//! Regular expressions in the syntax of RE2, which Collector files use.
//!
//! The `regex` crate differs in a few places: `\d`, `\w`, `\s` and `\b` are ASCII in RE2, a `{` that begins no
//! repetition is a literal there, and sets in brackets know no operations. The pattern is rewritten for these.

use regex::Regex;

/// Compiles an RE2 pattern. It matches anywhere in a text unless it is anchored.
///
/// # Errors
/// One sentence that says what is wrong with the pattern.
pub fn compile(pattern: &str) -> Result<Regex, String> {
    Regex::new(&rewrite(pattern)).map_err(|error| {
        let text = error.to_string();
        let last = text.lines().last().unwrap_or_default();
        last.strip_prefix("error: ").unwrap_or(last).to_owned()
    })
}

/// The pattern in the syntax of the `regex` crate.
fn rewrite(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len() + 16);
    let mut rest = pattern;
    let mut in_set = false;
    while let Some(c) = rest.chars().next() {
        let behind = &rest[c.len_utf8()..];
        rest = match c {
            '\\' => escape(behind, in_set, &mut out),
            '[' if !in_set => {
                in_set = true;
                open_set(behind, &mut out)
            }
            '[' if behind.starts_with(':')
                && let Some(end) = behind.find(":]") =>
            {
                out.push('[');
                out.push_str(&behind[..end + 2]);
                &behind[end + 2..]
            }
            ']' if in_set => {
                in_set = false;
                out.push(']');
                behind
            }
            '[' | '&' | '~' if in_set => {
                out.push('\\');
                out.push(c);
                behind
            }
            '{' if !in_set && !is_repetition(behind) => {
                out.push_str("\\{");
                behind
            }
            _ => {
                out.push(c);
                behind
            }
        };
    }
    out
}

/// Writes the start of a set; a `]` right at its start is a literal.
fn open_set<'a>(behind: &'a str, out: &mut String) -> &'a str {
    out.push('[');
    let mut rest = behind;
    if let Some(negated) = rest.strip_prefix('^') {
        out.push('^');
        rest = negated;
    }
    if let Some(literal) = rest.strip_prefix(']') {
        out.push_str("\\]");
        rest = literal;
    }
    rest
}

/// Writes the escape whose backslash was read, and gives what comes behind it.
fn escape<'a>(behind: &'a str, in_set: bool, out: &mut String) -> &'a str {
    let Some(c) = behind.chars().next() else {
        out.push('\\');
        return behind;
    };
    let rest = &behind[c.len_utf8()..];
    match c {
        'd' => out.push_str("[0-9]"),
        'D' => out.push_str("[^0-9]"),
        'w' => out.push_str("[0-9A-Za-z_]"),
        'W' => out.push_str("[^0-9A-Za-z_]"),
        's' => out.push_str("[\\t\\n\\f\\r ]"),
        'S' => out.push_str("[^\\t\\n\\f\\r ]"),
        'b' if !in_set => out.push_str("(?-u:\\b)"),
        'Q' if !in_set => {
            let (literal, rest) = rest.split_once("\\E").unwrap_or((rest, ""));
            out.push_str(&regex::escape(literal));
            return rest;
        }
        _ => {
            out.push('\\');
            out.push(c);
        }
    }
    // `\p{Greek}` and `\x{10FFFF}` carry braces of their own.
    if matches!(c, 'p' | 'P' | 'x')
        && rest.starts_with('{')
        && let Some(end) = rest.find('}')
    {
        out.push_str(&rest[..=end]);
        return &rest[end + 1..];
    }
    rest
}

/// Whether what follows a `{` makes it a repetition: `2}`, `2,}` or `2,3}`.
fn is_repetition(behind: &str) -> bool {
    let Some((bounds, _)) = behind.split_once('}') else { return false };
    let (least, most) = bounds.split_once(',').unwrap_or((bounds, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    !least.is_empty() && digits(least) && digits(most)
}
