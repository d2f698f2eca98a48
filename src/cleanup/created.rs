//! A resource that a run created, and a leftover.

use crate::model::{ResourceId, ResourceOwner};
use probity_input::escape_field;

/// A resource that a run created.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct CreatedResource {
    /// Index of the resource kind in the suite.
    pub kind: usize,
    /// The resource id.
    pub id: String,
    /// The owner: `owner` or `other`. The owner sends the deletion.
    pub caller: String,
    /// The handle in the journal, or `kind:id` for a resource that no journal names.
    pub handle: String,
}

/// A leftover: a resource that was not deleted, or may exist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leftover {
    /// The handle in the journal, or `kind:id`.
    pub handle: String,
    /// The resource id, `?` if unknown.
    pub id: String,
    /// The reason.
    pub reason: String,
}

/// The owner of a resource that `caller` created: `owner` or `other`.
///
/// An endpoint that wrongly accepts a create without valid credentials gives the resource to the
/// project of the path, which belongs to `owner`.
#[must_use]
pub fn find_owner(caller: &str) -> &'static str {
    if caller == "other" { "other" } else { "owner" }
}

impl CreatedResource {
    /// A resource that the endpoint showed and no journal names: the handle is `kind:id`.
    pub(super) fn from_endpoint(kind: usize, name: &str, id: &str, caller: &str) -> CreatedResource {
        CreatedResource { kind, id: id.to_string(), caller: caller.to_string(), handle: format!("{name}:{id}") }
    }

    /// The id and the owner in the types of the model.
    #[must_use]
    pub fn to_model_id(&self) -> (ResourceId, ResourceOwner) {
        let who = if self.caller == "other" { ResourceOwner::Other } else { ResourceOwner::Owner };
        (ResourceId { kind: self.kind as u16, id: self.id.as_str().into() }, who)
    }

    /// Whether both are the same resource, whatever the handles.
    pub(super) fn is_same_resource(&self, other: &CreatedResource) -> bool {
        (self.kind, &self.id) == (other.kind, &other.id)
    }
}

/// Adds the resources of `found` that `made` does not contain yet.
pub(super) fn add_missing(made: &mut Vec<CreatedResource>, found: Vec<CreatedResource>) {
    for found in found {
        if !made.iter().any(|made| made.is_same_resource(&found)) {
            made.push(found);
        }
    }
}

/// One line of text for each leftover.
#[must_use]
pub fn describe_leftovers(left: &[Leftover]) -> String {
    let line = |left: &Leftover| {
        let [handle, id, reason] = [&left.handle, &left.id, &left.reason].map(|text| escape_field(text));
        format!("left behind: {handle} {id}: {reason}\n")
    };
    left.iter().map(line).collect()
}
