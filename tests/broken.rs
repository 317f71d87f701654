//! Broken configurations and what a user reads about them.
//!
//! `tests/broken/NN-name.yaml` is a file somebody wrote, its first line says where the complaint comes from;
//! `NN-name.out` is what `tfo validate` prints about it. `UPDATE_GOLDEN=1 cargo test --test broken` writes them anew:
//! read the difference as a user would before it is kept.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

/// The exit code of an invalid configuration, as in sysexits.h.
const CONFIG: i32 = 78;
/// The exit code of a missing file.
const NO_INPUT: i32 = 66;

/// Each file is refused with 78, and every message is the one that was read and agreed.
#[test]
fn every_broken_file_is_refused_as_agreed() {
    let folder = root().join("tests/broken");
    let update = std::env::var_os("UPDATE_GOLDEN").is_some();
    let files = files(&folder, "yaml");
    assert!(files.len() >= 60, "{} files", files.len());
    let mut differences = Vec::new();
    for file in files {
        let name = file.file_name().unwrap().to_str().unwrap();
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.starts_with("# "), "{name}: the first line says where the complaint comes from");
        let output = tfo(&folder, &["validate", "-c", name]);
        let said = String::from_utf8(output.stderr).unwrap();
        if output.status.code() != Some(CONFIG) {
            differences.push(format!("=== {name} ended with {:?}\n{said}", output.status.code()));
        }
        let golden = file.with_extension("out");
        if update {
            fs::write(&golden, &said).unwrap();
        }
        let expected = fs::read_to_string(&golden).unwrap_or_default();
        if said != expected {
            differences.push(format!("=== {name}\n--- expected\n{expected}\n--- said\n{said}"));
        }
    }
    assert!(differences.is_empty(), "{} differ\n{}", differences.len(), differences.join("\n"));
}

/// Every error names file, line and column, and a line that exists.
#[test]
fn every_error_of_a_broken_file_has_a_place() {
    let folder = root().join("tests/broken");
    for file in files(&folder, "yaml") {
        let name = file.file_name().unwrap().to_str().unwrap();
        let lines = fs::read_to_string(&file).unwrap().lines().count() as u64;
        for found in diagnostics(&folder, name) {
            assert_eq!(found["file"], name, "{name}: {found}");
            let line = found["line"].as_u64().unwrap_or_else(|| panic!("{name}: {found} has no line"));
            assert!((1..=lines + 1).contains(&line), "{name}: {found}");
            assert!(found["column"].as_u64().is_some_and(|column| column >= 1), "{name}: {found}");
            assert!(is_one_sentence(found["message"].as_str().unwrap()), "{name}: {}", found["message"]);
        }
    }
}

/// A golden file without its YAML would never be compared.
#[test]
fn every_golden_output_has_its_file() {
    for golden in files(&root().join("tests/broken"), "out") {
        assert!(golden.with_extension("yaml").exists(), "{}", golden.display());
    }
}

/// The example of each page gives the code of the page, and no error but that.
#[test]
fn every_example_of_a_page_gives_its_code() {
    let mut shown = 0;
    for page in files(&root().join("docs/errors"), "md") {
        let code = page.file_stem().unwrap().to_str().unwrap().to_owned();
        let text = fs::read_to_string(&page).unwrap();
        let Some(example) = example(&text) else { continue };
        shown += 1;
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("example.yaml"), example).unwrap();
        let found = diagnostics(folder.path(), "example.yaml");
        let codes: Vec<&str> = found.iter().map(|one| one["code"].as_str().unwrap()).collect();
        assert!(codes.contains(&code.as_str()), "{code}: {found:?}\n{example}");
        let others: Vec<&&str> = codes.iter().filter(|other| other.starts_with('E') && **other != code).collect();
        assert!(others.is_empty(), "{code}: {found:?}\n{example}");
    }
    assert!(shown >= 20, "{shown} examples");
}

/// A missing file is another kind of failure than a wrong one: 66, with the name and the reason.
#[test]
fn a_missing_file_is_named() {
    let output = tfo(root(), &["validate", "-c", "missing.yaml"]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(NO_INPUT));
    assert!(said.contains("E0001") && said.contains("missing.yaml") && said.contains("No such file"), "{said}");
}

/// A wrong `--set` is shown like a file: with the argument and the place in it.
#[test]
fn a_wrong_assignment_is_shown() {
    let folder = root().join("tests/broken");
    let file = files(&folder, "yaml").remove(0);
    let output = tfo(&folder, &["validate", "-c", file.to_str().unwrap(), "--set", "processors.batch.timeout"]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(CONFIG));
    assert!(said.contains("E0007") && said.contains("--set processors.batch.timeout"), "{said}");
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn tfo(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tfo"));
    command.current_dir(folder).args(arguments).env_clear().env("NO_COLOR", "1").output().expect("tfo runs")
}

fn diagnostics(folder: &Path, file: &str) -> Vec<Value> {
    let output = tfo(folder, &["validate", "--format", "json", "-c", file]);
    let report: Value = serde_json::from_slice(&output.stdout).expect("one JSON document");
    report["diagnostics"].as_array().expect("a list").clone()
}

fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the folder").map(|entry| entry.expect("an entry").path());
    let mut files: Vec<PathBuf> = entries.filter(|path| path.extension().is_some_and(|e| e == extension)).collect();
    files.sort();
    files
}

/// The whole file behind `## Example`, if the page shows one.
fn example(page: &str) -> Option<&str> {
    let (_, behind) = page.split_once("## Example\n")?;
    let (_, text) =
        behind.trim_start().strip_prefix("```")?.split_once("yaml\n").filter(|(before, _)| before.is_empty())?;
    text.split_once("```").map(|(text, _)| text)
}

fn is_one_sentence(message: &str) -> bool {
    !message.ends_with('.') && !message.contains('\n') && !message.starts_with(char::is_uppercase)
}
