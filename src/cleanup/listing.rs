//! Reads whole lists of an endpoint, page by page, and the marks of the listed resources.

use super::context::{CleanupContext, CleanupReserve, send_unrecorded};
use super::created::{CreatedResource, Leftover};
use super::mark::RunMark;
use crate::endpoint::compose_request;
use crate::expr::ExprValue;
use crate::history::{Call, Outcome, Reply};
use crate::model::{CallView, ExpressionRoots, Model, OutcomeKind};
use crate::schema::InputClass;
use crate::suite::ResourceView;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Most pages of one list. A longer list is an error.
const PAGES_MAX: usize = 1_000;
/// Most tries of one page.
const PAGE_TRIES_MAX: u32 = 4;

/// A resource in a list.
#[derive(Debug, Clone)]
pub(super) struct ListedResource {
    pub created: CreatedResource,
    pub mark: Option<RunMark>,
    /// Value of each field that may carry a mark, by index of the resource kind's marks.
    pub fields: Vec<Option<Value>>,
}

/// The content of the lists of an endpoint.
#[derive(Debug, Clone, Default)]
pub(super) struct ListScan {
    pub resources: Vec<ListedResource>,
    pub nameless: Vec<NamelessResource>,
}

/// A marked element of a list without a readable id.
#[derive(Debug, Clone)]
pub(super) struct NamelessResource {
    /// Name of the resource kind.
    pub kind: String,
    pub mark: RunMark,
}

impl NamelessResource {
    /// The resource as a leftover: nobody can delete a resource without an id.
    pub fn to_leftover(&self) -> Leftover {
        Leftover {
            handle: self.kind.clone(),
            id: "?".to_string(),
            reason: format!("a list shows it with the mark of run {} and without a readable id", self.mark.run),
        }
    }
}

/// Whether a list shows the marks of resources of a kind.
pub(super) fn has_marked_list(model: &Model, kind: usize) -> bool {
    choose_list(model, kind).is_some()
}

/// Least number of requests to read the lists of all callers to their ends.
#[must_use]
pub fn count_list_requests(model: &Model, callers: &BTreeSet<String>) -> u64 {
    let lists = (0..model.suite.resources.len()).filter(|kind| has_marked_list(model, *kind)).count();
    let callers = ["owner", "other"].into_iter().filter(|caller| callers.contains(*caller)).count();
    (lists * callers) as u64
}

/// All listed resources with a mark for which `mine` is true, over all owners.
///
/// # Errors
/// The reason, if a list cannot be read to the end.
pub(super) async fn list_marked(
    cleanup: &CleanupContext<'_>,
    mine: &dyn Fn(&RunMark) -> bool,
    reserve: &CleanupReserve,
) -> Result<Vec<CreatedResource>, String> {
    let seen = list_all(cleanup, reserve).await?.resources.into_iter();
    Ok(seen.filter(|seen| seen.mark.as_ref().is_some_and(mine)).map(|seen| seen.created).collect())
}

/// All resources in the lists of the callers `owner` and `other`, as far as the profile has both.
///
/// # Errors
/// The reason, if a list cannot be read to the end.
pub(super) async fn list_all(cleanup: &CleanupContext<'_>, reserve: &CleanupReserve) -> Result<ListScan, String> {
    let mut all = ListScan::default();
    for caller in ["owner", "other"].into_iter().filter(|caller| cleanup.callers.contains(*caller)) {
        for kind in 0..cleanup.model.suite.resources.len() {
            let Some((operation, view)) = choose_list(cleanup.model, kind) else { continue };
            let list = ResourceList { cleanup: *cleanup, reserve, kind, operation, view, caller };
            let scan = list.read_all().await.map_err(|because| format!("list read as {caller}: {because}"))?;
            all.resources.extend(scan.resources);
            all.nameless.extend(scan.nameless);
        }
    }
    Ok(all)
}

/// The whole list of a resource kind that shows most of the fields that may carry a mark; `None` if no
/// list shows any.
fn choose_list(model: &Model, kind: usize) -> Option<(&str, &ResourceView)> {
    let resource = &model.suite.resources[kind];
    let shown = |view: &ResourceView| {
        let shows = |name: &String| view.only.as_ref().is_none_or(|only| only.contains(name));
        resource.marks.iter().filter(|mark| shows(&resource.fields[mark.field].name)).count()
    };
    let lists = resource.views.iter().filter(|(_, view)| view.each && view.whole);
    let best = lists.map(|(operation, view)| (shown(view), operation.as_str(), view));
    best.filter(|(shown, ..)| *shown > 0).max_by_key(|(shown, ..)| *shown).map(|(_, operation, view)| (operation, view))
}

/// One list: the resources of one kind that one caller sees.
struct ResourceList<'a> {
    cleanup: CleanupContext<'a>,
    reserve: &'a CleanupReserve,
    kind: usize,
    operation: &'a str,
    view: &'a ResourceView,
    caller: &'a str,
}

