//! Which context a condition is about, from the prefixes of its paths.

use super::ast::{Expr, ExprKind};
use super::context::Context;
use super::error::{Code, Error};
use super::field;
use super::functions;

/// The innermost context that the paths and functions of `expr` name; it must be one of `contexts`.
pub(super) fn context(expr: &Expr, contexts: &[Context]) -> Result<Context, Vec<Error>> {
    let mut errors = Vec::new();
    let mut found: Vec<Context> = Vec::new();
    expr.each_source(&mut |source| match &source.kind {
        ExprKind::Path(path) => {
            let (first, span) = &path.segments[0];
            match Context::named(first).filter(|_| path.segments.len() > 1) {
                Some(context) if contexts.contains(&context) => found.push(context),
                Some(context) => {
                    let message = format!("`{context}` is not a context here, expected {}", list(contexts));
                    errors.push(Error::new(Code::Context, *span, message));
                }
                None => {
                    let message = format!("path `{}` does not say its context", path.dotted());
                    let mut error = Error::new(Code::Context, *span, message);
                    if let Some(context) = owner(first, contexts) {
                        error = error.help(format!("write `{context}.{}`", path.dotted()));
                    }
                    errors.push(error);
                }
            }
        }
        ExprKind::Call(call) => {
            let wants = functions::find(call).map_or(&[][..], |function| function.contexts);
            found.extend(wants.first().filter(|context| contexts.contains(context)));
        }
        _ => {}
    });
    if !errors.is_empty() {
        return Err(errors);
    }
    // Contexts are given from the outside in, and each reaches all that stand before it.
    contexts.iter().rev().find(|context| found.contains(context)).copied().ok_or_else(|| {
        let message = format!("the context cannot be inferred: no path begins with {}", list(contexts));
        vec![Error::new(Code::Context, expr.span, message).help("give the group of conditions a `context`")]
    })
}

/// The innermost context that has a field with this first name.
fn owner(first: &str, contexts: &[Context]) -> Option<Context> {
    let has = |context: &Context| field::fields(*context).iter().any(|(name, _)| name.split('.').next() == Some(first));
    contexts.iter().rev().find(|context| has(context)).copied()
}

fn list(contexts: &[Context]) -> String {
    let names: Vec<String> = contexts.iter().map(|context| format!("`{context}`")).collect();
    names.join(", ")
}
