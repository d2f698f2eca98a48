//! Which clauses a campaign can decide: by the suite, and by a search through the model.

use crate::expr::{Relation, Val};
use crate::model::{ClauseId, Generated, Model, Origin};
use crate::oracle::Standing;
use crate::plan::{Extent, Hints, Limits as PlanLimits, Reached, Root, never_attained, reachable};
use crate::schema::Schemas;
use crate::suite::Verb;
use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Whether each clause can be decided. The search runs on first use: a campaign in which every clause applied needs
/// no search.
pub struct Standings {
    model: Arc<Model>,
    schemas: Arc<Schemas>,
    hints: Arc<Hints>,
    limits: PlanLimits,
    extent: Extent,
    reached: OnceCell<Reached>,
}

impl Standings {
    /// `limits` are the limits of choosers: callers and live resources.
    #[must_use]
    pub fn new(model: Arc<Model>, schemas: Arc<Schemas>, hints: Arc<Hints>, limits: PlanLimits) -> Standings {
        Standings { model, schemas, hints, limits, extent: Extent::default(), reached: OnceCell::new() }
    }

    /// Whether an undecided clause can be decided.
    #[must_use]
    pub fn of(&self, clause: ClauseId) -> Standing {
        if let Some(why) = self.unobservable(clause) {
            return Standing::Unobservable(why);
        }
        if self.model.written(clause).is_none() {
            return Standing::Reachable;
        }
        if let Some(why) = self.lacking(clause).or_else(|| never_attained(&self.model, clause)) {
            return Standing::Unreachable(why);
        }
        let reached = self.reached();
        if reached.found.contains_key(&clause) {
            return Standing::Reachable;
        }
        let Extent { depth_max, things_max, .. } = self.extent;
        let within = format!("up to {depth_max} calls on up to {things_max} resources of a kind");
        if reached.whole {
            Standing::Unreachable(format!("no sequence of {within} makes the clause apply"))
        } else {
            Standing::Unknown(format!(
                "whether a sequence of {within} makes the clause apply is unknown: the search ended after {} states",
                reached.worlds
            ))
        }
    }

    /// Ids of the clauses of the suite, without those that the search finds unreachable.
    #[must_use]
    pub fn ids(&self) -> BTreeSet<String> {
        let all = (0..self.model.suite.clauses.len()).map(|index| ClauseId(index as u32));
        let stays = all.filter(|clause| !matches!(self.of(*clause), Standing::Unreachable(_)));
        stays.map(|clause| self.model.info(clause).id.clone()).collect()
    }

    fn reached(&self) -> &Reached {
        self.reached.get_or_init(|| reachable(&self.model, &self.schemas, &self.hints, &self.limits, self.extent))
    }

    /// Why no response can contradict a clause; `None` if some response can.
    fn unobservable(&self, clause: ClauseId) -> Option<String> {
        match &self.model.info(clause).origin {
            Origin::Clause(index) => {
                let permits = matches!(self.model.suite.clauses[*index].verb, Verb::MayRefuse(_));
                permits.then(|| "the clause permits a refusal and demands none".to_string())
            }
            Origin::Generated(Generated::Field(kind, index)) => {
                let resource = &self.model.suite.resources[*kind];
                let name = &resource.fields[*index].name;
                self.unseen(*kind, name).then(|| format!("no view shows `{}.{name}`", resource.name))
            }
            Origin::Generated(Generated::Shows(kind, index)) => {
                let resource = &self.model.suite.resources[*kind];
                let name = &resource.shows[*index].name;
                let whole = resource.views.values().any(|view| view.only.is_none());
                (!whole).then(|| format!("no view shows all fields that `{}.{name}` depends on", resource.name))
            }
            _ => None,
        }
    }

    /// Whether no view shows a field.
    fn unseen(&self, kind: usize, name: &str) -> bool {
        let shows =
            |only: &Option<Vec<String>>| only.as_ref().is_none_or(|only| only.iter().any(|known| known == name));
        !self.model.suite.resources[kind].views.values().any(|view| shows(&view.only))
    }

    /// Why the guard cannot be true: the endpoint has none of the callers in the guard.
    fn lacking(&self, clause: ClauseId) -> Option<String> {
        let needs = self.hints.needs(clause);
        let mut callers: Vec<&str> = Vec::new();
        for need in needs.iter().filter(|need| need.root == Root::Caller) {
            match (need.relation, need.other.as_literal()) {
                (Relation::Eq, Some(Val::Str(caller))) => callers.push(caller),
                (Relation::In, Some(Val::List(all))) => {
                    callers.extend(
                        all.iter().filter_map(|val| if let Val::Str(caller) = val { Some(&**caller) } else { None }),
                    );
                }
                _ => {}
            }
        }
        let there = |caller: &&str| self.limits.callers.contains(*caller);
        if !callers.is_empty() && !callers.iter().any(there) {
            return Some(format!("the endpoint has no caller `{}`", callers.join("` or `")));
        }
        None
    }
}
