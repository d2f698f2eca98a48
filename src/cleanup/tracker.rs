//! The account of one run at a real endpoint: journal, marks, and leftovers.

use super::context::CleanupReserve;
use super::created::{CreatedResource, Leftover};
use super::journal::{JournalFile, JournalHeader, PlanJournal};
use super::mark::RunMark;
use super::marker::RunMarker;
use crate::model::Model;
use crate::plan_execution::{Cancellation, Journal};
use crate::schema::CompiledCatalog;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// Tracks the resources that one run creates.
pub struct ResourceTracker {
    /// The id of the run, in the journal and in marks.
    pub run: String,
    times: CleanupTimes,
    /// The end of all cleaning up, known once testing is stopped from outside.
    last_end: Cell<Option<Instant>>,
    /// Time after the start of a plan until the marks of the plan expire.
    lifetime: Duration,
    began_s: u64,
    began: Instant,
    journal: Rc<RefCell<JournalFile>>,
    executions: Cell<u64>,
    /// Whether a plan sent a create.
    created: Cell<bool>,
    leftovers: RefCell<BTreeMap<CreatedResource, Leftover>>,
    /// Why a list could not be read.
    unread_reasons: RefCell<Vec<String>>,
}

/// The times of cleaning up, and how a run is stopped from outside.
#[derive(Debug, Clone)]
pub struct CleanupTimes {
    /// Longest time for cleaning up after one plan, and for cleaning up after testing was stopped from outside.
    pub within: Duration,
    /// Longest time for testing. All cleaning up ends `within` after this time.
    pub testing: Duration,
    /// Stops testing.
    pub cancel: Cancellation,
    /// Stops cleaning up.
    pub give_up: Cancellation,
}

/// The marks of one plan.
pub struct PlanMarks {
    /// The mark of the plan.
    pub mark: RunMark,
    /// Adds the mark to calls.
    pub marker: RunMarker,
}

impl ResourceTracker {
    /// Creates the journal of a run that began at `began_s` (Unix seconds).
    ///
    /// # Errors
    /// The error of the operating system, if the journal cannot be created.
    pub fn start_run(
        journal: &Path,
        whose: &JournalHeader,
        began_s: u64,
        times: CleanupTimes,
    ) -> std::io::Result<ResourceTracker> {
        Ok(ResourceTracker {
            run: whose.run.clone(),
            times,
            last_end: Cell::new(None),
            lifetime: Duration::from_secs(whose.lifetime_s),
            began_s,
            began: Instant::now(),
            journal: Rc::new(RefCell::new(JournalFile::create_file(journal, whose)?)),
            executions: Cell::new(0),
            created: Cell::new(false),
            leftovers: RefCell::default(),
            unread_reasons: RefCell::default(),
        })
    }

    /// The marks of the plan that starts now.
    pub fn start_plan(&self, model: &Arc<Model>, schemas: &Arc<CompiledCatalog>) -> PlanMarks {
        let life = self.executions.get();
        self.executions.set(life + 1);
        let expires = self.began_s + (self.began.elapsed() + self.lifetime).as_secs() + 1;
        let mark = RunMark { run: self.run.clone(), expires, execution: life };
        PlanMarks { marker: RunMarker::new(model.clone(), schemas.clone(), &mark), mark }
    }

    /// The time that cleaning up may take from now on.
    ///
    /// Every plan has the whole reserve, but no cleaning up ends later than the reserve after the time for testing, or
    /// later than the reserve after testing was stopped from outside.
    pub fn start_cleaning(&self) -> CleanupReserve {
        let CleanupTimes { within, testing, cancel, give_up } = &self.times;
        if cancel.is_requested() && self.last_end.get().is_none() {
            self.last_end.set(Some(Instant::now() + *within));
        }
        let last_end = self.last_end.get().unwrap_or(self.began + *testing + *within);
        CleanupReserve::start(*within, give_up.clone()).until(last_end.min(self.began + *testing + *within))
    }

    /// The journal for the creates of one plan.
    pub fn open_plan_journal(&self, living: &PlanMarks) -> Box<dyn Journal> {
        Box::new(PlanJournal { journal: self.journal.clone(), execution: living.mark.execution })
    }

    /// Notes that a plan sent a create.
    pub fn note_created(&self) {
        self.created.set(true);
    }

    /// Whether a plan sent a create.
    pub fn has_created(&self) -> bool {
        self.created.get()
    }

    /// Notes the result of deleting `tried`: the leftovers are `left`, the rest is gone.
    pub fn note_deletions(&self, tried: &[CreatedResource], left: &[Leftover]) {
        let mut known = self.leftovers.borrow_mut();
        for made in tried {
            known.remove(made);
        }
        for left in left {
            if let Some(made) = tried.iter().find(|made| made.id == left.id) {
                known.insert(made.clone(), left.clone());
            }
        }
    }

    /// Notes why the lists could not be read the last time; `None` after lists were read.
    pub fn note_unread_lists(&self, because: Option<String>) {
        *self.unread_reasons.borrow_mut() = because.into_iter().collect();
    }

    /// The resources that could not be deleted.
    pub fn list_undeleted(&self) -> Vec<CreatedResource> {
        self.leftovers.borrow().keys().cloned().collect()
    }

    /// All leftovers, and an entry for resources with unknown ids if a list could not be read.
    pub fn list_leftovers(&self) -> Vec<Leftover> {
        let unread = self.unread_reasons.borrow();
        let unread = unread.iter().map(|because| Leftover {
            handle: "resources without a known id".to_string(),
            id: "?".to_string(),
            reason: format!("whether any exist is unknown: {because}"),
        });
        self.leftovers.borrow().values().cloned().chain(unread).collect()
    }

    /// Deletes the journal if the run has no leftovers.
    pub fn close_journal(&self) {
        if self.list_leftovers().is_empty() {
            // A remaining journal costs a later sweep some reads only.
            let _ = self.journal.borrow().remove_file();
        }
    }
}
