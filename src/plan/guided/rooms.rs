//! For how many things of each kind a stretch of a plan has room.
//!
//! What is there decides how things can stand to each other: two of one kind beside each other show other things
//! than one with all that can be made of it. No mixture has all of it, so that it is drawn anew now and then.

use super::super::chooser::takes_place;
use super::super::hints::Hints;
use super::super::situation::Situation;
use crate::model::Model;
use crate::schema::Rng;
use crate::suite::Binding;
use std::collections::BTreeMap;

/// Steps of one stretch.
const STRETCH: usize = 40;

/// In one of so many stretches something of another caller's is there, and never in two on end: it takes a place.
const FOREIGN_ONE_IN: u32 = 4;

/// Draws of a mixture that came out as the one before.
const REDRAWS: usize = 8;

/// More things of a kind that stand for themselves are seldom worth their price.
const FOUNDING_MOST: usize = 3;

/// What a stretch has room for.
#[derive(Debug, Clone, Default)]
pub(super) struct Rooms {
    most: BTreeMap<usize, usize>,
    /// Whether one thing may be another caller's.
    pub foreign: bool,
    /// The step with which the next stretch begins.
    until: usize,
}

impl Rooms {
    /// Draws anew where a stretch is over.
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
        // Another one than before, where there is another.
        for _ in 0..REDRAWS {
            if most != self.most {
                break;
            }
            most = mixture(&kinds, left, rng);
        }
        *self = Rooms { most, foreign, until: step + if foreign { STRETCH / 2 } else { STRETCH } };
    }

    /// Things of a kind that there may be.
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
        // The last kind takes what is left: room that nothing may use is of no use.
        let drawn = if later == 0 && nth > 0 { bound } else { 1 + rng.below(bound as u64) as usize };
        most.insert(*kind, drawn);
        left = left.saturating_sub(drawn);
    }
    most
}

/// Kinds that take a place, those first that need nothing else to come to life.
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

    /// All mixtures that come of many draws, each as the things of kind 0, 1, ….
    fn check(founding: &[bool], places: usize, expected: &[&[usize]]) {
        let kinds: Vec<(usize, bool)> = founding.iter().copied().enumerate().collect();
        let mut rng = Rng::new(1, 1, 1, 1);
        let drawn = (0..200).map(|_| mixture(&kinds, places, &mut rng).into_values().collect::<Vec<usize>>());
        let found: std::collections::BTreeSet<Vec<usize>> = drawn.collect();
        assert_eq!(found.into_iter().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn one_kind_has_as_many_things_as_there_are_places_and_three_at_most() {
        check(&[true], 1, &[&[1]]);
        check(&[true], 3, &[&[1], &[2], &[3]]);
        check(&[true], 9, &[&[1], &[2], &[3]]);
    }

    #[test]
    fn what_is_made_of_things_gets_the_places_that_these_leave() {
        check(&[true, false], 3, &[&[1, 2], &[2, 1]]);
        check(&[true, false], 5, &[&[1, 4], &[2, 3], &[3, 2]]);
        check(&[true, false, false], 4, &[&[1, 1, 2], &[1, 2, 1], &[2, 1, 1]]);
    }

    #[test]
    fn each_kind_may_come_once_even_where_there_are_fewer_places() {
        check(&[true, false], 1, &[&[1, 1]]);
    }
}
