//! `GET …/servers` and `GET …/servers/detail`: filters, order, pages (querying-ecss.md:53 on).

use serde_json::{Value, json};

use super::super::super::cloud_state::CloudState;
use super::super::super::messages::{ApiResponse, Outcome};
use super::super::super::refusal::Refusal;
use super::super::super::timestamps;
use super::super::server::Server;
use super::{Call, shape};

/// The statuses of the status filter (querying-ecss.md:98).
const STATUSES: [&str; 11] = [
    "ACTIVE",
    "BUILD",
    "ERROR",
    "HARD_REBOOT",
    "MIGRATING",
    "REBOOT",
    "REBUILD",
    "RESIZE",
    "REVERT_RESIZE",
    "SHUTOFF",
    "VERIFY_RESIZE",
];

const PAGE_MAX: usize = 1000;

pub fn brief(cloud: &CloudState, call: &Call) -> Outcome {
    page(
        cloud,
        call,
        "servers",
        |server| json!({ "id": server.id, "name": server.name, "links": shape::links(call, server) }),
    )
}

pub fn detail(cloud: &CloudState, call: &Call) -> Outcome {
    page(cloud, call, "servers/detail", |server| shape::full(cloud, call, server))
}

fn page(cloud: &CloudState, call: &Call, place: &str, shown: impl Fn(&Server) -> Value) -> Outcome {
    status_known(call)?;
    let deleted_servers = cloud.deleted_servers.iter().filter(|server| server.project == call.project.id);
    let servers = cloud.servers.values().filter(|server| server.project == call.project.id).chain(deleted_servers);
    let mut some: Vec<&Server> = Vec::new();
    for server in servers {
        if wanted(call, server)? {
            some.push(server);
        }
    }
    sort(call, &mut some)?;
    if let Some(marker) = call.request.query("marker") {
        let place = some.iter().position(|server| server.id == marker);
        let skipped = 1 + usize::from(cloud.has_fault("page-skips-one"));
        let end = place.ok_or_else(|| Refusal::bad_request("The marker is unknown."))? + skipped;
        some.drain(..end.min(some.len()));
    }
    let limit = match call.request.query("limit").map(str::parse::<usize>) {
        None => PAGE_MAX,
        Some(Ok(limit)) => limit.min(PAGE_MAX),
        Some(Err(_)) => return Err(Refusal::bad_request("limit must be a number.")),
    };
    let more = some.len() > limit;
    some.truncate(limit);
    let mut body = json!({ "servers": some.iter().map(|server| shown(server)).collect::<Vec<_>>() });
    if let Some(last) = some.last().filter(|_| more) {
        let (host, project) = (&call.host, &call.project.id);
        let query = format!("{}limit={limit}&marker={}", filters(call), last.id);
        let href = format!("http://{host}/{}/{project}/{place}?{query}", call.version);
        body["servers_links"] = json!([{ "rel": "next", "href": href }]);
    }
    Ok(ApiResponse::json(200, body))
}

/// The rest of the query, unchanged: the next page has the same filters.
fn filters(call: &Call) -> String {
    let query = call.request.target.split_once('?').map_or("", |(_, query)| query);
    let pages = |pair: &&str| !pair.is_empty() && !pair.starts_with("limit=") && !pair.starts_with("marker=");
    query.split('&').filter(pages).map(|pair| format!("{pair}&")).collect()
}

fn wanted(call: &Call, server: &Server) -> Result<bool, Refusal> {
    let request = call.request;
    // With an image filter, all other filters are ignored (querying-ecss.md:69).
    if let Some(image) = request.query("image") {
        return Ok(!server.plan.from_volume && server.image == image);
    }
    let holds = |name: &str, test: &dyn Fn(&str) -> bool| request.query(name).is_none_or(test);
    let since = match request.query("changes-since") {
        None => 0,
        Some(text) => {
            timestamps::parse_timestamp(text).ok_or_else(|| Refusal::bad_request("changes-since is no time."))?
        }
    };
    Ok(holds("status", &|status| server.status() == status)
        && holds("name", &|name| server.name.contains(name))
        && holds("flavor", &|flavor| server.flavor.contains(flavor))
        && holds("reservation_id", &|id| server.plan.reservation == id)
        && holds("ip", &|ip| server.addresses.iter().any(|address| address.ip.contains(ip)))
        // No server has tags here.
        && holds("tags", &|_| false)
        && server.updated >= since)
}

/// An unknown status: empty list up to 2.37, 404 from 2.38 on (querying-ecss.md:99).
fn status_known(call: &Call) -> Result<(), Refusal> {
    match call.request.query("status") {
        Some(status) if call.minor >= 38 && !STATUSES.contains(&status) => Err(Refusal::not_found("Status", status)),
        _ => Ok(()),
    }
}

/// The newest server first, unless sorted by the query (querying-ecss.md:158).
fn sort(call: &Call, servers: &mut [&Server]) -> Result<(), Refusal> {
    servers.sort_by_key(|server| std::cmp::Reverse(server.number));
    match call.request.query("sort_key").unwrap_or("created_at") {
        "created_at" | "project_id" | "user_id" | "host" => {}
        "display_name" => servers.sort_by(|a, b| b.name.cmp(&a.name)),
        "uuid" => servers.sort_by(|a, b| b.id.cmp(&a.id)),
        "updated_at" => servers.sort_by_key(|server| std::cmp::Reverse(server.updated)),
        "availability_zone" => servers.sort_by(|a, b| b.plan.zone.cmp(&a.plan.zone)),
        "instance_type_id" => servers.sort_by(|a, b| b.flavor.cmp(&a.flavor)),
        "key_name" => servers.sort_by(|a, b| b.key_name.cmp(&a.key_name)),
        "vm_state" => servers.sort_by(|a, b| b.vm.text().cmp(a.vm.text())),
        other => return Err(Refusal::bad_request(format!("{other} is no sort key."))),
    }
    if call.request.query("sort_dir") == Some("asc") {
        servers.reverse();
    }
    Ok(())
}
