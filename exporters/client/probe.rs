//! The probes every network exporter makes before it says anything to the server.

use pipelines::component::{Check, Finding};

use super::{AuthReference, Dialer, Failed, Stage, resolve};

/// Reads certificates and keys and says how long they are valid; `false` when they cannot be used.
pub(crate) fn files(dialer: &Dialer, findings: &mut Vec<Finding>) -> bool {
    match dialer.read_files() {
        Ok(expiry) => {
            findings.extend(expiry);
            true
        }
        Err(failed) => {
            findings.push(failed.into());
            false
        }
    }
}

/// Says that nothing is asked of a server that lets in only who an extension says: extensions do not run in a check.
pub(crate) fn unasked(auth: &AuthReference) -> Finding {
    let text =
        format!("nothing is sent: the credentials of extension `{}` are there only while it runs", auth.authenticator);
    Finding::new(Check::Unchecked, text)
}

/// Resolves the name and connects to every address; `false` when none can be reached.
pub(crate) async fn connect(dialer: &Dialer, findings: &mut Vec<Finding>) -> bool {
    let addresses = match resolve(dialer.place()).await {
        Ok(addresses) => addresses,
        Err(failed) => {
            findings.push(failed.into());
            return false;
        }
    };
    let (mut reached, mut failures) = (false, Vec::new());
    for address in &addresses {
        match dialer.dial(address).await {
            Ok(stream) => {
                let secured =
                    stream.tls_version().map_or_else(|| "without TLS".to_owned(), |tls| format!("with {tls}"));
                findings.push(Finding::new(Check::Passed, format!("{address} accepts connections {secured}")));
                reached = true;
            }
            Err(failed) => failures.push(failed),
        }
    }
    for failed in failures {
        let mut finding = Finding::from(failed);
        // One address of several may be down; the others carry the load.
        if reached {
            finding.check = Check::Warned;
        }
        findings.push(finding);
    }
    reached
}

impl From<Failed> for Finding {
    fn from(failed: Failed) -> Self {
        let check = match failed.stage {
            Stage::Resolve | Stage::Connect => Check::Unreachable,
            Stage::Denied => Check::Denied,
            Stage::Tls | Stage::Protocol => Check::Failed,
        };
        Self::new(check, failed.reason)
    }
}
