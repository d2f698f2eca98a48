//! The methods that a path of a description may have.

/// The methods of a path, in reading order.
pub(crate) const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];
