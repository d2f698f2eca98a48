//! Finds secrets in a text, in every spelling in which a response may repeat them.
//!
//! A spelling is any mixture of another case, percent-encoding, escapes of JSON and HTML, and base64 or hexadecimal
//! digits, which may be encoded once more.
//! The text is decoded layer by layer, and each layer is compared without regard to case.

use super::decoded_text::{DecodedText, fold_char};
use aho_corasick::{AhoCorasick, AhoCorasickBuilder, AhoCorasickKind};
use base64::Engine;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::general_purpose::{GeneralPurpose, NO_PAD, PAD};
use std::collections::BTreeMap;
use std::ops::Range;

/// A shorter secret is found only where it is the whole text, because it may occur in unrelated words.
const SUBSTRING_CHARS_MIN: usize = 4;
/// A shorter encoded secret is found only where it is the whole text.
const ENCODED_CHARS_MIN: usize = 8;
/// Most layers of escapes that are removed. Each gateway on the way may add one.
const LAYERS_MAX: usize = 5;
/// The length in bytes of the longest escape of one character: four bytes, each percent-encoded several times.
const ESCAPE_BYTES_MAX: usize = 48;

/// A place of a secret in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FoundSecret {
    /// Bytes of the text.
    pub range: Range<usize>,
    /// Index of the secret in [`SecretFinder::secrets`].
    pub secret: usize,
}

/// Finds the spellings of secrets.
pub(super) struct SecretFinder {
    secrets: Vec<String>,
    /// Spellings that are found within texts, in lower case.
    parts: Vec<(String, usize)>,
    automaton: AhoCorasick,
    /// Spellings that are found as whole texts, in lower case.
    whole: BTreeMap<String, usize>,
    /// Bytes of the shortest spelling: no shorter text has a secret.
    shortest: usize,
}

impl SecretFinder {
    /// A finder of these secrets. Empty secrets are left out.
    pub(super) fn new<'a>(secrets: impl IntoIterator<Item = &'a str>) -> SecretFinder {
        let mut secrets: Vec<String> =
            secrets.into_iter().filter(|secret| !secret.is_empty()).map(str::to_string).collect();
        // Longest first: a secret may contain another secret.
        secrets.sort_by(|a, b| b.len().cmp(&a.len()).then(a.cmp(b)));
        secrets.dedup();
        let (mut parts, mut whole) = (Vec::new(), BTreeMap::new());
        for (index, secret) in secrets.iter().enumerate() {
            for spelling in list_whole_spellings(secret) {
                whole.entry(spelling).or_insert(index);
            }
            parts.extend(list_part_spellings(secret).into_iter().map(|spelling| (spelling, index)));
        }
        let automaton = AhoCorasickBuilder::new()
            .ascii_case_insensitive(true)
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .build(parts.iter().map(|(spelling, _)| spelling))
            .expect("credentials are far shorter than what the automaton can hold");
        let lengths = parts.iter().map(|(spelling, _)| spelling).chain(whole.keys()).map(String::len);
        let shortest = lengths.min().unwrap_or(usize::MAX);
        SecretFinder { secrets, parts, automaton, whole, shortest }
    }

    /// The secrets, longest first.
    pub(super) fn secrets(&self) -> &[String] {
        &self.secrets
    }

    /// The places of secrets in a text; places may overlap.
    pub(super) fn find_all(&self, text: &str) -> Vec<FoundSecret> {
        if text.len() < self.shortest {
            return Vec::new();
        }
        if text.is_ascii() && !DecodedText::may_have_escapes(text) {
            return self.find_in_plain_text(text);
        }
        let mut found = Vec::new();
        for layer in decode_layers(text) {
            self.find_in_layer(&layer, &mut found);
        }
        found
    }

    /// The offset at which the beginning of a secret stands at the end of a text that was cut off.
    pub(super) fn find_cut_secret(&self, text: &str) -> Option<usize> {
        // The cut may go through an escape too, so that the secret ends before the escape.
        let tail = text.len().saturating_sub(ESCAPE_BYTES_MAX);
        let escapes = text.char_indices().filter(|&(at, c)| at >= tail && matches!(c, '%' | '\\' | '&'));
        let ends = escapes.map(|(at, _)| at).chain([text.len()]);
        let cuts = ends.flat_map(|end| {
            decode_layers(&text[..end])
                .into_iter()
                .filter_map(|layer| self.find_cut_in_layer(&layer))
                .collect::<Vec<_>>()
        });
        cuts.min()
    }

    fn find_in_plain_text(&self, text: &str) -> Vec<FoundSecret> {
        if let Some(&secret) = self.whole.get(&text.to_ascii_lowercase()) {
            return vec![FoundSecret { range: 0..text.len(), secret }];
        }
        let found = self.automaton.find_overlapping_iter(text);
        found.map(|found| FoundSecret { range: found.range(), secret: self.parts[found.pattern()].1 }).collect()
    }

    fn find_in_layer(&self, layer: &DecodedText, found: &mut Vec<FoundSecret>) {
        let (folded, places) = layer.fold_case();
        if let Some(&secret) = self.whole.get(&folded) {
            found.push(FoundSecret { range: layer.full_range(), secret });
        }
        for part in self.automaton.find_overlapping_iter(&folded) {
            let range = places[part.start()].start..places[part.end() - 1].end;
            found.push(FoundSecret { range, secret: self.parts[part.pattern()].1 });
        }
    }

    fn find_cut_in_layer(&self, layer: &DecodedText) -> Option<usize> {
        let (folded, places) = layer.fold_case();
        let beginnings = self.parts.iter().filter_map(|(spelling, _)| {
            let lengths = (SUBSTRING_CHARS_MIN..spelling.len()).rev().filter(|&at| spelling.is_char_boundary(at));
            lengths.into_iter().find(|&length| folded.ends_with(&spelling[..length]))
        });
        beginnings.max().map(|length| places[folded.len() - length].start)
    }
}

