//! Probes an OTLP/HTTP server: name, connection, TLS, and an empty request, which every server must take.

use std::sync::Arc;

use bytes::Bytes;
use pipelines::component::{BuildContext, Check, CheckContext, Depth, Finding};
use pipelines::net::tls::HTTP_1_1;
use pipelines::{Context, Signal};

use super::config::{Compression, Config, Encoding};
use super::{CLOSE_PATIENCE, Client, Target};
use crate::client::{Dialer, Payload, Tls, probe};

pub(super) async fn check(config: Arc<Config>, cx: CheckContext) -> Vec<Finding> {
    // An empty request needs no compression, and a server that cannot decompress is found by the first real one.
    let plain = Config { compression: Compression::None, auth: None, ..(*config).clone() };
    let client = match Client::new(&plain, &BuildContext::new(cx.id)) {
        Ok(client) => client,
        Err(error) => return vec![Finding::new(Check::Failed, error.to_string())],
    };
    let mut findings = Vec::new();
    let tls = Tls::new(&config.tls, "");
    let mut seen = Vec::new();
    for url in Signal::ALL.iter().filter_map(|signal| config.url(*signal)?.ok()) {
        if seen.contains(&url.endpoint) {
            continue;
        }
        let dialer = Dialer::new(&url.endpoint, &tls, &[HTTP_1_1], Some(cx.timeout));
        seen.push(url.endpoint);
        if !probe::files(&dialer, &mut findings)
            || (cx.depth >= Depth::Connect && !probe::connect(&dialer, &mut findings).await)
        {
            return findings;
        }
    }
    if let Some(auth) = config.auth.as_ref().filter(|_| cx.depth >= Depth::Connect) {
        findings.push(probe::unasked(auth));
    } else if cx.depth >= Depth::Connect {
        for signal in [Signal::Traces, Signal::Metrics, Signal::Logs] {
            if let Some(target) = &client.targets[signal as usize] {
                findings.push(ask(&client, target, config.encoding, cx.timeout).await);
            }
        }
        for target in client.targets.iter().flatten() {
            target.transport.close(CLOSE_PATIENCE).await;
        }
    }
    findings
}

async fn ask(client: &Client, target: &Target, encoding: Encoding, timeout: std::time::Duration) -> Finding {
    let headers = match client.credentials.add(&target.headers, &Context::default()) {
        Ok(headers) => headers,
        Err(error) => return Finding::new(Check::Failed, error.to_string()),
    };
    let empty = Payload::Plain(match encoding {
        Encoding::Proto => Bytes::new(),
        Encoding::Json => Bytes::from_static(b"{}"),
    });
    let call = target.transport.call(|| target.request(&headers, &empty));
    let answer = match tokio::time::timeout(timeout, call).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(error)) => return Finding::new(Check::Unreachable, error.to_string()),
        Err(_) => {
            let text = format!("{} did not answer an empty request within {timeout:?}", target.url);
            return Finding::new(Check::Unreachable, text);
        }
    };
    match super::answer::read(&answer, &target.url, std::time::SystemTime::now()) {
        Ok(_) => Finding::new(Check::Passed, format!("{} takes an empty request", target.url)),
        Err(error) => {
            let check = match answer.status.as_u16() {
                401 | 403 => Check::Denied,
                // A server need not take every signal.
                404 => Check::Warned,
                429 | 502 | 503 | 504 => Check::Unreachable,
                _ => Check::Failed,
            };
            Finding::new(check, format!("{error} (to an empty request)"))
        }
    }
}
