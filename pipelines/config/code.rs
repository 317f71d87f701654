//! The stable codes of errors and warnings, each with a page that says what to do.

/// A code and its page.
#[derive(Debug, PartialEq, Eq)]
pub struct Code {
    /// The code: a letter and four digits.
    pub id: &'static str,
    /// What it is about, in a few words.
    pub title: &'static str,
    /// The page, Markdown: cause, example, fix.
    pub page: &'static str,
}

macro_rules! codes {
    ($($name:ident $id:literal $title:literal;)*) => {
        $(
            #[doc = concat!($id, ": ", $title)]
            pub static $name: Code = Code {
                id: $id,
                title: $title,
                page: include_str!(concat!("../../docs/errors/", $id, ".md")),
            };
        )*
        /// Every code, in order.
        pub static ALL: &[&Code] = &[$(&$name),*];
    };
}

codes! {
    NO_FILE "E0001" "a file cannot be read";
    YAML "E0002" "the text is not YAML";
    TWO_DOCUMENTS "E0003" "a file holds several documents";
    DUPLICATE_KEY "E0004" "a key stands twice in a map";
    EMPTY "E0005" "the configuration is empty";
    TOO_LARGE "E0006" "the configuration is nested or repeated beyond the bounds";
    BAD_SET "E0007" "a --set argument is not a path and a value";
    UNKNOWN_FIELD "E0101" "a key is not known here";
    WRONG_TYPE "E0102" "a value is of the wrong type";
    INVALID_VALUE "E0103" "a value is not valid";
    MISSING_FIELD "E0104" "a required key is missing";
    SHAPE "E0105" "a section is not of the expected shape";
    BAD_ID "E0201" "an id is not valid";
    MISSING_SECTION "E0202" "a required section is missing";
    NOT_CONFIGURED "E0203" "a pipeline names something that is not configured";
    INCOMPLETE "E0204" "a pipeline has no receiver or no exporter";
    TWICE "E0205" "a component stands twice in a list";
    SIGNAL "E0206" "a component does not carry the signal of the pipeline";
    CONNECTOR_ENDS "E0207" "a connector is used at one end only";
    CYCLE "E0208" "the pipelines form a cycle";
    AMBIGUOUS "E0209" "an id names two things";
    SYNTAX "E0301" "an expression cannot be parsed";
    UNKNOWN_PATH "E0302" "an expression names an unknown path";
    UNKNOWN_FUNCTION "E0303" "an expression names an unknown function";
    WRONG_ARGUMENT "E0304" "an argument of an expression is not valid";
    CONTEXT "E0305" "the context of an expression does not fit";
    UNKNOWN_COMPONENT "E0401" "a component is not built in";
    BAD_VARIABLE "E0501" "an environment variable's name is not valid";
    BAD_SCHEME "E0502" "a scheme in ${...} is not supported";
    EXPANSION "E0503" "a ${...} cannot be filled in";
    OLD_NAME "W0001" "an old name is used";
    UNUSED "W0002" "a component is not used";
    QUESTIONABLE "W0003" "a setting should be looked at";
    UNSET "W0004" "an environment variable is not set";
    NAKED_DOLLAR "W0005" "a dollar sign stands for itself";
}

/// The code with this id; the general one for invalid values if there is none.
#[must_use]
pub fn find(id: &str) -> &'static Code {
    ALL.iter().find(|code| code.id == id).copied().unwrap_or(&INVALID_VALUE)
}
