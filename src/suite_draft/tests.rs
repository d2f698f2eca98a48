use super::{ProfileFacts, SuiteDraft, draft_profile, draft_suite};
use crate::schema::catalog::Citation;
use crate::schema::{CatalogFolder, CompiledCatalog};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn folder(api: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas").join(api)
}

fn load(api: &str) -> CompiledCatalog {
    CompiledCatalog::load(&CatalogFolder(folder(api))).expect("the catalog loads")
}

fn check(api: &str, parts: &[&str]) -> SuiteDraft {
    let draft = draft_suite(api, &load(api));
    for part in parts {
        assert!(draft.text.contains(part), "{api} lacks {part}\n{}", draft.text);
    }
    draft
}

#[test]
fn kinds_come_from_paths_and_their_states_from_the_field() {
    let draft = check("openstack-volume", &["  volume:\n    id: it.id\n    state: status\n", "  snapshot:\n"]);
    assert_eq!(draft.kinds, ["volume", "snapshot"]);
}

#[test]
fn a_create_that_names_a_resource_needs_the_resource_and_a_deletion_leaves_it_alone() {
    let guard = "world.snapshot.all(other, other.volume_id != volume.id)";
    let about = "volume: body.snapshot.volume_id";
    check("openstack-volume", &[guard, about, "volume.status: [\"*\", gone]"]);
}

#[test]
fn what_no_call_creates_is_read_with_values_of_a_pool() {
    check("ecs-native", &["pools:\n  flavors: [", "path.flavors_id in pools.flavors"]);
}

#[test]
fn every_citation_is_locked() {
    for api in ["ecs-native", "ecs-v1", "openstack-compute", "openstack-volume", "scp-volume"] {
        let text = std::fs::read_to_string(folder(api).join("citations.json")).expect("the lock is readable");
        let locked: Vec<Citation> = serde_json::from_str(&text).expect("the lock is JSON");
        let locked: BTreeSet<String> = locked.iter().map(|it| it.at.to_string()).collect();
        let draft = draft_suite(api, &load(api));
        let lists = draft.text.split("cites: [").skip(1).filter_map(|it| it.split(']').next());
        let cited: Vec<&str> = lists.flat_map(|it| it.split(", ")).map(|it| it.trim_matches('"')).collect();
        assert!(cited.len() > 8, "{api}");
        let open: Vec<&&str> = cited.iter().filter(|it| !locked.contains(**it)).collect();
        assert!(open.is_empty(), "{api}: {open:?}");
    }
}

#[test]
fn every_question_stands_in_the_suite_and_equal_catalogs_give_equal_suites() {
    let draft = check("scp-volume", &[]);
    let asked = draft.text.matches("# TODO ").count();
    assert!(asked > 3 && asked == draft.questions.len(), "{asked} of {:?}", draft.questions);
    assert_eq!(draft, draft_suite("scp-volume", &load("scp-volume")));
}

#[test]
fn a_profile_has_the_parameters_of_the_caller_and_lists_the_offered_values() {
    let text = draft_profile(&load("ecs-native"), &ProfileFacts::default());
    assert!(text.contains("project_id: env:PROJECT_ID") && text.contains("offers:\n  flavors: {"), "{text}");
}
