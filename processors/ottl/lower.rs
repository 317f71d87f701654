//! From what was written to what is evaluated: paths, functions and enums are resolved and checked.

use super::ast::{Call, Expr, ExprKind, Path};
use super::context::Context;
use super::enums;
use super::error::{Code, Error, Span};
use super::field::{self, Field, Keys};
use super::functions;
use super::node::{Bool, Key, Node};

/// Compiles one expression for one context and collects what is wrong with it.
pub(super) struct Lowering {
    context: Context,
    errors: Vec<Error>,
}

// === impl Lowering ===

impl Lowering {
    /// Compiles a condition.
    pub(super) fn condition(expr: &Expr, context: Context) -> Result<Bool, Vec<Error>> {
        let mut lowering = Self { context, errors: Vec::new() };
        match lowering.bool(expr) {
            Some(condition) if lowering.errors.is_empty() => Ok(condition),
            _ => Err(lowering.errors),
        }
    }

    pub(super) fn report(&mut self, error: Error) {
        self.errors.push(error);
    }

    fn refuse<T>(&mut self, error: Error) -> Option<T> {
        self.errors.push(error);
        None
    }

    fn bool(&mut self, expr: &Expr) -> Option<Bool> {
        match &expr.kind {
            ExprKind::Bool(value) => Some(Bool::Const(*value)),
            ExprKind::Not(inner) => Some(Bool::Not(Box::new(self.bool(inner)?))),
            ExprKind::And(all) => Some(Bool::And(self.bools(all)?)),
            ExprKind::Or(all) => Some(Bool::Or(self.bools(all)?)),
            ExprKind::Compare(op, left, right) => {
                let (left, right) = (self.value(left), self.value(right));
                Some(Bool::Compare(*op, left?, right?))
            }
            ExprKind::Call(call) => self.bool_call(call, expr.span),
            ExprKind::Path(path) => {
                let name = path.dotted();
                let error = Error::new(Code::Syntax, expr.span, format!("`{name}` alone is not a condition"));
                self.refuse(error.help("compare it: `== true` for a bool, `!= nil` to ask whether it is there"))
            }
            _ => self.refuse(
                Error::new(Code::Syntax, expr.span, "this value alone is not a condition")
                    .help("compare it with `==`, `!=`, `<`, `<=`, `>` or `>=`"),
            ),
        }
    }

    fn bools(&mut self, all: &[Expr]) -> Option<Box<[Bool]>> {
        let compiled: Vec<Option<Bool>> = all.iter().map(|part| self.bool(part)).collect();
        compiled.into_iter().collect()
    }

    fn bool_call(&mut self, call: &Call, span: Span) -> Option<Bool> {
        let function = match functions::find(call) {
            Ok(function) => function,
            Err(error) => return self.refuse(error),
        };
        if !function.is_condition || !call.keys.is_empty() {
            let error = Error::new(Code::Syntax, span, format!("`{}` gives no bool and is not a condition", call.name));
            return self.refuse(error.help("compare it with `==`, `!=`, `<`, `<=`, `>` or `>=`"));
        }
        Some(Bool::Call(self.call(call, span)?))
    }

    fn call(&mut self, call: &Call, span: Span) -> Option<super::call::Call> {
        let function = match functions::find(call) {
            Ok(function) => function,
            Err(error) => return self.refuse(error),
        };
        if !function.contexts.is_empty() && !function.contexts.contains(&self.context) {
            let fits: Vec<&str> = function.contexts.iter().map(|context| context.name()).collect();
            let message =
                format!("`{}` does not fit context `{}`: it works in {}", call.name, self.context, fits.join(", "));
            return self.refuse(Error::new(Code::Context, call.name_span, message));
        }
        function.lower(call, span, self)
    }

