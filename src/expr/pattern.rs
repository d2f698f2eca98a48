//! Regular expressions for `matches`, with a limit on memory.

use regex::{Regex, RegexBuilder};

/// Most memory of a compiled pattern, in bytes.
const PATTERN_BYTES_MAX: usize = 256 * 1024;

/// Compiles a pattern of `matches`; the error is the defect in words.
pub(super) fn compile_pattern(pattern: &str) -> Result<Regex, String> {
    RegexBuilder::new(pattern).size_limit(PATTERN_BYTES_MAX).build().map_err(|why| match why {
        regex::Error::CompiledTooBig(_) => "the pattern is too large".to_string(),
        _ => format!("{pattern:?} is not a regular expression"),
    })
}
