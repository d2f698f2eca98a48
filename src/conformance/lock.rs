//! What the processes of one test run share: a name, and files that one at a time holds.

use crate::cli::{Began, Wrong};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};

/// What this process belongs to: a runner that starts a process for each test names its run; any
/// other runs all tests in this one.
#[derive(Clone)]
pub struct TestRun(pub String);

impl TestRun {
    pub fn now(began: &Began) -> TestRun {
        TestRun(std::env::var("NEXTEST_RUN_ID").unwrap_or_else(|_| began.salt()))
    }
}

/// A file that one process at a time holds, with what the last one left in it.
pub struct Lock {
    place: PathBuf,
    file: File,
}

impl Lock {
    /// Waits until no other process holds it.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn wait(place: &Path) -> Result<Lock, Wrong> {
        let unwritable = |error: std::io::Error| Wrong::unwritable(place, &error);
        if let Some(folder) = place.parent() {
            std::fs::create_dir_all(folder).map_err(unwritable)?;
        }
        let opened = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(place);
        let file = opened.map_err(unwritable)?;
        file.lock().map_err(unwritable)?;
        Ok(Lock { place: place.to_path_buf(), file })
    }

    /// What the last one left, if it is of this form.
    pub fn read<T: DeserializeOwned>(&mut self) -> Option<T> {
        let mut text = String::new();
        self.file.rewind().and_then(|()| self.file.read_to_string(&mut text)).ok()?;
        serde_json::from_str(&text).ok()
    }

    /// Leaves this for the next one.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write(&mut self, value: &impl Serialize) -> Result<(), Wrong> {
        let text = serde_json::to_string(value).expect("these values have a JSON form");
        let mut write = || {
            self.file.set_len(0)?;
            self.file.rewind()?;
            self.file.write_all(text.as_bytes())
        };
        write().map_err(|error| Wrong::unwritable(&self.place, &error))
    }
}
