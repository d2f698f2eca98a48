//! Texts: drawn within length, pattern and format, printable and unremarkable.

use super::format::Format;
use super::pattern::Pattern;
use super::rng::Rng;
use super::shape::Node;

/// Longest text that is drawn where nobody asks for a boundary, in characters.
const LENGTH_USUAL: u64 = 2000;
/// Longest text that is made to stand on a boundary, in characters.
const LENGTH_MAX: u64 = 1 << 20;
/// Attempts at a pattern before giving up.
const ATTEMPTS: usize = 64;

/// All that a set of nodes says about a text.
pub(super) struct Text<'a> {
    pub min: u64,
    pub max: Option<u64>,
    /// No page gives a least length.
    pub open: bool,
    patterns: Vec<&'a Pattern>,
    formats: Vec<Format>,
    /// A format that the page names and the schema does not assert.
    hint: Option<Format>,
    /// The marks that may be drawn besides letters and digits.
    marks: &'a str,
}

/// How long a text should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Length {
    Usual,
    /// Exactly so many characters.
    Exactly(u64),
}

impl<'a> Text<'a> {
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

    pub(super) fn accepts(&self, text: &str) -> bool {
        let length = text.chars().count() as u64;
        length >= self.min && self.max.is_none_or(|max| length <= max) && self.has_form(text)
    }

    /// Pattern and format, length aside.
    pub(super) fn has_form(&self, text: &str) -> bool {
        self.patterns.iter().all(|pattern| pattern.matches(text))
            && self.formats.iter().all(|format| format.accepts(text))
    }

    /// The format that fixes the length by itself.
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

    /// A text that fits, or why none was found.
    pub(super) fn draw(&self, rng: &mut Rng, length: Length) -> Result<String, String> {
        if self.max.is_some_and(|max| max < self.min) {
            return Err("the least length is above the greatest".into());
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
        Err("no text was found that obeys length, pattern and format at once".into())
    }

    /// A text of that length whatever the bounds say: of the right form if one is
    /// found, else letters.
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

    /// A text that has the form by construction where there is one form; `stretch`
    /// brings a pattern's text to the length.
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

/// Repeats or removes characters where the pattern lets them be repeated or removed.
fn resize(text: &str, length: u64, pattern: &Pattern) -> Option<String> {
    let chars: Vec<char> = text.chars().collect();
    let have = chars.len() as u64;
    // From the end: patterns are stricter about how a text begins.
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

/// A letter, then letters, digits, hyphens and underscores: what every page allows
/// that allows anything.
pub(super) fn plain(rng: &mut Rng, length: u64) -> String {
    marked(rng, length, "-_")
}

fn marked(rng: &mut Rng, length: u64, marks: &str) -> String {
    let marks = marks.as_bytes();
    const FIRST: &[u8] = b"abcdefghijklmnopqrstuvwxyz";
    const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    let letter = |from: &[u8], rng: &mut Rng| char::from(from[rng.below(from.len() as u64) as usize]);
    let mut text = String::with_capacity(length as usize);
    for at in 0..length {
        // The ends are letters: a leading or trailing mark is refused or trimmed here and there.
        text.push(match rng.below(12) {
            0 | 1 if at > 0 && at + 1 < length && !marks.is_empty() => letter(marks, rng),
            _ if at == 0 => letter(FIRST, rng),
            _ => letter(LETTERS, rng),
        });
    }
    text
}

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

/// Base64 of plain text, its length brought down to a multiple of four, at least one group.
fn base64(rng: &mut Rng, length: u64) -> String {
    const SIGNS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let groups = (length / 4).max(1);
    // One padded group in three, where the text stays that long.
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
