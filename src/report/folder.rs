//! A suite's folder of reports, written whole or not at all.

use super::certificate::Report;
use crate::plan::Plan;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

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
    for (temporary, place) in &staged {
        fs::rename(temporary, place)?;
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
    for (temporary, place) in stage(folder, &[(name.to_string_lossy().into_owned(), bytes.to_vec())])? {
        fs::rename(temporary, place)?;
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

/// Temporary files with the places they are to take. If one cannot be written, none is left.
fn stage(folder: &Path, files: &[(String, Vec<u8>)]) -> io::Result<Vec<(PathBuf, PathBuf)>> {
    let mut staged: Vec<(PathBuf, PathBuf)> = Vec::with_capacity(files.len());
    for (name, bytes) in files {
        let mut hidden = OsString::from(".");
        hidden.push(name);
        hidden.push(format!(".{}.part", std::process::id()));
        let temporary = folder.join(hidden);
        staged.push((temporary.clone(), folder.join(name)));
        let written =
            File::create(&temporary).and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()));
        if let Err(error) = written {
            for (temporary, _) in staged {
                let _ = fs::remove_file(temporary);
            }
            return Err(error);
        }
    }
    Ok(staged)
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
