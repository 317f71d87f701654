//! Probes the servers: connection, user, version, tables, rights. Only questions are asked, so nothing is left behind.

use std::sync::Arc;
use std::time::Duration;

use pipelines::Signal;
use pipelines::component::{Check, CheckContext, Depth, Finding};
use pipelines::net::tls::HTTP_1_1;
use serde::Deserialize;

use super::config::Config;
use super::connection::Servers;
use super::fault::{Fault, Kind};
use super::found::{Found, Place, State};
use super::schema::{Version, quoted, tables};
use super::target::Target;
use crate::client::{Dialer, Tls, probe};

/// One host under examination.
struct Examination<'a> {
    place: Place<'a>,
    user: &'a str,
    timeout: Duration,
    findings: Vec<Finding>,
}

pub(super) async fn check(config: Arc<Config>, cx: CheckContext) -> Vec<Finding> {
    let mut findings = Vec::new();
    // What is wrong with the endpoint was said by the validation.
    let (Some(target), _) = Target::new(&config) else { return findings };
    let tls = Tls::new(&target.tls, "");
    for host in &target.hosts {
        let dialer = Dialer::new(host, &tls, &[HTTP_1_1], Some(cx.timeout));
        if !probe::files(&dialer, &mut findings) {
            return findings;
        }
        if cx.depth < Depth::Connect || !probe::connect(&dialer, &mut findings).await {
            continue;
        }
        let alone = Target { hosts: vec![host.clone()], ..target.clone() };
        let servers = match Servers::new(&alone, Some(cx.timeout), &tls) {
            Ok(servers) => servers,
            Err(error) => return vec![Finding::new(Check::Failed, error)],
        };
        let compression = target.compress.method();
        let place = Place { servers: &servers, config: &config, database: &target.database, compression };
        let (user, timeout) = (&target.user, cx.timeout);
        let mut examination = Examination { place, user, timeout, findings: std::mem::take(&mut findings) };
        // A fault ends the examination of this host, and is found already.
        let _ = examination.host(&cx.signals).await;
        findings = examination.findings;
        servers.close(Duration::ZERO).await;
    }
    findings
}

// === impl Examination ===

impl Examination<'_> {
    async fn host(&mut self, signals: &[Signal]) -> Result<(), ()> {
        let place = self.place;
        let version = self.asked(place.version()).await?;
        let user = self.user;
        let named = place.servers.named();
        self.found(Check::Passed, format!("{named} is ClickHouse {version} and lets in `{user}`"));
        if place.config.json && place.config.create_schema && version < Version::JSON {
            let text = format!("`json` needs ClickHouse {} or later, this is {version}", Version::JSON);
            self.found(Check::Failed, text);
        }
        for signal in signals {
            for (table, state) in self.asked(Found::states(place, *signal)).await? {
                self.table(&place.config.table_name(table), &state).await?;
            }
            if tables(*signal).is_empty() {
                self.found(Check::Failed, format!("{signal} are not written to ClickHouse"));
            }
        }
        Ok(())
    }

    async fn table(&mut self, name: &str, state: &State) -> Result<(), ()> {
        match &state.insert {
            Ok(_) => {
                for column in &state.odd {
                    self.found(
                        Check::Warned,
                        format!("table {}: {column}; the server is asked to convert it", state.name),
                    );
                }
                let fits = if state.odd.is_empty() { "has all columns" } else { "can be tried" };
                self.right("INSERT", &state.name, &format!("table {} {fits}", state.name)).await?;
                if state.forgets {
                    self.found(Check::Warned, state.forgetful());
                }
            }
            Err(fault) if fault.kind == Kind::Missing && self.place.config.create_schema => {
                let database = quoted(self.place.database);
                let text = format!("table {database}.{} is missing and will be made", quoted(name));
                self.right("CREATE TABLE", &format!("{database}.*"), &text).await?;
            }
            Err(fault) => self.found(fault.check(), fault.text.clone()),
        }
        Ok(())
    }

    /// Asks whether the user has a right, and says `text` if so.
    async fn right(&mut self, right: &str, on: &str, text: &str) -> Result<(), ()> {
        #[derive(Deserialize)]
        struct Row {
            /// 1 for yes.
            result: u8,
        }
        let servers = self.place.servers;
        let sql = format!("CHECK GRANT {right} ON {on}");
        match self.bounded(servers.rows::<Row>(&sql)).await {
            Ok(rows) if rows.first().is_some_and(|row| row.result == 1) => {
                self.found(Check::Passed, format!("{text}; `{}` may {right}", self.user));
            }
            Ok(_) => {
                self.found(Check::Denied, format!("{text}, but `{}` may not {right} on {on}; grant it", self.user))
            }
            // Servers before 24.10 do not know the question.
            Err(fault) if fault.kind == Kind::Other => {
                self.found(Check::Passed, text.to_owned());
                self.found(Check::Unchecked, format!("whether `{}` may {right}: {}", self.user, fault.text));
            }
            Err(fault) => {
                self.found(fault.check(), fault.text);
                return Err(());
            }
        }
        Ok(())
    }

    async fn asked<T>(&mut self, question: impl Future<Output = Result<T, Fault>>) -> Result<T, ()> {
        let answer = self.bounded(question).await;
        answer.map_err(|fault| self.found(fault.check(), fault.text))
    }

    async fn bounded<T>(&self, question: impl Future<Output = Result<T, Fault>>) -> Result<T, Fault> {
        let silent = || {
            let text = format!("{} did not answer within {:?}", self.place.servers.named(), self.timeout);
            Fault::new(Kind::Unreachable, text)
        };
        tokio::time::timeout(self.timeout, question).await.unwrap_or_else(|_| Err(silent()))
    }

    fn found(&mut self, check: Check, text: String) {
        self.findings.push(Finding::new(check, text));
    }
}
