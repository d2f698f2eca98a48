//! The shape of a suite file, for editors: its JSON Schema is made from these types, whose
//! comments become the descriptions. The parser reads the file itself, because it tells all
//! problems with their places; a test holds the keys of both together.

use schemars::JsonSchema;
use serde_json::Value;
use std::collections::BTreeMap;

/// The JSON Schema (draft 2020-12) of a suite file.
pub fn file_schema() -> Value {
    schemars::schema_for!(Suite).to_value()
}

/// Keys of a clause.
type Keys = BTreeMap<String, Value>;
/// The things of a call by name; null for one that it does not speak of.
type Things = BTreeMap<String, Option<About>>;
/// An expression: CEL with `null` for what is absent.
type Expression = String;

/// The promises of one API, each with the lines of the page that makes it.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
struct Suite {
    /// Name: lower-case letters, digits and `-`.
    suite: String,
    /// What people call the API.
    title: Option<String>,
    /// Folder in `schemas/` with its operations and JSON Schemas.
    catalog: String,
    /// Another suite of the same API at another vendor. All of it is taken over; what stands here under
    /// the same name goes before, and null takes away.
    extends: Option<String>,
    /// Resources of other suites that this API speaks of too, by the name of their suite.
    import: Option<BTreeMap<String, Vec<String>>>,
    /// Clauses and events of the other suite that are left out, by id.
    drop: Option<Vec<String>>,
    /// Keys of clauses and events of the other suite that are others here, by id; null takes one away.
    change: Option<BTreeMap<String, Keys>>,
    /// Constants, and expressions (marked by `=`) that every expression may name.
    #[schemars(rename = "let")]
    lets: Option<BTreeMap<String, Value>>,
    /// Values that an endpoint offers, as used with the mock; a profile replaces them.
    pools: Option<BTreeMap<String, Option<Vec<Value>>>>,
    /// Over `header`: the version that a call asks for; gives the name `version`.
    version: Option<Expression>,
    /// Kinds of things with a life. Needed, unless another suite gives them.
    resources: Option<BTreeMap<String, Option<Resource>>>,
    /// Which things a call speaks of, by operation; `"*"` for all with its path parameter.
    about: Option<BTreeMap<String, Option<Things>>>,
    /// Clauses of every operation.
    general: Option<Vec<General>>,
    /// Clauses of named operations. Needed, unless another suite gives them.
    clauses: Option<Vec<Clause>>,
    /// What the endpoint may do by itself.
    events: Option<Vec<Event>>,
}

/// A kind of thing.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
struct Resource {
    /// What it is, in a sentence.
    says: Option<String>,
    /// Over `it`, the thing as a reply shows it: its id. Needed, unless another suite gives it.
    id: Option<Expression>,
    /// Name of the field that is its state.
    state: Option<String>,
    /// States it may stay in; all others are passed through.
    stable: Option<Vec<String>>,
    /// Within what time it comes to rest: `30s`, `15m`, `2h`.
    settles: Option<String>,
    /// Whether the first stage of a course shows as soon as the call is answered.
    prompt: Option<bool>,
    /// Over `it`: whether a reply shows it at rest.
    rest: Option<Expression>,
    /// Fields that clauses change, each a path over `it`.
    fields: Option<BTreeMap<String, Option<Field>>>,
    /// Fields that never change.
    keeps: Option<BTreeMap<String, Option<Field>>>,
    /// Fields that only move forward.
    grows: Option<BTreeMap<String, Option<Field>>>,
    /// Fields of the model only, with their first value.
    remembers: Option<BTreeMap<String, Value>>,
    /// What replies show of it that follows from its fields.
    shows: Option<BTreeMap<String, Option<Shows>>>,
    /// Where it appears in replies, by operation.
    views: Option<BTreeMap<String, Option<View>>>,
    /// Fields that a run may mark, the best one first; by operation the place in its body that becomes the field.
    marks: Option<BTreeMap<String, BTreeMap<String, Expression>>>,
    /// Calls that set a thing free which refuses to end; over `it`, the values of path parameters.
    release: Option<BTreeMap<String, BTreeMap<String, Expression>>>,
}

