//! Probes an OTLP/gRPC server: name, connection, TLS, and an empty `Export`, which every server must take.

use std::sync::Arc;

use pipelines::component::{BuildContext, Check, CheckContext, Depth, Finding};
use pipelines::{Context, Signal, Telemetry};

use super::call::CallFailed;
use super::config::Config;
use super::status::{Code, GrpcStatus};
use super::{Client, Compression};
use crate::client::{Dialer, Endpoint, Payload, Tls, probe};

pub(super) async fn check(config: Arc<Config>, cx: CheckContext) -> Vec<Finding> {
    let endpoint = match Endpoint::grpc(&config.endpoint) {
        Ok(endpoint) => endpoint,
        Err(error) => return vec![Finding::new(Check::Failed, error)],
    };
    let tls = Tls::new(&config.tls, "");
    let dialer = Dialer::new(&endpoint, &tls, &[b"h2"], Some(cx.timeout));
    let mut findings = Vec::new();
    if !probe::files(&dialer, &mut findings) || cx.depth < Depth::Connect {
        return findings;
    }
    if !probe::connect(&dialer, &mut findings).await {
        return findings;
    }
    if let Some(auth) = &config.auth {
        findings.push(probe::unasked(auth));
        return findings;
    }
    // An empty request needs no compression, and a server that cannot decompress is found by the first real one.
    let plain = Config { compression: Compression::None, wait_for_ready: false, ..(*config).clone() };
    match Client::new(&plain, &BuildContext::new(cx.id)) {
        Ok(client) => ask(&client, cx.timeout, &mut findings).await,
        Err(error) => findings.push(Finding::new(Check::Failed, error.to_string())),
    }
    findings
}

/// Asks for every signal until the answer is not about the signal.
async fn ask(client: &Client, timeout: std::time::Duration, findings: &mut Vec<Finding>) {
    let (mut taken, mut unknown) = (Vec::new(), Vec::new());
    for signal in [Signal::Traces, Signal::Metrics, Signal::Logs] {
        let empty = Telemetry::empty(signal);
        let payload = Payload::Wire(&empty);
        match tokio::time::timeout(timeout, client.call(signal, &payload, &Context::default())).await {
            Ok(Ok(_)) => taken.push(signal.name()),
            Ok(Err(CallFailed::Status(status))) if status.code == Code::UNIMPLEMENTED => unknown.push(signal.name()),
            Ok(Err(CallFailed::Status(status))) => return findings.push(refused(&status, &client.place)),
            Ok(Err(CallFailed::Broken(reason))) => return findings.push(Finding::new(Check::Unreachable, reason)),
            Ok(Err(CallFailed::Unsent(error))) => return findings.push(Finding::new(Check::Failed, error.to_string())),
            Err(_) => {
                let text = format!("{} did not answer an empty export within {timeout:?}", client.place);
                return findings.push(Finding::new(Check::Unreachable, text));
            }
        }
    }
    client.channel.close(super::CLOSE_PATIENCE).await;
    let place = &client.place;
    if !taken.is_empty() {
        findings.push(Finding::new(Check::Passed, format!("{place} takes {} over OTLP/gRPC", taken.join(", "))));
    }
    if !unknown.is_empty() {
        let check = if taken.is_empty() { Check::Failed } else { Check::Warned };
        findings.push(Finding::new(check, format!("{place} does not take {} over OTLP/gRPC", unknown.join(", "))));
    }
}

fn refused(status: &GrpcStatus, place: &str) -> Finding {
    let check = match status.code {
        Code::UNAUTHENTICATED | Code::PERMISSION_DENIED => Check::Denied,
        Code::UNAVAILABLE => Check::Unreachable,
        _ => Check::Failed,
    };
    Finding::new(check, format!("{} to an empty export", status.describe(place)))
}
