//! Regular expressions that are written in the source.

use regex::Regex;

/// Compiles a pattern. Panics on a pattern that is no valid regular expression, which is a mistake in the source.
pub(super) fn compile_pattern(text: &str) -> Regex {
    Regex::new(text).expect("the pattern is a valid regular expression")
}
