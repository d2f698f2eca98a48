//! The suite indexed by operation, with the clauses that are generated from it.

use super::thing::Id;
use crate::expr::{Expr, Path, Val};
use crate::schema::catalog::{Catalog, Source};
use crate::suite::{About, Basis, Binding, Calls, Clause, FieldClass, Resource, Suite, View, While};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Index into [`Model::clauses`]: the suite's clauses first, in its order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClauseId(pub u32);

/// What a report says of a clause, written or generated.
#[derive(Debug, Clone)]
pub struct ClauseInfo {
    pub id: String,
    pub says: String,
    pub cites: Vec<Source>,
    pub basis: Basis,
    pub rule: Option<String>,
    pub origin: Origin,
}

/// Where a clause comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Index into `Suite::clauses`.
    Clause(usize),
    /// Index into `Suite::events`. An event permits; it is never a promise.
    Event(usize),
    Generated(Generated),
}

/// Clauses that follow from the suite's resources and the catalog.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Generated {
    /// `<operation>.no-server-error`
    NoServerError(String),
    /// `<operation>.reply`: the body is as the page describes it.
    Reply(String),
    /// `<resource>.frame.<field>`, `.keeps.`, `.grows.`: resource and field index.
    Field(usize, usize),
    /// `<resource>.settles`
    Settles(usize),
    /// `<resource>.shows.<name>`
    Shows(usize, usize),
    /// `<resource>.listed.<operation>`: a whole list holds each thing of the caller and no other's.
    Listed(usize, String),
    /// `<resource>.page-limit.<operation>`: a page of it holds no more things than were asked for.
    PageLimit(usize, String),
    /// `<resource>.paged.<operation>`: its pages together hold each thing of the caller, and none twice.
    Paged(usize, String),
}

/// All that the model needs of one operation.
#[derive(Debug, Clone)]
pub struct OperationModel {
    pub id: String,
    pub about: Vec<About>,
    /// Clauses that may speak of it, general ones first.
    pub clauses: Vec<ClauseId>,
    /// Resource and view, where a reply shows things.
    pub views: Vec<(usize, View)>,
    /// Kinds of which a clause of this operation reads all (`world.<kind>`).
    pub reads_all: BTreeSet<usize>,
    /// Kinds of things that an effect of this operation may fall on without the call naming them.
    pub falls_on: BTreeSet<usize>,
    /// Success and client-error codes that its page, or the table it refers to, lists.
    pub success: Vec<u16>,
    pub client_error: Vec<u16>,
    pub changes: bool,
    pub no_server_error: ClauseId,
    pub reply: Option<ClauseId>,
}

/// How a thing is seen: the read that shows one thing whole.
#[derive(Debug, Clone)]
pub struct Shown {
    pub operation: String,
    /// The path parameter that takes its id.
    pub parameter: String,
}

/// How a thing is ended: the call, and the place of its path or body that takes the thing's id.
#[derive(Debug, Clone)]
pub struct Ending {
    pub operation: String,
    pub at: Path,
}

/// The suite brought to life.
#[derive(Debug)]
pub struct Model {
    pub suite: Arc<Suite>,
    pub clauses: Vec<ClauseInfo>,
    pub operations: BTreeMap<String, OperationModel>,
    /// By resource: how to look at one.
    pub shown: Vec<Option<Shown>>,
    /// By resource: how to end one.
    pub ends: Vec<Option<Ending>>,
    /// The day against which lifecycles are judged, `YYYY-MM-DD`.
    pub today: String,
    /// Headers that the suite's expressions read, as it spells them.
    pub header_names: Vec<String>,
    /// The root `pools`, made once: it is the same in every call.
    pub pools: Val,
    generated: BTreeMap<Generated, ClauseId>,
}

/// A suite that parsed but cannot be brought to life.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{what}\n  at {place}\n  remedy: {remedy}")]
pub struct ModelError {
    pub place: String,
    pub what: String,
    pub remedy: String,
}

