//! A suite's folder of reports, written whole or not at all.

use super::certificate::Report;
use crate::plan::Plan;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// What goes into the folder.
#[derive(Debug)]
pub struct Writing<'a> {
    pub report: &'a Report,
    /// Bytes by file name, beside `report.json` and the plans.
    pub files: Vec<(&'a str, Vec<u8>)>,
}

/// Writes `report.json`, one file per witness and the other files into `folder`, which is made if missing.
///
/// Every file is first written beside its place under another name; only when all are there do they
/// take their names, `report.json` last. Witnesses of an earlier run go away.
///
/// # Errors
/// If the folder cannot be made or written to; then nothing in it has changed.
pub fn write(folder: &Path, writing: &Writing<'_>) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let mut files: Vec<(String, Vec<u8>)> =
        writing.files.iter().map(|(name, bytes)| ((*name).to_string(), bytes.clone())).collect();
    for finding in &writing.report.findings {
        files.push((finding.witness.file.clone(), plan_bytes(&finding.witness.plan)));
    }
    let kept: Vec<String> = files.iter().map(|(name, _)| name.clone()).collect();
    files.push(("report.json".to_string(), writing.report.json().into_bytes()));
    let staged = stage(folder, &files)?;
    for (part, place) in staged {
        part.persist(place)?;
    }
    forget_old_plans(folder, &kept)
}

/// Writes one file whole or not at all.
///
/// # Errors
/// If its folder cannot be made or written to.
pub fn write_file(place: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = place.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = place.file_name().ok_or_else(|| io::Error::other("the path names no file"))?;
    fs::create_dir_all(folder)?;
    for (part, place) in stage(folder, &[(name.to_string_lossy().into_owned(), bytes.to_vec())])? {
        part.persist(place)?;
    }
    Ok(())
}

/// The bytes of a plan's file.
///
/// # Panics
/// Never: a plan has string keys only.
#[must_use]
pub fn plan_bytes(plan: &Plan) -> Vec<u8> {
    let mut bytes = serde_json::to_vec_pretty(plan).expect("a plan has string keys only");
    bytes.push(b'\n');
    bytes
}

/// Temporary files with the places they are to take. If one cannot be written, none is left: a temporary
/// file goes with its value.
fn stage(folder: &Path, files: &[(String, Vec<u8>)]) -> io::Result<Vec<(NamedTempFile, PathBuf)>> {
    let staged = files.iter().map(|(name, bytes)| {
        let mut part = part(folder, name)?;
        part.write_all(bytes)?;
        part.as_file().sync_all()?;
        Ok((part, folder.join(name)))
    });
    staged.collect()
}

fn part(folder: &Path, name: &str) -> io::Result<NamedTempFile> {
    let prefix = format!(".{name}.");
    let mut builder = tempfile::Builder::new();
    builder.prefix(&prefix).suffix(".part");
    // As any file of the user's, and not for one pair of eyes only: a report is passed on.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder)
}

fn forget_old_plans(folder: &Path, kept: &[String]) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else {
            continue;
        };
        if is_plan(&name) && !kept.contains(&name) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// A name that only this room gives.
fn is_plan(name: &str) -> bool {
    let number = name
        .strip_prefix("witness-")
        .or_else(|| name.strip_prefix("plan-"))
        .and_then(|rest| rest.strip_suffix(".json"));
    number.is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
}
