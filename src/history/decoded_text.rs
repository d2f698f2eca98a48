//! Removes percent-encoding and the escapes of JSON and HTML from a text, and remembers where each character stood.

use std::ops::Range;

/// Characters, each with its place in the original text.
pub(super) struct DecodedText {
    chars: Vec<(char, Range<usize>)>,
}

/// The number of characters and the character of an escape.
type Escape = (usize, char);

impl DecodedText {
    /// A text as written.
    pub(super) fn new(text: &str) -> DecodedText {
        DecodedText { chars: text.char_indices().map(|(at, c)| (c, at..at + c.len_utf8())).collect() }
    }

    /// Whether a text may have escapes.
    pub(super) fn may_have_escapes(text: &str) -> bool {
        text.bytes().any(|byte| matches!(byte, b'%' | b'\\' | b'&'))
    }

    /// The bytes of the original text.
    pub(super) fn full_range(&self) -> Range<usize> {
        0..self.chars.last().map_or(0, |(_, place)| place.end)
    }

    /// The text in lower case, and for each byte its place in the original text.
    pub(super) fn fold_case(&self) -> (String, Vec<Range<usize>>) {
        let (mut folded, mut places) = (String::new(), Vec::new());
        for (c, place) in &self.chars {
            folded.push(fold_char(*c));
            places.resize(folded.len(), place.clone());
        }
        (folded, places)
    }

    /// The text with one layer of escapes removed; none without an escape.
    pub(super) fn decode_layer(&self) -> Option<DecodedText> {
        let mut chars = Vec::with_capacity(self.chars.len());
        let mut changed = false;
        let mut at = 0;
        while let Some((c, place)) = self.chars.get(at) {
            let percent = if *c == '%' { self.read_percent_run(at) } else { Vec::new() };
            if !percent.is_empty() {
                at += percent.iter().map(|(_, length)| length).sum::<usize>();
                self.push_percent_run(at, &percent, &mut chars);
                changed = true;
                continue;
            }
            let escape = match c {
                '\\' => self.read_backslash(at),
                '&' => self.read_entity(at),
                _ => None,
            };
            let (length, decoded) = escape.unwrap_or((1, *c));
            changed |= escape.is_some();
            chars.push((decoded, place.start..self.chars[at + length - 1].1.end));
            at += length;
        }
        changed.then_some(DecodedText { chars })
    }

    fn char_at(&self, at: usize) -> Option<char> {
        self.chars.get(at).map(|(c, _)| *c)
    }

    /// The value of hexadecimal digits.
    fn read_hex(&self, start: usize, digits: usize) -> Option<u32> {
        let read = (start..start + digits).map(|at| self.char_at(at).filter(char::is_ascii_hexdigit));
        u32::from_str_radix(&read.collect::<Option<String>>()?, 16).ok()
    }

    /// The bytes of consecutive percent escapes, each with its number of characters.
    fn read_percent_run(&self, start: usize) -> Vec<(u8, usize)> {
        let mut run = Vec::new();
        let mut at = start;
        while self.char_at(at) == Some('%')
            && let Some(byte) = self.read_hex(at + 1, 2)
        {
            run.push((byte as u8, 3));
            at += 3;
        }
        run
    }

    /// Adds the characters of percent escapes that end before `end`. Bytes that are not UTF-8 count as Latin-1.
    fn push_percent_run(&self, end: usize, run: &[(u8, usize)], chars: &mut Vec<(char, Range<usize>)>) {
        let start = end - run.len() * 3;
        let place = |first: usize, count: usize| {
            self.chars[start + first * 3].1.start..self.chars[start + (first + count) * 3 - 1].1.end
        };
        let bytes: Vec<u8> = run.iter().map(|(byte, _)| *byte).collect();
        let mut at = 0;
        for chunk in bytes.utf8_chunks() {
            for c in chunk.valid().chars() {
                chars.push((c, place(at, c.len_utf8())));
                at += c.len_utf8();
            }
            for &byte in chunk.invalid() {
                chars.push((char::from(byte), place(at, 1)));
                at += 1;
            }
        }
    }

