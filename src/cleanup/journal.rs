//! The journal file: the creates of one run, on disk before each request is sent.
//!
//! Each run has one file and locks the file. If the process is killed, the operating system releases
//! the lock, and the file tells which resources may exist at the endpoint.

use crate::history::Call;
use crate::plan::Step;
use crate::plan_execution::Journal;
use probity_input::{check_regular_file, open_input_file};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// Version of the journal's format. Readers refuse a newer version.
pub const FORMAT: u32 = 1;

/// A journal file of JSON lines. Each line is on disk before the call that writes the line returns.
pub struct JournalFile {
    file: File,
    path: PathBuf,
}

/// The first line of a journal: the run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JournalHeader {
    /// [`FORMAT`] of the writer.
    pub format: u32,
    /// The id of the run, as in marks.
    pub run: String,
    /// The name of the suite.
    pub suite: String,
    /// The address of the endpoint, without credentials.
    pub endpoint: String,
    /// The file of the profile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    /// The start of the run: RFC 3339, UTC.
    pub started: String,
    /// Seconds from the start of a plan until the run no longer needs the plan's resources.
    pub lifetime_s: u64,
    /// The process id, for information. The lock tells whether the run is running.
    pub pid: u32,
}

/// One line of a journal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum JournalEntry {
    /// The first line.
    #[serde(rename = "whose")]
    Header(JournalHeader),
    /// Written before a create is sent.
    Intent {
        /// Number of the plan in the order of execution, repetitions included.
        life: u64,
        /// Index of the step in the plan.
        step: usize,
        /// The operation.
        operation: String,
        /// The binding of the operation.
        binding: String,
        /// The caller.
        caller: String,
        /// The body as sent, with secrets replaced. A sweep recognises a resource without a known id by the
        /// fields in the body.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        body: Option<Value>,
        /// Handles of the resources to create, by `about` name of the suite.
        births: BTreeMap<String, Vec<String>>,
    },
    /// Written after the create.
    Done {
        /// As in `Intent`.
        life: u64,
        /// Index of the step in the plan.
        step: usize,
        /// The ids that became known, by handle.
        born: BTreeMap<String, String>,
        /// Whether the endpoint refused the create.
        refused: bool,
    },
    /// Written after a resource was deleted.
    Gone {
        /// As in `Intent`.
        life: u64,
        /// The handle.
        handle: String,
    },
}

impl JournalFile {
    /// Creates the folder and the file, locks the file, and writes the header.
    ///
    /// # Errors
    /// If the file exists, or with the error of the operating system.
    pub fn create_file(path: &Path, whose: &JournalHeader) -> io::Result<JournalFile> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        if let Some(folder) = folder {
            std::fs::create_dir_all(folder)?;
        }
        let file = OpenOptions::new().create_new(true).append(true).open(path)?;
        file.lock()?;
        let mut journal = JournalFile { file, path: path.to_path_buf() };
        journal.write_entry(&JournalEntry::Header(whose.clone()))?;
        if let Some(folder) = folder {
            // The entry of the file in its folder must be on disk too.
            File::open(folder)?.sync_all()?;
        }
        Ok(journal)
    }

    /// Locks the journal of a finished run. Returns `None` if the run is running.
    ///
    /// # Errors
    /// The error of the operating system.
    pub fn lock_finished(path: &Path) -> io::Result<Option<JournalFile>> {
        check_regular_file(path).map_err(io::Error::other)?;
        let file = OpenOptions::new().read(true).append(true).open(path)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(JournalFile { file, path: path.to_path_buf() })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    /// The place of the file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Deletes the file.
    ///
    /// # Errors
    /// The error of the operating system.
    pub fn remove_file(&self) -> io::Result<()> {
        std::fs::remove_file(&self.path)
    }

    fn write_entry(&mut self, entry: &JournalEntry) -> io::Result<()> {
        let mut line = serde_json::to_vec(entry)?;
        line.push(b'\n');
        self.file.write_all(&line)?;
        self.file.sync_data()
    }
}

