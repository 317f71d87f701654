//! Reports at intervals: the metrics as OTLP, sent by the exporters that send everything else.

use std::sync::Arc;

use exporters::{otlp, otlp_http};
use pipelines::component::{BuildContext, ComponentId, Config, Exporter, ExporterFactory, Failure, Problems};
use pipelines::graph::Push;
use pipelines::runtime::Stop;
use pipelines::{BatchId, Context};
use serde::de::DeserializeOwned;

use super::otlp::encode;
use super::source::Source;

/// The exporter a reader names.
pub(super) fn exporter(push: &Push) -> Result<Arc<dyn Exporter>, Failure> {
    let (kind, config) = &push.exporter;
    let built = match *kind {
        "otlp" => build::<otlp::Otlp>(config),
        _ => build::<otlp_http::OtlpHttp>(config),
    };
    built.map_err(|reason| Failure(format!("service.telemetry.metrics: a periodic reader cannot be used: {reason}")))
}

fn build<F: ExporterFactory>(config: &serde_json::Value) -> Result<Arc<dyn Exporter>, String>
where
    F::Config: DeserializeOwned,
{
    let config: F::Config = serde_json::from_value(config.clone()).map_err(|error| error.to_string())?;
    let mut problems = Problems::default();
    config.validate(&mut problems);
    if let Some(problem) = problems.into_vec().into_iter().find(|problem| !problem.warning) {
        return Err(format!("{}: {}", problem.path, problem.message));
    }
    F::build(&Arc::new(config), &BuildContext::new(ComponentId::of("telemetry"))).map_err(|failure| failure.0)
}

/// Reports at each interval, and a last time at the end. A report that fails is not sent again: the next one says more.
pub(super) async fn report(exporter: Arc<dyn Exporter>, push: Push, source: Arc<Source>, mut stop: Stop) {
    if let Err(failure) = exporter.start().await {
        return tracing::error!(%failure, "metrics of the process are not sent");
    }
    let mut is_failing = false;
    loop {
        let is_last = tokio::select! {
            () = tokio::time::sleep(push.interval) => false,
            () = stop.requested() => true,
        };
        let sent = send(&*exporter, &push, &source).await;
        match &sent {
            Err(reason) if !is_failing => tracing::warn!(%reason, "metrics of the process could not be sent"),
            Ok(()) if is_failing => tracing::info!("metrics of the process are sent again"),
            _ => {}
        }
        is_failing = sent.is_err();
        if is_last {
            break;
        }
    }
    if let Err(failure) = exporter.shutdown().await {
        tracing::debug!(%failure, "the exporter of the process's own metrics did not close cleanly");
    }
}

async fn send(exporter: &dyn Exporter, push: &Push, source: &Source) -> Result<(), String> {
    let metrics = encode(&source.families(), &source.resource, source.started());
    let context = Context::default();
    match tokio::time::timeout(push.timeout, exporter.export(BatchId::fresh(), &metrics, &context)).await {
        Ok(Ok(exported)) if exported.rejected > 0 => {
            Err(format!("{} points were rejected: {}", exported.rejected, exported.message.unwrap_or_default()))
        }
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err(format!("no answer within {:?}", push.timeout)),
    }
}
