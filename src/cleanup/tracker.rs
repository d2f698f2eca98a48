//! The account of one run at a real endpoint: journal, marks, and leftovers.

use super::context::CleanupReserve;
use super::created::{CreatedResource, Leftover};
use super::journal::{JournalFile, JournalHeader, PlanJournal, read_journal};
use super::journal_content::{JournalContent, read_entries};
use super::leftovers::describe_copied_mark;
use super::listing::{ListScan, ListedResource, NamelessResource, has_marked_list};
use super::live_ledger::UnnamedCreate;
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
    /// Creates whose resource has no known id, by the number of the plan in the order of execution.
    unnamed: RefCell<BTreeMap<u64, Vec<UnnamedCreate>>>,
    /// Resources that only the lists at the end of the run show: without a readable id, or with a mark that no create
    /// of the run explains.
    unexplained: RefCell<Vec<Leftover>>,
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
            unnamed: RefCell::default(),
            unexplained: RefCell::default(),
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
            if let Some(made) = tried.iter().find(|made| made.id == left.id && made.handle == left.handle) {
                known.insert(made.clone(), left.clone());
            }
        }
    }

    /// Notes the creates of a plan whose resource has no known id.
    pub(super) fn note_unnamed(&self, execution: u64, creates: &[UnnamedCreate]) {
        self.unnamed.borrow_mut().insert(execution, creates.to_vec());
    }

    /// Notes the resources that a search through the lists found by the mark of a plan. What a complete list does not
    /// show does not exist, unless the endpoint accepted the create.
    pub(super) fn note_found(&self, model: &Model, execution: u64, found: &[CreatedResource]) {
        let mut unnamed = self.unnamed.borrow_mut();
        let Some(creates) = unnamed.get_mut(&execution) else { return };
        for found in found {
            if let Some(at) = creates.iter().position(|create| create.kind == found.kind) {
                creates.remove(at);
            }
        }
        creates.retain(|create| create.accepted || !has_marked_list(model, create.kind));
        if creates.is_empty() {
            unnamed.remove(&execution);
        }
    }

    /// The creates of a plan whose resource nobody found.
    pub(super) fn list_unnamed(&self, model: &Model, execution: u64) -> Vec<Leftover> {
        let unnamed = self.unnamed.borrow();
        unnamed.get(&execution).into_iter().flatten().map(|create| create.to_leftover(model)).collect()
    }

    /// The resources of `scan` with the mark of this run that the run created, except those of `known`. A mark alone is
    /// no proof, because anyone can copy a resource: a create in the journal must explain the resource.
    pub(super) fn choose_marked(
        &self,
        model: &Model,
        known: &[CreatedResource],
        scan: ListScan,
    ) -> Vec<CreatedResource> {
        let nameless = scan.nameless.iter().filter(|nameless| nameless.mark.run == self.run);
        let mut unexplained: Vec<Leftover> = nameless.map(NamelessResource::to_leftover).collect();
        let is_known = |seen: &ListedResource| known.iter().any(|made| made.is_same_resource(&seen.created));
        let own = |seen: &ListedResource| seen.mark.as_ref().is_some_and(|mark| mark.run == self.run);
        let marked: Vec<ListedResource> =
            scan.resources.into_iter().filter(|seen| own(seen) && !is_known(seen)).collect();
        // The journal of a long run is read only for a resource that no plan knows.
        let journal = if marked.is_empty() { None } else { self.read_own_journal(model) };
        let mut found: BTreeMap<u64, Vec<CreatedResource>> = BTreeMap::new();
        for seen in marked {
            let Some(mark) = &seen.mark else { continue };
            if journal.as_ref().is_some_and(|journal| journal.explains(model, &seen)) {
                found.entry(mark.execution).or_default().push(seen.created);
            } else {
                unexplained.push(describe_copied_mark(&seen.created, &self.run));
            }
        }
        let executions: Vec<u64> = self.unnamed.borrow().keys().copied().collect();
        for execution in executions {
            let new = found.get(&execution).map(Vec::as_slice).unwrap_or_default();
            self.note_found(model, execution, new);
        }
        self.add_unnamed_creates(model, &mut unexplained);
        *self.unexplained.borrow_mut() = unexplained;
        found.into_values().flatten().collect()
    }

    /// Without a readable id in a list, an accepted create and the nameless element of the list are the same resource.
    fn add_unnamed_creates(&self, model: &Model, unexplained: &mut Vec<Leftover>) {
        let listed = unexplained.iter().filter(|left| left.id == "?").count();
        let unnamed = self.unnamed.borrow();
        let creates = unnamed.values().flatten();
        unexplained.extend(creates.skip(listed).map(|create| create.to_leftover(model)));
    }

    fn read_own_journal(&self, model: &Model) -> Option<JournalContent> {
        let lines = read_journal(self.journal.borrow().path()).ok()?;
        Some(read_entries(model, &self.run, &lines))
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
        let unexplained = self.unexplained.borrow();
        self.leftovers.borrow().values().cloned().chain(unexplained.iter().cloned()).chain(unread).collect()
    }

    /// Deletes the journal if the run has no leftovers.
    pub fn close_journal(&self) {
        if self.list_leftovers().is_empty() {
            // A remaining journal costs a later sweep some reads only.
            let _ = self.journal.borrow().remove_file();
        }
    }
}