impl Model {
    /// Indexes the suite by the catalog's operations.
    ///
    /// # Errors
    /// If `about`, a view or a clause names an operation that the catalog lacks.
    pub fn new(suite: Arc<Suite>, catalog: &Catalog, today: &str) -> Result<Model, ModelError> {
        refuse_unknown_operations(&suite, catalog)?;
        let mut clauses: Vec<ClauseInfo> = suite.clauses.iter().enumerate().map(written).collect();
        clauses.extend(suite.events.iter().enumerate().map(|(index, event)| ClauseInfo {
            id: event.id.clone(),
            says: event.says.clone(),
            cites: event.cites.clone(),
            basis: event.basis,
            rule: event.rule.clone(),
            origin: Origin::Event(index),
        }));
        let mut generated = BTreeMap::new();
        for info in generate(&suite, catalog) {
            let Origin::Generated(kind) = &info.origin else { unreachable!("generate makes generated clauses") };
            generated.insert(kind.clone(), ClauseId(clauses.len() as u32));
            clauses.push(info);
        }
        let operations = catalog
            .operations
            .iter()
            .map(|operation| (operation.id.clone(), operation_model(&suite, operation, &generated)))
            .collect();
        let shown = suite.resources.iter().enumerate().map(|(kind, _)| shown(&suite, catalog, kind)).collect();
        let ends = (0..suite.resources.len()).map(|kind| ends(&suite, catalog, kind)).collect();
        let header_names = headers_read(&suite);
        let pools = suite.pools.iter();
        let pools = pools.map(|(name, values)| (Arc::from(name.as_str()), Val::List(values.clone().into())));
        let pools = Val::Map(Arc::new(pools.collect()));
        Ok(Model { header_names, pools, suite, clauses, operations, shown, ends, today: today.to_string(), generated })
    }

    #[must_use]
    pub fn info(&self, clause: ClauseId) -> &ClauseInfo {
        &self.clauses[clause.0 as usize]
    }

    /// The clause of the suite behind an id, if it is a written one.
    #[must_use]
    pub fn written(&self, clause: ClauseId) -> Option<&Clause> {
        match self.info(clause).origin {
            Origin::Clause(index) => Some(&self.suite.clauses[index]),
            _ => None,
        }
    }

    /// The generated clause of a kind.
    ///
    /// # Panics
    /// If none was generated: the caller asks for something that the suite does not have.
    #[must_use]
    pub fn generated(&self, kind: &Generated) -> ClauseId {
        *self.generated.get(kind).unwrap_or_else(|| panic!("no clause was generated for {kind:?}"))
    }

    #[must_use]
    pub fn named(&self, id: &str) -> Option<ClauseId> {
        self.clauses.iter().position(|info| info.id == id).map(|index| ClauseId(index as u32))
    }

    #[must_use]
    pub fn resource(&self, id: &Id) -> &Resource {
        &self.suite.resources[id.kind as usize]
    }

    /// The id of the event at an index of the suite.
    #[must_use]
    pub fn event(&self, index: usize) -> ClauseId {
        ClauseId((self.suite.clauses.len() + index) as u32)
    }
}

fn headers_read(suite: &Suite) -> Vec<String> {
    let guards = suite
        .clauses
        .iter()
        .flat_map(|clause| clause.when.iter().chain(clause.ensure.iter().map(|(expr, _)| expr)).chain(effects(clause)));
    let named = suite.lets.values().filter_map(|known| match known {
        crate::suite::Let::Expression(expr) => Some(expr),
        crate::suite::Let::Constant(_) => None,
    });
    let paths = suite.version.iter().chain(guards).chain(named).flat_map(Expr::reads);
    let names: BTreeSet<String> = paths
        .filter(|path| path.root.as_ref() == "header")
        .filter_map(|path| match path.keys.first() {
            Some(crate::expr::Key::Name(name)) => Some(name.to_string()),
            _ => None,
        })
        .collect();
    names.into_iter().collect()
}

fn written((index, clause): (usize, &Clause)) -> ClauseInfo {
    ClauseInfo {
        id: clause.id.clone(),
        says: clause.says.clone(),
        cites: clause.cites.clone(),
        basis: clause.basis,
        rule: clause.rule.clone(),
        origin: Origin::Clause(index),
    }
}

