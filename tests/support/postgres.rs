//! PostgreSQL on a port of its own, with TLS and SCRAM, as user `postgres` when the test is root.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use serde_json::Value;
use tokio_postgres::{Config, NoTls, SimpleQueryMessage};

use super::server::{Folder, Server, free_port};

/// Who owns the databases; no superuser.
pub(crate) const USER: &str = "tfo";
/// Who may do everything.
pub(crate) const ADMIN: &str = "admin";
/// Of both.
pub(crate) const PASSWORD: &str = "secret";

/// A server of a test's own, stopped with it.
pub(crate) struct Postgres {
    server: Server,
    port: u16,
    databases: AtomicU32,
}

/// Where `apt-get install postgresql` puts the server, by version.
const INSTALLED: &str = "/usr/lib/postgresql";

/// Only over TLS from outside; tests ask through the socket. A killed process loses nothing without `fsync`, only a machine
/// would, and without it the tests do not wait for the disk.
const CONFIG: &str = "listen_addresses = '127.0.0.1'\n\
    ssl = on\n\
    ssl_cert_file = '../server.crt'\n\
    ssl_key_file = '../server.key'\n\
    fsync = off\n\
    max_connections = 60\n\
    shared_buffers = 64MB\n\
    timezone = 'UTC'\n\
    log_line_prefix = '%m [%p] %u@%d '\n";
const ACCESS: &str = "local all all scram-sha-256\nhostssl all all 127.0.0.1/32 scram-sha-256\n\
    hostssl replication all 127.0.0.1/32 scram-sha-256\n";

// === impl Postgres ===

impl Postgres {
    /// Starts one; `None`, said loudly, where PostgreSQL is not installed.
    pub(crate) fn start(test: &str) -> Option<Self> {
        Self::start_in(test, None)
    }

    /// One that all tests of a file share.
    pub(crate) fn shared(test: &str) -> Option<&'static Self> {
        static SHARED: OnceLock<Option<Postgres>> = OnceLock::new();
        let start = || Self::start(test).inspect(|shared| shared.server.show_log_on_panic());
        SHARED.get_or_init(start).as_ref()
    }

    /// One with its data in this folder, which everybody can reach, instead of its own.
    pub(crate) fn start_in(test: &str, data: Option<&Path>) -> Option<Self> {
        let programs = programs(test)?;
        let (folder, port) = (Folder::new("postgres", "QUIT"), free_port());
        let data = data.unwrap_or(&folder.path).join("data");
        std::fs::write(folder.path.join("password"), PASSWORD).unwrap();
        write_certificates(&folder.path);
        std::fs::create_dir(&data).unwrap();
        own(&folder.path);
        own(&data);
        let mut initdb = as_postgres(&programs.join("initdb"));
        initdb.arg("-D").arg(&data).arg("--pwfile").arg(folder.path.join("password"));
        initdb.args(["-A", "scram-sha-256", "-U", ADMIN, "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]);
        let made = initdb.output().unwrap();
        assert!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr));
        let certificates = CONFIG.replace("..", folder.path.to_str().unwrap());
        let place = format!("port = {port}\nunix_socket_directories = '{}'\n", folder.path.display());
        std::fs::write(data.join("postgresql.auto.conf"), certificates + &place).unwrap();
        std::fs::write(data.join("pg_hba.conf"), ACCESS).unwrap();
        let mut postgres = as_postgres(&programs.join("postgres"));
        postgres.arg("-D").arg(&data);
        let up = is_up(&folder.path, port);
        let server = Server::start("PostgreSQL", folder, postgres, up);
        let postgres = Self { server, port, databases: AtomicU32::new(0) };
        postgres.execute("postgres", &format!("CREATE ROLE {USER} LOGIN PASSWORD '{PASSWORD}'"));
        Some(postgres)
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// A URL with user and password, for an exporter: TLS, and its certificate is to be verified against [`Postgres::ca`].
    pub(crate) fn url(&self, database: &str) -> String {
        format!("postgresql://{USER}:{PASSWORD}@127.0.0.1:{}/{database}?sslmode=require", self.port)
    }

    /// The file with the authority of its certificate, which is for `localhost` and `127.0.0.1`.
    pub(crate) fn ca(&self) -> PathBuf {
        self.server.path("ca.crt")
    }

    /// A fresh database that [`USER`] owns.
    pub(crate) fn database(&self) -> String {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        self.execute("postgres", &format!("CREATE DATABASE {name} OWNER {USER}"));
        name
    }

    /// Runs statements as [`ADMIN`].
    pub(crate) fn execute(&self, database: &str, sql: &str) {
        self.ask(database, sql).unwrap_or_else(|error| panic!("{sql}\n{error}"));
    }

    /// The rows of a query, each an object as `row_to_json` makes it: 64-bit integers are numbers, NaN a string.
    pub(crate) fn rows(&self, database: &str, sql: &str) -> Vec<Value> {
        self.json(database, sql).iter().map(|row| serde_json::from_str(row).unwrap()).collect()
    }

    /// The same as text, with every digit.
    pub(crate) fn json(&self, database: &str, sql: &str) -> Vec<String> {
        let asked = self.ask(database, &format!("SELECT row_to_json(r)::text FROM ({sql}) r"));
        asked.unwrap_or_else(|error| panic!("{sql}\n{error}"))
    }

    /// How many rows a table has.
    pub(crate) fn count(&self, database: &str, table: &str) -> u64 {
        self.rows(database, &format!("SELECT count(*) AS n FROM {table}"))[0]["n"].as_u64().unwrap()
    }

    /// The first column of what statements return, as text; the server's words when it refuses.
    pub(crate) fn ask(&self, database: &str, sql: &str) -> Result<Vec<String>, String> {
        ask(&self.server.path(""), self.port, database, sql)
    }

    /// `kill -9` of the server and all its processes.
    pub(crate) fn kill(&self) {
        self.server.kill();
    }

    /// Starts it anew on the same port with the same data.
    pub(crate) fn restart(&self) {
        self.server.restart(is_up(&self.server.path(""), self.port));
    }

    /// The process, its folder and its log.
    pub(crate) fn server(&self) -> &Server {
        &self.server
    }
}

