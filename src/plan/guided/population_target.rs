//! The target number of resources of each kind, for a section of a plan.
//!
//! The resources in existence determine the possible relations between resources: two resources of a kind side
//! by
//! side show other facts than one resource with many dependents. No target covers all cases, so the target
//! changes
//! from section to section.

use crate::model::Model;
use crate::plan::chooser_input::Situation;
use crate::plan::hints::Hints;
use crate::plan::live_count::takes_place;
use crate::schema::Rng;
use crate::suite::Binding;
use std::collections::BTreeMap;

/// Steps in a section.
const STRETCH: usize = 40;

/// One section in this many has a foreign resource, and never two in succession: a foreign resource counts
/// towards the live limit.
const FOREIGN_ONE_IN: u32 = 4;

/// Attempts to draw a target other than the previous target.
const REDRAWS: usize = 8;

/// More independent resources of a kind are rarely worth their cost.
const FOUNDING_MOST: usize = 3;

/// The target of a section.
#[derive(Debug, Clone, Default)]
pub(super) struct Rooms {
    most: BTreeMap<usize, usize>,
    /// Whether the section has a foreign resource.
    pub foreign: bool,
    /// The first step of the next section.
    until: usize,
}

impl Rooms {
    /// Draws a new target at the end of a section.
    pub fn turn(&mut self, situation: &Situation<'_>, hints: &Hints, rng: &mut Rng) {
        let (model, limits, step) = (situation.model, situation.limits, situation.steps.len());
        if step < self.until {
            return;
        }
        let all = limits.live_max;
        let may = all > 2 && !self.foreign && limits.callers.contains("other");
        let foreign = may && rng.chance(1, FOREIGN_ONE_IN);
        let left = all - usize::from(foreign);
        let kinds = kinds(model, hints);
        let mut most = mixture(&kinds, left, rng);
        // Prefers a target other than the previous target.
        for _ in 0..REDRAWS {
            if most != self.most {
                break;
            }
            most = mixture(&kinds, left, rng);
        }
        *self = Rooms { most, foreign, until: step + if foreign { STRETCH / 2 } else { STRETCH } };
    }

    /// The target number of a kind.
    pub fn of(&self, kind: usize) -> usize {
        self.most.get(&kind).copied().unwrap_or(1)
    }
}

fn mixture(kinds: &[(usize, bool)], mut left: usize, rng: &mut Rng) -> BTreeMap<usize, usize> {
    let mut most = BTreeMap::new();
    for (nth, (kind, founding)) in kinds.iter().enumerate() {
        let later = kinds.len() - nth - 1;
        let free = left.saturating_sub(later).max(1);
        let bound = if *founding { free.min(FOUNDING_MOST) } else { free };
        // The last kind gets the remaining number, because no other kind could use the rest.
        let drawn = if later == 0 && nth > 0 { bound } else { 1 + rng.below(bound as u64) as usize };
        most.insert(*kind, drawn);
        left = left.saturating_sub(drawn);
    }
    most
}

/// Kinds that count towards the live limit, independent kinds first.
fn kinds(model: &Model, hints: &Hints) -> Vec<(usize, bool)> {
    let mut found: BTreeMap<usize, bool> = BTreeMap::new();
    for id in &hints.creating {
        let new = model.operations[id].about.iter().filter(|about| matches!(about.binding, Binding::New(_)));
        for about in new.filter(|about| takes_place(hints, about.resource)) {
            *found.entry(about.resource).or_default() |= hints.founding.contains(id);
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
    fn check(founding: &[bool], places: usize, expected: &[&[usize]]) {
        let kinds: Vec<(usize, bool)> = founding.iter().copied().enumerate().collect();
        let mut rng = Rng::new(1, 1, 1, 1);
        let drawn = (0..200).map(|_| mixture(&kinds, places, &mut rng).into_values().collect::<Vec<usize>>());
        let found: std::collections::BTreeSet<Vec<usize>> = drawn.collect();
        assert_eq!(found.into_iter().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn one_kind_gets_all_places_up_to_three() {
        check(&[true], 1, &[&[1]]);
        check(&[true], 3, &[&[1], &[2], &[3]]);
        check(&[true], 9, &[&[1], &[2], &[3]]);
    }

    #[test]
    fn dependent_kinds_get_the_remaining_places() {
        check(&[true, false], 3, &[&[1, 2], &[2, 1]]);
        check(&[true, false], 5, &[&[1, 4], &[2, 3], &[3, 2]]);
        check(&[true, false, false], 4, &[&[1, 1, 2], &[1, 2, 1], &[2, 1, 1]]);
    }

    #[test]
    fn each_kind_gets_one_place_even_if_the_places_are_fewer() {
        check(&[true, false], 1, &[&[1, 1]]);
    }
}
