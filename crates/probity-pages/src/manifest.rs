//! The manifest of an API's pages, `suites/sources/<api>.yaml`, written by people.
//!
//! A manifest names each page once; a citation is a page id with line numbers. A manifest does not repeat the
//! content of the pages.

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_saphyr::Spanned;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Longest manifest in bytes.
pub const MANIFEST_BYTES_MAX: u64 = 4 << 20;

/// The pages of one API, in the order of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// The API's short name, as in `schemas/<api>/`.
    pub api: String,
    /// At least one page.
    pub pages: Vec<PageEntry>,
}

/// The entry of one page in a manifest.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PageEntry {
    /// Short id, unique in the manifest: the word before the colon of a citation.
    pub id: String,
    /// File relative to the folder of pages.
    pub file: String,
    /// Title of the section that counts as the page, if the file holds several pages.
    pub section: Option<String>,
    /// Title for the catalog, instead of the page's own title.
    pub title: Option<String>,
    /// Address at which the vendor publishes the page.
    pub url: Option<String>,
    /// Issue of the page, in the vendor's words or by date.
    pub edition: Option<String>,
    /// `sha256:` and 64 hex digits over the page with normalised white space. A page with a different digest is
    /// a different edition, whose lines may have moved.
    pub digest: Option<String>,
    /// Id of the operation, instead of the action's name or the title in camel case.
    pub operation: Option<String>,
    /// Selected operations of a page with several operations: the operation's id on the page or `METHOD /path`,
    /// and the id for the catalog. Empty selects all operations under their own ids.
    pub operations: Vec<(String, String)>,
    /// Id of the leading page, if both pages describe the same operation. The catalog has the description of the
    /// leading page, and a doubt for each difference.
    pub follows: Option<String>,
}

/// A manifest with an error: place, cause, remedy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}:{line}: {cause}\n  {remedy}", file.display())]
pub struct ManifestError {
    /// Path of the manifest.
    pub file: PathBuf,
    /// 1-based; 0 for the file as a whole.
    pub line: u64,
    /// What is wrong.
    pub cause: String,
    /// What the user can do.
    pub remedy: String,
}

/// A manifest as written, with places.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenManifest {
    api: Spanned<String>,
    pages: Spanned<Vec<WrittenPage>>,
}

/// A page entry as written, with places.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenPage {
    id: Spanned<String>,
    file: Spanned<String>,
    section: Option<String>,
    title: Option<String>,
    url: Option<String>,
    edition: Option<String>,
    digest: Option<Spanned<String>>,
    operation: Option<Spanned<String>>,
    #[serde(default)]
    operations: OrderedPairs,
    follows: Option<Spanned<String>>,
}

/// The pairs of a map, in the order of the file.
#[derive(Default)]
struct OrderedPairs(Vec<(Spanned<String>, Spanned<String>)>);

impl<'de> Deserialize<'de> for OrderedPairs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<OrderedPairs, D::Error> {
        struct Pairs;
        impl<'de> Visitor<'de> for Pairs {
            type Value = OrderedPairs;

            fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
                f.write_str("a map from operations of the page to ids")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<OrderedPairs, A::Error> {
                let mut all = Vec::new();
                while let Some(pair) = entries.next_entry()? {
                    all.push(pair);
                }
                Ok(OrderedPairs(all))
            }
        }
        deserializer.deserialize_map(Pairs)
    }
}

const WORD: &str = "use letters, digits, `-`, `_` and `.`, beginning with a letter or digit";

