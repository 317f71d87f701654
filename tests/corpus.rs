//! 230 Collector files found in public, each judged by `tfo validate`.
//!
//! A file whose components are all built in is accepted, or refused where the Collector refuses it; one that names a
//! component this program lacks is refused for exactly those, each at its line. What differs stands in [`DIFFERENCES`]
//! with the reason. The files are not part of the repository: they are looked for in `TFO_CORPUS`, then in
//! `../shared/corpus`; without them the tests say so and end.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

/// Files that are judged otherwise than by the Collector 0.161, and why; each reason stands in docs/compatibility.md.
const DIFFERENCES: &[(&str, &str)] = &[
    ("3a982ec6.yaml", "`logging` is accepted as the old name of `debug`"),
    ("94e510f7.yaml", "`logging` is accepted as the old name of `debug`"),
    ("ce1f9e1a.yaml", "profiles need no feature gate"),
    ("d0b9aa90.yaml", "`service.telemetry.metrics.address` is accepted with a warning"),
];

/// What else may be said of a file that lacks a component, where the Collector was not asked about the rest: the codes
/// or words of the error, and why it is right.
const BESIDES: &[(&str, &str)] = &[
    ("E0202", "the file is a part of a configuration"),
    ("E0203", "the file is a part of a configuration"),
    ("E0204", "the file is a part of a configuration"),
    ("must specify at least one protocol", "the Collector says the same"),
    ("no endpoint is set", "the Collector says the same"),
    ("unknown top-level key `config_sources`", "the Collector says the same"),
    ("{{", "the file is a template that was not rendered"),
    ("found `$", "a bare dollar sign is text, as in the Collector"),
    ("endpoint `$", "a bare dollar sign is text, as in the Collector"),
    ("detector `", "detectors of clouds are refused until they are built"),
    ("filtering profiles is not built yet", "profiles pass unread"),
    ("does not carry profiles", "profiles pass unread"),
];

/// The sections that declare components.
const SECTIONS: [&str; 5] = ["receivers", "processors", "exporters", "connectors", "extensions"];

/// What the Collector says of a file.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Expected {
    Accepted,
    Refused,
    /// The build that was asked lacked a component.
    Unknown,
}

/// What `tfo validate` says of a file.
struct Verdict {
    valid: bool,
    /// `section/type` and line of each component that is not built in.
    lacking: BTreeSet<(String, u64)>,
    /// Codes and messages of all other errors.
    errors: Vec<String>,
}

/// Every file is judged as the Collector judges it, or for a reason that is written down.
#[test]
fn public_files_are_judged_as_by_the_collector() {
    let Some(folder) = corpus() else { return };
    let known = known();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut lacking: BTreeMap<String, usize> = BTreeMap::new();
    let mut besides: BTreeMap<&str, usize> = BTreeMap::new();
    let mut faults = Vec::new();
    let mut excused = BTreeSet::new();
    let expected = expected(&folder);
    assert!(expected.len() >= 200, "{} files", expected.len());
    for (name, (expected, reason)) in &expected {
        let text = fs::read_to_string(folder.join(name)).unwrap();
        let verdict = validate(&folder, name, &text);
        let declared = lacking_in(&text, &known);
        for kind in declared.iter().map(|(kind, _)| kind.clone()).collect::<BTreeSet<_>>() {
            *lacking.entry(kind).or_default() += 1;
        }
        let outcome = match (verdict.valid, declared.is_empty()) {
            (true, _) => "accepted",
            (false, false) => "refused, a component is lacking",
            (false, true) => "refused for another reason",
        };
        *counts.entry(outcome).or_default() += 1;
        let said = |words: &str| verdict.errors.iter().any(|error| error.contains(words));
        let reasons = BESIDES.iter().filter(|(words, _)| said(words)).map(|(_, why)| *why);
        reasons.collect::<BTreeSet<_>>().into_iter().for_each(|why| *besides.entry(why).or_default() += 1);
        let fault = judge(*expected, &verdict, &declared);
        match (fault, DIFFERENCES.iter().find(|(file, _)| file == name)) {
            (None, _) => {}
            (Some(_), Some((file, _))) => {
                excused.insert(*file);
            }
            (Some(fault), None) => faults.push(format!("{name}: {fault}\n    the Collector: {reason}")),
        }
    }
    eprintln!("{}", table(&counts, &lacking, &besides));
    assert!(faults.is_empty(), "{} files\n{}", faults.len(), faults.join("\n"));
    let stale: Vec<_> = DIFFERENCES.iter().filter(|(file, _)| !excused.contains(file)).collect();
    assert!(stale.is_empty(), "these differ no longer: {stale:?}");
}

