//! Reading pages from a folder and writing what was derived: the only part that touches files.

use super::{Derived, Options, PageInput, derive, openapi};
use crate::dialect::{self, Unreadable};
use crate::document::{Block, Document};
use crate::manifest::{self, Manifest, ManifestError, PageEntry};
use crate::text::{digest, normalise};
use probity_schema::catalog::Catalog;
use serde::Serialize;
use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// Pages in one folder tree; more than any vendor's reference has.
const PAGES_MAX: usize = 5_000;

/// Where the pages come from.
#[derive(Debug, Clone)]
pub enum Sources {
    /// A manifest; its files are relative to the pages folder.
    Manifest(PathBuf),
    /// Pages or folders named directly; ids are the files' stems.
    Pages {
        /// The API's short name.
        api: String,
        /// Files, or folders that are searched for pages.
        paths: Vec<PathBuf>,
    },
}

/// Something worth a look that stops nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// File, and line where there is one.
    pub place: String,
    /// What was seen.
    pub cause: String,
}

impl std::fmt::Display for Warning {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.place, self.cause)
    }
}

/// Why nothing was derived or written: place, cause, remedy.
#[derive(Debug, thiserror::Error)]
pub enum DeriveError {
    /// The manifest is malformed.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// A page is of no dialect that is read.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    /// A file or folder cannot be opened.
    #[error("{}: {cause}\n  {remedy}", path.display())]
    Missing {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        cause: String,
        /// What the user can do.
        remedy: String,
    },
    /// Pages were read and hold nothing to derive.
    #[error("{}: no operation, table, status or example was found\n  name a page of an API reference", path.display())]
    NothingRead {
        /// The page, or the manifest.
        path: PathBuf,
    },
    /// The output cannot be written. What was there before is unchanged.
    #[error("{}: {cause}\n  check that the folder exists or can be made, and that it can be written", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system says.
        cause: String,
    },
}

/// Reads the pages and derives the API from them.
///
/// `pages_dir` is the folder that a manifest's files are relative to; it is not used for
/// pages named directly.
///
/// # Errors
///
/// [`DeriveError`], with nothing written.
pub fn derive_files(
    sources: &Sources,
    pages_dir: &Path,
    options: &Options,
) -> Result<(Derived, Vec<Warning>), DeriveError> {
    let (manifest, base, whole) = match sources {
        Sources::Manifest(path) => (
            manifest::parse(path, &read_text(path, "name a manifest that exists")?)?,
            pages_dir.to_path_buf(),
            path.clone(),
        ),
        Sources::Pages { api, paths } => {
            (direct(api, paths)?, PathBuf::new(), paths.first().cloned().unwrap_or_default())
        }
    };
    let lenient = matches!(sources, Sources::Pages { .. });
    let mut warnings = Vec::new();
    let mut inputs = Vec::new();
    for entry in &manifest.pages {
        let path = base.join(&entry.file);
        let bytes = std::fs::read(&path).map_err(|error| DeriveError::Missing {
            path: path.clone(),
            cause: error.to_string(),
            remedy: "check the folder given with --pages and the file in the manifest".into(),
        })?;
        let beside = |file: &str| beside(&base, &path, file);
        let mut document = dialect::read_with(&path.display().to_string(), &bytes, &beside)?;
        if let Some(title) = &entry.section {
            document = document.cut(title).ok_or_else(|| DeriveError::Missing {
                path: path.clone(),
                cause: format!("the page has no section `{title}`"),
                remedy: "check `section:` in the manifest".into(),
            })?;
        }
        let text = String::from_utf8_lossy(&bytes).into_owned();
        warn(entry, &path, &text, &document.troubles, &mut warnings);
        unknown_operation(entry, &document, &whole)?;
        let entry = if lenient { with_name(entry) } else { entry.clone() };
        inputs.push(PageInput { entry, text, document });
    }
    if let Some(empty) = inputs.iter().find(|it| says_nothing(it)).filter(|_| inputs.iter().all(says_nothing)) {
        let path = if inputs.len() == 1 { base.join(&empty.entry.file) } else { whole };
        return Err(DeriveError::NothingRead { path });
    }
    Ok((derive(&manifest.api, &inputs, options), warnings))
}

/// A file that a page takes in, by its path from the page's folder. A page takes in nothing
/// from outside of the pages folder.
fn beside(base: &Path, page: &Path, file: &str) -> Option<String> {
    let folder = page.parent()?;
    // A path from the root is meant from the folder of the sources, which is the page's.
    let path = folder.join(file.trim_start_matches('/')).canonicalize().ok()?;
    let inside = if base.as_os_str().is_empty() { folder.canonicalize().ok()? } else { base.canonicalize().ok()? };
    let small = std::fs::metadata(&path).ok()?.len() <= dialect::PAGE_BYTES_MAX as u64;
    (small && path.starts_with(inside)).then(|| std::fs::read_to_string(path).ok())?
}

