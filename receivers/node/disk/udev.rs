//! [`Properties`]: what udev wrote down of a device.

use std::borrow::Cow;

use super::super::record::Recorder;
use crate::catalogue::{Label, Metric};
use crate::kernel::text::{lines, text};

/// Most attributes of one metric.
const MAX: usize = 8;

/// A file below `/run/udev/data`, whose lines `E:KEY=VALUE` are properties.
#[derive(Clone, Copy, Debug)]
pub(super) struct Properties<'f> {
    file: &'f [u8],
}

// === impl Properties ===

impl<'f> Properties<'f> {
    pub(super) fn new(file: &'f [u8]) -> Self {
        Self { file }
    }

    /// Whether a property has a value.
    pub(super) fn has(self, key: &str) -> bool {
        !self.value(key).is_empty()
    }

    /// Records a metric whose attributes are properties, after those that the caller knows. What has no value is left out.
    pub(super) fn record(
        self,
        metric: &'static Metric,
        device: &str,
        own: &[(&'static str, &str)],
        properties: &[(&'static str, &str)],
        out: &mut Recorder,
    ) {
        let values: [Cow<'_, str>; MAX] =
            std::array::from_fn(|at| properties.get(at).map(|(_, key)| text(self.value(key))).unwrap_or_default());
        let mut labels = [(Label::Device, device); MAX];
        let mut count = 1;
        let known = properties.iter().zip(&values).map(|((label, _), value)| (*label, &**value));
        let all = own.iter().copied().chain(known);
        for (place, (key, value)) in labels.iter_mut().skip(1).zip(all.filter(|(_, value)| !value.is_empty())) {
            *place = (Label::Property(key), value);
            count += 1;
        }
        out.gauge(metric, 1u64, &labels[..count]);
    }

    fn value(self, key: &str) -> &'f [u8] {
        let value = |line: &'f [u8]| line.strip_prefix(b"E:")?.strip_prefix(key.as_bytes())?.strip_prefix(b"=");
        lines(self.file).find_map(value).unwrap_or_default()
    }
}
