//! What others wrote must not steer the terminal: control characters, and those that turn the direction of text, are
//! shown as escapes.

use std::fmt::Write as _;

/// One line of text: `\n`, `\t`, `\u{1b}` stand for what they name.
pub(crate) fn clean(text: &str) -> String {
    if !text.contains(is_hostile) {
        return text.to_owned();
    }
    let mut clean = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if is_hostile(c) {
            clean.extend(c.escape_default());
        } else {
            clean.push(c);
        }
    }
    clean
}

/// JSON as a serializer wrote it: the characters that it lets through only stand in strings, where an escape means the
/// same.
pub(crate) fn clean_json(json: &str) -> String {
    let mut clean = String::with_capacity(json.len());
    for c in json.chars() {
        if is_hostile(c) && c != '\n' {
            let mut units = [0; 2];
            // Writing to a string cannot fail.
            c.encode_utf16(&mut units).iter().for_each(|unit| _ = write!(clean, "\\u{unit:04x}"));
        } else {
            clean.push(c);
        }
    }
    clean
}

/// Control characters of both kinds, line separators, marks and overrides of direction, and what has no width.
fn is_hostile(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
            | '\u{61c}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scenario: escape sequences of both kinds, a bell, text turned around. Guarantee: none of it reaches the terminal,
    /// and other text, also not ASCII, stays as it is.
    #[test]
    fn nothing_steers_the_terminal() {
        assert_eq!(clean("a\u{1b}[2Jb\nc\td\u{9b}31m\u{7f}"), "a\\u{1b}[2Jb\\nc\\td\\u{9b}31m\\u{7f}");
        assert_eq!(clean("user\u{202e}gnp.exe"), "user\\u{202e}gnp.exe");
        assert_eq!(clean("gr\u{fc}\u{df}e \u{4f60}\u{597d} \u{1f600}"), "gr\u{fc}\u{df}e \u{4f60}\u{597d} \u{1f600}");
    }

    /// Scenario: the same in JSON. Guarantee: it is escaped as JSON does, so that a parser reads the same text.
    #[test]
    fn json_stays_json() {
        let value = serde_json::json!({ "a\u{9b}": "b\u{7f}\u{1b}\u{202e}\u{e0001}" });
        let clean = clean_json(&value.to_string());
        assert!(clean.is_ascii(), "{clean}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&clean).unwrap(), value);
    }
}