/// The folder of the newest server that is installed, or `TFO_TEST_POSTGRES`.
pub(crate) fn programs(test: &str) -> Option<PathBuf> {
    let versions = std::fs::read_dir(INSTALLED).into_iter().flatten().filter_map(Result::ok);
    let version = |entry: &std::fs::DirEntry| entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok());
    let newest = versions.filter(|entry| entry.path().join("bin/postgres").is_file()).max_by_key(version);
    let found = std::env::var_os("TFO_TEST_POSTGRES").map(PathBuf::from);
    let found = found.or_else(|| newest.map(|entry| entry.path().join("bin")));
    if found.is_none() {
        super::skip(test, &format!("no PostgreSQL in {INSTALLED}: run `make setup`"));
    }
    found
}

/// The server refuses to run as root.
pub(crate) fn as_postgres(program: &Path) -> Command {
    if !rustix::process::geteuid().is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--init-groups"]).arg(program).current_dir("/");
    command
}

/// Gives a folder and what is in it to the user that the server runs as.
fn own(folder: &Path) {
    if rustix::process::geteuid().is_root() {
        assert!(Command::new("chown").args(["-R", "postgres:"]).arg(folder).status().unwrap().success());
    }
}

/// An authority, and a certificate of its own for the server: rustls does not take one certificate as both.
fn write_certificates(folder: &Path) {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec!["localhost".to_owned(), "127.0.0.1".to_owned()]).unwrap();
    let cert = params.signed_by(&key, &authority).unwrap();
    std::fs::write(folder.join("ca.crt"), authority.pem()).unwrap();
    std::fs::write(folder.join("server.crt"), cert.pem()).unwrap();
    std::fs::write(folder.join("server.key"), key.serialize_pem()).unwrap();
    let private = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    std::fs::set_permissions(folder.join("server.key"), private).unwrap();
}

fn is_up(folder: &Path, port: u16) -> impl Fn() -> bool + use<> {
    let folder = folder.to_owned();
    move || ask(&folder, port, "postgres", "SELECT 1").is_ok()
}

/// On a thread of its own, so that a test may be asynchronous or not.
fn ask(folder: &Path, port: u16, database: &str, sql: &str) -> Result<Vec<String>, String> {
    let mut config = Config::new();
    config.host_path(folder).port(port).user(ADMIN).password(PASSWORD).dbname(database);
    let ask = || async {
        let (client, connection) = config.connect(NoTls).await?;
        let asking = async move { client.simple_query(sql).await };
        let (answer, _) = tokio::join!(asking, connection);
        answer
    };
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let answer = std::thread::scope(|scope| scope.spawn(|| runtime().block_on(ask())).join().unwrap());
    let text = |message| match message {
        SimpleQueryMessage::Row(row) => Some(row.get(0).unwrap_or_default().to_owned()),
        _ => None,
    };
    let words = |error: tokio_postgres::Error| match error.as_db_error() {
        Some(error) => format!("{}: {}", error.code().code(), error.message()),
        None => error.to_string(),
    };
    answer.map(|messages| messages.into_iter().filter_map(text).collect()).map_err(words)
}
