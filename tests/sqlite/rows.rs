//! What clients send is what readers find; the quickstart.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use crate::support::{Tfo, tfo};
use crate::{collector, number, post};

const RESOURCE: &str = r#"{"attributes":[{"key":"service.name","value":{"stringValue":"shop"}}]}"#;

/// A request of each signal.
fn requests() -> [(&'static str, String); 3] {
    let logs = r#"[{"logRecords":[{"timeUnixNano":"1700000000000000001","severityNumber":17,"body":{"stringValue":"a\u0000b"}}]}]"#;
    let spans = r#"[{"spans":[{"traceId":"0102030405060708090a0b0c0d0e0f10","spanId":"0102030405060708","name":"GET",
        "kind":2,"startTimeUnixNano":"1700000000000000000","endTimeUnixNano":"1700000000002000000",
        "events":[{"name":"retry"}]}]}]"#;
    let metrics = r#"[{"metrics":[
        {"name":"g","gauge":{"dataPoints":[{"timeUnixNano":"1","asInt":"9007199254740993"}]}},
        {"name":"s","sum":{"aggregationTemporality":2,"dataPoints":[{"timeUnixNano":"1","asDouble":"NaN"}]}},
        {"name":"h","histogram":{"dataPoints":[{"timeUnixNano":"1","count":"3","bucketCounts":["1","2"],"explicitBounds":[1]}]}},
        {"name":"e","exponentialHistogram":{"dataPoints":[{"timeUnixNano":"1","count":"3","scale":1,
            "positive":{"offset":2,"bucketCounts":["3"]}}]}},
        {"name":"q","summary":{"dataPoints":[{"timeUnixNano":"1","count":"3","quantileValues":[{"quantile":1,"value":2}]}]}}]}]"#;
    [
        ("/v1/logs", format!(r#"{{"resourceLogs":[{{"resource":{RESOURCE},"scopeLogs":{logs}}}]}}"#)),
        ("/v1/traces", format!(r#"{{"resourceSpans":[{{"resource":{RESOURCE},"scopeSpans":{spans}}}]}}"#)),
        ("/v1/metrics", format!(r#"{{"resourceMetrics":[{{"resource":{RESOURCE},"scopeMetrics":{metrics}}}]}}"#)),
    ]
}

/// Scenario: every signal and kind of metric through the binary. Guarantee: once the client hears OK it is all there,
/// with one resource for all, and `normal` does the same.
#[test]
fn all_signals_are_stored() {
    for more in ["", "synchronous: normal"] {
        let tfo = Tfo::start(&collector("{folder}/deep/t.db", &format!("create_directory: true\n    {more}")));
        for (path, request) in requests() {
            assert_eq!(post(tfo.address("http"), path, &request).unwrap().0, 200, "{path}");
        }
        let db = tfo.path("deep/t.db");
        for (is_so, sql) in [
            ("one resource", "SELECT count(*) FROM otel_resources WHERE attributes = '{\"service.name\":\"shop\"}'"),
            ("log", "SELECT count(*) FROM logs WHERE body = 'a' || char(0) || 'b' AND severity = 'ERROR'"),
            ("its time", "SELECT count(*) FROM logs WHERE time = '2023-11-14T22:13:20.000000001Z'"),
            ("span", "SELECT count(*) FROM spans WHERE duration_ms = 2 AND kind = 'Server' AND name = 'GET'"),
            ("event", "SELECT count(*) FROM otel_spans WHERE events ->> '$[0].name' = 'retry'"),
            ("exact", "SELECT count(*) FROM metrics WHERE metric_name = 'g' AND value = 9007199254740993"),
            ("NaN", "SELECT count(*) FROM otel_metrics_sum WHERE value IS NULL AND aggregation_temporality = 2"),
            ("buckets", "SELECT count(*) FROM otel_metrics_histogram WHERE bucket_counts = '[1,2]'"),
            ("exponential", "SELECT count(*) FROM otel_metrics_exp_histogram WHERE positive_offset = 2 AND scale = 1"),
            ("summary", "SELECT count(*) FROM otel_metrics_summary WHERE quantiles ->> '$[0].value' = 2"),
            ("all have the service", "SELECT count(*) = 5 FROM metrics WHERE service_name = 'shop'"),
        ] {
            assert_eq!(number(&db, sql), 1, "{is_so}");
        }
    }
}

/// Scenario: a dry run of the file. Guarantee: it shows the rows that would be stored, and makes no store.
#[test]
fn dry_runs_show_the_rows() {
    let folder = tempfile::tempdir().unwrap();
    let (yaml, input) = (folder.path().join("tfo.yaml"), folder.path().join("logs.json"));
    std::fs::write(&yaml, collector(folder.path().join("t.db").to_str().unwrap(), "")).unwrap();
    std::fs::write(&input, requests()[0].1.replace('\n', "")).unwrap();
    let ended = tfo(&["dry-run", "-c", yaml.to_str().unwrap(), "--input", input.to_str().unwrap()]);
    assert!(ended.stdout.contains("otel_logs: 1 rows"), "{}{}", ended.stdout, ended.stderr);
    assert!(!folder.path().join("t.db").exists());
}

/// Scenario: `tfo quickstart` in an empty folder, a record, `tfo query`. Guarantee: it says where to send and how to look
/// at it, and that is so.
#[test]
fn the_quickstart_shows_what_comes() {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("first $minute.db");
    let mut command = Command::new(env!("CARGO_BIN_EXE_tfo"));
    command.arg("quickstart").arg("--db").arg(&db).env("NO_COLOR", "1").stdin(Stdio::null());
    for setting in ["receivers.otlp.protocols.grpc", "receivers.otlp.protocols.http", "extensions.health_check"] {
        command.args(["--set", &format!("{setting}.endpoint=127.0.0.1:0")]);
    }
    command.args(["--set", "service.telemetry.metrics.level=none"]);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
    let started: Vec<String> = lines.by_ref().take_while(|line| !line.contains("everything is ready")).collect();
    // What it says from now on is read, so that it never waits.
    let rest = std::thread::spawn(move || lines.count());
    let said = format!("tfo query logs --db {}", db.display());
    assert!(started.iter().any(|line| line.ends_with(&said)), "{started:#?}");
    let place = |line: &&String| line.contains("listening on http") && line.contains("id=otlp");
    let place = started.iter().find(place).and_then(|line| line.split("listening on http ").nth(1)).unwrap();
    let address = place.split(' ').next().unwrap();
    assert_eq!(post(address, "/v1/logs", &requests()[0].1).unwrap().0, 200);
    let shown = tfo(&["query", "logs", "--db", db.to_str().unwrap()]);
    assert!(shown.stdout.contains("ERROR") && shown.stdout.contains("shop"), "{}{}", shown.stdout, shown.stderr);
    child.kill().unwrap();
    child.wait().unwrap();
    rest.join().unwrap();
}
