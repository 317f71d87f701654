//! What detectors find, who wins, and what is refused.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use pipelines::otlp::edit::EncodedValue;
use pipelines::{Context, Signal};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixListener;

use super::detect::{docker, env, instance, system};
use super::{Config, Enrich, ResourceDetection};
use crate::testing::{Bench, config, decode, problems, samples, telemetry};

fn write(root: &Path, path: &str, text: &str) {
    let file = root.join(path);
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file, text).unwrap();
}

fn text(value: &str) -> EncodedValue {
    EncodedValue::new(value)
}

/// Sends a resource with `env: old` through and returns its attributes as text.
async fn enrich(yaml: &str) -> Vec<(String, String)> {
    let bench = Bench::new::<Enrich>(Signal::Logs, yaml);
    bench.processor.start().await.unwrap();
    let value = Some(AnyValue { value: Some(Value::StringValue("old".into())) });
    let old = KeyValue { key: "env".into(), value, ..KeyValue::default() };
    let after = bench.through(telemetry(Signal::Logs, &samples::logs(&[old])), Context::default());
    let request: ExportLogsServiceRequest = decode(&after);
    let attributes = request.resource_logs[0].resource.clone().unwrap().attributes;
    let pair = |one: KeyValue| match one.value.and_then(|value| value.value) {
        Some(Value::StringValue(value)) => (one.key, value),
        other => (one.key, format!("{other:?}")),
    };
    attributes.into_iter().map(pair).collect()
}

/// Scenario: tags meet an attribute that is there. Guarantee: `override` decides.
#[tokio::test]
async fn override_decides() {
    let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    assert_eq!(enrich("tags: {env: new, team: a}").await, [pair("env", "new"), pair("team", "a")]);
    assert_eq!(enrich("tags: {env: new, team: a}\noverride: false").await, [pair("env", "old"), pair("team", "a")]);
}

/// Scenario: the real system, and a tag for one of its facts. Guarantee: facts are added and the tag wins.
#[tokio::test]
async fn tags_win_over_detectors() {
    let found = enrich("tags: {host.name: mine}\ndetectors: [system]").await;
    assert!(found.contains(&("host.name".to_owned(), "mine".to_owned())));
    assert!(found.contains(&("os.type".to_owned(), "linux".to_owned())));
}

/// Scenario: the variable with spaces and escapes. Guarantee: decoded pairs in order; a broken one is named.
#[test]
fn environment() {
    let read =
        |text: &'static str| env::detect(move |name| (name == "OTEL_RESOURCE_ATTRIBUTES").then(|| text.to_owned()));
    let found = read("service.name=shop, key%3D1=a%2Cb").unwrap();
    assert_eq!(found, [("service.name".to_owned(), text("shop")), ("key=1".to_owned(), text("a,b"))]);
    assert!(read("novalue").unwrap_err().contains("`novalue`"));
    assert!(env::detect(|_| None).unwrap().is_empty());
}

/// Scenario: a machine as files, everything switched on. Guarantee: every attribute has the Collector's form.
#[test]
fn system_attributes() {
    let root = tempfile::tempdir().unwrap();
    let root = root.path();
    let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
    write(root, "etc/hosts", &format!("127.0.0.1 localhost\n10.0.0.1 {host}.example.com {host} # mine\n"));
    write(root, "etc/machine-id", "abc123\n");
    write(root, "etc/os-release", "NAME='Debian GNU/Linux'\nVERSION_ID=12\nPRETTY_NAME=\"Debian 12\"\n");
    write(
        root,
        "proc/cpuinfo",
        "vendor_id\t: Intel\ncpu family\t: 6\nmodel\t\t: 85\nmodel name\t: Xeon\nstepping\t: 7\ncache size\t: 512 KB\n",
    );
    write(
        root,
        "proc/net/fib_trie",
        "|-- 127.0.0.1\n  /32 host LOCAL\n|-- 10.0.0.1\n  /32 host LOCAL\n|-- 10.0.0.255\n  /32 link BROADCAST\n",
    );
    write(root, "proc/net/if_inet6", "fe800000000000000000000000000001 02 40 20 80 eth0\n");
    write(root, "sys/class/net/eth0/address", "ac:de:48:23:45:67\n");
    write(root, "sys/class/net/eth0/type", "1\n");
    let toggles: Vec<_> = super::config::SYSTEM.iter().map(|name| format!("{name}: {{enabled: true}}")).collect();
    let config: Config = config(&format!("system: {{resource_attributes: {{{}}}}}", toggles.join(", ")));
    let found = system::detect(&config.system, root).unwrap();
    let get = |key: &str| found.iter().find(|(own, _)| own == key).unwrap().1.clone();
    assert_eq!(found.len(), super::config::SYSTEM.len());
    assert_eq!(get("host.name"), text(&format!("{host}.example.com")));
    assert_eq!(get("host.id"), text("abc123"));
    assert_eq!(get("host.ip"), EncodedValue::array(["10.0.0.1".into(), "fe80::1".into()]));
    assert_eq!(get("host.mac"), EncodedValue::array(["AC-DE-48-23-45-67".into()]));
    assert_eq!(get("host.cpu.model.name"), text("Xeon"));
    assert_eq!(get("host.cpu.cache.l2.size"), EncodedValue::new(512_i64));
    assert_eq!((get("os.name"), get("os.version")), (text("Debian GNU/Linux"), text("12")));
    let os = crate::actions::text(get("os.description").view());
    assert!(os.starts_with("Debian 12 (Linux "), "{os}");
}

