//! Databases that are killed, down, full, read-only or slow, and an engine that is killed, with every row counted: nothing
//! that was acknowledged is lost, nothing is stored twice.

mod crash;
mod down;
mod full;
mod killed;
mod slow;
mod store;
mod trial;

use store::{Kind, Store};
use trial::{Queue, Trial};

use crate::load::Load;

/// What the clients send in most of the tests: requests of fifty records.
const LOAD: Load = Load { clients: 12, records: 50, rate: Some(6000), ..Load::MIXED };
