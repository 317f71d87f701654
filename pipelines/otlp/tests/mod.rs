//! The wire model against prost: whatever prost encodes is read, edited and split as its decoded trees would be.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod arbitrary;
mod build;
mod check;
mod edit;
mod normal;
mod rebuild;
mod split;
mod tree;
mod unknown;
mod view;
