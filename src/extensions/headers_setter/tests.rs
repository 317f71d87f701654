//! What happens to headers.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::sync::Arc;

use http::HeaderMap;
use pipelines::component::{
    BuildContext, ClientAuth, ComponentId, Config as _, ExportError, ExtensionFactory as _, Extensions, Problems,
    Services,
};
use pipelines::{Context, Identity, RequestContext};

use super::{Config, HeadersSetter};

fn config(yaml: &str) -> Config {
    serde_yaml::from_str(yaml).unwrap()
}

fn setter(yaml: &str, extensions: Extensions) -> Arc<dyn ClientAuth> {
    let cx = BuildContext { extensions, ..BuildContext::new(ComponentId::of("headers_setter")) };
    HeadersSetter::build(&Arc::new(config(yaml)), &cx).unwrap().services().client_auth.unwrap()
}

fn context(metadata: &[(&str, &str)], attributes: &[(&str, &str)]) -> Context {
    let own = |all: &[(&str, &str)]| all.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
    let identity = Some(Arc::new(Identity { attributes: own(attributes) }));
    Context::new(RequestContext { metadata: own(metadata), identity, ..RequestContext::default() })
}

/// The headers that `auth` makes of `x-old: old`.
fn made(auth: &Arc<dyn ClientAuth>, context: &Context) -> Result<Vec<(String, String)>, ExportError> {
    let mut headers = HeaderMap::new();
    headers.insert("x-old", "old".parse().unwrap());
    auth.headers(context, &mut headers)?;
    let text =
        |(name, value): (&http::HeaderName, &http::HeaderValue)| (name.to_string(), value.to_str().unwrap().to_owned());
    let mut all: Vec<_> = headers.iter().map(text).collect();
    all.sort();
    Ok(all)
}

fn pairs(all: &[(&str, &str)]) -> Vec<(String, String)> {
    all.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// Scenario: every action on a header that is there and on one that is not. Guarantee: as the Collector does.
#[test]
fn actions_do_what_they_say() {
    for (action, expected) in [
        ("insert", &[("x-new", "v"), ("x-old", "old")][..]),
        ("update", &[("x-old", "v")]),
        ("upsert", &[("x-new", "v"), ("x-old", "v")]),
        ("delete", &[]),
    ] {
        let value = if action == "delete" { "" } else { ", value: v" };
        let header = |key: &str| format!("{{action: {action}, key: {key}{value}}}");
        let auth = setter(&format!("headers: [{}, {}]", header("X-Old"), header("X-New")), Extensions::default());
        assert_eq!(made(&auth, &Context::default()).unwrap(), pairs(expected), "{action}");
    }
}

/// Scenario: values from metadata and from who sent it, there and missing, with and without default. Guarantee: the
/// value, the default, or the header left alone; two values of one key are rejected for good.
#[test]
fn values_come_from_who_sent_it() {
    let yaml = "headers: [{key: X-Tenant, from_context: X-Tenant, default_value: nobody},
        {key: X-User, from_attribute: subject}]";
    let auth = setter(yaml, Extensions::default());
    let found = made(&auth, &context(&[("x-tenant", "blue")], &[("subject", "ann")])).unwrap();
    assert_eq!(found, pairs(&[("x-old", "old"), ("x-tenant", "blue"), ("x-user", "ann")]));
    let missing = made(&auth, &Context::default()).unwrap();
    assert_eq!(missing, pairs(&[("x-old", "old"), ("x-tenant", "nobody")]));
    let twice = made(&auth, &context(&[("x-tenant", "blue"), ("x-tenant", "red")], &[])).unwrap_err();
    assert!(matches!(twice, ExportError::Reject { .. }), "{twice}");
    let broken = made(&auth, &context(&[("x-tenant", "a\r\nx-evil: b")], &[])).unwrap_err();
    assert!(matches!(broken, ExportError::Reject { .. }), "{broken}");
}

struct Token;

impl ClientAuth for Token {
    fn headers(&self, _: &Context, headers: &mut HeaderMap) -> Result<(), ExportError> {
        headers.insert("authorization", "Bearer t".parse().unwrap());
        Ok(())
    }
}

/// Scenario: `additional_auth`. Guarantee: its credentials come first, and can be changed.
#[test]
fn another_extension_comes_first() {
    let services = Services { client_auth: Some(Arc::new(Token)), ..Services::default() };
    let extensions = Extensions::new([(ComponentId::of("token"), services)]);
    let yaml = "additional_auth: token\nheaders: [{action: insert, key: authorization, value: x}, {action: delete, key: x-old}]";
    let auth = setter(yaml, extensions);
    assert_eq!(made(&auth, &Context::default()).unwrap(), pairs(&[("authorization", "Bearer t")]));
    assert_eq!(config(yaml).references()[0].path, "additional_auth");
}

/// Scenario: what people get wrong. Guarantee: each error at its key, and no secret in it.
#[test]
fn validation_names_the_key() {
    let found = |yaml: &str| {
        let mut problems = Problems::default();
        config(yaml).validate(&mut problems);
        let all = problems.into_vec();
        assert!(all.iter().all(|problem| !problem.message.contains("hush")));
        all.into_iter().map(|problem| problem.path).collect::<Vec<_>>()
    };
    assert_eq!(found("{}"), ["headers"]);
    let yaml = "headers: [{key: \"a b\", value: hush}, {key: te, value: x}, {key: a}, {value: x}, \
        {key: a, value: hush, from_context: b}, {key: a, value: hush, default_value: x}, {key: a, value: \"hush\\n\"}, \
        {action: delete, key: a, value: x}]";
    assert_eq!(
        found(yaml),
        [
            "headers.0.key",
            "headers.1.key",
            "headers.2",
            "headers.3.key",
            "headers.4.from_context",
            "headers.5.default_value",
            "headers.6.value",
            "headers.7.value",
        ]
    );
}
