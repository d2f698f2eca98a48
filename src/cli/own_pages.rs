//! The user's own copy of the pages.

use crate::pages::derive::cite::{CitationState, check_citation};
use crate::pages::dialect;
use crate::pages::text::{digest_text, normalise_lines};
use crate::report::PageCopy;
use crate::schema::catalog::{Catalog, Citation};
use crate::session::UserError;
use probity_input::read_input_bytes;
use std::path::{Path, PathBuf};

/// Length of the longest page that is read, in bytes.
const LENGTH_MAX: u64 = 64 << 20;

/// A folder with the pages of a catalog.
#[derive(Debug)]
pub struct OwnPages<'a> {
    folder: PathBuf,
    catalog: &'a Catalog,
}

impl<'a> OwnPages<'a> {
    /// Opens the folder.
    ///
    /// # Errors
    /// If the folder does not exist.
    pub fn open(folder: &Path, catalog: &'a Catalog) -> Result<OwnPages<'a>, UserError> {
        if !folder.is_dir() {
            let remedy = "name the folder of the files in suites/sources/<api>.yaml";
            return Err(UserError::input(folder.display().to_string(), "the path is not a folder", remedy));
        }
        Ok(OwnPages { folder: folder.to_path_buf(), catalog })
    }

    /// The page of that id; none if the folder lacks the page, or the page is too long.
    pub fn find_page(&self, id: &str) -> Option<PageCopy> {
        let known = self.catalog.pages.iter().find(|page| page.id == id)?;
        let path = self.folder.join(&known.file);
        let text = String::from_utf8_lossy(&read_input_bytes(&path, LENGTH_MAX).ok()?).into_owned();
        let same_edition = digest_text(&normalise_lines(text.lines())) == known.digest;
        Some(PageCopy { file: path.display().to_string(), text, same_edition })
    }

    /// Checks that the page has the text of the locked citation.
    ///
    /// # Errors
    /// A message with the difference.
    pub fn check_citation(&self, citation: &Citation) -> Result<(), String> {
        let page = self.find_page(&citation.at.page).ok_or("the page is not in the folder")?;
        let document = dialect::read_page(&page.file, page.text.as_bytes()).map_err(|error| error.cause)?;
        match check_citation(citation, &page.text, &document) {
            CitationState::Fresh => Ok(()),
            CitationState::Moved(place) => Err(format!("the cited text has moved to {place}")),
            CitationState::Stale => Err("the cited lines have another text now".to_string()),
            CitationState::Missing => {
                Err("the page lacks the cited lines, and the cited text is nowhere on the page".to_string())
            }
        }
    }
}
