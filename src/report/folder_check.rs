//! Whether a folder can take reports, tested before a campaign creates anything.

use super::folder::{create_part, list_report_names};
use std::fs;
use std::io::{self, Write};
use std::path::Path;

/// Bytes that are written for the test. Most reports are shorter, apart from histories.
const TEST_BYTES: usize = 1 << 20;

/// Creates the folder, and writes and deletes a file in it.
///
/// # Errors
/// If the folder or the file cannot be created, if the file cannot be written as a whole, or if a folder has the name of
/// a report.
pub fn check_folder(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    if let Some(name) = list_report_names().find(|name| folder.join(name).is_dir()) {
        return Err(io::Error::other(format!("`{name}` is a folder")));
    }
    let mut part = create_part(folder, "test")?;
    part.write_all(&vec![b'.'; TEST_BYTES])?;
    part.as_file().sync_all()?;
    part.close()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(prepare: impl FnOnce(&Path), expected: Option<&str>) {
        let folder = tempfile::tempdir().unwrap();
        prepare(folder.path());
        let result = check_folder(&folder.path().join("reports/lamps")).map_err(|error| error.to_string());
        match expected {
            None => {
                assert_eq!(result, Ok(()));
                assert_eq!(fs::read_dir(folder.path().join("reports/lamps")).unwrap().count(), 0, "nothing is left");
            }
            Some(cause) => assert!(result.as_ref().unwrap_err().contains(cause), "{result:?}"),
        }
    }

    #[test]
    fn a_folder_is_created_and_stays_empty() {
        check(|_| (), None);
    }

    #[test]
    fn a_folder_that_cannot_take_reports_is_an_error() {
        check(|folder| fs::write(folder.join("reports"), "a file").unwrap(), Some("ot a directory"));
        check(
            |folder| fs::create_dir_all(folder.join("reports/lamps/report.json")).unwrap(),
            Some("`report.json` is a folder"),
        );
    }
}
