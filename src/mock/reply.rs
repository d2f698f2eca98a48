//! Bodies: drawn from the documented shape, then made to show what is true.

use super::life::{Realm, Tempo, between};
use super::mutant::{Kind, Mutant};
use super::pages::cut;
use crate::expr::{Expr, Key, Path, Relation, Val, assign};
use crate::model::{Asked, ClauseId, Generated, Held, Id, Life, Model, Roots, Thing};
use crate::schema::{Draw, Rng, Schemas, draw_valid};
use crate::suite::{Resource, UNNAMED, View};
use serde_json::Value;
use std::sync::Arc;

/// What a body is made from.
#[derive(Debug, Clone, Copy)]
pub struct Press<'a> {
    pub model: &'a Model,
    pub schemas: &'a Schemas,
    pub asked: &'a Asked,
    pub version: Option<&'a str>,
    pub fault: Option<&'a Mutant>,
}

impl Press<'_> {
    pub(super) fn broken(&self, generated: &Generated) -> Option<&Kind> {
        let mutant = self.fault?;
        (mutant.clause == self.model.generated(generated)).then_some(&mutant.kind)
    }
}

/// A body of the documented shape, none where none is documented.
#[must_use]
pub fn blank(press: &Press<'_>, status: u16, told: &[Told], rng: &mut Rng) -> Option<Value> {
    let operation = press.schemas.operation(&press.asked.operation)?;
    let of_version = press.schemas.response(operation, status, press.version);
    let shape = of_version.or_else(|| press.schemas.response(operation, status, None))?;
    let mut how = Draw { microversion: press.version.map(str::to_string), ..Draw::response() };
    for Told { at, id } in told {
        how.pins.extend(id.iter().map(|id| (at.pointer(), Value::from(id.as_ref()))));
    }
    draw_valid(shape, rng, &how).ok()
}

/// The id of another thing, at its place in a reply; none where it is not told yet.
#[derive(Debug, Clone)]
pub struct Told {
    pub at: Path,
    pub id: Option<Arc<str>>,
}

/// What the reply tells of the ids of other things. While what tells it is in motion, it may keep it back.
pub fn told(press: &Press<'_>, realm: &Realm, rng: &mut Rng) -> Vec<Told> {
    let mut all = Vec::new();
    let named: Vec<&Id> = press.asked.existing.iter().flat_map(|(_, ids)| ids.iter().flatten()).collect();
    for (kind, view) in press.model.operations[&press.asked.operation].views.iter().filter(|(_, view)| !view.each) {
        let teller = named.iter().find(|id| usize::from(id.kind) == *kind);
        let (Some(teller), Some(base)) = (teller, view.at.as_path()) else { continue };
        let early = crate::model::find(&realm.world, teller).is_some_and(|held| held.thing.motion.is_some());
        for (path, id) in realm.tells.get(*teller).into_iter().flatten() {
            let at = Path { root: base.root.clone(), keys: [base.keys.as_slice(), &path.keys].concat() };
            let listed = at.keys.iter().any(|key| matches!(key, Key::Index(_)));
            let kept_back = early && listed && rng.chance(1, 2);
            all.push(Told { at, id: (!kept_back).then(|| id.clone()) });
        }
    }
    all
}

/// An id that is not told yet stands in a list that is still empty.
pub fn keep_back(told: &[Told], body: &mut Value) {
    for Told { at, .. } in told.iter().filter(|told| told.id.is_none()) {
        let list = at.keys.iter().position(|key| matches!(key, Key::Index(_))).unwrap_or(at.keys.len());
        let path = Path { root: at.root.clone(), keys: at.keys[..list].to_vec() };
        assign(body, &path, Value::Array(Vec::new()));
    }
}

/// Puts into the body what the views of the operation show of the world.
pub fn fill(press: &Press<'_>, realm: &Realm, born: &[Id], body: &mut Value, rng: &mut Rng) {
    for (kind, view) in &press.model.operations[&press.asked.operation].views {
        let Some(path) = view.at.as_path() else { continue };
        if view.each {
            let list = listed(press, realm, *kind, view, &path, body, rng);
            assign(body, &path, Value::Array(list));
            continue;
        }
        let named = press.asked.existing.iter().flat_map(|(_, ids)| ids.iter().flatten());
        let target = born.iter().chain(named).find(|id| usize::from(id.kind) == *kind);
        let Some(held) = target.and_then(|id| crate::model::find(&realm.world, id)) else { continue };
        if !body_at(body, &path).is_some_and(Value::is_object) {
            assign(body, &path, Value::Object(serde_json::Map::new()));
        }
        if let Some(it) = place(body, &path) {
            show(press, held, view, it, rng);
        }
    }
}

