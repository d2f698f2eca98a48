//! A counterexample as a shell script with `curl`.

use super::call_row::{compose_recorded_request, find_address, format_target};
use super::evidence_rows::EvidenceRow;
use super::report_subject::ReportSubject;
use super::report_target::ReportTarget;
use super::script_value::{ENCODED, ScriptValues, name_variable};
use super::shell_word::quote_word;
use crate::history::{CallCause, CallOverlap, Exchange, Outcome, Reply, ReplyBody};
use crate::model::{ResourceId, find_field_place};
use crate::plan::Plan;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::sync::Arc;

/// Longest request body in a command line, in bytes. Systems limit the length of one argument.
const BODY_BYTES_MAX: usize = 100_000;
/// Shortest time that the script waits for a state, in seconds.
const WAIT_SECONDS_MIN: u64 = 60;

/// The texts in the head of a script.
pub(super) struct ScriptHeading<'a> {
    /// Name of the plan's file.
    pub file: &'a str,
    /// The promises, with citations.
    pub promises: Vec<String>,
    /// Expected and got.
    pub evidence: &'a EvidenceRow,
}

/// The script for the exchanges of a counterexample, up to and including `at`.
///
/// # Errors
/// Why no script can show the deviation.
pub(super) fn write_curl_script(
    subject: &ReportSubject<'_>,
    heading: &ScriptHeading<'_>,
    plan: &Plan,
    exchanges: &[Exchange],
    at: &Exchange,
) -> Result<String, String> {
    // The calls beside the deviating one are part of the race.
    let is_shown =
        |exchange: &&Exchange| exchange.number <= at.number || (exchange.overlap.is_some() && at.overlap.is_some());
    let shown: Vec<&Exchange> = exchanges.iter().take_while(is_shown).collect();
    if shown.is_empty() {
        return Err("the requests are not in the history".to_string());
    }
    let values = ScriptValues::new(&shown);
    let mut script =
        CurlScript { subject, plan, values, variables: BTreeMap::new(), jq: false, signs: false, races: false };
    let mut body = String::new();
    for (index, exchange) in shown.iter().enumerate() {
        let next = shown.get(index + 1).copied();
        script.write_exchange(&mut body, exchange, (index.checked_sub(1).map(|before| shown[before]), next))?;
    }
    let mut text = script.write_head(heading);
    text.push_str(&body);
    for difference in heading.evidence.differences.iter().take(3) {
        let place = if difference.place.is_empty() { String::new() } else { format!("{}: ", difference.place) };
        let line = format!("expected: {place}{}; in the run came: {}", difference.expected, difference.got);
        let _ = writeln!(text, "printf '%s\\n' {}", quote_word(&print_on_one_line(&line)));
    }
    for variable in script.values.list_id_variables() {
        let _ = writeln!(text, "printf '%s\\n' \"left behind: {variable} ${{{variable}}}\"");
    }
    Ok(text)
}

struct CurlScript<'a> {
    subject: &'a ReportSubject<'a>,
    plan: &'a Plan,
    values: ScriptValues,
    /// The header behind each variable with a credential, and its caller.
    variables: BTreeMap<String, (String, String)>,
    /// Whether the script uses jq.
    jq: bool,
    /// Whether requests are signed when the script runs.
    signs: bool,
    /// Whether requests are sent at once.
    races: bool,
}

/// What proves the caller of a request.
enum CallerProof {
    /// Headers whose values are variables of the script.
    Headers(Vec<String>),
    /// Headers that `probity sign` makes for each request.
    Signature,
}

