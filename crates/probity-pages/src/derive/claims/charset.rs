//! Character sets and named formats: UUID, Base64, addresses, times.

use super::claim::{CitedClaim, DescriptionClaims, DocumentedFormat, OddClaim};
use super::sentences::split_sentences;
use crate::derive::patterns::pattern;
use crate::derive::types::FieldType;
use crate::document::PageLine;

pattern!(
    UUID_FORMAT,
    r"(?i)\b(?:in|of|use|uses|using|is in)\s+(?:the\s+)?(?:standard\s+)?UUID\s+format|\bformat\s+(?:is|of)\s+UUID|\bUUID-formatted"
);
pattern!(
    UUID_NOUN,
    r"(?i)^(?:(?:specifies|indicates|provides|is)\s+)?(?:the|a|an)\s+(?:[\w-]+\s+){0,3}UUID(?:\s+of\b.*)?$"
);
pattern!(
    ALTERNATIVE,
    r"(?i)(?:\bor\b|/)\s+(?:a\s+)?UUID|UUID\s+(?:\bor\b|/)|0 or a string|name\b.*\bUUID|UUID\b.*\bname\b"
);
pattern!(
    BASE64,
    r"(?i)\b(?:encoded|encode|encrypted|encrypt|encoding|encryption)\b[^.]{0,40}\bbase ?64\b|\bbase ?64\b[^.]{0,20}\b(?:encod|encrypt|format|string)"
);
pattern!(ENCRYPTED, r"(?i)\bencrypt(?:ed|ion)?\b[^.]{0,40}\bbase ?64\b|\bbase ?64\b[^.]{0,20}\bencrypt");
pattern!(QUOTED_TIME, r#"["“'*]?(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?)(Z|[+-]\d{2}:?\d{2})?["”'*]?"#);
pattern!(TIME_WORDS, r"(?i)\btime\b|\bISO ?8601\b|\bUTC\b|\btimestamp\b");
pattern!(TIME_SHAPE, r"(?i)\bformat\b[^.]{0,40}\b(?:YYYY|CCYY)-MM-DDThh:mm:ss(?:\.?\w*)?Z|\bISO ?8601 format\b");
pattern!(IPV4, r"(?i)\b(?:must be|is|in|valid)\s+(?:an?\s+|the\s+)?(?:valid\s+)?IPv4 (?:address|format)");
pattern!(
    ONLY,
    r"(?i)\b(?:can|may|must)\s+(?:only\s+(?:contain|consist of|include)|contain only|consist only of|consist of only|include only)\s+(.+)$|\bonly\s+(.+?)\s+(?:are|is)\s+(?:allowed|supported|permitted)"
);
pattern!(
    SOME,
    r"(?i)\b(?:can|may|must)?\s*(?:contains?|consists? of|includes?)\s+(.*\b(?:letters|digits|underscores?|hyphens?|periods?)\b.*)$"
);

pub(super) fn read_charset(lines: &[PageLine], value_type: &FieldType, claims: &mut DescriptionClaims) {
    let text_like = match value_type {
        FieldType::String | FieldType::DateTime | FieldType::Any => true,
        FieldType::Union(all) => all.contains(&FieldType::String),
        _ => false,
    };
    if !text_like {
        return;
    }
    let whole: Vec<&str> = lines.iter().flat_map(|line| split_sentences(&line.text)).collect();
    let alternative = whole.iter().any(|sentence| ALTERNATIVE.is_match(sentence));
    for line in lines {
        for sentence in split_sentences(&line.text) {
            if claims.format.is_none() {
                claims.format = recognise_format(sentence, alternative).map(|it| CitedClaim::on_line(line, it));
            }
            if ENCRYPTED.is_match(sentence) {
                claims.oddities.push(OddClaim {
                    kind: "encoding-called-encryption",
                    says: "encrypted".into(),
                    taken: "encoded".into(),
                    first: line.first,
                    last: line.last,
                });
            }
            read_characters(line, sentence, claims);
        }
    }
}

fn recognise_format(sentence: &str, alternative: bool) -> Option<DocumentedFormat> {
    if BASE64.is_match(sentence) && !sentence.to_lowercase().contains("before") {
        return Some(DocumentedFormat::Base64);
    }
    if !alternative && UUID_FORMAT.is_match(sentence) {
        return Some(DocumentedFormat::Uuid);
    }
    if !alternative && UUID_NOUN.is_match(sentence) {
        return Some(DocumentedFormat::UuidLike);
    }
    if TIME_WORDS.is_match(sentence) {
        if let Some(it) = QUOTED_TIME.captures(sentence) {
            return Some(if it.get(2).is_some() {
                DocumentedFormat::DateTime
            } else {
                DocumentedFormat::LocalDateTime
            });
        }
        if TIME_SHAPE.is_match(sentence) {
            return Some(DocumentedFormat::DateTime);
        }
    }
    IPV4.is_match(sentence).then_some(DocumentedFormat::Ipv4)
}

fn read_characters(line: &PageLine, sentence: &str, claims: &mut DescriptionClaims) {
    if claims.pattern.is_some() || sentence.to_lowercase().contains("cannot contain") {
        return;
    }
    if let Some(it) = ONLY.captures(sentence) {
        let list = it.get(1).or(it.get(2)).map_or("", |it| it.as_str());
        let (list, opens) = split_opening(list);
        match build_class(list) {
            (Some(class), _) => {
                let first = if opens { "[A-Za-z]" } else { "" };
                claims.pattern = Some(CitedClaim::on_line(line, format!("^{first}[{class}]*$")));
            }
            (None, names) if !names.is_empty() => claims.charset = Some(CitedClaim::on_line(line, names)),
            _ => {}
        }
        return;
    }
    if claims.charset.is_none()
        && let Some(it) = SOME.captures(sentence)
    {
        let (_, names) = build_class(&it[1]);
        if !names.is_empty() {
            claims.charset = Some(CitedClaim::on_line(line, names));
        }
    }
}

pattern!(
    OPENS,
    r"(?i)^(.+?),?\s+and\s+(?:must|has to|it must)\s+(?:start|begin)\s+with\s+an?\s+(?:english\s+)?letter$"
);

/// Splits a list from a clause that it "must start with a letter".
fn split_opening(list: &str) -> (&str, bool) {
    let list = list.trim().trim_end_matches('.');
    OPENS.captures(list).map_or((list, false), |it| (it.get(1).map_or(list, |it| it.as_str()), true))
}

/// Returns the character class of a list such as "letters, digits, and hyphens (-)" if every word is known, and the
/// known names.
fn build_class(list: &str) -> (Option<String>, Vec<String>) {
    let list = list.trim().trim_end_matches('.');
    let mut class = String::new();
    let mut names = Vec::new();
    let mut sure = true;
    let pieces = split_list(list);
    for piece in pieces.iter().flat_map(|piece| piece.split(" and ")).flat_map(|piece| piece.split(" or ")) {
        let piece = piece.trim().trim_start_matches("and ").trim_start_matches("or ").trim();
        if piece.is_empty() {
            continue;
        }
        let word = piece.split(['(', '（']).next().unwrap_or(piece).trim().to_lowercase();
        match find_class(&word) {
            Some((name, part)) => {
                names.push(name.to_string());
                if !class.contains(part) {
                    class.push_str(part);
                }
            }
            None => sure = false,
        }
    }
    // A hyphen at the end of a class stands for itself.
    let class = if class.contains("\\-") { class.replace("\\-", "") + "\\-" } else { class };
    ((sure && !class.is_empty()).then_some(class), names)
}

/// Splits a list at commas outside of brackets.
fn split_list(list: &str) -> Vec<String> {
    let mut depth = 0;
    let mut out = Vec::new();
    let mut piece = String::new();
    for c in list.chars() {
        match c {
            '(' | '（' => depth += 1,
            ')' | '）' => depth -= 1,
            _ => {}
        }
        if depth == 0 && matches!(c, ',' | '、') {
            out.push(std::mem::take(&mut piece));
        } else {
            piece.push(c);
        }
    }
    out.push(piece);
    out
}

fn find_class(word: &str) -> Option<(&'static str, &'static str)> {
    Some(match word {
        "letters" | "english letters" | "upper- and lower-case letters" | "uppercase and lowercase letters" => {
            ("letters", "A-Za-z")
        }
        "uppercase letters" | "upper-case letters" | "uppercase" => ("uppercase", "A-Z"),
        "lowercase letters" | "lower-case letters" | "lowercase" => ("lowercase", "a-z"),
        "digits" | "numbers" => ("digits", "0-9"),
        "underscores" | "underscore" => ("underscores", "_"),
        "hyphens" | "hyphen" => ("hyphens", "\\-"),
        "periods" | "period" | "dots" => ("periods", "."),
        "colons" | "colon" => ("colons", ":"),
        "spaces" | "space" => ("spaces", " "),
        "at signs" | "at sign" => ("at-signs", "@"),
        "slashes" | "slash" | "forward slashes" => ("slashes", "/"),
        "plus signs" | "plus sign" => ("plus-signs", "+"),
        "equal signs" | "equal sign" => ("equal-signs", "="),
        "asterisks" | "asterisk" => ("asterisks", "*"),
        "commas" | "comma" => ("commas", ","),
        _ => return None,
    })
}
