//! The real binary reads its files again: asked by a signal, by `tfo reload`, over HTTP, or by a change of the files.
// The clock of the engine is of another process here.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods, missing_docs)]

mod support;

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use support::{Ended, Tfo, tfo};

/// Longest time for what happens by itself, on a machine that also compiles.
const PATIENCE: Duration = Duration::from_secs(20);

/// Logs from `endpoint` over HTTP into these files of the folder; `more` are further settings of the receiver's protocol.
fn config(endpoint: &str, more: &str, files: &[&str]) -> String {
    let exporters: String =
        files.iter().map(|file| format!("  file/{file}: {{ path: '{{folder}}/{file}' }}\n")).collect();
    let names: Vec<String> = files.iter().map(|file| format!("file/{file}")).collect();
    format!(
        "receivers:\n  otlp:\n    protocols:\n      http: {{ endpoint: '{endpoint}'{more} }}\nexporters:\n{exporters}service:\n  \
         pipelines:\n    logs: {{ receivers: [otlp], exporters: [{}] }}\n",
        names.join(", ")
    )
}

/// An address that nobody listens on.
fn free() -> String {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
}

/// Writes a configuration where the process reads it.
fn write(tfo: &Tfo, yaml: &str) {
    let yaml = yaml.replace("{folder}", tfo.folder.path().to_str().unwrap());
    std::fs::write(tfo.path("tfo.yaml"), yaml).unwrap();
}

fn reload(process: &Tfo) -> Ended {
    tfo(&["reload", "--wait", "--pid", &process.pid().to_string()])
}

/// Sends one record over a connection, which is kept; the status and whether it was the last answer. `None` if the
/// connection broke.
fn send(stream: &mut TcpStream, text: &str) -> Option<(u16, bool)> {
    let body =
        format!(r#"{{"resourceLogs":[{{"scopeLogs":[{{"logRecords":[{{"body":{{"stringValue":"{text}"}}}}]}}]}}]}}"#);
    let head = format!(
        "POST /v1/logs HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(format!("{head}{body}").as_bytes()).ok()?;
    let mut answer = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&answer).to_ascii_lowercase();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            if body.len() >= length.map_or(0, |length| length.trim().parse().unwrap()) {
                let status = head.split(' ').nth(1).unwrap().parse().unwrap();
                return Some((status, head.contains("connection: close")));
            }
        }
        match stream.read(&mut buffer) {
            Ok(read) if read > 0 => answer.extend_from_slice(&buffer[..read]),
            _ => return None,
        }
    }
}

/// How often a text is in a file.
fn count(tfo: &Tfo, file: &str, text: &str) -> usize {
    std::fs::read_to_string(tfo.path(file)).unwrap_or_default().matches(text).count()
}

fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let started = Instant::now();
    while !holds() {
        assert!(started.elapsed() < PATIENCE, "{what} did not come to pass");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Scenario: an exporter is added, and taken out again, while a client has a connection open. Guarantee: the untouched
/// receiver keeps the connection, each record is in the files of its time, and the same files again change nothing.
#[test]
fn an_untouched_receiver_keeps_its_connections() {
    let process = Tfo::start(&config("127.0.0.1:0", "", &["one"]));
    let mut stream = TcpStream::connect(process.address("http")).unwrap();
    assert_eq!(send(&mut stream, "first"), Some((200, false)));
    write(&process, &config("127.0.0.1:0", "", &["one", "two"]));
    let ended = reload(&process);
    assert_eq!(ended.status.code(), Some(0), "{}", ended.stderr);
    assert!(ended.stdout.starts_with("applied: added: file/two (logs)"), "{}", ended.stdout);
    assert_eq!(send(&mut stream, "second"), Some((200, false)));
    write(&process, &config("127.0.0.1:0", "", &["two"]));
    assert_eq!(reload(&process).status.code(), Some(0));
    assert_eq!(send(&mut stream, "third"), Some((200, false)));
    for (file, texts) in [("one", [1, 1, 0]), ("two", [0, 1, 1])] {
        let found = ["first", "second", "third"].map(|text| count(&process, file, text));
        assert_eq!(found, texts, "{file}");
    }
    let ended = reload(&process);
    assert!(ended.status.success() && ended.stdout.starts_with("unchanged: "), "{}", ended.stdout);
    let (status, log) = process.stop();
    assert!(status.success(), "{log:#?}");
}

/// Scenario: a misspelled key, a missing file, a port that is taken. Guarantee: what ran goes on; the exit code says what
/// kind of mistake it is, and the terminal and the log say where it is.
#[test]
fn a_bad_file_changes_nothing() {
    let process = Tfo::start(&config("127.0.0.1:0", "", &["one"]));
    let mut stream = TcpStream::connect(process.address("http")).unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let at = taken.local_addr().unwrap().to_string();
    let hint = "receivers.otlp.protocols.http.endpoint=127.0.0.1:";
    for (yaml, code, says) in [
        (config("127.0.0.1:0", ", endpiont: x", &["one"]), 78, "tfo.yaml:4"),
        (String::new(), 78, "empty configuration"),
        (config(&at, "", &["one"]), 1, hint),
    ] {
        write(&process, &yaml);
        let ended = reload(&process);
        assert_eq!(ended.status.code(), Some(code), "{}", ended.stderr);
        assert!(ended.stderr.contains(says) && ended.stderr.contains("was not changed"), "{}", ended.stderr);
        assert_eq!(send(&mut stream, "still"), Some((200, false)));
    }
    std::fs::remove_file(process.path("tfo.yaml")).unwrap();
    assert_eq!(reload(&process).status.code(), Some(66));
    write(&process, &config("127.0.0.1:0", ", endpiont: x", &["one"]));
    process.signal("HUP");
    assert_eq!(send(&mut stream, "still"), Some((200, false)));
    assert_eq!(count(&process, "one", "still"), 4);
    let (status, log) = process.stop();
    let line = log.iter().find(|line| line.contains("endpiont")).unwrap();
    assert!(line.contains("tfo.yaml:4:") && line.contains("error[E0101]"), "{line}");
    assert!(status.success() && log.iter().any(|line| line.contains("what ran goes on unchanged")), "{log:#?}");
}

/// Scenario: SIGHUP after the endpoint has changed. Guarantee: the new port takes requests; the old one answers those it
/// has and is closed.
#[test]
fn sighup_moves_a_port() {
    let (old, new) = (free(), free());
    let process = Tfo::start(&config(&old, "", &["one"]));
    let mut before = TcpStream::connect(&old).unwrap();
    assert_eq!(send(&mut before, "before"), Some((200, false)));
    write(&process, &config(&new, "", &["one"]));
    process.signal("HUP");
    wait_until("the new port", || TcpStream::connect(&new).is_ok());
    let mut stream = TcpStream::connect(&new).unwrap();
    assert_eq!(send(&mut stream, "after"), Some((200, false)));
    wait_until("the end of the old port", || TcpStream::connect(&old).is_err());
    assert_eq!((count(&process, "one", "before"), count(&process, "one", "after")), (1, 1));
}

/// Scenario: the settings of a receiver change thirty times while clients come, one connection after the other or one
/// that is kept. Guarantee: nobody is refused and no request goes unanswered; who keeps a connection is told when it ends.
#[test]
fn a_changed_receiver_has_no_gap() {
    let at = free();
    let process = Tfo::start(&config(&at, "", &["one"]));
    let ended = AtomicBool::new(false);
    let sent = std::thread::scope(|scope| {
        let fresh = |name: &'static str, keeps: bool| {
            let (at, ended) = (&at, &ended);
            move || {
                let (mut sent, mut kept) = (0, None);
                while !ended.load(Ordering::Relaxed) {
                    let mut stream = kept.take().unwrap_or_else(|| TcpStream::connect(at).expect("nobody is refused"));
                    let answer = send(&mut stream, &format!("{name} {sent};"));
                    let Some((200, is_last)) = answer else { panic!("{name} {sent}: {answer:?}") };
                    kept = (keeps && !is_last).then_some(stream);
                    sent += 1;
                }
                sent
            }
        };
        let clients = [("fresh", false), ("kept", true), ("other", true)];
        let clients = clients.map(|(name, keeps)| (name, scope.spawn(fresh(name, keeps))));
        for round in 1..=30 {
            write(&process, &config(&at, &format!(", max_request_body_size: {round}MiB"), &["one"]));
            let done = reload(&process);
            assert_eq!(done.status.code(), Some(0), "{}", done.stderr);
        }
        ended.store(true, Ordering::Relaxed);
        clients.map(|(name, client)| (name, client.join().unwrap()))
    });
    let (status, log) = process.end_of(&sent);
    assert!(status, "{log:#?}");
}

/// Scenario: `--watch`, and the file lies behind a symbolic link that is swapped, as Kubernetes does. Guarantee: the new
/// file runs soon, without anybody asking.
#[test]
fn a_swapped_link_is_seen() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let put = |version: &str, files: &[&str]| {
        std::fs::create_dir(path(version)).unwrap();
        let yaml = config("127.0.0.1:0", "", files).replace("{folder}", folder.path().to_str().unwrap());
        std::fs::write(path(version).join("tfo.yaml"), yaml).unwrap();
        std::os::unix::fs::symlink(version, path("..new")).unwrap();
        std::fs::rename(path("..new"), path("..data")).unwrap();
    };
    put("..1", &["one"]);
    std::os::unix::fs::symlink("..data/tfo.yaml", path("tfo.yaml")).unwrap();
    let process = Tfo::start_with("{}", &["--watch", "--config", path("tfo.yaml").to_str().unwrap()]);
    let mut stream = TcpStream::connect(process.address("http")).unwrap();
    assert_eq!(send(&mut stream, "first"), Some((200, false)));
    put("..2", &["one", "two"]);
    let in_two = || std::fs::read_to_string(path("two")).unwrap_or_default();
    wait_until("the second file", || {
        assert_eq!(send(&mut stream, "more"), Some((200, false)));
        in_two().contains("more")
    });
}

