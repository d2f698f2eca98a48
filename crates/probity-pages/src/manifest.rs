//! The manifest of an API's pages, `suites/sources/<api>.yaml`: written by people.
//!
//! It names each page once; a citation is the page's id and its lines. What the pages
//! say is not repeated here.

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_saphyr::Spanned;
use std::collections::BTreeSet;
use std::path::PathBuf;

/// The pages of one API, in the order in which they speak.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// The API's short name, as in `schemas/<api>/`.
    pub api: String,
    /// At least one.
    pub pages: Vec<PageEntry>,
}

/// One page as the manifest names it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PageEntry {
    /// Short id, unique in the manifest: the word before the colon of a citation.
    pub id: String,
    /// File relative to the pages folder.
    pub file: String,
    /// Title of the one section that is the page, where a file holds several.
    pub section: Option<String>,
    /// Title, where the page's own should not stand in the catalog.
    pub title: Option<String>,
    /// Where the vendor publishes it.
    pub url: Option<String>,
    /// Which issue of the page this is, in the vendor's words or by its date.
    pub edition: Option<String>,
    /// `sha256:` and 64 hex digits over the page with white space normalised. Another
    /// digest means another edition; citations may have moved.
    pub digest: Option<String>,
    /// Id of the operation, instead of the action's name or the title in camel case.
    pub operation: Option<String>,
    /// For a page that holds many operations: those that are taken, each by its id there or by
    /// `METHOD /path`, and the id that it gets. Empty: all, under their own ids.
    pub operations: Vec<(String, String)>,
    /// Id of the page that leads where both describe the same operation: the leader is
    /// taken, what differs is a doubt.
    pub follows: Option<String>,
}

/// A manifest that cannot be used: place, cause, remedy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}:{line}: {cause}\n  {remedy}", file.display())]
pub struct ManifestError {
    /// The manifest.
    pub file: PathBuf,
    /// 1-based; 0 where the file as a whole is meant.
    pub line: u64,
    /// What is wrong.
    pub cause: String,
    /// What the user can do.
    pub remedy: String,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    api: Spanned<String>,
    pages: Spanned<Vec<Entry>>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    id: Spanned<String>,
    file: Spanned<String>,
    section: Option<String>,
    title: Option<String>,
    url: Option<String>,
    edition: Option<String>,
    digest: Option<Spanned<String>>,
    operation: Option<Spanned<String>>,
    #[serde(default)]
    operations: Listed,
    follows: Option<Spanned<String>>,
}

/// A map in the order in which it was written.
#[derive(Default)]
struct Listed(Vec<(Spanned<String>, Spanned<String>)>);

impl<'de> Deserialize<'de> for Listed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Listed, D::Error> {
        struct Pairs;
        impl<'de> Visitor<'de> for Pairs {
            type Value = Listed;

            fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
                f.write_str("a map from operations of the page to ids")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Listed, A::Error> {
                let mut all = Vec::new();
                while let Some(pair) = entries.next_entry()? {
                    all.push(pair);
                }
                Ok(Listed(all))
            }
        }
        deserializer.deserialize_map(Pairs)
    }
}

