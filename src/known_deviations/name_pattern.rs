//! A pattern of names, as users write it.

use regex::Regex;

/// A pattern in which `*` stands for any characters and `?` for one.
#[derive(Debug, Clone)]
pub struct NamePattern {
    written: String,
    compiled: Regex,
}

impl NamePattern {
    /// The pattern; `None` if it is too long.
    #[must_use]
    pub fn new(written: &str) -> Option<NamePattern> {
        let exact = regex::escape(written).replace(r"\*", ".*").replace(r"\?", ".");
        let compiled = Regex::new(&format!("^(?:{exact})$")).ok()?;
        Some(NamePattern { written: written.to_string(), compiled })
    }

    /// Whether the whole name matches.
    #[must_use]
    pub fn matches(&self, name: &str) -> bool {
        self.compiled.is_match(name)
    }

    /// The pattern as the user wrote it.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.written
    }
}
