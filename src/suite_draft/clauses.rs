//! The clauses of a resource kind: create, show, list, update, delete, and further actions.

use super::api_paths::ApiCollection;
use super::document::{ClauseDraft, OpenQuestion, YamlNode};
use super::inputs::{ApiContext, GoodInput, describe_presence, describe_query, find_good_input};
use super::kinds::{FieldDraft, FieldSetter, KindDraft, StateDraft};
use super::shapes::write_path;
use super::words::{WORDS, has_word, is_leaving_state, to_kebab};
use crate::schema::catalog::{Operation, SourceLines};
use serde_json::Value;

/// The clauses of one kind, with the named expressions and the good inputs that they use.
#[derive(Debug, Default)]
pub(super) struct KindClauses {
    pub lets: Vec<(String, String)>,
    pub clauses: Vec<ClauseDraft>,
    /// The good input of each operation with a clause, by operation.
    pub inputs: Vec<(String, GoodInput)>,
    /// Operations without a clause, with the reason.
    pub silent: Vec<(String, String)>,
}

/// Drafts the clauses of a kind.
pub(super) fn draft_kind_clauses(context: &ApiContext<'_>, index: usize) -> KindClauses {
    let kind = &context.kinds[index];
    let collection = &context.paths.collections[kind.collection];
    let mut drafter = ClauseDrafter { context, kind, index, collection, out: KindClauses::default() };
    drafter.add_create();
    drafter.add_show();
    collection.lists.iter().for_each(|list| drafter.add_list(list));
    collection.updates.iter().for_each(|update| drafter.add_update(update));
    drafter.add_delete();
    collection.actions.iter().for_each(|action| drafter.add_action(action));
    drafter.out
}

struct ClauseDrafter<'c, 'a> {
    context: &'c ApiContext<'a>,
    kind: &'c KindDraft<'a>,
    index: usize,
    collection: &'c ApiCollection<'a>,
    out: KindClauses,
}

impl ClauseDrafter<'_, '_> {
    fn add_create(&mut self) {
        let (kind, operation) = (self.kind, self.kind.create);
        let Some(when) = self.add_input(operation) else { return };
        let accept = accept_success();
        let name = to_kebab(&operation.id);
        let mut first = ClauseDraft::new(
            format!("{name}.accepted"),
            format!("{} can be created", spell_one(&kind.name)),
            &operation.id,
            accept.clone(),
        );
        first.cites = cite_operation(operation);
        first.when = Some(when.clone());
        if let Some(state) = &kind.state {
            let (value, question) = describe_first_state(kind, state, &name);
            first.questions.extend(question);
            first.then.push((format!("{}.{}", kind.name, state.field), value));
        }
        if let Some(parent) = self.find_parent() {
            first.then.push((format!("{}.parent_{parent}", kind.name), YamlNode::text(format!("{parent}.id"))));
        }
        self.out.clauses.push(first);
        self.add_conflict(operation, &name);
        for field in &kind.fields {
            let Some(setter) = self.find_setter(field, operation) else { continue };
            let says = format!("a created {} has the {} that was asked for", spell(&kind.name), spell(&field.name));
            self.add_setting(operation, (&name, &when), field, setter, says);
            if let Some(default) = setter.default.as_ref().filter(|it| !it.is_null() && !setter.required) {
                let mut clause = ClauseDraft::new(
                    format!("{name}.{}-by-default", to_kebab(&field.name)),
                    format!("without a {} the documented default holds", spell(&field.name)),
                    &operation.id,
                    accept.clone(),
                );
                clause.cites = join_cites([setter.source.as_ref(), field.source.as_ref()], &cite_operation(operation));
                clause.when = Some(format!("{when} && {}", describe_absence(&setter.path)));
                clause.then = vec![(format!("{}.{}", kind.name, field.name), YamlNode::text(default.to_string()))];
                self.out.clauses.push(clause);
            }
        }
    }

