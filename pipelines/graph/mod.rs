//! From a configuration tree to a validated DAG.

mod connect;
mod declare;
mod digest;
mod id;
mod load;
mod plan;
mod prove;
mod reference;
mod resolve;
mod service;
mod shape;
mod telemetry;
#[cfg(test)]
mod tests;

pub use self::digest::Digest;
pub use self::id::{component_id, pipeline_id};
pub use self::load::Invalid;
pub use self::plan::{Declared, Pipeline, PipelineId, Plan, PlanNode};
pub use self::resolve::resolve;
pub use self::telemetry::{
    Detail, Encoding, Labels, Level, Metrics, Pull, Push, Resource, Settings as TelemetrySettings,
};
