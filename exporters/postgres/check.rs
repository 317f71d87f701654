//! Probes the database: each server, its certificate, whether it takes writes, and the tables, leaving no trace.

use std::sync::Arc;

use pipelines::component::{Check, CheckContext, Depth, Finding};
use tokio_postgres::{Client, SimpleQueryMessage};

use super::config::{Config, SslMode};
use super::connection::{Connector, Session};
use super::error::{Error, Kind};
use super::schema::rehearse;
use super::target::Target;

pub(super) async fn check(config: Arc<Config>, cx: CheckContext) -> Vec<Finding> {
    let target = match Target::new(&config) {
        Ok(target) => target,
        Err((key, message)) => return vec![Finding::new(Check::Failed, format!("{key}: {message}"))],
    };
    let mut findings = Vec::new();
    if target.mode != SslMode::Disable {
        let tls = target.tls.renewing(format!("exporter {}", cx.id), &[]);
        if let Err(error) = tls.current() {
            let check = if error.is_denied() { Check::Denied } else { Check::Failed };
            return vec![Finding::new(check, error.to_string())];
        }
        findings.extend(tls.expiry());
    }
    if cx.depth < Depth::Connect {
        return findings;
    }
    if let Some(mut session) = connect(&target, &cx, &mut findings).await {
        let rehearsal = session.run(async |client| Ok(rehearse(client, &config.tables()).await?));
        match tokio::time::timeout(cx.timeout, rehearsal).await {
            Ok(Ok(found)) => findings.extend(found),
            Ok(Err(error)) => findings.push(failed(&error)),
            Err(_) => {
                let text = format!("the tables could not be looked at within {:?}", cx.timeout);
                findings.push(Finding::new(Check::Unreachable, text));
            }
        }
    }
    findings
}

/// Connects to every server; the first one that takes writes is where the exporter would write to.
async fn connect(target: &Target, cx: &CheckContext, findings: &mut Vec<Finding>) -> Option<Session> {
    let (mut writable, mut failures) = (None, Vec::new());
    for server in &target.servers {
        let only = Target { servers: vec![server.clone()], ..target.clone() };
        let connector = Connector::new(only, &format!("exporter {}", cx.id), cx.timeout);
        let connected = async {
            let mut session = connector.connect().await?;
            let text = session.run(introduction).await?;
            Ok::<_, Error>((session, text))
        };
        match tokio::time::timeout(cx.timeout, connected).await {
            Ok(Ok((session, text))) => {
                findings.push(Finding::new(Check::Passed, format!("{server} {text}")));
                writable.get_or_insert(session);
            }
            Ok(Err(error)) => failures.push(failed(&error)),
            Err(_) => {
                let text = format!("{server} did not let us in within {:?}", cx.timeout);
                failures.push(Finding::new(Check::Unreachable, text));
            }
        }
    }
    for mut failure in failures {
        // Of several servers all but one are for the time when that one is gone.
        if writable.is_some() {
            failure.check = Check::Warned;
        }
        findings.push(failure);
    }
    writable
}

/// What a server says about itself and the connection.
async fn introduction(client: &Client) -> Result<String, Error> {
    let question = "SELECT current_setting('server_version'), \
                    COALESCE((SELECT version FROM pg_stat_ssl WHERE pid = pg_backend_pid()), ''), current_user";
    let answers = client.simple_query(question).await?;
    let row = answers.iter().find_map(|answer| match answer {
        SimpleQueryMessage::Row(row) => Some(row),
        _ => None,
    });
    let field = |index| row.and_then(|row| row.get(index)).unwrap_or_default();
    let encryption = match field(1) {
        "" => "without TLS".to_owned(),
        version => format!("with {}", version.replace("TLSv", "TLS ")),
    };
    // Debian adds its own version in parentheses.
    let version = field(0).split(' ').next().unwrap_or_default();
    Ok(format!("is PostgreSQL {version}, lets `{}` in {encryption} and takes writes", field(2)))
}

fn failed(error: &Error) -> Finding {
    let check = match error.kind {
        Kind::Lost => Check::Unreachable,
        Kind::Denied => Check::Denied,
        Kind::Row | Kind::Schema | Kind::ReadOnly | Kind::Passing => Check::Failed,
    };
    Finding::new(check, error.to_string())
}
