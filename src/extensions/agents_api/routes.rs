//! Which path leads where.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post, put};

use super::answer::{Reason, Refusal};
use super::api::{self, Api};
use super::guard::Role;
use super::{configuration, list, openapi};

/// The base of every path, and what upstream's agents of some versions use.
const BASES: [&str; 2] = ["/api/v2", "/api/v2/monitoring"];

/// All that is served.
pub(super) fn router(api: &Arc<Api>) -> Router {
    let agents = Router::new()
        .route("/agents/register", post(api::register))
        .route("/agents/{id}/heartbeat", post(api::heartbeat))
        .layer(from_fn_with_state((api.clone(), Role::Agent), admit));
    let readers = Router::new()
        .route("/agents/{id}/status", get(api::status))
        .route("/agents/{id}/config", get(configuration::read))
        .layer(from_fn_with_state((api.clone(), Role::Reader), admit));
    let operators = Router::new()
        .route("/agents", get(list::list))
        .route("/agents/{id}", delete(api::delete))
        .route("/agents/{id}/config", put(configuration::write).delete(configuration::delete))
        .layer(from_fn_with_state((api.clone(), Role::Operator), admit));
    let all = agents.merge(readers).merge(operators).route("/openapi.json", get(openapi::read));
    let router = BASES.iter().fold(Router::new(), |router, base| router.nest(base, all.clone()));
    router.with_state(api.clone()).fallback(nowhere).method_not_allowed_fallback(not_so).layer(from_fn(unseen))
}

/// Lets a request in if its credentials do and there is room.
async fn admit(State((api, role)): State<(Arc<Api>, Role)>, request: Request, next: Next) -> Response {
    if let Err(refusal) = api.guard.admit(role, request.headers()) {
        return refusal.into_response();
    }
    let Ok(_room) = api.room.try_acquire() else {
        return Refusal::new(Reason::Busy, "too many requests at once").into_response();
    };
    next.run(request).await
}

/// Nothing of an answer is kept on the way, and nothing of it is shown as a page.
async fn unseen(request: Request, next: Next) -> Response {
    use axum::http::HeaderValue;
    use axum::http::header::{CACHE_CONTROL, X_CONTENT_TYPE_OPTIONS};
    let mut response = next.run(request).await;
    response.headers_mut().entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response.headers_mut().insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

async fn nowhere() -> Refusal {
    Refusal::new(Reason::NotFound, "nothing is at this path; /api/v2/openapi.json says what is where")
}

async fn not_so() -> Refusal {
    Refusal::new(Reason::MethodNotAllowed, "this path is not used with this method")
}
