//! `/metrics`, for Prometheus.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::get;
use pipelines::graph::Pull;
use pipelines::net::{Listen, ListenOptions, Listener, Sockets, Transport};
use pipelines::runtime::Stop;

use super::source::Source;
use super::text;
use crate::admin::server;

/// The socket of a reader.
pub(super) async fn bind(pull: &Pull) -> Result<Listener, String> {
    let listen = Listen::parse(&pull.endpoint, Transport::Tcp)?;
    let bound = Sockets::default().bind(&listen, ListenOptions::default()).await;
    bound.map_err(|error| format!("cannot listen on {listen}: {error}"))
}

/// Answers scrapes until the stop.
pub(super) async fn serve(listener: Listener, pull: Pull, source: Arc<Source>, stop: Stop) {
    let router = Router::new().route("/metrics", get(scrape)).with_state((Arc::new(pull), source));
    if let Err(error) = server::answer(listener, router, stop).await {
        tracing::error!(%error, "metrics are not served any more");
    }
}

async fn scrape(State((pull, source)): State<(Arc<Pull>, Arc<Source>)>) -> impl IntoResponse {
    let page = text::page(&source.families(), &source.resource, &pull);
    ([(CONTENT_TYPE, text::CONTENT_TYPE)], page)
}
