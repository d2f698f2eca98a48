//! The folder of a bundle: its files with their digests, written whole or not at all.

use super::statement::{FileDigest, Sha256Digest};
use crate::report::digest_bytes;
use crate::session::UserError;
use probity_input::read_input_bytes;
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The signed statement.
pub const ATTESTATION: &str = "attestation.json";
/// The key for the signature.
pub const PUBLIC_KEY: &str = "public-key.pem";
/// The recorded exchanges.
pub const EVIDENCE: &str = "history.jsonl.gz";
/// The report of the run.
pub const REPORT: &str = "report.json";
/// The facts of the run.
pub const FACTS: &str = "run.json";
/// The statement as a page to print.
pub const PAGE: &str = "certificate.html";
/// Longest file of a bundle in bytes.
pub const FILE_BYTES_MAX: u64 = 1 << 30;
/// Longest sum of all files of a bundle in bytes, because they are in memory together.
const BUNDLE_BYTES_MAX: u64 = 2 << 30;
/// Most files of a bundle.
const FILES_MAX: usize = 20_000;
/// Most folders within each other.
const DEPTH_MAX: usize = 6;

/// The files of a bundle, by their paths with `/`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BundleFiles(pub BTreeMap<String, Vec<u8>>);

impl BundleFiles {
    /// Adds a file.
    pub fn add(&mut self, name: impl Into<String>, bytes: impl Into<Vec<u8>>) {
        self.0.insert(name.into(), bytes.into());
    }

    /// The digest of each file, in the order of the names.
    pub fn list_digests(&self) -> impl Iterator<Item = FileDigest> {
        self.0.iter().map(|(name, bytes)| describe_file(name, bytes))
    }

    /// Writes the files into a new folder. The folder gets its name once all files are written.
    ///
    /// # Errors
    /// If the folder exists, or cannot be written.
    pub fn write(&self, folder: &Path) -> io::Result<()> {
        let parent = folder.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        if folder.exists() {
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, "there is a file or folder of this name already"));
        }
        fs::create_dir_all(parent)?;
        let mut builder = tempfile::Builder::new();
        builder.prefix(".bundle.").suffix(".part");
        // The permissions of an ordinary folder. The default of temporary folders permits the owner only.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o777));
        let part = builder.tempdir_in(parent)?;
        for (name, bytes) in &self.0 {
            let place = part.path().join(name);
            place.parent().map_or(Ok(()), fs::create_dir_all)?;
            fs::write(place, bytes)?;
        }
        fs::rename(part.path(), folder)
    }

    /// Reads all files of a folder.
    ///
    /// # Errors
    /// If the folder or a file cannot be read, is no regular file, or is too large.
    pub fn read(folder: &Path) -> Result<BundleFiles, UserError> {
        let mut files = BundleFiles::default();
        read_folder(folder, "", 0, &mut files)?;
        Ok(files)
    }
}

/// A file with its digest.
fn describe_file(name: &str, bytes: &[u8]) -> FileDigest {
    let digest = digest_bytes(bytes);
    let hex = digest.strip_prefix("sha256:").unwrap_or(&digest).to_string();
    FileDigest { name: name.to_string(), digest: Sha256Digest { sha256: hex } }
}

fn read_folder(folder: &Path, prefix: &str, depth: usize, files: &mut BundleFiles) -> Result<(), UserError> {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder)
        .and_then(|entries| entries.map(|entry| entry.map(|entry| entry.path())).collect())
        .map_err(|error| UserError::unreadable(folder, &error))?;
    entries.sort();
    for path in entries {
        let refuse = |cause: &str| {
            UserError::input(path.display().to_string(), cause, "name a folder that `probity certify` wrote")
        };
        let name = path.file_name().and_then(|name| name.to_str()).ok_or_else(|| refuse("the name is not text"))?;
        let name = format!("{prefix}{name}");
        if path.is_symlink() {
            return Err(refuse("a bundle has no links"));
        }
        if path.is_dir() {
            if depth >= DEPTH_MAX {
                return Err(refuse("a bundle has no folders as deep as this"));
            }
            read_folder(&path, &format!("{name}/"), depth + 1, files)?;
        } else if files.0.len() >= FILES_MAX {
            return Err(refuse("a bundle has fewer files than this folder"));
        } else {
            let known: u64 = files.0.values().map(|bytes| bytes.len() as u64).sum();
            let rest = BUNDLE_BYTES_MAX.saturating_sub(known).min(FILE_BYTES_MAX);
            files.add(name, read_input_bytes(&path, rest).map_err(UserError::from_input_file)?);
        }
    }
    Ok(())
}
