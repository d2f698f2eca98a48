//! The reader's own copy of the pages.

use super::wrong::Wrong;
use crate::pages::derive::cite::{Standing, check};
use crate::pages::dialect;
use crate::pages::text::{digest, normalise};
use crate::report::Page;
use crate::schema::catalog::{Catalog, Citation};
use std::path::{Path, PathBuf};

/// Longest page that is read, in bytes.
const LENGTH_MAX: u64 = 64 << 20;

/// A folder with the pages that a catalog was derived from.
#[derive(Debug)]
pub struct OwnPages<'a> {
    folder: PathBuf,
    catalog: &'a Catalog,
}

impl<'a> OwnPages<'a> {
    /// # Errors
    /// If there is no such folder.
    pub fn open(folder: &Path, catalog: &'a Catalog) -> Result<OwnPages<'a>, Wrong> {
        if !folder.is_dir() {
            let remedy = "name the folder that the files of suites/sources/<api>.yaml are relative to";
            return Err(Wrong::input(folder.display().to_string(), "it is not a folder of pages", remedy));
        }
        Ok(OwnPages { folder: folder.to_path_buf(), catalog })
    }

    /// The page of that id, if the folder has it.
    pub fn page(&self, id: &str) -> Option<Page> {
        let known = self.catalog.pages.iter().find(|page| page.id == id)?;
        let path = self.folder.join(&known.file);
        if std::fs::metadata(&path).ok()?.len() > LENGTH_MAX {
            return None;
        }
        let text = String::from_utf8_lossy(&std::fs::read(&path).ok()?).into_owned();
        let same_edition = digest(&normalise(text.lines())) == known.digest;
        Some(Page { file: path.display().to_string(), text, same_edition })
    }

    /// Whether the page still says what the citation was locked to.
    ///
    /// # Errors
    /// In words, what became of it.
    pub fn fresh(&self, citation: &Citation) -> Result<(), String> {
        let page = self.page(&citation.at.page).ok_or("the page is not in the folder")?;
        let document = dialect::read(&page.file, page.text.as_bytes()).map_err(|error| error.cause)?;
        match check(citation, &page.text, &document) {
            Standing::Fresh => Ok(()),
            Standing::Moved(place) => Err(format!("its words now stand at {place}")),
            Standing::Stale => Err("these lines say something else now".to_string()),
            Standing::Missing => Err("the page has no such lines, and its words are nowhere on it".to_string()),
        }
    }
}
