//! Values as exporters write them: texts as the Collector has them, JSON, ids, times, and names of numbers.
// Which of them are needed follows from the features.
#![allow(dead_code, unused_imports)]

mod identity;
mod json;
mod names;
mod nested;
mod number;
#[cfg(test)]
mod tests;
mod text;
mod time;

pub(crate) use self::identity::{resource_id, scope_id};
pub(crate) use self::json::{Json, NonFinite, Nul};
pub(crate) use self::names::{kind_name, service_name, status_name};
pub(crate) use self::number::{double, integer};
pub(crate) use self::text::{hex, text};
pub(crate) use self::time::{log_nanos, nanos};
