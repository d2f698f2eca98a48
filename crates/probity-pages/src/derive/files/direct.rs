//! Pages that are named directly, without a manifest.

use super::error::DeriveError;
use crate::dialect;
use crate::manifest::{self, Manifest, PageEntry};
use probity_input::read_input_text;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The pages that are named directly: a manifest, the path of each page, and what could not be opened.
pub(super) struct DirectPages {
    pub manifest: Manifest,
    /// Paths in the order of the manifest's pages.
    pub paths: Vec<PathBuf>,
    /// Files and folders that cannot be read, with the cause.
    pub unread: Vec<UnreadFile>,
}

/// A file or folder that cannot be read.
pub(super) struct UnreadFile {
    /// Path from the folder that was named.
    pub file: String,
    pub cause: String,
}

/// Builds a manifest for pages that are named directly, in the order of the names.
pub(super) fn build_direct_manifest(api: &str, paths: &[PathBuf]) -> Result<DirectPages, DeriveError> {
    let remedy = "use letters, digits, `-`, `_` and `.`";
    if !manifest::is_word(api) {
        return Err(DeriveError::Missing {
            path: PathBuf::from(api),
            cause: "not a valid API name".into(),
            remedy: remedy.into(),
        });
    }
    let mut search = PageSearch::default();
    for path in paths {
        let folder = std::fs::metadata(path).map_err(|error| DeriveError::Missing {
            path: path.clone(),
            cause: error.to_string(),
            remedy: "name a page or a folder that exists".into(),
        })?;
        search.base =
            if folder.is_dir() { path.clone() } else { path.parent().map(Path::to_path_buf).unwrap_or_default() };
        search.collect_pages(path, 0);
    }
    if search.files.is_empty() {
        let path = paths.first().cloned().unwrap_or_default();
        return Err(DeriveError::Missing {
            path,
            cause: "no page found".into(),
            remedy: "name pages (.md, .rst, .txt, or .yaml and .json of OpenAPI) or a folder with pages".into(),
        });
    }
    let mut seen = BTreeSet::new();
    let mut pages = Vec::new();
    let mut all = Vec::new();
    for (path, file) in search.files {
        let id = name_page(&path, &mut seen);
        pages.push(PageEntry { id, file, ..PageEntry::default() });
        all.push(path);
    }
    let manifest = Manifest { api: api.to_string(), pages };
    Ok(DirectPages { manifest, paths: all, unread: search.unread })
}

/// Names a page after the file, with a number if the name is taken.
fn name_page(path: &Path, seen: &mut BTreeSet<String>) -> String {
    let stem = path.file_stem().map(|it| it.to_string_lossy().into_owned()).unwrap_or_default();
    let word: String =
        stem.chars().map(|c| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '-' }).collect();
    let word = word.trim_matches(['-', '_', '.']).chars().take(80).collect::<String>();
    let word = if word.is_empty() { "page".to_string() } else { word };
    let mut id = word.clone();
    let mut count = 1;
    while !seen.insert(id.clone()) {
        count += 1;
        id = format!("{word}-{count}");
    }
    id
}

/// Limit of folders below each other.
const FOLDERS_MAX: usize = 16;

/// A search for pages below folders.
#[derive(Default)]
struct PageSearch {
    /// The folder that was named, without which the paths of the catalog are written.
    base: PathBuf,
    files: Vec<(PathBuf, String)>,
    unread: Vec<UnreadFile>,
    /// Folders that were searched, without links: a folder with a link to itself is searched once.
    folders: BTreeSet<PathBuf>,
}

impl PageSearch {
    fn collect_pages(&mut self, path: &Path, depth: usize) {
        let place = match std::fs::metadata(path) {
            Ok(place) => place,
            Err(error) => return self.leave_out(path, error.to_string()),
        };
        if !place.is_dir() {
            if self.files.len() >= PAGES_MAX {
                return self.leave_out(path, format!("a folder may have {PAGES_MAX} pages"));
            }
            let file = self.write_relative(path);
            return self.files.push((path.to_path_buf(), file));
        }
        if depth > FOLDERS_MAX {
            return self.leave_out(path, format!("folders may be {FOLDERS_MAX} deep"));
        }
        let fresh = path.canonicalize().is_ok_and(|it| self.folders.insert(it));
        if !fresh {
            return self.leave_out(path, "the folder was searched before, by another path".into());
        }
        let inside = match std::fs::read_dir(path) {
            Ok(inside) => inside,
            Err(error) => return self.leave_out(path, error.to_string()),
        };
        let mut inside: Vec<PathBuf> = inside.filter_map(|it| it.ok().map(|it| it.path())).collect();
        inside.sort();
        for it in inside {
            let hidden = it.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
            if !hidden && (it.is_dir() || is_page_name(&it) || is_described_api(&it)) {
                self.collect_pages(&it, depth + 1);
            }
        }
    }

    fn leave_out(&mut self, path: &Path, cause: String) {
        let file = self.write_relative(path);
        self.unread.push(UnreadFile { file, cause });
    }

    /// The path from the folder that was named, because the path to the folder belongs to the machine.
    fn write_relative(&self, path: &Path) -> String {
        let relative = path.strip_prefix(&self.base).unwrap_or(path);
        let steps: Vec<String> = relative.iter().map(|it| it.to_string_lossy().into_owned()).collect();
        if steps.is_empty() { path.display().to_string() } else { steps.join("/") }
    }
}

fn is_page_name(path: &Path) -> bool {
    path.extension()
        .is_some_and(|it| ["md", "rst", "txt", "markdown"].contains(&it.to_string_lossy().to_lowercase().as_str()))
}

/// Whether a data file beside pages is an OpenAPI description. Other data files are skipped.
fn is_described_api(path: &Path) -> bool {
    let data = path.extension().is_some_and(|it| ["yaml", "yml", "json"].contains(&it.to_string_lossy().as_ref()));
    data && read_input_text(path, dialect::PAGE_BYTES_MAX as u64).is_ok_and(|text| dialect::is_api_description(&text))
}

/// Limit of pages in one folder tree. No known reference reaches the limit.
const PAGES_MAX: usize = 5_000;

/// Reads a file that a page includes, by the path from the page's folder. Files outside of the pages folder are not
/// read.
pub(super) fn read_included_file(base: &Path, page: &Path, file: &str) -> Option<String> {
    let folder = page.parent()?;
    // An absolute path starts at the folder of the page.
    let path = folder.join(file.trim_start_matches('/')).canonicalize().ok()?;
    let inside = if base.as_os_str().is_empty() { folder.canonicalize().ok()? } else { base.canonicalize().ok()? };
    path.starts_with(inside).then(|| read_input_text(&path, dialect::PAGE_BYTES_MAX as u64).ok())?
}
