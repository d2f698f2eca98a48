//! The state of a walk, and how a walk records a finding.

use crate::class::Class;
use crate::node::NodeId;
use crate::shape::Shape;
use crate::version::Asked;
use crate::words::show;
use serde_json::Value;

/// Most findings of one walk.
pub(super) const FINDINGS_MAX: usize = 256;

/// A mismatch at one place of a value.
#[derive(Debug)]
pub(crate) struct Finding {
    /// JSON pointer into the value.
    pub pointer: String,
    /// The schema keyword, or for a soft finding one of the words that `Reason::kind` lists.
    pub keyword: String,
    /// The node with the keyword.
    pub node: NodeId,
    /// The schema refuses the value.
    pub hard: bool,
    /// The class of an input with this mismatch only.
    pub class: Class,
    /// The requirement, in words.
    pub expected: String,
    /// The value, in words and without secrets.
    pub found: String,
}

/// A walk in progress.
pub(super) struct Walk<'s> {
    pub shape: &'s Shape,
    pub asked: Asked,
    /// Whether to record soft findings.
    pub soft: bool,
    /// The walk ends after this number of findings.
    pub limit: usize,
    pub out: Vec<Finding>,
}

/// The path to a value; written out only for a finding.
pub(super) enum Path<'a> {
    Root,
    Name(&'a Path<'a>, &'a str),
    Index(&'a Path<'a>, usize),
}

impl Path<'_> {
    /// Appends the JSON pointer.
    fn write(&self, out: &mut String) {
        match self {
            Path::Root => {}
            Path::Name(parent, name) => {
                parent.write(out);
                out.push('/');
                out.push_str(&name.replace('~', "~0").replace('/', "~1"));
            }
            Path::Index(parent, index) => {
                parent.write(out);
                out.push('/');
                out.push_str(&index.to_string());
            }
        }
    }
}

/// The context that enclosing nodes give to a value.
#[derive(Clone, Copy)]
pub(super) struct Place {
    /// The value is mandatory, without condition, in its parent.
    pub mandatory: bool,
    /// Every mismatch is doubtful at most: the value is below a dead field or outside of its microversions.
    pub capped: bool,
    /// Another node includes this node and checks surplus properties.
    pub included: bool,
}

impl Place {
    /// The context of the whole value.
    pub(super) const TOP: Place = Place { mandatory: true, capped: false, included: false };
}

impl Walk<'_> {
    /// Records that a keyword of the schema refuses the value.
    pub(super) fn break_at(
        &mut self,
        id: NodeId,
        keyword: &str,
        value: &Value,
        at: &Path,
        place: Place,
        expected: impl FnOnce() -> String,
    ) {
        // A page states the format of an optional field for callers that send the field. No page
        // promises that another format is refused. A response must keep the format in every case.
        let loose = self.soft && keyword == "format" && !place.mandatory;
        let capped = place.capped || loose || self.shape.node(id).disputes(keyword);
        self.push(id, keyword, at, true, capped, || (expected(), show(value, keyword)));
    }

    /// Records that no page promises acceptance of the value.
    pub(super) fn soft_at(&mut self, id: NodeId, keyword: &str, value: &Value, at: &Path, expected: &str) {
        self.push(id, keyword, at, false, true, || (expected.to_string(), show(value, keyword)));
    }

    /// Records a finding; `texts` gives the requirement and the value in words.
    pub(super) fn push(
        &mut self,
        node: NodeId,
        keyword: &str,
        at: &Path,
        hard: bool,
        capped: bool,
        texts: impl FnOnce() -> (String, String),
    ) {
        if self.out.len() >= self.limit {
            return;
        }
        let class = if capped { Class::Doubtful } else { Class::Invalid };
        let mut pointer = String::new();
        at.write(&mut pointer);
        let (expected, found) = texts();
        self.out.push(Finding { pointer, keyword: keyword.to_string(), node, hard, class, expected, found });
    }
}
