//! The small HTTP server behind extensions.

use axum::Router;
use pipelines::component::{ExtensionHost, Failure};
use tokio::net::TcpListener;

/// Serves `router` on `endpoint` until the host's stop is requested.
pub(super) async fn serve(endpoint: &str, router: Router, mut host: ExtensionHost) -> Result<(), Failure> {
    let address = address(endpoint);
    let listener =
        TcpListener::bind(&address).await.map_err(|error| Failure(format!("cannot listen on {address}: {error}")))?;
    let bound = listener.local_addr().map_or(address, |bound| bound.to_string());
    host.ready.tell(vec![format!("http {bound}")]);
    let mut stop = host.stop.clone();
    axum::serve(listener, router)
        .with_graceful_shutdown(async move { stop.requested().await })
        .await
        .map_err(|error| Failure(format!("cannot serve on {bound}: {error}")))
}

/// `:13133` listens on every address, as upstream.
pub(super) fn address(endpoint: &str) -> String {
    if endpoint.starts_with(':') { format!("0.0.0.0{endpoint}") } else { endpoint.to_owned() }
}
