//! A course in a line of blocks.

/// From nothing to all.
const BLOCKS: [char; 8] =
    ['\u{2581}', '\u{2582}', '\u{2583}', '\u{2584}', '\u{2585}', '\u{2586}', '\u{2587}', '\u{2588}'];

/// A block for each value, a blank where there is none. The lowest block is the least value, or 0 if that is where values
/// begin; a course that does not move stands in the middle.
pub(crate) fn spark(values: &[Option<f64>], from_zero: bool) -> String {
    let known = || values.iter().flatten().copied().filter(|value| value.is_finite());
    let (min, max) = known().fold((f64::INFINITY, f64::NEG_INFINITY), |(min, max), v| (min.min(v), max.max(v)));
    let min = if from_zero { min.min(0.0) } else { min };
    let block = |value: &Option<f64>| match value {
        Some(value) if value.is_finite() && max > min => {
            // Halves first: the difference of large numbers may be infinite.
            let part = (value / 2.0 - min / 2.0) / (max / 2.0 - min / 2.0);
            BLOCKS[((part * 8.0) as usize).min(7)]
        }
        Some(value) if value.is_finite() => BLOCKS[if from_zero { 0 } else { 3 }],
        _ => ' ',
    };
    values.iter().map(block).collect::<String>().trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn levels(values: &[Option<f64>], from_zero: bool) -> String {
        let level = |c: char| BLOCKS.iter().position(|block| *block == c).map_or('.', |at| char::from(b'0' + at as u8));
        spark(values, from_zero).chars().map(level).collect()
    }

    /// Scenario: courses that rise, stand still, have gaps, or hold what is no number. Guarantee: the highest value has
    /// the highest block, 0 or the least value the lowest, and nothing panics.
    #[test]
    fn courses_are_scaled() {
        let all = |values: &[f64]| values.iter().copied().map(Some).collect::<Vec<_>>();
        assert_eq!(levels(&all(&[0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]), true), "01234567");
        assert_eq!(levels(&all(&[100.0, 101.0]), false), "07");
        assert_eq!(levels(&all(&[100.0, 50.0]), true), "74");
        assert_eq!(levels(&all(&[5.0, 5.0]), false), "33");
        assert_eq!(levels(&all(&[0.0, 0.0]), true), "00");
        assert_eq!(levels(&[None, Some(1.0), None, Some(f64::NAN), Some(2.0), None], false), ".0..7");
        assert_eq!(levels(&all(&[f64::MIN, f64::MAX, f64::INFINITY]), false), "07");
        assert_eq!(levels(&[], true), "");
    }
}
