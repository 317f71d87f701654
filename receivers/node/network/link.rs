//! [`Link`]: how an interface is, of `/sys/class/net`.

use super::super::record::Recorder;
use crate::catalogue::{Label, Metric, network};
use crate::kernel::text::{only_number, text};
use crate::kernel::{Roots, Source, System};

/// Bits of a megabit, in bytes.
const MEGABIT: u64 = 1_000_000 / 8;

/// What a file says.
#[derive(Clone, Copy)]
enum Form {
    Number,
    /// With `0x` before it.
    Hexadecimal,
    /// Megabits a second, negative where it is not known.
    Speed,
}

/// Files that hold a number.
static NUMBERS: [(&str, &Metric, Form); 18] = [
    ("mtu", &network::MTU, Form::Number),
    ("speed", &network::SPEED, Form::Speed),
    ("carrier", &network::CARRIER, Form::Number),
    ("carrier_changes", &network::CARRIER_CHANGES, Form::Number),
    ("carrier_up_count", &network::CARRIER_UP_CHANGES, Form::Number),
    ("carrier_down_count", &network::CARRIER_DOWN_CHANGES, Form::Number),
    ("dormant", &network::DORMANT, Form::Number),
    ("flags", &network::FLAGS, Form::Hexadecimal),
    ("tx_queue_len", &network::QUEUE_LENGTH, Form::Number),
    ("ifindex", &network::INDEX, Form::Number),
    ("iflink", &network::LINK, Form::Number),
    ("link_mode", &network::LINK_MODE, Form::Number),
    ("addr_assign_type", &network::ADDRESS_TYPE, Form::Number),
    ("name_assign_type", &network::NAME_TYPE, Form::Number),
    ("dev_id", &network::DEVICE_ID, Form::Hexadecimal),
    ("netdev_group", &network::DEVICE_GROUP, Form::Number),
    ("type", &network::PROTOCOL_TYPE, Form::Number),
    ("statistics/rx_nohandler", &network::RECEIVE_UNHANDLED, Form::Number),
];

/// Files that hold a text.
const TEXTS: [&str; 5] = ["address", "broadcast", "duplex", "operstate", "ifalias"];
const OPERSTATE: usize = 3;

/// The files of an interface.
#[derive(Debug)]
pub(super) struct Link {
    numbers: Vec<Source>,
    texts: [(Source, String); TEXTS.len()],
}

// === impl Link ===

impl Link {
    pub(super) fn new(interface: &str, roots: &Roots) -> Self {
        let file = |name: &str| roots.sys(format!("class/net/{interface}/{name}"));
        let numbers = NUMBERS.iter().map(|(name, ..)| file(name)).collect();
        Self { numbers, texts: TEXTS.map(|name| (file(name), String::new())) }
    }

    /// Records what the files say. Which of them can be read differs between kinds of interfaces, and changes with their
    /// state: what cannot is left out.
    pub(super) fn collect(&mut self, interface: &str, system: &mut System, out: &mut Recorder) {
        let labels = &[(Label::Interface, interface)];
        for ((_, metric, form), source) in NUMBERS.iter().zip(&mut self.numbers) {
            let Some(value) = system.read(source).ok().and_then(|content| form.read(content)) else { continue };
            out.any(metric, value, labels);
        }
        self.describe(interface, system, out);
    }

    fn describe(&mut self, interface: &str, system: &mut System, out: &mut Recorder) {
        for (source, known) in &mut self.texts {
            known.clear();
            if let Ok(content) = system.read(source) {
                known.push_str(&text(content.trim_ascii()));
            }
        }
        let operstate = self.texts[OPERSTATE].1.as_str();
        if operstate.is_empty() {
            return;
        }
        out.gauge(&network::UP, u64::from(operstate == "up"), &[(Label::Interface, interface)]);
        let mut labels = [(Label::Interface, interface); 1 + TEXTS.len()];
        let mut count = 1;
        let said = TEXTS.iter().zip(&self.texts).filter(|(_, (_, text))| !text.is_empty());
        for (key, (_, text)) in said {
            labels[count] = (Label::Property(key), text);
            count += 1;
        }
        out.gauge(&network::INFO, 1u64, &labels[..count]);
    }
}

// === impl Form ===

impl Form {
    fn read(self, content: &[u8]) -> Option<u64> {
        match self {
            Self::Number => only_number(content),
            Self::Hexadecimal => {
                let digits = content.trim_ascii().strip_prefix(b"0x")?;
                u64::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
            }
            Self::Speed => only_number(content)?.checked_mul(MEGABIT),
        }
    }
}
