//! A line of Prometheus' text format.

/// What a line says.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Line<'l> {
    /// Nothing, or a remark.
    Nothing,
    /// `# HELP name text`
    Help(&'l str, String),
    /// `# TYPE name type`
    Type(&'l str, &'l str),
    /// `name{label="value"} 1`
    Sample(Sample<'l>),
}

/// Names and values of labels.
pub(super) type Labels = Vec<(String, String)>;

/// A measured number.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Sample<'l> {
    pub(super) name: &'l str,
    /// In the order of the line; each name once.
    pub(super) labels: Labels,
    pub(super) value: f64,
}

/// Blanks within a line.
const BLANKS: [char; 2] = [' ', '\t'];

// === impl Line ===

impl<'l> Line<'l> {
    /// Reads a line, which has no line break.
    pub(super) fn read(line: &'l str) -> Result<Self, String> {
        let line = line.trim_matches(BLANKS);
        match line.strip_prefix('#') {
            _ if line.is_empty() => Ok(Self::Nothing),
            Some(comment) => Self::comment(comment.trim_start_matches(BLANKS)),
            None => Sample::read(line).map(Self::Sample),
        }
    }

    fn comment(comment: &'l str) -> Result<Self, String> {
        let (word, rest) = split(comment);
        if word != "HELP" && word != "TYPE" {
            return Ok(Self::Nothing);
        }
        let (name, rest) = split(rest);
        if name.is_empty() || metric_name(name) != name.len() {
            return Err(format!("`{name}` after `{word}` is not the name of a metric"));
        }
        match word {
            "HELP" => Ok(Self::Help(name, unescape_help(rest))),
            _ => Ok(Self::Type(name, rest)),
        }
    }
}

// === impl Sample ===

impl<'l> Sample<'l> {
    fn read(line: &'l str) -> Result<Self, String> {
        let (name, rest) = line.split_at(metric_name(line));
        if name.is_empty() {
            return Err(format!("`{}` does not begin with the name of a metric", split(line).0));
        }
        let after = rest.trim_start_matches(BLANKS);
        let (labels, rest) = match after.strip_prefix('{') {
            Some(inside) => read_labels(inside)?,
            None if after.len() == rest.len() && !rest.is_empty() => {
                return Err(format!("`{}` is not the name of a metric", split(line).0));
            }
            None => (Vec::new(), after),
        };
        let (value, rest) = split(rest.trim_start_matches(BLANKS));
        let value = match value.parse() {
            Ok(value) => value,
            Err(_) if value.is_empty() => return Err(format!("`{name}` has no value")),
            Err(_) => return Err(format!("`{value}` is not a number")),
        };
        match rest {
            "" => Ok(Self { name, labels, value }),
            _ => Err(format!(
                "`{rest}` after the value: timestamps are not taken, since a scrape has one time; remove it"
            )),
        }
    }
}

/// Reads what follows `{`, up to and including `}`.
fn read_labels(mut rest: &str) -> Result<(Labels, &str), String> {
    let mut labels = Labels::new();
    loop {
        rest = rest.trim_start_matches(BLANKS);
        if let Some(after) = rest.strip_prefix('}') {
            return Ok((labels, after));
        }
        let (name, after) = rest.split_at(label_name(rest));
        if name.is_empty() {
            return Err("a label is expected after `{` or `,`".to_owned());
        }
        if name == "__name__" || labels.iter().any(|(earlier, _)| earlier == name) {
            return Err(format!("the label `{name}` is there twice"));
        }
        let after = after.trim_start_matches(BLANKS).strip_prefix('=');
        let quoted = after.and_then(|after| after.trim_start_matches(BLANKS).strip_prefix('"'));
        let (value, after) = quoted.and_then(read_quoted).ok_or_else(|| format!("`{name}` needs a value in quotes"))?;
        labels.push((name.to_owned(), value));
        rest = after.trim_start_matches(BLANKS);
        match rest.strip_prefix(',') {
            Some(after) => rest = after,
            None if rest.starts_with('}') => {}
            None => return Err(format!("`,` or `}}` is expected after the label `{name}`")),
        }
    }
}

