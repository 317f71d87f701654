//! [`Presented`]: the key a request shows, in whichever form.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderName, HeaderValue};

use super::secret::{is_id, is_secret};
use crate::config::Secret;

/// An id and a secret that look as they must; whether they belong together is another question.
#[derive(Debug)]
pub(super) struct Presented {
    /// The id.
    pub(super) id: String,
    /// The secret.
    pub(super) secret: Secret,
}

const KEY_ID: HeaderName = HeaderName::from_static("x-telemetryflow-key-id");
const KEY_SECRET: HeaderName = HeaderName::from_static("x-telemetryflow-key-secret");

/// Longest value that is looked at, in bytes: an id and a secret in base64 take less than 200.
const LONGEST: usize = 1024;

/// Clients write base64 with and without padding.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Whether a request shows a key in headers of its own, which mean nothing else.
#[must_use]
pub fn is_key_header(headers: &HeaderMap) -> bool {
    headers.contains_key(KEY_ID) || headers.contains_key(KEY_SECRET)
}

// === impl Presented ===

impl Presented {
    /// Finds the key of a request. Headers of its own go before `Authorization`, which may be meant for a proxy.
    ///
    /// # Errors
    /// What is missing, or why what is there cannot be a key. Never repeats what was sent.
    pub(super) fn of(headers: &HeaderMap) -> Result<Self, &'static str> {
        let (id, secret) = if is_key_header(headers) {
            let id = only(headers, &KEY_ID)?.ok_or("x-telemetryflow-key-id is missing beside the secret")?;
            let secret = only(headers, &KEY_SECRET)?.ok_or("x-telemetryflow-key-secret is missing beside the id")?;
            (text(id)?.to_owned(), text(secret)?.to_owned())
        } else {
            let value = only(headers, &AUTHORIZATION)?.ok_or(
                "an API key is required: send x-telemetryflow-key-id and x-telemetryflow-key-secret, or authorization",
            )?;
            from_authorization(text(value)?)?
        };
        if !is_id(&id) {
            return Err("the API key has an id of the wrong form: expected tfk_ and letters and digits");
        }
        if !is_secret(&secret) {
            return Err("the API key has a secret of the wrong form: expected tfs_ and 32 to 64 letters and digits");
        }
        Ok(Self { id, secret: Secret::new(secret) })
    }
}

/// The name and password of `Authorization: Basic`.
///
/// # Errors
/// What is missing, or why what is there cannot be that. Never repeats what was sent.
pub fn basic(headers: &HeaderMap) -> Result<(String, Secret), &'static str> {
    let value =
        only(headers, &AUTHORIZATION)?.ok_or("a name and a password are required in authorization, as Basic")?;
    let (scheme, rest) = split(text(value)?)?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return Err("authorization has another scheme than Basic");
    }
    pair(decode(rest)?).map(|(name, password)| (name, Secret::new(password)))
}

fn from_authorization(value: &str) -> Result<(String, String), &'static str> {
    let (scheme, rest) = split(value)?;
    if scheme.eq_ignore_ascii_case("bearer") {
        pair(rest.to_owned())
    } else if scheme.eq_ignore_ascii_case("basic") {
        pair(decode(rest)?)
    } else {
        Err("authorization has another scheme than Basic or Bearer")
    }
}

fn split(value: &str) -> Result<(&str, &str), &'static str> {
    let (scheme, rest) = value.split_once(' ').ok_or("authorization has no credential behind its scheme")?;
    Ok((scheme, rest.trim()))
}

fn decode(rest: &str) -> Result<String, &'static str> {
    let bytes = BASE64.decode(rest).map_err(|_| "authorization is not base64")?;
    String::from_utf8(bytes).map_err(|_| "authorization is not text in base64")
}

fn pair(text: String) -> Result<(String, String), &'static str> {
    let (id, secret) = text.split_once(':').ok_or("authorization has no colon between name and secret")?;
    Ok((id.to_owned(), secret.to_owned()))
}

/// The only value of a header. Which of several would count is a matter of taste, so that proxies and servers disagree:
/// none does.
///
/// # Errors
/// If there are several.
pub fn only<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Result<Option<&'h HeaderValue>, &'static str> {
    let mut values = headers.get_all(name).iter();
    let first = values.next();
    if values.next().is_some() { Err("the request shows several credentials in one header") } else { Ok(first) }
}

fn text(value: &HeaderValue) -> Result<&str, &'static str> {
    if value.len() > LONGEST {
        return Err("the credential is longer than any key");
    }
    value.to_str().map(str::trim).map_err(|_| "the credential is not ASCII")
}
