//! Random printable texts within length, pattern and format.

use super::format::TextFormat;
use super::node::SchemaNode;
use super::pattern::TextPattern;
use super::rng::SeededRng;

/// Longest text apart from boundaries, in characters.
const LENGTH_USUAL: u64 = 2000;
/// Longest text on a boundary, in characters.
const LENGTH_MAX: u64 = 1 << 20;
/// Attempts before a draw fails.
const ATTEMPTS: usize = 64;

/// The requirements of a set of nodes for a text.
pub(super) struct TextRules<'a> {
    /// Least length in characters.
    pub min: u64,
    /// Greatest length in characters.
    pub max: Option<u64>,
    /// No page states a least length.
    pub open: bool,
    patterns: Vec<&'a TextPattern>,
    formats: Vec<TextFormat>,
    /// A format that the page names and the schema does not assert (`x-format`).
    hint: Option<TextFormat>,
    /// The allowed characters besides letters and digits.
    marks: &'a str,
}

/// The length of a text to draw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TextLength {
    /// A usual length within the bounds.
    Usual,
    /// Exactly this number of characters.
    Exactly(u64),
}

impl<'a> TextRules<'a> {
    /// Joins the requirements of all nodes.
    pub(super) fn from_nodes(nodes: &[&'a SchemaNode]) -> TextRules<'a> {
        let mut formats: Vec<TextFormat> = nodes.iter().filter_map(|node| node.format).collect();
        if nodes.iter().any(|node| node.base64) {
            formats.push(TextFormat::Base64);
        }
        TextRules {
            min: nodes.iter().filter_map(|node| node.min_length).max().unwrap_or(0),
            max: nodes.iter().filter_map(|node| node.max_length).min(),
            open: nodes.iter().all(|node| node.min_length.is_none()),
            patterns: nodes.iter().filter_map(|node| node.pattern.as_ref()).collect(),
            formats,
            hint: nodes.iter().find_map(|node| node.notes.hint),
            marks: nodes.iter().find_map(|node| node.notes.charset.as_deref()).unwrap_or("-_"),
        }
    }

    /// Whether a text satisfies length, patterns and formats.
    pub(super) fn accepts_text(&self, text: &str) -> bool {
        let length = text.chars().count() as u64;
        length >= self.min && self.max.is_none_or(|max| length <= max) && self.has_form(text)
    }

    /// Whether a text has the patterns and formats; the length is not checked. A text whose search for a pattern is
    /// given up is not used.
    pub(super) fn has_form(&self, text: &str) -> bool {
        self.patterns.iter().all(|pattern| pattern.matches(text) == Some(true))
            && self.formats.iter().all(|format| format.accepts_text(text))
    }

    /// The format that determines the length.
    pub(super) fn fixed_format(&self) -> Option<TextFormat> {
        let mut named = self.formats.iter().copied().chain(self.hint);
        named.find(|&format| format != TextFormat::Base64)
    }

    pub(super) fn formats(&self) -> impl Iterator<Item = TextFormat> {
        self.formats.iter().copied()
    }

    pub(super) fn is_base64(&self) -> bool {
        self.formats.contains(&TextFormat::Base64)
    }

    pub(super) fn has_pattern(&self) -> bool {
        !self.patterns.is_empty()
    }

    /// Draws a text that satisfies all requirements; the error is the obstacle in words.
    pub(super) fn draw_text(&self, rng: &mut SeededRng, length: TextLength) -> Result<String, String> {
        if self.max.is_some_and(|max| max < self.min) {
            return Err("the least length is above the greatest length".into());
        }
        if self.min > LENGTH_MAX {
            return Err(format!("the least length is above {LENGTH_MAX}, the longest text that is drawn"));
        }
        for attempt in 0..ATTEMPTS {
            let goal = match length {
                TextLength::Usual => self.draw_usual_length(rng),
                TextLength::Exactly(length) => length.min(LENGTH_MAX),
            };
            let Some(text) = self.draw_candidate(rng, goal, length != TextLength::Usual || attempt % 2 == 1)? else {
                continue;
            };
            let exact = match length {
                TextLength::Exactly(length) => text.chars().count() as u64 == length,
                TextLength::Usual => true,
            };
            if exact && self.accepts_text(&text) {
                return Ok(text);
            }
        }
        Err("no attempt satisfied length, pattern and format together".into())
    }

    /// A text of exactly this length, ignoring the length bounds: with the right form if an attempt
    /// finds one, else of letters. None above the greatest boundary and for a part of a base64 group.
    pub(super) fn draw_of_length(&self, rng: &mut SeededRng, length: u64) -> Option<String> {
        if length > LENGTH_MAX || (self.is_base64() && !length.is_multiple_of(4)) {
            return None;
        }
        let formed = (0..8).find_map(|_| {
            let text = self.draw_candidate(rng, length, true).ok()??;
            (text.chars().count() as u64 == length && self.has_form(&text)).then_some(text)
        });
        formed.or_else(|| Some("a".repeat(length as usize)))
    }

    fn draw_usual_length(&self, rng: &mut SeededRng) -> u64 {
        let least = if self.open && self.max != Some(0) { self.min.max(1) } else { self.min };
        let most = self.max.unwrap_or(least.max(64)).min(least.max(LENGTH_USUAL));
        match rng.draw_below(16) {
            0 => least,
            1 => most,
            2 => least + rng.draw_below(most - least + 1),
            _ => (4 + rng.draw_below(13)).clamp(least, most),
        }
    }

    /// One attempt at a text of this length. `stretch` forces a text with a pattern to the length.
    fn draw_candidate(&self, rng: &mut SeededRng, length: u64, stretch: bool) -> Result<Option<String>, String> {
        if let Some(&format) = self.formats.first() {
            return Ok(Some(draw_formatted(format, rng, length)));
        }
        if let Some(hinted) = self.hint.map(|hint| draw_formatted(hint, rng, length))
            && self.accepts_text(&hinted)
        {
            return Ok(Some(hinted));
        }
        let Some(pattern) = self.patterns.first() else {
            return Ok(Some(draw_marked(rng, length, self.marks)));
        };
        let text = pattern.draw_text(rng)?;
        let fits = if stretch { text.chars().count() as u64 == length } else { self.accepts_text(&text) };
        Ok(if fits { Some(text) } else { resize_text(&text, length, pattern) })
    }
}

/// Most steps of matches to bring a text to a length.
const RESIZING_STEPS_MAX: u64 = 1 << 26;

/// Repeats one character or removes some, so that the text has the length and still matches.
fn resize_text(text: &str, length: u64, pattern: &TextPattern) -> Option<String> {
    let chars: Vec<char> = text.chars().collect();
    let have = chars.len() as u64;
    // A match may take as many steps as the square of the length.
    let longest = length.max(have).max(1);
    let tries = (RESIZING_STEPS_MAX / longest.saturating_mul(longest)).max(1) as usize;
    // From the end: patterns restrict the beginning of a text more than the end.
    if have < length {
        let missing = (length - have) as usize;
        return (0..chars.len()).rev().take(tries).find_map(|at| {
            let grown: String = chars[..at]
                .iter()
                .copied()
                .chain(std::iter::repeat_n(chars[at], missing))
                .chain(chars[at..].iter().copied())
                .collect();
            (pattern.matches(&grown) == Some(true)).then_some(grown)
        });
    }
    let surplus = (have - length) as usize;
    (0..=length as usize).rev().take(tries).find_map(|at| {
        let cut: String = chars[..at].iter().chain(&chars[at + surplus..]).collect();
        (pattern.matches(&cut) == Some(true)).then_some(cut)
    })
}

/// Draws a letter followed by letters, digits, hyphens and underscores: few pages forbid these.
pub(super) fn draw_plain(rng: &mut SeededRng, length: u64) -> String {
    draw_marked(rng, length, "-_")
}

/// Draws a text of letters, digits and some of the marks.
fn draw_marked(rng: &mut SeededRng, length: u64, marks: &str) -> String {
    let marks = marks.as_bytes();
    const FIRST: &[u8] = b"abcdefghijklmnopqrstuvwxyz";
    const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    let letter = |from: &[u8], rng: &mut SeededRng| char::from(from[rng.draw_below(from.len() as u64) as usize]);
    let mut text = String::with_capacity(length as usize);
    for at in 0..length {
        // No mark at the ends: some APIs refuse or trim a leading or trailing mark.
        text.push(match rng.draw_below(12) {
            0 | 1 if at > 0 && at + 1 < length && !marks.is_empty() => letter(marks, rng),
            _ if at == 0 => letter(FIRST, rng),
            _ => letter(LETTERS, rng),
        });
    }
    text
}

/// Draws a text in a format; the length matters only for formats of variable length.
fn draw_formatted(format: TextFormat, rng: &mut SeededRng, length: u64) -> String {
    match format {
        TextFormat::Uuid => {
            let (high, low) = (rng.draw_u64(), rng.draw_u64());
            let variant = 0x8 | (low >> 60 & 0x3);
            format!(
                "{:08x}-{:04x}-4{:03x}-{variant:x}{:03x}-{:012x}",
                high >> 32,
                high >> 16 & 0xffff,
                high & 0xfff,
                low >> 48 & 0xfff,
                low & 0xffff_ffff_ffff
            )
        }
        TextFormat::Ipv4 => format!("192.168.{}.{}", rng.draw_below(256), 1 + rng.draw_below(254)),
        TextFormat::Ipv6 => format!("fd00::{:x}:{:x}", rng.draw_below(0x1_0000), 1 + rng.draw_below(0xffff)),
        TextFormat::DateTime => format!("{}T{}", draw_date(rng), draw_time(rng)),
        TextFormat::Date => draw_date(rng),
        TextFormat::Time => draw_time(rng),
        TextFormat::Uri => format!("https://example.com/{}", draw_plain(rng, length.saturating_sub(20).clamp(1, 16))),
        TextFormat::Email => {
            format!("{}@example.com", draw_plain(rng, length.saturating_sub(12).clamp(1, 16)).replace(['-', '_'], "x"))
        }
        TextFormat::Hostname => {
            format!("{}.example.com", draw_plain(rng, length.saturating_sub(12).clamp(1, 16)).replace(['-', '_'], "x"))
        }
        TextFormat::Base64 => draw_base64(rng, length),
    }
}

fn draw_date(rng: &mut SeededRng) -> String {
    // Day 28 exists in every month.
    format!("{}-{:02}-{:02}", 2015 + rng.draw_below(20), 1 + rng.draw_below(12), 1 + rng.draw_below(28))
}

fn draw_time(rng: &mut SeededRng) -> String {
    format!("{:02}:{:02}:{:02}Z", rng.draw_below(24), rng.draw_below(60), rng.draw_below(60))
}

/// Base64 of a plain text, cut to a length that is a multiple of four, at least one group.
fn draw_base64(rng: &mut SeededRng, length: u64) -> String {
    const SIGNS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let groups = (length / 4).max(1);
    // Padding of 0, 1 or 2 characters at equal rates; the length is not affected.
    let length = groups * 3 - rng.draw_below(3);
    let content = draw_plain(rng, length);
    let mut text = String::with_capacity(groups as usize * 4);
    for chunk in content.as_bytes().chunks(3) {
        let byte = |at: usize| u32::from(chunk.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for at in 0..4 {
            let sign = SIGNS[(bits >> (18 - 6 * at) & 63) as usize];
            text.push(if at > chunk.len() { '=' } else { char::from(sign) });
        }
    }
    text
}