/// The text, and the text after each removal of escapes.
fn decode_layers(text: &str) -> Vec<DecodedText> {
    let mut layers = vec![DecodedText::new(text)];
    while layers.len() <= LAYERS_MAX {
        match layers.last().and_then(DecodedText::decode_layer) {
            Some(next) => layers.push(next),
            None => break,
        }
    }
    layers
}

fn fold_text(text: &str) -> String {
    text.chars().map(fold_char).collect()
}

/// The secret, and what decoding makes of a secret that itself looks like a text with escapes.
fn list_unescaped(secret: &str) -> Vec<String> {
    decode_layers(secret).iter().map(|layer| layer.fold_case().0).collect()
}

/// Spellings that are no escapes, as whole texts.
fn list_whole_spellings(secret: &str) -> Vec<String> {
    let mut all = list_unescaped(secret);
    if secret.chars().count() < SUBSTRING_CHARS_MIN {
        return all;
    }
    all.push(encode_hex(secret.as_bytes()));
    for bytes in list_cases(secret) {
        for alphabet in [STANDARD, URL_SAFE] {
            all.push(GeneralPurpose::new(&alphabet, PAD).encode(&bytes).to_ascii_lowercase());
            all.push(GeneralPurpose::new(&alphabet, NO_PAD).encode(&bytes).to_ascii_lowercase());
        }
    }
    all
}

/// Spellings that are no escapes, within texts.
fn list_part_spellings(secret: &str) -> Vec<String> {
    let mut all = list_unescaped(secret);
    if secret.contains(' ') {
        // As in a form.
        all.push(fold_text(secret).replace(' ', "+"));
    }
    all.retain(|spelling| spelling.chars().count() >= SUBSTRING_CHARS_MIN);
    let encoded: Vec<String> = list_cases(secret).iter().flat_map(|bytes| encode_bytes(bytes)).collect();
    // A gateway logs what a server has encoded, and encodes the log again.
    let encoded_twice = encoded.iter().flat_map(|text| encode_bytes(text.as_bytes()));
    let all_encoded = encoded.iter().cloned().chain(encoded_twice).filter(|text| text.len() >= ENCODED_CHARS_MIN);
    all.extend(all_encoded.map(|text| text.to_ascii_lowercase()));
    all.sort();
    all.dedup();
    all
}

/// The secret in the cases that a server may make of it before it encodes the secret.
fn list_cases(secret: &str) -> Vec<Vec<u8>> {
    let mut all = vec![secret.to_string(), secret.to_lowercase(), secret.to_uppercase()];
    all.dedup();
    all.into_iter().map(String::into_bytes).collect()
}

fn encode_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The bytes in hexadecimal digits, and in base64 at each place within a longer text.
fn encode_bytes(bytes: &[u8]) -> Vec<String> {
    let digits = encode_hex(bytes);
    let mut all = vec![digits.to_ascii_uppercase(), digits];
    all.extend((0..3).flat_map(|before| encode_within(bytes, before)));
    all
}

/// The characters of base64 that depend on the secret alone, where `before` bytes precede the secret within the group
/// of three bytes.
fn encode_within(secret: &[u8], before: usize) -> Vec<String> {
    let bytes = [&[0].repeat(before), secret].concat();
    let first = (before * 8).div_ceil(6);
    let end = bytes.len() * 8 / 6;
    let encode = |alphabet| GeneralPurpose::new(alphabet, NO_PAD).encode(&bytes);
    [&STANDARD, &URL_SAFE].map(|alphabet| encode(alphabet)[first.min(end)..end].to_string()).to_vec()
}