/// Scenario: the admin address, asked by a program and by a web page. Guarantee: the program reads the outcome, the page
/// is turned away.
#[test]
fn reload_over_http() {
    let admin = free();
    let process = Tfo::start_with(&config("127.0.0.1:0", "", &["one"]), &["--admin", &admin]);
    let ask = |head: &str| {
        let mut stream = TcpStream::connect(&admin).unwrap();
        write!(stream, "POST /-/reload HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{head}Content-Length: 0\r\n\r\n")
            .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    };
    let answer = ask("");
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains(r#""result":"unchanged""#), "{answer}");
    assert!(ask("Origin: http://evil.example\r\n").starts_with("HTTP/1.1 403"));
    write(&process, "receivers: {}");
    let answer = ask("");
    assert!(answer.starts_with("HTTP/1.1 422") && answer.contains("tfo.yaml:1:"), "{answer}");
}

/// Scenario: the path of an extension changes, its port does not. Guarantee: nobody finds the port closed, and soon only
/// the new path answers.
#[test]
fn an_extension_keeps_its_port() {
    let at = free();
    let health = |path: &str| {
        let service =
            config("127.0.0.1:0", "", &["one"]).replace("service:\n", "service:\n  extensions: [health_check]\n");
        format!("extensions:\n  health_check: {{ endpoint: '{at}', path: {path} }}\n{service}")
    };
    let status = |path: &str| {
        let mut stream = TcpStream::connect(&at).expect("nobody is refused");
        write!(stream, "GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer.split(' ').nth(1).map(str::to_owned).unwrap_or_default()
    };
    let process = Tfo::start(&health("/old"));
    assert_eq!((status("/old"), status("/new")), ("200".to_owned(), "404".to_owned()));
    write(&process, &health("/new"));
    assert_eq!(reload(&process).status.code(), Some(0));
    wait_until("the new path", || status("/new") == "200");
    assert_eq!(status("/old"), "404");
}

/// Guarantee: who names no process that runs, or a port that is taken, reads what to do.
#[test]
fn mistakes_are_explained() {
    let ended = tfo(&["reload", "--wait", "--pid", "4194304"]);
    assert_eq!(ended.status.code(), Some(69), "{}", ended.stderr);
    let process = Tfo::start(&config("127.0.0.1:0", "", &["one"]));
    let file = process.path("tfo.yaml");
    let ended = tfo(&["reload", "--wait", "-c", file.to_str().unwrap()]);
    assert_eq!(ended.status.code(), Some(0), "{}", ended.stderr);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tfo.yaml");
    let yaml = config(process.address("http"), "", &["one"]);
    std::fs::write(&file, yaml.replace("{folder}", folder.path().to_str().unwrap())).unwrap();
    let ended = tfo(&["collector", "-c", file.to_str().unwrap()]);
    let hint = "--set receivers.otlp.protocols.http.endpoint=127.0.0.1:";
    assert!(ended.status.code() == Some(1) && ended.stderr.contains(hint), "{}", ended.stderr);
}

/// Scenario: SIGTERM while a destination never answers, with records whose senders were told OK. Guarantee: the process
/// ends in time, and the log says of each node how much was left there.
#[test]
fn what_is_left_at_the_end_is_told() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let to = silent.local_addr().unwrap();
    let exporter =
        format!("otlp_http: {{ endpoint: 'http://{to}', timeout: 60s, sending_queue: {{ wait_for_result: false }} }}");
    let yaml = config("127.0.0.1:0", "", &["one"]).replace("exporters:\n", &format!("exporters:\n  {exporter}\n"));
    let process = Tfo::start_with(&yaml.replace("[file/one]", "[otlp_http]"), &["--drain-timeout", "1"]);
    let mut stream = TcpStream::connect(process.address("http")).unwrap();
    for text in ["a", "b", "c"] {
        assert_eq!(send(&mut stream, text), Some((200, false)));
    }
    let started = Instant::now();
    let (status, log) = process.stop();
    assert!(status.success() && started.elapsed() < Duration::from_secs(5), "{log:#?}");
    let left = |line: &&String| line.contains("this left") && line.contains("otlp_http") && line.contains("held=3");
    assert!(log.iter().any(|line| left(&line)), "{log:#?}");
}

trait Judged {
    /// Whether it ends well with every record of every client in the file, once.
    fn end_of(self, sent: &[(&str, usize)]) -> (bool, Vec<String>);
}

impl Judged for Tfo {
    fn end_of(mut self, sent: &[(&str, usize)]) -> (bool, Vec<String>) {
        let (status, log) = self.end();
        let file = std::fs::read_to_string(Path::new(&self.path("one"))).unwrap();
        for (name, sent) in sent {
            assert!(*sent > 30, "{name} sent only {sent}");
            let found = (0..*sent).filter(|at| file.matches(&format!("\"{name} {at};\"")).count() == 1).count();
            assert_eq!(found, *sent, "records of {name}");
        }
        (status.success(), log)
    }
}
