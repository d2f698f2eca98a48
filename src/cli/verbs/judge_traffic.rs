//! `probity judge` with a HAR file: the traffic of another client, judged without the endpoint.

use super::judged_summary::print_judgement;
use crate::cli::args::JudgeArguments;
use crate::cli::config::ALLOW_UNDECIDED;
use crate::cli::embedded::find_store;
use crate::history::{FORMAT, HistoryHeader, LearnedSecrets, SecretFilter, remember_secrets};
use crate::oracle::judge_stream;
use crate::profile::Profile;
use crate::session::{
    ClausePatterns, ExitKind, LoadedSuite, RunStart, STATES_MAX, UserError, load_profile, suggest_name,
    warn_of_credentials,
};
use crate::terminal;
use crate::traffic::{BaseAddress, HAR_BYTES_MAX, HarError, Traffic, TrafficSettings, is_har};
use flate2::bufread::MultiGzDecoder;
use probity_input::{has_url_secret, open_input_file};
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

/// The first bytes of a compressed file (RFC 1952).
const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

/// The content of a HAR file, plain or compressed; none for another file. The content tells, and the name of a file whose
/// content is damaged.
///
/// # Errors
/// If the file cannot be read, or is too long.
pub(super) fn read_har_file(path: &Path) -> Result<Option<Vec<u8>>, UserError> {
    let unreadable = |error: std::io::Error| {
        let cause = format!("the file cannot be read: {error}");
        UserError::input(path.display().to_string(), cause, "check that the file is whole and readable")
    };
    let mut file = BufReader::new(open_input_file(path).map_err(UserError::from_input_file)?);
    let is_compressed = file.fill_buf().map_err(unreadable)?.starts_with(&GZIP_MAGIC);
    let mut input: Box<dyn BufRead> = match is_compressed {
        true => Box::new(BufReader::new(MultiGzDecoder::new(file))),
        false => Box::new(file),
    };
    let name = path.file_name().map(|name| name.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
    let is_named = name.ends_with(".har") || name.ends_with(".har.gz");
    // A damaged history has an error of its own.
    let begins = input.fill_buf().map(is_har);
    match begins {
        Ok(true) => {}
        Err(error) if is_named => return Err(unreadable(error)),
        _ if is_named => {}
        _ => return Ok(None),
    }
    let mut bytes = Vec::new();
    input.take(HAR_BYTES_MAX + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > HAR_BYTES_MAX {
        let cause = format!("the content is longer than {HAR_BYTES_MAX} bytes");
        return Err(UserError::input(path.display().to_string(), cause, "split the file, or export fewer entries"));
    }
    Ok(Some(bytes))
}

/// Judges the entries of a HAR file and prints the summary.
pub(super) fn judge_traffic(arguments: &JudgeArguments, bytes: &[u8]) -> Result<ExitKind, UserError> {
    let file = arguments.history.display().to_string();
    let store = find_store()?;
    let Some(suite) = &arguments.suite else {
        let known = store.list_suites()?;
        let names: Vec<&str> = known.iter().map(String::as_str).collect();
        let cause = format!("{file} is a HAR file, which does not name the suite that judges it");
        return Err(UserError::usage("--suite", cause, format!("give --suite; {}", suggest_name("", &names))));
    };
    let convert = |error: HarError| UserError::input(format!("{file}: {}", error.place), error.cause, error.remedy);
    let traffic = Traffic::read(bytes).map_err(convert)?;
    let name = store.select_suites(std::slice::from_ref(suite))?.remove(0);
    let profile = load_profile(arguments.profile.as_deref())?;
    if let Some(warning) = warn_of_credentials(&profile) {
        terminal::print_error_line(&warning);
    }
    let today = traffic.find_date();
    let loaded = store.load(&name, &today)?.with_open_pools(&profile.pools, &today)?;
    let allowed = ClausePatterns::new(ALLOW_UNDECIDED, &arguments.allow_undecided)?;
    allowed.check_matching(ALLOW_UNDECIDED, std::slice::from_ref(&loaded))?;
    let (base, origin) = choose_base(arguments, &profile, &traffic, &loaded)?;
    let target = format!("none; {file} was recorded at {base} ({origin})");
    terminal::print_line(&store.describe_origin(std::slice::from_ref(&loaded), &target));
    let header = make_header(&loaded, &base, &traffic, &profile);
    let (learned, salt) = (LearnedSecrets::default(), RunStart::now().make_salt());
    let literals = || profile.identities.list_credentials().map(|credential| credential.expose());
    remember_secrets(&salt, literals(), learned.clone());
    let secrets = SecretFilter::new(&salt)
        .with_names(profile.secrets.iter().map(String::as_str))
        .with_literals(literals())
        .with_learned(learned.clone());
    let (records, counts) = traffic.arrange_records(TrafficSettings {
        model: &loaded.model,
        schemas: &loaded.schemas,
        base: &base,
        identities: &profile.identities,
        recognisers: &profile.recognise,
        secrets: &secrets,
        learned: &learned,
        header: &header,
    });
    let records = records.map(Ok::<_, Infallible>);
    let Ok(judged) = judge_stream(records, &loaded.model, &loaded.schemas, STATES_MAX);
    counts.describe().iter().for_each(|line| terminal::print_line(line));
    Ok(print_judgement(&loaded, &header, judged, &allowed))
}

/// The address of the API, and where it is from.
fn choose_base(
    arguments: &JudgeArguments,
    profile: &Profile,
    traffic: &Traffic,
    loaded: &LoadedSuite,
) -> Result<(BaseAddress, &'static str), UserError> {
    let parse = |text: &str, place: &str| {
        let remedy = "write the whole address, such as https://compute.example.org/v2";
        BaseAddress::parse(text).map_err(|error| UserError::usage(place, error.to_string(), remedy))
    };
    if let Some(address) = &arguments.base_url {
        if has_url_secret(address) {
            let cause = "the address contains a credential";
            return Err(UserError::usage("--base-url", cause, "leave out user name, password and parameters"));
        }
        return Ok((parse(address, "--base-url")?, "--base-url"));
    }
    if let Some(address) = profile.find_endpoint(&loaded.name) {
        return Ok((parse(address, "the address of the profile")?, "the profile"));
    }
    let inferred = traffic.infer_base(&loaded.schemas).map(|base| (base, "the address with most calls of the suite"));
    inferred.ok_or_else(|| {
        let cause = format!("no entry is a call of the suite {}", loaded.name);
        let remedy = "give another --suite, or the address of the API with --base-url";
        UserError::input(arguments.history.display().to_string(), cause, remedy)
    })
}

fn make_header(loaded: &LoadedSuite, base: &BaseAddress, traffic: &Traffic, profile: &Profile) -> HistoryHeader {
    HistoryHeader {
        format: FORMAT,
        suite: loaded.name.clone(),
        suite_digest: loaded.suite.digest.clone(),
        endpoint: base.to_string(),
        today: loaded.model.today.clone(),
        pools: BTreeMap::new(),
        settle_percent: profile.settle_percent,
        plan: 0,
        started: Some(traffic.find_start()),
        earlier_resources: true,
        shortened: false,
        omitted: 0,
    }
}
