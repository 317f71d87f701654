//! The functions by name, and how their arguments are read.

use super::ast;
use super::call::{Call, Kind};
use super::context::Context;
use super::error::{Code, Error, Span};
use super::lower::Lowering;
use super::node::Node;
use super::pattern;

/// A function of conditions.
pub(super) struct Function {
    pub(super) name: &'static str,
    /// Parameter names in order; those behind `required` may be left out.
    parameters: &'static [&'static str],
    required: usize,
    /// Whether it can stand alone as a condition.
    pub(super) is_condition: bool,
    /// The only contexts it works in; empty for all.
    pub(super) contexts: &'static [Context],
    make: fn(&mut Arguments<'_, '_>) -> Option<Call>,
}

/// The arguments of one call, sorted by parameter.
pub(super) struct Arguments<'a, 'l> {
    lowering: &'l mut Lowering,
    values: Vec<Option<&'a ast::Expr>>,
    /// Where the whole call stands.
    span: Span,
}

const TARGET: &[&str] = &["target"];
const SPANS: &[Context] = &[Context::Span, Context::SpanEvent];
const METRICS: &[Context] = &[Context::Metric];

/// Every function that is built.
const FUNCTIONS: &[Function] = &[
    condition("IsMatch", &["target", "pattern"], is_match),
    condition("IsString", TARGET, |a| Some(Call::Is(Kind::Str, a.value(0)?))),
    condition("IsInt", TARGET, |a| Some(Call::Is(Kind::Int, a.value(0)?))),
    condition("IsDouble", TARGET, |a| Some(Call::Is(Kind::Double, a.value(0)?))),
    condition("IsBool", TARGET, |a| Some(Call::Is(Kind::Bool, a.value(0)?))),
    condition("IsMap", TARGET, |a| Some(Call::Is(Kind::Map, a.value(0)?))),
    condition("IsList", TARGET, |a| Some(Call::Is(Kind::List, a.value(0)?))),
    condition("Bool", TARGET, |a| Some(Call::ToBool(a.value(0)?))),
    condition("HasPrefix", &["target", "prefix"], |a| Some(Call::HasPrefix(a.value(0)?, a.value(1)?))),
    condition("HasSuffix", &["target", "suffix"], |a| Some(Call::HasSuffix(a.value(0)?, a.value(1)?))),
    condition("ContainsValue", &["target", "item"], |a| Some(Call::ContainsValue(a.value(0)?, a.value(1)?))),
    Function { contexts: SPANS, ..condition("IsRootSpan", &[], |_| Some(Call::IsRootSpan)) },
    Function {
        contexts: METRICS,
        ..condition("HasAttrKeyOnDatapoint", &["key"], |a| Some(Call::HasAttrKeyOnDatapoint(a.text(0)?.into())))
    },
    Function {
        contexts: METRICS,
        ..condition("HasAttrOnDatapoint", &["key", "expectedVal"], |a| {
            Some(Call::HasAttrOnDatapoint(a.text(0)?.into(), a.text(1)?.into()))
        })
    },
    value("Int", TARGET, |a| Some(Call::ToInt(a.value(0)?))),
    value("Double", TARGET, |a| Some(Call::ToDouble(a.value(0)?))),
    value("String", TARGET, |a| Some(Call::ToText(a.value(0)?))),
    value("Len", TARGET, |a| Some(Call::Len(a.value(0)?))),
    value("Concat", &["values", "delimiter"], concat),
    value("ToLowerCase", TARGET, |a| Some(Call::Lower(a.value(0)?))),
    value("ToUpperCase", TARGET, |a| Some(Call::Upper(a.value(0)?))),
    value("ConvertCase", &["target", "to_case"], convert_case),
    value("Substring", &["target", "start", "length"], |a| {
        Some(Call::Substring(a.value(0)?, a.value(1)?, a.value(2)?))
    }),
    value("TraceID", &["id"], |a| a.id(16)),
    value("SpanID", &["id"], |a| a.id(8)),
    value("Now", &[], |_| Some(Call::Now)),
    value("Duration", &["duration"], duration),
];