fn body_at<'a>(body: &'a Value, path: &Path) -> Option<&'a Value> {
    crate::expr::get(body, path)
}

fn listed(
    press: &Press<'_>,
    realm: &Realm,
    kind: usize,
    view: &View,
    path: &Path,
    body: &Value,
    rng: &mut Rng,
) -> Vec<Value> {
    let drawn = body_at(body, path).and_then(Value::as_array).and_then(|items| items.first().cloned());
    let template = drawn.filter(Value::is_object).unwrap_or_else(|| serde_json::json!({}));
    let broken = press.broken(&Generated::Listed(kind, press.asked.operation.clone()));
    let mut things: Vec<&Held> = realm.own(kind, press.asked.who);
    things.retain(|held| held.thing.life != Life::Dying || rng.chance(1, 2));
    if broken == Some(&Kind::ListOmits) {
        things.pop();
    }
    cut(press, kind, view, &mut things);
    if broken == Some(&Kind::ListsGone) {
        let gone = realm.world.iter().filter(|held| usize::from(held.id.kind) == kind && held.thing.life == Life::Gone);
        things.extend(gone.map(AsRef::as_ref));
    }
    let mut items = Vec::with_capacity(things.len());
    for held in things {
        let mut it = template.clone();
        show(press, held, view, &mut it, rng);
        items.push(it);
    }
    items
}

/// Writes a value where a path leads. An element of a list is the last one there, and null is none.
fn write(it: &mut Value, path: &Path, value: Value) {
    let at = path.keys.iter().position(|key| matches!(key, Key::Index(_)));
    if let Some((at, Key::Index(index))) = at.map(|at| (at, &path.keys[at])) {
        let list = Path { keys: path.keys[..at].to_vec(), ..path.clone() };
        if !body_at(it, &list).is_some_and(Value::is_array) {
            assign(it, &list, Value::Array(Vec::new()));
        }
        if let Some(items) = place(it, &list).and_then(Value::as_array_mut) {
            items.truncate(if value.is_null() { *index } else { index + 1 });
        }
        if value.is_null() {
            return;
        }
    }
    // A state without a name is shown by a word that no suite has.
    assign(it, path, if value == UNNAMED { Value::from("between-states") } else { value });
}

/// Writes one thing into `it`, as the view shows it.
fn show(press: &Press<'_>, held: &Held, view: &View, it: &mut Value, rng: &mut Rng) {
    let kind = usize::from(held.id.kind);
    let resource = &press.model.suite.resources[kind];
    if let Some(path) = resource.id.as_path() {
        assign(it, &path, Value::String(held.id.id.to_string()));
    }
    for (index, field) in resource.fields.iter().enumerate() {
        if view.only.as_ref().is_some_and(|only| !only.contains(&field.name)) {
            continue;
        }
        let shown = shown_value(&held.thing, index);
        if let (Some(path), Some(value)) = (field.at.as_path(), shown.to_json()) {
            write(it, &path, value);
        }
    }
    if view.only.is_none() && held.thing.life == Life::Alive {
        for index in 0..resource.shows.len() {
            let other = press.broken(&Generated::Shows(kind, index)) == Some(&Kind::ShowsOther(index));
            show_derived(press, held, resource, index, other, it, rng);
        }
    }
}

/// A field on its way shows its old value until it came over.
fn shown_value(thing: &Thing, index: usize) -> Val {
    let pending =
        thing.motion.iter().flat_map(|motion| &motion.pending).find(|(field, _)| usize::from(*field) == index);
    pending.map_or_else(|| thing.fields[index].clone(), |(_, old)| old.clone())
}

