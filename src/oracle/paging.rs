//! Checks lists in pages: successive pages together show each resource, and none twice.
//!
//! No order of the list is assumed. A chain of pages continues only from a resource named by the page before, and a
//! chain is evidence only about resources that stayed settled since the first page: the relative order of settled
//! resources stays the same whatever moves in between.

use crate::history::{Call, Exchange};
use crate::model::{
    Belief, CallView, ClauseId, Existence, GeneratedClause, InterpretedExchange, ListPage, OutcomeKind, ResourceId,
    ResourceOwner, must_be_listed, read_pages as pages_shown,
};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The unfinished chains, by operation and resource kind.
#[derive(Debug, Clone, Default)]
pub struct PageChains {
    chains: BTreeMap<(String, usize), PageChain>,
    /// Time of the last response to a call with possible changes, in milliseconds.
    changed_ms: u64,
}

/// A deviation from a clause about pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PagingDeviation {
    /// The contradicted clause.
    pub clause: ClauseId,
    /// The pages, in words.
    pub seen: String,
    /// The permitted pages, in words.
    pub expected: String,
}

#[derive(Debug, Clone)]
struct PageChain {
    /// The call without the parameters that select a page.
    call: Call,
    /// Query parameters of the call for the next page.
    next: BTreeMap<String, Value>,
    /// Resources that the pages have to show once.
    settled: BTreeSet<ResourceId>,
    shown: BTreeSet<ResourceId>,
    pages: usize,
    received_ms: u64,
}

impl PageChains {
    /// Processes one exchange after the belief has observed the exchange.
    pub fn observe(&mut self, belief: &mut Belief, interpreted: &InterpretedExchange<'_>) -> Vec<PagingDeviation> {
        let InterpretedExchange { exchange, call: asked, reply: heard } = interpreted;
        let model = std::sync::Arc::clone(belief.model());
        let operation = &model.operations[&exchange.call.operation];
        if *heard == OutcomeKind::NotExecuted {
            return Vec::new();
        }
        // A refused call changes nothing, but the endpoint may have changed something nevertheless.
        if operation.changes {
            self.chains.clear();
            self.changed_ms = self.changed_ms.max(exchange.received_ms);
            return Vec::new();
        }
        let shown = pages_shown(&model, asked, heard);
        let mut found = Vec::new();
        for (kind, _) in operation.views.iter().filter(|(_, view)| view.paging.is_some()) {
            let key = (exchange.call.operation.clone(), *kind);
            let chain = self.chains.remove(&key);
            let Some(page) = shown.iter().find(|page| page.kind == *kind) else { continue };
            found.extend(check_page_limit(belief, exchange, asked, page));
            let query =
                asked.without_parameters(|name| operation.views.iter().any(|(_, view)| view.selects_page(name)));
            let ask = Call { query: query.query_values(), body: None, ..exchange.call.clone() };
            let chain = match chain {
                _ if exchange.sent_ms < self.changed_ms => None,
                _ if page.start.is_empty() => Some(PageChain::start(belief, ask, asked.owner, *kind)),
                Some(chain) if chain.is_continued_by(belief, exchange, &ask, page) => Some(chain),
                _ => None,
            };
            let Some(mut chain) = chain else { continue };
            let clause = model.generated_clause(&GeneratedClause::Paged(*kind, exchange.call.operation.clone()));
            let miscount = chain.add_page(belief, exchange, page, clause);
            let over = miscount.is_some() || chain.next.is_empty();
            found.extend(miscount);
            if !over {
                self.chains.insert(key, chain);
            }
        }
        found
    }
}

impl PageChain {
    fn start(belief: &Belief, asked: Call, who: Option<ResourceOwner>, kind: usize) -> PageChain {
        let ids = belief.ids().filter(|id| usize::from(id.kind) == kind && who.is_some());
        let standing = ids.filter(|id| is_settled_entry(belief, id, who)).cloned().collect();
        let next = BTreeMap::new();
        PageChain { call: asked, next, settled: standing, shown: BTreeSet::new(), pages: 0, received_ms: 0 }
    }

