//! From an entry to an exchange.

use super::base_address::BaseAddress;
use super::caller_finder::{UsualCaller, find_caller};
use super::recorded_request::{RecordedBody, read_request_body};
use super::recorded_response::read_outcome;
use super::traffic_entry::TrafficEntry;
use crate::endpoint::{
    Identities, InfrastructureRecogniser, Request, RouteTable, RoutingResult, parse_query, read_call,
};
use crate::history::{
    Call, CallCause, Exchange, InfrastructureFailure, Outcome, RecordedInputClass, is_secret_placeholder,
};
use crate::model::{Model, classify_call_input};
use crate::schema::catalog::{Binding, Operation};
use crate::schema::{CompiledCatalog, InputClass};
use serde_json::Value;
use std::collections::BTreeMap;

/// What an entry is for the suite.
#[derive(Debug, Clone)]
pub(super) enum ConvertedEntry {
    /// A call of an operation, with its secrets.
    Exchange(Box<Exchange>),
    /// No operation covers the call.
    NotCovered,
    /// A call of an operation that is not judged, with the reason.
    Unread(&'static str),
}

/// Converts the entries of one file.
pub(super) struct EntryConverter<'a> {
    pub routes: RouteTable<'a>,
    pub schemas: &'a CompiledCatalog,
    pub model: &'a Model,
    pub base: &'a BaseAddress,
    pub identities: &'a Identities,
    /// Whether a credential of the profile identifies the caller of some entry.
    pub has_known_callers: bool,
    /// What most calls have that tells their caller.
    pub usual: UsualCaller,
    pub recognisers: &'a [InfrastructureRecogniser],
    /// The start of the recording, in microseconds since 1970.
    pub start_us: i64,
}

