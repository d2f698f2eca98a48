//! The rooms of `src/`: imports run one way, and no vendor is named outside of readers and auth.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Each room with what it may import, as `docs/DESIGN.md` draws it.
const ROOMS: &[(&str, &[&str])] = &[
    ("expr", &[]),
    ("schema", &[]),
    ("pages", &["schema"]),
    ("suite", &["expr", "schema"]),
    ("model", &["expr", "schema", "suite", "history"]),
    ("plan", &["expr", "schema", "suite", "model", "history"]),
    ("history", &["schema"]),
    ("endpoint", &["expr", "schema", "history"]),
    ("profile", &["expr", "history", "endpoint"]),
    ("mock", &["expr", "schema", "suite", "model", "history", "endpoint"]),
    ("http_client", &["history", "endpoint", "profile"]),
    ("http_server", &["schema", "history", "endpoint"]),
    ("limits", &["profile"]),
    ("run", &["schema", "plan", "history", "endpoint", "limits"]),
    ("oracle", &["expr", "schema", "suite", "model", "history"]),
    ("shrink", &["plan"]),
    ("cleanup", &["expr", "schema", "suite", "model", "plan", "history", "endpoint", "run"]),
    (
        "campaign",
        &[
            "expr", "schema", "suite", "model", "plan", "history", "endpoint", "mock", "limits", "run", "cleanup",
            "oracle", "shrink",
        ],
    ),
    ("report", &["expr", "schema", "suite", "model", "plan", "history", "oracle", "campaign"]),
    (
        "session",
        &[
            "expr",
            "schema",
            "suite",
            "model",
            "plan",
            "history",
            "endpoint",
            "profile",
            "mock",
            "http_client",
            "limits",
            "run",
            "cleanup",
            "oracle",
            "campaign",
            "report",
        ],
    ),
    (
        "conformance",
        &[
            "model",
            "history",
            "endpoint",
            "profile",
            "http_client",
            "limits",
            "run",
            "oracle",
            "campaign",
            "report",
            "session",
        ],
    ),
    (
        "cli",
        &[
            "schema",
            "pages",
            "suite",
            "model",
            "plan",
            "history",
            "endpoint",
            "profile",
            "mock",
            "http_server",
            "limits",
            "run",
            "cleanup",
            "oracle",
            "campaign",
            "report",
            "session",
        ],
    ),
];

/// Crates of the command line, which a user's test binary does not need.
const CLI_CRATES: [&str; 3] = ["clap", "indicatif", "include_dir"];

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> =
        fs::read_dir(folder).expect("a folder of sources").map(|entry| entry.expect("an entry").path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

/// Each source file with its module: a folder of `src/`, or a crate beside it.
fn sources() -> Vec<(String, PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    for (top, crate_room) in
        [("src", None), ("crates/probity-schema/src", Some("schema")), ("crates/probity-pages/src", Some("pages"))]
    {
        let top = root.join(top);
        let mut paths = Vec::new();
        files(&top, &mut paths);
        for path in paths {
            let first = path.strip_prefix(&top).expect("below the folder").components().next().expect("a name");
            let first = first.as_os_str().to_string_lossy().trim_end_matches(".rs").to_string();
            let text = fs::read_to_string(&path).expect("a source file");
            found.push((crate_room.map_or(first, str::to_string), path, text));
        }
    }
    found
}

/// What stands before the tests of a file.
fn shipped(text: &str) -> &str {
    text.split("#[cfg(test)]\nmod tests {").next().unwrap_or(text)
}

fn is_test(path: &Path) -> bool {
    path.components().any(|part| part.as_os_str() == "tests") || path.ends_with("tests.rs")
}

#[test]
fn imports_run_one_way() {
    let mut wrong = Vec::new();
    for (room, path, text) in sources().iter().filter(|(_, path, _)| !is_test(path)) {
        if room == "lib" || room == "main" {
            continue;
        }
        let (_, allowed) = ROOMS
            .iter()
            .find(|(name, _)| name == room)
            .unwrap_or_else(|| panic!("the room `{room}` is not in the list above"));
        for (number, line) in shipped(text).lines().enumerate() {
            let line = line.split("//").next().unwrap_or("");
            for part in line.split("crate::").skip(1) {
                let named: String = part.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect();
                let known = ROOMS.iter().any(|(name, _)| *name == named);
                if known && named != *room && !allowed.contains(&named.as_str()) {
                    wrong.push(format!("{}:{}: {room} imports {named}", path.display(), number + 1));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn only_the_command_line_imports_its_crates() {
    let mut wrong = Vec::new();
    for (room, path, text) in sources().iter().filter(|(room, _, _)| room != "cli" && room != "schema") {
        for (number, line) in text.lines().enumerate() {
            let imports = |name: &str| line.split("//").next().is_some_and(|code| code.contains(&format!("{name}::")));
            for name in CLI_CRATES.iter().filter(|name| imports(name)) {
                wrong.push(format!("{}:{}: {room} imports {name}", path.display(), number + 1));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_rooms_have_no_circles() {
    let direct = |room: &str| {
        ROOMS.iter().find(|(name, _)| *name == room).map(|(_, allowed)| allowed.to_vec()).unwrap_or_default()
    };
    for (room, _) in ROOMS {
        let mut reached: BTreeSet<&str> = BTreeSet::new();
        let mut open = direct(room);
        while let Some(next) = open.pop() {
            if reached.insert(next) {
                open.extend(direct(next));
            }
        }
        assert!(!reached.contains(room), "`{room}` reaches itself through {reached:?}");
    }
}

#[test]
fn each_room_says_what_it_is_for() {
    for (room, path, text) in sources() {
        if path.ends_with(format!("{room}/mod.rs")) || path.ends_with(format!("probity-{room}/src/lib.rs")) {
            assert!(text.starts_with("//! "), "{} does not begin with what the room is for", path.display());
        }
    }
}

/// Names of operations, states and fields of the committed suites, and of vendors.
fn vendor_words() -> BTreeSet<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas");
    let mut words: BTreeSet<String> =
        ["openstack", "nova", "cinder", "huawei", "samsung", "opentelekom"].into_iter().map(str::to_string).collect();
    for entry in fs::read_dir(root).expect("schemas").map(|entry| entry.expect("an entry").path()) {
        let catalog = fs::read_to_string(entry.join("catalog.json")).expect("a catalog");
        let catalog: serde_json::Value = serde_json::from_str(&catalog).expect("JSON");
        for operation in catalog["operations"].as_array().expect("operations") {
            let id = operation["id"].as_str().expect("an id");
            // A word of one part is a word of the language too (`reboot`).
            if id.chars().any(char::is_uppercase) {
                words.insert(id.to_string());
            }
        }
    }
    for state in ["VERIFY_RESIZE", "REVERT_RESIZE", "SHUTOFF", "HARD_REBOOT", "in-use"] {
        words.insert(format!("\"{state}\""));
    }
    words
}

#[test]
fn nothing_names_a_vendor_outside_of_page_readers_and_authentication() {
    let words = vendor_words();
    let mut wrong = Vec::new();
    for (room, path, text) in sources().iter().filter(|(_, path, _)| !is_test(path)) {
        let auth = path.components().any(|part| part.as_os_str().to_string_lossy().starts_with("auth"));
        if room == "pages" || auth {
            continue;
        }
        for (number, line) in shipped(text).lines().enumerate() {
            let code = line.split("//").next().unwrap_or("");
            for word in words.iter().filter(|word| code.to_lowercase().contains(&word.to_lowercase())) {
                wrong.push(format!("{}:{}: {word}", path.display(), number + 1));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