    /// Compiles an expression that has a value.
    pub(super) fn value(&mut self, expr: &Expr) -> Option<Node> {
        match &expr.kind {
            ExprKind::Nil => Some(Node::Nil),
            ExprKind::Bool(value) => Some(Node::Bool(*value)),
            ExprKind::Int(value) => Some(Node::Int(*value)),
            ExprKind::Float(value) => Some(Node::Double(*value)),
            ExprKind::Str(text) => Some(Node::Str(text.as_str().into())),
            ExprKind::Bytes(bytes) => Some(Node::Bytes(bytes.as_slice().into())),
            ExprKind::List(all) => {
                let compiled: Vec<Option<Node>> = all.iter().map(|part| self.value(part)).collect();
                Some(Node::List(compiled.into_iter().collect::<Option<_>>()?))
            }
            ExprKind::Enum(name) => match enums::number(name) {
                Some(number) => Some(Node::Int(number)),
                None => {
                    let error = Error::new(Code::UnknownPath, expr.span, format!("there is no enum `{name}`"));
                    self.refuse(error.nearest(name, enums::names().iter().map(String::as_str)))
                }
            },
            ExprKind::Path(path) => self.path(path, expr.span),
            ExprKind::Call(call) => {
                let keys = self.keys(&call.keys);
                Some(Node::Call(Box::new(self.call(call, expr.span)?), keys?))
            }
            ExprKind::Math(op, left, right) => {
                let (left, right) = (self.value(left), self.value(right));
                Some(Node::Math(*op, Box::new(left?), Box::new(right?)))
            }
            ExprKind::Not(_) | ExprKind::And(_) | ExprKind::Or(_) | ExprKind::Compare(..) => self.refuse(
                Error::new(Code::Syntax, expr.span, "a condition cannot be used as a value")
                    .help("join conditions with `and`, `or` and `not`"),
            ),
        }
    }

    fn keys(&mut self, keys: &[Expr]) -> Option<Box<[Key]>> {
        let compiled: Vec<Option<Key>> = keys
            .iter()
            .map(|key| match &key.kind {
                ExprKind::Str(name) => Some(Key::Name(name.as_str().into())),
                ExprKind::Int(index) => Some(Key::Index(*index)),
                ExprKind::Path(_) | ExprKind::Call(_) | ExprKind::Math(..) | ExprKind::Enum(_) => {
                    self.value(key).map(Key::Computed)
                }
                _ => self.refuse(Error::new(Code::Syntax, key.span, "a key is a string or an int")),
            })
            .collect();
        compiled.into_iter().collect()
    }

    fn path(&mut self, path: &Path, span: Span) -> Option<Node> {
        let field = self.field(path);
        let keys = self.keys(&path.keys);
        let (field, keys) = (field?, keys?);
        let fits = match field.keys() {
            Keys::None => keys.is_empty(),
            Keys::Map => !matches!(keys.first(), Some(Key::Index(_))),
            Keys::Any => true,
            Keys::TraceState => keys.len() <= 1,
        };
        if !fits {
            let error = match field.keys() {
                Keys::Map => "the first key of attributes is a string",
                Keys::TraceState => "a trace state has one key",
                _ => "this field has no keys",
            };
            return self.refuse(Error::new(Code::UnknownPath, span, format!("`{}`: {error}", path.dotted())));
        }
        Some(Node::Path(field, keys))
    }

    /// The field a path names: with the context in front, or one of the own context.
    fn field(&mut self, path: &Path) -> Option<Field> {
        let (first, first_span) = &path.segments[0];
        let rest = |from: usize| {
            let names: Vec<&str> = path.segments[from..].iter().map(|(name, _)| name.as_str()).collect();
            names.join(".")
        };
        if let Some(context) = Context::named(first)
            && path.segments.len() > 1
        {
            if !self.context.reaches().contains(&context) {
                let reaches: Vec<&str> = self.context.reaches().iter().map(|context| context.name()).collect();
                let message = format!(
                    "`{}` does not fit context `{}`, which knows {}",
                    path.dotted(),
                    self.context,
                    reaches.join(", ")
                );
                return self.refuse(Error::new(Code::Context, *first_span, message));
            }
            return self.named(context, &rest(1), path, 1);
        }
        self.named(self.context, &rest(0), path, 0)
    }

    fn named(&mut self, context: Context, name: &str, path: &Path, from: usize) -> Option<Field> {
        if let Some(field) = field::find(context, name) {
            return Some(field);
        }
        let span = path.segments[from].1.to(path.segments[path.segments.len() - 1].1);
        if field::is_not_built(context, &path.segments[from].0) {
            let error = Error::new(Code::UnknownPath, span, format!("path `{}` is not built yet", path.dotted()));
            let below = field::fields(context).iter().filter(|(known, _)| known.starts_with(&format!("{name}.")));
            let below: Vec<String> = below.map(|(known, _)| format!("`{known}`")).collect();
            return self.refuse(if below.is_empty() {
                error
            } else {
                error.help(format!("use {}", below.join(" or ")))
            });
        }
        let known = field::fields(context).iter().map(|(known, _)| *known);
        let message = format!("context `{context}` has no path `{name}`");
        self.refuse(Error::new(Code::UnknownPath, span, message).nearest(name, known))
    }
}