/// The journal of one plan, in the file of the run.
pub struct PlanJournal {
    /// The file of the run.
    pub journal: Rc<RefCell<JournalFile>>,
    /// Number of the plan in the order of execution.
    pub execution: u64,
}

impl Journal for PlanJournal {
    fn record_intent(&mut self, index: usize, step: &Step, call: &Call) -> io::Result<()> {
        self.journal.borrow_mut().write_entry(&JournalEntry::Intent {
            life: self.execution,
            step: index,
            operation: call.operation.clone(),
            binding: call.binding.clone(),
            caller: call.caller.clone(),
            body: call.body.clone(),
            births: step.births.clone(),
        })
    }

    fn record_result(&mut self, index: usize, born: &BTreeMap<String, String>, refused: bool) -> io::Result<()> {
        let entry = JournalEntry::Done { life: self.execution, step: index, born: born.clone(), refused };
        self.journal.borrow_mut().write_entry(&entry)
    }

    fn record_deletion(&mut self, handle: &str) -> io::Result<()> {
        self.journal.borrow_mut().write_entry(&JournalEntry::Gone { life: self.execution, handle: handle.to_string() })
    }
}

/// The readable lines of a journal, and the lines that cannot be used.
#[derive(Debug, Clone, Default)]
pub struct JournalLines {
    /// The readable entries in order, each once.
    pub entries: Vec<JournalEntry>,
    /// The lines that cannot be used.
    pub unread: Vec<UnreadLine>,
}

/// A line of a journal that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnreadLine {
    /// Number of the line, from 1.
    pub number: usize,
    /// Why the line cannot be used.
    pub cause: String,
    /// Whether an entry may be lost with the line.
    pub lost: bool,
}

impl JournalLines {
    /// The header; `None` if the first line cannot be used.
    #[must_use]
    pub fn header(&self) -> Option<&JournalHeader> {
        self.entries.iter().find_map(|entry| match entry {
            JournalEntry::Header(header) => Some(header),
            _ => None,
        })
    }

    /// Whether an entry may be lost, so that the journal does not have all creates of the run. The last line of a run
    /// that was killed is no loss: the create was not sent.
    #[must_use]
    pub fn is_incomplete(&self) -> bool {
        self.header().is_none() || self.unread.iter().any(|line| line.lost)
    }
}

/// Reads a journal. A line that is torn, binary or repeated is named, and the others are used.
///
/// # Errors
/// The error of the operating system, or an error for a file longer than 256 MiB.
pub fn read_journal(path: &Path) -> io::Result<JournalLines> {
    const BYTES_MAX: u64 = 256 << 20;
    let file = open_input_file(path).map_err(io::Error::other)?;
    if file.metadata()?.len() > BYTES_MAX {
        return Err(io::Error::other(format!("the journal is longer than {BYTES_MAX} bytes")));
    }
    let mut reader = BufReader::new(file.take(BYTES_MAX));
    let mut lines = JournalLines::default();
    let mut known: BTreeMap<[u8; 32], usize> = BTreeMap::new();
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        if reader.read_until(b'\n', &mut line)? == 0 {
            break;
        }
        let ended = line.pop_if(|last| *last == b'\n').is_some();
        if line.is_empty() {
            continue;
        }
        let first = *known.entry(Sha256::digest(&line).into()).or_insert(number);
        let unread = match serde_json::from_slice(&line) {
            Ok(_) if first < number => Some((format!("the line repeats line {first}"), false)),
            Ok(JournalEntry::Header(_)) if lines.header().is_some() => Some(("a second first line".to_string(), false)),
            Ok(entry) => {
                lines.entries.push(entry);
                None
            }
            Err(_) if std::str::from_utf8(&line).is_err() => Some(("the line is not text".to_string(), true)),
            Err(error) => {
                let place = if error.is_eof() { "the line is torn" } else { "the line is no entry of a journal" };
                Some((format!("{place} (column {})", error.column()), ended))
            }
        };
        lines.unread.extend(unread.map(|(cause, lost)| UnreadLine { number, cause, lost }));
    }
    Ok(lines)
}
