//! Tokens to an expression: a Pratt parser.
//!
//! Precedence, loosest first: `or`, `and`, `not`, comparisons (which do not chain), `+ -`, `* /`.

use super::ast::{Argument, Call, Comparison, Expr, ExprKind, MathOp, Path};
use super::error::{Code, Error, Span};
use super::lexer::{Token, TokenKind, tokens};

/// How deep an expression may be nested, so that no input can exhaust the stack.
const MAX_DEPTH: usize = 100;

/// What may follow a whole expression.
const REST: &str = "an operator or the end of the expression";

const OR: u8 = 1;
const AND: u8 = 2;
const NOT: u8 = 3;
const COMPARE: u8 = 4;
const ADD: u8 = 5;
const MULTIPLY: u8 = 6;

/// Reads a whole expression.
pub(super) fn parse(source: &str) -> Result<Expr, Error> {
    let mut parser = Parser { tokens: tokens(source)?, at: 0, depth: 0 };
    let expr = parser.expression(OR)?;
    match &parser.peek().kind {
        TokenKind::End => Ok(expr),
        TokenKind::Name(name) if name == "where" => {
            Err(Error::new(Code::Syntax, parser.peek().span, "`where` belongs to statements, and this is a condition")
                .help("write only what stands behind `where`"))
        }
        TokenKind::Mark("=") => Err(parser.unexpected(REST).help("write `==` to compare")),
        _ => Err(parser.unexpected(REST)),
    }
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
}

enum Operator {
    Or,
    And,
    Compare(Comparison),
    Math(MathOp),
}

// === impl Parser ===

impl Parser {
    fn peek(&self) -> &Token {
        &self.tokens[self.at.min(self.tokens.len() - 1)]
    }

    fn take(&mut self) -> Token {
        let token = self.peek().clone();
        self.at += 1;
        token
    }

    fn is(&self, mark: &str) -> bool {
        matches!(self.peek().kind, TokenKind::Mark(found) if found == mark)
    }

    fn accept(&mut self, mark: &str) -> bool {
        let found = self.is(mark);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, mark: &str, expected: &str) -> Result<Span, Error> {
        if self.is(mark) { Ok(self.take().span) } else { Err(self.unexpected(expected)) }
    }

    fn unexpected(&self, expected: &str) -> Error {
        let token = self.peek();
        Error::new(Code::Syntax, token.span, format!("found {}, expected {expected}", token.kind.describe()))
    }

