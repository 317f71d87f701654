//! [`Web`]: small requests to one HTTP server, such as the API of a platform, with the connections of the exporters.
//!
//! HTTP/1.1, a connection for each request, which is a minute apart from the next. Redirects are answers like others:
//! following one would show the credentials to whoever it names.

use std::pin::pin;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode, header};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use pipelines::component::{Finding, Problems};
use pipelines::net::tls::ClientTls;
use pipelines::renewal::Renewals;

use super::credentials::{ApiKey, Login};
use super::dial::Dialer;
use super::endpoint::{Authority, Endpoint, Place, Scheme};
use super::headers::Headers;
use super::tls::Tls;

/// Where a server is and what is shown to it.
#[derive(Clone, Copy)]
pub struct WebSettings<'a> {
    /// The URL below which everything lies; without a scheme port 443 is `https`, any other `http`.
    pub endpoint: &'a str,
    /// Encryption of `https`.
    pub tls: &'a ClientTls,
    /// Sent with every request.
    pub headers: &'a Headers,
    /// A key pair, sent with every request.
    pub api_key: Option<&'a ApiKey>,
}

/// A client of one HTTP server.
pub struct Web {
    dialer: Dialer,
    /// What it is called in messages.
    shown: String,
    /// The path of the endpoint.
    base: String,
    headers: HeaderMap,
}

/// A whole answer.
#[derive(Debug)]
pub struct WebAnswer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

/// Most bytes of an answer that are read.
const MOST: usize = 1 << 20;

// === impl WebSettings ===

impl WebSettings<'_> {
    /// Reports what cannot work; paths are those of the fields.
    pub fn validate(&self, problems: &mut Problems) {
        let endpoint = endpoint(self.endpoint);
        let exposed = endpoint.as_ref().is_ok_and(|it| it.scheme == Some(Scheme::Plain) && !it.place.is_local());
        if let Err(error) = endpoint {
            problems.error("endpoint", error);
        }
        problems.nest("tls", |problems| self.tls.validate(problems));
        self.login().validate(exposed, problems);
    }

    fn login(&self) -> Login<'_> {
        Login { headers: self.headers, api_key: self.api_key, bearer_token_file: None, auth: None }
    }
}

// === impl Web ===

impl Web {
    /// A client that makes connections when it is asked something; `owner` is whose it is, for the log: `extension x`.
    ///
    /// # Errors
    /// What is wrong with the endpoint, in one sentence.
    pub fn new(
        settings: WebSettings<'_>,
        timeout: Duration,
        owner: &str,
        renewals: Option<&Renewals>,
    ) -> Result<Self, String> {
        let mut endpoint = endpoint(settings.endpoint)?;
        let base = std::mem::take(&mut endpoint.path).trim_end_matches('/').to_owned();
        let tls = Tls::new(settings.tls, owner);
        if let Some(renewals) = renewals {
            tls.follow(renewals);
        }
        let mut headers = settings.login().fixed();
        let host = HeaderValue::try_from(Authority(&endpoint.place).to_string());
        headers.entry(header::HOST).or_insert(host.map_err(|error| format!("endpoint: {error}"))?);
        let dialer = Dialer::new(&endpoint, &tls, &[b"http/1.1"], Some(timeout));
        Ok(Self { dialer, shown: format!("{endpoint}{base}"), base, headers })
    }

    /// The URL of the endpoint, for messages; it holds no credentials.
    #[must_use]
    pub fn shown(&self) -> &str {
        &self.shown
    }

    /// Whether the files of its certificates can be read, and until when they are valid.
    ///
    /// # Errors
    /// The file that cannot be used.
    pub fn read_files(&self) -> Result<Vec<Finding>, String> {
        self.dialer.read_files().map_err(|failed| failed.to_string())
    }

    /// Whether a connection can be made; nothing is sent on it.
    ///
    /// # Errors
    /// Why not.
    pub async fn connect(&self) -> Result<(), String> {
        self.dialer.connect().await.map(drop).map_err(|failed| failed.to_string())
    }

    /// Asks for `path` below the endpoint and reads the answer within `timeout`.
    ///
    /// # Errors
    /// One sentence: there is no connection, it broke, there was no answer in time, or it is longer than 1 MiB.
    pub async fn call(
        &self,
        method: Method,
        path: &str,
        extra: &[(HeaderName, HeaderValue)],
        body: Bytes,
        timeout: Duration,
    ) -> Result<WebAnswer, String> {
        let mut request = Request::new(Full::new(body));
        let uri = format!("{}{path}", self.base);
        *request.uri_mut() = uri.parse().map_err(|error| format!("`{uri}` cannot be asked for: {error}"))?;
        *request.method_mut() = method;
        request.headers_mut().clone_from(&self.headers);
        for (name, value) in extra {
            request.headers_mut().insert(name, value.clone());
        }
        let answer = tokio::time::timeout(timeout, self.exchange(request)).await;
        answer.unwrap_or_else(|_| Err(format!("no answer within {timeout:?}")))
    }

    async fn exchange(&self, request: Request<Full<Bytes>>) -> Result<WebAnswer, String> {
        let (_, stream) = self.dialer.connect().await.map_err(|failed| failed.to_string())?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await.map_err(|error| broke(&error))?;
        let mut exchange = pin!(ask(sender, request));
        tokio::select! {
            answer = &mut exchange => return answer,
            // What came before the end can still be read.
            _ = connection => {}
        }
        exchange.await
    }
}

async fn ask(mut sender: SendRequest<Full<Bytes>>, request: Request<Full<Bytes>>) -> Result<WebAnswer, String> {
    let response = sender.send_request(request).await.map_err(|error| broke(&error))?;
    let (head, mut body) = response.into_parts();
    let mut all = BytesMut::new();
    while let Some(frame) = body.frame().await {
        if let Ok(data) = frame.map_err(|error| broke(&error))?.into_data() {
            all.extend_from_slice(&data);
        }
        if all.len() > MOST {
            return Err(format!("the answer is longer than {MOST} bytes"));
        }
    }
    Ok(WebAnswer { status: head.status, headers: head.headers, body: all.freeze() })
}

fn broke(error: &hyper::Error) -> String {
    let source = std::error::Error::source(error).map(|source| format!(": {source}")).unwrap_or_default();
    format!("the connection broke: {error}{source}")
}

fn endpoint(text: &str) -> Result<Endpoint, String> {
    if text.trim().is_empty() {
        return Err("no endpoint is set; write a URL, e.g. https://platform.example.com/api/v2".to_owned());
    }
    let mut endpoint = Endpoint::url(text)?;
    if endpoint.path.contains('?') {
        return Err("the endpoint has a query; write only what comes before the `?`".to_owned());
    }
    let tls = matches!(endpoint.place, Place::Tcp { port: 443, .. });
    endpoint.scheme.get_or_insert(if tls { Scheme::Tls } else { Scheme::Plain });
    Ok(endpoint)
}
