//! Journal files: content, and the lock of a running run.

use super::super::journal::{Entry, FORMAT, JournalFile, Life, Whose, read_journal};
use crate::endpoint::Call;
use crate::run::Journal;
use crate::run::tests::{create, show};
use serde_json::json;
use std::cell::RefCell;
use std::collections::BTreeMap;

/// A separate folder for each test.
fn scratch(name: &str) -> std::path::PathBuf {
    let folder = std::env::temp_dir().join(format!("probity-{name}-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    folder
}

fn whose() -> Whose {
    Whose {
        format: FORMAT,
        run: "r".into(),
        suite: "boxes".into(),
        endpoint: "http://127.0.0.1:1".into(),
        profile: None,
        started: "2026-11-20T00:00:00Z".into(),
        lifetime_s: 60,
        pid: 1,
    }
}

#[test]
fn a_journal_file_is_read_and_an_incomplete_last_line_is_counted() {
    let folder = scratch("journal-torn");
    let path = folder.join("journal.jsonl");
    let call = Call { body: Some(json!({"name": "a"})), ..show("1") };
    let file = std::rc::Rc::new(RefCell::new(JournalFile::begin(&path, &whose()).unwrap()));
    let mut journal = Life { journal: file, number: 2 };
    journal.intent(3, &create("a"), &call).unwrap();
    journal.done(3, &BTreeMap::from([("a".into(), "1".into())]), false).unwrap();
    use std::io::Write;
    std::fs::OpenOptions::new().append(true).open(&path).unwrap().write_all(b"{\"gone\":{\"ha").unwrap();
    let (entries, unread) = read_journal(&path).unwrap();
    std::fs::remove_dir_all(&folder).unwrap();
    assert_eq!(entries.len(), 3);
    assert_eq!(entries[0], Entry::Whose(whose()));
    assert!(matches!(&entries[1], Entry::Intent { life: 2, step: 3, body: Some(body), .. } if body["name"] == "a"));
    assert_eq!(unread, [4]);
}

#[test]
fn the_journal_of_a_running_run_cannot_be_locked() {
    let folder = scratch("journal-lives");
    let path = folder.join("journal.jsonl");
    let living = JournalFile::begin(&path, &whose()).unwrap();
    assert!(JournalFile::take(&path).unwrap().is_none(), "the run holds the lock");
    assert!(JournalFile::begin(&path, &whose()).is_err(), "no two runs share a journal");
    drop(living);
    let taken = JournalFile::take(&path).unwrap().expect("the lock is free");
    taken.close().unwrap();
    assert!(!path.exists());
    std::fs::remove_dir_all(&folder).unwrap();
}
