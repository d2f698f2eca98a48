//! Commands in documents: the recipes of docs/CI.md, README.md and action.yml name verbs and flags that exist.

use super::args::Arguments;
use clap::Parser;
use std::path::Path;

/// The lines of a text that are a `probity` command, each as its words without the comment.
fn list_commands(text: &str) -> Vec<Vec<String>> {
    let lines = text.lines().map(|line| line.trim().trim_start_matches("$ ").trim_start_matches("- "));
    let commands = lines.filter(|line| line.starts_with("probity "));
    commands
        .map(|line| {
            // The variables of jobs in parallel.
            let line = line.replace("$SHARD", "1").replace("$CI_NODE_INDEX", "1").replace("$CI_NODE_TOTAL", "4");
            let command = line.split(" # ").next().unwrap_or(&line);
            command.split_whitespace().map(|word| word.trim_matches('"').to_string()).collect()
        })
        .collect()
}

fn check(file: &str, at_least: usize) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    let text = std::fs::read_to_string(&path).expect("the document is readable");
    let commands = list_commands(&text);
    assert!(commands.len() >= at_least, "{file}: {commands:?}");
    for command in commands {
        if let Err(error) = Arguments::try_parse_from(&command) {
            panic!("{file}: {}: {error}", command.join(" "));
        }
    }
}

#[test]
fn the_commands_of_the_documents_can_be_parsed() {
    check("docs/CI.md", 11);
    check("README.md", 5);
    check("docs/TUTORIAL.md", 10);
}

/// The blocks of YAML of a document.
fn read_yaml_blocks(file: &str) -> Vec<serde_json::Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    let text = std::fs::read_to_string(&path).expect("the document is readable");
    let blocks = text.split("```yaml\n").skip(1).map(|rest| rest.split("```").next().unwrap_or(rest));
    blocks
        .map(|block| serde_saphyr::from_str(block).unwrap_or_else(|error| panic!("{file}: {error}: {block}")))
        .collect()
}

#[test]
fn the_recipes_for_shards_are_yaml_and_run_and_merge_as_many_shards() {
    let blocks = read_yaml_blocks("docs/CI.md");
    assert!(blocks.len() >= 4, "{blocks:?}");
    let (github, gitlab) = (&blocks[blocks.len() - 2], &blocks[blocks.len() - 1]);
    let shards = github["jobs"]["shard"]["strategy"]["matrix"]["shard"].as_array().expect("a matrix");
    assert_eq!((shards.len(), gitlab["shard"]["parallel"].as_u64()), (4, Some(4)));
    for merge in [&github["jobs"]["merge"], &gitlab["merge"]] {
        let text = merge.to_string();
        assert!((1..=4).all(|shard| text.contains(&format!("shard-{shard}"))) && !text.contains("shard-5"), "{text}");
    }
    assert_eq!(github["jobs"]["merge"]["needs"], "shard");
}

#[test]
fn the_action_uses_options_of_run_that_exist() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("action.yml");
    let text = std::fs::read_to_string(path).expect("action.yml is readable");
    let words = text.split(|letter: char| !letter.is_ascii_lowercase() && letter != '-');
    let of_cargo = ["--locked", "--path", "--root"];
    let run: Vec<&str> = words.filter(|word| word.starts_with("--") && !of_cargo.contains(word)).collect();
    assert!(run.contains(&"--baseline") && run.contains(&"--seed"), "{run:?}");
    for option in run {
        let value = match option {
            "--only-new" => None,
            "--seed" => Some("1"),
            "--format" => Some("sarif"),
            _ => Some("x"),
        };
        let words = ["probity", "run", option].into_iter().chain(value);
        if let Err(error) = Arguments::try_parse_from(words) {
            panic!("action.yml: {option}: {error}");
        }
    }
}

#[test]
fn the_action_is_yaml_with_the_inputs_of_the_document() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("action.yml");
    let text = std::fs::read_to_string(path).expect("action.yml is readable");
    let action: serde_json::Value = serde_saphyr::from_str(&text).expect("action.yml is YAML");
    let inputs: Vec<&str> = action["inputs"].as_object().expect("inputs").keys().map(String::as_str).collect();
    assert_eq!(inputs, ["suites", "profile", "baseline", "seed", "reports"]);
}