    fn add_show(&mut self) {
        let Some(operation) = self.collection.show else { return };
        let Some(parameter) = self.collection.find_parameter(operation) else { return };
        let name = to_kebab(&operation.id);
        let mut clause = ClauseDraft::new(
            format!("{name}.found"),
            format!("{} that exists can be shown", spell_one(&self.kind.name)),
            &operation.id,
            accept_success(),
        );
        clause.cites = cite_operation(operation);
        clause.anytime = true;
        clause.when = Some(self.describe_existing(operation));
        let view = self.kind.views.iter().find(|view| view.operation.id == operation.id);
        clause.ensure = view.map(|view| {
            let shown = [view.at.as_slice(), std::slice::from_ref(&self.kind.id)].concat();
            format!("{} == {}", write_path("reply", &shown), write_path("path", &[parameter]))
        });
        self.out.clauses.push(clause);
    }

    fn add_list(&mut self, operation: &Operation) {
        let name = to_kebab(&operation.id);
        let mut terms: Vec<String> = self.find_parent().map(|it| format!("{it} != null")).into_iter().collect();
        if !operation.query.is_empty() {
            terms.push(describe_query(operation));
        }
        terms.push(r#"input == "valid""#.to_string());
        let mut clause = ClauseDraft::new(
            format!("{name}.answers"),
            format!("every {} can be listed", spell(&self.kind.name)),
            &operation.id,
            accept_success(),
        );
        clause.cites = cite_operation(operation);
        clause.anytime = true;
        clause.when = Some(terms.join(" && "));
        self.out.clauses.push(clause);
    }

    fn add_update(&mut self, operation: &Operation) {
        let kind = self.kind;
        let name = to_kebab(&operation.id);
        let Some(input) = self.add_input(operation) else { return };
        let set: Vec<(&FieldDraft, &FieldSetter)> =
            kind.fields.iter().filter_map(|field| Some((field, self.find_setter(field, operation)?))).collect();
        if set.is_empty() {
            return self.silence(operation, "no response shows a value that the call sets");
        }
        let when = format!("{} && {input}", self.describe_existing(operation));
        for (field, setter) in &set {
            let says = format!("an updated {} has the {} that was asked for", spell(&kind.name), spell(&field.name));
            self.add_setting(operation, (&name, &when), field, setter, says);
        }
        self.add_conflict(operation, &name);
        self.add_left_out_fields(operation, (&name, &when), &set);
    }

    /// Clauses about the fields that a request leaves out of a replacement, or sets to null. What they are afterwards is
    /// open.
    fn add_left_out_fields(
        &mut self,
        operation: &Operation,
        (name, when): (&str, &str),
        set: &[(&FieldDraft, &FieldSetter)],
    ) {
        let kind = self.kind;
        let replaces = operation.bindings.iter().all(|it| it.method == "PUT");
        let mut asked = false;
        for (field, setter) in set.iter().filter(|(_, setter)| !setter.required && (replaces || setter.nullable)) {
            let mut clause = ClauseDraft::new(
                format!("{name}.without-{}", to_kebab(&field.name)),
                format!("an update without a value of {} is accepted", spell(&field.name)),
                &operation.id,
                accept_success(),
            );
            if replaces && !asked {
                clause.questions.push(OpenQuestion {
                    id: format!("{name}.without"),
                    text: format!(
                        "What is a field of {} after an update without it: as before (remove the clauses \
                         `{name}.without-…`), null (write `null` in place of \"*\"), or the default? \"*\" permits any.",
                        spell_one(&kind.name)
                    ),
                });
                asked = true;
            }
            clause.cites = join_cites([setter.source.as_ref(), None], &cite_operation(operation));
            let at = write_path("body", &setter.path);
            let absent = if replaces { format!("{at} == null") } else { describe_null(&setter.path) };
            clause.when = Some(format!("{when} && {absent}"));
            clause.then = vec![(format!("{}.{}", kind.name, field.name), YamlNode::text("*"))];
            self.out.clauses.push(clause);
        }
    }

    /// The property of a request that sets a field, unless good input leaves the property out.
    fn find_setter<'f>(&self, field: &'f FieldDraft, operation: &Operation) -> Option<&'f FieldSetter> {
        let setter = field.setters.iter().find(|it| it.operation == operation.id)?;
        let left_out = format!("{} == null", write_path("body", &setter.path));
        let inputs = self.out.inputs.iter().filter(|(id, _)| *id == operation.id);
        let mut terms = inputs.flat_map(|(_, input)| &input.terms);
        (!terms.any(|term| *term == left_out)).then_some(setter)
    }

    /// The clause that a field has the value of the request.
    fn add_setting(
        &mut self,
        operation: &Operation,
        (name, when): (&str, &str),
        field: &FieldDraft,
        setter: &FieldSetter,
        says: String,
    ) {
        let mut clause =
            ClauseDraft::new(format!("{name}.{}", to_kebab(&field.name)), says, &operation.id, accept_success());
        clause.cites = join_cites([setter.source.as_ref(), field.source.as_ref()], &cite_operation(operation));
        clause.when = Some(if setter.required {
            when.to_string()
        } else {
            format!("{when} && {}", describe_presence(&setter.path))
        });
        clause.then =
            vec![(format!("{}.{}", self.kind.name, field.name), YamlNode::text(write_path("body", &setter.path)))];
        self.out.clauses.push(clause);
    }

    fn add_delete(&mut self) {
        let kind = self.kind;
        let Some(operation) = self.collection.delete else { return };
        let Some(input) = self.add_input(operation) else { return };
        let name = to_kebab(&operation.id);
        let mut terms = vec![self.describe_existing(operation), input];
        terms.extend(self.list_dependents());
        let mut clause = ClauseDraft::new(
            format!("{name}.gone"),
            format!("a deleted {} is gone", spell(&kind.name)),
            &operation.id,
            accept_success(),
        );
        clause.cites = cite_operation(operation);
        clause.when = Some(terms.join(" && "));
        let passes =
            kind.state.as_ref().is_some_and(|state| state.members.is_empty() || !state.list_passing().is_empty());
        let later = passes || operation.statuses.iter().filter(|it| it.code / 100 == 2).all(|it| it.code == 202);
        let gone = if later { YamlNode::texts(["*", "gone"].map(str::to_string)) } else { YamlNode::text("gone") };
        let target = kind.state.as_ref().map_or(kind.name.clone(), |state| format!("{}.{}", kind.name, state.field));
        clause.then.push((target.clone(), gone));
        let ended = kind.state.iter().flat_map(|state| &state.members).find(|it| has_word(&WORDS.ended_words, it));
        if let Some(ended) = ended {
            clause.questions.push(OpenQuestion {
                id: format!("{name}.kept"),
                text: format!(
                    "Is a deleted {} shown as {ended}, or is it gone? Remove the other outcome.",
                    spell(&kind.name)
                ),
            });
            let because = format!("a deleted {} may stay, with the state {ended}", spell(&kind.name));
            clause.otherwise = Some((because, vec![(target, YamlNode::text(ended))]));
        }
        if !self.list_dependents().is_empty() {
            clause.questions.push(OpenQuestion {
                id: format!("{name}.dependents"),
                text: format!(
                    "What becomes of {} that other resources refer to: refused, or deleted with them? Add a clause.",
                    spell_one(&kind.name)
                ),
            });
        }
        self.out.clauses.push(clause);
        self.add_conflict(operation, &name);
    }

    /// The conditions that no other resource refers to the resource.
    fn list_dependents(&self) -> Vec<String> {
        let kind = self.kind;
        let mut terms = Vec::new();
        for (at, other) in self.context.kinds.iter().enumerate() {
            let inputs =
                find_good_input(self.context, other.create, &other.name, &other.list_settable(&other.create.id));
            let referring =
                inputs.references.iter().filter(|(known, _)| *known == self.index).filter_map(|(_, path)| {
                    let set = |field: &&FieldDraft| {
                        field
                            .setters
                            .iter()
                            .any(|it| it.operation == other.create.id && write_path("body", &it.path) == *path)
                    };
                    other.fields.iter().find(set)
                });
            terms.extend(
                referring
                    .map(|field| format!("world.{}.all(other, other.{} != {}.id)", other.name, field.name, kind.name)),
            );
            let parent = self.context.paths.collections[other.collection].parent;
            if at != self.index && parent == Some(kind.collection) {
                terms.push(format!("world.{}.all(other, other.parent_{} != {}.id)", other.name, kind.name, kind.name));
            }
        }
        terms
    }

    fn add_action(&mut self, operation: &Operation) {
        let kind = self.kind;
        let name = to_kebab(&operation.id);
        let Some(state) = &kind.state else {
            return self.silence(operation, "what the call changes cannot be guessed");
        };
        let parameter = self.collection.find_parameter(operation);
        if parameter.is_none() || operation.bindings.iter().any(|it| it.method == "DELETE") {
            return self.silence(operation, "what the call changes cannot be guessed");
        }
        let Some(input) = self.add_input(operation) else { return };
        let mut clause = ClauseDraft::new(
            format!("{name}.accepted"),
            format!("{} can be carried out", spell_call(&operation.id)),
            &operation.id,
            accept_success(),
        );
        let states = if state.members.is_empty() { String::new() } else { format!(" ({})", state.members.join(", ")) };
        let target = format!("{}.{}", kind.name, state.field);
        clause.questions.push(OpenQuestion {
            id: format!("{name}.state"),
            text: format!(
                "In which states{states} is the call accepted, and which state follows? Add `{target} == …` to `when`, \
                 write the state in place of \"*\", and remove the clause `{name}.refused`, or give it the other states \
                 and `refuse`."
            ),
        });
        clause.cites = cite_operation(operation);
        clause.when = Some(format!("{} && {input}", self.describe_existing(operation)));
        clause.then.push((target, YamlNode::text("*")));
        self.out.clauses.push(clause);
        let mut refused = ClauseDraft::new(
            format!("{name}.refused"),
            format!("{} may be refused", spell_call(&operation.id)),
            &operation.id,
            ("may refuse", find_conflicts(operation).unwrap_or_else(|| YamlNode::text("client-error"))),
        );
        refused.cites = cite_refusals(operation);
        refused.when = Some(self.describe_existing(operation));
        self.out.clauses.push(refused);
    }

    /// A documented refusal for a reason that the pages do not tell.
    fn add_conflict(&mut self, operation: &Operation, name: &str) {
        let Some(statuses) = find_conflicts(operation) else { return };
        let mut clause = ClauseDraft::new(
            format!("{name}.refused"),
            format!("{} may be refused", spell_call(&operation.id)),
            &operation.id,
            ("may refuse", statuses),
        );
        clause.questions.push(OpenQuestion {
            id: format!("{name}.refused"),
            text: "When is the call refused? Write the condition as `when`, and `refuse` in place of `may refuse`."
                .to_string(),
        });
        clause.cites = cite_refusals(operation);
        self.out.clauses.push(clause);
    }

    /// Names the good input of a call, and returns the name. `None`, with a note, if no input is certainly good.
    fn add_input(&mut self, operation: &Operation) -> Option<String> {
        let settable = self.kind.list_settable(&operation.id);
        let input = find_good_input(self.context, operation, &self.kind.name, &settable);
        if let Some(place) = &input.unknown {
            let why = format!("nobody can guess a value of `{place}`: it refers to something else");
            self.silence(operation, &why);
            return None;
        }
        let mut terms = input.terms.clone();
        terms.extend(
            self.find_parent().filter(|_| operation.id == self.kind.create.id).map(|it| format!("{it} != null")),
        );
        let expression = terms.join(" && ");
        self.out.inputs.push((operation.id.clone(), input));
        if terms.len() == 1 {
            return Some(expression);
        }
        let name = format!("good_{}", super::words::to_snake(&operation.id));
        self.out.lets.push((name.clone(), expression));
        Some(name)
    }

    fn silence(&mut self, operation: &Operation, why: &str) {
        self.out.silent.push((operation.id.clone(), why.to_string()));
    }

    /// The condition that the resource exists, below its parent.
    fn describe_existing(&self, operation: &Operation) -> String {
        let kind = &self.kind.name;
        let parents = self.find_parent().filter(|_| self.collection.find_parameter(operation).is_some());
        let below = parents.map(|parent| format!(" && {parent} != null && {kind}.parent_{parent} == {parent}.id"));
        format!("{kind} != null{}", below.unwrap_or_default())
    }

    /// The name of the kind whose resources contain the resources of this kind.
    fn find_parent(&self) -> Option<&str> {
        find_parent_kind(self.context, self.kind).map(|at| self.context.kinds[at].name.as_str())
    }
}

