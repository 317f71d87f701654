//! One request of one connection.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONNECTION, CONTENT_ENCODING, CONTENT_LENGTH, ORIGIN};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, Version};
use http_body::Body;
use hyper::body::Incoming;

use super::cors::Cors;
use super::media::Media;
use super::reply;
use crate::otlp::activity::Activity;
use crate::otlp::answer;
use crate::otlp::body::{self, Broken};
use crate::otlp::config::{self, Access};
use crate::otlp::encoding::{self, Unreadable};
use crate::otlp::guard::Guard;
use crate::otlp::intake::Intake;
use crate::otlp::reply::Reply;
use crate::otlp::serve::client_context;
use crate::otlp::status::{Code, Status};
use pipelines::net::compress::Encoding;
use pipelines::otlp::json::from_json;
use pipelines::otlp::schema::Message;
use pipelines::outcome::Outcome;
use pipelines::runtime::{Answer, Asked, Output, Permit, now};
use pipelines::{Context, Identity, Signal};

/// What all connections share.
pub(in crate::otlp) struct Http {
    intake: Arc<Intake>,
    limit: usize,
    include_metadata: bool,
    paths: Vec<(String, Signal, Access)>,
    guard: Guard,
    /// Encodings that are accepted; `None` accepts all that are known.
    encodings: Option<Vec<Encoding>>,
    cors: Option<Cors>,
    response_headers: Vec<(HeaderName, HeaderValue)>,
    read_timeout: Option<Duration>,
    write_timeout: Option<Duration>,
}

/// One connection.
pub(in crate::otlp) struct HttpPeer {
    http: Arc<Http>,
    activity: Arc<Activity>,
    client: Option<SocketAddr>,
    context: Context,
}

// === impl Http ===

impl Http {
    /// What the configuration says.
    pub(in crate::otlp) fn new(config: &config::Http, guard: Guard, intake: Arc<Intake>) -> Self {
        let header = |(name, value): (&String, &String)| {
            Some((HeaderName::from_bytes(name.as_bytes()).ok()?, HeaderValue::from_str(value).ok()?))
        };
        let limit = |duration: pipelines::config::Duration| (!duration.is_zero()).then(|| duration.get());
        let known =
            |names: &Vec<String>| names.iter().filter_map(|name| encoding::from_http(name.as_bytes())).collect();
        Self {
            intake,
            limit: config.limit(),
            include_metadata: config.include_metadata,
            paths: config.paths(),
            guard,
            encodings: config.compression_algorithms.as_ref().map(known),
            cors: config.cors.as_ref().and_then(Cors::new),
            response_headers: config.response_headers.iter().filter_map(header).collect(),
            read_timeout: limit(config.read_timeout),
            write_timeout: limit(config.write_timeout),
        }
    }
}

// === impl HttpPeer ===

impl HttpPeer {
    /// A connection from `client`.
    pub(in crate::otlp) fn new(http: Arc<Http>, activity: Arc<Activity>, client: Option<SocketAddr>) -> Self {
        Self { http, activity, client, context: client_context(client, None, None) }
    }

    /// Answers one request.
    pub(in crate::otlp) async fn answer(self: Arc<Self>, request: Request<Incoming>) -> Result<Response<Reply>, Gone> {
        let _open = self.activity.open();
        let is_http1 = request.version() < Version::HTTP_2;
        let mut response = self.decorated(request).await?;
        if is_http1 && self.activity.is_ending() {
            response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        }
        Ok(response)
    }

    /// The answer with the headers that are wanted on every one.
    async fn decorated(&self, request: Request<Incoming>) -> Result<Response<Reply>, Gone> {
        let Some(cors) = &self.http.cors else {
            return self.respond(request).await.map(|response| self.with_headers(response));
        };
        if let Some(preflight) = cors.preflight(&request) {
            return Ok(self.with_headers(preflight));
        }
        let origin = request.headers().get(ORIGIN).cloned();
        let mut response = self.respond(request).await?;
        cors.decorate(origin, response.headers_mut());
        Ok(self.with_headers(response))
    }

    async fn respond(&self, request: Request<Incoming>) -> Result<Response<Reply>, Gone> {
        let (head, body) = request.into_parts();
        let most = if head.version < Version::HTTP_2 { body::DISCARD_CONNECTION } else { body::DISCARD_STREAM };
        let mut body = Some(body);
        let mut asked = self.http.intake.requests.begin();
        let response = self.route(head, &mut body, &mut asked).await;
        if let Some(unread) = body.filter(|body| !body.is_end_stream())
            && response.is_ok()
        {
            self.http.intake.tasks.spawn(body::discard(unread, most));
        }
        response
    }