fn refuse_unknown_operations(suite: &Suite, catalog: &Catalog) -> Result<(), ModelError> {
    let known: BTreeSet<&str> = catalog.operations.iter().map(|operation| operation.id.as_str()).collect();
    let named = suite
        .clauses
        .iter()
        .flat_map(|clause| match &clause.calls {
            Calls::Only(calls) | Calls::AllBut(calls) => {
                calls.iter().map(|call| (call, clause.place)).collect::<Vec<_>>()
            }
        })
        .chain(suite.about.iter().flat_map(|(call, about)| about.iter().map(move |about| (call, about.place))))
        .chain(suite.resources.iter().flat_map(|r| r.views.iter().map(|(call, view)| (call, view.place))));
    for (call, place) in named {
        if !known.contains(call.as_str()) {
            return Err(ModelError {
                place: format!("suite {}, line {}", suite.name, place.line),
                what: format!("no operation `{call}` in catalog {}", catalog.api),
                remedy: format!("use one of: {}", known.iter().copied().collect::<Vec<_>>().join(", ")),
            });
        }
    }
    Ok(())
}

fn operation_model(
    suite: &Suite,
    operation: &crate::schema::catalog::Operation,
    generated: &BTreeMap<Generated, ClauseId>,
) -> OperationModel {
    let about = suite.about.get(&operation.id).cloned().unwrap_or_default();
    let offered: BTreeSet<&str> =
        about.iter().filter(|a| matches!(a.binding, Binding::Existing(_))).map(|a| a.name.as_str()).collect();
    let all: BTreeSet<&str> = suite
        .about
        .values()
        .flatten()
        .map(|a| a.name.as_str())
        .chain(suite.resources.iter().map(|r| r.name.as_str()))
        .collect();
    let speaks = |clause: &Clause| match &clause.calls {
        Calls::Only(calls) => calls.contains(&operation.id),
        // A general clause speaks of the calls that have the things it names.
        Calls::AllBut(except) => {
            !except.contains(&operation.id)
                && roots_of(suite, clause)
                    .iter()
                    .all(|root| !all.contains(root.as_str()) || offered.contains(root.as_str()))
        }
    };
    let clauses: Vec<ClauseId> = (0..suite.clauses.len())
        .filter(|&index| speaks(&suite.clauses[index]))
        .map(|index| ClauseId(index as u32))
        .collect();
    let reads_all = clauses.iter().flat_map(|clause| kinds_read(suite, &suite.clauses[clause.0 as usize])).collect();
    let views = suite
        .resources
        .iter()
        .enumerate()
        .filter_map(|(kind, resource)| Some((kind, resource.views.get(&operation.id)?.clone())))
        .collect();
    let codes = |class: u16| -> Vec<u16> {
        let own: Vec<u16> =
            operation.statuses.iter().filter(|s| !s.general && s.code / 100 == class).map(|s| s.code).collect();
        let any = || operation.statuses.iter().filter(|s| s.code / 100 == class).map(|s| s.code).collect();
        if own.is_empty() { any() } else { own }
    };
    OperationModel {
        id: operation.id.clone(),
        views,
        reads_all,
        falls_on: clauses.iter().flat_map(|clause| unnamed(&suite.clauses[clause.0 as usize])).collect(),
        success: codes(2),
        client_error: codes(4),
        changes: operation
            .bindings
            .iter()
            .any(|binding| !matches!(binding.method.as_str(), "GET" | "HEAD" | "OPTIONS")),
        no_server_error: generated[&Generated::NoServerError(operation.id.clone())],
        reply: generated.get(&Generated::Reply(operation.id.clone())).copied(),
        clauses,
        about,
    }
}

/// Roots that a clause's expressions name, with those behind the named expressions of `let`.
fn roots_of(suite: &Suite, clause: &Clause) -> BTreeSet<String> {
    let mut roots = BTreeSet::new();
    for expr in clause.when.iter().chain(clause.ensure.iter().map(|(expr, _)| expr)) {
        add_roots(suite, expr, &mut roots);
    }
    roots
}

fn add_roots(suite: &Suite, expr: &Expr, roots: &mut BTreeSet<String>) {
    for root in expr.roots() {
        if roots.insert(root.to_string())
            && let Some(crate::suite::Let::Expression(inner)) = suite.lets.get(root.as_ref())
        {
            add_roots(suite, inner, roots);
        }
    }
}

