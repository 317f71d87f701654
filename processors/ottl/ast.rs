//! An expression as it was written, every part with its place.

use super::error::Span;

/// One expression.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Expr {
    pub(super) kind: ExprKind,
    pub(super) span: Span,
}

/// What an expression is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum ExprKind {
    Nil,
    Bool(bool),
    Int(i64),
    Float(f64),
    Str(String),
    Bytes(Vec<u8>),
    List(Vec<Expr>),
    /// A name in capital letters, such as `SPAN_KIND_SERVER`.
    Enum(String),
    Path(Path),
    Call(Call),
    Not(Box<Expr>),
    /// At least two.
    And(Vec<Expr>),
    /// At least two.
    Or(Vec<Expr>),
    Compare(Comparison, Box<Expr>, Box<Expr>),
    Math(MathOp, Box<Expr>, Box<Expr>),
}

/// `log.attributes["a"]["b"]`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Path {
    /// The names between dots, with their places; at least one.
    pub(super) segments: Vec<(String, Span)>,
    /// What stands in brackets behind the last name.
    pub(super) keys: Vec<Expr>,
}

/// `Concat(["a", "b"], "-")[0]`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Call {
    pub(super) name: String,
    pub(super) name_span: Span,
    pub(super) arguments: Vec<Argument>,
    pub(super) keys: Vec<Expr>,
}

/// `value` or `name = value`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Argument {
    pub(super) name: Option<(String, Span)>,
    pub(super) value: Expr,
}

/// A comparison operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// An arithmetic operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MathOp {
    Add,
    Subtract,
    Multiply,
    Divide,
}

// === impl Path ===

impl Path {
    /// The names joined by dots.
    pub(super) fn dotted(&self) -> String {
        let names: Vec<&str> = self.segments.iter().map(|(name, _)| name.as_str()).collect();
        names.join(".")
    }
}

// === impl Expr ===

impl Expr {
    /// Calls `each` with every path and every call in the expression, at any depth.
    pub(super) fn each_source<'a>(&'a self, each: &mut impl FnMut(&'a Self)) {
        match &self.kind {
            ExprKind::Path(path) => {
                each(self);
                path.keys.iter().for_each(|key| key.each_source(each));
            }
            ExprKind::Call(call) => {
                each(self);
                call.arguments.iter().for_each(|argument| argument.value.each_source(each));
                call.keys.iter().for_each(|key| key.each_source(each));
            }
            ExprKind::Not(inner) => inner.each_source(each),
            ExprKind::And(all) | ExprKind::Or(all) | ExprKind::List(all) => {
                all.iter().for_each(|part| part.each_source(each));
            }
            ExprKind::Compare(_, left, right) | ExprKind::Math(_, left, right) => {
                left.each_source(each);
                right.each_source(each);
            }
            _ => {}
        }
    }
}
