//! The words by which the parts of an API are recognised, from `words.yaml`.

use serde::Deserialize;
use std::sync::LazyLock;

/// The lists of `words.yaml`, which explains each.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DraftWords {
    pub states: Vec<String>,
    pub passing_endings: Vec<String>,
    pub passing_words: Vec<String>,
    pub leaving_stems: Vec<String>,
    pub ended_words: Vec<String>,
    pub constants: Vec<String>,
    pub limits: Vec<String>,
    pub markers: Vec<String>,
    pub cursors: Vec<String>,
    pub marks: Vec<String>,
    pub ids: Vec<String>,
    pub reference_endings: Vec<String>,
}

/// The words of this program.
pub(super) static WORDS: LazyLock<DraftWords> =
    LazyLock::new(|| serde_saphyr::from_str(include_str!("words.yaml")).expect("the built-in words are readable"));

/// Whether a list has the word, in whatever notation (`createdAt`, `created-at`).
pub(super) fn has_word(list: &[String], word: &str) -> bool {
    let word = to_snake(word);
    list.contains(&word)
}

/// Whether a state passes by itself.
pub(super) fn is_passing_state(state: &str) -> bool {
    let word = to_snake(state);
    WORDS.passing_endings.iter().any(|ending| word.ends_with(ending.as_str())) || has_word(&WORDS.passing_words, &word)
}

/// Whether a passing state leads to the end of the resource.
pub(super) fn is_leaving_state(state: &str) -> bool {
    let word = to_snake(state);
    WORDS.leaving_stems.iter().any(|stem| word.starts_with(stem.as_str()))
}

/// A name in lower case with underscores: `createdAt`, `Created-At` and `CREATED_AT` are `created_at`.
pub(super) fn to_snake(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut out = String::new();
    for (index, c) in letters.iter().enumerate() {
        if !c.is_ascii_alphanumeric() {
            if !out.is_empty() && !out.ends_with('_') {
                out.push('_');
            }
            continue;
        }
        let before = index.checked_sub(1).map(|at| letters[at]);
        let after = letters.get(index + 1);
        // A capital begins a word after a small letter, and before one: `creatingAServer` has three words.
        let begins = c.is_ascii_uppercase()
            && before.is_some_and(|it| {
                it.is_ascii_lowercase()
                    || it.is_ascii_digit()
                    || it.is_ascii_uppercase() && after.is_some_and(char::is_ascii_lowercase)
            });
        if begins {
            out.push('_');
        }
        out.push(c.to_ascii_lowercase());
    }
    out.trim_end_matches('_').to_string()
}

/// A name in lower case with hyphens, for ids of clauses.
pub(super) fn to_kebab(name: &str) -> String {
    to_snake(name).replace('_', "-")
}

/// The singular of an English plural, by its ending; the word itself where no ending is known.
pub(super) fn to_singular(word: &str) -> String {
    let strip = |ending: &str, with: &str| word.strip_suffix(ending).map(|stem| format!("{stem}{with}"));
    if word.len() <= 3 || word.ends_with("ss") || word.ends_with("us") || word.ends_with("is") {
        return word.to_string();
    }
    strip("ies", "y")
        .or_else(|| strip("sses", "ss"))
        .or_else(|| strip("xes", "x"))
        .or_else(|| strip("ches", "ch"))
        .or_else(|| strip("shes", "sh"))
        .or_else(|| strip("s", ""))
        .unwrap_or_else(|| word.to_string())
}

/// A name that suites accept: a letter first, then letters, digits and underscores.
pub(super) fn to_name(text: &str) -> String {
    let name = to_snake(text);
    let free = name.chars().next().is_some_and(|c| c.is_ascii_alphabetic());
    let name = if free { name } else { format!("r_{name}") };
    const TAKEN: [&str; 21] = [
        "path", "query", "body", "header", "reply", "it", "pools", "caller", "input", "op", "binding", "version",
        "today", "world", "true", "false", "null", "in", "id", "rest", "seq",
    ];
    if TAKEN.contains(&name.as_str()) { format!("{name}_value") } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_every_notation_become_one() {
        for (name, snake) in [
            ("createdAt", "created_at"),
            ("X-Api-Key", "x_api_key"),
            ("ID", "id"),
            ("petId", "pet_id"),
            ("creatingAServer", "creating_a_server"),
            ("v2Servers", "v2_servers"),
        ] {
            assert_eq!(to_snake(name), snake);
        }
        assert_eq!(to_kebab("listPetOwners"), "list-pet-owners");
        assert_eq!(to_name("2fa"), "r_2fa");
        assert_eq!(to_name("version"), "version_value");
    }

    #[test]
    fn plurals_become_singular() {
        for (plural, singular) in [
            ("policies", "policy"),
            ("boxes", "box"),
            ("addresses", "address"),
            ("buses", "buse"),
            ("status", "status"),
        ] {
            assert_eq!(to_singular(plural), singular);
        }
    }

    #[test]
    fn states_that_pass_are_told_from_states_that_stay() {
        assert!(is_passing_state("CREATING") && is_passing_state("in-progress") && is_leaving_state("Deleting"));
        assert!(!is_passing_state("available") && !is_leaving_state("active"));
    }
}
