//! Makes texts of an endpoint, a page or a file safe to print: escaped and shortened.
//!
//! An escape sequence could move the cursor, change the title of a terminal or paste commands; a control of the
//! writing direction could show a text in another order.

use std::borrow::Cow;
use std::fmt::Write;

/// Most characters of one foreign value, such as an id or an error message, in a printed line.
pub const FIELD_CHARS_MAX: usize = 300;
/// Most characters of one printed line.
const LINE_CHARS_MAX: usize = 2_000;

/// One foreign value (an id, a name, a header, an error message) within a line: no control characters, no line
/// ends, at most [`FIELD_CHARS_MAX`] characters.
#[must_use]
pub fn escape_field(text: &str) -> Cow<'_, str> {
    escape_text(text, FIELD_CHARS_MAX, |_| false)
}

/// One line with foreign values in it: as [`escape_field`], with room for a sentence.
#[must_use]
pub fn escape_line(text: &str) -> Cow<'_, str> {
    escape_text(text, LINE_CHARS_MAX, |_| false)
}

/// A text of several lines: line feeds stay, other control characters are escaped, and each long line is shortened.
#[must_use]
pub fn escape_lines(text: &str) -> Cow<'_, str> {
    if text.split('\n').all(|line| is_printable(line, LINE_CHARS_MAX)) {
        return Cow::Borrowed(text);
    }
    let lines: Vec<Cow<'_, str>> =
        text.split('\n').map(|line| escape_text(line, LINE_CHARS_MAX, |c| c == '\t')).collect();
    Cow::Owned(lines.join("\n"))
}

/// The beginning of a text, with the number of characters left out. The text is not escaped.
#[must_use]
pub fn shorten_text(text: &str, chars_max: usize) -> Cow<'_, str> {
    match text.char_indices().nth(chars_max) {
        None => Cow::Borrowed(text),
        Some((end, _)) => Cow::Owned(format!("{}{}", &text[..end], describe_rest(&text[end..]))),
    }
}

fn describe_rest(rest: &str) -> String {
    format!("… ({} more characters)", rest.chars().count())
}

fn is_printable(line: &str, chars_max: usize) -> bool {
    (line.len() <= chars_max || line.chars().nth(chars_max).is_none()) && !line.chars().any(needs_escape)
}

fn escape_text(text: &str, chars_max: usize, keeps: impl Fn(char) -> bool) -> Cow<'_, str> {
    let kept = |c: char| !needs_escape(c) || keeps(c);
    if text.len() <= chars_max && text.chars().all(kept) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::new();
    for (count, (at, c)) in text.char_indices().enumerate() {
        if count == chars_max {
            escaped.push_str(&describe_rest(&text[at..]));
            break;
        }
        match c {
            c if kept(c) => escaped.push(c),
            '\n' => escaped.push_str("\\n"),
            '\r' => escaped.push_str("\\r"),
            '\t' => escaped.push_str("\\t"),
            c => {
                let _ = write!(escaped, "\\u{{{:x}}}", u32::from(c));
            }
        }
    }
    Cow::Owned(escaped)
}

/// Whether a character changes more than one cell of a terminal, is invisible, or is not allowed in XML.
fn needs_escape(c: char) -> bool {
    c.is_control()
        || matches!(c,
            // Direction, joining and other invisible characters (Unicode, general category Cf).
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'
            // Line ends of some programs.
            | '\u{2028}' | '\u{2029}'
            // No characters, and not allowed in XML.
            | '\u{fffe}' | '\u{ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, field: &str, lines: &str) {
        assert_eq!(escape_field(text), field);
        assert_eq!(escape_lines(text), lines);
    }

    #[test]
    fn ordinary_text_stays() {
        check("Größe 5 µ 東京 🌊", "Größe 5 µ 東京 🌊", "Größe 5 µ 東京 🌊");
    }

    #[test]
    fn controls_of_terminals_are_escaped() {
        check("\u{1b}[31mred\u{7}\u{9b}2J", "\\u{1b}[31mred\\u{7}\\u{9b}2J", "\\u{1b}[31mred\\u{7}\\u{9b}2J");
        check("a\r\nFAIL\tx", "a\\r\\nFAIL\\tx", "a\\r\nFAIL\tx");
        check("id\u{202e}txt\u{2066}\u{200b}", "id\\u{202e}txt\\u{2066}\\u{200b}", "id\\u{202e}txt\\u{2066}\\u{200b}");
        check("\u{0}\u{7f}\u{fffe}\u{e0041}", "\\u{0}\\u{7f}\\u{fffe}\\u{e0041}", "\\u{0}\\u{7f}\\u{fffe}\\u{e0041}");
    }

    #[test]
    fn a_long_text_is_shortened_and_says_by_how_much() {
        let long = "é".repeat(1_000_000);
        assert_eq!(escape_field(&long), format!("{}… (999700 more characters)", "é".repeat(FIELD_CHARS_MAX)));
        let lines = format!("{long}\nnext");
        let shown = escape_lines(&lines);
        assert!(shown.len() < 5_000 && shown.ends_with("… (998000 more characters)\nnext"));
        assert_eq!(
            escape_line(&lines),
            shown.replace("… (998000 more characters)\nnext", "… (998005 more characters)")
        );
        assert_eq!(shorten_text("abcdef", 3), "abc… (3 more characters)");
        assert_eq!(shorten_text("abc", 3), "abc");
    }
}
