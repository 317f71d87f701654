//! A real OTLP/gRPC server (tonic) that answers as a test tells it to.

use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use opentelemetry_proto::tonic::collector::logs::v1::logs_service_server::{LogsService, LogsServiceServer};
use opentelemetry_proto::tonic::collector::logs::v1::{ExportLogsServiceRequest, ExportLogsServiceResponse};
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_server::{TraceService, TraceServiceServer};
use opentelemetry_proto::tonic::collector::trace::v1::{ExportTraceServiceRequest, ExportTraceServiceResponse};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tonic::codec::CompressionEncoding;
use tonic::metadata::MetadataMap;
use tonic::{Request, Response, Status};

type Export<'f, R> = Pin<Box<dyn Future<Output = Result<Response<R>, Status>> + Send + 'f>>;
type Answer = Box<dyn Fn() -> Result<ExportLogsServiceResponse, Status> + Send + Sync>;

/// What the server saw, and what it answers.
pub(super) struct Seen {
    pub(super) logs: Mutex<Vec<(MetadataMap, ExportLogsServiceRequest)>>,
    pub(super) traces: Mutex<usize>,
    answer: Answer,
    delay: Duration,
}

pub(super) struct Server {
    pub(super) address: SocketAddr,
    pub(super) seen: Arc<Seen>,
    task: JoinHandle<()>,
}

struct Service(Arc<Seen>);

impl LogsService for Service {
    fn export<'s, 'f>(&'s self, request: Request<ExportLogsServiceRequest>) -> Export<'f, ExportLogsServiceResponse>
    where
        's: 'f,
        Self: 'f,
    {
        Box::pin(async move {
            tokio::time::sleep(self.0.delay).await;
            let (metadata, _, body) = request.into_parts();
            self.0.logs.lock().unwrap().push((metadata, body));
            (self.0.answer)().map(Response::new)
        })
    }
}

impl TraceService for Service {
    fn export<'s, 'f>(&'s self, _: Request<ExportTraceServiceRequest>) -> Export<'f, ExportTraceServiceResponse>
    where
        's: 'f,
        Self: 'f,
    {
        Box::pin(async move {
            *self.0.traces.lock().unwrap() += 1;
            Ok(Response::new(ExportTraceServiceResponse::default()))
        })
    }
}

impl Server {
    pub(super) async fn start() -> Self {
        Self::answering(Duration::ZERO, || Ok(ExportLogsServiceResponse::default())).await
    }

    pub(super) async fn answering(
        delay: Duration,
        answer: impl Fn() -> Result<ExportLogsServiceResponse, Status> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Self::on(listener, delay, answer)
    }

    pub(super) fn on(
        listener: TcpListener,
        delay: Duration,
        answer: impl Fn() -> Result<ExportLogsServiceResponse, Status> + Send + Sync + 'static,
    ) -> Self {
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Seen { logs: Mutex::default(), traces: Mutex::default(), answer: Box::new(answer), delay });
        let logs = LogsServiceServer::new(Service(seen.clone()))
            .max_decoding_message_size(64 << 20)
            .accept_compressed(CompressionEncoding::Gzip)
            .accept_compressed(CompressionEncoding::Zstd);
        let traces = TraceServiceServer::new(Service(seen.clone()));
        let router = tonic::transport::Server::builder().add_service(logs).add_service(traces);
        let incoming = tonic::transport::server::TcpIncoming::from(listener);
        let task = tokio::spawn(async move { router.serve_with_incoming(incoming).await.unwrap() });
        Self { address, seen, task }
    }

    /// Ends the server and every connection at once.
    pub(super) async fn kill(self) {
        self.task.abort();
        let _ = self.task.await;
    }
}
