//! The state of the guided chooser over all plans of a campaign.

use super::list_pages::ListPageReads;
use super::open_cells::OpenCells;
use super::population_target::PopulationTarget;
use super::request_ledger::{RequestLedger, StepPurpose};
use super::search_pause::SearchPause;
use crate::model::ClauseId;
use crate::plan::hints::SuiteHints;
use crate::plan::path_search::CallPathEntry;
use crate::schema::BodyEdit;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

/// The default chooser of a campaign. One value serves all plans of the campaign in succession.
#[derive(Debug, Clone)]
pub struct GuidedChooser {
    pub(super) hints: Arc<SuiteHints>,
    pub(super) seed: u64,
    pub(super) plan: u64,
    /// The remaining calls of a path to a clause, and their purpose.
    pub(super) path: VecDeque<CallPathEntry>,
    pub(super) path_purpose: StepPurpose,
    /// Searches without a result, by clause and, for a clause about every operation, by operation.
    pub(super) pauses: BTreeMap<PauseKey, SearchPause>,
    /// Body cases that were sent.
    pub(super) body_cases: SentBodyCases,
    /// Successive reads of undetermined resources.
    pub(super) polls: u32,
    /// Handles with at least one such read.
    pub(super) polled: BTreeSet<String>,
    /// Requests by purpose.
    pub(super) ledger: RequestLedger,
    /// The population target.
    pub(super) population_target: PopulationTarget,
    pub(super) pages: ListPageReads,
    /// The cells without an exchange.
    pub(super) cells: OpenCells,
}

pub(super) type PauseKey = (ClauseId, Option<String>);

impl GuidedChooser {
    /// A chooser for the plan `plan`, with the random numbers of `seed`.
    #[must_use]
    pub fn new(hints: Arc<SuiteHints>, seed: u64, plan: u64) -> GuidedChooser {
        GuidedChooser {
            hints,
            seed,
            plan,
            path: VecDeque::new(),
            path_purpose: StepPurpose::Effect,
            pauses: BTreeMap::new(),
            body_cases: SentBodyCases::default(),
            polls: 0,
            polled: BTreeSet::new(),
            ledger: RequestLedger::default(),
            population_target: PopulationTarget::default(),
            pages: ListPageReads::default(),
            cells: OpenCells::default(),
        }
    }

    /// Starts another plan of the campaign. Body cases are not sent twice, and cells stay filled.
    pub fn begin_plan(&mut self, plan: u64) {
        let (sent, mut ledger) = (std::mem::take(&mut self.body_cases), std::mem::take(&mut self.ledger));
        ledger.begin_plan();
        let (pages, mut cells) = (std::mem::take(&mut self.pages), std::mem::take(&mut self.cells));
        cells.begin_plan();
        *self = GuidedChooser {
            body_cases: sent,
            ledger,
            pages,
            cells,
            ..GuidedChooser::new(Arc::clone(&self.hints), self.seed, plan)
        };
    }
}

/// Body cases that were sent, and the number of remaining cases.
#[derive(Debug, Clone, Default)]
pub(super) struct SentBodyCases {
    /// By operation: pointer and kind of each case.
    pub(super) cases: BTreeMap<String, BTreeSet<(String, String)>>,
    /// By operation: the remaining and the total number of cases at the last count.
    pub(super) left: BTreeMap<String, (usize, usize)>,
}

impl SentBodyCases {
    pub(super) fn has_case(&self, operation: &str, case: &BodyEdit) -> bool {
        // The lookup is rare enough for a new key each time.
        let key = (case.pointer.clone(), case.kind.clone());
        self.cases.get(operation).is_some_and(|sent| sent.contains(&key))
    }

    pub(super) fn count_at(&self, operation: &str, pointer: &str) -> u32 {
        let sent = self.cases.get(operation).into_iter().flatten();
        sent.filter(|(known, _)| known == pointer).count() as u32
    }

    /// The weight of an operation. Operations with a small tested share come first, regardless of the number of
    /// cases.
    pub(super) fn weigh_operation(&self, operation: &str) -> u32 {
        match self.left.get(operation) {
            None => 40,
            Some((0, _)) => 0,
            Some((left, all)) => 1 + (20 * left / (*all).max(1)) as u32 + left.isqrt() as u32,
        }
    }
}