/// Scenario: defaults, and the name taken from the kernel. Guarantee: host.name and os.type, nothing else.
#[test]
fn system_defaults() {
    let config: Config = config("system: {hostname_sources: [os]}");
    let found = system::detect(&config.system, Path::new("/nowhere")).unwrap();
    let keys: Vec<_> = found.iter().map(|(key, _)| key.as_str()).collect();
    assert_eq!(keys, ["host.name", "os.type"]);
}

/// Scenario: a daemon answers, and no daemon is there. Guarantee: its facts, or a reason that names the socket.
#[tokio::test]
async fn docker_daemon() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("docker.sock");
    let config: Config = config("timeout: 2s");
    let missing = docker::detect(&socket, &config).await.unwrap_err();
    assert!(missing.contains("docker.sock"), "{missing}");
    let listener = UnixListener::bind(&socket).unwrap();
    let daemon = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = [0; 64];
        let read = stream.read(&mut request).await.unwrap();
        assert!(request[..read].starts_with(b"GET /info "));
        let answer = b"HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n{\"Name\":\"box\",\"OSType\":\"Linux\",\"NCPU\":2}";
        stream.write_all(answer).await.unwrap();
    };
    let (found, ()) = tokio::join!(docker::detect(&socket, &config), daemon);
    assert_eq!(found.unwrap(), [("host.name".to_owned(), text("box")), ("os.type".to_owned(), text("linux"))]);
}

/// Scenario: a daemon that never answers. Guarantee: the wait is bounded by the timeout.
#[tokio::test(start_paused = true)]
async fn docker_timeout() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("docker.sock");
    let _listener = UnixListener::bind(&socket).unwrap();
    let error = docker::detect(&socket, &config("timeout: 2s")).await.unwrap_err();
    assert!(error.contains("did not answer within 2s"), "{error}");
}

/// Scenario: what is not built, and misspelt names. Guarantee: refused by name, with what to do.
#[test]
fn what_is_not_built_is_refused_by_name() {
    let yaml = "detectors: [env, ec2, sytem]\nrefresh_interval: 1m\n\
        system: {hostname_sources: [cname], resource_attributes: {host.nam: {enabled: true}}}";
    let found = problems::<Config>(yaml);
    let messages: Vec<_> = found.iter().map(|problem| problem.message.as_str()).collect();
    let expected = [
        "detector `ec2` is not built yet",
        "unknown detector `sytem`",
        "looking again is not built yet, expected 0",
        "source `cname` is not built yet",
        "unknown attribute `host.nam`",
    ];
    assert_eq!(messages, expected);
    assert!(found[1].help.as_ref().unwrap().starts_with("did you mean system?"));
}

/// Scenario: bodies from public files. Guarantee: accepted without a word.
#[test]
fn public_files_are_accepted() {
    let bodies = [
        "{}",
        "{override: false, timeout: 2s}",
        "{detectors: [env, system, docker], timeout: 5s}",
        "{detectors: [system], system: {hostname_sources: [os]}}",
        "{detectors: [system], system: {resource_attributes: {host.arch: {enabled: true}, host.cpu.cache.l2.size: {enabled: true}}}}",
    ];
    for body in bodies {
        assert!(problems::<Config>(body).is_empty(), "{body}");
        drop(Bench::new::<ResourceDetection>(Signal::Traces, body));
    }
}

/// Scenario: the detector `instance` on two starts, on a machine without an id, and before any start. Guarantee: the id is
/// made once, stands in for `host.id` only where there is none, and looking alone makes nothing.
#[tokio::test]
async fn instance_is_kept() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("state/instance");
    let yaml = format!(
        "detectors: [instance]\ninstance: {{path: {}}}\nsystem: {{resource_attributes: {{host.id: {{enabled: true}}}}}}",
        path.display()
    );
    let own: Config = config(&yaml);
    assert!(instance::detect(&own, root.path()).unwrap().is_empty());
    assert!(!path.exists());
    let first = enrich(&yaml).await;
    let id = fs::read_to_string(&path).unwrap().trim().to_owned();
    assert!(first.contains(&("service.instance.id".to_owned(), id.clone())), "{first:?}");
    assert_eq!(enrich(&yaml).await, first);
    write(root.path(), "etc/machine-id", "uninitialized\n");
    let pair = |key: &str| (key.to_owned(), text(&id));
    assert_eq!(instance::detect(&own, root.path()).unwrap(), [pair("service.instance.id"), pair("host.id")]);
    write(root.path(), "etc/machine-id", "abc\n");
    assert_eq!(instance::detect(&own, root.path()).unwrap(), [pair("service.instance.id")]);
}

/// Scenario: a file that holds no id, and no file named. Guarantee: the pipelines do not start under another id; the error
/// names the file or the key.
#[tokio::test]
async fn instance_is_not_replaced() {
    let root = tempfile::tempdir().unwrap();
    write(root.path(), "instance", "my-agent\n");
    let path = root.path().join("instance");
    let bench =
        Bench::new::<Enrich>(Signal::Logs, &format!("detectors: [instance]\ninstance: {{path: {}}}", path.display()));
    let failure = bench.processor.start().await.unwrap_err();
    assert!(failure.0.contains(path.to_str().unwrap()), "{failure:?}");
    assert!(problems::<Config>("detectors: [instance]").iter().any(|problem| problem.path == "instance.path"));
}
