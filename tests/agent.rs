//! Agent files: what the guide's samples become, and what is said of wrong ones.
//!
//! `tests/agent/*.yaml` are the guide's samples, `*.out` what `tfo config print` makes of them;
//! `UPDATE_GOLDEN=1 cargo test --test agent` writes those anew.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "agent/running.rs"]
mod running;
mod support;
// The tests of TLS use more of it.
#[allow(dead_code)]
#[path = "tls/authority.rs"]
mod tls;
#[path = "agent/world.rs"]
mod world;

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

/// The exit code of an invalid configuration, as in sysexits.h.
const CONFIG: i32 = 78;
/// The exit code of a missing file.
const NO_INPUT: i32 = 66;

const NO_KUBERNETES: &str = "collectors.kubernetes.enabled=false";
const NO_EBPF: &str = "collectors.ebpf.enabled=false";
const NO_INTEGRATION: &str = "integrations.ebpf.enabled=false";

/// The guide's samples as they are run: the files, and what must be switched off.
const SAMPLES: [(&str, &[&str], &[&str]); 7] = [
    ("minimal", &["minimal"], &[]),
    ("high-volume", &["minimal", "high-volume"], &[]),
    ("low-resource", &["minimal", "low-resource"], &[]),
    ("production", &["production"], &[NO_KUBERNETES, NO_EBPF]),
    ("daemonset", &["daemonset"], &[NO_KUBERNETES]),
    ("ebpf", &["minimal", "ebpf"], &[NO_INTEGRATION]),
    ("cilium", &["minimal", "cilium"], &[NO_INTEGRATION]),
];

/// The path, file and line that an error names.
type Named = (&'static str, &'static str, u64);

