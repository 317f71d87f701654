//! The rules of style that can be counted, held against every file of the repository.
//!
//! [`RULES`] is the list. A second test plants one fault per rule, so no rule can go blind unnoticed.
#![allow(clippy::expect_used, clippy::panic)]

use std::fmt;
use std::fs;
use std::path::Path;

/// Lines of a source file, and of a `tests.rs`.
const MAX_LINES: (usize, usize) = (400, 600);
/// Packages in Cargo.lock. Every one is code we ship, build and update; raise it only with a reason.
const MAX_PACKAGES: usize = 380;
/// Crates of this workspace and which of them each may depend on.
const DIRECTIONS: [(&str, &[&str]); 7] = [
    ("Cargo.toml", &["pipelines", "receivers", "processors", "exporters", "ebpf"]),
    ("pipelines/Cargo.toml", &[]),
    ("receivers/Cargo.toml", &["pipelines", "ebpf"]),
    ("processors/Cargo.toml", &["pipelines"]),
    ("exporters/Cargo.toml", &["pipelines"]),
    ("ebpf/Cargo.toml", &[]),
    ("tests/bench/Cargo.toml", &[]),
];
const CRATES: [&str; 7] = ["pipelines", "receivers", "processors", "exporters", "ebpf", "tfo", "tfo-bench"];
const COMPONENT_CRATES: [&str; 3] = ["receivers", "processors", "exporters"];

