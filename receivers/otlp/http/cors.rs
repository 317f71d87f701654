//! CORS: which web pages may send telemetry.

use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS,
    ACCESS_CONTROL_REQUEST_METHOD, ORIGIN, VARY,
};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode};

use super::reply;
use crate::otlp::config;
use crate::otlp::reply::Reply;

/// Headers that every allowed page may send.
const ALWAYS_ALLOWED: [&str; 4] = ["accept", "content-type", "origin", "x-requested-with"];

/// What pages may do, ready to be compared.
pub(super) struct Cors {
    origins: Vec<Origin>,
    /// In lower case; `None` allows all.
    headers: Option<Vec<String>>,
    exposed: Option<HeaderValue>,
    max_age: Option<HeaderValue>,
}

enum Origin {
    Any,
    /// In lower case.
    Exact(String),
    /// Beginning and end around one `*`, in lower case.
    Between(String, String),
}

// === impl Cors ===

impl Cors {
    /// What pages may do; `None` if no page may do anything.
    pub(super) fn new(config: &config::Cors) -> Option<Self> {
        let all = config.allowed_headers.iter().any(|header| header == "*");
        let named = || config.allowed_headers.iter().map(|header| header.to_ascii_lowercase()).collect();
        let exposed = config.exposed_headers.join(", ");
        (!config.allowed_origins.is_empty()).then(|| Self {
            origins: config.allowed_origins.iter().map(|origin| Origin::parse(origin)).collect(),
            headers: (!all).then(named),
            exposed: (!exposed.is_empty()).then(|| HeaderValue::from_str(&exposed).ok()).flatten(),
            max_age: (config.max_age > 0).then(|| HeaderValue::from(config.max_age)),
        })
    }

    /// The answer to a browser that asks before it sends; `None` if the request is no such question.
    pub(super) fn preflight<B>(&self, request: &Request<B>) -> Option<Response<Reply>> {
        let asks = request.method() == Method::OPTIONS && request.headers().contains_key(ACCESS_CONTROL_REQUEST_METHOD);
        if !asks {
            return None;
        }
        let mut response = reply::bare(StatusCode::NO_CONTENT);
        let headers = response.headers_mut();
        headers.insert(
            VARY,
            HeaderValue::from_static("Origin, Access-Control-Request-Method, Access-Control-Request-Headers"),
        );
        let wants_post = request.headers().get(ACCESS_CONTROL_REQUEST_METHOD).is_some_and(|method| method == "POST");
        let wanted = request.headers().get(ACCESS_CONTROL_REQUEST_HEADERS);
        if wants_post
            && wanted.is_none_or(|wanted| self.allows_headers(wanted))
            && self.allow(request.headers(), headers)
        {
            headers.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("POST"));
            if let Some(wanted) = wanted {
                headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, wanted.clone());
            }
            if let Some(max_age) = &self.max_age {
                headers.insert(ACCESS_CONTROL_MAX_AGE, max_age.clone());
            }
        }
        Some(response)
    }

    /// Adds to a response what lets the page of `origin` read it.
    pub(super) fn decorate(&self, origin: Option<HeaderValue>, response: &mut HeaderMap) {
        response.append(VARY, HeaderValue::from_static("Origin"));
        let mut request = HeaderMap::new();
        if let Some(origin) = origin {
            request.insert(ORIGIN, origin);
        }
        if self.allow(&request, response)
            && let Some(exposed) = &self.exposed
        {
            response.insert(ACCESS_CONTROL_EXPOSE_HEADERS, exposed.clone());
        }
    }

    /// A page whose origin is named may send credentials, too; one that is only let in by a bare `*` may not.
    fn allow(&self, request: &HeaderMap, response: &mut HeaderMap) -> bool {
        let Some(origin) = request.get(ORIGIN) else { return false };
        let Ok(text) = origin.to_str() else { return false };
        let text = text.to_ascii_lowercase();
        if self.origins.iter().any(|allowed| allowed.is_named(&text)) {
            response.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
            response.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
            return true;
        }
        let any = self.origins.iter().any(|allowed| matches!(allowed, Origin::Any));
        if any {
            response.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        }
        any
    }

    fn allows_headers(&self, wanted: &HeaderValue) -> bool {
        let (Some(allowed), Ok(wanted)) = (&self.headers, wanted.to_str()) else { return self.headers.is_none() };
        wanted
            .split(',')
            .map(|name| name.trim().to_ascii_lowercase())
            .all(|name| name.is_empty() || ALWAYS_ALLOWED.contains(&name.as_str()) || allowed.contains(&name))
    }
}

// === impl Origin ===

impl Origin {
    fn parse(text: &str) -> Self {
        let text = text.to_ascii_lowercase();
        match text.split_once('*') {
            Some(("", "")) => Self::Any,
            Some((start, end)) => Self::Between(start.to_owned(), end.to_owned()),
            None => Self::Exact(text),
        }
    }

    fn is_named(&self, origin: &str) -> bool {
        match self {
            Self::Any => false,
            Self::Exact(exact) => exact == origin,
            Self::Between(start, end) => {
                origin.len() >= start.len() + end.len()
                    && origin.starts_with(start.as_str())
                    && origin.ends_with(end.as_str())
            }
        }
    }
}
