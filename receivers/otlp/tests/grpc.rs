//! OTLP/gRPC with tonic's client and with a raw one.

use std::time::Duration;

use opentelemetry_proto::tonic::collector::logs::v1::logs_service_client::LogsServiceClient;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::metrics_service_client::MetricsServiceClient;
use opentelemetry_proto::tonic::collector::profiles::v1development::ExportProfilesServiceRequest;
use opentelemetry_proto::tonic::collector::profiles::v1development::profiles_service_client::ProfilesServiceClient;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_client::TraceServiceClient;
use pipelines::outcome::{Refusal, RefusalKind};
use pipelines::{Outcome, Signal};
use prost::Message as _;
use tonic::Code;
use tonic::transport::Channel;

use super::raw::{LOGS, call, framed};
use super::{Answer, Server, logs};

async fn client(server: &Server) -> LogsServiceClient<Channel> {
    LogsServiceClient::connect(format!("http://{}", server.address("grpc"))).await.unwrap()
}

/// Scenario: tonic sends every signal. Guarantee: the pipeline gets the same bytes and the client hears success.
#[tokio::test]
async fn takes_every_signal() {
    let server = Server::plain().await;
    let url = format!("http://{}", server.address("grpc"));
    let request = logs(3, 100);
    let answer = client(&server).await.export(request.clone()).await.unwrap().into_inner();
    assert!(answer.partial_success.is_none());
    let batch = server.capture.first();
    assert_eq!((batch.signal(), batch.items()), (Signal::Logs, 3));
    assert_eq!(batch.telemetry().to_bytes(), request.encode_to_vec());
    assert!(batch.context().client().unwrap().ip().is_loopback());
    for (signal, expected) in [(Signal::Traces, 2), (Signal::Metrics, 3)] {
        let bytes = crate::otlp::sample::sample(signal).unwrap().to_bytes();
        match signal {
            Signal::Traces => {
                let request = ExportTraceServiceRequest::decode(bytes).unwrap();
                TraceServiceClient::connect(url.clone()).await.unwrap().export(request).await.unwrap();
            }
            _ => {
                let request = ExportMetricsServiceRequest::decode(bytes).unwrap();
                MetricsServiceClient::connect(url.clone()).await.unwrap().export(request).await.unwrap();
            }
        }
        let last = server.capture.taken.lock().unwrap().pop().unwrap();
        assert_eq!((last.signal(), last.items()), (signal, expected));
    }
    server.stop().await;
}

/// Scenario: a request without items. Guarantee: success, and no pipeline is bothered.
#[tokio::test]
async fn an_empty_request_is_a_success() {
    let server = Server::plain().await;
    client(&server).await.export(logs(0, 0)).await.unwrap();
    client(&server)
        .await
        .export(opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest::default())
        .await
        .unwrap();
    assert_eq!(server.capture.batches(), 0);
    server.stop().await;
}

/// Scenario: requests from 0 bytes to 20 MB over one connection, many at a time. Guarantee: all arrive whole.
#[tokio::test]
async fn takes_requests_of_every_size_at_once() {
    let server = Server::plain().await;
    let client = client(&server).await.max_encoding_message_size(usize::MAX);
    let mut sent = Vec::new();
    for (records, size) in [(1, 1), (1, 5), (100, 1000), (1, 70_000), (2, 1 << 20), (20, 1 << 20), (1000, 100)] {
        let mut client = client.clone();
        sent.push(tokio::spawn(async move { client.export(logs(records, size)).await.map(|_| records) }));
    }
    let mut records = 0;
    for one in sent {
        records += one.await.unwrap().unwrap();
    }
    assert_eq!(server.capture.items(), records);
    server.stop().await;
}

/// Scenario: the pipeline ends a batch in every way there is. Guarantee: the status the OTLP specification asks for.
#[tokio::test]
async fn outcomes_become_statuses() {
    let server = Server::plain().await;
    let mut client = client(&server).await;
    let refused = |kind, after: Option<u64>| {
        let refusal =
            Refusal { kind, reason: "because 100 % full\u{e9}".into(), after: after.map(Duration::from_millis) };
        Outcome::Refused(refusal)
    };
    for (outcome, code, retry) in [
        (refused(RefusalKind::Invalid, None), Code::InvalidArgument, None),
        (refused(RefusalKind::Permanent, Some(5)), Code::Internal, None),
        (refused(RefusalKind::Exhausted, None), Code::ResourceExhausted, Some(&[][..])),
        (
            refused(RefusalKind::Exhausted, Some(1500)),
            Code::ResourceExhausted,
            Some(&[8, 1, 16, 128, 202, 181, 238, 1]),
        ),
        (refused(RefusalKind::Unavailable, None), Code::Unavailable, None),
        (refused(RefusalKind::Unavailable, Some(2000)), Code::Unavailable, Some(&[8, 2])),
    ] {
        server.capture.answer(Answer::Say(outcome));
        let status = client.export(logs(1, 1)).await.unwrap_err();
        assert_eq!((status.code(), status.message()), (code, "because 100 % full\u{e9}"));
        assert_eq!(retry_info(status.details()), retry.map(<[u8]>::to_vec), "{code:?}");
    }
    server.capture.answer(Answer::Say(Outcome::Partial { rejected: 2, reason: "two are odd".into() }));
    let partial = client.export(logs(3, 1)).await.unwrap().into_inner().partial_success.unwrap();
    assert_eq!((partial.rejected_log_records, partial.error_message.as_str()), (2, "two are odd"));
    server.stop().await;
}

