//! Files that runs write: histories, plans and journals; and the bodies of responses.

use crate::runner::InputFate;
use crate::suites::LAMPS;
use probity::cleanup::{JournalLines, read_entries, read_journal};
use probity::history::{History, parse_bounded_json, read_histories, write_history};
use probity::model::Model;
use probity::plan::Plan;
use probity::session::parse_plan;
use probity::suite::parse_suite;
use std::io::Write;
use std::sync::{Arc, LazyLock};

pub(crate) static MODEL: LazyLock<Model> = LazyLock::new(|| {
    let suite = parse_suite("lamps.yaml", include_str!("../data/lamps/suites/lamps.yaml"), &LAMPS.catalog);
    let suite = Arc::new(suite.expect("the suite of the lamps"));
    Model::new(suite, &LAMPS, "2026-01-01").expect("the model of the lamps")
});

/// Histories are written as they were read; an error has a line of the file.
pub fn check_history(bytes: &[u8]) -> Result<InputFate, String> {
    let read = |bytes: &[u8]| read_histories(&mut std::io::BufReader::new(bytes), "history.jsonl");
    match read(bytes) {
        Ok((histories, _)) => {
            let written = write_histories(&histories)?;
            let (again, torn) = read(&written).map_err(|error| format!("what was written is not read: {error}"))?;
            if torn.is_some() || write_histories(&again)? != written {
                return Err(format!("written as {}", String::from_utf8_lossy(&written)));
            }
            Ok(InputFate::Read)
        }
        Err(error) => {
            let lines = bytes.split(|byte| *byte == b'\n').count() + 1;
            if error.line > lines || error.cause.is_empty() {
                Err(format!("of {lines} lines: {error}"))
            } else {
                Ok(InputFate::Refused)
            }
        }
    }
}

pub(crate) fn write_histories(histories: &[History]) -> Result<Vec<u8>, String> {
    let mut written = Vec::new();
    histories.iter().try_for_each(|history| write_history(history, &mut written)).map_err(|error| error.to_string())?;
    Ok(written)
}

/// A plan is written as it was read; a refusal has a cause.
pub fn check_plan(bytes: &[u8]) -> Result<InputFate, String> {
    match parse_plan("plan.json", bytes, None) {
        Ok(plan) => {
            let written = serde_json::to_vec(&plan).map_err(|error| error.to_string())?;
            let again: Plan = parse_plan("plan.json", &written, Some(&plan.suite))
                .map_err(|error| format!("what was written is not read: {}", error.cause))?;
            if again == plan {
                Ok(InputFate::Read)
            } else {
                Err(format!("written as {}", String::from_utf8_lossy(&written)))
            }
        }
        Err(error) if error.cause.is_empty() || error.remedy.is_empty() => Err("the refusal says too little".into()),
        Err(_) => Ok(InputFate::Refused),
    }
}

/// The entries of a journal are written as they were read; no line of the file is lost without a word.
pub fn check_journal(bytes: &[u8]) -> Result<InputFate, String> {
    let lines = read_bytes(bytes)?;
    let written_lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).count();
    if lines.entries.len() + lines.unread.len() != written_lines {
        return Err(format!(
            "{} lines are {} entries and {} unread",
            written_lines,
            lines.entries.len(),
            lines.unread.len()
        ));
    }
    let content = read_entries(&MODEL, "run", &lines);
    if content.created.len() > lines.entries.len() * 1000 {
        return Err("more resources than a journal can name".into());
    }
    let mut written = Vec::new();
    for entry in &lines.entries {
        serde_json::to_writer(&mut written, entry).map_err(|error| error.to_string())?;
        written.push(b'\n');
    }
    let again = read_bytes(&written)?;
    // Lines that differ in white space only are written as the same, and then repeat each other.
    let mut expected = lines.entries.clone();
    let mut seen = Vec::new();
    expected.retain(|entry| {
        let new = !seen.contains(entry);
        seen.push(entry.clone());
        new
    });
    if again.entries == expected {
        Ok(InputFate::Read)
    } else {
        Err(format!("written as {}", String::from_utf8_lossy(&written)))
    }
}

fn read_bytes(bytes: &[u8]) -> Result<JournalLines, String> {
    let mut file = tempfile::NamedTempFile::new().map_err(|error| error.to_string())?;
    file.write_all(bytes).map_err(|error| error.to_string())?;
    read_journal(file.path()).map_err(|error| error.to_string())
}

/// The body of a response is read as `serde_json` reads it, or not at all.
pub fn check_bounded_json(bytes: &[u8]) -> Result<InputFate, String> {
    let text = String::from_utf8_lossy(bytes);
    let theirs = serde_json::from_str::<serde_json::Value>(&text).ok();
    match (parse_bounded_json(&text), theirs) {
        (Ok(ours), Some(theirs)) if ours == theirs => Ok(InputFate::Read),
        (Ok(ours), theirs) => Err(format!("read as {ours} and by serde_json as {theirs:?}")),
        // Small texts are within the bounds of values; nesting is bounded at 100 here and at 128 there.
        (Err(error), Some(_)) if !error.to_string().contains("deep") && !error.to_string().contains("nest") => {
            Err(format!("refused and read by serde_json: {error}"))
        }
        (Err(_), _) => Ok(InputFate::Refused),
    }
}
