//! [`Inserter`]: sends bodies of inserts to one host.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::super::fault::{Fault, Kind};
use super::super::target::Target;
use crate::client::h2::{CallError, Rope};
use crate::client::http::{Answer, Transport};
use crate::client::{Authority, Endpoint, Headers, retry_after};

/// One INSERT.
#[derive(Debug)]
pub(in crate::clickhouse) struct Request<'a> {
    /// `INSERT INTO ...`.
    pub(in crate::clickhouse) sql: &'a str,
    /// Settings of this insert alone.
    pub(in crate::clickhouse) settings: &'a [(&'static str, String)],
    /// The `Content-Encoding` of the body, if it has one.
    pub(in crate::clickhouse) encoding: Option<&'static str>,
    /// The `Content-Type` of the body, if it is not the rows alone.
    pub(in crate::clickhouse) content_type: Option<HeaderValue>,
    /// What is inserted, in pieces.
    pub(in crate::clickhouse) body: &'a [Bytes],
}

/// What a server said to an insert that it took.
#[derive(Debug)]
pub(in crate::clickhouse) struct Taken {
    /// What it calls itself (`displayName()`), if it says so.
    pub(in crate::clickhouse) name: Option<String>,
    /// Whether it was sent before, over a connection that was then closed without an answer.
    pub(in crate::clickhouse) is_repeated: bool,
}

/// Sends bodies of inserts to one host.
#[derive(Debug)]
pub(super) struct Inserter {
    transport: Transport,
    headers: HeaderMap,
    /// What all requests ask for: path, and settings of the configuration.
    base: String,
}

// === impl Inserter ===

impl Inserter {
    pub(super) fn new(target: &Target, endpoint: &Endpoint, transport: Transport) -> Result<Self, String> {
        let path = if target.params.path.is_empty() { "/" } else { &target.params.path };
        let mut base = format!("{path}?");
        for (name, value) in &target.params.settings {
            append(&mut base, name, value);
        }
        let mut headers = Headers::default().map();
        if let Some(own) = headers.get(header::USER_AGENT).and_then(|own| own.to_str().ok())
            && !target.params.product.is_empty()
        {
            let agent = format!("{} {own}", target.params.product);
            headers.insert(header::USER_AGENT, value("client_info_product", &agent)?);
        }
        headers.insert(header::HOST, value("endpoint", &Authority(&endpoint.place).to_string())?);
        for (name, key, text) in [
            ("x-clickhouse-user", "username", target.user.as_str()),
            ("x-clickhouse-key", "password", target.password.reveal()),
        ] {
            let mut text = value(key, text)?;
            text.set_sensitive(true);
            headers.insert(HeaderName::from_static(name), text);
        }
        Ok(Self { transport, headers, base })
    }

    /// Sends an insert and waits until the server has written it.
    pub(super) async fn insert(&self, request: &Request<'_>) -> Result<Taken, Fault> {
        let mut asked = self.base.clone();
        for (name, value) in request.settings {
            append(&mut asked, name, value);
        }
        append(&mut asked, "query", request.sql);
        let uri: Uri = asked
            .parse()
            .map_err(|error| Fault::new(Kind::Other, format!("the insert cannot be written as a URL: {error}")))?;
        let mut headers = self.headers.clone();
        if let Some(encoding) = request.encoding {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
        if let Some(content_type) = &request.content_type {
            headers.insert(header::CONTENT_TYPE, content_type.clone());
        }
        let length = request.body.iter().map(Bytes::len).sum();
        let sent = AtomicU32::new(0);
        let answer = self.transport.call(|| {
            sent.fetch_add(1, Ordering::Relaxed);
            let mut head = http::Request::new(());
            *head.method_mut() = Method::POST;
            *head.uri_mut() = uri.clone();
            head.headers_mut().clone_from(&headers);
            (head, Rope::plain(request.body.iter(), length))
        });
        let answer = answer.await;
        let sent = sent.into_inner();
        match answer {
            Ok(answer) => {
                let name = answer.headers.get("x-clickhouse-server-display-name");
                let name = name.and_then(|name| Some(name.to_str().ok()?.to_owned()));
                read(&answer, SystemTime::now()).map(|()| Taken { name, is_repeated: sent > 1 })
            }
            // A kept connection was closed, and there is no other: by a server that is killed, what it did is not known.
            Err(CallError::NoConnection(failed)) if sent > 0 => Err(Fault::new(Kind::Broken, failed.reason)),
            Err(CallError::NoConnection(failed)) => Err(failed.into()),
            Err(CallError::Broken(reason)) => Err(Fault::new(Kind::Broken, reason)),
        }
    }

    pub(super) async fn close(&self, patience: Duration) {
        self.transport.close(patience).await;
    }
}

fn append(asked: &mut String, name: &str, value: &str) {
    let encoded = |text| utf8_percent_encode(text, NON_ALPHANUMERIC);
    let separator = if asked.ends_with('?') { "" } else { "&" };
    // Writing to a string cannot fail.
    let _ = write!(asked, "{separator}{}={}", encoded(name), encoded(value));
}

fn value(key: &str, text: &str) -> Result<HeaderValue, String> {
    // The text is not shown: it may be a password.
    HeaderValue::try_from(text).map_err(|_| format!("`{key}` has a line break or another control character"))
}

/// What a server's answer to an insert means.
fn read(answer: &Answer, now: SystemTime) -> Result<(), Fault> {
    let code = answer.headers.get("x-clickhouse-exception-code");
    let code = code.and_then(|code| code.to_str().ok()?.trim().parse().ok());
    let status = answer.status;
    let words = String::from_utf8_lossy(&answer.body);
    if status == StatusCode::OK && code.is_none() {
        // An insert is answered with nothing. A server that had begun to answer puts an exception into the body, and
        // what answers with anything else is no ClickHouse: a proxy's page, another server at that port.
        let is_nothing = answer.body.len() < 1024 && words.trim().is_empty();
        return if is_nothing { Ok(()) } else { Err(Fault::said(None, &words)) };
    }
    let mut fault = Fault::said(code, &words);
    if fault.kind == Kind::Other && code.is_none() {
        fault.kind = match status.as_u16() {
            401 | 403 => Kind::Denied,
            429 => Kind::Busy,
            // A proxy does not know what the server did.
            502..=504 => Kind::GaveUp,
            _ => Kind::Other,
        };
        fault.text = format!("answered {status}: {}", fault.text);
    }
    fault.after = retry_after(&answer.headers, now);
    Err(fault)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// Scenario: answers with status 200 of ClickHouse, and of what stands in its place. Guarantee: only nothing means that
    /// rows are written; all else is tried again.
    #[test]
    fn only_nothing_means_written() {
        let read = |body: &str| {
            let body = body.to_owned().into();
            read(&Answer { status: StatusCode::OK, headers: HeaderMap::new(), body }, SystemTime::UNIX_EPOCH)
        };
        assert_eq!((read(""), read("\n")), (Ok(()), Ok(())));
        for (body, kind) in [
            ("<html>please log in</html>", Kind::Other),
            ("Ok.\n", Kind::Other),
            ("\nCode: 241. DB::Exception: Memory limit exceeded. (MEMORY_LIMIT_EXCEEDED)", Kind::GaveUp),
        ] {
            assert_eq!(read(body).unwrap_err().kind, kind, "{body}");
        }
    }
}
