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