/// A rule: what to do about a fault, and how faults are found.
type Rule = (&'static str, fn(&Repository) -> Vec<Fault>);

const RULES: [Rule; 14] = [
    ("split the file: one idea each", long_files),
    ("start with `//!`: what the file is for, and why", undocumented_files),
    ("write ASCII; in strings use an escape", not_ascii),
    ("return the error; a panic takes the pipeline down", panics),
    ("finish it or leave it out", unfinished),
    ("name it after what it is", vague_names),
    ("drop the `get_`", getters),
    ("declare it in lib.rs and put it into the list there", unlisted_components),
    ("dependencies run src -> components -> pipelines; move the shared part down", sideways),
    ("use `impl Future`, an enum or a boxed future written out", boxed_traits),
    ("check generated files in instead", build_scripts),
    ("say in a doc comment what the field means, its unit and default: the docs are made from it", silent_fields),
    ("make the path relative or a parameter", machine_paths),
    ("remove a dependency, or a page nobody links to", counted),
];

/// A file of the repository; the path is relative to its root.
struct Source {
    path: String,
    text: String,
}

/// All files that could be tracked, binaries left out.
struct Repository(Vec<Source>);

/// Where a rule is broken and what stands there.
struct Fault {
    path: String,
    line: usize,
    what: String,
}

/// Every file follows every rule.
#[test]
fn the_repository_follows_its_rules() {
    let repository = Repository::read();
    assert!(repository.rust().count() > 10, "the sources were not found");
    let faults: Vec<String> = RULES
        .iter()
        .flat_map(|(fix, rule)| rule(&repository).into_iter().map(move |fault| format!("{fault}; {fix}")))
        .collect();
    assert!(faults.is_empty(), "{} faults:\n{}\n", faults.len(), faults.join("\n"));
}

/// Each rule reports the fault that is planted for it, and exactly that one.
#[test]
fn every_rule_finds_its_planted_fault() {
    let long = format!("//! Long.\n{}", "\n".repeat(MAX_LINES.0));
    let lock = "[[package]]\n".repeat(MAX_PACKAGES + 1);
    let lib = "//! List.\npub mod redis;\n";
    let machine = concat!("//! See ", "/work", "/x.\n");
    let planted = [
        ("src/a.rs", long.as_str()),
        ("src/a.rs", "fn a() {}\n"),
        ("src/a.rs", "//! Caf\u{e9}.\n"),
        ("src/a.rs", concat!("//! A.\nfn a() { b()", ".unwrap", "() }\n")),
        ("src/a.rs", concat!("//! A.\nfn a() { ", "todo", "!() }\n")),
        ("src/log_utils.rs", "//! A.\n"),
        ("src/a.rs", concat!("//! A.\nfn ", "get", "_a() {}\n")),
        ("receivers/redis/mod.rs", "//! Redis.\nimpl ReceiverFactory for Redis {}\n"),
        ("processors/Cargo.toml", "[dependencies]\nreceivers.workspace = true\n"),
        ("src/a.rs", concat!("//! A.\n#[", "async", "_trait]\n")),
        ("pipelines/build.rs", "//! Build.\n"),
        ("exporters/a.rs", "//! A.\npub struct Config {\n    #[serde(default)]\n    pub size: u64,\n}\n"),
        ("src/a.rs", machine),
        ("Cargo.lock", lock.as_str()),
    ];
    for ((fix, rule), (path, text)) in RULES.iter().zip(planted) {
        let file = |path: &str, text: &str| Source { path: path.into(), text: text.into() };
        let faults = rule(&Repository(vec![file(path, text), file("receivers/lib.rs", lib)]));
        assert_eq!(faults.len(), 1, "`{fix}` found {} faults in {text}", faults.len());
        assert_eq!(faults[0].path, path);
    }
}

// === rules ===

fn long_files(repository: &Repository) -> Vec<Fault> {
    let limit = |source: &Source| if source.name() == "tests.rs" { MAX_LINES.1 } else { MAX_LINES.0 };
    repository
        .rust()
        .filter(|source| source.text.lines().count() > limit(source))
        .map(|source| source.fault(limit(source) + 1, format!("{} lines", source.text.lines().count())))
        .collect()
}

fn undocumented_files(repository: &Repository) -> Vec<Fault> {
    let silent = repository.rust().filter(|source| !source.text.starts_with("//!"));
    silent.map(|source| source.fault(1, "no module documentation".into())).collect()
}

fn not_ascii(repository: &Repository) -> Vec<Fault> {
    let kinds = ["rs", "toml", "py", "mjs", "sh", "c", "h"];
    let sources = repository.0.iter().filter(|source| kinds.contains(&source.extension()));
    sources.flat_map(|source| source.lines_with(|line| !line.is_ascii())).collect()
}

/// Constants are proven by the compiler, and an `allow` above the line has told its reason to clippy's reader.
fn panics(repository: &Repository) -> Vec<Fault> {
    let mut faults = Vec::new();
    for source in repository.rust().filter(|source| !source.is_test()) {
        let lines: Vec<&str> = source.production().collect();
        for (number, line) in lines.iter().enumerate().filter(|(_, line)| is_code(line) && may_panic(line)) {
            let allowed = |line: &&str| line.contains("clippy::unwrap_used") || line.contains("clippy::expect_used");
            if !line.contains("const ") && !lines[number.saturating_sub(6)..number].iter().any(allowed) {
                faults.push(source.fault(number + 1, line.trim().into()));
            }
        }
    }
    faults
}

/// `unwrap` without arguments, or `expect` with a message and nothing else.
fn may_panic(line: &str) -> bool {
    let expect = line.split_once(concat!(".expect", "(\"")).and_then(|(_, message)| message.split_once('"'));
    line.contains(concat!(".unwrap", "()")) || expect.is_some_and(|(_, after)| after.starts_with(')'))
}

fn unfinished(repository: &Repository) -> Vec<Fault> {
    let words = [concat!("todo", "!("), concat!("unimplemented", "!("), concat!("#[", "ignore"), concat!("dbg", "!(")];
    repository.rust().flat_map(|source| source.code_with(&words, false)).collect()
}

fn vague_names(repository: &Repository) -> Vec<Fault> {
    let vague = ["util", "utils", "helper", "helpers", "manager", "managers", "misc"];
    let words = |path: &str| path.split(['/', '_', '.', '-']).any(|word| vague.contains(&word));
    let module =
        |line: &str| line.split_once("mod ").is_some_and(|(_, name)| words(name.trim_end_matches([';', '{', ' '])));
    repository
        .rust()
        .flat_map(|source| {
            let path = words(&source.path).then(|| source.fault(1, "a name that says nothing".into()));
            path.into_iter().chain(source.lines_with(|line| is_code(line) && module(line)))
        })
        .collect()
}

fn getters(repository: &Repository) -> Vec<Fault> {
    repository.rust().flat_map(|source| source.code_with(&[concat!("fn ", "get_")], false)).collect()
}

/// A folder that implements a factory trait is a component; others beside it are shared parts.
fn unlisted_components(repository: &Repository) -> Vec<Fault> {
    let listed = |top: &str, name: &str| {
        let list = repository.0.iter().find(|source| source.path == format!("{top}/lib.rs"));
        list.is_some_and(|list| {
            let code: Vec<&str> = list.text.lines().filter(|line| is_code(line)).collect();
            code.iter().any(|line| line.ends_with(&format!("mod {name};")))
                && code.iter().any(|line| line.contains(&format!("{name}::")))
        })
    };
    let mut faults = Vec::new();
    for source in repository.rust().filter(|source| !source.is_test()) {
        let mut parts = source.path.split('/');
        if let (Some(top), Some(name), Some(_)) = (parts.next(), parts.next(), parts.next())
            && COMPONENT_CRATES.contains(&top)
            && !listed(top, name)
        {
            faults.extend(source.code_with(&["Factory for "], false));
        }
    }
    faults
}

fn sideways(repository: &Repository) -> Vec<Fault> {
    let mut faults = Vec::new();
    for manifest in repository.0.iter().filter(|source| source.name() == "Cargo.toml") {
        let Some((_, allowed)) = DIRECTIONS.iter().find(|(path, _)| *path == manifest.path) else { continue };
        let mut dependencies = false;
        for (number, line) in manifest.text.lines().enumerate() {
            if line.starts_with('[') {
                dependencies = line.contains("dependencies") && line != "[workspace.dependencies]";
            }
            // `name.workspace = true` or the table `[dependencies.name]`.
            let line = line.rsplit_once("dependencies.").map_or(line, |(_, table)| table);
            let name = line.split(['.', ' ', '=', ']']).next().unwrap_or_default();
            if dependencies && CRATES.contains(&name) && !allowed.contains(&name) {
                faults.push(manifest.fault(number + 1, format!("depends on {name}")));
            }
        }
    }
    faults
}

fn boxed_traits(repository: &Repository) -> Vec<Fault> {
    repository.rust().flat_map(|source| source.code_with(&[concat!("async", "_trait")], false)).collect()
}

fn build_scripts(repository: &Repository) -> Vec<Fault> {
    let beside = |source: &Source| source.path.strip_suffix("build.rs").map(|folder| format!("{folder}Cargo.toml"));
    let manifests = |path: String| DIRECTIONS.iter().any(|(manifest, _)| *manifest == path);
    let scripts = repository.rust().filter(|source| beside(source).is_some_and(manifests));
    scripts.map(|source| source.fault(1, "a build script".into())).collect()
}

/// Fields of what users write: structs of a component crate named `*Config*` or read by serde.
fn silent_fields(repository: &Repository) -> Vec<Fault> {
    let mut faults = Vec::new();
    let components = |source: &&Source| COMPONENT_CRATES.iter().any(|top| source.path.starts_with(&format!("{top}/")));
    for source in repository.rust().filter(components).filter(|source| !source.is_test()) {
        let (mut inside, mut read_by_serde, mut documented) = (false, false, false);
        for (number, line) in source.production().enumerate() {
            let code = line.trim();
            if code.starts_with("#[derive(") || code.starts_with("#[cfg_attr") {
                read_by_serde |= code.contains("Deserialize");
            } else if code.contains("struct ") && is_code(line) {
                inside = code.ends_with('{') && (read_by_serde || code.contains("Config"));
                (read_by_serde, documented) = (false, false);
            } else if code.starts_with("enum ") || code.contains(" enum ") {
                read_by_serde = false;
            } else if line.starts_with('}') {
                inside = false;
            } else if inside && code.starts_with("///") {
                documented = true;
            } else if inside && is_field(code) && !std::mem::take(&mut documented) {
                faults.push(source.fault(number + 1, code.into()));
            }
        }
    }
    faults
}

fn machine_paths(repository: &Repository) -> Vec<Fault> {
    let roots = [concat!("/work", "/"), concat!("/root", "/"), concat!("/tmp", "/bash")];
    let begins = |line: &str, root: &str| {
        line.match_indices(root).any(|(at, _)| {
            line[..at]
                .chars()
                .next_back()
                .is_none_or(|before| !before.is_ascii_alphanumeric() && !"/._-}".contains(before))
        })
    };
    let found = |line: &str| roots.iter().any(|root| begins(line, root));
    repository.0.iter().flat_map(|source| source.lines_with(found)).collect()
}

/// Packages in Cargo.lock, and error pages without an error.
fn counted(repository: &Repository) -> Vec<Fault> {
    let file = |path: &str| repository.0.iter().find(|source| source.path == path);
    let mut faults = Vec::new();
    if let Some(lock) = file("Cargo.lock") {
        let packages = lock.text.lines().filter(|line| *line == "[[package]]").count();
        if packages > MAX_PACKAGES {
            faults.push(lock.fault(1, format!("{packages} packages of at most {MAX_PACKAGES}")));
        }
    }
    if let Some(codes) = file("pipelines/config/code.rs") {
        let pages = repository.0.iter().filter(|source| source.path.starts_with("docs/errors/E"));
        let orphans = pages.filter(|page| !codes.text.contains(page.name().trim_end_matches(".md")));
        faults.extend(orphans.map(|page| page.fault(1, format!("no such code in {}", codes.path))));
    }
    faults
}

// === impl Repository ===

impl Repository {
    fn read() -> Self {
        let mut sources = Vec::new();
        collect(Path::new(env!("CARGO_MANIFEST_DIR")), "", &mut sources);
        Self(sources)
    }

    /// Sources written by hand.
    fn rust(&self) -> impl Iterator<Item = &Source> {
        let generated = |source: &Source| source.text.lines().take(3).any(|line| line.contains("@generated"));
        self.0.iter().filter(move |source| source.extension() == "rs" && !generated(source))
    }
}

// === impl Source ===

impl Source {
    fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }

    fn extension(&self) -> &str {
        self.name().rsplit_once('.').map_or("", |(_, extension)| extension)
    }

    /// Whether all of the file is test code.
    fn is_test(&self) -> bool {
        let folders = ["tests", "testing", "fuzz", "benches"];
        self.name() == "tests.rs"
            || self.path.split('/').any(|part| folders.contains(&part)) && !self.path.starts_with("tests/bench/")
    }

    /// The lines before a test module written out at the end of the file.
    fn production(&self) -> impl Iterator<Item = &str> {
        let mut lines = self.text.lines().peekable();
        std::iter::from_fn(move || {
            let line = lines.next()?;
            let tests = line == "#[cfg(test)]" && lines.peek().is_some_and(|next| next.ends_with('{'));
            (!tests).then_some(line)
        })
        .fuse()
    }

    fn lines_with(&self, found: impl Fn(&str) -> bool) -> Vec<Fault> {
        let lines = self.text.lines().enumerate().filter(|(_, line)| found(line));
        lines.map(|(number, line)| self.fault(number + 1, line.trim().into())).collect()
    }

    fn code_with(&self, words: &[&str], production: bool) -> Vec<Fault> {
        let last = if production { self.production().count() } else { usize::MAX };
        let mut faults = self.lines_with(|line| is_code(line) && words.iter().any(|word| line.contains(word)));
        faults.retain(|fault| fault.line <= last);
        faults
    }

    fn fault(&self, line: usize, what: String) -> Fault {
        Fault { path: self.path.clone(), line, what }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.what)
    }
}

