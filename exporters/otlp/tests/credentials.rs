//! Credentials in the metadata of requests.

use std::sync::Arc;

use http::{HeaderMap, HeaderValue};
use pipelines::component::{BuildContext, ClientAuth, ComponentId, Config as _, Exporter, Extensions, Services};
use pipelines::renewal::Renewals;
use pipelines::runtime::Stopper;
use pipelines::{BatchId, Context, RequestContext};

use super::server::Server;
use super::{ExportError, config, cx, export, logs};
use crate::otlp::Client;

/// The metadata of the last request.
fn last(server: &Server, name: &str) -> Option<String> {
    let seen = server.seen.logs.lock().unwrap();
    seen.last().and_then(|(metadata, _)| Some(metadata.get(name)?.to_str().unwrap().to_owned()))
}

/// Scenario: a key pair and a token file that is missing, written, changed and emptied. Guarantee: both halves and the
/// newest token are sent, without a token the request waits, and an emptied file does not take it away.
#[tokio::test]
async fn sends_key_pairs_and_follows_token_files() {
    let server = Server::start().await;
    let folder = tempfile::tempdir().unwrap();
    let token = folder.path().join("token");
    let more = format!("api_key: {{id: tfk_a1, secret: tfs_b2}}\nbearer_token_file: {}\n", token.display());
    let (renewals, (stopper, stop)) = (Renewals::default(), Stopper::new());
    let cx = BuildContext { renewals: renewals.clone(), ..cx() };
    let client = Client::new(&config(server.address, &more), &cx).unwrap();
    let error = export(&client, &logs(1)).await.unwrap_err();
    assert!(matches!(&error, ExportError::Retry { reason, .. } if reason.contains("bearer_token_file")), "{error}");
    std::fs::write(&token, "one\n").unwrap();
    export(&client, &logs(1)).await.unwrap();
    assert_eq!(last(&server, "authorization").unwrap(), "Bearer one");
    assert_eq!(last(&server, "x-telemetryflow-key-id").unwrap(), "tfk_a1");
    assert_eq!(last(&server, "x-telemetryflow-key-secret").unwrap(), "tfs_b2");
    let engine = pipelines::runtime::Tasks::default();
    engine.spawn(renewals.clone().watch(stop));
    std::fs::write(&token, "two").unwrap();
    while last(&server, "authorization").unwrap() != "Bearer two" {
        export(&client, &logs(1)).await.unwrap();
    }
    std::fs::write(&token, "").unwrap();
    while renewals.status().iter().all(|status| status.failed == 0) {
        export(&client, &logs(1)).await.unwrap();
    }
    assert_eq!(last(&server, "authorization").unwrap(), "Bearer two");
    stopper.stop();
}

struct Tenant;

impl ClientAuth for Tenant {
    fn headers(&self, context: &Context, headers: &mut HeaderMap) -> Result<(), ExportError> {
        let tenant = context.metadata("tenant").next().ok_or_else(|| ExportError::retry("no tenant"))?;
        headers.insert("x-tenant", HeaderValue::try_from(tenant).unwrap());
        Ok(())
    }
}

/// Scenario: an authenticator that takes a header from who sent the batch, and one who sent none. Guarantee: each
/// request carries its own; a failing authenticator is a failure that may pass.
#[tokio::test]
async fn asks_the_authenticator_for_each_request() {
    let server = Server::start().await;
    let services = Services { client_auth: Some(Arc::new(Tenant)), ..Services::default() };
    let extensions = Extensions::new([(ComponentId::of("tenant"), services)]);
    let config = config(server.address, "auth: {authenticator: tenant}\n");
    assert!(Client::new(&config, &cx()).unwrap_err().to_string().contains("tenant"));
    assert_eq!(
        (config.references()[0].path.as_str(), config.references()[0].id.as_str()),
        ("auth.authenticator", "tenant")
    );
    let client = Client::new(&config, &BuildContext { extensions, ..cx() }).unwrap();
    for tenant in ["blue", "green"] {
        let metadata = vec![("tenant".into(), tenant.into())];
        let context = Context::new(RequestContext { metadata, ..RequestContext::default() });
        client.export(BatchId::fresh(), &logs(1), &context).await.unwrap();
        assert_eq!(last(&server, "x-tenant").unwrap(), tenant);
    }
    let error = export(&client, &logs(1)).await.unwrap_err();
    assert!(matches!(&error, ExportError::Retry { reason, .. } if reason.contains("no tenant")), "{error}");
}

/// Scenario: halves of a key pair mixed up, two credentials for one header, secrets without encryption. Guarantee:
/// errors and warnings at their keys, and no secret in them.
#[test]
fn validation_tells_halves_apart() {
    let more = "api_key: {id: tfs_b2, secret: tfk_a1}\nbearer_token_file: /t\nheaders: {Authorization: x}\n";
    let mut problems = pipelines::component::Problems::default();
    config("collector:4317", more).validate(&mut problems);
    let problems = problems.into_vec();
    assert!(problems.iter().all(|problem| !problem.message.contains("b2") && !problem.message.contains("a1")));
    let found: Vec<_> = problems.iter().map(|problem| (problem.path.as_str(), problem.warning)).collect();
    let key = [("api_key.id", false), ("api_key.secret", false), ("bearer_token_file", false)];
    assert_eq!(found, [&key[..], &[("api_key", true), ("bearer_token_file", true)]].concat());
}