/// The kind of the collection above a kind's collection.
pub(super) fn find_parent_kind(context: &ApiContext<'_>, kind: &KindDraft<'_>) -> Option<usize> {
    let parent = context.paths.collections[kind.collection].parent?;
    context.kinds.iter().position(|it| it.collection == parent)
}

impl KindDraft<'_> {
    /// The properties of an operation's request that responses show again.
    pub(super) fn list_settable(&self, operation: &str) -> Vec<&str> {
        let set = |field: &&FieldDraft| field.setters.iter().any(|it| it.operation == operation);
        self.fields.iter().filter(set).map(|it| it.property.as_str()).collect()
    }
}

/// The state of a new resource, as an effect, with the question where nobody knows.
fn describe_first_state(kind: &KindDraft<'_>, state: &StateDraft, name: &str) -> (YamlNode, Option<OpenQuestion>) {
    if let Some(first) = &state.default {
        return (YamlNode::text(first), None);
    }
    let ask = |text: String| Some(OpenQuestion { id: format!("{name}.state"), text });
    let noun = spell_one(&kind.name);
    if state.members.is_empty() {
        let text =
            format!("Which states does {noun} have, and in which is a new one? Name them under `stable`, and here.");
        return (YamlNode::texts(["?", "*"].map(str::to_string)), ask(text));
    }
    let passing = state.list_passing().into_iter().filter(|it| !is_leaving_state(it));
    let stages: Vec<String> = passing.chain(["*".to_string()]).collect();
    let stable = state.list_stable().join(", ");
    let text =
        format!("In which state ({stable}) is {noun} after the call? Write it in place of \"*\", which permits any.");
    (YamlNode::texts(stages), ask(text))
}