/// Reads up to and including the closing quote; `None` without one, or if something unknown is escaped.
fn read_quoted(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut letters = text.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return Some((value, &text[at + 1..])),
            '\\' => value.push(match letters.next()?.1 {
                'n' => '\n',
                escaped @ ('"' | '\\') => escaped,
                _ => return None,
            }),
            _ => value.push(letter),
        }
    }
    None
}

fn unescape_help(text: &str) -> String {
    if text.contains('\\') {
        text.replace("\\\\", "\0").replace("\\n", "\n").replace('\0', "\\")
    } else {
        text.to_owned()
    }
}

/// The first word, and what follows the blanks after it.
fn split(text: &str) -> (&str, &str) {
    match text.find(BLANKS) {
        Some(end) => (&text[..end], text[end..].trim_start_matches(BLANKS)),
        None => (text, ""),
    }
}

/// How much of the text is the name of a metric, bytes.
fn metric_name(text: &str) -> usize {
    name(text, |letter| letter == b':')
}

/// How much of the text is the name of a label, bytes.
fn label_name(text: &str) -> usize {
    name(text, |_| false)
}

fn name(text: &str, is_more: impl Fn(u8) -> bool) -> usize {
    let is_part = |letter: u8| letter.is_ascii_alphanumeric() || letter == b'_' || is_more(letter);
    match text.bytes().next() {
        Some(first) if !first.is_ascii_digit() => text.bytes().take_while(|letter| is_part(*letter)).count(),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(line: &str) -> (String, Labels, f64) {
        match Line::read(line) {
            Ok(Line::Sample(sample)) => (sample.name.to_owned(), sample.labels, sample.value),
            other => panic!("{line}: {other:?}"),
        }
    }

    /// Scenario: lines as people and scripts write them. Guarantee: names, labels with escapes, and all kinds of numbers
    /// are read.
    #[test]
    fn good_lines() {
        assert_eq!(sample("up 1"), ("up".into(), vec![], 1.0));
        let labels = vec![("path".to_owned(), "C:\\x \"y\"\nz,}".to_owned()), ("b".to_owned(), String::new())];
        let line = r#"  a:b_c{ path = "C:\\x \"y\"\nz,}" , b="" , }  +1.5e3 "#;
        assert_eq!(sample(line), ("a:b_c".into(), labels, 1500.0));
        assert_eq!(sample("x{}\t-Inf").2, f64::NEG_INFINITY);
        assert!(sample("x NaN").2.is_nan());
        assert_eq!(Line::read("# HELP a one \\\\ two\\nthree"), Ok(Line::Help("a", "one \\ two\nthree".into())));
        assert_eq!(Line::read("#TYPE a  counter "), Ok(Line::Type("a", "counter")));
        for nothing in ["", "  ", "# anything", "#", "# EOF", "# HELPER x"] {
            assert_eq!(Line::read(nothing), Ok(Line::Nothing), "{nothing}");
        }
    }

    /// Scenario: lines that make no sense, or carry a timestamp. Guarantee: each is refused, and the reason quotes it.
    #[test]
    fn bad_lines() {
        for (line, reason) in [
            ("1up 1", "`1up`"),
            ("up", "no value"),
            ("up one", "`one`"),
            ("up 1 1395066363000", "timestamps"),
            ("up-x 1", "`up-x`"),
            ("up{ 1", "a label"),
            ("up{a=1} 1", "quotes"),
            ("up{a=\"1} 1", "quotes"),
            ("up{a=\"\\t\"} 1", "quotes"),
            ("up{a=\"1\" b=\"2\"} 1", "`,`"),
            ("up{a=\"1\",a=\"2\"} 1", "twice"),
            ("up{,} 1", "a label"),
            ("up 1\r", "number"),
            ("# TYPE 1a counter", "`1a`"),
            ("# HELP", "HELP"),
            ("{a=\"1\"} 1", "name"),
        ] {
            let told = Line::read(line).expect_err(line);
            assert!(told.contains(reason), "{line}: {told}");
        }
    }
}