/// What is accepted does start, and ends on SIGTERM with 0: nothing that keeps it from running is left to be found.
#[test]
fn accepted_files_start_and_stop() {
    let Some(folder) = corpus() else { return };
    let mut faults = Vec::new();
    let mut started = 0;
    for name in expected(&folder).keys() {
        let text = fs::read_to_string(folder.join(name)).unwrap();
        if !validate(&folder, name, &text).valid {
            continue;
        }
        let here = tempfile::tempdir().unwrap();
        fs::write(here.path().join(name), on_free_ports(&text)).unwrap();
        match start_and_stop(here.path(), name, variables(&text)) {
            Ok(()) => started += 1,
            Err(said) => faults.push(format!("{name}: {said}")),
        }
    }
    eprintln!("{started} files were started and stopped");
    assert!(faults.is_empty(), "{} files\n{}", faults.len(), faults.join("\n"));
    assert!(started >= 15, "{started} files");
}

/// The file the Collector's Helm chart makes is refused for its three receivers we lack, and accepted without them.
#[test]
fn the_base_file_of_the_helm_chart_lacks_three_receivers() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let text = fs::read_to_string(folder.join("helm-base.yaml")).unwrap();
    let verdict = validate(&folder, "helm-base.yaml", &text);
    let names: Vec<&str> = verdict.lacking.iter().map(|(kind, _)| kind.as_str()).collect();
    assert_eq!(names, ["receivers/jaeger", "receivers/prometheus", "receivers/zipkin"]);
    assert_eq!(verdict.lacking, lacking_in(&text, &known()));
    assert!(verdict.errors.is_empty(), "{:?}", verdict.errors);

    let without = tempfile::tempdir().unwrap();
    let text = text.split("# cut\n").step_by(2).collect::<String>();
    let text = text.replace(", jaeger", "").replace(", zipkin", "").replace(", prometheus", "");
    fs::write(without.path().join("base.yaml"), &text).unwrap();
    let verdict = validate(without.path(), "base.yaml", &text);
    assert!(verdict.valid, "{:?}\n{text}", verdict.errors);
}

/// Why the verdict is not the one that is wanted.
fn judge(expected: Expected, verdict: &Verdict, declared: &BTreeSet<(String, u64)>) -> Option<String> {
    if verdict.lacking != *declared {
        return Some(format!("lacks {declared:?}, but is told {:?}", verdict.lacking));
    }
    match (expected, declared.is_empty()) {
        // What else is wrong with a file the Collector refuses cannot be told from here.
        (Expected::Refused, false) => None,
        (_, false) => {
            let unexplained = |error: &&String| !BESIDES.iter().any(|(words, _)| error.contains(words));
            let besides: Vec<&String> = verdict.errors.iter().filter(unexplained).collect();
            (!besides.is_empty()).then(|| format!("more than its components: {besides:?}"))
        }
        (Expected::Accepted, true) if !verdict.valid => Some(format!("is refused: {:?}", verdict.errors)),
        (Expected::Refused, true) if verdict.valid => Some("is accepted".to_owned()),
        (Expected::Unknown, true) if !verdict.valid => Some(format!("is refused: {:?}", verdict.errors)),
        _ => None,
    }
}

