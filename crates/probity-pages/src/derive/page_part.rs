//! The parts of a page on an operation.

use serde::Deserialize;

/// Subject of a part of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum PagePart {
    Function,
    Constraints,
    Uri,
    Request,
    Response,
    Example,
    ExampleRequest,
    ExampleResponse,
    Statuses,
    Errors,
    Other,
}