    /// Takes the body out once it is read to its end.
    async fn route(
        &self,
        head: Parts,
        body: &mut Option<Incoming>,
        asked: &mut Asked<'_>,
    ) -> Result<Response<Reply>, Gone> {
        let path = head.uri.path();
        asked.is(Answer::Unknown);
        let Some((_, signal, access)) = self.http.paths.iter().find(|(served, ..)| served == path) else {
            return Ok(reply::not_found());
        };
        let media = Media::of(&head.headers);
        let identity = match self.http.guard.admit(*access, &head.headers, self.client) {
            Ok(identity) => identity,
            Err(rejected) => {
                asked.is(answer::turned_away(&rejected.status));
                return Ok(reply::rejected(media.unwrap_or(Media::Json), &rejected));
            }
        };
        let Some(output) = self.http.intake.outputs.signal(*signal) else {
            return Ok(reply::no_pipeline(&answer::no_pipeline(*signal)));
        };
        asked.is(Answer::Unsupported);
        if head.method != Method::POST {
            return Ok(reply::method_not_allowed());
        }
        let Some(media) = media else { return Ok(reply::unsupported_media_type()) };
        asked.is(Answer::Gone);
        let taken = self.take((*signal, output), media, head, body, identity).await;
        asked.is(taken.as_ref().map_or_else(answer::counted, Answer::from));
        match taken {
            Ok(Outcome::Delivered) => Ok(reply::ok(media, media.success())),
            Ok(Outcome::Partial { rejected, reason }) => {
                Ok(reply::ok(media, media.partial(*signal, rejected, &reason)))
            }
            Ok(Outcome::Refused(refusal)) => {
                let status = answer::of_refusal(&refusal);
                Ok(reply::error(reply::code(&status), media, &status))
            }
            Err(Unreadable::Broken(broken)) => {
                let status = answer::of_broken(broken).ok_or(Gone)?;
                Ok(reply::error(reply::code(&status), media, &status))
            }
            Err(Unreadable::Status(status)) => Ok(reply::error(reply::code(&status), media, &status)),
        }
    }

    async fn take(
        &self,
        (signal, output): (Signal, &Output),
        media: Media,
        head: Parts,
        body: &mut Option<Incoming>,
        identity: Option<Arc<Identity>>,
    ) -> Result<Outcome, Unreadable> {
        let encoding = self.encoding(&head.headers)?;
        let read = self.read(&head.headers, body, encoding, signal, media).await?;
        let context = match (self.http.include_metadata, identity) {
            (false, None) => self.context.clone(),
            (false, identity) => client_context(self.client, None, identity),
            (true, identity) => client_context(self.client, Some(&head.headers), identity),
        };
        let delivered = self.http.intake.deliver(output, signal, read, context);
        match self.http.write_timeout {
            None => Ok(delivered.await),
            Some(limit) => Ok(tokio::time::timeout(limit, delivered).await.unwrap_or_else(|_| {
                Outcome::unavailable(format!("the request was not delivered within the write_timeout of {limit:?}"))
            })),
        }
    }

    async fn read(
        &self,
        headers: &HeaderMap,
        body: &mut Option<Incoming>,
        encoding: Encoding,
        signal: Signal,
        media: Media,
    ) -> Result<(Bytes, Option<Permit>), Unreadable> {
        let Http { intake, limit, .. } = &*self.http;
        let limit = intake.largest(*limit);
        let until = self.http.read_timeout.map(|limit| now() + limit);
        let collected = match body {
            Some(body) => body::collect(body, &intake.budget, limit, length(headers), until).await?,
            None => return Err(Unreadable::Broken(Broken::Gone)),
        };
        *body = None;
        let (bytes, mut permit) = encoding::decompress(encoding, collected, limit, &intake.budget)?;
        if media == Media::Protobuf {
            return Ok((bytes, permit));
        }
        let encoded = from_json(Message::request(signal), &bytes)
            .map_err(|error| Unreadable::Status(Status::new(Code::InvalidArgument, error.to_string())))?;
        // JSON is larger than what it becomes, but for a few odd cases.
        let more = encoded.len().saturating_sub(bytes.len()) as u64;
        if more > 0 && !permit.as_mut().is_some_and(|permit| permit.grow(more)) {
            return Err(Unreadable::Broken(Broken::NoRoom));
        }
        Ok((encoded.into(), permit))
    }

    fn encoding(&self, headers: &HeaderMap) -> Result<Encoding, Unreadable> {
        let Some(name) = headers.get(CONTENT_ENCODING).map(HeaderValue::as_bytes) else {
            return Ok(Encoding::Identity);
        };
        let accepted = |encoding: &Encoding| {
            let all = self.http.encodings.as_ref();
            *encoding == Encoding::Identity || all.is_none_or(|all| all.contains(encoding))
        };
        encoding::from_http(name).filter(accepted).ok_or_else(|| {
            let text = format!("unsupported Content-Encoding: {}", String::from_utf8_lossy(name));
            Unreadable::Status(Status::new(Code::InvalidArgument, text))
        })
    }

    fn with_headers(&self, mut response: Response<Reply>) -> Response<Reply> {
        for (name, value) in &self.http.response_headers {
            response.headers_mut().insert(name.clone(), value.clone());
        }
        response
    }
}

/// The client hung up: there is nobody to answer.
#[derive(Debug)]
pub(in crate::otlp) struct Gone;

// === impl Gone ===

impl std::fmt::Display for Gone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the client is gone")
    }
}

impl std::error::Error for Gone {}

fn length(headers: &HeaderMap) -> Option<usize> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}