fn table(counts: &BTreeMap<&str, usize>, lacking: &BTreeMap<String, usize>, besides: &BTreeMap<&str, usize>) -> String {
    let mut table = String::new();
    for (what, count) in counts {
        writeln!(table, "{count:4} {what}").unwrap();
    }
    for (why, count) in besides {
        writeln!(table, "{count:4} with an error because {why}").unwrap();
    }
    for (file, why) in DIFFERENCES {
        writeln!(table, "     {file} differs: {why}").unwrap();
    }
    let mut lacking: Vec<_> = lacking.iter().collect();
    lacking.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    for (kind, count) in lacking.into_iter().take(25) {
        writeln!(table, "{count:4} lack {kind}").unwrap();
    }
    table
}

/// The folder of the files, where it is there.
fn corpus() -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    let folder = std::env::var_os("TFO_CORPUS").map_or_else(beside, PathBuf::from);
    if folder.join("EXPECTED.tsv").exists() {
        return Some(folder);
    }
    eprintln!("SKIPPED: no public Collector files in {}; set TFO_CORPUS", folder.display());
    None
}

fn expected(folder: &Path) -> BTreeMap<String, (Expected, String)> {
    let text = fs::read_to_string(folder.join("EXPECTED.tsv")).unwrap();
    let lines = text.lines().skip(1).map(|line| {
        let mut columns = line.splitn(3, '\t');
        let (name, verdict) = (columns.next().unwrap(), columns.next().unwrap());
        let expected = match verdict {
            "accepted" => Expected::Accepted,
            "refused" => Expected::Refused,
            _ => Expected::Unknown,
        };
        (name.to_owned(), (expected, columns.next().unwrap_or_default().to_owned()))
    });
    lines.collect()
}

/// `section/type` of everything that is built in, old names included.
fn known() -> BTreeSet<String> {
    let output = Command::new(env!("CARGO_BIN_EXE_tfo")).args(["components", "--json"]).output().expect("tfo runs");
    let list: Value = serde_json::from_slice(&output.stdout).expect("one JSON document");
    let mut known = BTreeSet::new();
    for component in list.as_array().expect("a list") {
        let aliases = component["aliases"].as_array().expect("a list").iter().chain([&component["name"]]);
        known
            .extend(aliases.map(|name| format!("{}s/{}", component["kind"].as_str().unwrap(), name.as_str().unwrap())));
    }
    known
}

/// `section/type` and line of what a file declares and this program lacks: read line by line, as the published files
/// are normalised to block style with two blanks.
fn lacking_in(text: &str, known: &BTreeSet<String>) -> BTreeSet<(String, u64)> {
    let mut section = "";
    let mut lacking = BTreeSet::new();
    for (number, line) in text.lines().enumerate() {
        let name = line.trim_start();
        match line.len() - name.len() {
            0 if !line.is_empty() && !line.starts_with(['#', '-']) => section = line.split(':').next().unwrap(),
            2 if SECTIONS.contains(&section) && !name.starts_with(['#', '-']) => {
                let id = name.split(':').next().unwrap().trim_matches(['"', '\'']);
                let kind = format!("{section}/{}", id.split('/').next().unwrap().trim());
                if !known.contains(&kind) {
                    lacking.insert((kind, number as u64 + 1));
                }
            }
            _ => {}
        }
    }
    lacking
}

/// The text with every place that is listened on moved to a free port of the loopback.
fn on_free_ports(text: &str) -> String {
    let mut section = "";
    let lines: Vec<&str> = text.lines().collect();
    let depth = |line: &str| line.len() - line.trim_start().len();
    let mut moved = String::new();
    for (at, line) in lines.iter().enumerate() {
        if depth(line) == 0 && !line.starts_with('-') {
            section = line.split(':').next().unwrap();
        }
        let name = line.trim();
        let listens = match section {
            "receivers" => matches!(name.split(':').next(), Some("grpc" | "http")),
            "extensions" => depth(line) == 2,
            _ => false,
        };
        let is_empty = lines.get(at + 1).is_none_or(|next| depth(next) <= depth(line));
        let (head, _) = line.split_once(':').unwrap_or((line, ""));
        let shows_metrics = section == "service" && (name.starts_with("port:") || name.starts_with("address:"));
        if shows_metrics {
            let (key, free) = if name.starts_with("port:") { ("port", "0") } else { ("address", "127.0.0.1:0") };
            writeln!(moved, "{}{key}: {free}", " ".repeat(depth(line))).unwrap();
        } else if listens && is_empty && !name.starts_with("pprof") {
            writeln!(moved, "{head}: {{endpoint: '127.0.0.1:0'}}").unwrap();
        } else if matches!(section, "receivers" | "extensions") && name.starts_with("endpoint:") {
            writeln!(moved, "{head}: 127.0.0.1:0").unwrap();
        } else {
            writeln!(moved, "{line}").unwrap();
        }
    }
    moved
}

