//! Journal files: content, and the lock of a running run.

use super::super::journal::{FORMAT, JournalEntry, JournalFile, JournalHeader, PlanJournal, read_journal};
use crate::history::Call;
use crate::plan_execution::Journal;
use crate::plan_execution::tests::{make_create, make_show_call};
use serde_json::json;
use std::cell::RefCell;
use std::collections::BTreeMap;

/// A separate folder for each test.
fn make_scratch_folder(name: &str) -> std::path::PathBuf {
    let folder = std::env::temp_dir().join(format!("probity-{name}-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    folder
}

fn make_header() -> JournalHeader {
    JournalHeader {
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
    let folder = make_scratch_folder("journal-torn");
    let path = folder.join("journal.jsonl");
    let call = Call { body: Some(json!({"name": "a"})), ..make_show_call("1") };
    let file = std::rc::Rc::new(RefCell::new(JournalFile::create_file(&path, &make_header()).unwrap()));
    let mut journal = PlanJournal { journal: file, execution: 2 };
    journal.record_intent(3, &make_create("a"), &call).unwrap();
    journal.record_result(3, &BTreeMap::from([("a".into(), "1".into())]), false).unwrap();
    use std::io::Write;
    std::fs::OpenOptions::new().append(true).open(&path).unwrap().write_all(b"{\"gone\":{\"ha").unwrap();
    let lines = read_journal(&path).unwrap();
    let entries = &lines.entries;
    std::fs::remove_dir_all(&folder).unwrap();
    assert_eq!(entries.len(), 3);
    assert_eq!(entries[0], JournalEntry::Header(make_header()));
    assert!(
        matches!(&entries[1], JournalEntry::Intent { life: 2, step: 3, body: Some(body), .. } if body["name"] == "a")
    );
    let unread: Vec<(usize, bool)> = lines.unread.iter().map(|line| (line.number, line.lost)).collect();
    assert_eq!(unread, [(4, false)], "the run was killed before it sent the create");
    assert!(!lines.is_incomplete());
}

#[test]
fn the_journal_of_a_running_run_cannot_be_locked() {
    let folder = make_scratch_folder("journal-lives");
    let path = folder.join("journal.jsonl");
    let living = JournalFile::create_file(&path, &make_header()).unwrap();
    assert!(JournalFile::lock_finished(&path).unwrap().is_none(), "the run holds the lock");
    assert!(JournalFile::create_file(&path, &make_header()).is_err(), "no two runs share a journal");
    drop(living);
    let taken = JournalFile::lock_finished(&path).unwrap().expect("the lock is free");
    taken.remove_file().unwrap();
    assert!(!path.exists());
    std::fs::remove_dir_all(&folder).unwrap();
}

/// Reads a journal with a header, a create, its result and a deletion after `damage`; returns the number of entries,
/// and number and loss of the lines that cannot be used.
fn check_damage(name: &str, damage: impl Fn(&mut Vec<Vec<u8>>)) -> (usize, bool, Vec<(usize, bool)>) {
    let folder = make_scratch_folder(name);
    let path = folder.join("journal.jsonl");
    let file = std::rc::Rc::new(RefCell::new(JournalFile::create_file(&path, &make_header()).unwrap()));
    let mut journal = PlanJournal { journal: file, execution: 0 };
    journal.record_intent(0, &make_create("a"), &make_show_call("1")).unwrap();
    journal.record_result(0, &BTreeMap::from([("a".into(), "1".into())]), false).unwrap();
    journal.record_deletion("a").unwrap();
    let text = std::fs::read(&path).unwrap();
    let mut lines: Vec<Vec<u8>> = text.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
    damage(&mut lines);
    std::fs::write(&path, lines.concat()).unwrap();
    let lines = read_journal(&path).unwrap();
    std::fs::remove_dir_all(&folder).unwrap();
    let unread = lines.unread.iter().map(|line| (line.number, line.lost)).collect();
    (lines.entries.len(), lines.is_incomplete(), unread)
}

#[test]
fn a_torn_binary_or_repeated_line_is_named_and_the_others_are_used() {
    let torn = |lines: &mut Vec<Vec<u8>>, at: usize| lines[at] = [&lines[at][..9], b"\n"].concat();
    assert_eq!(check_damage("torn-first", |lines| torn(lines, 0)), (3, true, vec![(1, true)]));
    assert_eq!(check_damage("torn-middle", |lines| torn(lines, 1)), (3, true, vec![(2, true)]));
    assert_eq!(check_damage("binary", |lines| lines[2] = vec![0xff, 0, 0xfe, b'\n']), (3, true, vec![(3, true)]));
    assert_eq!(check_damage("repeated", |lines| lines.insert(2, lines[1].clone())), (4, false, vec![(3, false)]));
    assert_eq!(
        check_damage("joined", |lines| {
            let end = lines[1].len() - 1;
            lines[1].truncate(end);
        }),
        (2, true, vec![(2, true)])
    );
    assert_eq!(check_damage("cut", |lines| lines[3].truncate(5)), (3, false, vec![(4, false)]));
    assert_eq!(check_damage("empty", Vec::clear), (0, true, vec![]));
}