/// A path over `it`, with or without citations.
#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "only its schema is used")]
enum Field {
    Path(Expression),
    Cited(CitedField),
}

/// A path over `it`.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
struct CitedField {
    /// A plain path, such as `it.flavor.id`. Needed, unless another suite gives it.
    at: Option<Expression>,
    /// Where the pages speak of it.
    cites: Option<Cites>,
}

/// A value in replies that must be one of a list.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
struct Shows {
    /// Over `it`: a path or a list of paths. Needed, unless another suite gives it.
    at: Option<Expression>,
    /// Over the resource's name: the permitted values, or null where nothing is promised. Needed,
    /// unless another suite gives it.
    #[schemars(rename = "in")]
    among: Option<Expression>,
    /// Where the pages say so.
    cites: Option<Cites>,
}

/// Where a thing appears in a reply: an expression over `reply`, or more about it.
#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "only its schema is used")]
enum View {
    Thing(Expression),
    More(Box<MoreView>),
}

/// Where one thing (`at`) or a list of things (`each`) appears in a reply.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
struct MoreView {
    /// Over `reply`: one thing.
    at: Option<Expression>,
    /// Over `reply`: a list of things.
    each: Option<Expression>,
    /// The list holds every thing of the caller.
    whole: Option<bool>,
    /// The fields it shows, if not all.
    only: Option<Vec<String>>,
    /// The fields it does not show.
    except: Option<Vec<String>>,
    /// Over the call: when this view counts.
    when: Option<Expression>,
    /// Over `query` and `reply`: values of query parameters for the page that follows, null after the last.
    next: Option<BTreeMap<String, Expression>>,
    /// What pages of the list are promised to hold.
    paging: Option<Paging>,
    /// Where the pages say so.
    cites: Option<Cites>,
}

/// A page holds no more things than its limit, and the pages of a list together hold each thing once.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
struct Paging {
    /// The query parameter that bounds how many things are on a page.
    limit: String,
    /// Where the pages say so.
    cites: Option<Cites>,
}

/// A thing that a call speaks of: its id, or more about it.
#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "only its schema is used")]
enum About {
    Id(Expression),
    More(MoreAbout),
}

/// A thing that is there (`id`) or is brought to life (`new`).
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
struct MoreAbout {
    /// The resource, if the name is another.
    is: Option<String>,
    /// Over the call: its id, or a list of ids.
    id: Option<Expression>,
    /// Over `reply`: the id of what comes to life. With `told by` over `it`, a path.
    new: Option<Expression>,
    /// The name of another thing that comes to life, whose views tell the id later.
    #[schemars(rename = "told by")]
    told_by: Option<String>,
}

/// A promise about every operation that has the things it names.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
struct General {
    /// Stable name, in lower case with `-` and `.`.
    id: String,
    /// The promise in a sentence of our own.
    says: Option<String>,
    /// The lines that make it.
    cites: Option<Cites>,
    /// What it rests on; `stated` if absent.
    basis: Option<Basis>,
    /// Name of the rule of a convention.
    rule: Option<String>,
    /// Operations that it is not about.
    except: Option<OneOrMore<String>>,
    /// `any` if absent.
    #[schemars(rename = "while")]
    during: Option<While>,
    /// Guard over the call and the world before it.
    when: Option<Expression>,
    /// It succeeds.
    accept: Option<Accept>,
    /// It is refused and changes nothing.
    refuse: Option<Refuse>,
    /// It may be refused for reasons that cannot be seen.
    #[schemars(rename = "may refuse")]
    may_refuse: Option<Refuse>,
    /// What holds of reply and world after acceptance.
    ensure: Option<OneOrMore<Expression>>,
}

