//! What is written before a create is sent, and who may read it.

use super::*;

/// Remembers what it is told, and may refuse to write.
struct Diary {
    lines: std::rc::Rc<RefCell<Vec<String>>>,
    broken: bool,
}

impl Journal for Diary {
    fn intent(&mut self, index: usize, _: &Step, call: &Call) -> std::io::Result<()> {
        self.lines.borrow_mut().push(format!("intent {index} {}", call.operation));
        if self.broken { Err(std::io::Error::other("disk full")) } else { Ok(()) }
    }

    fn done(&mut self, index: usize, born: &BTreeMap<String, String>, refused: bool) -> std::io::Result<()> {
        self.lines.borrow_mut().push(format!("done {index} {born:?} {refused}"));
        Ok(())
    }

    fn gone(&mut self, handle: &str) -> std::io::Result<()> {
        self.lines.borrow_mut().push(format!("gone {handle}"));
        Ok(())
    }
}

#[test]
fn the_journal_is_written_before_a_create_is_sent() {
    let lines = std::rc::Rc::new(RefCell::new(Vec::new()));
    let setting = Setting { journal: Box::new(Diary { lines: lines.clone(), broken: false }), ..setting() };
    check_with(setting, &[create("a"), on_push()], |request| {
        lines.borrow_mut().push(format!("sent {}", request.operation));
        (0, reply(200, json!({"id": "1"})))
    });
    assert_eq!(
        *lines.borrow(),
        ["intent 0 createBox", "sent createBox", "done 0 {\"a\": \"1\"} false", "sent pushBox"]
    );
}

#[test]
fn without_a_journal_nothing_is_created() {
    let setting = Setting { journal: Box::new(Diary { lines: Default::default(), broken: true }), ..setting() };
    let carried = check_with(setting, &[create("a")], |_| panic!("nothing is sent"));
    assert_eq!(carried.ends, Err(Stop::Journal { cause: "disk full".into() }));
}

/// A folder of its own for each test.
fn scratch(name: &str) -> std::path::PathBuf {
    let folder = std::env::temp_dir().join(format!("probity-{name}-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    folder
}

fn whose() -> Whose {
    Whose {
        format: JOURNAL_FORMAT,
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
fn a_journal_file_is_read_again_and_a_torn_line_is_counted() {
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
fn the_journal_of_a_run_that_lives_cannot_be_taken() {
    let folder = scratch("journal-lives");
    let path = folder.join("journal.jsonl");
    let living = JournalFile::begin(&path, &whose()).unwrap();
    assert!(JournalFile::take(&path).unwrap().is_none(), "its run holds the lock");
    assert!(JournalFile::begin(&path, &whose()).is_err(), "no run writes into another's journal");
    drop(living);
    let taken = JournalFile::take(&path).unwrap().expect("whoever held the lock is gone");
    taken.close().unwrap();
    assert!(!path.exists());
    std::fs::remove_dir_all(&folder).unwrap();
}
