//! The methods that a path of a description may have.

/// The methods of a path, in the order in which they are read.
pub(crate) const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];