    fn deeper(&mut self) -> Result<(), Error> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            let message = format!("the expression is nested more than {MAX_DEPTH} levels deep");
            return Err(Error::new(Code::Syntax, self.peek().span, message));
        }
        Ok(())
    }

    /// Reads operators that bind at least as tight as `power`.
    fn expression(&mut self, power: u8) -> Result<Expr, Error> {
        self.deeper()?;
        let entered = self.depth;
        let mut left = self.prefix()?;
        while let Some((operator, binds)) = self.operator().filter(|(_, binds)| *binds >= power) {
            let sign = self.take().span;
            let right = self.expression(binds + 1)?;
            let span = left.span.to(right.span);
            let kind = match operator {
                Operator::Or => flatten(left, right, ExprKind::Or),
                Operator::And => flatten(left, right, ExprKind::And),
                Operator::Compare(comparison) => {
                    if matches!(left.kind, ExprKind::Compare(..)) {
                        let error = Error::new(Code::Syntax, sign, "comparisons do not chain");
                        return Err(error.help("join two comparisons with `and`"));
                    }
                    ExprKind::Compare(comparison, Box::new(left), Box::new(right))
                }
                Operator::Math(op) => {
                    self.deeper()?;
                    ExprKind::Math(op, Box::new(left), Box::new(right))
                }
            };
            left = Expr { kind, span };
        }
        self.depth = entered - 1;
        Ok(left)
    }

    fn operator(&self) -> Option<(Operator, u8)> {
        let compare = |comparison| Some((Operator::Compare(comparison), COMPARE));
        match &self.peek().kind {
            TokenKind::Name(name) if name == "or" => Some((Operator::Or, OR)),
            TokenKind::Name(name) if name == "and" => Some((Operator::And, AND)),
            TokenKind::Mark("==") => compare(Comparison::Equal),
            TokenKind::Mark("!=") => compare(Comparison::NotEqual),
            TokenKind::Mark("<") => compare(Comparison::Less),
            TokenKind::Mark("<=") => compare(Comparison::LessOrEqual),
            TokenKind::Mark(">") => compare(Comparison::Greater),
            TokenKind::Mark(">=") => compare(Comparison::GreaterOrEqual),
            TokenKind::Mark("+") => Some((Operator::Math(MathOp::Add), ADD)),
            TokenKind::Mark("-") => Some((Operator::Math(MathOp::Subtract), ADD)),
            TokenKind::Mark("*") => Some((Operator::Math(MathOp::Multiply), MULTIPLY)),
            TokenKind::Mark("/") => Some((Operator::Math(MathOp::Divide), MULTIPLY)),
            _ => None,
        }
    }

    /// What an expression starts with: a literal, a path, a call, `not`, a sign or a parenthesis.
    fn prefix(&mut self) -> Result<Expr, Error> {
        let Token { kind, span } = self.peek().clone();
        let literal = match kind {
            TokenKind::Name(name) => return self.named(name),
            TokenKind::Mark("(") => {
                self.take();
                let inner = self.expression(OR)?;
                let end = self.expect(")", "`)` or an operator")?;
                return Ok(Expr { kind: inner.kind, span: span.to(end) });
            }
            TokenKind::Mark("[") => return self.list(),
            TokenKind::Mark("{") => {
                return Err(Error::new(Code::Syntax, span, "map literals are not built yet"));
            }
            TokenKind::Mark("-" | "+") => return self.signed(),
            TokenKind::Str(text) => ExprKind::Str(text),
            TokenKind::Float(value) => ExprKind::Float(value),
            TokenKind::Bytes(bytes) => ExprKind::Bytes(bytes),
            TokenKind::Int(value) => match i64::try_from(value) {
                Ok(value) => ExprKind::Int(value),
                Err(_) => return Err(out_of_range(span)),
            },
            _ => return Err(self.unexpected("a value: a path, a function, a string, a number, true, false or nil")),
        };
        self.take();
        Ok(Expr { kind: literal, span })
    }

    fn signed(&mut self) -> Result<Expr, Error> {
        let minus = self.is("-");
        let start = self.take().span;
        let Token { kind, span } = self.peek().clone();
        let span = start.to(span);
        let kind = match kind {
            TokenKind::Float(value) => ExprKind::Float(if minus { -value } else { value }),
            TokenKind::Int(value) if minus => match 0_i64.checked_sub_unsigned(value) {
                Some(value) => ExprKind::Int(value),
                None => return Err(out_of_range(span)),
            },
            TokenKind::Int(value) => match i64::try_from(value) {
                Ok(value) => ExprKind::Int(value),
                Err(_) => return Err(out_of_range(span)),
            },
            _ => return Err(self.unexpected("a number behind the sign")),
        };
        self.take();
        Ok(Expr { kind, span })
    }

    fn list(&mut self) -> Result<Expr, Error> {
        let start = self.take().span;
        let mut all = Vec::new();
        while !self.is("]") {
            all.push(self.expression(OR)?);
            if !self.accept(",") {
                break;
            }
        }
        let end = self.expect("]", "`,` or `]`")?;
        Ok(Expr { kind: ExprKind::List(all), span: start.to(end) })
    }

    /// A word, a path, an enum or a call.
    fn named(&mut self, name: String) -> Result<Expr, Error> {
        let span = self.take().span;
        let kind = match name.as_str() {
            "true" => ExprKind::Bool(true),
            "false" => ExprKind::Bool(false),
            "nil" => ExprKind::Nil,
            "not" => {
                let inner = self.expression(NOT)?;
                let span = span.to(inner.span);
                return Ok(Expr { kind: ExprKind::Not(Box::new(inner)), span });
            }
            "and" | "or" => {
                self.at -= 1;
                return Err(self.unexpected("a value before it"));
            }
            _ if self.is("(") => return self.call(name, span),
            _ if name.starts_with(|c: char| c.is_ascii_uppercase()) => ExprKind::Enum(name),
            _ => return self.path(name, span),
        };
        Ok(Expr { kind, span })
    }

    fn path(&mut self, name: String, start: Span) -> Result<Expr, Error> {
        let mut segments = vec![(name, start)];
        while self.accept(".") {
            let Token { kind, span } = self.peek().clone();
            let TokenKind::Name(name) = kind else { return Err(self.unexpected("a name behind the dot")) };
            self.take();
            segments.push((name, span));
        }
        let keys = self.keys()?;
        if self.is(".") {
            return Err(self
                .unexpected("no further name behind a key")
                .help("nested maps are reached as [\"a\"][\"b\"]"));
        }
        let end = self.tokens[self.at - 1].span;
        Ok(Expr { kind: ExprKind::Path(Path { segments, keys }), span: start.to(end) })
    }

    fn keys(&mut self) -> Result<Vec<Expr>, Error> {
        let mut keys = Vec::new();
        while self.accept("[") {
            keys.push(self.expression(ADD)?);
            self.expect("]", "`]`")?;
        }
        Ok(keys)
    }

    fn call(&mut self, name: String, name_span: Span) -> Result<Expr, Error> {
        self.take();
        let mut arguments = Vec::new();
        while !self.is(")") {
            arguments.push(self.argument()?);
            if !self.accept(",") {
                break;
            }
        }
        self.expect(")", "`,` or `)`")?;
        let keys = self.keys()?;
        let end = self.tokens[self.at - 1].span;
        let kind = ExprKind::Call(Call { name, name_span, arguments, keys });
        Ok(Expr { kind, span: name_span.to(end) })
    }

    fn argument(&mut self) -> Result<Argument, Error> {
        let assigned = self.tokens.get(self.at + 1).is_some_and(|next| next.kind == TokenKind::Mark("="));
        let mut name = None;
        if let TokenKind::Name(found) = self.peek().kind.clone()
            && assigned
        {
            name = Some((found, self.take().span));
            self.take();
        }
        Ok(Argument { name, value: self.expression(OR)? })
    }
}

/// `a and b and c` is one list, however long.
fn flatten(left: Expr, right: Expr, make: fn(Vec<Expr>) -> ExprKind) -> ExprKind {
    let same = std::mem::discriminant(&make(Vec::new())) == std::mem::discriminant(&left.kind);
    match left.kind {
        ExprKind::And(mut all) | ExprKind::Or(mut all) if same => {
            all.push(right);
            make(all)
        }
        _ => make(vec![left, right]),
    }
}

fn out_of_range(span: Span) -> Error {
    Error::new(Code::Syntax, span, "the number is out of the range of 64-bit integers")
}
