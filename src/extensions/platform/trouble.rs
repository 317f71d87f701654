//! [`Trouble`]: why a request was not done, and [`Pace`]: how long to leave the platform alone then.

use std::fmt;
use std::time::{Duration, SystemTime};

use exporters::{WebAnswer, retry_after};
use serde_json::Value;

use super::config::Retry;

/// Why a request was not done.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Trouble {
    pub(super) kind: Kind,
    said: String,
}

/// What to do about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The credentials are missing or wrong: 401, 403. Somebody must do something first.
    Denied,
    /// The platform does not know this agent: 404.
    Unknown,
    /// It asks to be left alone, maybe for some time: 429, 503.
    Busy(Option<Duration>),
    /// Anything else, which may pass.
    Failed,
}

/// Waits between attempts.
#[derive(Debug)]
pub(super) struct Pace {
    retry: Retry,
    failures: u32,
}

/// Between two attempts with credentials that are not accepted.
const DENIED: Duration = Duration::from_secs(300);
/// The longest wait a platform can ask for: it must not be able to switch an agent off by mistake.
const LONGEST: Duration = Duration::from_secs(3600);
/// What is added at most to a wait that the platform asks for.
const JITTER: Duration = Duration::from_secs(5);
/// Most characters of an error that a platform sends.
const SHOWN: usize = 200;

// === impl Trouble ===

impl Trouble {
    /// Something that may pass.
    pub(super) fn new(said: impl Into<String>) -> Self {
        Self { kind: Kind::Failed, said: said.into() }
    }

    /// An answer that does not say that the request was done.
    pub(super) fn of(answer: &WebAnswer) -> Self {
        let status = answer.status.as_u16();
        let said = match said(&answer.body) {
            Some(said) => format!("status {status}: {said}"),
            None => format!("status {status}"),
        };
        let (kind, said) = match status {
            401 | 403 => (Kind::Denied, format!("{said}; check api_key and headers")),
            404 => (Kind::Unknown, said),
            429 | 503 => (Kind::Busy(retry_after(&answer.headers, SystemTime::now())), said),
            300..=399 => (Kind::Failed, redirect(answer)),
            _ => (Kind::Failed, said),
        };
        Self { kind, said }
    }

    /// The same trouble in a request that cannot be about an agent the platform does not know.
    pub(super) fn known(self) -> Self {
        match self.kind {
            Kind::Unknown => {
                Self { kind: Kind::Failed, said: format!("{}; check the path of the endpoint", self.said) }
            }
            _ => self,
        }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.said)
    }
}

// === impl Pace ===

impl Pace {
    pub(super) fn new(retry: &Retry) -> Self {
        Self { retry: retry.clone(), failures: 0 }
    }

    /// All is well again.
    pub(super) fn reset(&mut self) {
        self.failures = 0;
    }

    /// How long to wait after some trouble.
    pub(super) fn wait(&mut self, trouble: &Trouble) -> Duration {
        let doubled = self.retry.initial_interval.get().saturating_mul(1 << self.failures.min(20));
        self.failures = self.failures.saturating_add(1);
        // A whole fleet that lost its platform must not come back as one.
        let own = jittered(doubled.min(self.retry.max_interval.get()), -0.5, 0.0);
        match trouble.kind {
            Kind::Denied => jittered(DENIED, 0.0, 0.1),
            Kind::Busy(Some(wait)) => wait.min(LONGEST) + own.min(JITTER),
            Kind::Busy(None) | Kind::Unknown | Kind::Failed => own,
        }
    }
}

/// `time` and a random share of it from `low` to `high`.
fn jittered(time: Duration, low: f64, high: f64) -> Duration {
    let mut bytes = [0; 4];
    // Without random numbers there is no jitter, which is no reason to do nothing.
    let _ = getrandom::fill(&mut bytes);
    let share = f64::from(u32::from_le_bytes(bytes)) / f64::from(u32::MAX);
    time.mul_f64((1.0 + low + (high - low) * share).max(0.0))
}

/// What the platform says of an error, in the forms that are known.
fn said(body: &[u8]) -> Option<String> {
    let body: Value = serde_json::from_slice(body).ok()?;
    let said = ["error", "message"].iter().find_map(|key| body.get(key)?.as_str())?;
    Some(printable(said))
}

