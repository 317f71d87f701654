//! What users write under `bearertokenauth`.

use std::path::PathBuf;

use http::HeaderName;
use pipelines::component::Problems;
use pipelines::config::Secret;
use schemars::JsonSchema;
use serde::Deserialize;

/// What users write.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Config {
    /// The header that carries the token. Default `Authorization`.
    pub(crate) header: String,
    /// What stands before the token, with a space; empty for the token alone. Default `Bearer`.
    pub(crate) scheme: String,
    /// The token.
    pub(crate) token: Secret,
    /// Several tokens, each of which is accepted; the first is shown.
    pub(crate) tokens: Vec<Secret>,
    /// File with a token per line, instead of `token` and `tokens`. Read again when it changes.
    pub(crate) filename: Option<PathBuf>,
}

// === impl Config ===

impl Config {
    /// The tokens that stand here and count.
    pub(super) fn written(&self) -> Vec<Secret> {
        match (&self.filename, self.tokens.is_empty()) {
            (Some(_), _) => Vec::new(),
            (None, false) => self.tokens.clone(),
            (None, true) => vec![self.token.clone()],
        }
    }
}

impl pipelines::component::Config for Config {
    fn validate(&self, problems: &mut Problems) {
        if self.token.is_empty() && self.tokens.is_empty() && self.filename.is_none() {
            problems.error("", "no bearer token provided").help("set filename, token or tokens");
        }
        if !self.token.is_empty() && !self.tokens.is_empty() {
            problems.error("tokens", "is set beside `token`; only one of them can be used").help("remove one of them");
        }
        for (at, _) in self.tokens.iter().enumerate().filter(|(_, token)| token.reveal().trim().is_empty()) {
            problems.error(format!("tokens.{at}"), "is empty").help("remove it");
        }
        if self.filename.is_some() && (!self.token.is_empty() || !self.tokens.is_empty()) {
            let key = if self.tokens.is_empty() { "token" } else { "tokens" };
            problems.warning(key, "has no effect beside `filename`").help(format!("remove {key}"));
        }
        if HeaderName::from_bytes(self.header.as_bytes()).is_err() {
            problems.error("header", format!("`{}` is not the name of a header", self.header));
        }
        if self.scheme.contains(|letter: char| !letter.is_ascii_graphic()) {
            problems.error("scheme", format!("`{}` is not a word in ASCII", self.scheme)).help("write `Bearer`");
        }
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            header: "Authorization".to_owned(),
            scheme: "Bearer".to_owned(),
            token: Secret::default(),
            tokens: Vec::new(),
            filename: None,
        }
    }
}
