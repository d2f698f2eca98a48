//! ECMA regular expressions: test a text, draw a text.

use super::rng::SeededRng;
use jsonschema::Validator;
use jsonschema::error::ValidationErrorKind;
use proptest::strategy::{Strategy, ValueTree};
use proptest::string::{RegexGeneratorStrategy, string_regex};
use regex::Regex;
use regex_syntax::hir::{Hir, HirKind};
use std::sync::OnceLock;

/// Longest accepted pattern, in bytes.
const LENGTH_MAX: usize = 4096;

/// The pattern of a `pattern` keyword or of a guard.
#[derive(Debug)]
pub struct TextPattern {
    /// The pattern as written.
    pub(super) text: String,
    matcher: PatternMatcher,
    /// Built at the first draw, because most patterns are never drawn from.
    strategy: OnceLock<Result<RegexGeneratorStrategy<String>, String>>,
}

impl PartialEq for TextPattern {
    /// By text.
    fn eq(&self, other: &TextPattern) -> bool {
        self.text == other.text
    }
}

#[derive(Debug)]
enum PatternMatcher {
    Plain(Regex),
    /// A pattern with look-around or back references, which the `regex` crate lacks.
    Rich(Box<Validator>),
}

impl TextPattern {
    /// Compiles a pattern.
    ///
    /// # Errors
    /// An invalid pattern, or a pattern above 4096 bytes.
    pub fn new(text: &str) -> Result<TextPattern, String> {
        if text.len() > LENGTH_MAX {
            return Err(format!("the pattern is longer than {LENGTH_MAX} bytes"));
        }
        let matcher = match Regex::new(&translate_pattern(text, PatternUse::Test)) {
            Ok(regex) => PatternMatcher::Plain(regex),
            Err(_) => {
                refuse_long_texts(&translate_pattern(text, PatternUse::Test))?;
                let schema = serde_json::json!({ "pattern": text });
                let rich = jsonschema::draft202012::new(&schema).map_err(|error| error.to_string())?;
                PatternMatcher::Rich(Box::new(rich))
            }
        };
        Ok(TextPattern { text: text.to_string(), matcher, strategy: OnceLock::new() })
    }

    /// Whether the pattern matches anywhere in the text. `None` if the search was given up: the pattern may match, and
    /// may not.
    pub(super) fn matches(&self, text: &str) -> Option<bool> {
        match &self.matcher {
            PatternMatcher::Plain(regex) => Some(regex.is_match(text)),
            PatternMatcher::Rich(validator) => check_with_library(validator, &serde_json::Value::from(text)),
        }
    }

    /// Draws a matching text, of printable ASCII where the pattern leaves a choice.
    ///
    /// # Errors
    /// A pattern without a generator, such as a pattern with look-around.
    pub fn draw_text(&self, rng: &mut SeededRng) -> Result<String, String> {
        let build = || {
            let text = translate_pattern(&self.text, PatternUse::Draw);
            refuse_long_texts(&text)?;
            refuse_empty_sets(&text)?;
            string_regex(&text).map_err(|error| error.to_string())
        };
        let strategy = self.strategy.get_or_init(build).as_ref();
        let strategy = strategy.map_err(|cause| format!("the pattern cannot be drawn from: {cause}"))?;
        let tree = strategy.new_tree(rng.runner()).map_err(|reason| reason.to_string())?;
        Ok(tree.current())
    }
}

/// Whether the `jsonschema` crate accepts a value. `None` if the search for a pattern took too many steps, and the
/// result depends on the pattern.
pub(super) fn check_with_library(validator: &Validator, value: &serde_json::Value) -> Option<bool> {
    match validator.validate(value) {
        Ok(()) => Some(true),
        Err(error) => match error.kind() {
            ValidationErrorKind::BacktrackLimitExceeded { .. } | ValidationErrorKind::RegexEngineFailure { .. } => None,
            _ => Some(false),
        },
    }
}

/// Most characters of a text drawn from a pattern.
const DRAWN_CHARS_MAX: u64 = 1 << 14;

/// The greatest number of repetitions that proptest draws beyond the least, where a pattern gives no greatest.
const REPETITIONS_DRAWN: u64 = 32;