/// The operations that a manifest takes from a page are there.
fn unknown_operation(entry: &PageEntry, document: &Document, manifest: &Path) -> Result<(), DeriveError> {
    let has = |written: &str| document.described.as_ref().is_some_and(|root| openapi::has(root, written));
    let Some((lacking, _)) = entry.operations.iter().find(|(written, _)| !has(written)) else { return Ok(()) };
    let remedy = match &document.described {
        Some(root) => format!("it has: {}", openapi::names(root).join(", ")),
        None => "only a page that holds many operations has a list of them; use `operation`".to_string(),
    };
    let cause = format!("the page `{}` has no operation `{lacking}`", entry.id);
    Err(ManifestError { file: manifest.to_path_buf(), line: 0, cause, remedy }.into())
}

/// The catalog shows a file by its name where pages were named directly: the way to it is the machine's.
fn with_name(entry: &PageEntry) -> PageEntry {
    let name = Path::new(&entry.file).file_name().map(|it| it.to_string_lossy().into_owned());
    PageEntry { file: name.unwrap_or_else(|| entry.file.clone()), ..entry.clone() }
}

/// No block that any part of derivation reads.
fn says_nothing(input: &PageInput) -> bool {
    if let Some(root) = &input.document.described {
        return openapi::names(root).is_empty();
    }
    !input.document.sections.iter().flat_map(|it| &it.blocks).any(|block| match block {
        Block::Table(table) => super::tables::shape(table) != super::tables::Shape::Other,
        Block::Code { .. } => true,
        Block::Paragraph(text) | Block::Item { text, .. } => text.lines.iter().any(|line| {
            ["GET /", "POST /", "PUT /", "DELETE /", "PATCH /"]
                .iter()
                .any(|it| line.text.to_uppercase().starts_with(it))
        }),
    })
}

fn warn(
    entry: &PageEntry,
    path: &Path,
    text: &str,
    troubles: &[crate::document::Trouble],
    warnings: &mut Vec<Warning>,
) {
    let now = digest(&normalise(text.lines()));
    if let Some(old) = entry.digest.as_ref().filter(|it| **it != now) {
        let cause = format!(
            "another edition of the page `{}` than the manifest names: {now} instead of {old}; citations may have moved",
            entry.id
        );
        warnings.push(Warning { place: path.display().to_string(), cause });
    }
    for trouble in troubles {
        warnings.push(Warning { place: format!("{}:{}", path.display(), trouble.line), cause: trouble.cause.clone() });
    }
}

/// A manifest for pages named directly, in the order of their names.
fn direct(api: &str, paths: &[PathBuf]) -> Result<Manifest, DeriveError> {
    let remedy = "use letters, digits, `-`, `_` and `.`";
    if !manifest::is_word(api) {
        return Err(DeriveError::Missing {
            path: PathBuf::from(api),
            cause: "no name of an API".into(),
            remedy: remedy.into(),
        });
    }
    let mut files = Vec::new();
    for path in paths {
        gather(path, 0, &mut files)?;
    }
    if files.is_empty() {
        let path = paths.first().cloned().unwrap_or_default();
        return Err(DeriveError::Missing {
            path,
            cause: "no page in there".into(),
            remedy: "name pages (.md, .rst, .txt, or .yaml and .json of OpenAPI) or a folder that has some".into(),
        });
    }
    let mut seen = BTreeSet::new();
    let pages = files
        .into_iter()
        .map(|file| {
            let stem = file.file_stem().map(|it| it.to_string_lossy().into_owned()).unwrap_or_default();
            let word: String = stem
                .chars()
                .map(|c| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '-' })
                .collect();
            let word = word.trim_matches(['-', '_', '.']).chars().take(80).collect::<String>();
            let word = if word.is_empty() { "page".to_string() } else { word };
            let mut id = word.clone();
            let mut count = 1;
            while !seen.insert(id.clone()) {
                count += 1;
                id = format!("{word}-{count}");
            }
            PageEntry { id, file: file.display().to_string(), ..PageEntry::default() }
        })
        .collect();
    Ok(Manifest { api: api.to_string(), pages })
}

