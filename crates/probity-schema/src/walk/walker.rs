//! The state of a walk, and how a walk records a finding.

use crate::class::InputClass;
use crate::compiled_schema::CompiledSchema;
use crate::describe::describe_value;
use crate::node::SchemaNodeId;
use crate::version::RequestedVersion;
use serde_json::Value;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

/// Most findings of one walk.
pub(super) const FINDINGS_MAX: usize = 256;

/// A mismatch at one place of a value.
#[derive(Debug, Clone)]
pub(crate) struct SchemaMismatch {
    /// JSON pointer into the value.
    pub pointer: String,
    /// The schema keyword, or for a soft finding one of the words that `Reason::kind` lists.
    pub keyword: String,
    /// The node with the keyword.
    pub node: SchemaNodeId,
    /// The schema refuses the value.
    pub hard: bool,
    /// The class of an input with this mismatch only.
    pub class: InputClass,
    /// The requirement, in words.
    pub expected: String,
    /// The value, in words and without secrets.
    pub found: String,
}

/// A walk in progress.
pub(super) struct SchemaWalk<'s> {
    pub shape: &'s CompiledSchema,
    pub asked: RequestedVersion,
    /// Whether to record soft findings.
    pub soft: bool,
    /// The walk ends after this number of findings.
    pub limit: usize,
    pub out: Vec<SchemaMismatch>,
    /// Shared by the walks over the branches of choices.
    pub effort: &'s WalkEffort,
}

/// The effort of a walk: what is left, and what need not be done again.
pub(super) struct WalkEffort {
    /// Nodes that may still be visited.
    visits_left: Cell<u64>,
    /// The findings of branches that were checked. Choices below each other would otherwise check the same value again
    /// for each combination of branches.
    branches: RefCell<HashMap<BranchKey, Rc<[SchemaMismatch]>>>,
}

/// A branch, the address of the value, and the context.
type BranchKey = (SchemaNodeId, usize, ValueContext);

impl WalkEffort {
    pub(super) fn new() -> WalkEffort {
        WalkEffort { visits_left: Cell::new(VISITS_MAX), branches: RefCell::default() }
    }

    /// Counts a visit; false if too many nodes were visited.
    pub(super) fn count_visit(&self) -> bool {
        let left = self.visits_left.get();
        self.visits_left.set(left.saturating_sub(1));
        left > 0
    }

    /// Ends the walk, because a check took too many steps.
    pub(super) fn give_up(&self) {
        self.visits_left.set(0);
    }

    /// Whether the walk was given up.
    pub(super) fn is_exhausted(&self) -> bool {
        self.visits_left.get() == 0
    }

    /// The findings of a branch, from an earlier check or from `check`.
    pub(super) fn remember_branch(
        &self,
        branch: SchemaNodeId,
        value: &Value,
        place: ValueContext,
        check: impl FnOnce() -> Vec<SchemaMismatch>,
    ) -> Rc<[SchemaMismatch]> {
        if !matches!(value, Value::Array(_) | Value::Object(_)) {
            return check().into();
        }
        let key = (branch, std::ptr::from_ref(value).addr(), place);
        if let Some(known) = self.branches.borrow().get(&key) {
            return known.clone();
        }
        let found: Rc<[SchemaMismatch]> = check().into();
        self.branches.borrow_mut().insert(key, found.clone());
        found
    }
}

/// Most visits of nodes in one walk. A long list of large resources needs fewer than 1,000,000.
pub(super) const VISITS_MAX: u64 = 4_000_000;

/// The path to a value; written out only for a finding.
pub(super) enum ValuePath<'a> {
    Root,
    Name(&'a ValuePath<'a>, &'a str),
    Index(&'a ValuePath<'a>, usize),
}

impl ValuePath<'_> {
    /// Appends the JSON pointer.
    fn write_pointer(&self, out: &mut String) {
        match self {
            ValuePath::Root => {}
            ValuePath::Name(parent, name) => {
                parent.write_pointer(out);
                out.push('/');
                out.push_str(&name.replace('~', "~0").replace('/', "~1"));
            }
            ValuePath::Index(parent, index) => {
                parent.write_pointer(out);
                out.push('/');
                out.push_str(&index.to_string());
            }
        }
    }
}

/// The context that enclosing nodes give to a value.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct ValueContext {
    /// The value is mandatory, without condition, in its parent.
    pub mandatory: bool,
    /// Every mismatch is doubtful at most: the value is below a dead field or outside of its microversions.
    pub capped: bool,
    /// Another node includes this node and checks surplus properties.
    pub included: bool,
}

impl ValueContext {
    /// The context of the whole value.
    pub(super) const TOP: ValueContext = ValueContext { mandatory: true, capped: false, included: false };
}

impl SchemaWalk<'_> {
    /// Records that a keyword of the schema refuses the value.
    pub(super) fn report_hard(
        &mut self,
        id: SchemaNodeId,
        keyword: &str,
        value: &Value,
        at: &ValuePath,
        place: ValueContext,
        expected: impl FnOnce() -> String,
    ) {
        // A page states the format of an optional field for callers that send the field. No page
        // promises that another format is refused. A response must keep the format in every case.
        let loose = self.soft && keyword == "format" && !place.mandatory;
        let capped = place.capped || loose || self.shape.node(id).has_dispute(keyword);
        self.push_mismatch(id, keyword, at, true, capped, || (expected(), describe_value(value, keyword)));
    }

    /// Records that no page promises acceptance of the value.
    pub(super) fn report_soft(
        &mut self,
        id: SchemaNodeId,
        keyword: &str,
        value: &Value,
        at: &ValuePath,
        expected: &str,
    ) {
        self.push_mismatch(id, keyword, at, false, true, || (expected.to_string(), describe_value(value, keyword)));
    }

    /// Records a finding; `texts` gives the requirement and the value in words.
    pub(super) fn push_mismatch(
        &mut self,
        node: SchemaNodeId,
        keyword: &str,
        at: &ValuePath,
        hard: bool,
        capped: bool,
        texts: impl FnOnce() -> (String, String),
    ) {
        if self.out.len() >= self.limit {
            return;
        }
        let class = if capped { InputClass::Doubtful } else { InputClass::Invalid };
        let mut pointer = String::new();
        at.write_pointer(&mut pointer);
        let (expected, found) = texts();
        self.out.push(SchemaMismatch { pointer, keyword: keyword.to_string(), node, hard, class, expected, found });
    }
}