impl EntryConverter<'_> {
    /// Converts an entry. The exchange has the index of the entry in place of a step.
    pub fn convert_entry(&self, entry: &TrafficEntry) -> ConvertedEntry {
        let Some(path) = self.base.strip_from(&entry.url) else { return ConvertedEntry::NotCovered };
        let body = read_request_body(&entry.har.request);
        let json = if let RecordedBody::Json(body) = &body { Some(body) } else { None };
        let method = entry.har.request.method.to_ascii_uppercase();
        let RoutingResult::Operation { operation, binding, parameters } = self.routes.find_route(&method, path, json)
        else {
            return ConvertedEntry::NotCovered;
        };
        if entry.har.from_cache.is_some() || entry.har.from_service_worker == Some(true) {
            return ConvertedEntry::Unread("a cache answered, and not the endpoint");
        }
        if body == RecordedBody::Unknown {
            return ConvertedEntry::Unread("the file lacks the body of the request as JSON");
        }
        let status = entry.har.response.status;
        if (300..400).contains(&status) && !is_documented(self.model, operation, status) {
            return ConvertedEntry::Unread("a redirection, or an answer that the client had already");
        }
        let caller = find_caller(self.identities, entry);
        if !caller.is_known && !self.usual.has_parameters(&parameters) {
            return ConvertedEntry::Unread(
                "another project, or the like, than in most calls; no credential of the profile tells whose",
            );
        }
        let call = self.read_entry_call(entry, (operation, binding), parameters, (caller.name, json));
        let input = self.classify_input(entry, &call);
        let mut outcome = self.recognise_outcome(read_outcome(entry));
        if let Outcome::Replied(reply) = &outcome
            && !caller.is_known
            && self.may_refuse_caller(entry, reply.status)
        {
            let (by, reply) = (InfrastructureFailure::Credentials, reply.clone());
            outcome = Outcome::InfrastructureFailed { by, reply, may_have_acted: false };
        }
        let (sent_us, received_us) = self.find_times(entry);
        ConvertedEntry::Exchange(Box::new(Exchange {
            number: 0,
            step: entry.index,
            cause: CallCause::Step,
            call,
            input: Some(input),
            sent_ms: sent_us / 1_000,
            received_ms: received_us.div_ceil(1_000),
            outcome,
            created: BTreeMap::new(),
            overlap: None,
        }))
    }

    /// Whether a refusal with this status may be meant for a caller whom nothing identifies. Where the profile identifies
    /// callers of other entries, or other entries have a credential, the caller of this one may be anybody.
    fn may_refuse_caller(&self, entry: &TrafficEntry, status: u16) -> bool {
        let may_be_anybody = self.has_known_callers || self.usual.lacks_credential(entry);
        matches!(status, 401 | 403) || ((400..500).contains(&status) && may_be_anybody)
    }

    /// Start and end of an entry, in microseconds since the start of the recording.
    pub fn find_times(&self, entry: &TrafficEntry) -> (u64, u64) {
        let since = |time: i64| u64::try_from(time.saturating_sub(self.start_us)).unwrap_or_default();
        (since(entry.sent_us), since(entry.end_us()))
    }

    /// The call, with the parameters as the schemas read them. Of the headers, the documented ones and those that the
    /// suite reads: all others belong to the connection, or are credentials.
    fn read_entry_call(
        &self,
        entry: &TrafficEntry,
        (operation, binding): (&Operation, &Binding),
        parameters: BTreeMap<String, Value>,
        (caller, body): (&str, Option<&Value>),
    ) -> Call {
        let documented = operation.headers.iter().map(|parameter| &parameter.name);
        let mut headers: Vec<(String, String)> = Vec::new();
        for name in documented.chain(&self.model.header_names) {
            if let Some(value) = entry.find_request_header(name)
                && !headers.iter().any(|(known, _)| known.eq_ignore_ascii_case(name))
                && !self.is_credential(name)
            {
                headers.push((name.clone(), value.to_string()));
            }
        }
        let query = parse_query(entry.url.query().unwrap_or_default());
        let request = Request {
            operation: operation.id.clone(),
            binding: binding.id.clone(),
            caller: caller.to_string(),
            method: binding.method.clone(),
            path: binding.path.clone(),
            parameters,
            query: query.clone(),
            headers,
            body: body.cloned(),
        };
        let mut call = read_call(&request, self.schemas);
        for (name, values) in list_repeated(&query) {
            call.query.insert(name, Value::Array(values));
        }
        call
    }

    fn is_credential(&self, name: &str) -> bool {
        self.identities.iter().any(|(_, identity)| identity.headers.keys().any(|key| key.eq_ignore_ascii_case(name)))
    }

    /// The class of the input. A parameter with a plus sign or given twice can be read in two ways, and a value that the
    /// recorder replaced is unknown, so that the input is doubtful.
    fn classify_input(&self, entry: &TrafficEntry, call: &Call) -> RecordedInputClass {
        let input = classify_call_input(self.model, self.schemas, call);
        let query = entry.url.query().unwrap_or_default();
        let is_ambiguous = query.contains('+')
            || !list_repeated(&parse_query(query)).is_empty()
            || call.body.as_ref().is_some_and(has_replaced_value);
        match input.class {
            InputClass::Valid | InputClass::Invalid if is_ambiguous => {
                RecordedInputClass { doubts: vec!["?".to_string()], ..InputClass::Doubtful.into() }
            }
            _ => input,
        }
    }

    /// The outcome, where the profile says which responses are no responses of the API.
    fn recognise_outcome(&self, outcome: Outcome) -> Outcome {
        let Outcome::Replied(reply) = outcome else { return outcome };
        match self.recognisers.iter().find(|recogniser| recogniser.matches_reply(&reply)) {
            None => Outcome::Replied(reply),
            Some(recogniser) => Outcome::InfrastructureFailed {
                by: recogniser.kind,
                may_have_acted: recogniser.may_have_acted.unwrap_or_else(|| reply.is_from_gateway()),
                reply,
            },
        }
    }
}

fn is_documented(model: &Model, operation: &Operation, status: i64) -> bool {
    model.operations[&operation.id].success.iter().any(|documented| i64::from(*documented) == status)
}

/// The parameters that a query has more than once, with all their values.
fn list_repeated(query: &[(String, String)]) -> BTreeMap<String, Vec<Value>> {
    let mut values: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for (name, value) in query {
        values.entry(name.clone()).or_default().push(Value::String(value.clone()));
    }
    values.retain(|_, values| values.len() > 1);
    values
}

/// Whether a body has a text that stands in place of a secret: of this program, or of a recorder.
fn has_replaced_value(body: &Value) -> bool {
    match body {
        Value::String(text) => {
            let is_hidden = text.len() > 2 && text.chars().all(|c| matches!(c, '*' | 'x' | 'X' | '\u{2022}'));
            let lower = || text.to_ascii_lowercase();
            is_hidden
                || is_secret_placeholder(text)
                || ["redacted", "[filtered]", "[hidden]"].iter().any(|mark| lower().contains(mark))
        }
        Value::Array(items) => items.iter().any(has_replaced_value),
        Value::Object(fields) => fields.values().any(has_replaced_value),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}