/// `accept`, with the documented statuses of a success.
pub(super) fn accept_success() -> (&'static str, YamlNode) {
    ("accept", YamlNode::text("success"))
}

/// Documented refusals that depend on more than the credentials, the request and the existence of the resource.
fn find_conflicts(operation: &Operation) -> Option<YamlNode> {
    const ABOUT_MORE: [u16; 5] = [402, 409, 412, 423, 428];
    let own = operation.statuses.iter().filter(|it| !it.general && ABOUT_MORE.contains(&it.code));
    let mut codes: Vec<YamlNode> = own.map(|it| YamlNode::Number(i64::from(it.code))).collect();
    match codes.len() {
        0 => None,
        1 => codes.pop(),
        _ => Some(YamlNode::List(codes)),
    }
}

fn cite_refusals(operation: &Operation) -> Vec<SourceLines> {
    let refusals = operation.statuses.iter().filter(|it| it.code / 100 == 4);
    let cites: Vec<&SourceLines> = refusals.map(|it| &it.at).collect();
    join_cites([], &cites.into_iter().chain([&operation.at]).cloned().collect::<Vec<_>>())
}

/// The lines of an operation and of its success.
pub(super) fn cite_operation(operation: &Operation) -> Vec<SourceLines> {
    let success = operation.statuses.iter().find(|it| it.code / 100 == 2).map(|it| &it.at);
    let body = operation.responses.iter().find(|it| it.describes_success()).map(|it| &it.at);
    join_cites([Some(&operation.at), success.or(body)], &[])
}

