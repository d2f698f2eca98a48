//! Changes an input by a seed: bytes, numbers, words, lines and blocks of lines, and pieces of other inputs.

use probity::schema::SeededRng;

/// Longest changed input, in bytes. Bombs are tried where the bounds are tested, not here.
const LENGTH_MAX: usize = 64 << 10;

/// Numbers at the edges of types and of formats.
const NUMBERS: &[&str] = &[
    "0",
    "-1",
    "1",
    "255",
    "65536",
    "2147483647",
    "2147483648",
    "4294967296",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775809",
    "18446744073709551616",
    "1e309",
    "-0.0",
    "1e-400",
    "0x10",
    "1_000",
    "00",
    "1.5",
    "99999999999999999999999999999999",
];

/// Characters and short texts that mean something in one of the formats, or nothing anywhere.
const PIECES: &[&str] = &[
    "\\",
    "/",
    "..",
    ":",
    ": ",
    "- ",
    "\"",
    "'",
    "`",
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
    "<",
    ">",
    "&",
    "*",
    "#",
    "|",
    "%",
    "!",
    "?",
    "=",
    "==",
    "&&",
    "||",
    "~",
    "^",
    "$",
    ",",
    ";",
    "@",
    "\n",
    "\r\n",
    "\t",
    " ",
    "\u{0}",
    "\u{feff}",
    "\u{a0}",
    "\u{301}",
    "\u{1f600}",
    "\u{202e}",
    "é",
    "\\n",
    "\\u0000",
    "\\ud800",
    "\\x00",
    "null",
    "true",
    "false",
    "~1",
    "<<",
    "&a ",
    "*a",
    "!!binary ",
    "|-\n  ",
    ">\n ",
    "---\n",
    "...\n",
    "{}",
    "[]",
    "\"\"",
    "{{",
    "}}",
    "$ref",
    "#/",
    "(?=a)",
    "(a+)+$",
    "\\1",
    "[^]",
    "{2,}",
    "{99999}",
];

/// An input made from a file of the corpus by one to three changes. `others` are the files that pieces are taken from.
pub fn change_input(seed: &str, others: &[Vec<u8>], rng: &mut SeededRng) -> String {
    let mut text = seed.to_string();
    for _ in 0..=rng.draw_below(3) {
        change_once(&mut text, others, rng);
        if text.len() > LENGTH_MAX {
            let end = text.floor_char_boundary(LENGTH_MAX);
            text.truncate(end);
        }
    }
    text
}

fn change_once(text: &mut String, others: &[Vec<u8>], rng: &mut SeededRng) {
    match rng.draw_below(10) {
        0 => insert_text(text, pick(PIECES, rng), rng),
        1 => replace_number(text, rng),
        2 => replace_range(text, &find_word, |_, rng| pick(PIECES, rng).to_string(), rng),
        3 => replace_range(text, &find_word, |_, _| String::new(), rng),
        // A name occurs twice, or in the place of another.
        4 => {
            let word = take_range(text, &find_word, rng);
            replace_range(text, &find_word, |_, _| word.clone(), rng);
        }
        5 => {
            let line = take_range(text, &find_lines, rng);
            insert_lines(text, &line, rng);
        }
        6 => replace_range(text, &find_lines, |_, _| String::new(), rng),
        7 => {
            let other = rng.pick_element(others).map(|bytes| String::from_utf8_lossy(bytes).into_owned());
            let piece = take_range(&other.unwrap_or_default(), &find_lines, rng);
            insert_lines(text, &piece, rng);
        }
        8 => {
            let end = draw_place(text, rng);
            text.truncate(end);
        }
        _ => replace_range(text, &find_character, |_, rng| pick(PIECES, rng).to_string(), rng),
    }
}

fn pick<'a>(from: &[&'a str], rng: &mut SeededRng) -> &'a str {
    rng.pick_element(from).copied().unwrap_or_default()
}

/// A place between two characters.
fn draw_place(text: &str, rng: &mut SeededRng) -> usize {
    text.floor_char_boundary(rng.draw_below(text.len() as u64 + 1) as usize)
}

/// Finds the part of a text around a place.
type RangeFinder = dyn Fn(&str, usize, &mut SeededRng) -> std::ops::Range<usize>;

fn find_character(text: &str, at: usize, _: &mut SeededRng) -> std::ops::Range<usize> {
    at..at + text[at..].chars().next().map_or(0, char::len_utf8)
}

fn find_word(text: &str, at: usize, _: &mut SeededRng) -> std::ops::Range<usize> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let start = text[..at].char_indices().rev().find(|(_, c)| !is_part(*c)).map_or(0, |(i, c)| i + c.len_utf8());
    let end = text[at..].find(|c| !is_part(c)).map_or(text.len(), |length| at + length);
    start..end
}

fn find_lines(text: &str, at: usize, rng: &mut SeededRng) -> std::ops::Range<usize> {
    let start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let count = 1 + rng.draw_below(6) as usize;
    let end = text[at..].match_indices('\n').nth(count - 1).map_or(text.len(), |(newline, _)| at + newline + 1);
    start..end
}

fn take_range(text: &str, find: &RangeFinder, rng: &mut SeededRng) -> String {
    let at = draw_place(text, rng);
    text[find(text, at, rng)].to_string()
}

fn replace_range(
    text: &mut String,
    find: &RangeFinder,
    make: impl FnOnce(&str, &mut SeededRng) -> String,
    rng: &mut SeededRng,
) {
    let at = draw_place(text, rng);
    let range = find(text, at, rng);
    let new = make(&text[range.clone()], rng);
    text.replace_range(range, &new);
}

fn insert_text(text: &mut String, piece: &str, rng: &mut SeededRng) {
    let at = draw_place(text, rng);
    let count = if rng.draw_chance(1, 10) { rng.draw_below(200) as usize } else { 1 };
    text.insert_str(at, &piece.repeat(count));
}

fn insert_lines(text: &mut String, lines: &str, rng: &mut SeededRng) {
    let at = draw_place(text, rng);
    let start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    text.insert_str(start, lines);
}

fn replace_number(text: &mut String, rng: &mut SeededRng) {
    let from = draw_place(text, rng);
    let Some(start) = text[from..].find(|c: char| c.is_ascii_digit()).map(|at| from + at) else {
        return insert_text(text, pick(NUMBERS, rng), rng);
    };
    let end = text[start..].find(|c: char| !c.is_ascii_digit()).map_or(text.len(), |length| start + length);
    text.replace_range(start..end, pick(NUMBERS, rng));
}

/// Breaks the encoding: one byte becomes any other. One case in twenty.
pub fn break_bytes(text: String, rng: &mut SeededRng) -> Vec<u8> {
    let mut bytes = text.into_bytes();
    if !bytes.is_empty() && rng.draw_chance(1, 20) {
        let at = rng.draw_below(bytes.len() as u64) as usize;
        bytes[at] = rng.draw_below(256) as u8;
    }
    bytes
}
