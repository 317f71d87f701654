//! What users write under `include` and `exclude`.

use pipelines::component::Problems;
use pipelines::config::{MatchType, Regexp};
use regex::Regex;
use schemars::JsonSchema;
use serde::Deserialize;

/// Decides by a text whether something is measured.
#[derive(Clone, Debug, Default)]
pub(in crate::system) struct Filter {
    include: Option<Texts>,
    exclude: Option<Texts>,
}

#[derive(Clone, Debug)]
enum Texts {
    Strict(Vec<String>),
    Patterns(Vec<Regex>),
}

/// A list of texts as users write it.
pub(super) trait List {
    /// The key of the texts.
    const KEY: &'static str;
    /// The texts.
    fn texts(&self) -> &[String];
    /// How they are compared.
    fn match_type(&self) -> Option<MatchType>;
}

macro_rules! lists {
    ($($list:ident, $key:ident, $what:literal;)*) => {$(
        #[doc = concat!("Which ", $what, ".")]
        #[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
        #[serde(default, deny_unknown_fields)]
        pub struct $list {
            /// The texts, or patterns of them. Default none, which filters nothing.
            pub $key: Vec<String>,
            /// Whether texts must be equal (`strict`) or match a regular expression (`regexp`). Required with texts.
            pub match_type: Option<MatchType>,
            /// Options of regular expressions. The Collector caches results; there is nothing to cache here.
            pub regexp: Option<Regexp>,
        }

        impl List for $list {
            const KEY: &'static str = stringify!($key);

            fn texts(&self) -> &[String] {
                &self.$key
            }

            fn match_type(&self) -> Option<MatchType> {
                self.match_type
            }
        }
    )*};
}

lists! {
    Devices, devices, "devices";
    Interfaces, interfaces, "network interfaces";
    FsTypes, fs_types, "types of filesystems";
    MountPoints, mount_points, "mount points";
    Names, names, "names of executables";
}

// === impl Filter ===

impl Filter {
    /// What is in the one list, unless that is empty, and not in the other.
    pub(super) fn new(include: &impl List, exclude: &impl List) -> Self {
        Self { include: Texts::new(include), exclude: Texts::new(exclude) }
    }

    /// Whether something is measured.
    pub(in crate::system) fn admits(&self, text: &str) -> bool {
        let included = self.include.as_ref().is_none_or(|texts| texts.contain(text));
        included && !self.exclude.as_ref().is_some_and(|texts| texts.contain(text))
    }
}

// === impl Texts ===

impl Texts {
    /// Patterns that are none were refused by [`check`].
    fn new(list: &impl List) -> Option<Self> {
        let texts = list.texts();
        let patterns = || texts.iter().filter_map(|text| Regex::new(text).ok()).collect();
        (!texts.is_empty()).then(|| match list.match_type() {
            Some(MatchType::Regexp) => Self::Patterns(patterns()),
            Some(MatchType::Strict) | None => Self::Strict(texts.to_vec()),
        })
    }

    fn contain(&self, text: &str) -> bool {
        match self {
            Self::Strict(texts) => texts.iter().any(|one| one == text),
            Self::Patterns(patterns) => patterns.iter().any(|pattern| pattern.is_match(text)),
        }
    }
}

/// Reports what is wrong with a list at `path`.
pub(super) fn check<L: List>(path: &str, list: &L, problems: &mut Problems) {
    match list.match_type() {
        None if !list.texts().is_empty() => {
            let text = format!("is needed where `{}` are named: `strict` or `regexp`", L::KEY);
            problems.error(format!("{path}.match_type"), text).help("add `match_type: strict`");
        }
        Some(MatchType::Regexp) => {
            for (at, text) in list.texts().iter().enumerate() {
                if let Err(error) = Regex::new(text) {
                    let why = error.to_string();
                    let why = why.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
                    let message = format!("`{text}` is not a regular expression: {why}");
                    problems.error(format!("{path}.{}.{at}", L::KEY), message);
                }
            }
        }
        _ => {}
    }
}
