//! Did you mean.

/// Names that other tools and older versions use, and ours.
const OTHER_NAMES: [(&str, &str); 19] = [
    ("address", "endpoint"),
    ("batch_size", "send_batch_size"),
    ("ca", "ca_file"),
    ("cert", "cert_file"),
    ("compress", "compression"),
    ("host", "endpoint"),
    ("interval", "collection_interval"),
    ("key", "key_file"),
    ("level", "verbosity"),
    ("log_level", "verbosity"),
    ("loglevel", "verbosity"),
    ("queue", "sending_queue"),
    ("retry", "retry_on_failure"),
    ("scrape_interval", "collection_interval"),
    ("tls_config", "tls"),
    ("tls_setting", "tls"),
    ("tls_settings", "tls"),
    ("uri", "endpoint"),
    ("url", "endpoint"),
];

/// Keys that are often written one level too high, and where they belong.
const INSIDE: [(&str, &str); 12] = [
    ("ca_file", "tls"),
    ("cert_file", "tls"),
    ("insecure", "tls"),
    ("insecure_skip_verify", "tls"),
    ("key_file", "tls"),
    ("max_elapsed_time", "retry_on_failure"),
    ("initial_interval", "retry_on_failure"),
    ("max_interval", "retry_on_failure"),
    ("num_consumers", "sending_queue"),
    ("queue_size", "sending_queue"),
    ("grpc", "protocols"),
    ("http", "protocols"),
];

/// The name that was probably meant, if one is close enough: another spelling, a typing error, another tool's name.
#[must_use]
pub fn did_you_mean<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let known: Vec<&str> = known.into_iter().collect();
    let same = known.iter().find(|name| folded(name) == folded(written));
    let close = |name: &str| {
        let distance = strsim::damerau_levenshtein(written, name);
        let bound = (name.len().max(written.len()) / 3).max(1);
        // Nobody mistypes the beginning and more: `k8sattributes` is not `attributes`.
        let alike = distance <= 2 || written.chars().next() == name.chars().next();
        (distance <= bound && distance < name.len() && alike).then_some(distance)
    };
    let closest = || known.iter().filter_map(|name| Some((close(name)?, name))).min_by_key(|(distance, _)| *distance);
    let other = || {
        let ours = OTHER_NAMES.iter().filter(|(other, _)| *other == written);
        ours.filter_map(|(_, ours)| known.iter().find(|name| *name == ours)).next()
    };
    let best = same.or_else(other).or_else(|| closest().map(|(_, name)| name));
    best.map(|name| (*name).to_owned())
}

/// The section, allowed here, that a key belongs into.
#[must_use]
pub(super) fn other_place(written: &str, known: &[&str]) -> Option<&'static str> {
    INSIDE.iter().find(|(key, section)| *key == written && known.contains(section)).map(|(_, section)| *section)
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

/// `maxQueueSize`, `max-queue-size` and `max_queue_size` are one.
fn folded(name: &str) -> String {
    name.chars().filter(|c| *c != '_' && *c != '-').map(|c| c.to_ascii_lowercase()).collect()
}
