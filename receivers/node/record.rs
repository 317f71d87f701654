//! [`Recorder`]: from measured numbers to OTLP.
//!
//! Points are encoded as they are recorded, into a buffer for each metric that is kept from scrape to scrape, so that
//! recording allocates nothing once every series was seen. Start times and resets are decided here, for all groups.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use pipelines::otlp::build::{MetricMeta, MetricsBuilder, Times};
use pipelines::{Signal, Telemetry};

use super::encode::{self, Number, Shape};
use crate::catalogue::{Kind, Label, Metric, Naming};
use crate::series::{Moment, Table};

/// The scope of all that the receiver makes.
pub(super) const SCOPE: (&str, &str) = ("tfo/node", env!("CARGO_PKG_VERSION"));

/// Takes measured numbers, and makes a request of them at the end of each scrape.
#[derive(Debug)]
pub(super) struct Recorder {
    naming: Naming,
    /// Since when the kernel counts, nanoseconds since the Unix epoch.
    boot: u64,
    /// Since when the receiver counts what is its own.
    begun: u64,
    moment: Moment,
    /// Which row of the catalogue is which of `rows`: by address, since rows are statics.
    places: HashMap<usize, usize, BuildHasherDefault<AddressHasher>>,
    rows: Vec<Row>,
    outputs: Vec<Output>,
    /// The point that is being written.
    point: Vec<u8>,
    /// Metrics that are not in the catalogue.
    foreign: Option<MetricsBuilder>,
}

/// A row of the catalogue in the vocabulary at hand.
#[derive(Debug)]
struct Row {
    output: usize,
    /// Its constant attributes, encoded.
    constant: Vec<u8>,
    scale: f64,
    kind: Kind,
    /// Whether values have a fraction even when a group hands in whole numbers.
    is_double: bool,
}

/// A metric of OTLP, which several rows of the catalogue may share.
#[derive(Debug)]
struct Output {
    name: &'static str,
    header: Vec<u8>,
    shape: Shape,
    points: Vec<u8>,
    series: Table,
}

/// Hashes the address of a static, which is as good as random already.
#[derive(Debug, Default)]
pub(super) struct AddressHasher(u64);

// === impl Recorder ===

impl Recorder {
    /// A recorder for a machine that booted, and a receiver that began, at these times in nanoseconds since the Unix
    /// epoch.
    pub(super) fn new(naming: Naming, boot: u64, begun: u64) -> Self {
        Self {
            naming,
            boot,
            begun,
            moment: Moment::default(),
            places: HashMap::default(),
            rows: Vec::new(),
            outputs: Vec::new(),
            point: Vec::new(),
            foreign: None,
        }
    }

    /// Begins a scrape; all its points carry this time, in nanoseconds since the Unix epoch.
    pub(super) fn begin(&mut self, now: u64) {
        self.moment = Moment { scrape: self.moment.scrape + 1, now };
    }

    /// Records what the kernel counted since the boot.
    pub(super) fn counter(&mut self, metric: &'static Metric, value: impl Into<Number>, labels: &[(Label, &str)]) {
        debug_assert_eq!(metric.kind, Kind::Counter, "{}", metric.tfo.name);
        self.record(metric, value.into(), labels, self.boot);
    }

    /// Records what the receiver itself counted since it began.
    pub(super) fn own_counter(&mut self, metric: &'static Metric, value: impl Into<Number>, labels: &[(Label, &str)]) {
        debug_assert_eq!(metric.kind, Kind::Counter, "{}", metric.tfo.name);
        self.record(metric, value.into(), labels, self.begun);
    }

    /// Records a value of the moment: a gauge, or a sum that also shrinks.
    pub(super) fn gauge(&mut self, metric: &'static Metric, value: impl Into<Number>, labels: &[(Label, &str)]) {
        debug_assert_ne!(metric.kind, Kind::Counter, "{}", metric.tfo.name);
        self.record(metric, value.into(), labels, self.boot);
    }

    /// Records what the kernel says, whichever it is: a counter since the boot, or a value of the moment.
    pub(super) fn any(&mut self, metric: &'static Metric, value: impl Into<Number>, labels: &[(Label, &str)]) {
        self.record(metric, value.into(), labels, self.boot);
    }

    /// The time of this scrape, in nanoseconds since the Unix epoch.
    pub(super) fn now(&self) -> u64 {
        self.moment.now
    }

