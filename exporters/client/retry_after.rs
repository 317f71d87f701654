//! `Retry-After`: how long a server asks to be left alone.

use std::time::{Duration, SystemTime};

use http::{HeaderMap, header};

/// A server that asks for a longer wait is not believed.
const LONGEST_WAIT: Duration = Duration::from_secs(24 * 3600);

/// Seconds or a date (RFC 9110, 10.2.3); a date in the past asks for no wait.
#[must_use]
pub fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let value = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    let wait = match value.parse() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => httpdate::parse_http_date(value).ok()?.duration_since(now).ok()?,
    };
    Some(wait.min(LONGEST_WAIT))
}
