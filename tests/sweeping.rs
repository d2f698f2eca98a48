//! Nothing that a run created stays on the endpoint, however the run ends; and nothing else is touched.
//!
//! A mock listens in a process of its own. Runs against it are killed at random moments, and what is
//! there after a sweep is asked for through the API. `PROBITY_KILLS` says how often; `PROBITY_KILL_SEED`
//! with the seed of a failure repeats its moments.

use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

const CALLERS: [&str; 2] = ["owner", "other"];
/// Before a run that does not end is an error.
const PATIENCE: Duration = Duration::from_secs(120);

fn probity() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_probity"));
    command.current_dir(env!("CARGO_MANIFEST_DIR"));
    command
}

/// A mock that listens until this is dropped.
struct Cloud {
    server: Child,
    address: String,
    folder: PathBuf,
    /// By caller: what names its project in paths.
    projects: Vec<(String, String)>,
    /// Ids of what was there before: made by hand, one for each caller.
    before: BTreeSet<String>,
}

impl Drop for Cloud {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

impl Cloud {
    fn up(name: &str) -> Cloud {
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
        let text = text.replace("limits: { rate: 1000 }", "limits: { rate: 1000, reserve_seconds: 40, seconds: 600 }");
        std::fs::write(&profile, &text).expect("a profile");
        let project = |caller: &str| {
            let own = text.split(&format!("  {caller}:\n")).nth(1).expect("the caller");
            own.split("project_id: \"").nth(1).and_then(|rest| rest.split('"').next()).expect("a project").to_string()
        };
        let projects = CALLERS.map(|caller| (caller.to_string(), project(caller))).into();
        let mut cloud = Cloud { server, address, folder, projects, before: BTreeSet::new() };
        cloud.before = CALLERS.iter().map(|caller| cloud.create(caller, "older-than-any-run")).collect();
        cloud
    }

    fn ask(&self, caller: &str, method: &str, path: &str, body: Option<&Value>) -> (u16, Value) {
        let project = &self.projects.iter().find(|(known, _)| known == caller).expect("a caller").1;
        let body = body.map(Value::to_string).unwrap_or_default();
        let request = format!(
            "{method} /v2.1/{project}{path} HTTP/1.1\r\nHost: {}\r\nX-Auth-Token: {caller}-token\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            self.address,
            body.len()
        );
        let mut stream = TcpStream::connect(&self.address).expect("the mock listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a bound");
        stream.write_all(request.as_bytes()).expect("it reads");
        let mut reply = String::new();
        stream.read_to_string(&mut reply).expect("it answers");
        let status = reply.split(' ').nth(1).and_then(|code| code.parse().ok()).expect("a status");
        let body = reply.split_once("\r\n\r\n").map(|(_, body)| body).unwrap_or_default();
        (status, serde_json::from_str(body).unwrap_or(Value::Null))
    }

    /// Makes a server by hand; the mock may refuse for reasons that cannot be seen, so it is asked again.
    fn create(&self, caller: &str, name: &str) -> String {
        let body = json!({ "server": {
            "name": name, "flavorRef": "s2.small.1", "imageRef": "3a0c1d5e-5c5f-4f0e-9d0a-6b1f2f3c4d01",
            "networks": [{ "uuid": "7be1a2c4-0f3d-4b7a-8a51-2f60b1d7ce01" }], "availability_zone": "zone-1",
        }});
        for _ in 0..20 {
            let (status, reply) = self.ask(caller, "POST", "/servers", Some(&body));
            if let (200..=299, Some(id)) = (status, reply["server"]["id"].as_str()) {
                return id.to_string();
            }
        }
        panic!("{caller} cannot make a server by hand")
    }

    /// Ids of everything that is there; what is dying may be listed for a moment.
    fn there(&self) -> BTreeSet<String> {
        let mut ids = BTreeSet::new();
        for caller in CALLERS {
            let (status, reply) = self.ask(caller, "GET", "/servers/detail", None);
            assert_eq!(status, 200, "{reply}");
            let servers = reply["servers"].as_array().expect("a list");
            ids.extend(servers.iter().filter_map(|server| server["id"].as_str().map(str::to_string)));
        }
        ids
    }