fn show_derived(
    press: &Press<'_>,
    held: &Held,
    resource: &Resource,
    index: usize,
    other: bool,
    it: &mut Value,
    rng: &mut Rng,
) {
    let shows = &resource.shows[index];
    let Ok(Val::List(among)) = crate::model::eval_alone(press.model, held, &shows.among, shows.place.line) else {
        return;
    };
    let targets = targets(&shows.at);
    let mut fitting: Vec<Value> = Vec::new();
    for candidate in among.iter() {
        let mut trial = it.clone();
        put(&mut trial, &targets, candidate);
        if rest_agrees(resource, held, &trial) {
            fitting.push(trial);
        }
    }
    if let Some(chosen) = rng.pick(&fitting) {
        *it = chosen.clone();
    } else if let Some(first) = among.first() {
        put(it, &targets, first);
    }
    if other && let Some(target) = targets.first() {
        assign(it, target, Value::String("otherwise".to_string()));
    }
}

/// A thing at rest must look so; one in motion may.
fn rest_agrees(resource: &Resource, held: &Held, it: &Value) -> bool {
    let Some(rest) = &resource.rest else { return true };
    let roots = OnlyIt(Val::from(it));
    let looks = rest.eval(&roots) == Ok(Val::Bool(true));
    looks || held.thing.motion.is_some()
}

struct OnlyIt(Val);

impl crate::expr::Scope for OnlyIt {
    fn root(&self, name: &str) -> Option<Val> {
        (name == "it").then(|| self.0.clone())
    }
}

/// The plain paths behind `it.a` or `[it.a, it.b]`, in the order in which they stand there:
/// each place is marked, and where a mark comes out is where the place goes in.
fn targets(at: &Expr) -> Vec<Path> {
    if let Some(path) = at.as_path() {
        return vec![path];
    }
    let paths = at.reads();
    let mut marked = Value::Object(serde_json::Map::new());
    for (index, path) in paths.iter().enumerate() {
        assign(&mut marked, path, Value::from(index));
    }
    let Ok(Val::List(order)) = at.eval(&OnlyIt(Val::from(&marked))) else { return Vec::new() };
    let index = |mark: &Val| match mark {
        Val::Int(mark) => usize::try_from(*mark).ok(),
        _ => None,
    };
    order.iter().filter_map(|mark| paths.get(index(mark)?).cloned()).collect()
}

fn put(it: &mut Value, targets: &[Path], candidate: &Val) {
    match (targets, candidate) {
        ([path], value) => assign(it, path, value.to_json().unwrap_or(Value::Null)),
        (paths, Val::List(values)) => {
            for (path, value) in paths.iter().zip(values.iter()) {
                assign(it, path, value.to_json().unwrap_or(Value::Null));
            }
        }
        _ => {}
    }
}

/// Values for what nothing has set at birth: drawn as reads would show them, such that every
/// view may show the same value.
pub fn endow(press: &Press<'_>, id: &Id, thing: &mut Thing, rng: &mut Rng, tempo: &Tempo) {
    let resource = &press.model.suite.resources[usize::from(id.kind)];
    let samples: Vec<Sample<'_>> =
        resource.views.iter().filter_map(|(operation, view)| sample(press, operation, view, rng)).collect();
    for (index, field) in resource.fields.iter().enumerate() {
        if !thing.fields[index].has_unknown() || Some(&field.name) == resource.state.as_ref() {
            continue;
        }
        let Some(path) = field.at.as_path() else { continue };
        let showing: Vec<&Sample<'_>> = samples
            .iter()
            .filter(|sample| sample.view.only.as_ref().is_none_or(|only| only.contains(&field.name)))
            .collect();
        let drawn: Vec<&Value> = showing.iter().filter_map(|sample| crate::expr::get(sample.it()?, &path)).collect();
        let everywhere = drawn.iter().find(|value| showing.iter().all(|sample| sample.takes(&path, value)));
        let given = given(press, resource, index).filter(|value| showing.iter().all(|s| s.takes(&path, value)));
        let value =
            given.map(|value| Val::from(&value)).or(everywhere.or(drawn.first()).map(|value| Val::from(*value)));
        thing.fields[index] =
            value.unwrap_or_else(|| Val::Str(format!("{}-{}", field.name, between(rng, tempo.stage_ms)).into()));
    }
}

/// What the call asks for where the suite says that it becomes this field: a thing is called as its
/// create wanted it, also where no clause speaks of that create.
fn given(press: &Press<'_>, resource: &Resource, field: usize) -> Option<Value> {
    let mark = resource.marks.iter().find(|mark| mark.field == field)?;
    let value = mark.places.get(&press.asked.operation)?.eval(press.asked).ok()?;
    value.to_json().filter(|value| !value.is_null())
}

