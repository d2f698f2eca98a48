//! Pages that are named directly, without a manifest.

use super::error::DeriveError;
use crate::dialect;
use crate::manifest::{self, Manifest, PageEntry};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// A manifest for pages named directly, in the order of their names.
pub(super) fn direct(api: &str, paths: &[PathBuf]) -> Result<Manifest, DeriveError> {
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

/// Pages in one folder tree; more than any vendor's reference has.
const PAGES_MAX: usize = 5_000;

/// A file that a page takes in, by its path from the page's folder. A page takes in nothing
/// from outside of the pages folder.
pub(super) fn beside(base: &Path, page: &Path, file: &str) -> Option<String> {
    let folder = page.parent()?;
    // A path from the root is meant from the folder of the sources, which is the page's.
    let path = folder.join(file.trim_start_matches('/')).canonicalize().ok()?;
    let inside = if base.as_os_str().is_empty() { folder.canonicalize().ok()? } else { base.canonicalize().ok()? };
    let small = std::fs::metadata(&path).ok()?.len() <= dialect::PAGE_BYTES_MAX as u64;
    (small && path.starts_with(inside)).then(|| std::fs::read_to_string(path).ok())?
}