/// The `Duration` inside `RetryInfo` inside the status, still encoded.
fn retry_info(details: &[u8]) -> Option<Vec<u8>> {
    #[derive(prost::Message)]
    struct Status {
        #[prost(int32, tag = "1")]
        code: i32,
        #[prost(string, tag = "2")]
        message: String,
        #[prost(message, repeated, tag = "3")]
        details: Vec<Any>,
    }
    #[derive(prost::Message)]
    struct Any {
        #[prost(string, tag = "1")]
        type_url: String,
        #[prost(message, tag = "2")]
        value: Option<RetryInfo>,
    }
    #[derive(prost::Message)]
    struct RetryInfo {
        #[prost(bytes, tag = "1")]
        retry_delay: Vec<u8>,
    }
    if details.is_empty() {
        return None;
    }
    let any = Status::decode(details).unwrap().details.remove(0);
    assert_eq!(any.type_url, "type.googleapis.com/google.rpc.RetryInfo");
    any.value.map(|info| info.retry_delay)
}

/// Scenario: bytes that are no request: cut off, over-long, nested without end, not UTF-8. Guarantee:
/// INVALID_ARGUMENT that says what is wrong; nothing reaches the pipeline; the next request is served.
#[tokio::test]
async fn bad_bytes_are_invalid() {
    let server = Server::plain().await;
    let address = server.address("grpc");
    let good = logs(2, 20).encode_to_vec();
    let mut long = good.clone();
    long[1] = 0x7f;
    // A list in a list in a list, as the body of a log record.
    let within = |tag: u8, inner: &[u8]| {
        let mut outer = vec![tag];
        pipelines::otlp::wire::put_varint(&mut outer, inner.len() as u64);
        [outer.as_slice(), inner].concat()
    };
    let lists = (0..2000).fold(Vec::new(), |inner, _| within(0x2a, &within(0x0a, &inner)));
    let deep = [0x2a, 0x12, 0x12, 0x0a].iter().fold(lists, |inner, tag| within(*tag, &inner));
    let mut text = good.clone();
    *text.last_mut().unwrap() = 0xff;
    for (name, bytes) in [("cut", good[..good.len() - 3].to_vec()), ("long", long), ("deep", deep), ("text", text)] {
        let reply = call(address, LOGS, &[], framed(0, &bytes)).await;
        assert_eq!(reply.status.as_deref(), Some("3"), "{name}: {reply:?}");
        assert!(reply.message.contains("OTLP"), "{name}: {reply:?}");
    }
    for (name, body) in [
        ("empty", vec![]),
        ("half a head", vec![0, 0, 0]),
        ("shorter than it says", framed(0, &good)[..20].to_vec()),
        ("two messages", [framed(0, &good), framed(0, &good)].concat()),
        ("odd flag", framed(7, &good)),
    ] {
        let reply = call(address, LOGS, &[], body).await;
        assert_eq!(reply.status.as_deref(), Some("3"), "{name}: {reply:?}");
    }
    assert_eq!(server.capture.batches(), 0);
    assert_eq!(call(address, LOGS, &[], framed(0, &good)).await.status.as_deref(), Some("0"));
    server.stop().await;
}

/// Scenario: services, encodings, signals and protocols that are not served. Guarantee: UNIMPLEMENTED, or a status of
/// HTTP for what is not gRPC; encodings that are served are named.
#[tokio::test]
async fn what_is_not_served_is_unimplemented() {
    let server = Server::plain().await;
    let address = server.address("grpc");
    let body = || framed(0, &logs(1, 1).encode_to_vec());
    assert_eq!(call(address, "/grpc.health.v1.Health/Check", &[], body()).await.status.as_deref(), Some("12"));
    let reply = call(address, LOGS, &[("grpc-encoding", "br")], body()).await;
    assert_eq!(reply.status.as_deref(), Some("12"));
    assert!(reply.headers["grpc-accept-encoding"].to_str().unwrap().contains("identity"));
    assert_eq!(call(address, LOGS, &[("content-type", "application/grpc-web")], body()).await.http, 415);
    assert_eq!(call(address, LOGS, &[("content-type", "application/json")], body()).await.http, 415);
    assert_eq!(
        call(address, LOGS, &[("content-type", "application/grpc+proto")], body()).await.status.as_deref(),
        Some("0")
    );
    let url = format!("http://{address}");
    let profiles =
        ProfilesServiceClient::connect(url).await.unwrap().export(ExportProfilesServiceRequest::default()).await;
    let status = profiles.unwrap_err();
    assert_eq!(
        (status.code(), status.message()),
        (Code::Unimplemented, "no pipeline takes profiles from this receiver")
    );
    server.stop().await;
}

/// Scenario: `include_metadata`. Guarantee: metadata is in the context only then, names in lower case.
#[tokio::test]
async fn metadata_is_included_on_request() {
    for included in [false, true] {
        let server = Server::grpc(serde_json::json!({ "include_metadata": included })).await;
        let mut request = tonic::Request::new(logs(1, 1));
        request.metadata_mut().insert("x-tenant", "blue".parse().unwrap());
        client(&server).await.export(request).await.unwrap();
        let batch = server.capture.first();
        assert_eq!(
            batch.context().metadata("x-tenant").collect::<Vec<_>>(),
            if included { vec!["blue"] } else { vec![] }
        );
        server.stop().await;
    }
}
