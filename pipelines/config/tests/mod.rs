//! Tests of the configuration layer.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod pages;
