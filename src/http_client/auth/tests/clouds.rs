//! Clouds as OpenStack's clients read clouds: the token request.

use crate::http_client::TokenGrant;
use crate::profile::read_cloud;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A folder with files, whose paths are in `OS_CLIENT_CONFIG_FILE` and `OS_CLIENT_SECURE_FILE`.
struct CloudFiles {
    folder: PathBuf,
    variables: BTreeMap<String, String>,
}

impl CloudFiles {
    fn new(name: &str, files: &[(&str, &str)], variables: &[(&str, &str)]) -> CloudFiles {
        let folder = std::env::temp_dir().join(format!("probity-clouds-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let mut all = BTreeMap::from([("HOME".to_string(), folder.join("home").display().to_string())]);
        for (file, text) in files {
            let path = folder.join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, text).unwrap();
        }
        all.extend(variables.iter().map(|(name, value)| ((*name).to_string(), (*value).to_string())));
        CloudFiles { folder, variables: all }
    }

    fn path(&self, file: &str) -> String {
        self.folder.join(file).display().to_string()
    }

    /// Address, body and authority, or the error.
    fn read(&self, name: Option<&str>) -> Result<(String, String, Option<String>), String> {
        let environment = |name: &str| self.variables.get(name).cloned();
        match read_cloud(name, &environment) {
            Ok((keystone, authority)) => {
                let request = TokenGrant::build_request(&keystone);
                Ok((request.url, request.body.expose().to_string(), authority))
            }
            Err(error) => Err(format!("{}: {}; {}", error.place, error.cause, error.remedy)),
        }
    }
}

impl Drop for CloudFiles {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(Path::new(&self.folder));
    }
}

