//! Files shared by the processes of a test run.

use crate::session::{RunStart, UserError};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};

/// The name of a test run. A runner with a process per test, such as nextest, names the run;
/// without a name all tests run in the present process.
#[derive(Clone)]
pub struct TestRun(pub String);

impl TestRun {
    /// The test run of the present process.
    pub fn find(start: &RunStart) -> TestRun {
        TestRun(std::env::var("NEXTEST_RUN_ID").unwrap_or_else(|_| start.make_salt()))
    }
}

/// A file held by at most one process, with a value for the next holder.
pub struct ProcessLock {
    path: PathBuf,
    file: File,
}

impl ProcessLock {
    /// Waits until the file is free, and holds the file.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn wait_for(path: &Path) -> Result<ProcessLock, UserError> {
        let unwritable = |error: std::io::Error| UserError::unwritable(path, &error);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(unwritable)?;
        }
        let opened = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path);
        let file = opened.map_err(unwritable)?;
        file.lock().map_err(unwritable)?;
        Ok(ProcessLock { path: path.to_path_buf(), file })
    }

    /// The value of the last holder; none if the form differs.
    pub fn read<T: DeserializeOwned>(&mut self) -> Option<T> {
        let mut text = String::new();
        self.file.rewind().and_then(|()| self.file.read_to_string(&mut text)).ok()?;
        serde_json::from_str(&text).ok()
    }

    /// Replaces the value in the file.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn write(&mut self, value: &impl Serialize) -> Result<(), UserError> {
        let text = serde_json::to_string(value).expect("the value has a JSON form");
        let mut write = || {
            self.file.set_len(0)?;
            self.file.rewind()?;
            self.file.write_all(text.as_bytes())
        };
        write().map_err(|error| UserError::unwritable(&self.path, &error))
    }
}
