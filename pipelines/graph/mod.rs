//! From a configuration tree to a validated DAG.

mod connect;
mod declare;
mod id;
mod plan;
mod resolve;
mod service;
mod telemetry;

pub use self::id::{component_id, pipeline_id};
pub use self::plan::{Declared, Pipeline, PipelineId, Plan, PlanNode};
pub use self::resolve::resolve;
pub use self::telemetry::{Encoding, Level, Settings as TelemetrySettings};
