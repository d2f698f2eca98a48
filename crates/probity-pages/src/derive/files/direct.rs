//! Pages that are named directly, without a manifest.

use super::error::DeriveError;
use crate::dialect;
use crate::manifest::{self, Manifest, PageEntry};
use probity_input::read_input_text;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Builds a manifest for pages that are named directly, in the order of the names.
pub(super) fn build_direct_manifest(api: &str, paths: &[PathBuf]) -> Result<Manifest, DeriveError> {
    let remedy = "use letters, digits, `-`, `_` and `.`";
    if !manifest::is_word(api) {
        return Err(DeriveError::Missing {
            path: PathBuf::from(api),
            cause: "not a valid API name".into(),
            remedy: remedy.into(),
        });
    }
    let mut files = Vec::new();
    for path in paths {
        collect_pages(path, 0, &mut files)?;
    }
    if files.is_empty() {
        let path = paths.first().cloned().unwrap_or_default();
        return Err(DeriveError::Missing {
            path,
            cause: "no page found".into(),
            remedy: "name pages (.md, .rst, .txt, or .yaml and .json of OpenAPI) or a folder with pages".into(),
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

/// Collects the pages of a file or folder.
fn collect_pages(path: &Path, depth: usize, out: &mut Vec<PathBuf>) -> Result<(), DeriveError> {
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
        // Data files beside pages are skipped, except OpenAPI descriptions.
        let described = || {
            let data =
                it.extension().is_some_and(|it| ["yaml", "yml", "json"].contains(&it.to_string_lossy().as_ref()));
            data && read_input_text(&it, dialect::PAGE_BYTES_MAX as u64)
                .is_ok_and(|text| dialect::is_api_description(&text))
        };
        if !hidden && (it.is_dir() || page || described()) && out.len() < PAGES_MAX {
            collect_pages(&it, depth + 1, out)?;
        }
    }
    Ok(())
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