/// An error before the path of the manifest is added: line, cause, remedy.
type ManifestFlaw = (u64, String, &'static str);

/// Reads a manifest. `file` is the path for error messages.
///
/// # Errors
///
/// [`ManifestError`] with the line of malformed YAML, of an unknown key, of an invalid or repeated id, of an invalid
/// digest, of a page without a file, or of a `follows` that names no leading page.
pub fn parse_manifest(file: &Path, text: &str) -> Result<Manifest, ManifestError> {
    read_manifest(text).map_err(|(line, cause, remedy)| ManifestError {
        file: file.to_path_buf(),
        line,
        cause,
        remedy: remedy.to_string(),
    })
}

fn read_manifest(text: &str) -> Result<Manifest, ManifestFlaw> {
    let written: WrittenManifest = serde_saphyr::from_str(text).map_err(|error| {
        let line = error.location().map_or(0, |location| location.line());
        let first = error.to_string().lines().next().unwrap_or_default().to_string();
        (line, first, "a manifest has `api:` and a list `pages:` whose entries have `id:` and `file:`")
    })?;
    let (api, pages) = (&written.api, &written.pages);
    if !is_word(&api.value) {
        return Err((api.referenced.line(), format!("`{}` is no name of an API", api.value), WORD));
    }
    if pages.value.is_empty() {
        return Err((pages.referenced.line(), "the list of pages is empty".into(), "name at least one page"));
    }
    let mut ids = BTreeSet::new();
    for entry in &pages.value {
        check_page(entry, &mut ids)?;
        check_operations(entry)?;
        check_digest(entry)?;
    }
    for entry in &pages.value {
        check_leader(entry, &pages.value)?;
    }
    Ok(Manifest { api: written.api.value, pages: written.pages.value.into_iter().map(make_page_entry).collect() })
}

/// Checks the id and the file of a page. `ids` are the ids of the pages before.
fn check_page(entry: &WrittenPage, ids: &mut BTreeSet<String>) -> Result<(), ManifestFlaw> {
    let (id, line) = (&entry.id.value, entry.id.referenced.line());
    if !is_word(id) {
        return Err((line, format!("`{id}` is no page id"), WORD));
    }
    if !ids.insert(id.clone()) {
        return Err((line, format!("the page id `{id}` is used twice"), "give each page an id of its own"));
    }
    if entry.file.value.trim().is_empty() {
        let cause = format!("the page `{id}` names no file");
        return Err((entry.file.referenced.line(), cause, "give a path relative to the pages folder"));
    }
    Ok(())
}

fn check_digest(entry: &WrittenPage) -> Result<(), ManifestFlaw> {
    match entry.digest.as_ref().filter(|digest| !is_digest(&digest.value)) {
        Some(digest) => Err((
            digest.referenced.line(),
            format!("`{}` is no digest", digest.value),
            "a digest is `sha256:` and 64 lower-case hex digits",
        )),
        None => Ok(()),
    }
}

/// Checks the ids of a page's operations.
fn check_operations(entry: &WrittenPage) -> Result<(), ManifestFlaw> {
    let check_word = |id: &Spanned<String>| match is_word(&id.value) {
        true => Ok(()),
        false => Err((id.referenced.line(), format!("`{}` is no operation id", id.value), WORD)),
    };
    entry.operation.as_ref().map_or(Ok(()), check_word)?;
    let mut taken = BTreeSet::new();
    for (_, id) in &entry.operations.0 {
        check_word(id)?;
        if !taken.insert(&id.value) {
            let cause = format!("the operation id `{}` is given twice", id.value);
            return Err((id.referenced.line(), cause, "give each operation an id of its own"));
        }
    }
    match entry.operation.as_ref().filter(|_| !entry.operations.0.is_empty()) {
        Some(operation) => Err((
            operation.referenced.line(),
            format!("the page `{}` has both `operation` and `operations`", entry.id.value),
            "name the one operation of a page, or list several",
        )),
        None => Ok(()),
    }
}

/// Checks that a page follows a page of the manifest that follows no other page.
fn check_leader(entry: &WrittenPage, pages: &[WrittenPage]) -> Result<(), ManifestFlaw> {
    let Some(leader) = &entry.follows else {
        return Ok(());
    };
    let named = pages.iter().find(|page| page.id.value == leader.value);
    if named.is_some_and(|page| page.follows.is_none() && page.id.value != entry.id.value) {
        return Ok(());
    }
    let cause = format!("the page `{}` follows `{}`, which does not lead", entry.id.value, leader.value);
    Err((leader.referenced.line(), cause, "name a page of this manifest that follows none itself"))
}

fn make_page_entry(entry: WrittenPage) -> PageEntry {
    PageEntry {
        id: entry.id.value,
        file: entry.file.value,
        section: entry.section,
        title: entry.title,
        url: entry.url,
        edition: entry.edition,
        digest: entry.digest.map(|digest| digest.value),
        operation: entry.operation.map(|operation| operation.value),
        operations: entry.operations.0.into_iter().map(|(page, id)| (page.value, id.value)).collect(),
        follows: entry.follows.map(|leader| leader.value),
    }
}

/// Whether a text can be an id: ids occur in citations, file names and addresses.
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

    fn check_manifest(text: &str, expected: &str) {
        let seen = match parse_manifest(std::path::Path::new("lamps.yaml"), text) {
            Ok(manifest) => format!(
                "{} {}",
                manifest.api,
                manifest.pages.iter().map(|page| page.id.as_str()).collect::<Vec<_>>().join(" ")
            ),
            Err(error) => format!("{}:{}: {}", error.file.display(), error.line, error.cause),
        };
        assert!(seen.starts_with(expected), "{seen}");
    }

    #[test]
    fn a_manifest_names_its_pages() {
        check_manifest(
            "api: lamps\npages:\n  - { id: dim, file: a/dim.md }\n  - id: dim-old\n    file: b/dim.rst\n    follows: dim\n",
            "lamps dim dim-old",
        );
    }

    #[test]
    fn errors_show_the_line() {
        check_manifest(
            "api: lamps\npages:\n  - { id: dim, file: a }\n  - { id: dim, file: b }\n",
            "lamps.yaml:4: the page id `dim` is used twice",
        );
        check_manifest("api: lamps\npages:\n  - { id: dim, file: a, colour: red }\n", "lamps.yaml:3: ");
        check_manifest(
            "api: lamps\npages:\n  - id: dim\n    file: a\n    follows: glow\n",
            "lamps.yaml:5: the page `dim` follows `glow`",
        );
        check_manifest("api: lamps\npages: []\n", "lamps.yaml:2: the list of pages is empty");
        check_manifest("api: la mps\npages:\n  - { id: dim, file: a }\n", "lamps.yaml:1: ");
        check_manifest(
            "api: lamps\npages:\n  - { id: dim, file: a, digest: abc }\n",
            "lamps.yaml:3: `abc` is no digest",
        );
    }

    #[test]
    fn on_and_no_are_read_as_words_and_not_as_truth_values() {
        check_manifest("api: lamps\npages:\n  - { id: on, file: no }\n", "lamps on");
    }
}
