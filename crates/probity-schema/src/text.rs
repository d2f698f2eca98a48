//! Random printable texts within length, pattern and format.

use super::format::Format;
use super::node::Node;
use super::pattern::Pattern;
use super::rng::Rng;

/// Longest text apart from boundaries, in characters.
const LENGTH_USUAL: u64 = 2000;
/// Longest text on a boundary, in characters.
const LENGTH_MAX: u64 = 1 << 20;
/// Attempts before a draw fails.
const ATTEMPTS: usize = 64;

/// The requirements of a set of nodes for a text.
pub(super) struct Text<'a> {
    /// Least length in characters.
    pub min: u64,
    /// Greatest length in characters.
    pub max: Option<u64>,
    /// No page states a least length.
    pub open: bool,
    patterns: Vec<&'a Pattern>,
    formats: Vec<Format>,
    /// A format that the page names and the schema does not assert (`x-format`).
    hint: Option<Format>,
    /// The allowed characters besides letters and digits.
    marks: &'a str,
}

/// The length of a text to draw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Length {
    /// A usual length within the bounds.
    Usual,
    /// Exactly this number of characters.
    Exactly(u64),
}

impl<'a> Text<'a> {
    /// Joins the requirements of all nodes.
    pub(super) fn of(nodes: &[&'a Node]) -> Text<'a> {
        let mut formats: Vec<Format> = nodes.iter().filter_map(|node| node.format).collect();
        if nodes.iter().any(|node| node.base64) {
            formats.push(Format::Base64);
        }
        Text {
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
    pub(super) fn accepts(&self, text: &str) -> bool {
        let length = text.chars().count() as u64;
        length >= self.min && self.max.is_none_or(|max| length <= max) && self.has_form(text)
    }

    /// Whether a text has the patterns and formats; the length is not checked.
    pub(super) fn has_form(&self, text: &str) -> bool {
        self.patterns.iter().all(|pattern| pattern.matches(text))
            && self.formats.iter().all(|format| format.accepts(text))
    }

    /// The format that determines the length.
    pub(super) fn fixed_form(&self) -> Option<Format> {
        let mut named = self.formats.iter().copied().chain(self.hint);
        named.find(|&format| format != Format::Base64)
    }

    pub(super) fn formats(&self) -> impl Iterator<Item = Format> {
        self.formats.iter().copied()
    }

    pub(super) fn is_base64(&self) -> bool {
        self.formats.contains(&Format::Base64)
    }

    pub(super) fn has_pattern(&self) -> bool {
        !self.patterns.is_empty()
    }

    /// Draws a text that satisfies all requirements; the error is the obstacle in words.
    pub(super) fn draw(&self, rng: &mut Rng, length: Length) -> Result<String, String> {
        if self.max.is_some_and(|max| max < self.min) {
            return Err("the least length is above the greatest length".into());
        }
        for attempt in 0..ATTEMPTS {
            let goal = match length {
                Length::Usual => self.usual_length(rng),
                Length::Exactly(length) => length.min(LENGTH_MAX),
            };
            let Some(text) = self.candidate(rng, goal, length != Length::Usual || attempt % 2 == 1)? else {
                continue;
            };
            let exact = match length {
                Length::Exactly(length) => text.chars().count() as u64 == length,
                Length::Usual => true,
            };
            if exact && self.accepts(&text) {
                return Ok(text);
            }
        }
        Err("no attempt satisfied length, pattern and format together".into())
    }

    /// A text of exactly this length, ignoring the length bounds: with the right form if an attempt
    /// finds one, else of letters. None above the greatest boundary and for a part of a base64 group.
    pub(super) fn of_length(&self, rng: &mut Rng, length: u64) -> Option<String> {
        if length > LENGTH_MAX || (self.is_base64() && !length.is_multiple_of(4)) {
            return None;
        }
        let formed = (0..8).find_map(|_| {
            let text = self.candidate(rng, length, true).ok()??;
            (text.chars().count() as u64 == length && self.has_form(&text)).then_some(text)
        });
        formed.or_else(|| Some("a".repeat(length as usize)))
    }

    fn usual_length(&self, rng: &mut Rng) -> u64 {
        let least = if self.open && self.max != Some(0) { self.min.max(1) } else { self.min };
        let most = self.max.unwrap_or(least.max(64)).min(least.max(LENGTH_USUAL));
        match rng.below(16) {
            0 => least,
            1 => most,
            2 => least + rng.below(most - least + 1),
            _ => (4 + rng.below(13)).clamp(least, most),
        }
    }

    /// One attempt at a text of this length. `stretch` forces a text with a pattern to the length.
    fn candidate(&self, rng: &mut Rng, length: u64, stretch: bool) -> Result<Option<String>, String> {
        if let Some(&format) = self.formats.first() {
            return Ok(Some(formed(format, rng, length)));
        }
        if let Some(hinted) = self.hint.map(|hint| formed(hint, rng, length))
            && self.accepts(&hinted)
        {
            return Ok(Some(hinted));
        }
        let Some(pattern) = self.patterns.first() else {
            return Ok(Some(marked(rng, length, self.marks)));
        };
        let text = pattern.draw(rng)?;
        let fits = if stretch { text.chars().count() as u64 == length } else { self.accepts(&text) };
        Ok(if fits { Some(text) } else { resize(&text, length, pattern) })
    }
}

/// Repeats one character or removes some, so that the text has the length and still matches.
fn resize(text: &str, length: u64, pattern: &Pattern) -> Option<String> {
    let chars: Vec<char> = text.chars().collect();
    let have = chars.len() as u64;
    // From the end: patterns restrict the beginning of a text more than the end.
    if have < length {
        let missing = (length - have) as usize;
        return (0..chars.len()).rev().find_map(|at| {
            let grown: String = chars[..at]
                .iter()
                .copied()
                .chain(std::iter::repeat_n(chars[at], missing))
                .chain(chars[at..].iter().copied())
                .collect();
            pattern.matches(&grown).then_some(grown)
        });
    }
    let surplus = (have - length) as usize;
    (0..=length as usize).rev().find_map(|at| {
        let cut: String = chars[..at].iter().chain(&chars[at + surplus..]).collect();
        pattern.matches(&cut).then_some(cut)
    })
}

/// Draws a letter followed by letters, digits, hyphens and underscores: few pages forbid these.
pub(super) fn plain(rng: &mut Rng, length: u64) -> String {
    marked(rng, length, "-_")
}

/// Draws a text of letters, digits and some of the marks.
fn marked(rng: &mut Rng, length: u64, marks: &str) -> String {
    let marks = marks.as_bytes();
    const FIRST: &[u8] = b"abcdefghijklmnopqrstuvwxyz";
    const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    let letter = |from: &[u8], rng: &mut Rng| char::from(from[rng.below(from.len() as u64) as usize]);
    let mut text = String::with_capacity(length as usize);
    for at in 0..length {
        // No mark at the ends: some APIs refuse or trim a leading or trailing mark.
        text.push(match rng.below(12) {
            0 | 1 if at > 0 && at + 1 < length && !marks.is_empty() => letter(marks, rng),
            _ if at == 0 => letter(FIRST, rng),
            _ => letter(LETTERS, rng),
        });
    }
    text
}

/// Draws a text in a format; the length matters only for formats of variable length.
fn formed(format: Format, rng: &mut Rng, length: u64) -> String {
    match format {
        Format::Uuid => {
            let (high, low) = (rng.u64(), rng.u64());
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
        Format::Ipv4 => format!("192.168.{}.{}", rng.below(256), 1 + rng.below(254)),
        Format::Ipv6 => format!("fd00::{:x}:{:x}", rng.below(0x1_0000), 1 + rng.below(0xffff)),
        Format::DateTime => format!("{}T{}", date(rng), time(rng)),
        Format::Date => date(rng),
        Format::Time => time(rng),
        Format::Uri => format!("https://example.com/{}", plain(rng, length.saturating_sub(20).clamp(1, 16))),
        Format::Email => {
            format!("{}@example.com", plain(rng, length.saturating_sub(12).clamp(1, 16)).replace(['-', '_'], "x"))
        }
        Format::Hostname => {
            format!("{}.example.com", plain(rng, length.saturating_sub(12).clamp(1, 16)).replace(['-', '_'], "x"))
        }
        Format::Base64 => base64(rng, length),
    }
}

fn date(rng: &mut Rng) -> String {
    // Day 28 exists in every month.
    format!("{}-{:02}-{:02}", 2015 + rng.below(20), 1 + rng.below(12), 1 + rng.below(28))
}

fn time(rng: &mut Rng) -> String {
    format!("{:02}:{:02}:{:02}Z", rng.below(24), rng.below(60), rng.below(60))
}

/// Base64 of a plain text, cut to a length that is a multiple of four, at least one group.
fn base64(rng: &mut Rng, length: u64) -> String {
    const SIGNS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let groups = (length / 4).max(1);
    // Padding of 0, 1 or 2 characters at equal rates; the length is not affected.
    let length = groups * 3 - rng.below(3);
    let content = plain(rng, length);
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
