//! The account of one run at a real endpoint: journal, marks, and leftovers.

use super::context::Reserve;
use super::created::{Left, Made};
use super::journal::{JournalFile, Life, Whose};
use super::mark::Mark;
use super::marker::Marks;
use crate::model::Model;
use crate::run::{Cancel, Journal};
use crate::schema::Schemas;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// Tracks the resources that one run creates.
pub struct Keeper {
    /// The id of the run, in the journal and in marks.
    pub run: String,
    /// Time limit of cleaning up after one plan.
    pub reserve: Reserve,
    /// Time after the start of a plan until the marks of the plan expire.
    lifetime: Duration,
    began_s: u64,
    began: Instant,
    journal: Rc<RefCell<JournalFile>>,
    lives: Cell<u64>,
    /// Whether a plan sent a create.
    created: Cell<bool>,
    left: RefCell<BTreeMap<Made, Left>>,
    /// Why a list could not be read.
    unread: RefCell<Vec<String>>,
}

/// The marks of one plan.
pub struct Living {
    /// The mark of the plan.
    pub mark: Mark,
    /// Adds the mark to calls.
    pub marks: Marks,
}

impl Keeper {
    /// Creates the journal of a run that began at `began_s` (Unix seconds).
    ///
    /// # Errors
    /// The error of the operating system, if the journal cannot be created.
    pub fn begin(
        journal: &Path,
        whose: &Whose,
        began_s: u64,
        within: Duration,
        give_up: Cancel,
    ) -> std::io::Result<Keeper> {
        Ok(Keeper {
            run: whose.run.clone(),
            reserve: Reserve { within, give_up },
            lifetime: Duration::from_secs(whose.lifetime_s),
            began_s,
            began: Instant::now(),
            journal: Rc::new(RefCell::new(JournalFile::begin(journal, whose)?)),
            lives: Cell::new(0),
            created: Cell::new(false),
            left: RefCell::default(),
            unread: RefCell::default(),
        })
    }

    /// The marks of the plan that starts now.
    pub fn live(&self, model: &Arc<Model>, schemas: &Arc<Schemas>) -> Living {
        let life = self.lives.get();
        self.lives.set(life + 1);
        let expires = self.began_s + (self.began.elapsed() + self.lifetime).as_secs() + 1;
        let mark = Mark { run: self.run.clone(), expires, life };
        Living { marks: Marks::new(model.clone(), schemas.clone(), &mark), mark }
    }

    /// The journal for the creates of one plan.
    pub fn journal(&self, living: &Living) -> Box<dyn Journal> {
        Box::new(Life { journal: self.journal.clone(), number: living.mark.life })
    }

    /// Notes that a plan sent a create.
    pub fn note_created(&self) {
        self.created.set(true);
    }

    /// Whether a plan sent a create.
    pub fn created(&self) -> bool {
        self.created.get()
    }

    /// Notes the result of deleting `tried`: the leftovers are `left`, the rest is gone.
    pub fn note(&self, tried: &[Made], left: &[Left]) {
        let mut known = self.left.borrow_mut();
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
    pub fn note_unread(&self, because: Option<String>) {
        *self.unread.borrow_mut() = because.into_iter().collect();
    }

    /// The resources that could not be deleted.
    pub fn unfinished(&self) -> Vec<Made> {
        self.left.borrow().keys().cloned().collect()
    }

    /// All leftovers, and an entry for resources with unknown ids if a list could not be read.
    pub fn left(&self) -> Vec<Left> {
        let unread = self.unread.borrow();
        let unread = unread.iter().map(|because| Left {
            handle: "resources without a known id".to_string(),
            id: "?".to_string(),
            because: format!("whether any exist is unknown: {because}"),
        });
        self.left.borrow().values().cloned().chain(unread).collect()
    }

    /// Deletes the journal if the run has no leftovers.
    pub fn close(&self) {
        if self.left().is_empty() {
            // A remaining journal costs a later sweep some reads only.
            let _ = self.journal.borrow().close();
        }
    }
}
