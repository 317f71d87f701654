//! A file in Prometheus' text format: reading it, and its families.

use std::collections::HashMap;
use std::io::{self, Read as _};
use std::path::Path;
use std::time::UNIX_EPOCH;

use pipelines::files::open_without_waiting;

use super::Refusal;
use super::family::{Family, Kind};
use super::line::{Line, Sample};

/// Most that is read of one file, in bytes: more than a hundred thousand lines.
const MAX_SIZE: u64 = 16 << 20;

/// The text of a file, and when it was written in seconds since the epoch.
pub(super) fn read(path: &Path) -> Result<(String, u64), Refusal> {
    let refuse = |error: io::Error| Refusal::new(0, error.to_string());
    let file = open_without_waiting(path).map_err(refuse)?;
    let metadata = file.metadata().map_err(refuse)?;
    if !metadata.is_file() {
        return Err(Refusal::new(0, "it is not a regular file"));
    }
    let mut bytes = Vec::new();
    file.take(MAX_SIZE + 1).read_to_end(&mut bytes).map_err(refuse)?;
    if bytes.len() as u64 > MAX_SIZE {
        return Err(Refusal::new(0, format!("it is larger than {MAX_SIZE} bytes")));
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        Refusal::new(1 + good.iter().filter(|byte| **byte == b'\n').count(), "it is not UTF-8")
    })?;
    let modified = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    Ok((text, modified.unwrap_or_default().as_secs()))
}

/// What a file says, family by family, in its order.
pub(super) fn families(text: &str) -> Result<Vec<Family>, Refusal> {
    let mut families = Families::default();
    let count = text.lines().count();
    for (number, line) in text.split_terminator('\n').enumerate() {
        let refuse = |reason| Refusal::new(number + 1, reason);
        if number + 1 == count && !text.ends_with('\n') {
            return Err(refuse("the file ends in the middle of it; end every line with a line break".to_owned()));
        }
        families.add(Line::read(line).map_err(refuse)?, number + 1).map_err(refuse)?;
    }
    families.all.iter_mut().try_for_each(Family::finish)?;
    families.all.retain(|family| !family.is_empty());
    Ok(families.all)
}

#[derive(Default)]
struct Families {
    all: Vec<Family>,
    places: HashMap<String, usize>,
}

// === impl Families ===

impl Families {
    fn add(&mut self, line: Line<'_>, number: usize) -> Result<(), String> {
        match line {
            Line::Nothing => Ok(()),
            Line::Help(name, text) => match self.named(name).help.replace(text) {
                None => Ok(()),
                Some(_) => Err(format!("a second HELP of `{name}`")),
            },
            Line::Type(name, kind) => {
                let kind = Kind::named(kind).ok_or_else(|| {
                    format!("`{kind}` is no type; it is counter, gauge, histogram, summary or untyped")
                })?;
                self.named(name).declare(kind)
            }
            Line::Sample(sample) => {
                let (place, part) = self.place(&sample);
                self.all[place].add(sample, part, number)
            }
        }
    }

    fn named(&mut self, name: &str) -> &mut Family {
        let place = self.place_of(name);
        &mut self.all[place]
    }

    fn place_of(&mut self, name: &str) -> usize {
        if let Some(place) = self.places.get(name) {
            return *place;
        }
        self.places.insert(name.to_owned(), self.all.len());
        self.all.push(Family::new(name));
        self.all.len() - 1
    }

    /// The family of a sample, and which part of a histogram or summary it is: what follows the family's name.
    fn place<'s>(&mut self, sample: &Sample<'s>) -> (usize, &'s str) {
        for suffix in ["_bucket", "_count", "_sum"] {
            if let Some(base) = sample.name.strip_suffix(suffix)
                && !self.places.contains_key(sample.name)
                && let Some(place) = self.places.get(base)
                && self.all[*place].kind().has_part(suffix)
            {
                return (*place, &sample.name[base.len()..]);
            }
        }
        (self.place_of(sample.name), "")
    }
}