fn redirect(answer: &WebAnswer) -> String {
    let to = answer.headers.get(http::header::LOCATION).and_then(|to| to.to_str().ok());
    let to = to.map(|to| printable(to.split(['?', '#']).next().unwrap_or_default()));
    let to = to.map_or_else(String::new, |to| format!(" to {to}"));
    format!("the answer is a redirect{to}, which is not followed; set endpoint to where the platform is")
}

/// What may go into a log: one line of limited length.
pub(super) fn printable(text: &str) -> String {
    let shown: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(SHOWN).collect();
    shown.trim().to_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use bytes::Bytes;
    use http::{HeaderMap, HeaderValue, StatusCode, header};

    use super::*;

    fn answer(status: u16, headers: &[(header::HeaderName, &str)], body: &str) -> WebAnswer {
        let value = |text: &str| HeaderValue::from_str(text).unwrap();
        let headers: HeaderMap = headers.iter().map(|(name, text)| (name.clone(), value(text))).collect();
        let body = Bytes::copy_from_slice(body.as_bytes());
        WebAnswer { status: StatusCode::from_u16(status).unwrap(), headers, body }
    }

    /// Scenario: every way to say no. Guarantee: what to do about it, in words that fit a line of a log and show neither
    /// query nor control characters.
    #[test]
    fn answers_are_told_apart() {
        let later = [(header::RETRY_AFTER, "7")];
        let away = [(header::LOCATION, "https://elsewhere/x?token=abc")];
        for (answer, kind, part) in [
            (answer(401, &[], r#"{"error":"no key\u0007\nat all"}"#), Kind::Denied, "no key  at all"),
            (answer(403, &[], "<html>"), Kind::Denied, "status 403; check"),
            (answer(404, &[], "{}"), Kind::Unknown, "status 404"),
            (answer(429, &later, ""), Kind::Busy(Some(Duration::from_secs(7))), "status 429"),
            (answer(503, &[], ""), Kind::Busy(None), "status 503"),
            (answer(302, &away, ""), Kind::Failed, "https://elsewhere/x, which"),
            (answer(500, &[], r#"{"message":"oh"}"#), Kind::Failed, "status 500: oh"),
        ] {
            let trouble = Trouble::of(&answer);
            assert_eq!(trouble.kind, kind);
            let text = trouble.to_string();
            assert!(text.contains(part) && !text.contains("token") && !text.contains('\n'), "{text}");
        }
        assert!(
            Trouble::of(&answer(500, &[], &format!(r#"{{"error":"{}"}}"#, "x".repeat(9999)))).to_string().len() < 300
        );
    }

    /// Scenario: trouble that goes on. Guarantee: waits grow to the longest one, are jittered, are as long as the platform
    /// asks within an hour, and five minutes with credentials that are not accepted.
    #[test]
    fn waits_are_as_told() {
        let mut pace = Pace::new(&Retry::default());
        let failed = Trouble::new("down");
        let waits: Vec<f64> = (0..40).map(|_| pace.wait(&failed).as_secs_f64()).collect();
        assert!((0.5..=1.0).contains(&waits[0]) && (1.0..=2.0).contains(&waits[1]), "{waits:?}");
        assert!(waits[10..].iter().all(|wait| (30.0..=60.0).contains(wait)), "{waits:?}");
        assert!(waits[10..].iter().any(|wait| (wait - waits[10]).abs() > 0.1), "{waits:?}");
        let seconds = |pace: &mut Pace, trouble: &Trouble| pace.wait(trouble).as_secs();
        let busy = |seconds| Trouble { kind: Kind::Busy(Some(Duration::from_secs(seconds))), said: String::new() };
        assert!((7..=12).contains(&seconds(&mut pace, &busy(7))));
        assert!((3600..=3605).contains(&seconds(&mut pace, &busy(u64::MAX))));
        assert!(pace.wait(&busy(0)) > Duration::from_millis(500));
        let denied = Trouble { kind: Kind::Denied, said: String::new() };
        assert!((300..=330).contains(&seconds(&mut pace, &denied)));
        pace.reset();
        assert!(pace.wait(&failed) <= Duration::from_secs(1));
    }
}
