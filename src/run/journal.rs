//! What is about to be created, on disk before it is.
//!
//! One file for each run, locked as long as the run lives: if the process is killed, the system
//! lets go of the lock, and the file tells what may be left on the endpoint.

use super::Call;
use crate::plan::Step;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// Version of the journal's format. A reader refuses a newer one.
pub const FORMAT: u32 = 1;

/// Told before and after each step that brings things to life, and when one is gone.
pub trait Journal {
    /// Before it is sent. An error stops the plan: what is not written down is not created.
    fn intent(&mut self, index: usize, step: &Step, call: &Call) -> io::Result<()>;
    /// After it was sent; `born` holds the ids that became known. `refused`: the endpoint said no.
    fn done(&mut self, index: usize, born: &BTreeMap<String, String>, refused: bool) -> io::Result<()>;
    /// The thing of this handle was seen to be gone.
    fn gone(&mut self, handle: &str) -> io::Result<()>;
}

/// For endpoints that need no cleaning, such as the mock in this process.
pub struct NoJournal;

impl Journal for NoJournal {
    fn intent(&mut self, _: usize, _: &Step, _: &Call) -> io::Result<()> {
        Ok(())
    }

    fn done(&mut self, _: usize, _: &BTreeMap<String, String>, _: bool) -> io::Result<()> {
        Ok(())
    }

    fn gone(&mut self, _: &str) -> io::Result<()> {
        Ok(())
    }
}

/// Lines of JSON, each on disk before the call returns.
pub struct JournalFile {
    file: File,
    path: PathBuf,
}

/// The first line of a journal: whose it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Whose {
    pub format: u32,
    /// Id of the run, as it stands in the marks of its things.
    pub run: String,
    pub suite: String,
    /// The endpoint's address; never credentials.
    pub endpoint: String,
    /// The profile's file, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    /// RFC 3339, UTC.
    pub started: String,
    /// Seconds after which a thing is no longer needed, counted from the beginning of its plan.
    pub lifetime_s: u64,
    /// Of the process, for people; whether the run lives is told by the lock.
    pub pid: u32,
}

/// One line of a journal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Entry {
    /// The first line.
    Whose(Whose),
    /// About to be created.
    Intent {
        /// Counts the plans that were carried out, repetitions too.
        life: u64,
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
        life: u64,
        /// Index in the plan.
        step: usize,
        /// Ids by handle, as far as they are known.
        born: BTreeMap<String, String>,
        /// The endpoint said no.
        refused: bool,
    },
    /// Seen to be gone.
    Gone {
        life: u64,
        /// The handle.
        handle: String,
    },
}

impl JournalFile {
    /// Begins the journal of a run: makes the folder and the file, locks it, and writes whose it is.
    ///
    /// # Errors
    /// If the file is there already, or what the system says.
    pub fn begin(path: &Path, whose: &Whose) -> io::Result<JournalFile> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        if let Some(folder) = folder {
            std::fs::create_dir_all(folder)?;
        }
        let file = OpenOptions::new().create_new(true).append(true).open(path)?;
        file.lock()?;
        let mut journal = JournalFile { file, path: path.to_path_buf() };
        journal.write(&Entry::Whose(whose.clone()))?;
        if let Some(folder) = folder {
            // A file that is on disk in a folder that is not is not found again.
            File::open(folder)?.sync_all()?;
        }
        Ok(journal)
    }

    /// Takes the journal of a run that is over, to go on with it. None: the run lives.
    ///
    /// # Errors
    /// What the system says.
    pub fn take(path: &Path) -> io::Result<Option<JournalFile>> {
        let file = OpenOptions::new().read(true).append(true).open(path)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(JournalFile { file, path: path.to_path_buf() })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    /// Nothing is left of the run: its journal is not needed any more.
    ///
    /// # Errors
    /// What the system says.
    pub fn close(&self) -> io::Result<()> {
        std::fs::remove_file(&self.path)
    }

    fn write(&mut self, entry: &Entry) -> io::Result<()> {
        let mut line = serde_json::to_vec(entry)?;
        line.push(b'\n');
        self.file.write_all(&line)?;
        self.file.sync_data()
    }
}

/// The part of a run's journal that one plan writes.
pub struct Life {
    pub journal: Rc<RefCell<JournalFile>>,
    pub number: u64,
}

impl Journal for Life {
    fn intent(&mut self, index: usize, step: &Step, call: &Call) -> io::Result<()> {
        self.journal.borrow_mut().write(&Entry::Intent {
            life: self.number,
            step: index,
            operation: call.operation.clone(),
            binding: call.binding.clone(),
            caller: call.caller.clone(),
            body: call.body.clone(),
            births: step.births.clone(),
        })
    }

    fn done(&mut self, index: usize, born: &BTreeMap<String, String>, refused: bool) -> io::Result<()> {
        let entry = Entry::Done { life: self.number, step: index, born: born.clone(), refused };
        self.journal.borrow_mut().write(&entry)
    }

    fn gone(&mut self, handle: &str) -> io::Result<()> {
        self.journal.borrow_mut().write(&Entry::Gone { life: self.number, handle: handle.to_string() })
    }
}

/// A journal's entries, and the numbers of lines that could not be read: a run that was killed
/// may have torn its last line.
///
/// # Errors
/// What the system says, or a file that is too long to be a journal.
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