fn kinds_read(suite: &Suite, clause: &Clause) -> Vec<usize> {
    let mut kinds = Vec::new();
    let expressions = clause.when.iter().chain(clause.ensure.iter().map(|(expr, _)| expr)).chain(effects(clause));
    let mut named: Vec<&Expr> = expressions.collect();
    let lets: Vec<&Expr> = suite
        .lets
        .values()
        .filter_map(|l| match l {
            crate::suite::Let::Expression(expr) => Some(expr),
            crate::suite::Let::Constant(_) => None,
        })
        .collect();
    if named.iter().any(|expr| expr.roots().iter().any(|root| suite.lets.contains_key(root.as_ref()))) {
        named.extend(lets);
    }
    for path in named.iter().flat_map(|expr| expr.reads()).filter(|path| path.root.as_ref() == "world") {
        for (kind, resource) in suite.resources.iter().enumerate() {
            if path
                .keys
                .first()
                .is_some_and(|key| matches!(key, crate::expr::Key::Name(name) if name.as_ref() == resource.name))
            {
                kinds.push(kind);
            }
        }
    }
    kinds
}

/// Kinds of things that a clause's effects fall on without its call naming them.
fn unnamed(clause: &Clause) -> impl Iterator<Item = usize> {
    clause.effects().filter_map(|effect| Some(effect.target.each()?.resource))
}

/// What a clause's effects read, the things included that they fall on without the call naming them: these stand
/// in other factors.
fn effects(clause: &Clause) -> impl Iterator<Item = &Expr> {
    clause
        .effects()
        .flat_map(|effect| effect.target.each().map(|each| &each.among).into_iter().chain(effect.computed()))
}

fn generate(suite: &Suite, catalog: &Catalog) -> Vec<ClauseInfo> {
    let make = |id: String, says: String, cites: Vec<Source>, basis: Basis, rule: &str, kind: Generated| ClauseInfo {
        id,
        says,
        cites,
        basis,
        rule: (basis == Basis::Convention).then(|| rule.to_string()),
        origin: Origin::Generated(kind),
    };
    let mut all = Vec::new();
    for operation in &catalog.operations {
        let id = &operation.id;
        all.push(make(
            format!("{id}.no-server-error"),
            format!("{id} does not end in an error of the server"),
            vec![],
            Basis::Convention,
            "no-server-error",
            Generated::NoServerError(id.clone()),
        ));
        if let Some(body) = operation.responses.iter().find(|body| body.schema.is_some()) {
            all.push(make(
                format!("{id}.reply"),
                format!("the reply of {id} has the documented shape"),
                vec![body.at.clone()],
                Basis::Stated,
                "",
                Generated::Reply(id.clone()),
            ));
        }
    }
    for (kind, resource) in suite.resources.iter().enumerate() {
        let name = &resource.name;
        for (index, field) in resource.fields.iter().enumerate() {
            let (word, says) = match field.class {
                FieldClass::Modelled => {
                    ("frame", format!("the {} of a {name} changes only as a clause says", field.name))
                }
                FieldClass::Keeps => ("keeps", format!("the {} of a {name} never changes", field.name)),
                FieldClass::Grows => ("grows", format!("the {} of a {name} only moves forward", field.name)),
            };
            let basis = if field.cites.is_empty() { Basis::Convention } else { Basis::Stated };
            let id = format!("{name}.{word}.{}", field.name);
            all.push(make(id, says, field.cites.clone(), basis, "frame", Generated::Field(kind, index)));
        }
        if resource.state.is_some() {
            let says = format!("a {name} comes to rest within {} s", resource.settles_ms / 1000);
            all.push(make(
                format!("{name}.settles"),
                says,
                vec![],
                Basis::Convention,
                "settles",
                Generated::Settles(kind),
            ));
        }
        for (index, shows) in resource.shows.iter().enumerate() {
            let says = format!("the {} of a {name} fits its other fields", shows.name);
            let basis = if shows.cites.is_empty() { Basis::Convention } else { Basis::Stated };
            let id = format!("{name}.shows.{}", shows.name);
            all.push(make(id, says, shows.cites.clone(), basis, "shows", Generated::Shows(kind, index)));
        }
        for (operation, view) in resource.views.iter().filter(|(_, view)| view.whole) {
            let says = format!("{operation} lists each {name} of the caller and none that is gone");
            let basis = if view.cites.is_empty() { Basis::Convention } else { Basis::Stated };
            let id = format!("{name}.listed.{operation}");
            all.push(make(
                id,
                says,
                view.cites.clone(),
                basis,
                "whole-list",
                Generated::Listed(kind, operation.clone()),
            ));
            let Some(paging) = &view.paging else { continue };
            let basis = if paging.cites.is_empty() { Basis::Convention } else { Basis::Stated };
            let promises = [
                (
                    "page-limit",
                    format!("a page of {operation} holds no more things than were asked for"),
                    Generated::PageLimit(kind, operation.clone()),
                ),
                (
                    "paged",
                    format!("the pages of {operation}, one after the other, show each {name} of the caller once"),
                    Generated::Paged(kind, operation.clone()),
                ),
            ];
            for (word, says, generated) in promises {
                let id = format!("{name}.{word}.{operation}");
                all.push(make(id, says, paging.cites.clone(), basis, "pages-of-a-list", generated));
            }
        }
    }
    all
}

