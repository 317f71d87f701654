//! Values while a condition is evaluated. They borrow from the record or from the compiled condition.

use std::borrow::Cow;
use std::cmp::Ordering;

use pipelines::otlp::view::{AnyView, ArrayView, AttributesView};

use super::ast::Comparison;

/// A value of an expression.
#[derive(Clone, Debug)]
pub(super) enum Val<'a> {
    Nil,
    Bool(bool),
    Int(i64),
    Double(f64),
    Str(Cow<'a, str>),
    Bytes(Cow<'a, [u8]>),
    Map(AttributesView<'a>),
    /// A list of the record.
    Array(ArrayView<'a>),
    /// A list made by the expression.
    List(Vec<Self>),
    /// Nanoseconds since the Unix epoch.
    Time(i64),
    /// Nanoseconds.
    Duration(i64),
}

// === impl Val ===

impl<'a> Val<'a> {
    pub(super) fn str(text: &'a str) -> Self {
        Self::Str(Cow::Borrowed(text))
    }

    /// Compares as OTTL does: int and float as float, kinds that do not fit are only unequal, nil equals nil.
    #[inline]
    pub(super) fn compare(&self, op: Comparison, other: &Self) -> bool {
        if matches!(op, Comparison::Equal | Comparison::NotEqual) {
            return self.equals(other) == (op == Comparison::Equal);
        }
        let order = match (self, other) {
            (Self::Nil, Self::Nil) => Some(Ordering::Equal),
            (Self::Bool(a), Self::Bool(b)) => Some(a.cmp(b)),
            (Self::Int(a), Self::Int(b)) | (Self::Time(a), Self::Time(b)) | (Self::Duration(a), Self::Duration(b)) => {
                Some(a.cmp(b))
            }
            (Self::Int(a), Self::Double(b)) => (*a as f64).partial_cmp(b),
            (Self::Double(a), Self::Int(b)) => a.partial_cmp(&(*b as f64)),
            (Self::Double(a), Self::Double(b)) => a.partial_cmp(b),
            (Self::Str(a), Self::Str(b)) => Some(a.cmp(b)),
            (Self::Bytes(a), Self::Bytes(b)) => Some(a.cmp(b)),
            _ => None,
        };
        order.is_some_and(|order| match op {
            Comparison::Less => order.is_lt(),
            Comparison::LessOrEqual => order.is_le(),
            Comparison::Greater => order.is_gt(),
            _ => order.is_ge(),
        })
    }

    pub(super) fn equals(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Nil, Self::Nil) => true,
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Int(a), Self::Int(b)) | (Self::Time(a), Self::Time(b)) | (Self::Duration(a), Self::Duration(b)) => {
                a == b
            }
            (Self::Int(a), Self::Double(b)) | (Self::Double(b), Self::Int(a)) => *a as f64 == *b,
            (Self::Double(a), Self::Double(b)) => a == b,
            (Self::Str(a), Self::Str(b)) => a == b,
            (Self::Bytes(a), Self::Bytes(b)) => a == b,
            (Self::Map(a), Self::Map(b)) => same_maps(a, b),
            (Self::Array(_) | Self::List(_), Self::Array(_) | Self::List(_)) => same_lists(self.items(), other.items()),
            _ => false,
        }
    }

    /// The values of a list, of either kind; none for other values.
    pub(super) fn items(&self) -> Box<dyn Iterator<Item = Self> + '_> {
        match self {
            Self::Array(array) => Box::new(array.iter().map(Self::from)),
            Self::List(list) => Box::new(list.iter().cloned()),
            _ => Box::new(std::iter::empty()),
        }
    }
}

impl<'a> From<AnyView<'a>> for Val<'a> {
    #[inline]
    fn from(view: AnyView<'a>) -> Self {
        match view {
            AnyView::Empty => Self::Nil,
            AnyView::Str(text) => Self::str(text),
            AnyView::Bool(value) => Self::Bool(value),
            AnyView::Int(value) => Self::Int(value),
            AnyView::Double(value) => Self::Double(value),
            AnyView::Bytes(bytes) => Self::Bytes(Cow::Borrowed(bytes)),
            AnyView::Array(array) => Self::Array(array),
            AnyView::Map(map) => Self::Map(map),
        }
    }
}

/// Whether both have the same keys with the same values, in any order.
fn same_maps(a: &AttributesView<'_>, b: &AttributesView<'_>) -> bool {
    let same = |(key, value): (&str, AnyView<'_>)| {
        b.get(key).is_some_and(|other| same_kind(&Val::from(value), &Val::from(other)))
    };
    a.len() == b.len() && a.iter().all(same)
}

fn same_lists<'a>(a: impl Iterator<Item = Val<'a>>, mut b: impl Iterator<Item = Val<'a>>) -> bool {
    for left in a {
        if !b.next().is_some_and(|right| same_kind(&left, &right)) {
            return false;
        }
    }
    b.next().is_none()
}

/// Inside maps and lists an int never equals a float.
fn same_kind(a: &Val<'_>, b: &Val<'_>) -> bool {
    !matches!((a, b), (Val::Int(_), Val::Double(_)) | (Val::Double(_), Val::Int(_))) && a.equals(b)
}
