//! No resource of a run stays on the endpoint, however the run ends, and no other resource is changed.
//!
//! A mock listens in its own process. Runs against the mock are killed at random times, and after a sweep the remaining
//! resources are listed through the API. `PROBITY_KILLS` sets the number of kills, of which some come late;
//! `PROBITY_KILL_SEED` with the seed of a failure repeats its times.

use super::killed_files::read_killed_files;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

const CALLERS: [&str; 2] = ["owner", "other"];
/// A run that takes longer is an error.
pub const WAIT_MAX: Duration = Duration::from_secs(120);

pub fn probity() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_probity"));
    command.current_dir(env!("CARGO_MANIFEST_DIR"));
    command
}

/// A mock that listens until the value is dropped.
pub struct MockProcess {
    server: Child,
    pub address: String,
    pub folder: PathBuf,
    /// The project of each caller, for paths.
    projects: Vec<(String, String)>,
    /// Ids of the resources before the runs: one of each caller.
    pub before: BTreeSet<String>,
}

impl Drop for MockProcess {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

impl MockProcess {
    pub fn start(name: &str) -> MockProcess {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("sweeping-{name}"));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).expect("a folder for the test");
        let profile = folder.join("profile.yaml");
        let arguments =
            ["mock", "--suite", "ecs-native", "--listen", "127.0.0.1:0", "--speed", "2000", "--profile-out"];
        let mut server = probity().args(arguments).arg(&profile).stdout(Stdio::piped()).spawn().expect("a mock");
        let told = BufReader::new(server.stdout.take().expect("its output"));
        let line =
            told.lines().map_while(Result::ok).find(|line| line.starts_with("listening on ")).expect("it listens");
        let address = line["listening on http://".len()..].split(';').next().expect("an address").to_string();
        let text = std::fs::read_to_string(&profile).expect("a profile");
        let limited = text.replace("requests: 20000 }", "requests: 20000, reserve_seconds: 40, seconds: 600 }");
        assert_ne!(limited, text, "the profile has limits");
        std::fs::write(&profile, &limited).expect("a profile");
        let project = |caller: &str| {
            let own = text.split(&format!("  {caller}:\n")).nth(1).expect("the caller");
            own.split("project_id: \"").nth(1).and_then(|rest| rest.split('"').next()).expect("a project").to_string()
        };
        let projects = CALLERS.map(|caller| (caller.to_string(), project(caller))).into();
        let mut cloud = MockProcess { server, address, folder, projects, before: BTreeSet::new() };
        cloud.before = CALLERS.iter().map(|caller| cloud.create(caller, "older-than-any-run")).collect();
        cloud
    }

    fn send(&self, caller: &str, method: &str, path: &str, body: Option<&Value>) -> (u16, Value) {
        let project = &self.projects.iter().find(|(known, _)| known == caller).expect("a caller").1;
        let body = body.map(Value::to_string).unwrap_or_default();
        let request = format!(
            "{method} /v2.1/{project}{path} HTTP/1.1\r\nHost: {}\r\nX-Auth-Token: {caller}-token\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            self.address,
            body.len()
        );
        let mut stream = TcpStream::connect(&self.address).expect("the mock listens");
        stream.set_read_timeout(Some(WAIT_MAX)).expect("a bound");
        stream.write_all(request.as_bytes()).expect("it reads");
        let mut reply = String::new();
        stream.read_to_string(&mut reply).expect("it answers");
        let status = reply.split(' ').nth(1).and_then(|code| code.parse().ok()).expect("a status");
        let body = reply.split_once("\r\n\r\n").map(|(_, body)| body).unwrap_or_default();
        (status, serde_json::from_str(body).unwrap_or(Value::Null))
    }

    /// Creates a server. The mock may refuse for reasons that no response shows, so the call is repeated.
    fn create(&self, caller: &str, name: &str) -> String {
        let body = json!({ "server": {
            "name": name, "flavorRef": "s2.small.1", "imageRef": "3a0c1d5e-5c5f-4f0e-9d0a-6b1f2f3c4d01",
            "networks": [{ "uuid": "7be1a2c4-0f3d-4b7a-8a51-2f60b1d7ce01" }], "availability_zone": "zone-1",
        }});
        for _ in 0..20 {
            let (status, reply) = self.send(caller, "POST", "/servers", Some(&body));
            if let (200..=299, Some(id)) = (status, reply["server"]["id"].as_str()) {
                return id.to_string();
            }
        }
        panic!("{caller} cannot make a server by hand")
    }

    /// Ids of all servers. A server that is being deleted may be listed for a moment.
    pub fn list_ids(&self) -> BTreeSet<String> {
        let mut ids = BTreeSet::new();
        for caller in CALLERS {
            let (status, reply) = self.send(caller, "GET", "/servers/detail", None);
            assert_eq!(status, 200, "{reply}");
            let servers = reply["servers"].as_array().expect("a list");
            ids.extend(servers.iter().filter_map(|server| server["id"].as_str().map(str::to_string)));
        }
        ids
    }

    /// The servers that did not exist before, with names and metadata, for messages.
    pub fn describe_leftovers(&self) -> String {
        let mut told = String::new();
        for caller in CALLERS {
            let (_, reply) = self.send(caller, "GET", "/servers/detail", None);
            for server in reply["servers"].as_array().into_iter().flatten() {
                if !server["id"].as_str().is_some_and(|id| self.before.contains(id)) {
                    let (id, name, metadata) = (&server["id"], &server["name"], &server["metadata"]);
                    told.push_str(&format!("  {caller} has {id}: {} {name} {metadata}\n", server["status"]));
                }
            }
        }
        told
    }

    pub fn journal_folder(&self, reports: &str) -> PathBuf {
        self.folder.join(reports).join(".journal")
    }

    /// Starts a run without an end.
    fn start_run(&self, reports: &str, seed: u64) -> RunProcess {
        self.start_run_with(reports, &["--requests", "1000000", "--seed", &seed.to_string()], |command| {
            command.stdout(Stdio::piped()).stderr(Stdio::null());
        })
    }

    /// Starts a run with further arguments and the outputs that `direct_output` sets.
    pub fn start_run_with(
        &self,
        reports: &str,
        arguments: &[&str],
        direct_output: impl FnOnce(&mut Command),
    ) -> RunProcess {
        let reports = self.folder.join(reports);
        let mut command = probity();
        command.args(["run", "ecs-native"]).args(arguments);
        command.arg("--profile").arg(self.folder.join("profile.yaml")).arg("--reports").arg(&reports);
        direct_output(&mut command);
        RunProcess::start(&mut command, reports.join(".journal"))
    }

    fn sweep(&self, reports: &str, further: &[&str]) -> Output {
        let mut command = probity();
        command.args(["sweep", "ecs-native", "--profile"]).arg(self.folder.join("profile.yaml"));
        command.arg("--journal").arg(self.journal_folder(reports)).args(further).output().expect("it runs")
    }
}

