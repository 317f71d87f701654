//! Every mistake is reported with its code, its column, what was found and how to mend it.

use crate::ottl::{Condition, Context, Error};
use pipelines::Signal;

/// The first error of a condition on log records, as `code column message (help)`.
fn error(source: &str) -> String {
    show(source, &Condition::compile(source, Context::Log).expect_err(source)[0])
}

fn infer_error(source: &str) -> String {
    show(source, &Condition::infer(source, Context::of(Signal::Logs)).expect_err(source)[0])
}

fn show(source: &str, error: &Error) -> String {
    let help = error.help.as_ref().map(|help| format!(" ({help})")).unwrap_or_default();
    format!("{} {} {}{help}", error.code.name(), error.column(source), error.message)
}

#[test]
fn mistakes_of_syntax_say_what_was_found_and_expected() {
    let table = [
        (
            "",
            "E0301 1 found the end of the expression, expected a value: a path, a function, a string, a number, true, false or nil",
        ),
        (
            "body ==",
            "E0301 8 found the end of the expression, expected a value: a path, a function, a string, a number, true, false or nil",
        ),
        ("body == \"a\" \"b\"", "E0301 13 found a string, expected an operator or the end of the expression"),
        ("(body == \"a\"", "E0301 13 found the end of the expression, expected `)` or an operator"),
        ("body == \"a", "E0301 9 the string that starts here has no closing `\"`"),
        ("body == 'a'", "E0301 9 `'` has no meaning here (strings stand in double quotes: \"text\")"),
        ("true && false", "E0301 6 `&` has no meaning here (write `and`)"),
        ("true || false", "E0301 6 `|` has no meaning here (write `or`)"),
        ("!true", "E0301 1 `!` has no meaning here (write `not` before a condition, or `!=` to compare)"),
        (
            "body = \"a\"",
            "E0301 6 found `=`, expected an operator or the end of the expression (write `==` to compare)",
        ),
        (
            "IsMatch(body, \"\\d\")",
            "E0301 16 `\\d` is not an escape (write `\\\\d` for a backslash before `d`, as regular expressions need it)",
        ),
        ("trace_id == 0xabc", "E0301 13 `0xabc` is not a byte string: expected an even number of hexadecimal digits"),
        ("flags == 1.", "E0301 10 a number needs digits behind its dot"),
        ("flags == 99999999999999999999", "E0301 10 `99999999999999999999` is out of the range of numbers"),
        ("flags == 9223372036854775808", "E0301 10 the number is out of the range of 64-bit integers"),
        ("1 < flags < 3", "E0301 11 comparisons do not chain (join two comparisons with `and`)"),
        ("attributes[\"a\"", "E0301 15 found the end of the expression, expected `]`"),
        (
            "attributes[\"a\"].b == 1",
            "E0301 16 found `.`, expected no further name behind a key (nested maps are reached as [\"a\"][\"b\"])",
        ),
        ("body. == 1", "E0301 7 found `==`, expected a name behind the dot"),
        ("and true", "E0301 1 found `and`, expected a value before it"),
        ("body == {\"a\": 1}", "E0301 13 `:` has no meaning here (map literals are not built yet)"),
        ("body == {}", "E0301 9 map literals are not built yet"),
        (
            "drop() where true",
            "E0301 8 `where` belongs to statements, and this is a condition (write only what stands behind `where`)",
        ),
        (
            "body",
            "E0301 1 `body` alone is not a condition (compare it: `== true` for a bool, `!= nil` to ask whether it is there)",
        ),
        (
            "\"a\" and true",
            "E0301 1 this value alone is not a condition (compare it with `==`, `!=`, `<`, `<=`, `>` or `>=`)",
        ),
        (
            "Len(body)",
            "E0301 1 `Len` gives no bool and is not a condition (compare it with `==`, `!=`, `<`, `<=`, `>` or `>=`)",
        ),
        ("(body == 1) == true", "E0301 13 comparisons do not chain (join two comparisons with `and`)"),
        (
            "true == (body == 1)",
            "E0301 9 a condition cannot be used as a value (join conditions with `and`, `or` and `not`)",
        ),
    ];
    for (source, expected) in table {
        assert_eq!(error(source), expected, "{source}");
    }
}

