//! Regular expressions, compiled at first use.

/// Declares a static [`regex::Regex`] by name and text.
macro_rules! pattern {
    ($name:ident, $text:expr) => {
        static $name: std::sync::LazyLock<regex::Regex> =
            std::sync::LazyLock::new(|| regex::Regex::new($text).expect("the pattern is a valid regular expression"));
    };
}

pub(in crate::derive) use pattern;