pub struct RunProcess {
    pub child: Child,
    journals: PathBuf,
}

impl Drop for RunProcess {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl RunProcess {
    /// Starts a run whose journals are in a folder.
    pub fn start(command: &mut Command, journals: PathBuf) -> RunProcess {
        RunProcess { child: command.spawn().expect("a run"), journals }
    }

    /// The id of the run and the text of the journal.
    fn read_journal(&self) -> Option<(String, String)> {
        let path = std::fs::read_dir(&self.journals).ok()?.flatten().next()?.path();
        let text = std::fs::read_to_string(&path).ok()?;
        Some((path.file_stem()?.to_str()?.to_string(), text))
    }

    /// Waits until the journal has a number of creates. Returns the id of the run.
    pub async fn wait_for_creates(&self, wanted: usize) -> String {
        for _ in 0..WAIT_MAX.as_millis() {
            if let Some((run, text)) = self.read_journal()
                && text.lines().filter(|line| line.starts_with("{\"intent\"")).count() >= wanted
            {
                return run;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        panic!("the run creates nothing")
    }

    pub fn send_signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args([name, &pid]).status().expect("kill runs").success());
    }

    pub async fn wait_for_exit(&mut self) -> Option<i32> {
        for _ in 0..WAIT_MAX.as_millis() / 10 {
            if let Some(status) = self.child.try_wait().expect("a process of ours") {
                return status.code();
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("the run does not end")
    }
}

pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(future)
}

/// Random numbers with a seed.
struct RandomNumbers(u64);

impl RandomNumbers {
    fn draw_below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

/// Waits until the history of a plan was written.
async fn wait_for_history(reports: &Path) {
    let path = reports.join("ecs-native/history.jsonl.gz.part");
    for _ in 0..WAIT_MAX.as_millis() {
        if std::fs::metadata(&path).is_ok_and(|file| file.len() > 0) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    panic!("no plan ends")
}

/// The number of creates in the journals of a folder. A line that is cut off is no create.
fn count_creates(folder: &Path) -> usize {
    let journals = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let texts = journals.filter_map(|entry| std::fs::read_to_string(entry.path()).ok());
    texts.map(|text| text.lines().filter(|line| line.starts_with("{\"intent\"") && line.ends_with('}')).count()).sum()
}

fn all_output(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

fn read_number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// Kills a run at a random time: some time after its first create, directly after the journal entry of a create, or, if
/// `late`, after the history of a plan was written. Returns the id of the run.
async fn kill_run(cloud: &MockProcess, reports: &str, seed: u64, random: &mut RandomNumbers, late: bool) -> String {
    let mut running = cloud.start_run(reports, seed);
    let run = match random.draw_below(if late { 3 } else { 2 }) {
        0 => {
            let run = running.wait_for_creates(1).await;
            tokio::time::sleep(Duration::from_millis(random.draw_below(1_500))).await;
            run
        }
        1 => {
            let run = running.wait_for_creates(1 + random.draw_below(20) as usize).await;
            tokio::time::sleep(Duration::from_micros(random.draw_below(4_000))).await;
            run
        }
        _ => {
            let run = running.wait_for_creates(1).await;
            wait_for_history(&cloud.folder.join(reports)).await;
            tokio::time::sleep(Duration::from_millis(random.draw_below(300))).await;
            run
        }
    };
    running.child.kill().expect("it runs until it is killed");
    running.child.wait().expect("it is dead");
    run
}

#[test]
fn after_a_kill_at_any_time_a_sweep_deletes_everything_with_or_without_the_journal() {
    let asked = read_number("PROBITY_KILLS");
    let kills = asked.unwrap_or(12);
    let seed = read_number("PROBITY_KILL_SEED").unwrap_or_else(|| u64::from(std::process::id()));
    println!("{kills} kills; PROBITY_KILL_SEED={seed}");
    println!(
        "kill  journal  creates  left  swept  plans and exchanges of unfinished histories  whole files  temporary"
    );
    let cloud = MockProcess::start("kills");
    let mut random = RandomNumbers(seed);
    let (mut leaked, mut swept) = (0, 0);
    for kill in 0..kills {
        let reports = format!("kill-{kill}");
        let run = block_on(kill_run(&cloud, &reports, seed.wrapping_add(kill), &mut random, asked.is_some()));
        let left = cloud.list_ids().difference(&cloud.before).count();
        leaked += u64::from(left > 0);
        let creates = count_creates(&cloud.journal_folder(&reports));
        let files = read_killed_files(&cloud.folder.join(&reports));
        let further: Vec<&str> = if kill % 2 == 0 {
            Vec::new()
        } else {
            std::fs::remove_dir_all(cloud.journal_folder(&reports)).expect("the journal was there");
            vec!["--run", &run, "--marks-only"]
        };
        let output = cloud.sweep(&reports, &further);
        let code = output.status.code();
        assert_eq!(code, Some(0), "kill {kill} of seed {seed}: {}{}", all_output(&output), cloud.describe_leftovers());
        assert_eq!(
            cloud.list_ids(),
            cloud.before,
            "kill {kill} of seed {seed}: {}{}",
            all_output(&output),
            cloud.describe_leftovers()
        );
        let journals = std::fs::read_dir(cloud.journal_folder(&reports)).into_iter().flatten().count();
        assert_eq!(journals, 0, "a journal without leftovers is not kept");
        swept += 1;
        println!(
            "{kill:4}  {:7}  {creates:7}  {left:4}  {:5}  {:44}  {:11}  {:9}",
            if kill % 2 == 0 { "kept" } else { "lost" },
            "all",
            format!("{} and {}", files.plans, files.exchanges),
            files.whole,
            files.temporary
        );
    }
    println!("{swept} sweeps; {leaked} of the kills had left something behind");
    assert!(leaked * 3 >= kills, "the kills have to come while something is there, or they show nothing");
}

#[test]
fn a_run_that_receives_a_signal_deletes_its_resources() {
    let cloud = MockProcess::start("signals");
    for (signal, code) in [("-INT", 130), ("-TERM", 143), ("-HUP", 143), ("-QUIT", 143)] {
        if is_ignored_here(signal) {
            println!("{signal} is skipped: these tests run with the signal ignored, and so do their children");
            continue;
        }
        let reports = format!("signal{signal}");
        let mut running = cloud.start_run(&reports, 5);
        let ended = block_on(async {
            running.wait_for_creates(3).await;
            running.send_signal(signal);
            running.wait_for_exit().await
        });
        assert_eq!(ended, Some(code));
        assert_eq!(cloud.list_ids(), cloud.before, "after {signal}");
        assert_eq!(std::fs::read_dir(cloud.journal_folder(&reports)).unwrap().count(), 0);
        assert!(cloud.folder.join(&reports).join("ecs-native/report.json").exists(), "after {signal}");
    }
}

/// Whether this process ignores a signal. A shell without job control lets a process in the background ignore SIGINT and
/// SIGQUIT.
pub fn is_ignored_here(signal: &str) -> bool {
    let bit = match signal {
        "-HUP" => 0,
        "-INT" => 1,
        "-QUIT" => 2,
        _ => return false,
    };
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:")).unwrap_or("0");
    u64::from_str_radix(mask.trim(), 16).is_ok_and(|mask| mask & 1 << bit != 0)
}

#[test]
fn a_sweep_does_not_touch_a_run_that_is_under_way() {
    let cloud = MockProcess::start("lives");
    let mut running = cloud.start_run("live", 7);
    let run = block_on(running.wait_for_creates(2));
    let output = cloud.sweep("live", &["--run", &run]);
    assert_eq!(output.status.code(), Some(2), "{}", all_output(&output));
    let output = cloud.sweep("live", &[]);
    assert_eq!(output.status.code(), Some(0), "{}", all_output(&output));
    assert!(!all_output(&output).contains("  deleted:"), "{}", all_output(&output));
    // Without a journal, only marks tell which run created a resource, and the marks have not expired.
    let output = cloud.sweep("elsewhere", &[]);
    assert!(!all_output(&output).contains("  deleted:"), "{}", all_output(&output));
    running.send_signal("-TERM");
    assert_eq!(block_on(running.wait_for_exit()), Some(143));
    assert_eq!(cloud.list_ids(), cloud.before);
}

#[test]
fn without_a_journal_a_sweep_deletes_by_marks_only_on_request() {
    let mut cloud = MockProcess::start("marks");
    // Two runs of long ago. The mark of one run expires in the year 2200.
    let (old, young) = ("1jk2r00aaaaaa", "1jk2r00bbbbbb");
    let expired = cloud.create("owner", &format!("probity-{old}-1jk2s00-0-a"));
    let foreign = cloud.create("other", &format!("probity-{old}-1jk2s00-3-b"));
    let needed = cloud.create("owner", &format!("probity-{young}-6s00000-1-c"));
    let lookalike = cloud.create("owner", "probity-of-the-soul");
    cloud.before.insert(lookalike);
    let with = |ids: &[&String]| -> BTreeSet<String> {
        cloud.before.iter().cloned().chain(ids.iter().map(|id| (*id).clone())).collect()
    };
    let looked = cloud.sweep("none", &["--marks-only", "--dry-run"]);
    assert_eq!(looked.status.code(), Some(0), "{}", all_output(&looked));
    assert!(
        all_output(&looked).contains(&expired) && all_output(&looked).contains(&foreign),
        "{}",
        all_output(&looked)
    );
    assert_eq!(cloud.list_ids(), with(&[&expired, &foreign, &needed]), "looking deletes nothing");
    let kept = cloud.sweep("none", &[]);
    assert_eq!(kept.status.code(), Some(6), "a mark alone is no proof: {}", all_output(&kept));
    assert!(all_output(&kept).contains(&format!("--marks-only --run {old}")), "{}", all_output(&kept));
    assert_eq!(cloud.list_ids(), with(&[&expired, &foreign, &needed]), "a mark alone is no proof");
    let later = cloud.sweep("none", &["--marks-only", "--older-than", "36500d"]);
    assert_eq!(later.status.code(), Some(0), "{}", all_output(&later));
    assert_eq!(cloud.list_ids(), with(&[&expired, &foreign, &needed]), "they are not as old as that");
    let swept = cloud.sweep("none", &["--marks-only", "--older-than", "2h"]);
    assert_eq!(swept.status.code(), Some(0), "{}", all_output(&swept));
    assert_eq!(cloud.list_ids(), with(&[&needed]), "{}", all_output(&swept));
    assert!(all_output(&swept).contains(&format!("--run {young}")), "{}", all_output(&swept));
    let named = cloud.sweep("none", &["--marks-only", "--run", young]);
    assert_eq!(named.status.code(), Some(0), "{}", all_output(&named));
    assert_eq!(cloud.list_ids(), with(&[]), "{}", all_output(&named));
}

/// A journal with one create, as a run writes it, and a server that the create made.
fn write_journal(cloud: &MockProcess, reports: &str, run: &str, name: &str, id: &str) -> PathBuf {
    let folder = cloud.journal_folder(reports);
    std::fs::create_dir_all(&folder).expect("a folder for the journal");
    let path = folder.join(format!("{run}.jsonl"));
    let lines = [
        json!({"whose": {
            "format": 1, "run": run, "suite": "ecs-native", "endpoint": format!("http://{}", cloud.address),
            "started": "2020-01-01T00:00:00Z", "lifetime_s": 60, "pid": 1,
        }}),
        json!({"intent": {
            "life": 0, "step": 0, "operation": "createServer", "binding": "v2.1", "caller": "owner",
            "body": { "server": { "name": name } }, "births": { "server": ["server-1"] },
        }}),
        json!({"done": { "life": 0, "step": 0, "born": { "server-1": id }, "refused": false }}),
    ];
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    std::fs::write(&path, text).expect("a journal");
    path
}

#[test]
fn a_resource_with_a_copied_mark_is_deleted_only_on_request() {
    let cloud = MockProcess::start("copies");
    let run = "1jk2r00cccccc";
    let name = format!("probity-{run}-1jk2s00-0-a");
    let own = cloud.create("owner", &name);
    let copy = cloud.create("owner", &format!("{name}-copy"));
    let journal = write_journal(&cloud, "copies", run, &name, &own);
    let swept = cloud.sweep("copies", &[]);
    assert_eq!(swept.status.code(), Some(6), "{}", all_output(&swept));
    assert!(all_output(&swept).contains(&copy) && journal.exists(), "{}", all_output(&swept));
    let ids = cloud.list_ids();
    assert!(ids.contains(&copy) && !ids.contains(&own), "{}", all_output(&swept));
    let swept = cloud.sweep("copies", &["--marks-only"]);
    assert_eq!(swept.status.code(), Some(0), "{}", all_output(&swept));
    assert_eq!(cloud.list_ids(), cloud.before, "{}", all_output(&swept));
    assert!(!journal.exists());
}

#[test]
fn a_journal_with_a_torn_first_line_is_swept_by_the_name_of_its_file() {
    let cloud = MockProcess::start("torn");
    let run = "1jk2r00dddddd";
    // The mark expires in the year 2200: only the ended journal tells that nobody needs the server.
    let name = format!("probity-{run}-6s00000-0-a");
    let own = cloud.create("owner", &name);
    let journal = write_journal(&cloud, "torn", run, &name, &own);
    let text = std::fs::read(&journal).expect("a journal");
    std::fs::write(&journal, &text[20..]).expect("a journal");
    let swept = cloud.sweep("torn", &[]);
    let told = all_output(&swept);
    assert!(told.contains(&format!("{run}.jsonl:1: ")), "{told}");
    assert_eq!((swept.status.code(), cloud.list_ids()), (Some(0), cloud.before.clone()), "{told}");
    assert!(!journal.exists(), "{told}");
    // Without a name or a first line, the run is unknown.
    let journal = write_journal(&cloud, "torn", run, &name, &own);
    std::fs::write(journal.with_file_name("renamed.jsonl"), &text[20..]).expect("a journal");
    let swept = cloud.sweep("torn", &[]);
    assert_eq!(swept.status.code(), Some(6), "{}", all_output(&swept));
    assert!(all_output(&swept).contains("renamed.jsonl: neither the file nor its name"), "{}", all_output(&swept));
}