/// Refuses a pattern that matches endlessly long texts only, or whose draws could be endlessly long.
fn refuse_long_texts(pattern: &str) -> Result<(), String> {
    match regex_syntax::parse(pattern) {
        Ok(form) if estimate_drawn_chars(&form) > DRAWN_CHARS_MAX => {
            Err(format!("its texts may have more than {DRAWN_CHARS_MAX} characters"))
        }
        // Look-around is not parsed here.
        _ => Ok(()),
    }
}

/// Refuses a pattern with a set without a character, from which proptest cannot draw. In ECMA `[]` is such a set, and so
/// is a set that a draw narrows down to printable ASCII, if the set has other characters only.
fn refuse_empty_sets(pattern: &str) -> Result<(), String> {
    match regex_syntax::parse(pattern) {
        Ok(form) if has_empty_set(&form) => Err("one of its sets has no character of printable ASCII".to_string()),
        // Look-around is not parsed here.
        _ => Ok(()),
    }
}

fn has_empty_set(form: &Hir) -> bool {
    match form.kind() {
        HirKind::Class(class) => class.is_empty(),
        HirKind::Empty | HirKind::Look(_) | HirKind::Literal(_) => false,
        HirKind::Capture(capture) => has_empty_set(&capture.sub),
        HirKind::Repetition(repetition) => has_empty_set(&repetition.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().any(has_empty_set),
    }
}

/// The greatest length of a text drawn from a pattern; empty parts count as one character, because they take time too.
fn estimate_drawn_chars(form: &Hir) -> u64 {
    match form.kind() {
        HirKind::Empty | HirKind::Look(_) | HirKind::Class(_) => 1,
        HirKind::Literal(literal) => literal.0.len() as u64,
        HirKind::Capture(capture) => estimate_drawn_chars(&capture.sub),
        HirKind::Repetition(repetition) => {
            let most = repetition.max.map_or(u64::from(repetition.min) + REPETITIONS_DRAWN, u64::from);
            estimate_drawn_chars(&repetition.sub).saturating_mul(most.max(1))
        }
        HirKind::Concat(parts) => parts.iter().map(estimate_drawn_chars).fold(0, u64::saturating_add),
        HirKind::Alternation(parts) => parts.iter().map(estimate_drawn_chars).max().unwrap_or(0),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum PatternUse {
    Test,
    Draw,
}

/// Translates a pattern from ECMA to Rust: in ECMA `\d` and `\w` are ASCII. For drawing, the
/// translation drops anchors and narrows open sets (`.`, `[^…]`, `\S`) to printable ASCII,
/// because an exotic character that a page only fails to forbid is a poor valid example.
fn translate_pattern(text: &str, purpose: PatternUse) -> String {
    let draw = purpose == PatternUse::Draw;
    let mut out = String::with_capacity(text.len() + 16);
    let mut chars = text.chars().peekable();
    let mut in_set = false;
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('b' | 'B') if draw && !in_set => {}
                Some(escaped) => out.push_str(&translate_escape(escaped, draw)),
                None => out.push('\\'),
            },
            '[' if in_set => out.push_str("\\["),
            '[' => {
                in_set = true;
                let negated = chars.next_if_eq(&'^').is_some();
                out.push_str(match (negated, draw) {
                    (true, true) => "[ -~&&[^",
                    (true, false) => "[^",
                    (false, true) => "[ -~&&[",
                    (false, false) => "[",
                });
                if chars.peek() == Some(&']') && !negated {
                    // In ECMA `[]` never matches; Rust would read `]` as a member.
                    out.push_str("a&&b");
                }
            }
            ']' if in_set => {
                in_set = false;
                out.push_str(if draw { "]]" } else { "]" });
            }
            '&' | '~' if in_set && chars.peek() == Some(&c) => {
                out.push('\\');
                out.push(c);
            }
            '^' | '$' if draw && !in_set => {}
            '.' if draw && !in_set => out.push_str("[ -~]"),
            _ => out.push(c),
        }
    }
    out
}

/// The Rust form of an escape, without the backslash.
fn translate_escape(escaped: char, draw: bool) -> String {
    match escaped {
        'd' => "[0-9]".into(),
        'D' if draw => "[ -~&&[^0-9]]".into(),
        'D' => "[^0-9]".into(),
        'w' => "[A-Za-z0-9_]".into(),
        'W' if draw => "[ -~&&[^A-Za-z0-9_]]".into(),
        'W' => "[^A-Za-z0-9_]".into(),
        's' if draw => " ".into(),
        'S' if draw => "[!-~]".into(),
        '/' => "/".into(),
        c => format!("\\{c}"),
    }
}
