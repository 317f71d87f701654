//! From outcomes to what the OTLP specification has both protocols say.

use std::time::Duration;

use pipelines::Signal;
use pipelines::otlp::wire::{put_len, put_uint};
use pipelines::outcome::{Refusal, RefusalKind};
use pipelines::runtime::Answer;

use super::body::Broken;
use super::encoding::Unreadable;
use super::status::{Code, Status};

/// When a client that found no room may try again.
pub(super) const NO_ROOM_RETRY: Duration = Duration::from_secs(1);

/// The status of a refusal. `RESOURCE_EXHAUSTED` always says when to try again, since it is final otherwise; zero
/// leaves the time to the client.
pub(super) fn of_refusal(refusal: &Refusal) -> Status {
    let code = match refusal.kind {
        RefusalKind::Invalid => Code::InvalidArgument,
        RefusalKind::Permanent => Code::Internal,
        RefusalKind::Exhausted => Code::ResourceExhausted,
        RefusalKind::Unavailable => Code::Unavailable,
    };
    let status = Status::new(code, &*refusal.reason);
    match refusal.after {
        Some(after) if refusal.is_retryable() => status.retry_after(after),
        _ if refusal.kind == RefusalKind::Exhausted => status.retry_after(Duration::ZERO),
        _ => status,
    }
}

/// The status of a body that could not be collected; `None` if nobody is left to answer.
pub(super) fn of_broken(broken: Broken) -> Option<Status> {
    Some(match broken {
        Broken::Gone => return None,
        Broken::Stalled => Status::new(Code::DeadlineExceeded, "the request was not sent within the time"),
        Broken::TooLarge(limit) => too_large(limit),
        Broken::NoRoom => {
            Status::new(Code::ResourceExhausted, "too many bytes are in flight; try again").retry_after(NO_ROOM_RETRY)
        }
        Broken::Malformed(what) => Status::new(Code::InvalidArgument, what),
    })
}

/// As what a request is counted that could not be read.
pub(super) fn counted(unreadable: &Unreadable) -> Answer {
    match unreadable {
        Unreadable::Broken(Broken::Gone) => Answer::Gone,
        Unreadable::Broken(Broken::Stalled) => Answer::Stalled,
        Unreadable::Broken(Broken::TooLarge(_)) => Answer::TooLarge,
        Unreadable::Broken(Broken::NoRoom) => Answer::NoRoom,
        Unreadable::Broken(Broken::Malformed(_)) | Unreadable::Status(_) => Answer::Invalid,
    }
}

/// As what a request is counted whose sender may not send it.
pub(super) fn turned_away(status: &Status) -> Answer {
    match status.code {
        Code::PermissionDenied => Answer::PermissionDenied,
        Code::ResourceExhausted => Answer::RateLimited,
        _ => Answer::Unauthenticated,
    }
}

/// The status of a request larger than `limit` bytes, which must not be sent again.
pub(super) fn too_large(limit: usize) -> Status {
    Status::new(Code::ResourceExhausted, format!("the request is larger than the limit of {limit} bytes"))
}

/// The status of a signal no pipeline takes.
pub(super) fn no_pipeline(signal: Signal) -> Status {
    Status::new(Code::Unimplemented, format!("no pipeline takes {signal} from this receiver"))
}

/// The encoded `Export*ServiceResponse` of a partial success.
pub(super) fn partial_success(rejected: u64, reason: &str) -> Vec<u8> {
    let mut partial = Vec::with_capacity(reason.len() + 16);
    put_uint(&mut partial, 1, rejected);
    put_len(&mut partial, 2, reason.as_bytes());
    let mut response = Vec::with_capacity(partial.len() + 8);
    put_len(&mut response, 1, &partial);
    response
}

/// The JSON form of the response of a partial success.
pub(super) fn partial_success_json(signal: Signal, rejected: u64, reason: &str) -> Vec<u8> {
    let key = match signal {
        Signal::Traces => "rejectedSpans",
        Signal::Metrics => "rejectedDataPoints",
        Signal::Logs => "rejectedLogRecords",
        Signal::Profiles => "rejectedProfiles",
    };
    // 64-bit integers are text in the JSON form of protobuf.
    let partial = serde_json::json!({ key: rejected.to_string(), "errorMessage": reason });
    serde_json::json!({ "partialSuccess": partial }).to_string().into_bytes()
}
