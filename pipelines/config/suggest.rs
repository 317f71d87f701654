//! Did you mean.

/// The name closest to what was written, if one is close enough to be meant.
#[must_use]
pub fn did_you_mean<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let close = |name: &str| {
        let distance = strsim::damerau_levenshtein(written, name);
        let bound = (name.len().max(written.len()) / 3).max(1);
        (distance <= bound && distance < name.len()).then_some(distance)
    };
    let best = known.into_iter().filter_map(|name| Some((close(name)?, name))).min_by_key(|(distance, _)| *distance);
    best.map(|(_, name)| name.to_owned())
}

/// How to mend `endpoint:0.0.0.0`, which YAML reads as one text; `None` where no blank is missing.
#[must_use]
pub fn missing_blank(text: &str) -> Option<String> {
    let line = text.trim().trim_start_matches("- ");
    let (key, value) = line.split_once(':')?;
    let is_key =
        !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '/' | '.'));
    let is_value = !value.starts_with(char::is_whitespace) && !value.is_empty() && !value.starts_with("//");
    (is_key && is_value).then(|| format!("a blank is missing after the colon: write `{key}: {value}`"))
}