/// Functions the Collector has and this program has not, separated by blanks.
const NOT_BUILT: &str = "Base64Decode Base64Encode Coalesce CommunityID Day Days Decode ExtractGrokPatterns \
    ExtractPatterns FNV Format FormatTime GetXML Hex Hour Hours Index InsertXML IsEmpty IsInCIDR IsValidLuhn Keys Log \
    MD5 Microseconds Milliseconds Minute Minutes Month Murmur3Hash Murmur3Hash128 Nanosecond Nanoseconds ParseCEF \
    ParseCLF ParseCSV ParseELF ParseInt ParseJSON ParseKeyValue ParseLEEF ParseSeverity ParseSimplifiedXML ParseXML \
    ProfileID RemoveXML ReplacePattern SHA1 SHA256 SHA512 Second Seconds SliceToMap Sort Split Time ToCamelCase \
    ToKeyValueString ToSnakeCase Trim TrimPrefix TrimSuffix TruncateTime URL UUID UUIDv7 Unix UnixMicro UnixMilli \
    UnixNano UnixSeconds UserAgent Values Weekday XXH128 XXH3 Year Filter MapEach MapKeys Any All Find Reduce When \
    ConvertAttributesToElementsXML ConvertTextToElementsXML";

const fn condition(
    name: &'static str,
    parameters: &'static [&'static str],
    make: fn(&mut Arguments<'_, '_>) -> Option<Call>,
) -> Function {
    Function { name, parameters, required: parameters.len(), is_condition: true, contexts: &[], make }
}

const fn value(
    name: &'static str,
    parameters: &'static [&'static str],
    make: fn(&mut Arguments<'_, '_>) -> Option<Call>,
) -> Function {
    Function { is_condition: false, ..condition(name, parameters, make) }
}

/// The function with this name.
pub(super) fn find(call: &ast::Call) -> Result<&'static Function, Error> {
    if let Some(function) = FUNCTIONS.iter().find(|function| function.name == call.name) {
        return Ok(function);
    }
    let unknown = |message: String| Error::new(Code::UnknownFunction, call.name_span, message);
    if NOT_BUILT.split(' ').any(|name| name == call.name) {
        return Err(unknown(format!("converter `{}` is not built yet", call.name)));
    }
    let names = || FUNCTIONS.iter().map(|function| function.name);
    if call.name.starts_with(|c: char| c.is_ascii_lowercase()) {
        let message = format!("`{}` is not a converter: their names begin with a capital letter", call.name);
        return Err(unknown(message).nearest(&call.name, names()));
    }
    Err(unknown(format!("there is no converter `{}`", call.name)).nearest(&call.name, names()))
}

// === impl Function ===

impl Function {
    /// The compiled call; what is wrong with it is reported to `lowering`.
    pub(super) fn lower(&self, call: &ast::Call, span: Span, lowering: &mut Lowering) -> Option<Call> {
        let mut values = vec![None; self.parameters.len()];
        for (index, argument) in call.arguments.iter().enumerate() {
            let place = match &argument.name {
                None => (index < values.len()).then_some(index),
                Some((name, _)) => self.parameters.iter().position(|known| known == name),
            };
            match (place, &argument.name) {
                (Some(place), _) if values[place].is_none() => values[place] = Some(&argument.value),
                (Some(place), _) => {
                    let message = format!("argument `{}` of `{}` is given twice", self.parameters[place], self.name);
                    lowering.report(Error::new(Code::Argument, argument.value.span, message));
                    return None;
                }
                (None, Some((name, span))) => {
                    let known = self.parameters.iter().copied();
                    let message = format!("`{}` has no argument `{name}`", self.name);
                    lowering.report(Error::new(Code::Argument, *span, message).nearest(name, known));
                    return None;
                }
                (None, None) => {
                    lowering.report(Error::new(Code::Argument, argument.value.span, self.wants(call.arguments.len())));
                    return None;
                }
            }
        }
        if values.iter().take(self.required).any(Option::is_none) {
            lowering.report(Error::new(Code::Argument, span, self.wants(call.arguments.len())));
            return None;
        }
        (self.make)(&mut Arguments { lowering, values, span })
    }

