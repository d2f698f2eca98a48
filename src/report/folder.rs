//! The folder of a suite's reports: all files are written, or none.

use super::compile::Report;
use super::formats::ReportFormat;
use super::plan_names::is_plan;
use crate::plan::Plan;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use tempfile::{NamedTempFile, TempPath};

/// The files of the folder.
#[derive(Debug)]
pub struct ReportFiles<'a> {
    /// Written as `report.json`; the plans of its findings are written beside it.
    pub report: &'a Report,
    /// File names and bytes, in addition to `report.json` and the plans.
    pub files: Vec<(&'a str, Vec<u8>)>,
}

/// Writes `report.json`, one plan per finding and the other files into `folder`, which is created if missing.
///
/// Every file is written under a temporary name first. Once all are written, the files are renamed,
/// `report.json` last. Plans, scripts and renderings of an earlier run are deleted.
///
/// # Errors
/// If the folder cannot be created or written.
pub fn write_folder(folder: &Path, contents: &ReportFiles<'_>) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let mut files: Vec<(String, Vec<u8>)> =
        contents.files.iter().map(|(name, bytes)| ((*name).to_string(), bytes.clone())).collect();
    for finding in &contents.report.findings {
        let shown = &finding.counterexample;
        files.push((shown.file.clone(), encode_plan(&shown.plan)));
        if let Some(name) = &shown.script {
            files.push((name.clone(), shown.script_text.clone().into_bytes()));
        }
    }
    files.push(("report.json".to_string(), contents.report.to_json().into_bytes()));
    let kept: Vec<String> = files.iter().map(|(name, _)| name.clone()).collect();
    name_files(folder, stage_files(folder, &files)?)?;
    delete_old_files(folder, &kept)
}

/// Writes a file completely, or not at all.
///
/// # Errors
/// If the folder cannot be created or written.
pub fn write_file(place: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = place.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = place.file_name().ok_or_else(|| io::Error::other("the path has no file name"))?;
    fs::create_dir_all(folder)?;
    name_files(folder, stage_files(folder, &[(name.to_string_lossy().into_owned(), bytes.to_vec())])?)
}

/// Names of files that a campaign writes, apart from plans.
pub(super) fn list_report_names() -> impl Iterator<Item = &'static str> {
    ReportFormat::ALL.iter().map(|format| format.file_name()).chain(["run.json"])
}

/// The bytes of a plan file.
///
/// # Panics
/// Never: a plan has string keys only.
#[must_use]
pub fn encode_plan(plan: &Plan) -> Vec<u8> {
    let mut bytes = serde_json::to_vec_pretty(plan).expect("a plan has string keys only");
    bytes.push(b'\n');
    bytes
}

/// Writes temporary files; returns each with its final path. After an error no temporary file remains,
/// because dropping the value deletes the file. No file stays open, so that the number of files has no limit.
fn stage_files(folder: &Path, files: &[(String, Vec<u8>)]) -> io::Result<Vec<(TempPath, PathBuf)>> {
    let staged = files.iter().map(|(name, bytes)| {
        let mut part = create_part(folder, name)?;
        part.write_all(bytes)?;
        part.as_file().sync_all()?;
        Ok((part.into_temp_path(), folder.join(name)))
    });
    staged.collect()
}

/// Gives temporary files their final names.
fn name_files(folder: &Path, staged: Vec<(TempPath, PathBuf)>) -> io::Result<()> {
    for (part, place) in staged {
        part.persist(place)?;
    }
    // The names must survive a loss of power too. Some systems cannot open a folder.
    if let Ok(folder) = fs::File::open(folder) {
        let _ = folder.sync_all();
    }
    Ok(())
}

pub(super) fn create_part(folder: &Path, name: &str) -> io::Result<NamedTempFile> {
    let prefix = format!(".{name}.");
    let mut builder = tempfile::Builder::new();
    builder.prefix(&prefix).suffix(".part");
    // The permissions of an ordinary file. The default of temporary files permits the owner only.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder)
}

/// Deletes plans, scripts and renderings of an earlier run, which would not fit the report.
fn delete_old_files(folder: &Path, kept: &[String]) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else {
            continue;
        };
        let is_ours = is_plan(&name) || list_report_names().any(|ours| ours == name);
        if is_ours && !kept.contains(&name) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}
