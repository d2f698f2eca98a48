//! What a run at a real endpoint keeps of what it creates: journal, marks, and what is left.

use super::mark::{Mark, Marks};
use super::undo::Made;
use crate::model::Model;
use crate::run::{Cancel, Journal, JournalFile, Left, Life, Reserve, Whose};
use crate::schema::Schemas;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// The keeper of one run.
pub struct Keeper {
    /// As it stands in the journal and in marks.
    pub run: String,
    /// For cleaning up after one plan.
    pub reserve: Reserve,
    /// How long a thing may exist, from the beginning of its plan.
    lifetime: Duration,
    began_s: u64,
    began: Instant,
    journal: Rc<RefCell<JournalFile>>,
    lives: Cell<u64>,
    /// Something may have been created.
    created: Cell<bool>,
    left: RefCell<BTreeMap<Made, Left>>,
    /// What was said of lists that could not be read.
    unread: RefCell<Vec<String>>,
}

/// One plan that is being carried out.
pub struct Living {
    pub mark: Mark,
    pub marks: Marks,
}

impl Keeper {
    /// Begins the journal.
    ///
    /// # Errors
    /// What the system says of the journal's file.
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

    /// Another plan is carried out from now on.
    pub fn live(&self, model: &Arc<Model>, schemas: &Arc<Schemas>) -> Living {
        let life = self.lives.get();
        self.lives.set(life + 1);
        let expires = self.began_s + (self.began.elapsed() + self.lifetime).as_secs() + 1;
        let mark = Mark { run: self.run.clone(), expires, life };
        Living { marks: Marks::new(model.clone(), schemas.clone(), &mark), mark }
    }

    /// The journal of one plan.
    pub fn journal(&self, living: &Living) -> Box<dyn Journal> {
        Box::new(Life { journal: self.journal.clone(), number: living.mark.life })
    }

    pub fn note_created(&self) {
        self.created.set(true);
    }

    pub fn created(&self) -> bool {
        self.created.get()
    }

    /// What is still there after an attempt to delete all of `tried`.
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

    /// Whether nothing is left cannot be told, for this reason.
    pub fn note_unread(&self, because: Option<String>) {
        *self.unread.borrow_mut() = because.into_iter().collect();
    }

    pub fn unfinished(&self) -> Vec<Made> {
        self.left.borrow().keys().cloned().collect()
    }

    /// All that is left, or may be.
    pub fn left(&self) -> Vec<Left> {
        let unread = self.unread.borrow();
        let unread = unread.iter().map(|because| Left {
            handle: "what has no known id".to_string(),
            id: "?".to_string(),
            because: format!("whether any is left is not known: {because}"),
        });
        self.left.borrow().values().cloned().chain(unread).collect()
    }

    /// The run is over: its journal stays only where something may be left.
    pub fn close(&self) {
        if self.left().is_empty() {
            // A journal that stays behind costs a later sweep a look, nothing else.
            let _ = self.journal.borrow().close();
        }
    }
}