/// A drawn reply of one view.
struct Sample<'a> {
    view: &'a View,
    at: Path,
    shape: &'a crate::schema::Shape,
    body: Value,
}

fn sample<'a>(press: &Press<'a>, operation: &str, view: &'a View, rng: &mut Rng) -> Option<Sample<'a>> {
    let described = press.schemas.operation(operation)?;
    let shape = [200, 202, 201].into_iter().find_map(|status| press.schemas.response(described, status, None))?;
    let how = Draw { microversion: press.version.map(str::to_string), ..Draw::response() };
    let body = draw_valid(shape, rng, &how).ok()?;
    Some(Sample { view, at: view.at.as_path()?, shape, body })
}

impl Sample<'_> {
    fn it(&self) -> Option<&Value> {
        let shown = crate::expr::get(&self.body, &self.at)?;
        if self.view.each { shown.get(0) } else { Some(shown) }
    }

    fn takes(&self, path: &Path, value: &Value) -> bool {
        let mut body = self.body.clone();
        let Some(shown) = place(&mut body, &self.at) else { return true };
        let it = if self.view.each { shown.get_mut(0) } else { Some(shown) };
        let Some(it) = it else { return true };
        assign(it, path, value.clone());
        self.shape.is_valid(&body)
    }
}

/// Makes `ensure` hold where it compares a place in the reply with something known; `break_it`
/// makes it fail there instead. Where no such comparison stands the body is left as drawn.
pub fn repair(
    press: &Press<'_>,
    things: &[(&str, Val)],
    clauses: &[ClauseId],
    world: &Val,
    body: &mut Value,
    break_it: Option<ClauseId>,
) {
    for &id in clauses {
        let clause = press.model.written(id).expect("only written clauses accept");
        for (ensure, place) in &clause.ensure {
            let reply = Val::from(&*body);
            let roots = Roots {
                model: press.model,
                asked: press.asked,
                things,
                reply: Some(&reply),
                it: None,
                world: Some(world),
            };
            let holds = roots.eval(ensure, place.line) != Ok(Val::Bool(false));
            if holds == (break_it != Some(id)) {
                continue;
            }
            let comparisons = ensure.comparisons();
            let places = comparisons.iter().filter(|comparison| comparison.path.root.as_ref() == "reply");
            for comparison in places {
                let Ok(other) = roots.eval(&comparison.other, place.line) else { continue };
                if let Some(value) = wanted(comparison.op, &other, break_it == Some(id)) {
                    assign(body, &comparison.path, value);
                }
            }
        }
    }
}

/// A value that stands in this relation to the other side, or that does not.
fn wanted(relation: Relation, other: &Val, broken: bool) -> Option<Value> {
    match (relation, other, broken) {
        (Relation::Eq, other, false) | (Relation::Ne, other, true) => other.to_json(),
        (Relation::In, Val::List(values), false) => values.first()?.to_json(),
        (Relation::Eq, Val::Str(text), true) | (Relation::Ne, Val::Str(text), false) => {
            Some(Value::String(format!("{text}-otherwise")))
        }
        (Relation::Eq | Relation::In, _, true) | (Relation::Ne, _, false) => {
            Some(Value::String("otherwise".to_string()))
        }
        _ => None,
    }
}

/// Breaks the body as the mutant of its shape asks.
pub fn deform(body: &mut Value, kind: &Kind) {
    let (Kind::Omits(pointer) | Kind::Mistypes(pointer)) = kind else { return };
    let Some((parent, name)) = pointer.rsplit_once('/') else { return };
    let name = name.replace("~1", "/").replace("~0", "~");
    let Some(Value::Object(object)) = body.pointer_mut(parent) else { return };
    match kind {
        Kind::Omits(_) => {
            object.shift_remove(&name);
        }
        _ => {
            let wrong = match object.get(&name) {
                Some(Value::Number(_) | Value::Bool(_)) => Value::Array(vec![]),
                _ => Value::from(7),
            };
            object.insert(name, wrong);
        }
    }
}

/// Where a path leads in a body, to write there.
fn place<'a>(body: &'a mut Value, path: &Path) -> Option<&'a mut Value> {
    path.keys.iter().try_fold(body, |at, key| match key {
        Key::Name(name) => at.get_mut(name.as_ref()),
        Key::Index(index) => at.get_mut(*index),
    })
}