    /// For metrics that are not in the catalogue, with the time of this scrape. Each call adds to the same request.
    pub(super) fn foreign(&mut self) -> (&mut MetricsBuilder, Times) {
        let times = Times { start: 0, now: self.moment.now };
        let builder = self.foreign.get_or_insert_with(|| {
            let mut builder = MetricsBuilder::new();
            builder.scope(SCOPE.0, SCOPE.1);
            builder
        });
        (builder, times)
    }

    /// What was recorded since [`Recorder::begin`].
    pub(super) fn finish(&mut self) -> Telemetry {
        let filled = self.outputs.iter().filter(|output| !output.points.is_empty());
        let metrics = filled.map(|output| (&output.header[..], output.shape, &output.points[..]));
        let own = match metrics.clone().next() {
            None => Telemetry::empty(Signal::Metrics),
            Some(_) => Telemetry::from_trusted(Signal::Metrics, encode::request(SCOPE, metrics).into()),
        };
        self.outputs.iter_mut().for_each(|output| output.points.clear());
        let Some(foreign) = self.foreign.take() else { return own };
        let mut all = Telemetry::join(vec![own, foreign.finish()]);
        all.pop().unwrap_or_else(|| Telemetry::empty(Signal::Metrics))
    }

    fn record(&mut self, metric: &'static Metric, value: Number, labels: &[(Label, &str)], origin: u64) {
        let row = match self.places.get(&address(metric)) {
            Some(row) => *row,
            None => self.add(metric),
        };
        let row = &self.rows[row];
        let output = &mut self.outputs[row.output];
        let point = &mut self.point;
        point.clear();
        point.extend_from_slice(&row.constant);
        for (label, text) in labels {
            put_label(point, self.naming, *label, text);
        }
        let mut value = value.scaled(row.scale);
        if row.is_double {
            value = Number::Double(value.as_f64());
        }
        let start = match row.kind {
            Kind::Gauge => 0,
            Kind::UpDownCounter => origin.min(self.moment.now),
            Kind::Counter => match output.series.start(point, value.as_f64(), origin, self.moment) {
                Some(start) => start,
                None => return,
            },
        };
        encode::put_value(point, start, self.moment.now, value);
        encode::put_point(&mut output.points, point);
    }

    fn add(&mut self, metric: &'static Metric) -> usize {
        let name = metric.name(self.naming);
        let output = self.outputs.iter().position(|output| output.name == name.name).unwrap_or_else(|| {
            let meta = MetricMeta { name: name.name, description: metric.description, unit: metric.unit(self.naming) };
            self.outputs.push(Output::new(name.name, meta, metric.kind(self.naming)));
            self.outputs.len() - 1
        });
        let mut constant = Vec::new();
        for (key, value) in name.constant {
            encode::put_text(&mut constant, key, value);
        }
        let place = self.rows.len();
        let (scale, kind, is_double) = (name.scale, metric.kind(self.naming), !metric.integer);
        self.rows.push(Row { output, constant, scale, kind, is_double });
        self.places.insert(address(metric), place);
        place
    }
}

// === impl Output ===

impl Output {
    fn new(name: &'static str, meta: MetricMeta<'_>, kind: Kind) -> Self {
        let shape = match kind {
            Kind::Gauge => Shape::Gauge,
            Kind::UpDownCounter => Shape::Sum { is_monotonic: false },
            Kind::Counter => Shape::Sum { is_monotonic: true },
        };
        let header = encode::header(meta.name, meta.description, meta.unit);
        Self { name, header, shape, points: Vec::new(), series: Table::default() }
    }
}

// === impl AddressHasher ===

impl Hasher for AddressHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.0 = self.0.rotate_left(8) ^ u64::from(*byte));
    }

    fn write_usize(&mut self, address: usize) {
        // Spreads what differs, which is in the lower half, over the bits that tables look at.
        self.0 = (address as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}

fn address(metric: &'static Metric) -> usize {
    std::ptr::from_ref(metric).addr()
}

fn put_label(out: &mut Vec<u8>, naming: Naming, label: Label, text: &str) {
    let key = label.key(naming);
    if label.is_number(naming)
        && let Ok(number) = text.parse()
    {
        return encode::put_int(out, key, number);
    }
    encode::put_text(out, key, label.value(naming, text));
}
