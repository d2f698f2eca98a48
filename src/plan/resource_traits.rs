//! What a resource adds to the traits of a call: its own history and state if the call names the resource, or its
//! presence beside the resources of the call.

use std::rc::Rc;

/// The traits of calls from one resource, computed once in each situation.
pub(super) struct ResourceTraits {
    /// The traits of a call that names the resource.
    pub own: Vec<Rc<str>>,
    /// The trait of a call that names another resource of the kind.
    pub beside: Option<Rc<str>>,
    /// The further trait of such a call of the operation that started the transition under way.
    pub same_transition: Option<(String, Rc<str>)>,
}

impl ResourceTraits {
    /// The traits of a call of an operation that names another resource of the kind.
    pub fn list_beside(&self, operation: &str) -> impl Iterator<Item = &Rc<str>> {
        let same = self.same_transition.as_ref().filter(|(last, _)| last == operation).map(|(_, name)| name);
        self.beside.iter().chain(same)
    }
}