    /// What is there and was not before, with names and metadata, for messages.
    fn strangers(&self) -> String {
        let mut told = String::new();
        for caller in CALLERS {
            let (_, reply) = self.ask(caller, "GET", "/servers/detail", None);
            for server in reply["servers"].as_array().into_iter().flatten() {
                if !server["id"].as_str().is_some_and(|id| self.before.contains(id)) {
                    let (id, name, metadata) = (&server["id"], &server["name"], &server["metadata"]);
                    told.push_str(&format!("  {caller} has {id}: {} {name} {metadata}\n", server["status"]));
                }
            }
        }
        told
    }

    fn journals(&self, reports: &str) -> PathBuf {
        self.folder.join(reports).join(".journal")
    }

    /// A run that goes on until it is ended.
    fn run(&self, reports: &str, seed: u64) -> Running {
        let reports = self.folder.join(reports);
        let mut command = probity();
        command.args(["run", "ecs-native", "--requests", "1000000", "--seed", &seed.to_string()]);
        command.arg("--profile").arg(self.folder.join("profile.yaml")).arg("--reports").arg(&reports);
        let child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("a run");
        Running { child, journals: reports.join(".journal") }
    }

    fn sweep(&self, reports: &str, further: &[&str]) -> Output {
        let mut command = probity();
        command.args(["sweep", "ecs-native", "--profile"]).arg(self.folder.join("profile.yaml"));
        command.arg("--journal").arg(self.journals(reports)).args(further).output().expect("it runs")
    }
}

struct Running {
    child: Child,
    journals: PathBuf,
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Running {
    /// Its id and what its journal holds so far.
    fn journal(&self) -> Option<(String, String)> {
        let path = std::fs::read_dir(&self.journals).ok()?.flatten().next()?.path();
        let text = std::fs::read_to_string(&path).ok()?;
        Some((path.file_stem()?.to_str()?.to_string(), text))
    }

    /// Waits until the journal holds so many creates; the run's id.
    async fn intents(&self, wanted: usize) -> String {
        for _ in 0..PATIENCE.as_millis() {
            if let Some((run, text)) = self.journal()
                && text.lines().filter(|line| line.starts_with("{\"intent\"")).count() >= wanted
            {
                return run;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        panic!("the run creates nothing")
    }

    fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args([name, &pid]).status().expect("kill runs").success());
    }

    async fn ended(&mut self) -> Option<i32> {
        for _ in 0..PATIENCE.as_millis() / 10 {
            if let Some(status) = self.child.try_wait().expect("a process of ours") {
                return status.code();
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("the run does not end")
    }
}

fn in_time<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(future)
}

/// Small and seeded: which moment, which half.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// Kills a run at a moment of the dice: so long after it began to create, or just after it has written down
/// that it is about to. The run's id.
async fn killed(cloud: &Cloud, reports: &str, seed: u64, dice: &mut Dice) -> String {
    let mut running = cloud.run(reports, seed);
    let run = if dice.below(2) == 0 {
        let run = running.intents(1).await;
        tokio::time::sleep(Duration::from_millis(dice.below(1_500))).await;
        run
    } else {
        let run = running.intents(1 + dice.below(20) as usize).await;
        tokio::time::sleep(Duration::from_micros(dice.below(4_000))).await;
        run
    };
    running.child.kill().expect("it runs until it is killed");
    running.child.wait().expect("it is dead");
    run
}

#[test]
fn after_a_kill_at_any_moment_a_sweep_leaves_nothing_with_the_journal_or_without_it() {
    let kills = number("PROBITY_KILLS").unwrap_or(12);
    let seed = number("PROBITY_KILL_SEED").unwrap_or_else(|| u64::from(std::process::id()));
    println!("{kills} kills; PROBITY_KILL_SEED={seed}");
    let cloud = Cloud::up("kills");
    let mut dice = Dice(seed);
    let (mut leaked, mut swept) = (0, 0);
    for kill in 0..kills {
        let reports = format!("kill-{kill}");
        let run = in_time(killed(&cloud, &reports, seed.wrapping_add(kill), &mut dice));
        leaked += u64::from(cloud.there() != cloud.before);
        let further: Vec<&str> = if kill % 2 == 0 {
            Vec::new()
        } else {
            std::fs::remove_dir_all(cloud.journals(&reports)).expect("the journal was there");
            vec!["--run", &run]
        };
        let output = cloud.sweep(&reports, &further);
        let code = output.status.code();
        assert_eq!(code, Some(0), "kill {kill} of seed {seed}: {}{}", told(&output), cloud.strangers());
        assert_eq!(cloud.there(), cloud.before, "kill {kill} of seed {seed}: {}{}", told(&output), cloud.strangers());
        let journals = std::fs::read_dir(cloud.journals(&reports)).into_iter().flatten().count();
        assert_eq!(journals, 0, "a journal without leftovers is not kept");
        swept += 1;
    }
    println!("{swept} sweeps; {leaked} of the kills had left something behind");
    assert!(leaked * 3 >= kills, "the kills have to come while something is there, or they show nothing");
}

#[test]
fn a_run_that_is_told_to_stop_deletes_what_it_created() {
    let cloud = Cloud::up("signals");
    for (signal, code) in [("-INT", 130), ("-TERM", 143)] {
        let reports = format!("signal{signal}");
        let mut running = cloud.run(&reports, 5);
        let ended = in_time(async {
            running.intents(3).await;
            running.signal(signal);
            running.ended().await
        });
        assert_eq!(ended, Some(code));
        assert_eq!(cloud.there(), cloud.before, "after {signal}");
        assert_eq!(std::fs::read_dir(cloud.journals(&reports)).unwrap().count(), 0);
    }
}

#[test]
fn a_run_that_lives_is_left_alone() {
    let cloud = Cloud::up("lives");
    let mut running = cloud.run("live", 7);
    let run = in_time(running.intents(2));
    let output = cloud.sweep("live", &["--run", &run]);
    assert_eq!(output.status.code(), Some(2), "{}", told(&output));
    let output = cloud.sweep("live", &[]);
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    assert!(!told(&output).contains("deleted:"), "{}", told(&output));
    // Without its journal only its marks speak for it: they have not expired.
    let output = cloud.sweep("elsewhere", &[]);
    assert!(!told(&output).contains("deleted:"), "{}", told(&output));
    running.signal("-INT");
    assert_eq!(in_time(running.ended()), Some(130));
    assert_eq!(cloud.there(), cloud.before);
}

#[test]
fn without_a_journal_expired_marks_are_swept_and_others_only_by_name() {
    let mut cloud = Cloud::up("marks");
    // Two runs of long ago; the things of one may be needed until the year 2200.
    let (old, young) = ("1jk2r00aaaaaa", "1jk2r00bbbbbb");
    let expired = cloud.create("owner", &format!("probity-{old}-1jk2s00-0-a"));
    let foreign = cloud.create("other", &format!("probity-{old}-1jk2s00-3-b"));
    let needed = cloud.create("owner", &format!("probity-{young}-6s00000-1-c"));
    let lookalike = cloud.create("owner", "probity-of-the-soul");
    cloud.before.insert(lookalike);
    let with = |ids: &[&String]| -> BTreeSet<String> {
        cloud.before.iter().cloned().chain(ids.iter().map(|id| (*id).clone())).collect()
    };
    let looked = cloud.sweep("none", &["--dry-run"]);
    assert_eq!(looked.status.code(), Some(0), "{}", told(&looked));
    assert!(told(&looked).contains(&expired) && told(&looked).contains(&foreign), "{}", told(&looked));
    assert_eq!(cloud.there(), with(&[&expired, &foreign, &needed]), "looking deletes nothing");
    let later = cloud.sweep("none", &["--older-than", "36500d"]);
    assert_eq!(later.status.code(), Some(0), "{}", told(&later));
    assert_eq!(cloud.there(), with(&[&expired, &foreign, &needed]), "they are not as old as that");
    let swept = cloud.sweep("none", &["--older-than", "2h"]);
    assert_eq!(swept.status.code(), Some(0), "{}", told(&swept));
    assert_eq!(cloud.there(), with(&[&needed]), "{}", told(&swept));
    assert!(told(&swept).contains(&format!("--run {young}")), "{}", told(&swept));
    let named = cloud.sweep("none", &["--run", young]);
    assert_eq!(named.status.code(), Some(0), "{}", told(&named));
    assert_eq!(cloud.there(), with(&[]), "{}", told(&named));
}
