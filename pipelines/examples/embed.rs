//! Runs a pipeline file inside another program, with an exporter of the program's own.
//! `cargo run --example embed -- FILE`; the file may name what is built in and the exporter `tally`.
#![allow(clippy::print_stdout)]

use std::{sync::Arc, time::Duration};

use pipelines::component::*;
use pipelines::runtime::{Delivery, Engine};
use pipelines::{BatchId, Context, Plan, Signal, Telemetry};

/// Prints how much arrives.
struct Tally;

#[derive(Debug, Default, serde::Deserialize, schemars::JsonSchema)]
struct Nothing {}

impl Config for Nothing {}

impl ExporterFactory for Tally {
    const ABOUT: About = About {
        name: "tally",
        aliases: &[],
        signals: &Signal::ALL,
        stability: Stability::Alpha,
        summary: "prints how much arrives",
        example: "",
    };
    type Config = Nothing;

    fn build(_: &Arc<Nothing>, _: &BuildContext) -> Result<Arc<dyn Exporter>, Failure> {
        Ok(Arc::new(Self))
    }
}

impl Exporter for Tally {
    fn export<'a>(
        &'a self,
        _: BatchId,
        all: &'a Telemetry,
        _: &'a Context,
    ) -> BoxFuture<'a, Result<Exported, ExportError>> {
        println!("{} {}s", all.items(), all.signal().item());
        Box::pin(async { Ok(Exported::default()) })
    }

    fn encode(&self, all: &Telemetry) -> Result<Encoded, ExportError> {
        Ok(Encoded { format: "a line".into(), destination: "stdout".into(), body: all.to_bytes() })
    }

    fn delivery(&self) -> Delivery {
        Delivery::default()
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    static MINE: &[Component] = &[Component::exporter::<Tally>()];
    let registry = Registry::new().with(receivers::ALL).with(processors::ALL).with(exporters::ALL).with(MINE);
    let file = std::env::args().nth(1).ok_or("expected a pipeline file")?;
    let plan = Plan::from_files(&[&file], &registry).map_err(|error| error.to_string())?;
    let running = Engine::start(&plan).await?;
    tokio::signal::ctrl_c().await?;
    running.stop(Duration::from_secs(5)).await;
    Ok(())
}