fn start_and_stop(folder: &Path, name: &str, variables: Vec<(String, &'static str)>) -> Result<(), String> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tfo"));
    command.current_dir(folder).args(["collector", "-c", name, "--drain-timeout", "1", "--threads", "1"]);
    command.args(["--set", "service.telemetry.logs.level=info"]).env_clear().envs(variables);
    let mut running = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("tfo runs");
    let mut lines = BufReader::new(running.stderr.take().unwrap()).lines().map_while(Result::ok);
    let mut said = String::new();
    let is_ready = lines.by_ref().any(|line| {
        said.push_str(&line);
        said.push('\n');
        line.contains("everything is ready")
    });
    if is_ready {
        Command::new("kill").arg(running.id().to_string()).status().expect("kill runs");
    }
    lines.for_each(|line| said.push_str(&line));
    let status = running.wait().expect("it ends");
    if is_ready && status.success() { Ok(()) } else { Err(format!("{status}: {said}")) }
}

fn validate(folder: &Path, name: &str, text: &str) -> Verdict {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tfo"));
    let command = command.current_dir(folder).args(["validate", "--format", "json", "-c", name]).env_clear();
    let output = command.envs(variables(text)).output().expect("tfo runs");
    let report: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{name}: {error}: {}", String::from_utf8_lossy(&output.stderr)));
    let mut verdict =
        Verdict { valid: report["valid"].as_bool().unwrap(), lacking: BTreeSet::new(), errors: Vec::new() };
    for found in report["diagnostics"].as_array().unwrap().iter().filter(|found| found["severity"] == "error") {
        let message = found["message"].as_str().unwrap();
        let lacking = message.strip_prefix("unknown ").and_then(|rest| rest.split_once(" type `"));
        match lacking.filter(|_| found["code"] == "E0401") {
            Some((kind, rest)) => {
                let name = rest.split('`').next().unwrap();
                verdict.lacking.insert((format!("{kind}s/{name}"), found["line"].as_u64().unwrap()));
            }
            None => verdict.errors.push(format!("{} line {}: {message}", found["code"], found["line"])),
        }
    }
    verdict
}

/// A plausible value for each variable a file refers to.
fn variables(text: &str) -> Vec<(String, &'static str)> {
    let names = text.split("${").skip(1).filter_map(|rest| rest.split_once('}')).map(|(inner, _)| {
        let inner = inner.split_once(":-").map_or(inner, |(name, _)| name);
        inner.strip_prefix("env:").unwrap_or(inner).to_owned()
    });
    let names = names.filter(|name| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'));
    names
        .filter(|name| !name.starts_with(|c: char| c.is_ascii_digit()))
        .map(|name| (plausible(&name), name))
        .map(|(value, name)| (name, value))
        .collect()
}

fn plausible(name: &str) -> &'static str {
    let name = name.to_ascii_uppercase();
    let has = |part: &str| name.contains(part);
    if name.replace("EXPORT", "").contains("PORT") {
        "4317"
    } else if has("LEVEL") {
        "info"
    } else if has("VERBOSITY") {
        "basic"
    } else if has("GATEWAY") {
        "localhost"
    } else if has("URL") {
        "http://localhost:4318"
    } else if has("ENDPOINT") || has("ADDR") {
        "localhost:4317"
    } else if has("HOST") || has("_IP") || has("INTERFACE") || has("LISTEN") {
        "127.0.0.1"
    } else if has("MIB") || has("SIZE") || has("LIMIT") {
        "512"
    } else {
        "value"
    }
}
