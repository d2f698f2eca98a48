//! What is there: the suite's whole lists, read to their last page, and whose mark things carry.

use super::drive::Site;
use super::mark::{Mark, as_exchange};
use super::undo::Made;
use crate::endpoint::{Call, compose};
use crate::expr::Val;
use crate::history::{Outcome, Reply};
use crate::model::{Asked, Heard, Roots};
use crate::run::{Context, inquire};
use crate::schema::Class;
use crate::suite::View;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use tokio::time::sleep;

/// Pages of one list. A list that is longer is not read further, and is said not to have been read.
const PAGES_MAX: usize = 1_000;
/// Tries of one page.
const TRIES: u32 = 4;

/// A thing as a list shows it.
#[derive(Debug, Clone)]
pub struct Seen {
    pub made: Made,
    pub mark: Option<Mark>,
    /// By index of the resource's marks: the value of the field, where the list shows it.
    pub fields: Vec<Option<Value>>,
}

/// Kinds whose things can be found again by their mark.
#[must_use]
pub fn findable(site: &Site<'_>) -> Vec<usize> {
    (0..site.model.suite.resources.len()).filter(|kind| listing(site, *kind).is_some()).collect()
}

/// Everything of these kinds that this caller has.
///
/// # Errors
/// Why a list could not be read to its end.
pub async fn census(
    site: &Site<'_>,
    context: &Context<'_>,
    kinds: &[usize],
    caller: &str,
    requests: &mut u64,
) -> Result<Vec<Seen>, String> {
    let mut all = Vec::new();
    for &kind in kinds {
        if let Some((operation, view)) = listing(site, kind) {
            let list = List { site, context, kind, operation, view, caller };
            all.extend(list.read(requests).await?);
        }
    }
    Ok(all)
}

/// The whole list that shows most of the fields that may be marked.
fn listing<'a>(site: &'a Site<'_>, kind: usize) -> Option<(&'a str, &'a View)> {
    let resource = &site.model.suite.resources[kind];
    let shown = |view: &View| {
        let shows = |name: &String| view.only.as_ref().is_none_or(|only| only.contains(name));
        resource.marks.iter().filter(|mark| shows(&resource.fields[mark.field].name)).count()
    };
    let lists = resource.views.iter().filter(|(_, view)| view.each && view.whole);
    let best = lists.map(|(operation, view)| (shown(view), operation.as_str(), view));
    best.filter(|(shown, ..)| *shown > 0).max_by_key(|(shown, ..)| *shown).map(|(_, operation, view)| (operation, view))
}

struct List<'a> {
    site: &'a Site<'a>,
    context: &'a Context<'a>,
    kind: usize,
    operation: &'a str,
    view: &'a View,
    caller: &'a str,
}

impl List<'_> {
    async fn read(&self, requests: &mut u64) -> Result<Vec<Seen>, String> {
        let mut call = Call {
            operation: self.operation.to_string(),
            binding: self.binding()?,
            caller: self.caller.to_string(),
            ..Call::default()
        };
        let mut all = Vec::new();
        let mut known = BTreeSet::new();
        for _ in 0..PAGES_MAX {
            let reply = self.page(&call, requests).await?;
            let asked = Asked::new(&self.site.model, &as_exchange(&call), Class::Valid);
            let roots = Roots {
                model: &self.site.model,
                asked: &asked,
                things: &[],
                reply: Some(&reply),
                it: None,
                world: None,
            };
            let items = match self.view.at.eval(&roots) {
                Ok(Val::List(items)) => items,
                // An empty list may be left out.
                Ok(Val::Null) => return Ok(all),
                _ => return Err(format!("the reply of `{}` has no list where the suite reads one", self.operation)),
            };
            let before = known.len();
            for it in items.iter() {
                let seen = self.thing(&roots, it).filter(|seen| known.insert(seen.made.id.clone()));
                all.extend(seen);
            }
            // A page that brings nothing new is behind the last one.
            let next = if known.len() > before { self.next(&roots)? } else { BTreeMap::new() };
            if next.is_empty() {
                return Ok(all);
            }
            call.query.extend(next);
        }
        Err(format!("the list of `{}` has more than {PAGES_MAX} pages", self.operation))
    }

    fn binding(&self) -> Result<String, String> {
        let operation = self.site.schemas.operation(self.operation);
        let binding = operation.and_then(|operation| operation.bindings.first());
        binding.map(|binding| binding.id.clone()).ok_or_else(|| format!("`{}` has no binding", self.operation))
    }

    /// What asks for the page that follows; empty if there is none.
    fn next(&self, roots: &Roots<'_>) -> Result<BTreeMap<String, Value>, String> {
        let mut next = BTreeMap::new();
        for (parameter, expr) in &self.view.next {
            let value = expr.eval(roots).map_err(|error| error.message)?;
            if let Some(value) = value.to_json().filter(|value| !value.is_null()) {
                next.insert(parameter.clone(), value);
            }
        }
        Ok(next)
    }

    async fn page(&self, call: &Call, requests: &mut u64) -> Result<Val, String> {
        let request =
            compose(self.context.catalog, call, self.context.identities).map_err(|error| error.to_string())?;
        let mut wait = self.context.pace.retry_after;
        let mut because = String::new();
        for _ in 0..TRIES {
            let Some(outcome) = inquire(self.context, &request, requests).await else {
                return Err("the requests kept for cleaning up are spent".to_string());
            };
            match (Heard::of(&outcome), outcome) {
                (Heard::Success(_, body), _) => return Ok(body),
                (_, Outcome::Replied(Reply { status, .. }) | Outcome::Hindered { reply: Reply { status, .. }, .. }) => {
                    because = format!("`{}` is answered with {status}", self.operation);
                    if matches!(status, 401 | 403 | 404) {
                        break;
                    }
                }
                (_, Outcome::Unsent { cause } | Outcome::Lost { cause }) => because = cause,
            }
            sleep(wait).await;
            wait *= 2;
        }
        self.context.secrets.strip_text(&mut because);
        Err(because)
    }

    fn thing(&self, roots: &Roots<'_>, it: &Val) -> Option<Seen> {
        let resource = &self.site.model.suite.resources[self.kind];
        let roots = Roots { it: Some(it), reply: None, ..*roots };
        let Ok(Val::Str(id)) = resource.id.eval(&roots) else { return None };
        let value = |mark: &crate::suite::Mark| {
            let value = resource.fields[mark.field].at.eval(&roots).ok()?.to_json()?;
            (!value.is_null()).then_some(value)
        };
        let fields: Vec<Option<Value>> = resource.marks.iter().map(value).collect();
        Some(Seen {
            made: Made {
                kind: self.kind,
                id: id.to_string(),
                caller: self.caller.to_string(),
                handle: format!("{}:{id}", resource.name),
            },
            mark: fields.iter().flatten().find_map(Mark::within),
            fields,
        })
    }
}
