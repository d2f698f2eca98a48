//! Which pairs of calls a campaign raced, how often they overlapped, and what was not judged.

use crate::model::{ClauseId, ClauseOrigin, GeneratedClause, Model};
use crate::oracle::{RaceRecord, RaceVerdict};
use crate::plan::RacePair;
use std::collections::BTreeMap;

/// The pairs of calls that conflict, with the races of each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RaceTally {
    /// In the order of racing.
    pub pairs: Vec<RacedPair>,
}

/// The races of one pair of calls in one state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RacedPair {
    /// Ids of the operations.
    pub operations: [String; 2],
    /// The shared resource before the race, such as `server ACTIVE`.
    pub state: String,
    /// How the calls conflict, in words.
    pub conflict: &'static str,
    /// Whether the suite says that overlapping calls on the shared resource end as if made one after the other.
    pub is_atomic: bool,
    /// Number of plans.
    pub plans: u64,
    /// Plans in which both calls were sent.
    pub raced: u64,
    /// Races in which the calls were under way at the same time.
    pub overlapped: u64,
    /// Races that some order explains.
    pub explained: u64,
    /// Races that no order explains; with the last of them in words.
    pub unexplained: u64,
    /// The last race that no order explains, in words.
    pub example: Option<String>,
    /// Races that were not judged, by reason.
    pub undecided: BTreeMap<String, u64>,
}

/// Whether a clause is about overlapping calls.
#[must_use]
pub fn is_about_overlap(model: &Model, clause: ClauseId) -> bool {
    matches!(model.clause_info(clause).origin, ClauseOrigin::Generated(GeneratedClause::Atomic(_)))
}

impl RaceTally {
    /// A tally without races.
    #[must_use]
    pub fn new(model: &Model, pairs: &[RacePair]) -> RaceTally {
        let pair = |pair: &RacePair| RacedPair {
            state: pair.state.clone(),
            is_atomic: model.find_atomic_clause(pair.kind).is_some(),
            ..RacedPair::new(pair.operations.clone(), pair.conflict.describe())
        };
        RaceTally { pairs: pairs.iter().map(pair).collect() }
    }

    /// The races of a record, by operations; which pairs conflict is not known.
    #[must_use]
    pub fn from_records(model: &Model, races: &[RaceRecord]) -> RaceTally {
        let mut pairs: BTreeMap<(Vec<&str>, &[String]), RacedPair> = BTreeMap::new();
        for race in races {
            let mut operations: Vec<&str> = race.lanes.iter().map(|lane| lane.operation.as_str()).collect();
            operations.sort_unstable();
            let kinds = model.suite.resources.iter().enumerate();
            let mut kinds = kinds.filter(|(_, kind)| race.kinds.contains(&kind.name)).map(|(kind, _)| kind);
            let is_atomic = kinds.any(|kind| model.find_atomic_clause(kind).is_some());
            let operation = |index: usize| operations.get(index).copied().unwrap_or_default().to_string();
            let pair = || RacedPair {
                state: race.kinds.join(", "),
                is_atomic,
                ..RacedPair::new([operation(0), operation(1)], "overlap")
            };
            pairs.entry((operations.clone(), &race.kinds)).or_insert_with(pair).note_plan(std::slice::from_ref(race));
        }
        RaceTally { pairs: pairs.into_values().collect() }
    }

    /// The index of the pair to race next: the one with the fewest plans, the first of several.
    #[must_use]
    pub fn find_next(&self) -> Option<usize> {
        (0..self.pairs.len()).min_by_key(|index| self.pairs[*index].plans)
    }
}

impl RacedPair {
    fn new(operations: [String; 2], conflict: &'static str) -> RacedPair {
        RacedPair {
            operations,
            state: String::new(),
            conflict,
            is_atomic: false,
            plans: 0,
            raced: 0,
            overlapped: 0,
            explained: 0,
            unexplained: 0,
            example: None,
            undecided: BTreeMap::new(),
        }
    }

    /// Counts a plan with its races.
    pub fn note_plan(&mut self, races: &[RaceRecord]) {
        self.plans += 1;
        for race in races {
            self.raced += 1;
            self.overlapped += u64::from(race.overlapped);
            match &race.verdict {
                RaceVerdict::Explained => self.explained += 1,
                RaceVerdict::Unexplained(why) => {
                    self.unexplained += 1;
                    self.example = Some(why.clone());
                }
                RaceVerdict::Undecided(why) => *self.undecided.entry(why.clone()).or_default() += 1,
            }
        }
    }
}
