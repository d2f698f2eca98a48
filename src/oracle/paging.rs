//! Checks lists in pages: successive pages together show each resource, and none twice.
//!
//! No order of the list is assumed. A chain of pages continues only from a resource named by the page before, and a
//! chain is evidence only about resources that stayed settled since the first page: the relative order of settled
//! resources stays the same whatever moves in between.

use crate::history::Exchange;
use crate::model::{
    Asked, Belief, ClauseId, Fault, Generated, Heard, Id, Life, Page, Who, listed, pages as pages_shown,
};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The unfinished chains, by operation and resource kind.
#[derive(Debug, Clone, Default)]
pub struct Pages {
    chains: BTreeMap<(String, usize), Chain>,
    /// Time of the last response to a call with possible changes, in milliseconds.
    changed_ms: u64,
}

/// A deviation from a clause about pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Miscount {
    /// The contradicted clause.
    pub clause: ClauseId,
    /// The pages, in words.
    pub seen: String,
    /// The permitted pages, in words.
    pub expected: String,
}

#[derive(Debug, Clone)]
struct Chain {
    asked: Ask,
    /// Query parameters of the call for the next page.
    next: BTreeMap<String, Value>,
    /// Resources that the pages have to show once.
    standing: BTreeSet<Id>,
    shown: BTreeSet<Id>,
    pages: usize,
    received_ms: u64,
}

/// A call without the parameters that select a page.
#[derive(Debug, Clone, PartialEq)]
struct Ask {
    binding: String,
    caller: String,
    path: BTreeMap<String, Value>,
    headers: BTreeMap<String, String>,
    query: BTreeMap<String, Value>,
}

impl Pages {
    /// Processes one exchange after the belief has observed the exchange.
    ///
    /// # Errors
    /// If an expression of the suite fails on valid input.
    pub fn observe(
        &mut self,
        belief: &mut Belief,
        exchange: &Exchange,
        asked: &Asked,
        heard: &Heard,
    ) -> Result<Vec<Miscount>, Fault> {
        let model = std::sync::Arc::clone(belief.model());
        let operation = &model.operations[&exchange.operation];
        if *heard == Heard::Nothing {
            return Ok(Vec::new());
        }
        // A refused call changes nothing, but the endpoint may have changed something nevertheless.
        if operation.changes {
            self.chains.clear();
            self.changed_ms = self.changed_ms.max(exchange.received_ms);
            return Ok(Vec::new());
        }
        let shown = pages_shown(&model, asked, heard)?;
        let mut found = Vec::new();
        for (kind, _) in operation.views.iter().filter(|(_, view)| view.paging.is_some()) {
            let key = (exchange.operation.clone(), *kind);
            let chain = self.chains.remove(&key);
            let Some(page) = shown.iter().find(|page| page.kind == *kind) else { continue };
            found.extend(overfull(belief, exchange, asked, page));
            let query = asked.without(|name| operation.views.iter().any(|(_, view)| view.asks_for_a_page(name)));
            let ask = Ask {
                binding: exchange.binding.clone(),
                caller: exchange.caller.clone(),
                path: exchange.path.clone(),
                headers: exchange.headers.clone(),
                query: query.query_values(),
            };
            let chain = match chain {
                _ if exchange.sent_ms < self.changed_ms => None,
                _ if page.begins.is_empty() => Some(Chain::begun(belief, ask, asked.who, *kind)),
                Some(chain) if chain.leads_to(belief, exchange, &ask, page) => Some(chain),
                _ => None,
            };
            let Some(mut chain) = chain else { continue };
            let clause = model.generated(&Generated::Paged(*kind, exchange.operation.clone()));
            let miscount = chain.turn(belief, exchange, page, clause);
            let over = miscount.is_some() || chain.next.is_empty();
            found.extend(miscount);
            if !over {
                self.chains.insert(key, chain);
            }
        }
        Ok(found)
    }
}

