//! RE2 patterns mean the same as in the Collector.

use crate::ottl::pattern::compile;

#[test]
fn patterns_of_re2_keep_their_meaning() {
    let table = [
        (r"^\d+$", "123", true),
        (r"^\d+$", "\u{661}\u{662}", false),
        (r"^[\d.]+$", "1.2", true),
        (r"^[^\w]+$", "--", true),
        (r"^\w+$", "\u{e4}", false),
        (r"\bcat\b", "a cat b", true),
        (r"^{.*}$", r#"{"a":1}"#, true),
        (r"a{2}", "aa", true),
        (r"^a{2,3}$", "aaaa", false),
        (r"^[[]a", "[a", true),
        (r"^SYSTEM[.](A[.]|B[.])", "SYSTEM.A.x", true),
        (r"^[]a]+$", "]a", true),
        (r"^[[:alpha:]]+$", "abc", true),
        (r"^[a&&b]+$", "a&b", true),
        (r"^\Qa.b\E$", "a.b", true),
        (r"^\Qa.b\E$", "axb", false),
        (r"^\p{Greek}\x{3b2}$", "\u{3b1}\u{3b2}", true),
        (r"(?i)^GET", "get /", true),
        ("b", "abc", true),
    ];
    for (pattern, text, expected) in table {
        assert_eq!(compile(pattern).expect(pattern).is_match(text), expected, "{pattern} on {text}");
    }
}

#[test]
fn what_re2_lacks_is_refused_in_one_sentence() {
    assert!(compile("(?=a)").unwrap_err().contains("look-around"));
    assert_eq!(compile("a**(").unwrap_err(), "unclosed group");
    assert!(compile(r"\").is_err());
    assert!(compile("[a").is_err());
}