    /// Whether a page continues the chain: the page begins at a settled resource, as the page before requires.
    fn is_continued_by(&self, belief: &Belief, exchange: &Exchange, ask: &Call, page: &ListPage) -> bool {
        let stays = |value: &Value| {
            let known = |id: &&ResourceId| usize::from(id.kind) == page.kind && Some(&*id.id) == value.as_str();
            self.settled.iter().find(known).is_some_and(|id| is_still_settled(belief, id))
        };
        self.call == *ask
            && self.next == page.start
            && self.next.values().all(stays)
            && exchange.sent_ms >= self.received_ms
    }

    /// Adds the next page. Only an empty page proves the end of the list: a limit bounds the number of entries, and
    /// no page has to be full.
    fn add_page(
        &mut self,
        belief: &mut Belief,
        exchange: &Exchange,
        page: &ListPage,
        clause: ClauseId,
    ) -> Option<PagingDeviation> {
        self.received_ms = exchange.received_ms;
        self.next.clone_from(&page.next);
        let name = belief.model().suite.resources[page.kind].name.clone();
        let expected = format!("each {name} once on all pages of the list");
        for id in page.entries.iter().flatten().filter(|id| self.settled.contains(*id)) {
            if !self.shown.insert(id.clone()) && is_still_settled(belief, id) {
                belief.tally.count_mut(clause).applied += 1;
                let seen = format!("{name} {} a second time, on page {}", id.id, self.pages + 1);
                return Some(PagingDeviation { clause, seen, expected });
            }
        }
        if !page.entries.is_empty() {
            self.pages += 1;
            return None;
        }
        let owed = self.settled.iter().filter(|id| is_still_settled(belief, id));
        let (there, missing): (Vec<&ResourceId>, Vec<&ResourceId>) = owed.partition(|id| self.shown.contains(*id));
        if let Some(id) = missing.first() {
            belief.tally.count_mut(clause).applied += 1;
            let seen = format!("{name} {} on none of {} pages, the last of which is empty", id.id, self.pages + 1);
            return Some(PagingDeviation { clause, seen, expected });
        }
        // A single page shows nothing about the sequence of pages.
        if self.pages > 1 && there.len() > 1 {
            let count = belief.tally.count_mut(clause);
            count.applied += 1;
            count.passed += 1;
        }
        None
    }
}

/// Checks the number of entries against the requested limit. A pass needs more resources than the limit.
fn check_page_limit(
    belief: &mut Belief,
    exchange: &Exchange,
    asked: &CallView,
    page: &ListPage,
) -> Option<PagingDeviation> {
    let limit = page.limit?;
    let clause =
        belief.model().generated_clause(&GeneratedClause::PageLimit(page.kind, exchange.call.operation.clone()));
    let there =
        belief.ids().filter(|id| usize::from(id.kind) == page.kind && is_settled_entry(belief, id, asked.owner));
    let more = there.count() as u64 > limit;
    let shown = page.entries.len() as u64;
    let count = belief.tally.count_mut(clause);
    count.applied += 1;
    if shown > limit {
        let seen = format!("{shown} entries on a page of at most {limit}");
        return Some(PagingDeviation { clause, seen, expected: format!("at most {limit}") });
    }
    // A page after a marker may be the rest of the list.
    if more && page.start.is_empty() {
        count.passed += 1;
    }
    None
}

/// Whether, in every possible state, a resource is settled, belongs to the caller and has to be listed.
fn is_settled_entry(belief: &Belief, id: &ResourceId, who: Option<ResourceOwner>) -> bool {
    let possible = belief.list_states(id);
    let stands = |held: &std::sync::Arc<crate::model::PossibleResource>| {
        Some(held.state.owner) == who
            && held.state.existence == Existence::Present
            && held.state.is_settled()
            && must_be_listed(held) == Some(true)
    };
    !possible.is_empty() && possible.iter().all(stands)
}

fn is_still_settled(belief: &Belief, id: &ResourceId) -> bool {
    let who = belief.list_states(id).first().map(|held| held.state.owner);
    is_settled_entry(belief, id, who)
}
