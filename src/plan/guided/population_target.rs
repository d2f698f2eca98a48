//! The target number of resources of each kind, for a section of a plan.
//!
//! The resources in existence determine the possible relations between resources: two resources of a kind side
//! by
//! side show other facts than one resource with many dependents. No target covers all cases, so the target
//! changes
//! from section to section.

use crate::model::Model;
use crate::plan::chooser_input::ChooserInput;
use crate::plan::hints::SuiteHints;
use crate::plan::live_count::counts_as_live;
use crate::schema::SeededRng;
use crate::suite::IdExpression;
use std::collections::BTreeMap;

/// Steps in a section.
const SECTION_STEPS: usize = 40;

/// One section in this many has a foreign resource, and never two in succession: a foreign resource counts
/// towards the live limit.
const FOREIGN_ONE_IN: u32 = 4;

/// Attempts to draw a target other than the previous target.
const REDRAWS: usize = 8;

/// More independent resources of a kind are rarely worth their cost.
const INDEPENDENT_MAX: usize = 3;

/// The target of a section.
#[derive(Debug, Clone, Default)]
pub(super) struct PopulationTarget {
    targets: BTreeMap<usize, usize>,
    /// Whether the section has a foreign resource.
    pub foreign: bool,
    /// The first step of the next section.
    until: usize,
}

impl PopulationTarget {
    /// Draws a new target at the end of a section.
    pub fn redraw_target(&mut self, situation: &ChooserInput<'_>, hints: &SuiteHints, rng: &mut SeededRng) {
        let (model, limits, step) = (situation.model, situation.limits, situation.steps.len());
        if step < self.until {
            return;
        }
        let all = limits.live_max;
        let may = all > 2 && !self.foreign && limits.callers.contains("other");
        let foreign = may && rng.draw_chance(1, FOREIGN_ONE_IN);
        let left = all - usize::from(foreign);
        let kinds = list_kinds(model, hints);
        let mut most = draw_mixture(&kinds, left, rng);
        // Prefers a target other than the previous target.
        for _ in 0..REDRAWS {
            if most != self.targets {
                break;
            }
            most = draw_mixture(&kinds, left, rng);
        }
        *self = PopulationTarget {
            targets: most,
            foreign,
            until: step + if foreign { SECTION_STEPS / 2 } else { SECTION_STEPS },
        };
    }

    /// The target number of a kind.
    pub fn target_of(&self, kind: usize) -> usize {
        self.targets.get(&kind).copied().unwrap_or(1)
    }
}

fn draw_mixture(kinds: &[(usize, bool)], mut left: usize, rng: &mut SeededRng) -> BTreeMap<usize, usize> {
    let mut most = BTreeMap::new();
    for (nth, (kind, founding)) in kinds.iter().enumerate() {
        let later = kinds.len() - nth - 1;
        let free = left.saturating_sub(later).max(1);
        let bound = if *founding { free.min(INDEPENDENT_MAX) } else { free };
        // The last kind gets the remaining number, because no other kind could use the rest.
        let drawn = if later == 0 && nth > 0 { bound } else { 1 + rng.draw_below(bound as u64) as usize };
        most.insert(*kind, drawn);
        left = left.saturating_sub(drawn);
    }
    most
}

/// Kinds that count towards the live limit, independent kinds first.
fn list_kinds(model: &Model, hints: &SuiteHints) -> Vec<(usize, bool)> {
    let mut found: BTreeMap<usize, bool> = BTreeMap::new();
    for id in &hints.creating {
        let new = model.operations[id].about.iter().filter(|about| matches!(about.binding, IdExpression::New(_)));
        for about in new.filter(|about| counts_as_live(hints, about.resource)) {
            *found.entry(about.resource).or_default() |= hints.independent_creates.contains(id);
        }
    }
    let mut kinds: Vec<(usize, bool)> = found.into_iter().collect();
    kinds.sort_by_key(|(kind, founding)| (!founding, *kind));
    kinds
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checks all targets from many draws, each as numbers for the kinds 0, 1, ….
    fn check_mixtures(founding: &[bool], places: usize, expected: &[&[usize]]) {
        let kinds: Vec<(usize, bool)> = founding.iter().copied().enumerate().collect();
        let mut rng = SeededRng::new(1, 1, 1, 1);
        let drawn = (0..200).map(|_| draw_mixture(&kinds, places, &mut rng).into_values().collect::<Vec<usize>>());
        let found: std::collections::BTreeSet<Vec<usize>> = drawn.collect();
        assert_eq!(found.into_iter().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn one_kind_gets_all_places_up_to_three() {
        check_mixtures(&[true], 1, &[&[1]]);
        check_mixtures(&[true], 3, &[&[1], &[2], &[3]]);
        check_mixtures(&[true], 9, &[&[1], &[2], &[3]]);
    }

    #[test]
    fn dependent_kinds_get_the_remaining_places() {
        check_mixtures(&[true, false], 3, &[&[1, 2], &[2, 1]]);
        check_mixtures(&[true, false], 5, &[&[1, 4], &[2, 3], &[3, 2]]);
        check_mixtures(&[true, false, false], 4, &[&[1, 1, 2], &[1, 2, 1], &[2, 1, 1]]);
    }

    #[test]
    fn each_kind_gets_one_place_even_if_the_places_are_fewer() {
        check_mixtures(&[true, false], 1, &[&[1, 1]]);
    }
}
