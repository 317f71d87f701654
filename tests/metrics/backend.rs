//! A client and a backend of HTTP that know just enough.
// Each test binary uses a part of it, and waits for processes whose clock is the system's.
#![allow(dead_code, clippy::disallowed_methods)]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// Longest time anything here may take, on a machine that also compiles.
const PATIENCE: Duration = Duration::from_secs(30);

/// What the backend says to each request.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Answer {
    /// It takes everything but so many items.
    Partial(u8),
    /// It takes everything.
    Fine,
    /// It takes nothing now.
    Unavailable,
}

/// A server of OTLP over HTTP.
pub(crate) struct Backend {
    address: SocketAddr,
    answer: Arc<Mutex<Answer>>,
}

impl Backend {
    pub(crate) fn start(answer: Answer) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let answer = Arc::new(Mutex::new(answer));
        let shared = answer.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let answer = shared.clone();
                std::thread::spawn(move || serve(&stream, &answer));
            }
        });
        Self { address, answer }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn says(&self, answer: Answer) {
        *self.answer.lock().unwrap() = answer;
    }
}

/// A request with log records of these bodies, as JSON.
pub(crate) fn logs(bodies: &[&str]) -> String {
    let records: Vec<String> =
        bodies.iter().map(|body| format!("{{\"body\":{{\"stringValue\":\"{body}\"}}}}")).collect();
    format!("{{\"resourceLogs\":[{{\"scopeLogs\":[{{\"logRecords\":[{}]}}]}}]}}", records.join(","))
}

/// Status and body of what is served at a path.
pub(crate) fn ask(address: &str, path: &str) -> (u16, String) {
    exchange(address, &format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"))
}

/// Status and body of the answer to a request in JSON.
pub(crate) fn post(address: &str, path: &str, body: &str) -> (u16, String) {
    post_with(address, path, "", body)
}

/// The same with further headers, each ending in a new line.
pub(crate) fn post_with(address: &str, path: &str, headers: &str, body: &str) -> (u16, String) {
    let length = body.len();
    exchange(
        address,
        &format!(
            "POST {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\n{headers}\
             content-length: {length}\r\n\r\n{body}"
        ),
    )
}

/// Waits until it is so.
pub(crate) fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < PATIENCE, "not in time: {what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn exchange(address: &str, request: &str) -> (u16, String) {
    let mut connection = TcpStream::connect(address).unwrap();
    connection.set_read_timeout(Some(PATIENCE)).unwrap();
    connection.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
}

fn serve(stream: &TcpStream, answer: &Mutex<Answer>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut writer = stream;
    loop {
        let mut length = 0;
        let mut line = String::new();
        loop {
            line.clear();
            if reader.read_line(&mut line).unwrap_or(0) == 0 {
                return;
            }
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
            if line == "\r\n" {
                break;
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).unwrap();
        // `partial_success { rejected_log_records: n }`
        let (status, body) = match *answer.lock().unwrap() {
            Answer::Partial(rejected) => ("200 OK", vec![10, 2, 8, rejected]),
            Answer::Fine => ("200 OK", Vec::new()),
            Answer::Unavailable => ("503 Service Unavailable", Vec::new()),
        };
        let head = format!(
            "HTTP/1.1 {status}\r\ncontent-type: application/x-protobuf\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        if writer.write_all(head.as_bytes()).and_then(|()| writer.write_all(&body)).is_err() {
            return;
        }
    }
}
