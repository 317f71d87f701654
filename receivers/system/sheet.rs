//! [`Sheet`]: takes measured numbers and makes OTLP of them, as the configuration wants each metric.

use std::collections::HashMap;

use pipelines::otlp::wire::{put_fixed64, put_len, put_uint};
use pipelines::{Signal, Telemetry};

use super::config::{Choice, Strategy};
use super::rows::{Kind, Row};
use crate::series::{Moment, Table};

/// The scope of all that the receiver makes.
const SCOPE: (&str, &str) = ("tfo/system", env!("CARGO_PKG_VERSION"));

/// The metrics of one lane.
#[derive(Debug)]
pub(super) struct Sheet {
    entries: Vec<Entry>,
    /// When counters began, nanoseconds since the Unix epoch: the boot, or the start of a process.
    origin: u64,
    /// Whether all counters began then, so that nothing must be remembered of each.
    is_certain: bool,
    moment: Moment,
    point: Vec<u8>,
    /// Finished resources.
    request: Vec<u8>,
}

/// A metric that is wanted.
#[derive(Debug)]
struct Entry {
    row: &'static Row,
    /// Which of the row's attributes points carry.
    keeps: Vec<bool>,
    strategy: Strategy,
    /// Finished points.
    points: Vec<u8>,
    series: Table,
    /// Where attributes are left out: what falls together, by the attributes that are left.
    cells: HashMap<Vec<u8>, Cell>,
    /// The order in which cells came.
    order: Vec<Vec<u8>>,
}

#[derive(Clone, Copy, Debug)]
struct Cell {
    value: f64,
    count: u32,
}

// === impl Sheet ===

impl Sheet {
    /// The metrics that are wanted, with counters since `origin`.
    pub(super) fn new(choices: Vec<Choice>, origin: u64) -> Self {
        let entries = choices.into_iter().map(Entry::new).collect();
        let (point, request) = (Vec::new(), Vec::new());
        Self { entries, origin, is_certain: false, moment: Moment::default(), point, request }
    }

    /// Begins a scrape; all its points carry this time, in nanoseconds since the Unix epoch.
    pub(super) fn begin(&mut self, now: u64) {
        self.moment = Moment { scrape: self.moment.scrape + 1, now };
    }

    /// When the scrape takes place.
    pub(super) fn now(&self) -> u64 {
        self.moment.now
    }

    /// From here on counters began then, and did not begin anew since.
    pub(super) fn since(&mut self, origin: u64) {
        self.origin = origin;
        self.is_certain = true;
    }

    /// Whether one of these is wanted.
    pub(super) fn wants(&self, rows: &[&'static Row]) -> bool {
        rows.iter().any(|row| self.entries.iter().any(|entry| std::ptr::eq(entry.row, *row)))
    }

    /// Records a value; `attributes` in the order of the row.
    pub(super) fn put(&mut self, row: &'static Row, value: f64, attributes: &[&str]) {
        debug_assert_eq!(row.attributes.len(), attributes.len(), "{}", row.name);
        let Some(entry) = self.entries.iter_mut().find(|entry| std::ptr::eq(entry.row, row)) else { return };
        self.point.clear();
        for ((key, text), _) in row.attributes.iter().zip(attributes).zip(&entry.keeps).filter(|(_, keeps)| **keeps) {
            put_attribute(&mut self.point, 7, key, text);
        }
        if entry.keeps.iter().all(|keeps| *keeps) {
            entry.point(&mut self.point, value, self.origin, self.is_certain, self.moment);
        } else {
            entry.add(&self.point, value);
        }
    }

    /// The same for a whole number.
    pub(super) fn count(&mut self, row: &'static Row, value: u64, attributes: &[&str]) {
        self.put(row, value as f64, attributes);
    }

    /// Ends a resource with these attributes, encoded as those of a resource.
    pub(super) fn end_resource(&mut self, attributes: &[u8]) {
        let mut scoped = Vec::new();
        let mut context = Vec::new();
        put_len(&mut context, 1, SCOPE.0.as_bytes());
        put_len(&mut context, 2, SCOPE.1.as_bytes());
        put_len(&mut scoped, 1, &context);
        let before = scoped.len();
        for entry in &mut self.entries {
            entry.join(self.origin, self.is_certain, self.moment);
            entry.end(&mut scoped);
        }
        if scoped.len() == before {
            return;
        }
        let mut resource = Vec::new();
        if !attributes.is_empty() {
            put_len(&mut resource, 1, attributes);
        }
        put_len(&mut resource, 2, &scoped);
        put_len(&mut self.request, 1, &resource);
    }

    /// What was recorded since [`Sheet::begin`].
    pub(super) fn finish(&mut self) -> Telemetry {
        self.end_resource(&[]);
        match std::mem::take(&mut self.request) {
            nothing if nothing.is_empty() => Telemetry::empty(Signal::Metrics),
            request => Telemetry::from_trusted(Signal::Metrics, request.into()),
        }
    }
}

// === impl Entry ===

impl Entry {
    fn new(choice: Choice) -> Self {
        let Choice { row, keeps, strategy } = choice;
        let (cells, order) = (HashMap::new(), Vec::new());
        Self { row, keeps, strategy, points: Vec::new(), series: Table::default(), cells, order }
    }