impl CurlScript<'_> {
    fn write_head(&self, heading: &ScriptHeading<'_>) -> String {
        let mut text = format!("#!/bin/sh\n# The steps of {} with curl.\n", heading.file);
        for promise in &heading.promises {
            let _ = writeln!(text, "# Promise: {}", print_on_one_line(promise));
        }
        let mut tools = vec!["curl", "sed"];
        tools.extend(self.jq.then_some("jq"));
        tools.extend(self.signs.then_some("probity"));
        let tools = tools.join(", ");
        let _ = writeln!(text, "# Needs {tools}. The script creates resources and does not delete them.\nset -eu");
        let address = find_address(self.subject.target);
        let is_mock = matches!(self.subject.target, ReportTarget::Mock { .. });
        if address.is_empty() {
            if is_mock {
                let fault = match self.subject.target {
                    ReportTarget::Mock { fault: Some(fault) } => format!(" --fault {}", quote_word(fault)),
                    _ => String::new(),
                };
                let suite = &self.subject.model.suite.name;
                let _ = writeln!(
                    text,
                    "# The mock: probity mock --suite {suite}{fault} --listen 127.0.0.1:8774\n: \"${{ENDPOINT:=http://127.0.0.1:8774}}\""
                );
            } else {
                text.push_str(": \"${ENDPOINT:?set ENDPOINT to the address of the service}\"\n");
            }
        } else {
            let _ = writeln!(text, "ENDPOINT=${{ENDPOINT:-{}}}", quote_word(address));
        }
        for (variable, (caller, header)) in &self.variables {
            let default = if is_mock { format!("={caller}-token") } else { describe_variable(caller, header) };
            let _ = writeln!(text, ": \"${{{variable}:{default}}}\"");
        }
        for secret in self.values.secrets.values() {
            let _ = writeln!(text, ": \"${{{secret}:?set {secret} to the secret of the request below}}\"");
        }
        if self.signs {
            let mut options = self.subject.replay_options.iter().skip_while(|option| *option != "--profile").skip(1);
            match options.next() {
                Some(profile) => drop(writeln!(text, "PROFILE=${{PROFILE:-{}}}", quote_word(profile))),
                None => text.push_str(": \"${PROFILE:?set PROFILE to the profile of the endpoint}\"\n"),
            }
            let _ = writeln!(text, "SUITE={}", quote_word(&self.subject.model.suite.name));
        }
        text.push_str(FUNCTIONS);
        if self.races {
            text.push_str(RACE_FUNCTION);
        }
        text
    }

    fn write_exchange(
        &mut self,
        out: &mut String,
        exchange: &Exchange,
        (before, next): (Option<&Exchange>, Option<&Exchange>),
    ) -> Result<(), String> {
        let later_poll = |next: &Exchange| next.cause == CallCause::Poll && next.call == exchange.call;
        // The last of several polls shows what the script waits for.
        if exchange.cause == CallCause::Poll && next.is_some_and(|next| later_poll(next) && !is_last(exchange, next)) {
            return Ok(());
        }
        let command = self.compose_command(exchange)?;
        let (step, operation) = (exchange.step + 1, &exchange.call.operation);
        let last = next.is_none();
        if let Some(overlap) = exchange.overlap {
            return self.write_race(out, (exchange, overlap), next, &command);
        }
        if exchange.cause == CallCause::Poll && !last {
            let (status, part) = self.describe_awaited(exchange);
            let waited = before.map_or(0, |before| exchange.received_ms.saturating_sub(before.sent_ms)) / 1_000;
            let seconds = waited.saturating_mul(2).max(WAIT_SECONDS_MIN);
            let _ = writeln!(
                out,
                "\n# After step {step}: {operation}, until the response is as in the run.\nawait {seconds} {status} {} {command}",
                quote_word(&part)
            );
        } else {
            let pause = before.map_or(0, |before| exchange.sent_ms.saturating_sub(before.received_ms)) / 1_000;
            if pause > 0 {
                let _ = writeln!(out, "sleep {pause}");
            }
            let mark = if last { ", which deviates" } else { "" };
            let _ = writeln!(out, "\n# Step {step}: {operation}{mark}\nsend {command}");
        }
        self.write_captures(out, exchange, last)
    }

    /// A request that runs beside others; the last of them is followed by a wait for all.
    fn write_race(
        &mut self,
        out: &mut String,
        (exchange, overlap): (&Exchange, CallOverlap),
        next: Option<&Exchange>,
        command: &str,
    ) -> Result<(), String> {
        self.races = true;
        if next.is_some() && !exchange.created.is_empty() {
            return Err("a call that overlaps another creates a resource".to_string());
        }
        let offset_us = self.plan.steps.get(exchange.step).map_or(0, |step| step.offset_us);
        let (step, operation) = (exchange.step + 1, &exchange.call.operation);
        let _ = writeln!(
            out,
            "\n# Step {step}, branch {}: {operation}, at the same time as the other branches\nrace {}.{:06} {command}",
            overlap.branch,
            offset_us / 1_000_000,
            offset_us % 1_000_000
        );
        if next.is_none_or(|next| next.overlap.is_none()) {
            out.push_str("wait\n");
        }
        Ok(())
    }

    /// Method, path and options of curl; for a signed request, `--sign` with the caller, the body and options of
    /// `probity sign`.
    fn compose_command(&mut self, exchange: &Exchange) -> Result<String, String> {
        let template = self.plan.steps.get(exchange.step).filter(|_| exchange.cause != CallCause::Poll);
        let call = self.values.replace_in_call(&exchange.call, template.map(|step| &step.call));
        let request = compose_recorded_request(self.subject, &Exchange { call, ..exchange.clone() })
            .ok_or("the catalog has no address for a request")?;
        let mut command = format!("{} {}", request.method, self.values.quote_target(&format_target(&request)));
        let body = request.body.as_ref().map(ToString::to_string);
        if body.as_ref().is_some_and(|body| body.len() > BODY_BYTES_MAX) {
            return Err("a request body is too long for a command line".to_string());
        }
        let body = body.map(|body| self.values.quote_word(&body));
        let caller = &exchange.call.caller;
        match self.find_proof(caller) {
            CallerProof::Signature => {
                self.signs = true;
                let _ = write!(command, " --sign {} {}", quote_word(caller), body.as_deref().unwrap_or("''"));
                for (name, value) in &request.headers {
                    let _ = write!(command, " --header {}", self.values.quote_word(&format!("{name}: {value}")));
                }
            }
            CallerProof::Headers(headers) => {
                self.write_credential_headers(&mut command, caller, headers)?;
                for (name, value) in &request.headers {
                    let _ = write!(command, " -H {}", self.values.quote_word(&format!("{name}: {value}")));
                }
                if let Some(body) = body {
                    let _ = write!(command, " \\\n  -H 'content-type: application/json' --data-raw {body}");
                }
            }
        }
        Ok(command)
    }

    fn write_credential_headers(
        &mut self,
        command: &mut String,
        caller: &str,
        headers: Vec<String>,
    ) -> Result<(), String> {
        for header in headers {
            if !is_plain(&header) {
                return Err(format!("the header {header} of the credentials has characters that a shell interprets"));
            }
            let variable = name_variable(&format!("{caller}_{header}")).to_ascii_uppercase();
            let _ = write!(command, " -H \"{header}: ${{{variable}}}\"");
            self.variables.insert(variable, (caller.to_string(), header));
        }
        Ok(())
    }

    fn find_proof(&self, caller: &str) -> CallerProof {
        match self.subject.proofs {
            // The mock's tokens are accepted in every header.
            None if matches!(self.subject.target, ReportTarget::Mock { .. }) && caller != "none" => {
                CallerProof::Headers(vec!["x-auth-token".to_string()])
            }
            None => CallerProof::Headers(Vec::new()),
            Some(proofs) => match proofs.get(caller) {
                Some(Some(headers)) => CallerProof::Headers(headers.clone()),
                Some(None) => CallerProof::Signature,
                None => CallerProof::Headers(Vec::new()),
            },
        }
    }

    /// The status of the response to wait for, and the part of the body with the state, without white space.
    fn describe_awaited(&self, exchange: &Exchange) -> (u16, String) {
        let Outcome::Replied(Reply { status, body, .. }) = &exchange.outcome else { return (200, String::new()) };
        let ReplyBody::Json(body) = body else { return (*status, String::new()) };
        let model = self.subject.model;
        let named: BTreeSet<&str> = exchange.call.path.values().filter_map(Value::as_str).collect();
        let parts = model.suite.resources.iter().enumerate().filter_map(|(kind, resource)| {
            let state = resource.state.clone()?;
            named.iter().find_map(|id| {
                let resource = ResourceId { kind: u16::try_from(kind).ok()?, id: Arc::from(*id) };
                let (pointer, value) = find_field_place(model, body, &resource, &state)?;
                let name = pointer.rsplit('/').next().unwrap_or_default().to_string();
                Some(format!("{}:{value}", Value::String(name)))
            })
        });
        let part = parts.into_iter().next().unwrap_or_default();
        (*status, part.chars().filter(|c| !c.is_whitespace()).collect())
    }

    /// Commands that read the ids of the created resources. `last` is whether the response is the last one.
    fn write_captures(&mut self, out: &mut String, exchange: &Exchange, last: bool) -> Result<(), String> {
        let Outcome::Replied(reply) = &exchange.outcome else { return Ok(()) };
        for (handle, id) in &exchange.created {
            let variable = name_variable(handle);
            let Some(command) = self.find_capture(reply, id) else {
                if last {
                    continue;
                }
                return Err(format!("the id of {handle} is not in the response that created the resource"));
            };
            let _ = writeln!(out, "{variable}=$({command})\nrequire_id {variable} \"${variable}\"");
            let _ = writeln!(out, "{variable}{ENCODED}=$(encode \"${variable}\")");
            self.values.add_id(handle, id, variable);
        }
        Ok(())
    }

    /// A command that prints an id of the last response.
    fn find_capture(&mut self, reply: &Reply, id: &str) -> Option<String> {
        if let ReplyBody::Json(body) = &reply.body
            && let Some(path) = find_value(body, id)
        {
            let key = path.iter().rev().find_map(Value::as_str)?.to_string();
            if path.last().is_some_and(Value::is_string) && count_key(body, &key) == 1 && is_plain(&key) {
                return Some(format!(
                    "tr -d '\\n' <\"$response\" | sed -n 's/.*\"{key}\" *: *\"\\{{0,1\\}}\\([^\",}}]*\\).*/\\1/p'"
                ));
            }
            self.jq = true;
            let path = quote_word(&format!("getpath({})", Value::Array(path)));
            return Some(format!("jq -r {path} \"$response\""));
        }
        let (name, _) = reply.headers.iter().find(|(_, value)| value.ends_with(id))?;
        is_plain(name).then(|| format!("tr -d '\\r' <\"$headers\" | grep -i '^{name}:' | sed 's|.*[/ ]||'"))
    }
}

