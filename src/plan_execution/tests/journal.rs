//! Entries of the journal before and after a create.

use super::*;

/// Keeps one line for each entry; returns an error for each intent if `broken`.
struct RecordingJournal {
    lines: std::rc::Rc<RefCell<Vec<String>>>,
    broken: bool,
}

impl Journal for RecordingJournal {
    fn record_intent(&mut self, index: usize, _: &Step, call: &Call) -> std::io::Result<()> {
        self.lines.borrow_mut().push(format!("intent {index} {}", call.operation));
        if self.broken { Err(std::io::Error::other("disk full")) } else { Ok(()) }
    }

    fn record_result(&mut self, index: usize, born: &BTreeMap<String, String>, refused: bool) -> std::io::Result<()> {
        self.lines.borrow_mut().push(format!("done {index} {born:?} {refused}"));
        Ok(())
    }

    fn record_deletion(&mut self, handle: &str) -> std::io::Result<()> {
        self.lines.borrow_mut().push(format!("gone {handle}"));
        Ok(())
    }
}

#[test]
fn the_journal_is_written_before_a_create_is_sent() {
    let lines = std::rc::Rc::new(RefCell::new(Vec::new()));
    let setting =
        TestSettings { journal: Box::new(RecordingJournal { lines: lines.clone(), broken: false }), ..make_settings() };
    check_plan_with(setting, &[make_create("a"), make_push()], |request| {
        lines.borrow_mut().push(format!("sent {}", request.operation));
        (0, make_reply(200, json!({"id": "1"})))
    });
    assert_eq!(
        *lines.borrow(),
        ["intent 0 createBox", "sent createBox", "done 0 {\"a\": \"1\"} false", "sent pushBox"]
    );
}

#[test]
fn without_a_journal_nothing_is_created() {
    let setting = TestSettings {
        journal: Box::new(RecordingJournal { lines: Default::default(), broken: true }),
        ..make_settings()
    };
    let carried = check_plan_with(setting, &[make_create("a")], |_| panic!("nothing is sent"));
    assert_eq!(carried.ends, Err(StopReason::Journal { cause: "disk full".into() }));
}

#[test]
fn an_id_that_repeats_a_credential_is_not_in_the_journal() {
    for id in ["canary-key", "x-CANARY-KEY", "canary%2dkey", "Y2FuYXJ5LWtleQ=="] {
        let lines = std::rc::Rc::new(RefCell::new(Vec::new()));
        let setting = TestSettings {
            journal: Box::new(RecordingJournal { lines: lines.clone(), broken: false }),
            ..make_settings()
        };
        check_plan_with(setting, &[make_create("a")], |_| (0, make_reply(200, json!({"id": id}))));
        assert_eq!(*lines.borrow(), ["intent 0 createBox", "done 0 {} false"], "{id}");
    }
}
