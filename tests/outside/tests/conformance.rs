//! Tests the service in this process against the suite in `suites/`.

use outside::Lamps;
use probity::conformance::{
    Conformance, Endpoint, Identities, Identity, Outcome, PendingOutcome, Reply, ReplyBody, Request, Target,
};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;
use std::rc::Rc;
use std::sync::Arc;

#[derive(Default)]
struct Service(Lamps);

impl Endpoint for Service {
    fn name(&self) -> &str {
        "lamps in this process"
    }

    fn send<'a>(&'a self, request: &'a Request) -> PendingOutcome<'a> {
        Box::pin(async move {
            let lamp = request
                .parameters
                .get("lamp_id")
                .and_then(|id| id.as_str())
                .unwrap_or_default();
            let color = request
                .body
                .as_ref()
                .and_then(|body| body.get("color"))
                .and_then(|color| color.as_str());
            // The suite has no clause about tokens: every caller except `other` counts as the owner.
            let who = if request.caller == "other" { "other" } else { "owner" };
            let (status, shown) = self.0.answer(who, &request.operation, lamp, color.unwrap_or_default());
            let text = shown.map(|(id, color)| format!(r#"{{"id":"{id}","state":"BRIGHT","color":"{color}"}}"#));
            let body = text.map_or(ReplyBody::Empty, |text| ReplyBody::Json(text.parse().expect("JSON")));
            Outcome::Replied(Reply {
                status,
                headers: BTreeMap::new(),
                body,
            })
        })
    }
}

fn main() -> ExitCode {
    let callers = ["owner", "other"].map(|caller| (caller.to_string(), Identity::default()));
    let target = Target::InProcess {
        name: "lamps in this process".to_string(),
        make: Arc::new(|_| Rc::new(Service::default())),
        identities: Identities::new(BTreeMap::from(callers)),
        paused_clock: true,
    };
    let base = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let options = Conformance {
        base,
        target,
        requests: Some(400),
        ..Conformance::new()
    };
    probity::conformance(options).exit_code()
}
