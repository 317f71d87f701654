//! The binary under faults, with every record counted: clients remember what was acknowledged, the sink what arrived, and
//! each test prints `fault | sent | acknowledged | delivered | duplicates | lost | peak RSS MiB`. Lost are records that
//! were acknowledged and did not arrive. How to read it, and the longer run: tests/faults/README.md.
// The clock of the engine and its tasks are of another process here.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods, missing_docs)]

mod support;

#[path = "faults/backend.rs"]
mod backend;
#[path = "faults/client.rs"]
mod client;
#[path = "faults/clock.rs"]
mod clock;
#[path = "faults/damage.rs"]
mod damage;
#[path = "faults/full.rs"]
mod full;
#[path = "faults/gateway.rs"]
mod gateway;
#[path = "faults/kill.rs"]
mod kill;
#[path = "faults/load.rs"]
mod load;
#[path = "faults/overload.rs"]
mod overload;
#[path = "faults/power.rs"]
mod power;
#[path = "faults/records.rs"]
mod records;
#[path = "faults/reload.rs"]
mod reload;
#[path = "faults/sink/mod.rs"]
mod sink;
#[path = "faults/table.rs"]
mod table;
#[path = "faults/trial.rs"]
mod trial;
#[path = "faults/volume.rs"]
mod volume;

/// When a long run ends: `TFO_SOAK_SECONDS` from now, which `make soak` sets.
fn soak() -> Option<std::time::Instant> {
    let seconds = std::env::var("TFO_SOAK_SECONDS").ok()?.parse().expect("TFO_SOAK_SECONDS is a whole number");
    Some(std::time::Instant::now() + std::time::Duration::from_secs(seconds))
}
