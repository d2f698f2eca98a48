//! The files of a killed run: a file with its final name is whole, and an unfinished one says so.

use probity::history::{HistoryReader, HistoryRecord};
use std::fs::File;
use std::path::{Path, PathBuf};

/// What a killed run left on the disk, without its journal.
#[derive(Debug, Default)]
pub struct KilledFiles {
    /// Files with a final name. Each was read to its end.
    pub whole: usize,
    /// Unfinished histories, and the plans and exchanges that are readable in them.
    pub unfinished: usize,
    pub plans: usize,
    pub exchanges: usize,
    /// Temporary files whose names no reader looks for.
    pub temporary: usize,
}

fn list_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        match path.is_dir() {
            true if path.file_name().is_some_and(|name| name == ".journal") => {}
            true => list_files(&path, found),
            false => found.push(path),
        }
    }
}

/// Reads all files of a killed run. Panics if a file with a final name is cut off, or an unfinished one is unreadable.
pub fn read_killed_files(reports: &Path) -> KilledFiles {
    let mut paths = Vec::new();
    list_files(reports, &mut paths);
    let mut files = KilledFiles::default();
    for path in paths {
        let name = path.file_name().expect("a file has a name").to_string_lossy().into_owned();
        let bytes = std::fs::read(&path).expect("the file is readable");
        if name.ends_with(".part") || name.ends_with(".gz") {
            let (plans, exchanges, torn) = count_records(&path);
            assert!(!torn || name.ends_with(".part"), "{} is cut off and has its final name", path.display());
            files.unfinished += usize::from(name.ends_with(".part"));
            files.whole += usize::from(name.ends_with(".gz"));
            (files.plans, files.exchanges) = (files.plans + plans, files.exchanges + exchanges);
        } else if name.ends_with(".json") && !name.starts_with('.') {
            let read = serde_json::from_slice::<serde_json::Value>(&bytes);
            read.unwrap_or_else(|error| panic!("{} is cut off: {error}", path.display()));
            files.whole += 1;
        } else if name.ends_with(".xml") && !name.starts_with('.') {
            assert!(bytes.trim_ascii_end().ends_with(b"</testsuites>"), "{} is cut off", path.display());
            files.whole += 1;
        } else {
            files.temporary += 1;
        }
    }
    files
}

/// The plans and exchanges of a history, and whether the file is cut off.
fn count_records(path: &Path) -> (usize, usize, bool) {
    let file = File::open(path).expect("the history is there");
    if file.metadata().expect("its size").len() == 0 {
        return (0, 0, true);
    }
    let mut reader = HistoryReader::new(file, &path.display().to_string()).expect("the history begins as one");
    let (mut plans, mut exchanges) = (0, 0);
    while let Some(record) = reader.next_record().unwrap_or_else(|error| panic!("{error}")) {
        match record {
            HistoryRecord::Header(_) => plans += 1,
            HistoryRecord::Exchange(_) => exchanges += 1,
        }
    }
    (plans, exchanges, reader.torn_line().is_some())
}