/// Reads a manifest; `file` is for errors only.
///
/// # Errors
///
/// [`ManifestError`] at the line where the YAML is malformed, a key is unknown, an id is
/// used twice or is no word, or `follows` names no page that leads.
pub fn parse(file: &std::path::Path, text: &str) -> Result<Manifest, ManifestError> {
    let fail = |line: u64, cause: String, remedy: &str| ManifestError {
        file: file.to_path_buf(),
        line,
        cause,
        remedy: remedy.to_string(),
    };
    let written: Written = serde_saphyr::from_str(text).map_err(|error| {
        let line = error.location().map_or(0, |it| it.line());
        let first = error.to_string().lines().next().unwrap_or_default().to_string();
        fail(line, first, "a manifest has `api:` and a list `pages:` whose entries have `id:` and `file:`")
    })?;
    if !is_word(&written.api.value) {
        return Err(fail(written.api.referenced.line(), format!("`{}` is no name of an API", written.api.value), WORD));
    }
    if written.pages.value.is_empty() {
        return Err(fail(
            written.pages.referenced.line(),
            "the list of pages is empty".into(),
            "name at least one page",
        ));
    }
    let mut ids = BTreeSet::new();
    for entry in &written.pages.value {
        let (id, line) = (&entry.id.value, entry.id.referenced.line());
        if !is_word(id) {
            return Err(fail(line, format!("`{id}` is no page id"), WORD));
        }
        if !ids.insert(id.clone()) {
            return Err(fail(line, format!("the page id `{id}` is used twice"), "give each page an id of its own"));
        }
        if entry.file.value.trim().is_empty() {
            return Err(fail(
                entry.file.referenced.line(),
                format!("the page `{id}` names no file"),
                "give a path relative to the pages folder",
            ));
        }
        if let Some(it) = entry.operation.as_ref().filter(|it| !is_word(&it.value)) {
            return Err(fail(it.referenced.line(), format!("`{}` is no operation id", it.value), WORD));
        }
        let mut taken = BTreeSet::new();
        for (_, it) in &entry.operations.0 {
            if !is_word(&it.value) {
                return Err(fail(it.referenced.line(), format!("`{}` is no operation id", it.value), WORD));
            }
            if !taken.insert(it.value.clone()) {
                let cause = format!("the operation id `{}` is given twice", it.value);
                return Err(fail(it.referenced.line(), cause, "give each operation an id of its own"));
            }
        }
        if let Some(it) = entry.operation.as_ref().filter(|_| !entry.operations.0.is_empty()) {
            let cause = format!("the page `{id}` has both `operation` and `operations`");
            return Err(fail(it.referenced.line(), cause, "name the one operation of a page, or list several"));
        }
        if let Some(it) = entry.digest.as_ref().filter(|it| !is_digest(&it.value)) {
            return Err(fail(
                it.referenced.line(),
                format!("`{}` is no digest", it.value),
                "a digest is `sha256:` and 64 lower-case hex digits",
            ));
        }
    }
    for entry in &written.pages.value {
        let Some(leader) = &entry.follows else {
            continue;
        };
        let lead = written.pages.value.iter().find(|it| it.id.value == leader.value);
        let leads = lead.is_some_and(|it| it.follows.is_none() && it.id.value != entry.id.value);
        if !leads {
            let cause = format!("the page `{}` follows `{}`, which does not lead", entry.id.value, leader.value);
            return Err(fail(leader.referenced.line(), cause, "name a page of this manifest that follows none itself"));
        }
    }
    Ok(Manifest { api: written.api.value, pages: written.pages.value.into_iter().map(entry).collect() })
}

const WORD: &str = "use letters, digits, `-`, `_` and `.`, beginning with a letter or digit";

fn entry(it: Entry) -> PageEntry {
    PageEntry {
        id: it.id.value,
        file: it.file.value,
        section: it.section,
        title: it.title,
        url: it.url,
        edition: it.edition,
        digest: it.digest.map(|it| it.value),
        operation: it.operation.map(|it| it.value),
        operations: it.operations.0.into_iter().map(|(page, id)| (page.value, id.value)).collect(),
        follows: it.follows.map(|it| it.value),
    }
}

/// Ids stand in citations, file names and addresses.
pub(super) fn is_word(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.len() <= 100
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
}

fn is_digest(text: &str) -> bool {
    text.strip_prefix("sha256:")
        .is_some_and(|hex| hex.len() == 64 && hex.chars().all(|c| c.is_ascii_digit() || matches!(c, 'a'..='f')))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let seen = match parse(std::path::Path::new("lamps.yaml"), text) {
            Ok(it) => format!("{} {}", it.api, it.pages.iter().map(|it| it.id.as_str()).collect::<Vec<_>>().join(" ")),
            Err(it) => format!("{}:{}: {}", it.file.display(), it.line, it.cause),
        };
        assert!(seen.starts_with(expected), "{seen}");
    }

    #[test]
    fn a_manifest_names_its_pages() {
        check(
            "api: lamps\npages:\n  - { id: dim, file: a/dim.md }\n  - id: dim-old\n    file: b/dim.rst\n    follows: dim\n",
            "lamps dim dim-old",
        );
    }

    #[test]
    fn errors_show_the_line() {
        check(
            "api: lamps\npages:\n  - { id: dim, file: a }\n  - { id: dim, file: b }\n",
            "lamps.yaml:4: the page id `dim` is used twice",
        );
        check("api: lamps\npages:\n  - { id: dim, file: a, colour: red }\n", "lamps.yaml:3: ");
        check(
            "api: lamps\npages:\n  - id: dim\n    file: a\n    follows: glow\n",
            "lamps.yaml:5: the page `dim` follows `glow`",
        );
        check("api: lamps\npages: []\n", "lamps.yaml:2: the list of pages is empty");
        check("api: la mps\npages:\n  - { id: dim, file: a }\n", "lamps.yaml:1: ");
        check("api: lamps\npages:\n  - { id: dim, file: a, digest: abc }\n", "lamps.yaml:3: `abc` is no digest");
    }

    #[test]
    fn bare_words_stay_words() {
        check("api: lamps\npages:\n  - { id: on, file: no }\n", "lamps on");
    }
}