fn gather(path: &Path, depth: usize, out: &mut Vec<PathBuf>) -> Result<(), DeriveError> {
    let missing = |error: std::io::Error| DeriveError::Missing {
        path: path.to_path_buf(),
        cause: error.to_string(),
        remedy: "name a page or a folder that exists".into(),
    };
    if !std::fs::metadata(path).map_err(missing)?.is_dir() {
        out.push(path.to_path_buf());
        return Ok(());
    }
    if depth > 16 {
        return Ok(());
    }
    let mut inside: Vec<PathBuf> =
        std::fs::read_dir(path).map_err(missing)?.filter_map(|it| it.ok().map(|it| it.path())).collect();
    inside.sort();
    for it in inside {
        let hidden = it.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        let page = it
            .extension()
            .is_some_and(|it| ["md", "rst", "txt", "markdown"].contains(&it.to_string_lossy().to_lowercase().as_str()));
        // Data beside the pages is no page; a description for machines is.
        let described = || {
            let data =
                it.extension().is_some_and(|it| ["yaml", "yml", "json"].contains(&it.to_string_lossy().as_ref()));
            data && std::fs::read_to_string(&it).is_ok_and(|text| dialect::is_description(&text))
        };
        if !hidden && (it.is_dir() || page || described()) && out.len() < PAGES_MAX {
            gather(&it, depth + 1, out)?;
        }
    }
    Ok(())
}

fn read_text(path: &Path, remedy: &str) -> Result<String, DeriveError> {
    std::fs::read_to_string(path).map_err(|error| DeriveError::Missing {
        path: path.to_path_buf(),
        cause: error.to_string(),
        remedy: remedy.to_string(),
    })
}

/// The files of a derivation: name and bytes, `catalog.json` last.
pub(super) fn rendered(derived: &Derived) -> Vec<(String, String)> {
    let mut out: Vec<(String, String)> =
        derived.schemas.iter().map(|(name, schema)| (name.clone(), pretty(schema))).collect();
    out.push(("citations.json".into(), pretty(&derived.citations)));
    out.push(("doubts.json".into(), pretty(&derived.doubts)));
    out.push(("catalog.json".into(), pretty(&derived.catalog)));
    out
}

fn pretty<T: Serialize>(value: &T) -> String {
    let mut text = serde_json::to_string_pretty(value).expect("a derived value is JSON: its maps have string keys");
    text.push('\n');
    text
}

/// Writes the catalog, its schemas, citations and doubts into a folder of their own.
///
/// Everything is written beside its place first and then moved there, the catalog last;
/// schemas of an earlier catalog that are no longer named are removed. Other files stay.
///
/// # Errors
///
/// [`DeriveError::Write`]; what was there before is then unchanged, unless moving itself
/// failed halfway, which leaves each file whole, old or new.
pub fn write(derived: &Derived, dir: &Path) -> Result<(), DeriveError> {
    let fail =
        |path: &Path, error: std::io::Error| DeriveError::Write { path: path.to_path_buf(), cause: error.to_string() };
    std::fs::create_dir_all(dir).map_err(|error| fail(dir, error))?;
    let stale = stale(derived, dir);
    // On an error the temporary files go with their values.
    let mut ready: Vec<(NamedTempFile, PathBuf)> = Vec::new();
    for (name, text) in rendered(derived) {
        let place = dir.join(&name);
        ready.push((part(dir, &name, &text).map_err(|error| fail(&place, error))?, place));
    }
    for (new, place) in ready {
        new.persist(&place).map_err(|error| fail(&place, error.error))?;
    }
    for name in stale {
        let path = dir.join(name);
        std::fs::remove_file(&path).map_err(|error| fail(&path, error))?;
    }
    Ok(())
}

fn part(dir: &Path, name: &str, text: &str) -> std::io::Result<NamedTempFile> {
    let prefix = format!(".{name}.");
    let mut builder = tempfile::Builder::new();
    builder.prefix(&prefix).suffix(".new");
    // As any file of the user's, and not for one pair of eyes only: a catalog is committed.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut new = builder.tempfile_in(dir)?;
    new.write_all(text.as_bytes())?;
    Ok(new)
}

/// Schemas that the catalog in the folder names and the new one does not.
fn stale(derived: &Derived, dir: &Path) -> Vec<String> {
    let Ok(text) = std::fs::read_to_string(dir.join("catalog.json")) else {
        return Vec::new();
    };
    let Ok(old) = serde_json::from_str::<Catalog>(&text) else {
        return Vec::new();
    };
    let named =
        old.operations.iter().flat_map(|it| it.requests.iter().chain(&it.responses)).filter_map(|it| it.schema.clone());
    // A name with a folder in it is none of ours.
    named
        .filter(|name| !derived.schemas.contains_key(name) && !name.contains(['/', '\\']) && dir.join(name).is_file())
        .collect()
}
