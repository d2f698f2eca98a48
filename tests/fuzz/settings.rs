//! Files of users: profiles and clouds.

use crate::runner::InputFate;
use probity::profile::{Profile, ProfileError};

/// What a command or a file of the machine would say is no part of parsing.
fn reads_the_machine(text: &str) -> bool {
    ["command", "file:", "\\"].iter().any(|mark| text.contains(mark))
}

/// A profile is read, or refused with a place inside of the file and without the credential.
pub fn check_profile(bytes: &[u8]) -> Result<InputFate, String> {
    let text = String::from_utf8_lossy(bytes);
    if reads_the_machine(&text) {
        return Ok(InputFate::Refused);
    }
    check_refusal(&text, &|name| (name == "KEY").then(|| "canary-of-the-environment".to_string()))
}

fn check_refusal(text: &str, environment: &dyn Fn(&str) -> Option<String>) -> Result<InputFate, String> {
    let parse = || Profile::parse(text, "profile.yaml", environment);
    match (parse(), parse()) {
        (Ok(profile), Ok(_)) => {
            let shown = format!("{profile:?}");
            if shown.contains("canary-of-the-environment") {
                Err(format!("a credential: {shown}"))
            } else {
                Ok(InputFate::Read)
            }
        }
        (Err(first), Err(second)) if first == second => check_error(text, &first),
        _ => Err("the second reading differs".into()),
    }
}

fn check_error(text: &str, error: &ProfileError) -> Result<InputFate, String> {
    // A parser names the line after the last one for an end that comes too soon.
    let last = text.split('\n').count() as u64 + 1;
    let shown = error.to_string();
    if error.cause.is_empty() || error.remedy.is_empty() || error.line > last {
        return Err(format!("the refusal says too little: {shown}"));
    }
    if shown.contains("canary-of-the-environment") {
        return Err(format!("a credential: {shown}"));
    }
    Ok(InputFate::Refused)
}

/// A file of clouds is read by a profile, or refused without the password.
pub fn check_clouds(bytes: &[u8]) -> Result<InputFate, String> {
    if reads_the_machine(&String::from_utf8_lossy(bytes)) {
        return Ok(InputFate::Refused);
    }
    let file = tempfile::NamedTempFile::with_suffix(".yaml").map_err(|error| error.to_string())?;
    std::fs::write(file.path(), bytes).map_err(|error| error.to_string())?;
    let path = file.path().display().to_string();
    let environment = |name: &str| match name {
        "OS_CLIENT_CONFIG_FILE" => Some(path.clone()),
        "HOME" => Some("/nonexistent".to_string()),
        _ => None,
    };
    let profile = "\
endpoint: https://lamps.example
identities:
  owner: { auth: { openstack-cloud: { cloud: one } } }
";
    let fate = check_refusal(profile, &environment)?;
    match Profile::parse(profile, "profile.yaml", &environment) {
        Err(error) if error.to_string().contains("canary-of-the-cloud") => Err(format!("a credential: {error}")),
        _ => Ok(fate),
    }
}