/// The read with one path parameter for the thing's id and a view of the whole thing.
fn shown(suite: &Suite, catalog: &Catalog, kind: usize) -> Option<Shown> {
    let resource = &suite.resources[kind];
    let candidates = resource.views.iter().filter(|(_, view)| !view.each);
    candidates
        .filter_map(|(operation, view)| {
            let entry = catalog.operations.iter().find(|o| &o.id == operation)?;
            if !entry.bindings.iter().all(|binding| binding.method == "GET") {
                return None;
            }
            let about = suite.about.get(operation)?.iter().find(|about| about.resource == kind)?;
            let Binding::Existing(expr) = &about.binding else { return None };
            let path = expr.as_path().filter(|path| path.root.as_ref() == "path")?;
            let crate::expr::Key::Name(parameter) = path.keys.first()? else { return None };
            Some((
                (view.only.is_some(), view.when.is_some()),
                Shown { operation: operation.clone(), parameter: parameter.to_string() },
            ))
        })
        .min_by_key(|(worse, _)| *worse)
        .map(|(_, shown)| shown)
}

/// The call whose clause ends a thing, the one that needs no body before the one that does.
fn ends(suite: &Suite, catalog: &Catalog, kind: usize) -> Option<Ending> {
    let gone = |effect: &&crate::suite::Effect| match &effect.value {
        crate::suite::EffectValue::Course(stages) => matches!(stages.last(), Some(crate::suite::Stage::Gone)),
        _ => false,
    };
    let mut found: Vec<(bool, Ending)> = Vec::new();
    for clause in &suite.clauses {
        let Calls::Only(calls) = &clause.calls else { continue };
        for effect in clause.then.iter().filter(gone) {
            for call in calls {
                let entry = suite.about.get(call).into_iter().flatten().find(|about| effect.target.is(&about.name));
                let operation = catalog.operations.iter().find(|operation| operation.id == *call);
                let (Some(about), Some(operation)) = (entry.filter(|about| about.resource == kind), operation) else {
                    continue;
                };
                if let Some(at) = place_of_id(about) {
                    found.push((!operation.requests.is_empty(), Ending { operation: call.clone(), at }));
                }
            }
        }
    }
    found.into_iter().min_by_key(|(body, _)| *body).map(|(_, ending)| ending)
}

/// Where in its path or body a call names a thing; of a batch, the first place.
#[must_use]
pub fn place_of_id(about: &About) -> Option<Path> {
    let Binding::Existing(expr) = &about.binding else { return None };
    let first = || expr.of_first_elements().iter().find_map(Expr::as_path);
    expr.as_path().or_else(first).filter(|path| matches!(path.root.as_ref(), "path" | "body"))
}

/// General clauses speak of the caller, not of a thing's motion, so `while` does not hold them back.
#[must_use]
pub fn speaks_in_motion(clause: &Clause) -> bool {
    clause.during == While::Any || matches!(clause.calls, Calls::AllBut(_))
}