impl Chain {
    fn begun(belief: &Belief, asked: Ask, who: Option<Who>, kind: usize) -> Chain {
        let ids = belief.ids().filter(|id| usize::from(id.kind) == kind && who.is_some());
        let standing = ids.filter(|id| stands(belief, id, who)).cloned().collect();
        let next = BTreeMap::new();
        Chain { asked, next, standing, shown: BTreeSet::new(), pages: 0, received_ms: 0 }
    }

    /// Whether a page continues the chain: the page begins at a settled resource, as the page before requires.
    fn leads_to(&self, belief: &Belief, exchange: &Exchange, ask: &Ask, page: &Page) -> bool {
        let stays = |value: &Value| {
            let known = |id: &&Id| usize::from(id.kind) == page.kind && Some(&*id.id) == value.as_str();
            self.standing.iter().find(known).is_some_and(|id| still_stands(belief, id))
        };
        self.asked == *ask
            && self.next == page.begins
            && self.next.values().all(stays)
            && exchange.sent_ms >= self.received_ms
    }

    /// Adds the next page. Only an empty page proves the end of the list: a limit bounds the number of entries, and
    /// no page has to be full.
    fn turn(&mut self, belief: &mut Belief, exchange: &Exchange, page: &Page, clause: ClauseId) -> Option<Miscount> {
        self.received_ms = exchange.received_ms;
        self.next.clone_from(&page.next);
        let name = belief.model().suite.resources[page.kind].name.clone();
        let expected = format!("each {name} once on all pages of the list");
        for id in page.entries.iter().flatten().filter(|id| self.standing.contains(*id)) {
            if !self.shown.insert(id.clone()) && still_stands(belief, id) {
                belief.tally.count(clause).applied += 1;
                let seen = format!("{name} {} a second time, on page {}", id.id, self.pages + 1);
                return Some(Miscount { clause, seen, expected });
            }
        }
        if !page.entries.is_empty() {
            self.pages += 1;
            return None;
        }
        let owed = self.standing.iter().filter(|id| still_stands(belief, id));
        let (there, missing): (Vec<&Id>, Vec<&Id>) = owed.partition(|id| self.shown.contains(*id));
        if let Some(id) = missing.first() {
            belief.tally.count(clause).applied += 1;
            let seen = format!("{name} {} on none of {} pages, the last of which is empty", id.id, self.pages + 1);
            return Some(Miscount { clause, seen, expected });
        }
        // A single page shows nothing about the sequence of pages.
        if self.pages > 1 && there.len() > 1 {
            let count = belief.tally.count(clause);
            count.applied += 1;
            count.passed += 1;
        }
        None
    }
}

/// Checks the number of entries against the requested limit. A pass needs more resources than the limit.
fn overfull(belief: &mut Belief, exchange: &Exchange, asked: &Asked, page: &Page) -> Option<Miscount> {
    let limit = page.limit?;
    let clause = belief.model().generated(&Generated::PageLimit(page.kind, exchange.operation.clone()));
    let there = belief.ids().filter(|id| usize::from(id.kind) == page.kind && stands(belief, id, asked.who));
    let more = there.count() as u64 > limit;
    let shown = page.entries.len() as u64;
    let count = belief.tally.count(clause);
    count.applied += 1;
    if shown > limit {
        let seen = format!("{shown} entries on a page of at most {limit}");
        return Some(Miscount { clause, seen, expected: format!("at most {limit}") });
    }
    // A page after a marker may be the rest of the list.
    if more && page.begins.is_empty() {
        count.passed += 1;
    }
    None
}

/// Whether, in every possible state, a resource is settled, belongs to the caller and has to be listed.
fn stands(belief: &Belief, id: &Id, who: Option<Who>) -> bool {
    let possible = belief.possibilities(id);
    let stands = |held: &std::sync::Arc<crate::model::Held>| {
        Some(held.thing.owner) == who
            && held.thing.life == Life::Alive
            && held.thing.at_rest()
            && listed(held) == Some(true)
    };
    !possible.is_empty() && possible.iter().all(stands)
}

fn still_stands(belief: &Belief, id: &Id) -> bool {
    let who = belief.possibilities(id).first().map(|held| held.thing.owner);
    stands(belief, id, who)
}
