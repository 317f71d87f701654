//! What users write under `basicauth`.

use std::path::PathBuf;

use pipelines::component::Problems;
use pipelines::config::Secret;
use schemars::JsonSchema;
use serde::Deserialize;

use super::htpasswd::Htpasswd;

/// What users write: `htpasswd` to check requests coming in, or `client_auth` for requests going out.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Config {
    /// Names and passwords that are let in.
    pub(crate) htpasswd: Option<Users>,
    /// Name and password that are sent. Not built yet.
    pub(crate) client_auth: Option<ClientAuth>,
}

/// Names and passwords that are let in; a line each, as `htpasswd -B` writes them.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Users {
    /// File with a line `NAME:PASSWORD` for each, where the password is a hash of bcrypt (`$2y$...`), `{SHA}...`,
    /// `{SSHA}...`, or plain text; `#` starts a line of comment. Read again when it changes.
    pub(crate) file: Option<PathBuf>,
    /// Lines of the same form; one with a name of the file goes before the file's.
    pub(crate) inline: Secret,
}

/// Name and password that are sent.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ClientAuth {
    /// The name.
    pub(crate) username: String,
    /// File with the name.
    pub(crate) username_file: Option<PathBuf>,
    /// The password.
    pub(crate) password: Secret,
    /// File with the password.
    pub(crate) password_file: Option<PathBuf>,
}

// === impl Config ===

impl pipelines::component::Config for Config {
    fn validate(&self, problems: &mut Problems) {
        match (&self.htpasswd, &self.client_auth) {
            (None, None) => {
                problems.error("", "no credential source is configured").help("set htpasswd.file or htpasswd.inline");
            }
            (Some(_), Some(_)) => {
                problems
                    .error("client_auth", "is set beside `htpasswd`; an extension does only one of them")
                    .help("declare two extensions, such as basicauth/server and basicauth/client");
            }
            (None, Some(_)) => {
                problems.error("client_auth", "sending a name and a password is not built yet");
            }
            (Some(users), None) => problems.nest("htpasswd", |problems| users.validate(problems)),
        }
    }
}

// === impl Users ===

impl Users {
    fn validate(&self, problems: &mut Problems) {
        if self.file.is_none() && self.inline.is_empty() {
            problems.error("", "no credential source is configured").help("set file or inline");
        }
        if let Err(wrong) = Htpasswd::parse(["", self.inline.reveal()]) {
            problems.error("inline", wrong).help("`htpasswd -nbB NAME PASSWORD` prints a line");
        }
    }
}
