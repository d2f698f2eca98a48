//! One call: targets, path, query, headers and body, with values that guards speak of.

use super::hints::{Need, Root};
use super::probe::{Actor, Call, Scene, empty_step};
use super::situation::Presence;
use super::step::{Step, handle};
use crate::expr::{self, Expr, Key, Path, Relation, Val};
use crate::model::{Asked, ClauseId, OperationModel, Roots, Who, world_root};
use crate::schema::catalog::Operation;
use crate::schema::{Draw, Rng, Shape, draw_boundary, draw_valid};
use crate::suite::{About, Binding, Verb};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What kind of call is wanted.
#[derive(Debug, Clone, Default)]
pub struct Ask {
    pub operation: String,
    /// The clause that should apply.
    pub goal: Option<ClauseId>,
    /// Prefer things in motion.
    pub moving: bool,
    /// Only things at rest that are there, whatever the goal: a call to go on from.
    pub plain: bool,
    /// Put bounded fields on their bounds.
    pub boundary: bool,
    /// In how many of 100 cases an optional field is there.
    pub optional_percent: u32,
    /// The thing that the first reference goes to, by handle.
    pub target: Option<String>,
    /// Who asks, where that is decided already.
    pub caller: Option<String>,
}

/// Where the thing of an `about` entry went.
struct Cast<'a> {
    about: &'a About,
    /// None: an id that never existed.
    actor: Option<&'a Actor>,
    given: bool,
}

/// Builds one call. None where no thing of the wanted kind can be named, or no body can be drawn.
#[must_use]
pub fn build(scene: &Scene<'_>, ask: &Ask, rng: &mut Rng) -> Option<Call> {
    let model = scene.model.operations.get(&ask.operation)?;
    let operation = scene.schemas.operation(&ask.operation)?;
    let needs = wanted(scene, model, ask, rng);
    let casts = cast(scene, model, ask, &needs, rng)?;
    let binding = rng.pick(&operation.bindings)?;
    let mut step = empty_step(&operation.id, &binding.id);
    step.caller = match &ask.caller {
        Some(caller) => caller.clone(),
        None => caller(scene, &needs, &casts, rng)?,
    };
    fill_parameters(scene, operation, ask, &mut step, rng);
    version(scene, &needs, ask, &mut step, rng);
    let version = Version::of(scene, &step);
    let how = Draw { optional_percent: ask.optional_percent, microversion: version.0.clone(), ..Draw::default() };
    let shape = scene.schemas.request(operation, version.0.as_deref());
    if let Some(shape) = shape {
        step.body = Some(draw_valid(shape, rng, &how).ok()?);
    }
    let placed = place(&casts, &mut step, rng);
    let draft = scene.call(step.clone())?;
    let wishes = wishes(scene, &draft, &casts, &needs, shape, rng);
    apply(scene, operation, &wishes, &placed, (shape, &how, ask.boundary), &mut step, rng)?;
    step.births = model
        .about
        .iter()
        .filter(|about| matches!(about.binding, Binding::New(_)))
        .map(|about| (about.name.clone(), Vec::new()))
        .collect();
    scene.call(step)
}

struct Version(Option<String>);

impl Version {
    fn of(scene: &Scene<'_>, step: &Step) -> Version {
        Version(scene.hints.version_header.as_ref().and_then(|name| step.headers.get(name).cloned()))
    }
}

/// The needs of the goal, over those of an accepting clause of the call: what the goal does
/// not speak of should not be the reason for another refusal.
fn wanted<'a>(scene: &Scene<'a>, model: &OperationModel, ask: &Ask, rng: &mut Rng) -> Vec<&'a Need> {
    let own = ask.goal.map(|goal| scene.hints.needs(goal)).unwrap_or_default();
    let accepts =
        |clause: &&ClauseId| scene.model.written(**clause).is_some_and(|clause| matches!(clause.verb, Verb::Accept(_)));
    let moulds: Vec<ClauseId> = model.clauses.iter().filter(accepts).copied().collect();
    let goal_accepts = ask.goal.is_some_and(|goal| moulds.contains(&goal));
    let mut needs: Vec<&Need> = own.iter().collect();
    if !goal_accepts && let Some(mould) = rng.pick(&moulds) {
        let spoken = |need: &&Need| own.iter().any(|mine| mine.root == need.root && mine.keys == need.keys);
        needs.extend(scene.hints.needs(*mould).iter().filter(|need| !spoken(need)));
    }
    needs
}

