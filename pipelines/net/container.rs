//! Whether this program runs inside a container, where listening on loopback is rarely what people want.

use std::path::Path;

/// Whether this looks like a container: Docker's and Podman's marker files, Kubernetes' environment.
#[must_use]
pub fn is_inside() -> bool {
    Path::new("/.dockerenv").exists()
        || Path::new("/run/.containerenv").exists()
        || std::env::var_os("KUBERNETES_SERVICE_HOST").is_some()
}
