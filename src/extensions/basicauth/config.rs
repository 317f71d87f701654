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
    /// Name and password that are sent.
    pub(crate) client_auth: Option<Login>,
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
pub(crate) struct Login {
    /// The name, without a colon.
    pub(crate) username: String,
    /// File with the name, instead of `username`; white space around it does not count. Read again when it changes.
    pub(crate) username_file: Option<PathBuf>,
    /// The password.
    pub(crate) password: Secret,
    /// File with the password, instead of `password`; white space around it does not count. Read again when it changes.
    pub(crate) password_file: Option<PathBuf>,
}

// === impl Config ===

impl pipelines::component::Config for Config {
    fn validate(&self, problems: &mut Problems) {
        match (&self.htpasswd, &self.client_auth) {
            (None, None) => {
                problems.error("", "no credential source is configured").help("set htpasswd or client_auth");
            }
            (Some(_), Some(_)) => {
                problems
                    .error("client_auth", "is set beside `htpasswd`; an extension does only one of them")
                    .help("declare two extensions, such as basicauth/server and basicauth/client");
            }
            (None, Some(login)) => problems.nest("client_auth", |problems| login.validate(problems)),
            (Some(users), None) => problems.nest("htpasswd", |problems| users.validate(problems)),
        }
    }
}

// === impl Login ===

impl Login {
    fn validate(&self, problems: &mut Problems) {
        if self.username.is_empty() && self.username_file.is_none() {
            problems.error("username", "no user name is configured").help("set username or username_file");
        }
        if self.username.contains(':') {
            problems.error("username", "holds a colon, which ends the name in a request (RFC 7617)");
        }
        for (key, is_beside) in [
            ("username", !self.username.is_empty() && self.username_file.is_some()),
            ("password", !self.password.is_empty() && self.password_file.is_some()),
        ] {
            if is_beside {
                problems.warning(key, format!("has no effect beside `{key}_file`")).help(format!("remove {key}"));
            }
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
