//! Whether the receiver could start here.

use std::io::ErrorKind;
use std::sync::Arc;

use super::config::Config;
use pipelines::component::{Check, CheckContext, Depth, Finding};
use pipelines::net::tls::ServerTls;
use pipelines::net::{Listen, ListenOptions, Sockets};

/// Binds and releases every port and reads the certificates. Sends nothing, so there is nothing more to find out at
/// deeper levels.
pub(super) async fn check(config: Arc<Config>, cx: CheckContext) -> Vec<Finding> {
    let mut findings = Vec::new();
    if cx.depth < Depth::Resolve {
        return findings;
    }
    if let Some(grpc) = &config.protocols.grpc {
        findings.push(port("grpc", grpc.listen(), grpc.reuse_port).await);
        findings.extend(grpc.tls.iter().flat_map(|tls| certificates("grpc", tls)));
    }
    if let Some(http) = &config.protocols.http {
        findings.push(port("http", http.listen(), http.reuse_port).await);
        findings.extend(http.tls.iter().flat_map(|tls| certificates("http", tls)));
    }
    if let Some(keys) = &config.keys {
        findings.extend(keys.check().await);
    }
    let has_keys = config.keys.is_some();
    if let Some(grpc) = config.protocols.grpc.as_ref().filter(|grpc| has_keys || grpc.auth.is_some()) {
        findings.extend(exposed("grpc", grpc.listen(), grpc.tls.is_some()));
    }
    if let Some(http) = config.protocols.http.as_ref().filter(|http| has_keys || http.auth.is_some()) {
        findings.extend(exposed("http", http.listen(), http.tls.is_some()));
    }
    if config.protocols.grpc.as_ref().is_some_and(|grpc| grpc.tls.is_some())
        || config.protocols.http.as_ref().is_some_and(|http| http.tls.is_some())
    {
        findings.push(Finding::new(
            Check::Unchecked,
            "whether clients trust the certificate can only be seen from their side",
        ));
    }
    findings
}

async fn port(protocol: &str, listen: Result<Listen, String>, reuse_port: bool) -> Finding {
    let listen = match listen {
        Ok(listen) => listen,
        Err(wrong) => return Finding::new(Check::Failed, format!("{protocol}: {wrong}")),
    };
    if let Listen::Unix(path) = &listen {
        let text = format!(
            "{protocol}: whether the socket {} can be made is not tried, since that would leave a trace",
            path.display()
        );
        return Finding::new(Check::Unchecked, text);
    }
    match Sockets::default().bind(&listen, ListenOptions { reuse_port }).await {
        Ok(_) => Finding::new(Check::Passed, format!("{protocol} can listen on {listen}")),
        Err(error) => {
            let (check, help) = match error.kind() {
                ErrorKind::AddrInUse => (Check::Failed, "; another process, maybe a running engine, listens there"),
                ErrorKind::PermissionDenied => (Check::Denied, "; ports below 1024 need CAP_NET_BIND_SERVICE"),
                _ => (Check::Failed, ""),
            };
            Finding::new(check, format!("{protocol} cannot listen on {listen}: {error}{help}"))
        }
    }
}

fn certificates(protocol: &str, tls: &ServerTls) -> impl Iterator<Item = Finding> {
    tls.check().into_iter().map(move |finding| Finding::new(finding.check, format!("{protocol}: {}", finding.text)))
}

/// Credentials that others on the way can read.
fn exposed(protocol: &str, listen: Result<Listen, String>, has_tls: bool) -> Option<Finding> {
    let listen =
        listen.ok().filter(|listen| !has_tls && !listen.is_loopback() && matches!(listen, Listen::Tcp { .. }))?;
    let text =
        format!("{protocol} takes credentials without encryption on {listen}; set tls, or put a proxy before it");
    Some(Finding::new(Check::Warned, text))
}
