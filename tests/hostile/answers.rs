//! Destinations whose answers are an attack.

use std::time::Duration;

use crate::backend::{Backend, Manner};
use crate::client::{PROTOBUF, address, assert_peak, logs, post};
use crate::support::Tfo;

/// Scenario: a destination answers with noise, with another protocol, with header fields or a body without end, with a
/// body that never comes. Guarantee: memory stays flat; the client gets its answer within the timeout: a success if the
/// destination said so, else to come again.
#[tokio::test]
async fn hostile_answers_are_bounded() {
    for (what, start, forever, statuses) in [
        ("another protocol", "SSH-2.0-OpenSSH_9.6\r\n", "", &[503_u16][..]),
        ("noise", "\u{1}\u{2}\u{3}\u{4}", "\u{5}", &[503]),
        ("a status line without end", "HTTP/1.1 200 ", "K", &[503]),
        ("header fields without end", "HTTP/1.1 200 OK\r\n", "X-Fill: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\r\n", &[503]),
        ("a body without end", "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n", "\0", &[200, 503]),
        ("chunks without end", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\n\0\r\n", &[200, 503]),
        ("an error without end", "HTTP/1.1 400 Bad\r\nContent-Length: 99999999999\r\n\r\n", "x", &[500, 503]),
        ("a body that never comes", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n", "", &[200, 503]),
        ("interim answers without end", "HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 100 Continue\r\n\r\n", &[503]),
    ] {
        let backend = Backend::start(Manner::Floods(start, forever)).await;
        let tfo = Tfo::start(&format!(
            r#"
receivers:
  otlp: {{ protocols: {{ http: {{ endpoint: "127.0.0.1:0" }} }} }}
exporters:
  otlp_http: {{ endpoint: "http://{}", timeout: 500ms, retry_on_failure: {{ enabled: false }} }}
service:
  pipelines:
    logs: {{ receivers: [otlp], exporters: [otlp_http] }}
"#,
            backend.address
        ));
        let body = logs(["a"]);
        let sent = post(address(&tfo, "http"), "/v1/logs", &[PROTOBUF], &body);
        let answer =
            tokio::time::timeout(Duration::from_secs(5), sent).await.unwrap_or_else(|_| panic!("{what} hangs"));
        assert!(statuses.contains(&answer.status), "{what}: {answer:?}");
        assert_peak(&tfo, 64);
    }
}