/// A promise about named operations.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
struct Clause {
    /// Stable name, in lower case with `-` and `.`.
    id: String,
    /// The promise in a sentence of our own.
    says: Option<String>,
    /// The lines that make it.
    cites: Option<Cites>,
    /// What it rests on; `stated` if absent.
    basis: Option<Basis>,
    /// Name of the rule of a convention.
    rule: Option<String>,
    /// The operations.
    call: OneOrMore<String>,
    /// `rest` if absent: only while every thing that the call names is at rest.
    #[schemars(rename = "while")]
    during: Option<While>,
    /// Guard over the call and the world before it.
    when: Option<Expression>,
    /// It succeeds.
    accept: Option<Accept>,
    /// It is refused and changes nothing.
    refuse: Option<Refuse>,
    /// It may be refused for reasons that cannot be seen.
    #[schemars(rename = "may refuse")]
    may_refuse: Option<Refuse>,
    /// What changes, by `<thing>.<field>`, or by `world.<resource>.filter(<name>, <condition>).<field>` for things
    /// that the call does not name.
    then: Option<BTreeMap<String, Effect>>,
    /// Other outcomes that the pages permit.
    or: Option<Vec<Alternative>>,
    /// `job after server`: which thing may not come to its end before which.
    order: Option<OneOrMore<String>>,
    /// `open`: the reply need not have the shape that the pages describe for the call.
    reply: Option<ReplyShape>,
    /// What holds of reply and world after acceptance.
    ensure: Option<OneOrMore<Expression>>,
}

/// What is known of a reply's body.
#[derive(JsonSchema)]
#[schemars(rename_all = "lowercase")]
#[expect(dead_code, reason = "only its schema is used")]
enum ReplyShape {
    /// The pages do not describe it for such a call.
    Open,
}

/// Another outcome that the pages permit.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
struct Alternative {
    /// Why, in a sentence of our own.
    because: String,
    /// The lines that permit it.
    cites: Option<Cites>,
    /// When it is permitted.
    when: Option<Expression>,
    /// What changes then.
    then: Option<BTreeMap<String, Effect>>,
}

/// Something that the endpoint may do by itself.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
struct Event {
    /// Stable name, in lower case with `-` and `.`.
    id: String,
    /// What happens, in a sentence of our own.
    says: Option<String>,
    /// The lines that speak of it.
    cites: Option<Cites>,
    /// What it rests on; `stated` if absent.
    basis: Option<Basis>,
    /// Name of the rule of a convention.
    rule: Option<String>,
    /// Whom it happens to.
    resource: String,
    /// Over the resource's name: when it may happen.
    when: Option<Expression>,
    /// What changes, by `<resource>.<field>`.
    then: BTreeMap<String, Effect>,
}

/// `"<page>:<line>"` or `"<page>:<first>-<last>"`.
type Cites = OneOrMore<String>;

/// One, or a list.
#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "only its schema is used")]
enum OneOrMore<T> {
    One(T),
    More(Vec<T>),
}

/// The new value of a field: an expression; for the state a stage or a list of stages, where
/// `=` marks an expression, `"*"` is whatever shows on the way out, and `gone` is the end. `"*"` alone: the pages leave it open.
#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "only its schema is used")]
enum Effect {
    Number(f64),
    Truth(bool),
    Null(()),
    Text(String),
    Course(Vec<String>),
}

/// What a clause rests on.
#[derive(JsonSchema)]
#[schemars(rename_all = "lowercase")]
#[expect(dead_code, reason = "only its schema is used")]
enum Basis {
    /// A cited line says it.
    Stated,
    /// Only an example shows it.
    Example,
    /// A named rule of ours.
    Convention,
}

/// When a clause speaks.
#[derive(JsonSchema)]
#[schemars(rename_all = "lowercase")]
#[expect(dead_code, reason = "only its schema is used")]
enum While {
    /// Only while every thing that the call names is at rest.
    Rest,
    /// At any time.
    Any,
}

/// `success`, or the statuses that a cited line gives.
#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "only its schema is used")]
enum Accept {
    Documented(Success),
    Exactly(OneOrMore<u16>),
}

/// `client-error`, or the statuses that a cited line gives.
#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "only its schema is used")]
enum Refuse {
    Documented(ClientError),
    Exactly(OneOrMore<u16>),
}

/// Whatever success the pages list for the operation.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case")]
#[expect(dead_code, reason = "only its schema is used")]
enum Success {
    Success,
}

/// Whatever client error the pages list for the operation.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case")]
#[expect(dead_code, reason = "only its schema is used")]
enum ClientError {
    ClientError,
}
