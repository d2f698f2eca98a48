//! Refusals: the reasons, their order, and their forms.

use serde_json::{Value, json};

use super::behavior::{Behavior, ErrorBodies, Precedence};
use super::messages::ApiResponse;

#[derive(Clone, Debug)]
pub(super) struct Refusal {
    pub(super) status: u16,
    /// A code of error-code-description.md. Only v1 shows codes.
    pub(super) code: &'static str,
    pub(super) message: String,
}

impl Refusal {
    pub(super) fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Refusal { status, code, message: message.into() }
    }

    /// A bad request with the code `Ecs.0005`, unless [`Refusal::with_code`] changes the code (error-code-description.md:82).
    pub(super) fn bad_request(message: impl Into<String>) -> Self {
        Refusal::new(400, "Ecs.0005", message)
    }

    pub(super) fn with_code(mut self, code: &'static str) -> Self {
        self.code = code;
        self
    }

    /// 404 with the code of error-code-description.md:1127. No page describes a 404 body.
    pub(super) fn not_found(what: &str, id: &str) -> Self {
        Refusal::new(404, "Ecs.0614", format!("{what} {id} could not be found."))
    }

    pub(super) fn conflict(message: impl Into<String>) -> Self {
        Refusal::new(409, "Ecs.0100", message)
    }

    pub(super) fn unauthorized(message: impl Into<String>) -> Self {
        Refusal::new(401, "Common.0013", message)
    }

    fn name(&self) -> &'static str {
        match self.status {
            400 => "badRequest",
            401 => "unauthorized",
            403 => "forbidden",
            404 => "itemNotFound",
            405 => "badMethod",
            406 => "notAcceptable",
            409 => "conflictingRequest",
            413 | 429 => "overLimit",
            503 => "serviceUnavailable",
            _ => "computeFault",
        }
    }
}

/// The API that writes the refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ServedApi {
    Native,
    V1,
    Scp,
}

pub(super) fn write_refusal(refusal: &Refusal, dialect: ServedApi, behavior: &Behavior) -> ApiResponse {
    let style = match (dialect, behavior.errors) {
        (ServedApi::V1, _) => return write_v1(refusal, behavior),
        (ServedApi::Native, ErrorBodies::Usual) => ErrorBodies::Named,
        (ServedApi::Scp, ErrorBodies::Usual) => ErrorBodies::Errors,
        (_, other) => other,
    };
    let message = &refusal.message;
    let body = match style {
        ErrorBodies::Text => {
            return ApiResponse { text: Some(message.clone()), ..ApiResponse::empty(refusal.status) };
        }
        ErrorBodies::Empty => return ApiResponse::empty(refusal.status),
        ErrorBodies::Errors => {
            json!({ "errors": [{ "code": refusal.name(), "detail": [message], "status": refusal.status }] })
        }
        ErrorBodies::Error => json!({ "error": { "code": refusal.status, "message": message } }),
        ErrorBodies::Named | ErrorBodies::Usual => {
            let mut named = serde_json::Map::new();
            named.insert(refusal.name().to_string(), json!({ "code": refusal.status, "message": message }));
            Value::Object(named)
        }
    };
    ApiResponse::json(refusal.status, body)
}

/// The documented form (responses-(task).md:36, details from :71).
fn write_v1(refusal: &Refusal, behavior: &Behavior) -> ApiResponse {
    let mut error = json!({ "code": refusal.code, "message": refusal.message });
    if behavior.error_details {
        error["details"] = json!([{ "code": refusal.code, "message": refusal.message }]);
    }
    ApiResponse::json(refusal.status, json!({ "error": error }))
}

/// All reasons against one request, by kind.
#[derive(Default)]
pub(super) struct RefusalReasons {
    pub(super) body: Option<Refusal>,
    pub(super) thing: Option<Refusal>,
    /// About an image, a flavor or a snapshot in the body.
    pub(super) reference: Option<Refusal>,
    pub(super) state: Option<Refusal>,
}

impl RefusalReasons {
    /// The first reason in the given order; `Ok` without a reason.
    pub(super) fn first_refusal(self, order: Precedence) -> Result<(), Refusal> {
        let RefusalReasons { body, thing, reference, state } = self;
        let first = match order {
            Precedence::Body => body.or(thing).or(reference).or(state),
            Precedence::State => thing.or(state).or(body).or(reference),
            Precedence::Thing => thing.or(body).or(state).or(reference),
        };
        first.map_or(Ok(()), Err)
    }
}
