//! Small requests that become large inside.

use crate::client::{PROTOBUF, address, assert_peak, logs, post};
use crate::support::Tfo;

/// A request with `count` empty log records, two bytes each.
fn empty_records(count: usize) -> Vec<u8> {
    let mut bytes = [0x12, 0].repeat(count);
    for head in [0x12, 0x0a] {
        let mut outer = vec![head];
        prost::encoding::encode_varint(bytes.len() as u64, &mut outer);
        outer.extend(bytes);
        bytes = outer;
    }
    bytes
}

/// Scenario: some kilobytes decompress to millions of empty records, and a processor adds an attribute to each.
/// Guarantee: what cannot fit into the bytes in flight is refused for good before any of it is edited; what fits is taken.
#[tokio::test]
async fn empty_records_count() {
    let tfo = Tfo::start(
        r#"
receivers:
  otlp: { protocols: { http: { endpoint: "127.0.0.1:0" } } }
processors:
  attributes: { actions: [{ key: environment.name, value: production, action: insert }] }
exporters: { nop: }
service:
  pipelines:
    logs: { receivers: [otlp], processors: [attributes], exporters: [nop] }
"#,
    );
    for (records, status) in [(16 << 20, 400), (4 << 20, 400), (1 << 18, 200)] {
        let body = zstd::bulk::compress(&empty_records(records), 3).unwrap();
        let headers = [PROTOBUF, "Content-Encoding: zstd"];
        let answer = post(address(&tfo, "http"), "/v1/logs", &headers, &body).await;
        assert_eq!(answer.status, status, "{records} records in {} bytes: {answer:?}", body.len());
    }
    assert_eq!(post(address(&tfo, "http"), "/v1/logs", &[PROTOBUF], &logs(["a"])).await.status, 200);
    assert_peak(&tfo, 256 + 40);
}