#[test]
fn unknown_names_are_reported_with_the_nearest_known_one() {
    let table = [
        ("atributes[\"a\"] == 1", "E0302 1 context `log` has no path `atributes` (did you mean `attributes`?)"),
        (
            "log.severity_nummber == 1",
            "E0302 5 context `log` has no path `severity_nummber` (did you mean `severity_number`?)",
        ),
        ("resource.name == \"a\"", "E0302 10 context `resource` has no path `name`"),
        ("cache[\"a\"] == 1", "E0302 1 path `cache` is not built yet"),
        ("severity_text[\"a\"] == 1", "E0302 1 `severity_text`: this field has no keys"),
        ("attributes[0] == 1", "E0302 1 `attributes`: the first key of attributes is a string"),
        (
            "severity_number == SEVERITY_NUMBER_INFOO",
            "E0302 20 there is no enum `SEVERITY_NUMBER_INFOO` (did you mean `SEVERITY_NUMBER_INFO`?)",
        ),
        ("IsMatsch(body, \"a\")", "E0303 1 there is no converter `IsMatsch` (did you mean `IsMatch`?)"),
        ("ParseJSON(body)[\"a\"] == 1", "E0303 1 converter `ParseJSON` is not built yet"),
        (
            "isMatch(body, \"a\")",
            "E0303 1 `isMatch` is not a converter: their names begin with a capital letter (did you mean `IsMatch`?)",
        ),
    ];
    for (source, expected) in table {
        assert_eq!(error(source), expected, "{source}");
    }
}

#[test]
fn wrong_arguments_are_reported_where_they_stand() {
    let table = [
        ("IsMatch(body)", "E0304 1 `IsMatch(target, pattern)` takes 2 arguments, found 1"),
        ("IsMatch(body, \"a\", \"b\")", "E0304 20 `IsMatch(target, pattern)` takes 2 arguments, found 3"),
        ("IsString()", "E0304 1 `IsString(target)` takes 1 argument, found 0"),
        ("IsMatch(body, body)", "E0304 15 this argument must be a string in quotes"),
        ("IsMatch(body, patern=\"a\")", "E0304 15 `IsMatch` has no argument `patern` (did you mean `pattern`?)"),
        ("IsMatch(body, target=\"a\")", "E0304 22 argument `target` of `IsMatch` is given twice"),
        ("IsMatch(body, \"(a\")", "E0304 15 `(a` is not a regular expression: unclosed group"),
        ("ConvertCase(body, \"snake\") == \"a\"", "E0304 19 case `snake` is not built yet: use \"lower\" or \"upper\""),
        ("ConvertCase(body, \"big\") == \"a\"", "E0304 19 there is no case `big`: expected \"lower\" or \"upper\""),
        ("trace_id == TraceID(0x00)", "E0304 21 the id must be 16 bytes, written as 0x and 32 hexadecimal digits"),
        ("Concat(body, \"\") == \"a\"", "E0304 8 the first argument of `Concat` must be a list in brackets"),
        ("Now() - time > Duration(\"1 day\")", "E0304 25 `1 day` is not a duration such as \"1h30m\" or \"250ms\""),
    ];
    for (source, expected) in table {
        assert_eq!(error(source), expected, "{source}");
    }
}

#[test]
fn contexts_that_do_not_fit_are_reported() {
    assert_eq!(
        error("span.name == \"a\""),
        "E0305 1 `span.name` does not fit context `log`, which knows resource, scope, log"
    );
    assert_eq!(error("IsRootSpan()"), "E0305 1 `IsRootSpan` does not fit context `log`: it works in span, spanevent");
    let table = [
        (
            "true",
            "E0305 1 the context cannot be inferred: no path begins with `resource`, `scope`, `log` (give the group of conditions a `context`)",
        ),
        ("body == \"a\"", "E0305 1 path `body` does not say its context (write `log.body`)"),
        ("span.name == \"a\"", "E0305 1 `span` is not a context here, expected `resource`, `scope`, `log`"),
    ];
    for (source, expected) in table {
        assert_eq!(infer_error(source), expected, "{source}");
    }
}

/// Several mistakes in one expression are all reported.
#[test]
fn all_mistakes_behind_a_correct_syntax_are_reported_at_once() {
    let errors = Condition::compile("atributes[\"a\"] == Foo() and IsMatch(bodi, \"(\")", Context::Log).unwrap_err();
    let codes: Vec<&str> = errors.iter().map(|error| error.code.name()).collect();
    assert_eq!(codes, ["E0302", "E0303", "E0302", "E0304"]);
}

/// Columns count characters, byte ranges count bytes.
#[test]
fn columns_count_characters() {
    let source = "body == \"\u{e4}\u{e4}\" and x == 1";
    let error = &Condition::compile(source, Context::Log).unwrap_err()[0];
    assert_eq!((error.column(source), error.span.start), (18, 19));
}