fn is_plain(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
}

fn describe_variable(caller: &str, header: &str) -> String {
    format!("?set it to the value of the header {header} of the caller {caller}")
}

/// Whether the poll after `exchange` waits for something else.
fn is_last(exchange: &Exchange, next: &Exchange) -> bool {
    exchange.step != next.step
}

fn print_on_one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// The path of the first text or number that equals an id.
fn find_value(value: &Value, id: &str) -> Option<Vec<Value>> {
    let prepend = |first: Value, mut rest: Vec<Value>| {
        rest.insert(0, first);
        rest
    };
    match value {
        Value::String(text) => (text == id).then(Vec::new),
        Value::Number(number) => (number.to_string() == id).then(Vec::new),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .find_map(|(index, item)| find_value(item, id).map(|rest| prepend(Value::from(index), rest))),
        Value::Object(fields) => fields
            .iter()
            .find_map(|(name, field)| find_value(field, id).map(|rest| prepend(Value::String(name.clone()), rest))),
        _ => None,
    }
}

/// How often a body has a property of a name, or a text that looks like the property.
fn count_key(body: &Value, key: &str) -> usize {
    body.to_string().matches(&format!("{key}\"")).count()
}

/// `send` sends one request and prints the response; `await` repeats a request until a response has a status and a
/// part of the body, and gives up after a number of seconds.
const FUNCTIONS: &str = r#"
response=$(mktemp) headers=$(mktemp) signed=$(mktemp) content=$(mktemp)
trap 'rm -f "$response" "$headers" "$signed" "$content"' EXIT
request() { # METHOD PATH [options of curl], or METHOD PATH --sign CALLER BODY [options of probity sign]
  method=$1 target=$2
  shift 2
  : >"$response"
  if [ "${1:-}" = --sign ]; then
    caller=$2
    printf '%s' "$3" >"$content"
    shift 3
    if [ -s "$content" ]; then set -- --body "$content" "$@"; fi
    "${PROBITY:-probity}" sign --profile "$PROFILE" --endpoint "$ENDPOINT" --caller "$caller" "$@" \
      "$SUITE" "$method" "$target" >"$signed" || exit 1
    set -- -H "@$signed"
    if [ -s "$content" ]; then set -- "$@" --data-binary "@$content"; fi
  else
    set -- -H 'accept: application/json' "$@"
  fi
  if [ "$method" = HEAD ]; then set -- --head "$@"; else set -- -X "$method" "$@"; fi
  status=$(curl -sS -g --path-as-is --max-time 60 -o "$response" -D "$headers" -w '%{http_code}' \
    "$@" "$ENDPOINT$target")
}
encode() { # TEXT, percent-encoded for an address
  case $1 in
    *[!A-Za-z0-9._~-]*) printf '%s' "$1" | od -An -v -tx1 | tr -d ' \n' | sed 's/../%&/g' ;;
    *) printf '%s' "$1" ;;
  esac
}
show() {
  printf '%s %s\n  -> %s ' "$method" "$target" "$status"
  tr -d '\000-\037' <"$response" | cut -c 1-2000
  echo
}
send() {
  request "$@"
  show
}
await() { # SECONDS STATUS PART-OF-BODY METHOD PATH [options of curl]
  left=$1 wanted=$2 part=$3
  shift 3
  while :; do
    request "$@"
    if [ "$status" = "$wanted" ] && tr -d ' \n\t' <"$response" | grep -qF -- "$part"; then break; fi
    left=$((left - 1))
    if [ "$left" -le 0 ]; then echo "the awaited response did not come"; break; fi
    sleep 1
  done
  show
}
require_id() {
  if [ -z "$2" ]; then echo "the response has no id for $1" >&2; exit 1; fi
}
"#;

/// `race` sends one request in the background after a time; `wait` waits for all of them.
const RACE_FUNCTION: &str = r#"race() { # SECONDS, then as send
  (
    response=$(mktemp) headers=$(mktemp) signed=$(mktemp) content=$(mktemp)
    trap 'rm -f "$response" "$headers" "$signed" "$content"' EXIT
    if [ "$1" != 0.000000 ]; then sleep "$1"; fi
    shift
    request "$@"
    show
  ) &
}
"#;