const CLOUDS: &str = "\
clouds:
  one:
    auth: { auth_url: https://id.example:5000, username: ada, project_name: works, project_domain_name: Default, user_domain_name: people }
    region_name: north
    cacert: /etc/ca.pem
  two:
    auth_type: v3applicationcredential
    auth: { auth_url: https://id.example/v3/, application_credential_id: 21, application_credential_secret: canary-app }
  loose: { auth: { auth_url: https://id.example, username: ada, password: canary }, verify: false }
  odd: { auth_type: v3oidcpassword, auth: { auth_url: https://id.example, password: canary } }
  bare: { auth: { auth_url: https://id.example, username: ada } }
";

fn files(name: &str, variables: &[(&str, &str)]) -> CloudFiles {
    let secure = "clouds: { one: { auth: { password: canary-password } } }";
    let mut files = CloudFiles::new(name, &[("c.yaml", CLOUDS), ("s.yaml", secure)], variables);
    for (variable, file) in [("OS_CLIENT_CONFIG_FILE", "c.yaml"), ("OS_CLIENT_SECURE_FILE", "s.yaml")] {
        files.variables.insert(variable.to_string(), files.path(file));
    }
    files
}

#[test]
fn a_cloud_is_read_with_the_additions_of_the_secure_file() {
    let expected = (
        "https://id.example:5000/v3/auth/tokens".to_string(),
        r#"{"auth":{"identity":{"methods":["password"],"password":{"user":{"name":"ada","domain":{"name":"people"},"password":"canary-password"}}},"scope":{"project":{"name":"works","domain":{"name":"Default"}}}}}"#.to_string(),
        Some("/etc/ca.pem".to_string()),
    );
    assert_eq!(files("a", &[]).read(Some("one")), Ok(expected.clone()));
    assert_eq!(files("b", &[("OS_CLOUD", "one")]).read(None), Ok(expected));
}

#[test]
fn an_application_credential_needs_neither_user_nor_scope() {
    let (url, body, _) = files("c", &[("OS_CLOUD", "one")]).read(Some("two")).unwrap();
    assert_eq!(url, "https://id.example/v3/auth/tokens");
    assert_eq!(
        body,
        r#"{"auth":{"identity":{"methods":["application_credential"],"application_credential":{"id":"21","secret":"canary-app"}}}}"#
    );
}

#[test]
fn variables_count_if_no_cloud_is_named() {
    let variables = [
        ("OS_AUTH_URL", "http://id.example/identity/v3"),
        ("OS_USERNAME", "ada"),
        ("OS_PASSWORD", "canary-password"),
        ("OS_PROJECT_ID", "0123"),
    ];
    let (url, body, _) = files("d", &variables).read(None).unwrap();
    assert_eq!(url, "http://id.example/identity/v3/auth/tokens");
    assert_eq!(
        body,
        r#"{"auth":{"identity":{"methods":["password"],"password":{"user":{"name":"ada","domain":{"id":"default"},"password":"canary-password"}}},"scope":{"project":{"id":"0123"}}}}"#
    );
}

#[test]
fn a_file_in_the_users_configuration_is_found_and_its_only_cloud_taken() {
    let text =
        "clouds: { only: { auth: { auth_url: https://id.example, user_id: 7, password: p, system_scope: all } } }";
    let files = CloudFiles::new("e", &[("home/.config/openstack/clouds.yaml", text)], &[]);
    let (_, body, _) = files.read(None).unwrap();
    assert!(
        body.contains(r#""user":{"id":"7","password":"p"}"#) && body.ends_with(r#""scope":{"system":{"all":true}}}}"#),
        "{body}"
    );
}

#[test]
fn errors_of_clouds_name_the_cause_and_never_a_value() {
    let files = files("f", &[]);
    for (cloud, words) in [
        (None, "names none"),
        (Some("three"), "the file has no cloud `three`; name one of: bare, loose, odd, one, two"),
        (Some("loose"), "certificates are always checked"),
        (Some("odd"), "the `auth_type` `v3oidcpassword` is not supported"),
        (Some("bare"), "`password` is missing"),
    ] {
        let error = files.read(cloud).unwrap_err();
        assert!(error.contains(words) && error.contains("c.yaml") && !error.contains("canary"), "{error}");
    }
    let mut torn = CloudFiles::new("g", &[("c.yaml", "clouds: {one: [canary\n")], &[]);
    torn.variables.insert("OS_CLIENT_CONFIG_FILE".to_string(), torn.path("c.yaml"));
    let error = torn.read(Some("one")).unwrap_err();
    assert!(!error.contains("canary"), "{error}");
    let nothing = CloudFiles::new("h", &[], &[]);
    assert!(nothing.read(None).unwrap_err().contains("OS_AUTH_URL"));
}

/// Checks the token request of the only cloud in a file: its user and its scope.
fn check_cloud(name: &str, cloud: &str, user: &str, scope: &str) {
    let text = format!("clouds: {{ only: {cloud} }}");
    let files = CloudFiles::new(name, &[("home/.config/openstack/clouds.yaml", &text)], &[]);
    let (_, body, _) = files.read(None).unwrap_or_else(|error| panic!("{name}: {error}"));
    let expected = format!(
        r#"{{"auth":{{"identity":{{"methods":["password"],"password":{{"user":{{{user},"password":"p"}}}}}}{scope}}}}}"#
    );
    assert_eq!(body, expected, "{name}");
}

#[test]
fn domains_are_read_as_openstacksdk_reads_them() {
    let scope = |project: &str| format!(r#","scope":{{"project":{{{project}}}}}"#);
    let base = "auth_url: https://id.example, username: ada, password: p";
    check_cloud(
        "one-domain",
        &format!("{{ auth: {{ {base}, project_name: works, domain_name: people }} }}"),
        r#""name":"ada","domain":{"name":"people"}"#,
        &scope(r#""name":"works","domain":{"name":"people"}"#),
    );
    check_cloud(
        "one-domain-beside-auth",
        &format!("{{ auth: {{ {base}, project-name: works }}, domain-id: d1 }}"),
        r#""name":"ada","domain":{"id":"d1"}"#,
        &scope(r#""name":"works","domain":{"id":"d1"}"#),
    );
    check_cloud(
        "own-domain-first",
        &format!("{{ auth: {{ {base}, tenant_name: works, domain_name: people, user_domain_name: staff }} }}"),
        r#""name":"ada","domain":{"name":"staff"}"#,
        &scope(r#""name":"works","domain":{"name":"people"}"#),
    );
    check_cloud(
        "only-the-users-domain",
        &format!("{{ auth: {{ {base}, project_name: works, user_domain_name: people }} }}"),
        r#""name":"ada","domain":{"name":"people"}"#,
        &scope(r#""name":"works""#),
    );
    check_cloud(
        "default-domain",
        &format!("{{ auth: {{ {base}, project_name: works, user_domain_name: people, default_domain_id: d }} }}"),
        r#""name":"ada","domain":{"name":"people"}"#,
        &scope(r#""name":"works","domain":{"id":"d"}"#),
    );
    check_cloud(
        "domain-scope",
        &format!("{{ auth: {{ {base}, user_domain_id: d1, domain_name: people }} }}"),
        r#""name":"ada","domain":{"id":"d1"}"#,
        r#","scope":{"domain":{"name":"people"}}"#,
    );
}

#[test]
fn ids_of_digits_stay_as_they_are_written() {
    for id in
        ["0123", "01234567890123456789012345678901", "12345678901234567890123456789012", "1234e567", "0x1f", "1_0"]
    {
        check_cloud(
            &format!("digits-{id}"),
            &format!("{{ auth: {{ auth_url: https://id.example, user_id: {id}, password: p, project_id: {id} }} }}"),
            &format!(r#""id":"{id}""#),
            &format!(r#","scope":{{"project":{{"id":"{id}"}}}}"#),
        );
    }
}

#[test]
fn further_entries_are_read_or_named_in_an_error() {
    let auth = "auth: { auth_url: https://id.example, user_id: u, password: canary }";
    let many = format!(
        "{{ {auth}, region_name: north, interface: internal, verify: yes, regions: [{{name: a}}], networks: [], \
         cacert: ~/ca.pem, identity_api_version: 3 }}"
    );
    let text = format!("clouds: {{ only: {many} }}\ncache: {{ expiration: {{ server: 5 }} }}\n");
    let files = CloudFiles::new("many", &[("home/.config/openstack/clouds.yml", &text)], &[]);
    assert_eq!(files.read(None).unwrap().2, Some(files.path("home/ca.pem")));
    for (entry, words) in [
        ("verify: 'false'", "`verify: false` is not supported"),
        ("insecure: true", "`insecure: true` is not supported"),
        ("identity_api_version: '2.0'", "only version 3"),
        ("cert: a.pem", "`connection`"),
        ("trust_id: t", "`trust_id` is not supported"),
        ("auth_type: v3token", "X-Auth-Token"),
    ] {
        let text = format!("clouds: {{ only: {{ {auth}, {entry} }} }}");
        let files = CloudFiles::new("further", &[("home/.config/openstack/clouds.yaml", &text)], &[]);
        let error = files.read(None).unwrap_err();
        assert!(error.contains(words) && error.contains("clouds.yaml") && !error.contains("canary"), "{error}");
    }
}

#[test]
fn a_vendors_profile_comes_from_its_file_and_the_cloud_overwrites_it() {
    let clouds = "clouds: { only: { profile: vexed, auth: { username: ada, password: p, project_name: works } } }";
    let vendors =
        "public-clouds: { vexed: { auth: { auth_url: https://vendor.example, username: x, domain_name: v } } }";
    let mut files = CloudFiles::new("vendor", &[("home/.config/openstack/clouds.json", clouds)], &[]);
    let error = files.read(None).unwrap_err();
    assert!(error.contains("no file contains; add `auth_url` to the cloud"), "{error}");
    std::fs::write(files.folder.join("v.yaml"), vendors).unwrap();
    files.variables.insert("OS_CLIENT_VENDOR_FILE".to_string(), files.path("v.yaml"));
    let (url, body, _) = files.read(None).unwrap();
    assert_eq!(url, "https://vendor.example/v3/auth/tokens");
    assert!(body.contains(r#""user":{"name":"ada","domain":{"name":"v"}"#), "{body}");
}

#[test]
fn a_pipe_in_place_of_a_cloud_file_is_refused() {
    let files = CloudFiles::new("pipe", &[("home/.config/openstack/x", "")], &[]);
    let path = files.folder.join("home/.config/openstack/clouds.yaml");
    let made = std::process::Command::new("mkfifo").arg(&path).status().unwrap();
    assert!(made.success());
    let error = files.read(None).unwrap_err();
    assert!(error.contains("names a pipe, not a regular file"), "{error}");
}