fn is_code(line: &str) -> bool {
    !line.trim_start().starts_with("//")
}

/// `name: Type,` with or without a visibility.
fn is_field(code: &str) -> bool {
    let name = code.strip_prefix("pub ").or_else(|| code.strip_prefix("pub(crate) ")).unwrap_or(code);
    let name = name.split_once(": ").map_or("", |(name, _)| name).trim_start_matches("r#");
    !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

/// Reads the files below `root/folder`; what cargo, npm, Python, git and `make quickstart` make is left out.
fn collect(root: &Path, folder: &str, sources: &mut Vec<Source>) {
    let made = ["target", "node_modules", "__pycache__", ".venv", ".git", "corpus", "artifacts"];
    let here = root.join(folder);
    if here.join("CACHEDIR.TAG").exists() {
        return;
    }
    let entries = fs::read_dir(&here).unwrap_or_else(|error| panic!("cannot read {}: {error}", here.display()));
    for entry in entries.map(|entry| entry.expect("a directory can be read to its end")) {
        let name = entry.file_name().into_string().expect("file names are UTF-8");
        let path = if folder.is_empty() { name.clone() } else { format!("{folder}/{name}") };
        let kind = entry.file_type().expect("a file has a type");
        if kind.is_dir() && !made.contains(&name.as_str()) {
            collect(root, &path, sources);
        } else if kind.is_file() && path != ".git" && !path.starts_with("telemetry.db") {
            // What is not text is not a source.
            sources.extend(fs::read_to_string(entry.path()).ok().map(|text| Source { path, text }));
        }
    }
}