impl ResourceList<'_> {
    async fn read_all(&self) -> Result<ListScan, String> {
        let mut call = Call {
            operation: self.operation.to_string(),
            binding: self.find_binding()?,
            caller: self.caller.to_string(),
            ..Call::default()
        };
        let mut all = ListScan::default();
        let mut known = BTreeSet::new();
        for _ in 0..PAGES_MAX {
            let reply = self.read_page(&call).await?;
            let model = self.cleanup.model;
            let asked = CallView::new(model, &call, InputClass::Valid);
            let roots =
                ExpressionRoots { model, call: &asked, resources: &[], reply: Some(&reply), entry: None, world: None };
            let items = match self.view.at.eval(&roots) {
                Ok(ExprValue::List(items)) => items,
                // A response may leave out an empty list.
                Ok(ExprValue::Null) => return Ok(all),
                _ => {
                    return Err(format!(
                        "the response of `{}` has no list at the place that the suite names",
                        self.operation
                    ));
                }
            };
            let before = known.len();
            for item in items.iter() {
                match self.read_resource(&roots, item) {
                    Ok(seen) if known.insert(seen.created.id.clone()) => all.resources.push(seen),
                    Ok(_) => {}
                    Err(nameless) => all.nameless.extend(nameless),
                }
            }
            // A page without a new resource follows the last page.
            let next = if known.len() > before { self.find_next_query(&roots)? } else { BTreeMap::new() };
            if next.is_empty() {
                return Ok(all);
            }
            call.query.extend(next);
        }
        Err(format!("the list of `{}` has more than {PAGES_MAX} pages", self.operation))
    }

    fn find_binding(&self) -> Result<String, String> {
        let operation = self.cleanup.schemas.find_operation(self.operation);
        let binding = operation.and_then(|operation| operation.bindings.first());
        binding.map(|binding| binding.id.clone()).ok_or_else(|| format!("`{}` has no binding", self.operation))
    }

    /// The query parameters of the next page; empty after the last page.
    fn find_next_query(&self, roots: &ExpressionRoots<'_>) -> Result<BTreeMap<String, Value>, String> {
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
    async fn read_page(&self, call: &Call) -> Result<ExprValue, String> {
        let context = self.cleanup.context;
        let request = compose_request(context.catalog, call, context.identities).map_err(|error| error.to_string())?;
        let mut wait = context.pace.retry_after;
        let mut because = String::new();
        for _ in 0..PAGE_TRIES_MAX {
            let Some(outcome) = send_unrecorded(context, &request, self.reserve).await else {
                return Err("no request is left for cleaning up".to_string());
            };
            match (OutcomeKind::classify(&outcome), outcome) {
                (OutcomeKind::Success(_, ExprValue::Unknown), _) => {
                    return Err(format!("the response of `{}` is too large to read", self.operation));
                }
                (OutcomeKind::Success(_, body), _) => return Ok(body),
                (
                    _,
                    Outcome::Replied(Reply { status, .. })
                    | Outcome::InfrastructureFailed { reply: Reply { status, .. }, .. },
                ) => {
                    because = format!("`{}` is answered with {status}", self.operation);
                    if matches!(status, 401 | 403 | 404) {
                        break;
                    }
                }
                (_, Outcome::Unsent { cause } | Outcome::Lost { cause }) => because = cause,
            }
            if wait >= self.reserve.remaining() {
                break;
            }
            self.reserve.pause(wait).await;
            wait *= 2;
        }
        context.secrets.strip_text(&mut because);
        Err(because)
    }

    /// The resource that one element of the list shows. An error for an element without an id: the mark, if any.
    fn read_resource(
        &self,
        roots: &ExpressionRoots<'_>,
        item: &ExprValue,
    ) -> Result<ListedResource, Option<NamelessResource>> {
        let resource = &self.cleanup.model.suite.resources[self.kind];
        let roots = ExpressionRoots { entry: Some(item), reply: None, ..*roots };
        let value = |mark: &crate::suite::MarkField| {
            let value = resource.fields[mark.field].at.eval(&roots).ok()?.to_json()?;
            (!value.is_null()).then_some(value)
        };
        let fields: Vec<Option<Value>> = resource.marks.iter().map(value).collect();
        let mark = fields.iter().flatten().find_map(RunMark::find_in);
        let id = resource.id.eval(&roots).ok();
        let Some(id) = id.and_then(|id| self.cleanup.model.read_id(self.kind, &id)) else {
            return Err(mark.map(|mark| NamelessResource { kind: resource.name.clone(), mark }));
        };
        Ok(ListedResource {
            created: CreatedResource::from_endpoint(self.kind, &resource.name, &id, self.caller),
            mark,
            fields,
        })
    }
}
