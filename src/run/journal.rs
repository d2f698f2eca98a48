//! What is about to be created, on disk before it is.
//!
//! If the process is killed, the journal tells what may be left on the endpoint.

use super::Call;
use crate::plan::Step;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::Path;

/// Told before and after each step that brings things to life, and when one is gone.
pub trait Journal {
    /// Before it is sent. An error stops the plan: what is not written down is not created.
    fn intent(&mut self, index: usize, step: &Step, call: &Call) -> io::Result<()>;
    /// After it was sent; `born` holds the ids that became known.
    fn done(&mut self, index: usize, born: &BTreeMap<String, String>) -> io::Result<()>;
    /// The thing of this handle was seen to be gone.
    fn gone(&mut self, handle: &str) -> io::Result<()>;
}

/// For endpoints that need no cleaning, such as the mock.
pub struct NoJournal;

impl Journal for NoJournal {
    fn intent(&mut self, _: usize, _: &Step, _: &Call) -> io::Result<()> {
        Ok(())
    }

    fn done(&mut self, _: usize, _: &BTreeMap<String, String>) -> io::Result<()> {
        Ok(())
    }

    fn gone(&mut self, _: &str) -> io::Result<()> {
        Ok(())
    }
}

/// Lines of JSON, each on disk before the call returns.
pub struct JournalFile {
    file: File,
}

/// One line of a journal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Entry {
    /// About to be created.
    Intent {
        /// Index in the plan.
        step: usize,
        /// The operation.
        operation: String,
        /// Its binding.
        binding: String,
        /// Who calls, and will own it.
        caller: String,
        /// As sent, secrets replaced: a thing without an id is found again by what it was called.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        body: Option<Value>,
        /// Handles to come, by the suite's `about` name.
        births: BTreeMap<String, Vec<String>>,
    },
    /// The call is over.
    Done {
        /// Index in the plan.
        step: usize,
        /// Ids by handle, as far as they are known.
        born: BTreeMap<String, String>,
    },
    /// Seen to be gone.
    Gone {
        /// The handle.
        handle: String,
    },
}

impl JournalFile {
    /// Appends to the file, or begins it.
    pub fn open(path: &Path) -> io::Result<JournalFile> {
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            // A file that is on disk in a folder that is not is not found again.
            File::open(folder)?.sync_all()?;
        }
        Ok(JournalFile { file })
    }

    fn write(&mut self, entry: &Entry) -> io::Result<()> {
        let mut line = serde_json::to_vec(entry)?;
        line.push(b'\n');
        self.file.write_all(&line)?;
        self.file.sync_data()
    }
}

impl Journal for JournalFile {
    fn intent(&mut self, index: usize, step: &Step, call: &Call) -> io::Result<()> {
        self.write(&Entry::Intent {
            step: index,
            operation: call.operation.clone(),
            binding: call.binding.clone(),
            caller: call.caller.clone(),
            body: call.body.clone(),
            births: step.births.clone(),
        })
    }

    fn done(&mut self, index: usize, born: &BTreeMap<String, String>) -> io::Result<()> {
        self.write(&Entry::Done { step: index, born: born.clone() })
    }

    fn gone(&mut self, handle: &str) -> io::Result<()> {
        self.write(&Entry::Gone { handle: handle.to_string() })
    }
}

/// A journal's entries, and the numbers of lines that could not be read.
///
/// A torn line may stand anywhere: a later run appends behind one that was killed.
pub fn read_journal(path: &Path) -> io::Result<(Vec<Entry>, Vec<usize>)> {
    const BYTES_MAX: u64 = 256 << 20;
    let file = File::open(path)?;
    if file.metadata()?.len() > BYTES_MAX {
        return Err(io::Error::other(format!("the journal is longer than {BYTES_MAX} bytes")));
    }
    let mut entries = Vec::new();
    let mut unread = Vec::new();
    for (at, line) in BufReader::new(file.take(BYTES_MAX)).split(b'\n').enumerate() {
        let line = line?;
        match serde_json::from_slice(&line) {
            Ok(entry) => entries.push(entry),
            Err(_) if line.is_empty() => {}
            Err(_) => unread.push(at + 1),
        }
    }
    Ok((entries, unread))
}
