//! What an HTTP answer means to OTLP.

use std::time::SystemTime;

use http::{HeaderMap, StatusCode, header};
use pipelines::component::ExportError;

use crate::client::http::Answer;
use crate::client::{PartialSuccess, RpcStatus, retry_after};

/// Text of an error body that is shown, in characters.
const SHOWN: usize = 300;

/// The result of a request to `url`.
///
/// # Errors
/// Retryable for 429, 502, 503 and 504, with the wait of `Retry-After`; a rejection for every other status but 2xx.
pub(super) fn read(answer: &Answer, url: &str, now: SystemTime) -> Result<PartialSuccess, ExportError> {
    let status = answer.status;
    if status.is_success() {
        let success = match is_json(&answer.headers) {
            true => PartialSuccess::from_json(&answer.body),
            false => PartialSuccess::decode(&answer.body),
        };
        // The server said OK: the data are delivered, whatever else it said cannot be read.
        return Ok(success.unwrap_or_default());
    }
    let reason = reason(answer, url);
    match status.as_u16() {
        429 | 502 | 503 | 504 => Err(ExportError::Retry { after: retry_after(&answer.headers, now), reason }),
        _ => Err(ExportError::Reject { reason }),
    }
}

fn reason(answer: &Answer, url: &str) -> String {
    let status = answer.status;
    if status.is_redirection() {
        let location = answer.headers.get(header::LOCATION).and_then(|to| to.to_str().ok()).unwrap_or("elsewhere");
        return format!("{url} redirects to {location} ({status}); redirects are not followed, set the endpoint to it");
    }
    let message = message(answer).unwrap_or_default();
    let help = match status {
        StatusCode::NOT_FOUND => "; is the path right?",
        _ => "",
    };
    match message.as_str() {
        "" => format!("{url} answered {status}{help}"),
        message => format!("{url} answered {status}: {message}{help}"),
    }
}

/// The message of a `google.rpc.Status`, or the beginning of a body that is text.
fn message(answer: &Answer) -> Option<String> {
    let kind = answer.headers.get(header::CONTENT_TYPE).map(|kind| kind.as_bytes()).unwrap_or_default();
    let text = if kind.starts_with(b"application/x-protobuf") {
        RpcStatus::decode(&answer.body)?.message
    } else if let Some(message) = RpcStatus::message_from_json(&answer.body) {
        message
    } else {
        std::str::from_utf8(&answer.body).ok()?.to_owned()
    };
    let clean = text.split_whitespace().collect::<Vec<_>>().join(" ");
    Some(clean.chars().filter(|c| !c.is_control()).take(SHOWN).collect())
}

fn is_json(headers: &HeaderMap) -> bool {
    headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn answer(status: u16, headers: &[(&'static str, &str)], body: &'static [u8]) -> Answer {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, value.parse().unwrap());
        }
        Answer { status: StatusCode::from_u16(status).unwrap(), headers: map, body: body.into() }
    }

    /// Scenario: every kind of status. Guarantee: only 429, 502, 503 and 504 are retryable.
    #[test]
    fn only_four_statuses_are_retryable() {
        for status in 300..600 {
            let error = read(&answer(status, &[], b""), "http://c/v1/logs", SystemTime::UNIX_EPOCH).unwrap_err();
            let retryable = matches!(error, ExportError::Retry { .. });
            assert_eq!(retryable, [429, 502, 503, 504].contains(&status), "{status}");
        }
        assert!(read(&answer(202, &[], b""), "", SystemTime::UNIX_EPOCH).is_ok());
    }

    /// Scenario: Retry-After as seconds, as a date to come, as a date gone by, as nonsense.
    /// Guarantee: the wait it asks for, or none.
    #[test]
    fn reads_retry_after() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
        for (value, wait) in [
            ("7", Some(7)),
            ("Sun, 06 Nov 1994 08:49:47 GMT", Some(10)),
            ("Sun, 06 Nov 1994 08:49:27 GMT", None),
            ("soon", None),
        ] {
            let error = read(&answer(503, &[("retry-after", value)], b""), "", now).unwrap_err();
            let expected = wait.map(Duration::from_secs);
            assert!(matches!(error, ExportError::Retry { after, .. } if after == expected), "{value}: {error:?}");
        }
    }

    /// Scenario: error bodies in both encodings, a web page, a redirect. Guarantee: the words reach the user.
    #[test]
    fn shows_what_the_server_says() {
        let shown = |answer| read(&answer, "http://c/v1/logs", SystemTime::UNIX_EPOCH).unwrap_err().to_string();
        let proto = answer(400, &[("content-type", "application/x-protobuf")], b"\x08\x03\x12\x07bad one");
        assert_eq!(shown(proto), "http://c/v1/logs answered 400 Bad Request: bad one");
        let json = answer(400, &[("content-type", "application/json")], br#"{"code":3,"message":"bad two"}"#);
        assert_eq!(shown(json), "http://c/v1/logs answered 400 Bad Request: bad two");
        let page = answer(404, &[("content-type", "text/plain")], b"404 page\nnot found\n");
        assert_eq!(shown(page), "http://c/v1/logs answered 404 Not Found: 404 page not found; is the path right?");
        let redirect = answer(308, &[("location", "https://c/v1/logs")], b"");
        assert!(shown(redirect).contains("https://c/v1/logs"));
    }

    /// Scenario: partial success in both encodings. Guarantee: count and words.
    #[test]
    fn reads_partial_success_in_both_encodings() {
        let expected = PartialSuccess { rejected: 2, message: "old".into() };
        let proto = answer(200, &[("content-type", "application/x-protobuf")], b"\x0a\x07\x08\x02\x12\x03old");
        assert_eq!(read(&proto, "", SystemTime::UNIX_EPOCH).unwrap(), expected);
        let body = br#"{"partialSuccess":{"rejectedLogRecords":"2","errorMessage":"old"}}"#;
        let json = answer(200, &[("content-type", "application/json")], body);
        assert_eq!(read(&json, "", SystemTime::UNIX_EPOCH).unwrap(), expected);
    }
}