/// Chooses a thing for each reference, if there is one to choose.
fn cast<'a>(
    scene: &'a Scene<'_>,
    model: &'a OperationModel,
    ask: &Ask,
    needs: &[&Need],
    rng: &mut Rng,
) -> Option<Vec<Cast<'a>>> {
    let mut casts = Vec::new();
    for about in model.about.iter().filter(|about| matches!(about.binding, Binding::Existing(_))) {
        let absent =
            |need: &&&Need| need.root == Root::Thing(about.name.clone()) && need.keys.is_empty() && is_null(need);
        let wants_absent = needs.iter().any(|need| absent(&need) && need.relation == Relation::Eq);
        let first = casts.is_empty();
        let optional = place_of(about).is_none_or(|path| path.root.as_ref() != "path");
        let spoken = ask.goal.is_some_and(|goal| scene.hints.reads(goal, &about.name));
        let named = ask
            .target
            .as_ref()
            .filter(|_| first)
            .and_then(|name| scene.actors.iter().find(|actor| actor.name == *name));
        let right = named.filter(|actor| usize::from(actor.id.kind) == about.resource);
        let stray = !ask.plain && (wants_absent || (!first && rng.chance(1, 8)));
        let mut given = !optional || spoken || rng.chance(1, 2);
        let actor = match right {
            Some(actor) if !wants_absent => Some(actor),
            _ if stray => stranger(scene, about, rng),
            _ => usual(scene, about, ask, rng),
        };
        if actor.is_none() && !stray {
            if !optional {
                return None;
            }
            given = false;
        }
        casts.push(Cast { about, actor, given });
    }
    Some(casts)
}

fn is_null(need: &Need) -> bool {
    need.other.as_literal() == Some(&Val::Null)
}

/// One of the caller's own things that is there.
fn usual<'a>(scene: &'a Scene<'_>, about: &About, ask: &Ask, rng: &mut Rng) -> Option<&'a Actor> {
    let weight = |presence: Presence| match presence {
        Presence::Rest if ask.moving => 1,
        Presence::Rest => 100,
        Presence::Motion if ask.plain => 0,
        Presence::Motion if ask.moving => 100,
        Presence::Motion => 1,
        Presence::Fog | Presence::Leaving if ask.plain => 0,
        Presence::Fog => 1,
        Presence::Leaving => u32::from(ask.moving),
        Presence::Gone => 0,
    };
    let own =
        scene.actors.iter().filter(|actor| usize::from(actor.id.kind) == about.resource && actor.owner == Who::Owner);
    let weighted: Vec<(u32, &Actor)> = own.map(|actor| (weight(actor.presence), actor)).collect();
    rng.weighted(&weighted).copied()
}

/// A thing that is not there for the caller: gone, another's, or none at all.
fn stranger<'a>(scene: &'a Scene<'_>, about: &About, rng: &mut Rng) -> Option<&'a Actor> {
    let of_kind = || scene.actors.iter().filter(|actor| usize::from(actor.id.kind) == about.resource);
    let gone: Vec<&Actor> = of_kind().filter(|actor| actor.presence == Presence::Gone).collect();
    // Any thing is another's for another caller, who is chosen below.
    let there: Vec<&Actor> =
        of_kind().filter(|actor| matches!(actor.presence, Presence::Rest | Presence::Motion)).collect();
    match rng.below(3) {
        0 if !gone.is_empty() => rng.pick(&gone).copied(),
        1 => rng.pick(&there).copied(),
        _ => None,
    }
}