/// Citations without repetition, at most four.
pub(super) fn join_cites<const N: usize>(first: [Option<&SourceLines>; N], then: &[SourceLines]) -> Vec<SourceLines> {
    let mut all: Vec<SourceLines> = Vec::new();
    for cite in first.into_iter().flatten().chain(then) {
        if !all.contains(cite) && all.len() < CITES_MAX {
            all.push(cite.clone());
        }
    }
    all
}

/// Most citations of a clause.
const CITES_MAX: usize = 4;

/// The condition that the request lacks a property.
fn describe_absence(path: &[String]) -> String {
    let (last, holder) = path.split_last().expect("a property has a name");
    format!("!({} in {})", Value::from(last.as_str()), write_path("body", holder))
}

/// The condition that the request sets a property to null.
fn describe_null(path: &[String]) -> String {
    let (last, holder) = path.split_last().expect("a property has a name");
    let holder = write_path("body", holder);
    format!("{} in {holder} && {} == null", Value::from(last.as_str()), write_path("body", path))
}

/// A name as words.
pub(super) fn spell(name: &str) -> String {
    name.replace('_', " ")
}

/// A name as words, with the article.
pub(super) fn spell_one(name: &str) -> String {
    let words = spell(name);
    let vowel = words.starts_with(['a', 'e', 'i', 'o', 'u']) && !words.starts_with("user") && !words.starts_with("uni");
    format!("{} {words}", if vowel { "an" } else { "a" })
}

/// An operation as the subject of a sentence.
fn spell_call(operation: &str) -> String {
    format!("a call of {operation}")
}
