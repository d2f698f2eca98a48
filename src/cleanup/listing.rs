//! Reads whole lists of an endpoint, page by page, and the marks of the listed resources.

use super::calls::as_exchange;
use super::context::{CleanupContext, inquire};
use super::created::Made;
use super::mark::Mark;
use crate::endpoint::{Call, compose};
use crate::expr::Val;
use crate::history::{Outcome, Reply};
use crate::model::{Asked, Heard, Model, Roots};
use crate::schema::Class;
use crate::suite::View;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use tokio::time::sleep;

/// Most pages of one list. A longer list is an error.
const PAGES_MAX: usize = 1_000;
/// Most tries of one page.
const TRIES: u32 = 4;

/// A resource in a list.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    pub made: Made,
    pub mark: Option<Mark>,
    /// Value of each field that may carry a mark, by index of the resource kind's marks.
    pub fields: Vec<Option<Value>>,
}

/// All listed resources with a mark for which `mine` is true, over all owners.
///
/// # Errors
/// The reason, if a list cannot be read to the end.
pub(super) async fn marked(cleanup: &CleanupContext<'_>, mine: &dyn Fn(&Mark) -> bool) -> Result<Vec<Made>, String> {
    let seen = everything(cleanup).await?;
    Ok(seen.into_iter().filter(|seen| seen.mark.as_ref().is_some_and(mine)).map(|seen| seen.made).collect())
}

/// All resources in the lists of the callers `owner` and `other`, as far as the profile has both.
///
/// # Errors
/// The reason, if a list cannot be read to the end.
pub(super) async fn everything(cleanup: &CleanupContext<'_>) -> Result<Vec<Seen>, String> {
    let mut all = Vec::new();
    for caller in ["owner", "other"].into_iter().filter(|caller| cleanup.callers.contains(*caller)) {
        for kind in 0..cleanup.model.suite.resources.len() {
            let Some((operation, view)) = listing(cleanup.model, kind) else { continue };
            let list = List { cleanup: *cleanup, kind, operation, view, caller };
            all.extend(list.read().await.map_err(|because| format!("list read as {caller}: {because}"))?);
        }
    }
    Ok(all)
}

/// The whole list of a resource kind that shows most of the fields that may carry a mark; `None` if no
/// list shows any.
fn listing(model: &Model, kind: usize) -> Option<(&str, &View)> {
    let resource = &model.suite.resources[kind];
    let shown = |view: &View| {
        let shows = |name: &String| view.only.as_ref().is_none_or(|only| only.contains(name));
        resource.marks.iter().filter(|mark| shows(&resource.fields[mark.field].name)).count()
    };
    let lists = resource.views.iter().filter(|(_, view)| view.each && view.whole);
    let best = lists.map(|(operation, view)| (shown(view), operation.as_str(), view));
    best.filter(|(shown, ..)| *shown > 0).max_by_key(|(shown, ..)| *shown).map(|(_, operation, view)| (operation, view))
}

/// One list: the resources of one kind that one caller sees.
struct List<'a> {
    cleanup: CleanupContext<'a>,
    kind: usize,
    operation: &'a str,
    view: &'a View,
    caller: &'a str,
}

impl List<'_> {
    async fn read(&self) -> Result<Vec<Seen>, String> {
        let mut call = Call {
            operation: self.operation.to_string(),
            binding: self.binding()?,
            caller: self.caller.to_string(),
            ..Call::default()
        };
        let mut all = Vec::new();
        let mut known = BTreeSet::new();
        for _ in 0..PAGES_MAX {
            let reply = self.page(&call).await?;
            let model = self.cleanup.model;
            let asked = Asked::new(model, &as_exchange(&call), Class::Valid);
            let roots = Roots { model, asked: &asked, things: &[], reply: Some(&reply), it: None, world: None };
            let items = match self.view.at.eval(&roots) {
                Ok(Val::List(items)) => items,
                // A response may leave out an empty list.
                Ok(Val::Null) => return Ok(all),
                _ => {
                    return Err(format!(
                        "the response of `{}` has no list at the place that the suite names",
                        self.operation
                    ));
                }
            };
            let before = known.len();
            for item in items.iter() {
                let seen = self.thing(&roots, item).filter(|seen| known.insert(seen.made.id.clone()));
                all.extend(seen);
            }
            // A page without a new resource follows the last page.
            let next = if known.len() > before { self.next(&roots)? } else { BTreeMap::new() };
            if next.is_empty() {
                return Ok(all);
            }
            call.query.extend(next);
        }
        Err(format!("the list of `{}` has more than {PAGES_MAX} pages", self.operation))
    }

    fn binding(&self) -> Result<String, String> {
        let operation = self.cleanup.schemas.operation(self.operation);
        let binding = operation.and_then(|operation| operation.bindings.first());
        binding.map(|binding| binding.id.clone()).ok_or_else(|| format!("`{}` has no binding", self.operation))
    }

    /// The query parameters of the next page; empty after the last page.
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

    /// The body of one page, after up to [`TRIES`] tries.
    async fn page(&self, call: &Call) -> Result<Val, String> {
        let context = self.cleanup.context;
        let request = compose(context.catalog, call, context.identities).map_err(|error| error.to_string())?;
        let mut wait = context.pace.retry_after;
        let mut because = String::new();
        for _ in 0..TRIES {
            let Some(outcome) = inquire(context, &request).await else {
                return Err("the requests reserved for cleaning up are spent".to_string());
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
        context.secrets.strip_text(&mut because);
        Err(because)
    }

    /// The resource that one element of the list shows; `None` for an element without an id.
    fn thing(&self, roots: &Roots<'_>, item: &Val) -> Option<Seen> {
        let resource = &self.cleanup.model.suite.resources[self.kind];
        let roots = Roots { it: Some(item), reply: None, ..*roots };
        let Ok(Val::Str(id)) = resource.id.eval(&roots) else { return None };
        let value = |mark: &crate::suite::Mark| {
            let value = resource.fields[mark.field].at.eval(&roots).ok()?.to_json()?;
            (!value.is_null()).then_some(value)
        };
        let fields: Vec<Option<Value>> = resource.marks.iter().map(value).collect();
        Some(Seen {
            made: Made::found(self.kind, &resource.name, &id, self.caller),
            mark: fields.iter().flatten().find_map(Mark::within),
            fields,
        })
    }
}