/// None where the profile has no caller that fits.
fn caller(scene: &Scene<'_>, needs: &[&Need], casts: &[Cast<'_>], rng: &mut Rng) -> Option<String> {
    let asked: Vec<&Need> = needs.iter().filter(|need| need.root == Root::Caller).copied().collect();
    if !asked.is_empty() {
        let fits = |caller: &&String| {
            asked.iter().any(|need| holds(need.relation, &Val::from(caller.as_str()), need.other.as_literal()))
        };
        let fitting: Vec<&String> = scene.limits.callers.iter().filter(fits).collect();
        return rng.pick(&fitting).map(|caller| (*caller).clone());
    }
    let absent = |cast: &&Cast<'_>| {
        needs.iter().any(|need| {
            need.root == Root::Thing(cast.about.name.clone())
                && need.keys.is_empty()
                && is_null(need)
                && need.relation == Relation::Eq
        })
    };
    // A thing that is there is absent for whoever does not own it.
    let there =
        casts.iter().filter(absent).filter_map(|cast| cast.actor).find(|actor| actor.presence != Presence::Gone);
    let caller = if there.is_some_and(|actor| actor.owner == Who::Owner) { "other" } else { "owner" };
    scene.limits.callers.contains(caller).then(|| caller.to_string())
}

fn holds(relation: Relation, value: &Val, other: Option<&Val>) -> bool {
    match (relation, other) {
        (Relation::Eq, Some(other)) => value == other,
        (Relation::Ne, Some(other)) => value != other,
        (Relation::In, Some(Val::List(items))) => items.contains(value),
        (Relation::NotIn, Some(Val::List(items))) => !items.contains(value),
        _ => false,
    }
}

/// Path parameters that nothing else fills, and query parameters that are asked for.
fn fill_parameters(scene: &Scene<'_>, operation: &Operation, ask: &Ask, step: &mut Step, rng: &mut Rng) {
    for parameter in operation.path.iter().filter(|parameter| !scene.limits.filled.contains(&parameter.name)) {
        if let Some(value) = parameter_value(scene, operation, "path", &parameter.name, rng) {
            step.path.insert(parameter.name.clone(), value);
        }
    }
    for parameter in &operation.query {
        // Filters and paging make a list prove less, so they are rare.
        if !parameter.required && !rng.chance(ask.optional_percent / 5, 100) {
            continue;
        }
        if let Some(value) = parameter_value(scene, operation, "query", &parameter.name, rng) {
            step.query.insert(parameter.name.clone(), value);
        }
    }
}

fn parameter_value(scene: &Scene<'_>, operation: &Operation, place: &str, name: &str, rng: &mut Rng) -> Option<Value> {
    let shape = scene.schemas.parameter(operation, place, name)?;
    draw_valid(shape, rng, &Draw::default()).ok()
}

fn version(scene: &Scene<'_>, needs: &[&Need], ask: &Ask, step: &mut Step, rng: &mut Rng) {
    let Some(header) = &scene.hints.version_header else {
        return;
    };
    let versions = scene.hints.versions(&ask.operation);
    let spoken = ask.goal.is_some_and(|goal| scene.hints.reads(goal, "version"));
    let wanted = needs.iter().any(|need| need.root == Root::Header);
    let named = (spoken && rng.chance(4, 5)) || (!wanted && rng.chance(1, 4));
    if let Some(version) = rng.pick(versions).filter(|_| named) {
        step.headers.insert(header.clone(), version.clone());
    }
}

/// The place of the input that an `about` entry reads its id from.
fn place_of(about: &About) -> Option<Path> {
    let Binding::Existing(expr) = &about.binding else {
        return None;
    };
    let input = |path: &Path| matches!(path.root.as_ref(), "path" | "query" | "header" | "body");
    let in_loop = || expr.of_first_elements().iter().find_map(Expr::as_path);
    expr.as_path().or_else(in_loop).filter(input).or_else(|| expr.reads().into_iter().find(input))
}

/// Ids that went into the step, by place.
type Placed = Vec<(Path, Value)>;