    /// Writes a point whose attributes are in `point`.
    fn point(&mut self, point: &mut Vec<u8>, value: f64, origin: u64, is_certain: bool, moment: Moment) {
        let start = match self.row.kind {
            Kind::Gauge => 0,
            Kind::Counter if !is_certain => match self.series.start(point, value, origin, moment) {
                Some(start) => start,
                None => return,
            },
            Kind::Counter | Kind::Sum => origin.min(moment.now),
        };
        if start != 0 {
            put_fixed64(point, 2, start);
        }
        put_fixed64(point, 3, moment.now);
        if self.row.integer {
            put_fixed64(point, 6, (value as i64).cast_unsigned());
        } else {
            put_fixed64(point, 4, value.to_bits());
        }
        put_len(&mut self.points, 1, point);
    }

    /// Adds to what has the same attributes.
    fn add(&mut self, attributes: &[u8], value: f64) {
        let Some(cell) = self.cells.get_mut(attributes) else {
            self.cells.insert(attributes.to_vec(), Cell { value, count: 1 });
            self.order.push(attributes.to_vec());
            return;
        };
        cell.count += 1;
        cell.value = match self.strategy {
            Strategy::Sum | Strategy::Avg => cell.value + value,
            Strategy::Min => cell.value.min(value),
            Strategy::Max => cell.value.max(value),
        };
    }

    /// Makes points of what fell together.
    fn join(&mut self, origin: u64, is_certain: bool, moment: Moment) {
        for mut point in std::mem::take(&mut self.order) {
            let Some(cell) = self.cells.remove(&point) else { continue };
            let divisor = if self.strategy == Strategy::Avg { f64::from(cell.count) } else { 1.0 };
            self.point(&mut point, cell.value / divisor, origin, is_certain, moment);
        }
    }

    /// Appends the metric, if it has points.
    fn end(&mut self, scoped: &mut Vec<u8>) {
        if self.points.is_empty() {
            return;
        }
        let mut data = std::mem::take(&mut self.points);
        if self.row.kind != Kind::Gauge {
            put_uint(&mut data, 2, 2);
        }
        if self.row.kind == Kind::Counter {
            put_uint(&mut data, 3, 1);
        }
        let mut metric = Vec::with_capacity(data.len() + 128);
        put_len(&mut metric, 1, self.row.name.as_bytes());
        put_len(&mut metric, 2, self.row.description.as_bytes());
        put_len(&mut metric, 3, self.row.unit.as_bytes());
        put_len(&mut metric, if self.row.kind == Kind::Gauge { 5 } else { 7 }, &data);
        put_len(scoped, 2, &metric);
        data.clear();
        self.points = data;
    }
}

/// Appends an attribute with text, as field `number` of its message.
pub(super) fn put_attribute(out: &mut Vec<u8>, number: u32, key: &str, text: &str) {
    let mut value = Vec::with_capacity(text.len() + 6);
    put_len(&mut value, 1, text.as_bytes());
    put_value(out, number, key, &value);
}

/// The same with a number.
pub(super) fn put_number(out: &mut Vec<u8>, number: u32, key: &str, value: u64) {
    let mut encoded = Vec::with_capacity(11);
    put_uint(&mut encoded, 3, value);
    put_value(out, number, key, &encoded);
}

fn put_value(out: &mut Vec<u8>, number: u32, key: &str, value: &[u8]) {
    let mut attribute = Vec::with_capacity(key.len() + value.len() + 12);
    put_len(&mut attribute, 1, key.as_bytes());
    put_len(&mut attribute, 2, value);
    put_len(out, number, &attribute);
}