    fn wants(&self, found: usize) -> String {
        let plural = if self.parameters.len() == 1 { "" } else { "s" };
        let names = self.parameters.join(", ");
        format!("`{}({names})` takes {} argument{plural}, found {found}", self.name, self.parameters.len())
    }
}

// === impl Arguments ===

impl Arguments<'_, '_> {
    /// Any value.
    fn value(&mut self, index: usize) -> Option<Node> {
        let expr = self.values[index]?;
        self.lowering.value(expr)
    }

    /// A string that is written out.
    fn text(&mut self, index: usize) -> Option<String> {
        let expr = self.values[index]?;
        if let ast::ExprKind::Str(text) = &expr.kind {
            return Some(text.clone());
        }
        self.refuse(index, "this argument must be a string in quotes");
        None
    }

    fn refuse(&mut self, index: usize, message: impl Into<String>) {
        let span = self.values[index].map_or(self.span, |expr| expr.span);
        self.lowering.report(Error::new(Code::Argument, span, message));
    }

    fn id(&mut self, len: usize) -> Option<Call> {
        let expr = self.values[0]?;
        let bytes = match &expr.kind {
            ast::ExprKind::Bytes(bytes) => Some(bytes.clone()),
            ast::ExprKind::Str(text) => unhex(text),
            _ => None,
        };
        let bytes = bytes.filter(|bytes| bytes.len() == len);
        if bytes.is_none() {
            self.refuse(0, format!("the id must be {len} bytes, written as 0x and {} hexadecimal digits", 2 * len));
        }
        bytes.map(|bytes| Call::Id(bytes.into()))
    }
}

fn is_match(arguments: &mut Arguments<'_, '_>) -> Option<Call> {
    let target = arguments.value(0);
    let text = arguments.text(1)?;
    match pattern::compile(&text) {
        Ok(regex) => Some(Call::IsMatch(target?, regex)),
        Err(reason) => {
            arguments.refuse(1, format!("`{text}` is not a regular expression: {reason}"));
            None
        }
    }
}

fn concat(arguments: &mut Arguments<'_, '_>) -> Option<Call> {
    let delimiter = arguments.text(1);
    match arguments.value(0)? {
        Node::List(parts) => Some(Call::Concat(parts, delimiter?.into())),
        _ => {
            arguments.refuse(0, "the first argument of `Concat` must be a list in brackets");
            None
        }
    }
}

fn convert_case(arguments: &mut Arguments<'_, '_>) -> Option<Call> {
    let target = arguments.value(0);
    let case = arguments.text(1)?;
    match case.as_str() {
        "lower" => Some(Call::Lower(target?)),
        "upper" => Some(Call::Upper(target?)),
        "snake" | "camel" => {
            arguments.refuse(1, format!("case `{case}` is not built yet: use \"lower\" or \"upper\""));
            None
        }
        _ => {
            arguments.refuse(1, format!("there is no case `{case}`: expected \"lower\" or \"upper\""));
            None
        }
    }
}

fn duration(arguments: &mut Arguments<'_, '_>) -> Option<Call> {
    let text = arguments.text(0)?;
    let nanos = nanoseconds(&text);
    if nanos.is_none() {
        arguments.refuse(0, format!("`{text}` is not a duration such as \"1h30m\" or \"250ms\""));
    }
    nanos.map(Call::Duration)
}

/// Reads a duration as Go writes it: numbers with units, largest first by custom, a sign in front.
fn nanoseconds(text: &str) -> Option<i64> {
    let (sign, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Some(0);
    }
    let mut sum = 0.0;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let number: f64 = rest[..digits].parse().ok()?;
        let unit = &rest[digits..];
        let letters = unit.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(unit.len());
        sum += number
            * match &unit[..letters] {
                "ns" => 1.0,
                "us" => 1e3,
                "ms" => 1e6,
                "s" => 1e9,
                "m" => 6e10,
                "h" => 3.6e12,
                _ => return None,
            };
        rest = &unit[letters..];
    }
    (sum < i64::MAX as f64).then_some((sign * sum) as i64)
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let whole = text.len().is_multiple_of(2) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let pairs = || (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16));
    if whole { pairs().collect::<Result<_, _>>().ok() } else { None }
}