fn place(casts: &[Cast<'_>], step: &mut Step, rng: &mut Rng) -> Placed {
    let mut placed = Vec::new();
    for cast in casts.iter().filter(|cast| cast.given) {
        let Some(mut path) = place_of(cast.about) else {
            continue;
        };
        let value = cast.actor.map_or_else(|| Value::from(uuid(rng)), |actor| handle(&actor.name));
        let body = step.body.clone().unwrap_or(Value::Null);
        if path.root.as_ref() == "body" && expr::get(&body, &path).is_some_and(Value::is_array) {
            path.keys.push(Key::Index(0));
        }
        put(step, &path, Some(value.clone()));
        placed.push((path, value));
    }
    placed
}

/// Puts a value into the step, or takes away what is there.
fn put(step: &mut Step, path: &Path, value: Option<Value>) {
    let map = match path.root.as_ref() {
        "body" => {
            let body = step.body.get_or_insert(Value::Null);
            match value {
                Some(value) => expr::assign(body, path, value),
                None => remove(body, &path.keys),
            }
            return;
        }
        "header" => {
            if let [Key::Name(name)] = path.keys.as_slice() {
                match value {
                    Some(Value::String(text)) => step.headers.insert(name.to_string(), text),
                    Some(other) => step.headers.insert(name.to_string(), other.to_string()),
                    None => step.headers.remove(name.as_ref()),
                };
            }
            return;
        }
        "path" => &mut step.path,
        "query" => &mut step.query,
        _ => return,
    };
    if let Some(Key::Name(name)) = path.keys.first() {
        match value {
            Some(value) => map.insert(name.to_string(), value),
            None => map.remove(name.as_ref()),
        };
    }
}

fn remove(at: &mut Value, keys: &[Key]) {
    match keys {
        [Key::Name(last)] => {
            if let Some(object) = at.as_object_mut() {
                object.shift_remove(last.as_ref());
            }
        }
        [Key::Name(name), rest @ ..] => {
            if let Some(inner) = at.get_mut(name.as_ref()) {
                remove(inner, rest);
            }
        }
        [Key::Index(index), rest @ ..] => {
            if let Some(inner) = at.get_mut(index) {
                remove(inner, rest);
            }
        }
        [] => {}
    }
}

/// What should stand at a place.
enum Wish {
    Value(Value),
    /// Anything but these, as long as it is there.
    Other(Vec<Val>),
    Absent,
}

fn wishes(
    scene: &Scene<'_>,
    draft: &Call,
    casts: &[Cast<'_>],
    needs: &[&Need],
    shape: Option<&Shape>,
    rng: &mut Rng,
) -> Vec<(Path, Wish)> {
    let mut by_place: BTreeMap<Path, Vec<(Relation, Val)>> = BTreeMap::new();
    for need in needs {
        let root = match need.root {
            Root::Path => "path",
            Root::Query => "query",
            Root::Header => "header",
            Root::Body => "body",
            _ => continue,
        };
        let Some(value) = evaluate(scene, draft, casts, &need.other) else {
            continue;
        };
        let path = Path { root: Arc::from(root), keys: need.keys.clone() };
        spread_keys(draft, path, need.relation, value, shape, &mut by_place);
    }
    let mut chosen: Vec<(Path, Wish)> = Vec::new();
    for (path, relations) in by_place {
        if let Some(wish) = choose(&relations, rng) {
            chosen.push((path, wish));
        }
    }
    chosen
}

/// `"key" in body.map` is a wish about `body.map.key`.
fn spread_keys(
    draft: &Call,
    mut path: Path,
    relation: Relation,
    value: Val,
    shape: Option<&Shape>,
    by_place: &mut BTreeMap<Path, Vec<(Relation, Val)>>,
) {
    let contains = matches!(relation, Relation::Contains | Relation::NotContains);
    if contains
        && let Val::Str(key) = &value
        && shape.is_some()
        && path.root.as_ref() == "body"
    {
        let body = draft.exchange.body.as_ref().unwrap_or(&Value::Null);
        if !expr::get(body, &path).is_some_and(Value::is_array) {
            path.keys.push(Key::Name(key.clone()));
            // A key may be there with the value null: `Contains` null stands for that.
            let relation = if relation == Relation::Contains { relation } else { Relation::Eq };
            by_place.entry(path).or_default().push((relation, Val::Null));
            return;
        }
    }
    by_place.entry(path).or_default().push((relation, value));
}

fn evaluate(scene: &Scene<'_>, draft: &Call, casts: &[Cast<'_>], other: &Expr) -> Option<Val> {
    let who = Who::of(&draft.step.caller);
    let things: Vec<(&str, Val)> = casts
        .iter()
        .map(|cast| {
            let held = cast
                .actor
                .filter(|actor| cast.given && who == Some(actor.owner))
                .and_then(|actor| scene.held(&actor.id));
            (cast.about.name.as_str(), held.map_or(Val::Null, |held| held.record.clone()))
        })
        .collect();
    let all = world_of(scene, &draft.asked);
    let roots =
        Roots { model: scene.model, asked: &draft.asked, things: &things, reply: None, it: None, world: all.as_ref() };
    other.eval(&roots).ok().filter(|value| !value.has_unknown())
}

fn world_of(scene: &Scene<'_>, asked: &Asked) -> Option<Val> {
    let kinds = &scene.model.operations[&asked.operation].reads_all;
    let world = (!kinds.is_empty()).then(|| scene.worlds(asked)).flatten()?.into_iter().next()?;
    Some(world_root(scene.model, kinds.iter().copied(), &world, asked.who, &[]))
}

/// A value that fits the relations if one is known, else one that fits some of them.
fn choose(relations: &[(Relation, Val)], rng: &mut Rng) -> Option<Wish> {
    let keyed = relations.iter().any(|(relation, value)| *relation == Relation::Contains && *value == Val::Null);
    let mut good: Vec<Val> = Vec::new();
    for (relation, value) in relations {
        match (relation, value) {
            (Relation::Eq, value) => good.push(value.clone()),
            (Relation::In, Val::List(items)) => good.extend(items.iter().cloned()),
            (Relation::In, Val::Map(entries)) => good.extend(entries.keys().map(|key| Val::Str(key.clone()))),
            (Relation::Contains, value) if *value != Val::Null => good.push(Val::List(vec![value.clone()].into())),
            (Relation::Lt | Relation::Le | Relation::Gt | Relation::Ge, Val::Int(bound)) => {
                good.extend([-1, 0, 1].map(|by| Val::Int(bound.saturating_add(by))))
            }
            _ => {}
        }
    }
    let most = |value: &Val| relations.iter().filter(|relation| fits(value, relation)).count();
    let best = good.iter().map(most).max().unwrap_or(0);
    good.retain(|value| most(value) == best);
    let mut others = Vec::new();
    let mut refused = 0;
    for (relation, value) in relations {
        match (relation, value) {
            (Relation::Ne, value) => others.push(value.clone()),
            (Relation::NotIn, Val::List(items)) => others.extend(items.iter().cloned()),
            (Relation::Contains, Val::Null) => {}
            _ => continue,
        }
        refused += 1;
    }
    // Guards of two clauses, or two sides of an `||`, may want opposite things: then either.
    let other = refused > best || (refused == best && rng.chance(1, 2));
    if let Some(value) = rng.pick(&good).filter(|_| !other) {
        return Some(if *value == Val::Null && !keyed { Wish::Absent } else { Wish::Value(value.to_json()?) });
    }
    (refused > 0).then_some(Wish::Other(others))
}

fn fits(value: &Val, (relation, other): &(Relation, Val)) -> bool {
    match (relation, other) {
        (Relation::Eq, other) => value == other,
        (Relation::Ne, other) => value != other,
        (Relation::NotIn, Val::List(items)) => !items.contains(value),
        (Relation::In, Val::List(items)) => items.contains(value),
        (Relation::Lt, Val::Int(bound)) => matches!(value, Val::Int(int) if int < bound),
        (Relation::Le, Val::Int(bound)) => matches!(value, Val::Int(int) if int <= bound),
        (Relation::Gt, Val::Int(bound)) => matches!(value, Val::Int(int) if int > bound),
        (Relation::Ge, Val::Int(bound)) => matches!(value, Val::Int(int) if int >= bound),
        _ => true,
    }
}

/// Drawn until it is none of `others`; of texts that are all taken, a longer one.
fn another(mut drawn: impl FnMut() -> Option<Value>, others: &[Val]) -> Option<Value> {
    let free = |value: &Value| !others.contains(&Val::from(value));
    let found = (0..4).find_map(|_| drawn().filter(|value| free(value)));
    let longer = || {
        others
            .iter()
            .rev()
            .find_map(|other| if let Val::Str(text) = other { Some(Value::from(format!("{text}-x"))) } else { None })
    };
    found.or_else(longer)
}

/// Draws the body again with what is wished pinned, and puts the rest where it belongs.
fn apply(
    scene: &Scene<'_>,
    operation: &Operation,
    wishes: &[(Path, Wish)],
    placed: &Placed,
    (shape, how, boundary): (Option<&Shape>, &Draw, bool),
    step: &mut Step,
    rng: &mut Rng,
) -> Option<()> {
    let taken = |path: &Path| placed.iter().any(|(known, _)| known == path);
    if let Some(shape) = shape {
        let mut how = how.clone();
        for (path, wish) in wishes.iter().filter(|(path, _)| path.root.as_ref() == "body" && !taken(path)) {
            match wish {
                Wish::Value(value) => {
                    how.pins.insert(pointer(&path.keys), value.clone());
                }
                Wish::Other(others) => {
                    // Fields without effect are left out of good bodies, unless a guard asks for one.
                    let all = Draw { optional_percent: 100, avoid_doubt: false, ..how.clone() };
                    let drawn = || expr::get(&draw_valid(shape, rng, &all).ok()?, path).cloned();
                    if let Some(value) = another(drawn, others) {
                        how.pins.insert(pointer(&path.keys), value);
                    }
                }
                Wish::Absent => {}
            }
        }
        for (path, value) in placed.iter().filter(|(path, _)| path.root.as_ref() == "body") {
            how.pins.insert(pointer(&path.keys), value.clone());
        }
        let draw = if boundary { draw_boundary } else { draw_valid };
        step.body = Some(draw(shape, rng, &how).ok()?);
    }
    for (path, wish) in wishes.iter().filter(|(path, _)| !taken(path)) {
        match wish {
            Wish::Absent => put(step, path, None),
            Wish::Value(value) if path.root.as_ref() != "body" => put(step, path, Some(value.clone())),
            Wish::Other(others) if path.root.as_ref() != "body" => {
                let Some(Key::Name(name)) = path.keys.first() else {
                    continue;
                };
                let drawn = || parameter_value(scene, operation, path.root.as_ref(), name, rng);
                if let Some(value) = another(drawn, others) {
                    put(step, path, Some(value));
                }
            }
            _ => {}
        }
        // What a guard says of all elements was wished for the first one.
        if let Some(at) = path.keys.iter().position(|key| *key == Key::Index(0)) {
            shorten(step, &path.keys[..at]);
        }
    }
    Some(())
}

fn shorten(step: &mut Step, keys: &[Key]) {
    let list = step.body.as_mut().and_then(|body| {
        keys.iter().try_fold(body, |at, key| match key {
            Key::Name(name) => at.get_mut(name.as_ref()),
            Key::Index(index) => at.get_mut(index),
        })
    });
    if let Some(list) = list.and_then(Value::as_array_mut) {
        list.truncate(1);
    }
}

fn pointer(keys: &[Key]) -> String {
    let mut text = String::new();
    for key in keys {
        text.push('/');
        match key {
            Key::Name(name) => text.push_str(&name.replace('~', "~0").replace('/', "~1")),
            Key::Index(index) => text.push_str(&index.to_string()),
        }
    }
    text
}

/// An id that nothing has.
fn uuid(rng: &mut Rng) -> String {
    let (high, low) = (rng.u64(), rng.u64());
    format!(
        "{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}",
        high >> 32,
        (high >> 16) & 0xffff,
        high & 0xfff,
        low >> 52,
        low & 0xffff_ffff_ffff
    )
}
