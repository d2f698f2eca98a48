//! docs/TUTORIAL.md: its commands are executed in order at a shop, and its changes are applied.

use super::http_end_to_end::{make_folder, probity_command, to_text};
use super::shop_server::ShopServer;
use std::path::Path;

/// A part of the tutorial.
enum TutorialStep {
    /// A command without `probity`, and the exit code that the page names.
    Command { words: Vec<String>, exit: Option<i32> },
    /// Lines that are replaced by other lines.
    Change { old: String, new: String },
}

fn read_steps(text: &str) -> Vec<TutorialStep> {
    let mut steps = Vec::new();
    for (index, block) in text.split("\n```").enumerate().filter(|(index, _)| index % 2 == 1) {
        let (language, lines) = block.split_once('\n').expect("a block has a language and lines");
        match language {
            "console" => {
                for line in lines.lines().filter_map(|line| line.strip_prefix("$ probity ")) {
                    let (command, comment) = line.split_once(" # ").unwrap_or((line, ""));
                    let words = command.split_whitespace().map(str::to_string).collect();
                    let exit = comment.trim().strip_prefix("exit ").map(|it| it.parse().expect("a number"));
                    steps.push(TutorialStep::Command { words, exit });
                }
            }
            "diff" => {
                let side = |sign: char| {
                    let own = lines.lines().filter_map(|line| line.strip_prefix(sign));
                    own.collect::<Vec<_>>().join("\n")
                };
                steps.push(TutorialStep::Change { old: side('-'), new: side('+') });
            }
            other => panic!("block {index}: `{other}` is neither a command nor a change"),
        }
    }
    steps
}

/// Applies a change to the file that has the old lines.
fn apply_change(folder: &Path, old: &str, new: &str) {
    let files = ["suites/shop.yaml", "profile.yaml"].map(|file| folder.join(file));
    let found = files.iter().filter_map(|file| Some((file, std::fs::read_to_string(file).ok()?)));
    let matching: Vec<_> = found.filter(|(_, text)| text.contains(old)).collect();
    let [(file, text)] = matching.as_slice() else { panic!("{} files have the lines\n{old}", matching.len()) };
    assert_eq!(text.matches(old).count(), 1, "{old}");
    std::fs::write(file, remove_questions(&text.replace(old, new))).expect("the file is written");
}

/// A suite without the comments of its questions.
pub fn remove_questions(text: &str) -> String {
    let mut kept = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        inside = line.trim_start().starts_with('#') && (inside || line.contains("# TODO "));
        if !inside {
            kept.push(line);
        }
    }
    kept.join("\n") + "\n"
}

#[test]
fn the_tutorial_leads_from_the_description_to_a_run_without_deviation() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(root.join("docs/TUTORIAL.md")).expect("the tutorial is readable");
    let folder = make_folder("tutorial");
    let server = ShopServer::start(None);
    std::fs::copy(root.join("tests/data/shop/shop.openapi.yaml"), folder.join("shop.openapi.yaml")).expect("a copy");
    let mut commands = 0;
    for step in read_steps(&text) {
        let (words, exit) = match step {
            TutorialStep::Change { old, new } => {
                apply_change(&folder, &old, &new);
                continue;
            }
            TutorialStep::Command { words, exit } => (words, exit),
        };
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let output = probity_command(&folder, &words).env("SHOP_KEY", "shop-key").output().expect("the command runs");
        let (code, text) = (output.status.code(), to_text(&output.stdout) + &to_text(&output.stderr));
        match exit {
            Some(exit) => assert_eq!(code, Some(exit), "{words:?}\n{text}"),
            // A run may leave a clause undecided, which depends on the requests.
            None => assert!(matches!(code, Some(0 | 3)), "{words:?}: {code:?}\n{text}"),
        }
        commands += 1;
        if words.starts_with(&["init", "profile"]) {
            let path = folder.join("profile.yaml");
            let text = std::fs::read_to_string(&path).expect("the profile is readable");
            // The tutorial's address is that of the description; a service in the real world needs no rate of 0.
            let text = text.replace("127.0.0.1:8080", &server.address.to_string()).replace("rate: 5", "rate: 0");
            let text = text + "settle_percent: 1\n";
            std::fs::write(&path, text).expect("the profile is written");
        }
    }
    assert!(commands >= 10, "only {commands} commands");
}