/// Scenario: each of the guide's samples. Guarantee: it becomes the pipelines that were read and agreed.
#[test]
fn samples_become_pipelines() {
    let update = std::env::var_os("UPDATE_GOLDEN").is_some();
    let mut differences = Vec::new();
    for (name, files, sets) in SAMPLES {
        let output = tfo("config", &["print"], files, sets);
        assert!(output.status.success(), "{name}: {}", said(&output));
        let printed = String::from_utf8(output.stdout).unwrap();
        let golden = folder().join(format!("{name}.out"));
        if update {
            fs::write(&golden, &printed).unwrap();
        }
        if fs::read_to_string(&golden).unwrap_or_default() != printed {
            differences.push(format!("=== {name}\n{printed}"));
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

/// Scenario: samples that ask for what is not built yet. Guarantee: exactly their switches are named, at their lines.
#[test]
fn collectors_that_are_not_built_are_named() {
    let expected: [(&[&str], &[Named]); 4] = [
        (
            &["production"],
            &[
                ("collectors.kubernetes.enabled", "production.yaml", 38),
                ("collectors.ebpf.enabled", "production.yaml", 47),
            ],
        ),
        (&["daemonset"], &[("collectors.kubernetes.enabled", "daemonset.yaml", 19)]),
        (&["minimal", "ebpf"], &[("integrations.ebpf.enabled", "ebpf.yaml", 3)]),
        (
            &["minimal", "cilium"],
            &[("integrations.ebpf.enabled", "cilium.yaml", 3), ("integrations.ebpf.cilium.enabled", "cilium.yaml", 8)],
        ),
    ];
    for (files, expected) in expected {
        let errors = errors(&diagnostics(files, &[]));
        let named: Vec<(&str, &str, u64)> =
            errors.iter().map(|error| (text(error, "path"), text(error, "file"), line(error))).collect();
        assert_eq!(named, expected);
        for error in &errors {
            let path = text(error, "path");
            assert!(text(error, "message").contains(path), "{error}");
            assert!(error["helps"][0].as_str().unwrap().contains(&format!("--set {path}=false")), "{error}");
        }
    }
}

/// Scenario: every key of every sample, misspelt one at a time. Guarantee: it is refused with its line and the right
/// spelling.
#[test]
fn every_misspelt_key_is_refused() {
    let mut misspelt = 0;
    for name in ["minimal", "production", "daemonset", "high-volume", "low-resource", "ebpf", "cilium"] {
        let sample = fs::read_to_string(folder().join(format!("{name}.yaml"))).unwrap();
        let mut free = None;
        for (at, written) in sample.lines().enumerate() {
            let indent = written.len() - written.trim_start().len();
            let Some((key, _)) = written.trim_start().split_once(':') else { continue };
            if key.starts_with(['#', '-']) || free.is_some_and(|tags| indent > tags) {
                continue;
            }
            // The names of tags are the user's.
            free = (key == "tags").then_some(indent);
            let wrong = format!("{key}{}", &key[key.len() - 1..]);
            let lines = sample.lines().enumerate();
            let lines = lines.map(|(line, text)| if line == at { text.replacen(key, &wrong, 1) } else { text.into() });
            let copy = tempfile::tempdir().unwrap();
            fs::write(copy.path().join("a.yaml"), lines.collect::<Vec<String>>().join("\n")).unwrap();
            let output = run(copy.path(), &["validate", "--format", "json", "-c", "a.yaml"]);
            assert_eq!(output.status.code(), Some(CONFIG), "{name}: {wrong}");
            let report: Value = serde_json::from_slice(&output.stdout).unwrap();
            let found = report["diagnostics"].as_array().unwrap().iter().find(|found| line(found) == at as u64 + 1);
            let found = found.unwrap_or_else(|| panic!("{name}: {wrong}: {report}"));
            assert!(found["code"] == "E0101" && found["suggestion"] == key, "{name}: {wrong}: {found}");
            misspelt += 1;
        }
    }
    assert!(misspelt > 100, "{misspelt} keys");
}

/// Scenario: old spellings. Guarantee: each works like the new one, with a warning that names that.
#[test]
fn old_spellings_are_warned_about() {
    let old = "yaml:telemetryflow: {tls: {insecure_skip_verify: true}}\n\
               collectors: {node_exporter: {enabled: true, collect_cpu: false, diskio: false, loadavg: true}, \
               kubernetes: {pods: true, kubeconfig: /a, namespaces_collect: false}}";
    let output = run(&folder(), &["config", "print", "-c", old]);
    let said = said(&output);
    assert!(output.status.success(), "{said}");
    for (old, new) in [
        ("telemetryflow.tls.insecure_skip_verify", "skip_verify"),
        ("collectors.node_exporter.collect_cpu", "cpu"),
        ("collectors.node_exporter.diskio", "disk_io"),
        ("collectors.node_exporter.loadavg", "load_avg"),
        ("collectors.kubernetes.pods", "collect_pods"),
        ("collectors.kubernetes.kubeconfig", "kubeconfig_path"),
        ("collectors.kubernetes.namespaces_collect", "collect_namespaces"),
    ] {
        assert!(said.contains(&format!("{old} is an old spelling of `{new}`")), "{old}: {said}");
    }
    let printed = String::from_utf8(output.stdout).unwrap();
    assert!(printed.contains("insecure_skip_verify: true") && printed.contains("cpu: false"), "{printed}");
}

/// Scenario: filters that stand beside the groups of node metrics. Guarantee: each becomes one of its group, whose own
/// settings stay, and a wrong one is an error at its line.
#[test]
fn filters_become_those_of_their_groups() {
    let file = |more: &str| format!("yaml:collectors: {{node_exporter: {{enabled: true, {more}}}}}");
    let filters = "network_device_exclude: '^veth', disk_io: {interval: 30s}, disk_device_exclude: '^loop', \
                   textfile: true, textfile_path: /a, filesystem: false, filesystem_mount_exclude: '^/b'";
    let output = run(&folder(), &["config", "print", "-c", &file(filters)]);
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    for group in [
        "    network:\n      device_exclude: ^veth\n",
        "    disk:\n      interval: 30s\n      device_exclude: ^loop\n",
        "    textfile:\n      enabled: true\n      directories:\n        - /a\n",
        "    filesystem:\n      enabled: false\n      mount_exclude: ^/b\n",
    ] {
        assert!(printed.contains(group), "{group}{printed}{}", said(&output));
    }
    let valid = run(&folder(), &["validate", "-c", &file(filters)]);
    assert!(valid.status.success(), "{}", said(&valid));
    let wrong = run(&folder(), &["validate", "-c", &file("network_device_exclude: '('")]);
    assert!(wrong.status.code() == Some(CONFIG) && said(&wrong).contains("1 error in"), "{}", said(&wrong));
}

/// Scenario: the basic metrics, asked for and not. Guarantee: the receiver that has them is told what the section says; it
/// is there by itself only where nothing else is collected.
#[test]
fn basic_metrics_are_collected() {
    let file = "yaml:collectors: {system: {interval: 30s, network: false, disk_paths: [/]}}";
    let output = run(&folder(), &["validate", "-c", file]);
    assert!(output.status.success(), "{}", said(&output));
    let printed = |file: &str| {
        let output = run(&folder(), &["config", "print", "-c", file]);
        String::from_utf8(output.stdout).unwrap()
    };
    let expected = "  system:\n    collection_interval: 30s\n    naming: tfo\n    disk_paths:\n      - /\n    scrapers:\n      \
                    cpu: {}\n      memory: {}\n      filesystem: {}\n";
    assert!(printed(file).contains(expected), "{}", printed(file));
    assert!(printed("yaml:agent: {name: a}").contains("  system:\n"));
    assert!(!printed("minimal.yaml").contains("  system:\n    coll"));
}

/// Scenario: both spellings of a key. Guarantee: equal values are warned about, different ones are an error.
#[test]
fn both_spellings_must_agree() {
    let file =
        |old, new| format!("yaml:collectors: {{node_exporter: {{enabled: true, diskio: {old}, disk_io: {new}}}}}");
    let agree = run(&folder(), &["config", "print", "-c", &file("true", "true")]);
    assert!(agree.status.success() && said(&agree).contains("old spelling"), "{}", said(&agree));
    let differ = run(&folder(), &["config", "print", "-c", &file("true", "false")]);
    assert_eq!(differ.status.code(), Some(CONFIG));
    assert!(said(&differ).contains("which stands here with another value"), "{}", said(&differ));
}

/// Scenario: keys that upstream's agent read and never used. Guarantee: each is an error that says so.
#[test]
fn keys_without_effect_are_refused() {
    let file = "yaml:telemetryflow: {}\nauto_update: {enabled: true}\nsecurity: {}\nlogging: {max_backups: 3}\n\
                collectors: {redis: {enabled: false}}\nbuffer: {max_entries: 5}";
    let output = run(&folder(), &["validate", "-c", file]);
    assert_eq!(output.status.code(), Some(CONFIG));
    let said = said(&output);
    for (path, what) in [
        ("auto_update", "has never had an effect"),
        ("security", "has never had an effect"),
        ("logging.max_backups", "is not built"),
        ("collectors.redis", "is not built"),
        ("buffer.max_entries", "has no meaning for this buffer"),
    ] {
        assert!(said.contains(&format!("{path} {what}")), "{path}: {said}");
    }
    assert!(said.contains("5 errors in"), "{said}");
}

/// Scenario: a section for the agent's own metrics: with a port, switched off, with what upstream has besides. Guarantee:
/// the port is listened on, nothing is, an error says so.
#[test]
fn own_metrics_have_a_place() {
    let printed = |section: &str| {
        let file = format!("yaml:telemetryflow: {{}}\ncollectors: {{system: {{}}}}\nprometheus_server: {section}");
        run(&folder(), &["config", "print", "-c", &file])
    };
    let text = |output: &std::process::Output| String::from_utf8_lossy(&output.stdout).into_owned();
    let on = text(&printed("{host: '::1', port: 18888}"));
    assert!(on.contains("pull:") && on.contains("port: 18888") && on.contains("host: ::1"), "{on}");
    let off = text(&printed("{enabled: false}"));
    assert!(off.contains("level: none") && !off.contains("pull:"), "{off}");
    assert!(!said(&printed("{}")).contains("warning"));
    let refused = printed("{metric_prefix: a}");
    assert!(said(&refused).contains("prometheus_server.metric_prefix is not built"), "{}", said(&refused));
}

/// Scenario: the basic metrics beside those of the machine in the names of OpenTelemetry. Guarantee: a warning says that
/// one name means two things.
#[test]
fn a_name_with_two_meanings_is_warned_about() {
    let file = |naming: &str| {
        format!(
            "yaml:telemetryflow: {{}}\ncollectors: {{system: {{}}, node_exporter: {{enabled: true, naming: {naming}}}}}"
        )
    };
    let of = |naming: &str| said(&run(&folder(), &["validate", "-c", &file(naming)]));
    assert!(of("semconv").contains("collectors.system gives `system.memory.usage` in percent"), "{}", of("semconv"));
    assert!(!of("tfo").contains("warning"), "{}", of("tfo"));
}

/// Scenario: values that cannot work. Guarantee: each is refused at its own line, all at once.
#[test]
fn wrong_values_are_refused() {
    let text = "telemetryflow:\n  api_key_id: tfk_a\n  endpoint: http://a:4317\n  tls: {enabled: true}\n\
                heartbeat:\n  interval: 100ms\nbuffer:\n  max_size_mb: 0\ncollectors:\n  node_exporter:\n    enabled: true\n\
                exporter:\n  otlp:\n    metrics_endpoint: /v1/metrics\n";
    let copy = tempfile::tempdir().unwrap();
    fs::write(copy.path().join("a.yaml"), text).unwrap();
    let output = run(copy.path(), &["validate", "--format", "json", "-c", "a.yaml"]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let lines: Vec<u64> = report["diagnostics"].as_array().unwrap().iter().map(line).collect();
    assert_eq!(lines, [2, 3, 6, 8, 14], "{report}");
}

/// Scenario: a file that is half agent and half pipelines. Guarantee: one error says so.
#[test]
fn a_file_is_one_of_both() {
    let output = run(&folder(), &["validate", "-c", "minimal.yaml", "--set", "receivers.otlp.protocols.grpc="]);
    let said = said(&output);
    assert_eq!(output.status.code(), Some(CONFIG));
    assert!(said.contains("`telemetryflow` belongs to an agent file and `receivers` to a pipeline file"), "{said}");
    assert!(said.contains("1 error in"), "{said}");
}

/// Scenario: what a component finds wrong with its settings. Guarantee: the line is that of the agent file.
#[test]
fn errors_of_components_point_into_the_agent_file() {
    let errors = errors(&diagnostics(&["minimal"], &["telemetryflow.endpoint=a b:4317"]));
    let about = errors.iter().find(|error| text(error, "message").contains("a b:4317")).unwrap();
    assert_eq!(text(about, "file"), "--set telemetryflow.endpoint", "{about}");
}

/// Scenario: an agent without `-c`. Guarantee: it looks where the guide says, and lists the places when there is nothing.
#[test]
fn an_agent_finds_its_file() {
    let home = tempfile::tempdir().unwrap();
    let agent = |folder: &Path| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tfo"));
        command.current_dir(folder).env_clear().env("HOME", home.path()).args(["agent", "--dry-run"]);
        command.output().unwrap()
    };
    let here = tempfile::tempdir().unwrap();
    let nothing = agent(here.path());
    assert_eq!(nothing.status.code(), Some(NO_INPUT));
    for place in ["./tfo-agent.yaml", "./configs/", "/etc/tfo-agent/", ".tfo-agent/tfo-agent.yaml", "tfo init host"] {
        assert!(said(&nothing).contains(place), "{}", said(&nothing));
    }
    for (folder, name) in [(home.path().join(".tfo-agent"), ".tfo-agent"), (here.path().join("configs"), "configs")] {
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join("tfo-agent.yaml"), "agent: {nam: a}\n").unwrap();
        let found = agent(here.path());
        assert_eq!(found.status.code(), Some(CONFIG));
        assert!(said(&found).contains(&format!("{name}/tfo-agent.yaml:1:9")), "{}", said(&found));
    }
}

/// Scenario: the guide beside the repository, where it is. Guarantee: the samples here are the guide's, to the letter.
#[test]
fn samples_are_those_of_the_guide() {
    let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/guide");
    for name in ["minimal", "production", "high-volume", "low-resource", "ebpf", "cilium"] {
        let Ok(theirs) = fs::read_to_string(guide.join(format!("{name}.yaml"))) else { continue };
        assert_eq!(theirs, fs::read_to_string(folder().join(format!("{name}.yaml"))).unwrap(), "{name}");
    }
    let Ok(theirs) = fs::read_to_string(guide.join("kubernetes-daemonset.yaml")) else { return };
    for line in fs::read_to_string(folder().join("daemonset.yaml")).unwrap().lines().filter(|line| !line.is_empty()) {
        assert!(theirs.contains(&format!("\n    {line}\n")), "{line}");
    }
}

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/agent")
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tfo"));
    command.current_dir(folder).args(arguments).env_clear().env("NO_COLOR", "1").output().expect("tfo runs")
}

/// `tfo COMMAND ARGUMENTS` on samples with assignments.
fn tfo(command: &str, arguments: &[&str], files: &[&str], sets: &[&str]) -> Output {
    let files: Vec<String> = files.iter().map(|name| format!("{name}.yaml")).collect();
    let mut all = vec![command];
    all.extend(arguments);
    files.iter().for_each(|file| all.extend(["-c", file]));
    sets.iter().for_each(|set| all.extend(["--set", set]));
    run(&folder(), &all)
}

fn diagnostics(files: &[&str], sets: &[&str]) -> Vec<Value> {
    let output = tfo("validate", &["--format", "json"], files, sets);
    let report: Value = serde_json::from_slice(&output.stdout).expect("one JSON document");
    report["diagnostics"].as_array().expect("a list").clone()
}

fn errors(diagnostics: &[Value]) -> Vec<Value> {
    diagnostics.iter().filter(|found| found["severity"] == "error").cloned().collect()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap_or_else(|| panic!("{key} in {value}"))
}

fn line(value: &Value) -> u64 {
    value["line"].as_u64().unwrap_or_default()
}
