//! The reader of input files: only regular files, and only up to a limit.
//!
//! A pipe blocks until somebody writes, a device may have no end, and a folder has no content: reading any of them
//! would hang, or fill the memory.

use std::fs::{File, FileType, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// An input file that cannot be read, with place, cause and remedy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {cause}; {remedy}", path.display())]
pub struct InputFileError {
    /// The path as given.
    pub path: PathBuf,
    /// Why the file cannot be read.
    pub cause: String,
    /// How to correct the error.
    pub remedy: String,
    /// Whether nothing exists at the path.
    pub is_missing: bool,
}

/// Reads a whole file of at most `bytes_max` bytes.
///
/// # Errors
/// If the path names no regular file, the file is longer, or the file cannot be read.
pub fn read_input_bytes(path: &Path, bytes_max: u64) -> Result<Vec<u8>, InputFileError> {
    let file = open_input_file(path)?;
    let mut bytes = Vec::new();
    file.take(bytes_max.saturating_add(1)).read_to_end(&mut bytes).map_err(|error| describe_error(path, &error))?;
    if bytes.len() as u64 > bytes_max {
        let cause = format!("the file is longer than {bytes_max} bytes");
        return Err(make_error(path, cause, "check that the path names the right file, or make the file smaller"));
    }
    Ok(bytes)
}

/// Reads a whole text file in UTF-8 of at most `bytes_max` bytes.
///
/// # Errors
/// As [`read_input_bytes`], and if the file is not UTF-8.
pub fn read_input_text(path: &Path, bytes_max: u64) -> Result<String, InputFileError> {
    String::from_utf8(read_input_bytes(path, bytes_max)?).map_err(|error| {
        let start = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = 1 + start.iter().filter(|&&byte| byte == b'\n').count();
        make_error(path, format!("line {line} is not UTF-8 text"), "check that the path names a text file in UTF-8")
    })
}

/// Opens a regular file. The caller bounds what is read.
///
/// # Errors
/// If the path names no regular file, or the file cannot be opened.
pub fn open_input_file(path: &Path) -> Result<File, InputFileError> {
    check_regular_file(path)?;
    let file = File::open(path).map_err(|error| describe_error(path, &error))?;
    // The file behind the path may have been replaced since the first check.
    check_metadata(path, &file.metadata().map_err(|error| describe_error(path, &error))?)?;
    Ok(file)
}

/// Checks without opening the file that a path names a regular file, because opening a pipe may block.
///
/// # Errors
/// If the path names no regular file.
pub fn check_regular_file(path: &Path) -> Result<(), InputFileError> {
    check_metadata(path, &std::fs::metadata(path).map_err(|error| describe_error(path, &error))?)
}

fn check_metadata(path: &Path, found: &Metadata) -> Result<(), InputFileError> {
    if found.is_file() {
        return Ok(());
    }
    let kind = describe_kind(found.file_type());
    let remedy = if found.is_dir() {
        "name a file in the folder"
    } else {
        "write the content into a regular file, and name that file"
    };
    Err(make_error(path, format!("the path names {kind}, not a regular file"), remedy))
}

#[cfg(unix)]
fn describe_kind(kind: FileType) -> &'static str {
    use std::os::unix::fs::FileTypeExt;
    if kind.is_dir() {
        "a folder"
    } else if kind.is_fifo() {
        "a pipe"
    } else if kind.is_char_device() || kind.is_block_device() {
        "a device"
    } else if kind.is_socket() {
        "a socket"
    } else {
        "something else"
    }
}

#[cfg(not(unix))]
fn describe_kind(kind: FileType) -> &'static str {
    if kind.is_dir() { "a folder" } else { "something else" }
}

fn describe_error(path: &Path, error: &io::Error) -> InputFileError {
    let remedy = match error.kind() {
        io::ErrorKind::NotFound => "check the path; it is relative to the folder in which probity runs",
        io::ErrorKind::PermissionDenied => "make the file readable",
        _ => "check that the path names a readable file",
    };
    let is_missing = error.kind() == io::ErrorKind::NotFound;
    InputFileError { is_missing, ..make_error(path, format!("the file cannot be read: {error}"), remedy) }
}

fn make_error(path: &Path, cause: String, remedy: &str) -> InputFileError {
    InputFileError { path: path.to_path_buf(), cause, remedy: remedy.to_string(), is_missing: false }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &Path, bytes_max: u64, words: &str) {
        let error = read_input_text(path, bytes_max).unwrap_err();
        assert!(error.to_string().contains(words), "{error}");
    }

    #[test]
    fn a_regular_file_is_read_up_to_the_limit() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        std::fs::write(&path, "12345").unwrap();
        assert_eq!(read_input_text(&path, 5).unwrap(), "12345");
        check(&path, 4, "the file is longer than 4 bytes");
        std::fs::write(&path, b"one\n\xff").unwrap();
        check(&path, 99, "line 2 is not UTF-8 text");
    }

    #[test]
    fn a_folder_a_device_and_a_missing_file_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        check(folder.path(), 9, "names a folder, not a regular file; name a file in the folder");
        check(&folder.path().join("none"), 9, "check the path");
        #[cfg(unix)]
        check(Path::new("/dev/zero"), 9, "names a device, not a regular file");
        assert!(read_input_bytes(&folder.path().join("none"), 9).unwrap_err().is_missing);
    }

    #[cfg(unix)]
    #[test]
    fn a_pipe_is_refused_without_waiting_for_a_writer() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&path).status().expect("mkfifo is part of every Unix");
        assert!(made.success());
        check(&path, 9, "names a pipe, not a regular file; write the content into a regular file");
    }
}