    /// An escape of JSON, or of a programming language: `\n`, `\u00e4`, `\u{e4}`, `\xe4`.
    fn read_backslash(&self, at: usize) -> Option<Escape> {
        match self.char_at(at + 1)? {
            'n' => Some((2, '\n')),
            'r' => Some((2, '\r')),
            't' => Some((2, '\t')),
            'b' => Some((2, '\u{8}')),
            'f' => Some((2, '\u{c}')),
            'x' => Some((4, char::from_u32(self.read_hex(at + 2, 2)?)?)),
            'u' if self.char_at(at + 2) == Some('{') => {
                let digits = (at + 3..at + 9).take_while(|&at| self.char_at(at).is_some_and(|c| c != '}')).count();
                let decoded = char::from_u32(self.read_hex(at + 3, digits)?)?;
                (self.char_at(at + 3 + digits) == Some('}')).then_some((digits + 4, decoded))
            }
            'u' => {
                let unit = self.read_hex(at + 2, 4)?;
                let pair = matches!((self.char_at(at + 6), self.char_at(at + 7)), (Some('\\'), Some('u')));
                match (unit, pair.then(|| self.read_hex(at + 8, 4)).flatten()) {
                    (0xd800..=0xdbff, Some(low @ 0xdc00..=0xdfff)) => {
                        Some((12, char::from_u32(0x1_0000 + ((unit - 0xd800) << 10) + (low - 0xdc00))?))
                    }
                    _ => Some((6, char::from_u32(unit)?)),
                }
            }
            c if c.is_ascii_punctuation() => Some((2, c)),
            _ => None,
        }
    }

    /// An escape of HTML or XML: `&amp;`, `&#228;`, `&#xe4;`, with or without the semicolon.
    fn read_entity(&self, at: usize) -> Option<Escape> {
        const NAMES: [(&str, char); 8] = [
            ("amp", '&'),
            ("lt", '<'),
            ("gt", '>'),
            ("quot", '"'),
            ("apos", '\''),
            ("nbsp", ' '),
            ("sol", '/'),
            ("plus", '+'),
        ];
        let name: String = (at + 1..at + 10)
            .map_while(|at| self.char_at(at).filter(|c| c.is_ascii_alphanumeric() || *c == '#'))
            .flat_map(char::to_lowercase)
            .collect();
        let end = |name_chars: usize| {
            let semicolon = self.char_at(at + 1 + name_chars) == Some(';');
            name_chars + 1 + usize::from(semicolon)
        };
        if let Some(digits) = name.strip_prefix("#x") {
            let count = digits.chars().take_while(char::is_ascii_hexdigit).count();
            return Some((end(count + 2), char::from_u32(u32::from_str_radix(&digits[..count], 16).ok()?)?));
        }
        if let Some(digits) = name.strip_prefix('#') {
            let count = digits.chars().take_while(char::is_ascii_digit).count();
            return Some((end(count + 1), char::from_u32(digits[..count].parse().ok()?)?));
        }
        let (known, decoded) = NAMES.into_iter().find(|(known, _)| name == *known)?;
        Some((end(known.len()), decoded))
    }
}

/// The character in lower case; a character whose lower case has several characters stays.
pub(super) fn fold_char(c: char) -> char {
    let mut lower = c.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(only), None) => only,
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, decoded: &str) {
        let layer = DecodedText::new(text).decode_layer();
        let shown = layer.map_or(text.to_string(), |layer| layer.chars.iter().map(|(c, _)| *c).collect());
        assert_eq!(shown, decoded);
    }

    #[test]
    fn one_layer_of_each_kind_of_escape_is_removed() {
        check("a%2Fb%2fc%252F", "a/b/c%2F");
        check("%C3%A4%E4%zz%2", "ää%zz%2");
        check(r#"\u00e4\ud83d\ude00\n\"\/\x41\u{42}\ud83d"#, "ä😀\n\"/AB\\ud83d");
        check("&amp;&#x41;&#66;&quot;&nope;&#x43&;", "&AB\"&nope;C&;");
        check("plain", "plain");
    }

    #[test]
    fn each_character_knows_its_place() {
        let layer = DecodedText::new("ä%C3%A4&amp;x").decode_layer().unwrap();
        let places: Vec<Range<usize>> = layer.chars.iter().map(|(_, place)| place.clone()).collect();
        assert_eq!(places, [0..2, 2..8, 8..13, 13..14]);
        let (folded, places) = DecodedText::new("ÄB").fold_case();
        assert_eq!((folded.as_str(), places), ("äb", vec![0..2, 0..2, 2..3]));
    }
}
