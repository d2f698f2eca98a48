//! The grammar of suite files: each map of the language with its keys, in canonical order.
//!
//! The parser, the formatter and the published JSON Schema all read these tables.

/// A map of the suite language with a fixed set of keys.
pub(super) struct MapGrammar {
    /// Name of the map in the JSON Schema.
    pub name: &'static str,
    /// Description in the JSON Schema.
    pub description: &'static str,
    /// Keys in canonical order.
    pub keys: &'static [KeyGrammar],
}

/// A key of a [`MapGrammar`].
pub(super) struct KeyGrammar {
    pub key: &'static str,
    pub presence: KeyPresence,
    pub value: ValueGrammar,
    /// Description in the JSON Schema.
    pub description: &'static str,
}

/// Whether a map needs a key.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum KeyPresence {
    /// The file itself must have the key.
    Required,
    /// The key is required, and may come from the suite that the file extends.
    Inherited,
    Optional,
    /// The key is optional and only for the merge, which removes the key before the parser runs.
    MergeOnly,
}

/// The form of a value.
#[derive(Clone, Copy)]
pub(super) enum ValueGrammar {
    Text,
    /// A CEL expression.
    Expression,
    Boolean,
    Any,
    List(&'static ValueGrammar),
    /// A map with keys of the author's choice.
    NamedValues(&'static ValueGrammar),
    /// As `NamedValues`; null removes an inherited entry.
    RemovableValues(&'static ValueGrammar),
    /// A definition of the JSON Schema.
    Definition(&'static str),
}

use KeyPresence::{Inherited, MergeOnly, Optional, Required};
use ValueGrammar::{Any, Boolean, Definition, Expression, List, NamedValues, RemovableValues, Text};

const TEXTS: ValueGrammar = List(&Text);
const CITES: ValueGrammar = Definition("OneOrMore");
const FIELDS: ValueGrammar = RemovableValues(&Definition("Field"));
const EFFECTS: ValueGrammar = NamedValues(&Definition("Effect"));

const fn define_key(
    key: &'static str,
    presence: KeyPresence,
    value: ValueGrammar,
    description: &'static str,
) -> KeyGrammar {
    KeyGrammar { key, presence, value, description }
}

/// Every map of the language.
#[rustfmt::skip]
pub(super) const MAPS: [&MapGrammar; 11] = [
    &SUITE, &RESOURCE, &CITED_FIELD, &SHOWS, &DETAILED_VIEW, &PAGING, &DETAILED_ABOUT, &GENERAL, &CLAUSE, &ALTERNATIVE, &EVENT,
];

pub(super) const SUITE: MapGrammar = MapGrammar {
    name: "Suite",
    description: "The promises of one API, each with a citation of the documentation.",
    keys: &[
        define_key("suite", Required, Text, "Name of the suite: lower-case letters, digits and `-`."),
        define_key("title", Optional, Text, "Name of the API in prose."),
        define_key("catalog", Required, Text, "Folder in `schemas/` with the operations and JSON Schemas of the API."),
        define_key(
            "extends",
            MergeOnly,
            Text,
            "Name of a suite of the same API at another vendor. The whole suite is inherited. An entry with the same \
             name replaces the inherited entry, and null removes the inherited entry.",
        ),
        define_key(
            "import",
            MergeOnly,
            NamedValues(&TEXTS),
            "Resource kinds to import from other suites, by suite name.",
        ),
        define_key("drop", MergeOnly, TEXTS, "Ids of inherited clauses and events to remove."),
        define_key(
            "change",
            MergeOnly,
            NamedValues(&NamedValues(&Any)),
            "Keys to replace in inherited clauses and events, by id; null removes a key.",
        ),
        define_key(
            "let",
            Optional,
            NamedValues(&Any),
            "Constants and named expressions for use in every expression. A text that begins with `=` is an expression.",
        ),
        define_key(
            "pools",
            Optional,
            RemovableValues(&List(&Any)),
            "Values that the mock offers, by pool. A profile replaces the values for an endpoint.",
        ),
        define_key(
            "version",
            Optional,
            Expression,
            "API version that a call requests, computed from `header`; expressions read the result as `version`.",
        ),
        define_key(
            "resources",
            Inherited,
            RemovableValues(&Definition("Resource")),
            "Resource kinds of the API. Required unless inherited.",
        ),
        define_key(
            "about",
            Optional,
            RemovableValues(&RemovableValues(&Definition("About"))),
            "Resources that a call refers to, by operation. `\"*\"` applies to every operation with the path parameters \
             that the entry reads.",
        ),
        define_key("general", Optional, List(&Definition("General")), "Clauses about all operations."),
        define_key(
            "clauses",
            Inherited,
            List(&Definition("Clause")),
            "Clauses about named operations. Required unless inherited.",
        ),
        define_key(
            "events",
            Optional,
            List(&Definition("Event")),
            "Changes that the endpoint may make without a call.",
        ),
    ],
};

pub(super) const RESOURCE: MapGrammar = MapGrammar {
    name: "Resource",
    description: "A resource kind.",
    keys: &[
        define_key("says", Optional, Text, "Description of the resource kind, in one sentence."),
        define_key(
            "id",
            Inherited,
            Expression,
            "Resource id, computed from `it`, the resource as a response shows it. Required unless inherited.",
        ),
        define_key("state", Optional, Text, "Name of the field with the state."),
        define_key("stable", Optional, TEXTS, "Stable states. All other states are intermediate."),
        define_key("settles", Optional, Text, "Longest time until the resource settles: `30s`, `15m`, `2h`."),
        define_key(
            "prompt",
            Optional,
            Boolean,
            "Whether the first stage of a transition is visible as soon as the call has been answered.",
        ),
        define_key(
            "rest",
            Optional,
            Expression,
            "Whether a response shows the resource as settled, computed from `it`.",
        ),
        define_key("fields", Optional, FIELDS, "Fields that clauses change, each with a path that begins at `it`."),
        define_key("keeps", Optional, FIELDS, "Fields that never change."),
        define_key("grows", Optional, FIELDS, "Fields that only increase."),
        define_key(
            "remembers",
            Optional,
            NamedValues(&Any),
            "Fields that only the model knows, with the first value of each.",
        ),
        define_key(
            "shows",
            Optional,
            RemovableValues(&Definition("Shows")),
            "Values in responses that follow from the fields of the resource.",
        ),
        define_key(
            "views",
            Optional,
            RemovableValues(&Definition("View")),
            "Where responses show the resource, by operation.",
        ),
        define_key(
            "marks",
            Optional,
            NamedValues(&NamedValues(&Expression)),
            "Fields that can carry the mark of a run, the best field first. For each operation, the path in the request \
             body that sets the field.",
        ),
        define_key(
            "release",
            Optional,
            NamedValues(&NamedValues(&Expression)),
            "Operations that free a resource which cannot be deleted yet. The path parameters are computed from `it`.",
        ),
        define_key(
            "conventions",
            Optional,
            TEXTS,
            "Rules that no page states and that hold for the kind: `calls-are-atomic`, overlapping calls end as if made \
             one after the other.",
        ),
    ],
};

pub(super) const CITED_FIELD: MapGrammar = MapGrammar {
    name: "CitedField",
    description: "A path with citations.",
    keys: &[
        define_key("at", Inherited, Expression, "A plain path, such as `it.flavor.id`. Required unless inherited."),
        define_key(
            "as",
            Optional,
            Definition("Notation"),
            "What the texts of the field write, where no schema says so. Values compare as what they are.",
        ),
        define_key("cites", Optional, CITES, "Citations about the field."),
    ],
};

pub(super) const SHOWS: MapGrammar = MapGrammar {
    name: "Shows",
    description: "A value in responses that must be in a list of permitted values.",
    keys: &[
        define_key(
            "at",
            Inherited,
            Expression,
            "A path, or a list of paths, that begins at `it`. Required unless inherited.",
        ),
        define_key(
            "in",
            Inherited,
            Expression,
            "List of permitted values, computed from the fields of the resource; null if the pages promise nothing. \
             Required unless inherited.",
        ),
        define_key("cites", Optional, CITES, "Citations about the value."),
    ],
};

pub(super) const DETAILED_VIEW: MapGrammar = MapGrammar {
    name: "DetailedView",
    description: "Where a response shows one resource (`at`) or a list of resources (`each`).",
    keys: &[
        define_key("at", Optional, Expression, "One resource, as an expression that reads `reply`."),
        define_key("each", Optional, Expression, "A list of resources, as an expression that reads `reply`."),
        define_key("whole", Optional, Boolean, "Whether the list contains every resource of the caller."),
        define_key(
            "whole_when",
            Optional,
            Expression,
            "Condition on `reply` under which a whole list is whole, such as no link to further entries; otherwise the \
             response shows a part of the list.",
        ),
        define_key("only", Optional, TEXTS, "Fields that the view shows, if not all."),
        define_key("except", Optional, TEXTS, "Fields that the view does not show."),
        define_key("when", Optional, Expression, "Condition on the call under which the view is read."),
        define_key(
            "next",
            Optional,
            NamedValues(&Expression),
            "Query parameters for the next page of the list, computed from `query` and `reply`; null after the last page.",
        ),
        define_key("paging", Optional, Definition("Paging"), "The promise about the pages of the list."),
        define_key("cites", Optional, CITES, "Citations about the view."),
    ],
};

pub(super) const PAGING: MapGrammar = MapGrammar {
    name: "Paging",
    description: "A promise: a page of the list has no more entries than the limit, and the pages together show each \
                  resource once.",
    keys: &[
        define_key("limit", Required, Text, "Query parameter that bounds the number of entries on a page."),
        define_key("cites", Optional, CITES, "Citations about paging."),
    ],
};

pub(super) const DETAILED_ABOUT: MapGrammar = MapGrammar {
    name: "DetailedAbout",
    description: "A resource that exists before the call (`id`) or that the call creates (`new`).",
    keys: &[
        define_key("is", Optional, Text, "Resource kind, if the name of the entry is different."),
        define_key("id", Optional, Expression, "Resource id, or a list of ids, computed from the inputs of the call."),
        define_key(
            "new",
            Optional,
            Expression,
            "Id of the created resource, computed from `reply`. With `told by`, a path that begins at `it`.",
        ),
        define_key(
            "told by",
            Optional,
            Text,
            "Name of another created resource, such as a job, whose views show the id later.",
        ),
    ],
};

const ID: KeyGrammar = define_key("id", Required, Text, "Stable id: lower-case words joined by `-` and `.`.");
const ALIASES: KeyGrammar = define_key(
    "aliases",
    Optional,
    TEXTS,
    "Earlier ids of a renamed clause, by which baselines, waivers, stored runs and commands may still name it.",
);
const OPTIONAL: KeyGrammar = define_key(
    "optional",
    Optional,
    Boolean,
    "Whether an endpoint need not implement what the clause promises; default false: the clause is mandatory.",
);
const SAYS: KeyGrammar = define_key("says", Optional, Text, "The promise in one sentence, not copied from the page.");
const CITED: KeyGrammar =
    define_key("cites", Optional, CITES, "Citations: `\"<page>:<line>\"` or `\"<page>:<first>-<last>\"`.");
const BASIS: KeyGrammar =
    define_key("basis", Optional, Definition("Basis"), "What the promise rests on; default `stated`.");
const RULE: KeyGrammar = define_key("rule", Optional, Text, "Name of the rule, if the basis is `convention`.");
const WHEN: KeyGrammar =
    define_key("when", Optional, Expression, "Guard, computed from the call and the state before the call.");
const ACCEPT: KeyGrammar = define_key("accept", Optional, Definition("Accept"), "The call succeeds.");
const REFUSE: KeyGrammar =
    define_key("refuse", Optional, Definition("Refuse"), "The call is refused and changes nothing.");
const MAY_REFUSE: KeyGrammar = define_key(
    "may refuse",
    Optional,
    Definition("Refuse"),
    "The call may be refused, for reasons that no response shows.",
);
const ENSURE: KeyGrammar = define_key(
    "ensure",
    Optional,
    Definition("OneOrMore"),
    "Conditions on the response, and on the state before the call, that hold when the call succeeds.",
);

pub(super) const GENERAL: MapGrammar = MapGrammar {
    name: "General",
    description: "A promise about every operation that refers to the resources named in the clause.",
    keys: &[
        ID,
        ALIASES,
        OPTIONAL,
        SAYS,
        CITED,
        BASIS,
        RULE,
        define_key("except", Optional, Definition("OneOrMore"), "Operations to which the clause does not apply."),
        define_key("while", Optional, Definition("While"), "When the clause applies; default `any`."),
        WHEN,
        ACCEPT,
        REFUSE,
        MAY_REFUSE,
        ENSURE,
    ],
};

pub(super) const CLAUSE: MapGrammar = MapGrammar {
    name: "Clause",
    description: "A promise about named operations.",
    keys: &[
        ID,
        ALIASES,
        OPTIONAL,
        SAYS,
        CITED,
        BASIS,
        RULE,
        define_key("call", Required, Definition("OneOrMore"), "The operations."),
        define_key("while", Optional, Definition("While"), "When the clause applies; default `rest`."),
        WHEN,
        ACCEPT,
        REFUSE,
        MAY_REFUSE,
        define_key(
            "then",
            Optional,
            EFFECTS,
            "Effects, by `<name>.<field>`. For resources that the call does not name: \
             `world.<resource>.filter(<name>, <condition>).<field>`.",
        ),
        define_key("or", Optional, List(&Definition("Alternative")), "Other outcomes that the pages permit."),
        define_key(
            "order",
            Optional,
            Definition("OneOrMore"),
            "`job after server`: the transition of `job` may not end before the transition of `server`.",
        ),
        define_key(
            "reply",
            Optional,
            Definition("ReplyShape"),
            "`open`: the response body need not have the form that the pages describe for the operation.",
        ),
        ENSURE,
    ],
};

pub(super) const ALTERNATIVE: MapGrammar = MapGrammar {
    name: "Alternative",
    description: "Another outcome that the pages permit.",
    keys: &[
        define_key("because", Required, Text, "The reason in one sentence, not copied from the page."),
        define_key("cites", Optional, CITES, "Citations that permit the outcome."),
        define_key("when", Optional, Expression, "Guard of the outcome."),
        define_key("then", Optional, EFFECTS, "Effects of the outcome."),
    ],
};

pub(super) const EVENT: MapGrammar = MapGrammar {
    name: "Event",
    description: "A change that the endpoint may make without a call.",
    keys: &[
        ID,
        define_key("says", Optional, Text, "The change in one sentence, not copied from the page."),
        CITED,
        BASIS,
        RULE,
        define_key("resource", Required, Text, "Resource kind that the event changes."),
        define_key("when", Optional, Expression, "Guard, computed from the fields of the resource."),
        define_key("then", Required, EFFECTS, "Effects, by `<resource>.<field>`."),
    ],
};

/// The words for the basis of a clause, with their descriptions.
pub(super) const BASIS_WORDS: [(&str, &str); 3] = [
    ("stated", "A cited line states the promise."),
    ("example", "Only an example shows the promise."),
    ("convention", "A named rule of this project; no page states the promise."),
];

/// The words under `while`, with their descriptions.
pub(super) const WHILE_WORDS: [(&str, &str); 2] =
    [("rest", "Only while every resource that the call names is settled."), ("any", "At any time.")];

/// The words under `reply`, with their descriptions.
pub(super) const REPLY_WORDS: [(&str, &str); 1] = [("open", "The pages do not describe the response body.")];

/// The words under `as` of a field, with their descriptions.
pub(super) const NOTATION_WORDS: [(&str, &str); 2] =
    [("time", "A time: RFC 3339, or ISO 8601 without an offset."), ("caseless", "A text whose case does not matter.")];

impl MapGrammar {
    /// The keys that the parser accepts.
    pub fn parsed_keys(&self) -> impl Iterator<Item = &'static str> + Clone {
        self.keys.iter().filter(|key| key.presence != MergeOnly).map(|key| key.key)
    }

    /// The keys that must be present when the parser runs.
    pub fn required_keys(&self) -> impl Iterator<Item = &'static str> {
        self.keys.iter().filter(|key| matches!(key.presence, Required | Inherited)).map(|key| key.key)
    }

    /// The position of a key in canonical order; an unknown key comes last.
    pub fn rank_key(&self, key: &str) -> usize {
        self.keys.iter().position(|known| known.key == key).unwrap_or(self.keys.len())
    }
}
