//! Deletes a set of resources.

use super::context::{CleanupContext, CleanupReserve};
use super::created::{CreatedResource, Leftover};
use super::deletion_calls::{is_deleted_elsewhere, make_deletion, make_release_calls, rank_kinds};
use super::deletion_loop::{Deletion, DeletionResult, ReadMeaning, run_deletions};
use super::kept_states::{list_kept_states, shows_kept_state};
use crate::history::Outcome;

/// Deletes resources, and reports as leftovers the resources that no call can delete.
///
/// Resources of a kind that no clause deletes, such as jobs, are ignored.
pub async fn delete_resources(
    cleanup: &CleanupContext<'_>,
    made: &[CreatedResource],
    reserve: &CleanupReserve,
) -> DeletionResult {
    delete_unless_gone(cleanup, made, &|_| false, reserve).await
}

/// Deletes resources as [`delete_resources`] does. A resource for which `deleted_before` is true is read first, and
/// deleted only if the resource still exists.
pub(super) async fn delete_unless_gone(
    cleanup: &CleanupContext<'_>,
    made: &[CreatedResource],
    deleted_before: &dyn Fn(&CreatedResource) -> bool,
    reserve: &CleanupReserve,
) -> DeletionResult {
    let CleanupContext { model, schemas, context, .. } = *cleanup;
    let ranks = rank_kinds(model);
    let kept: Vec<_> = (0..model.suite.resources.len()).map(|kind| list_kept_states(model, kind)).collect();
    let mut deletions = Vec::new();
    let mut undeletable = Vec::new();
    for made in made {
        match make_deletion(model, schemas, &ranks, made) {
            Some(deletion) => {
                deletions.push(Deletion { deleted_before: deleted_before(made), ..deletion });
            }
            None if !is_deleted_elsewhere(model, made.kind) => {}
            None => undeletable.push(Leftover {
                handle: made.handle.clone(),
                id: made.id.clone(),
                reason: "the suite has no call that deletes only this resource".to_string(),
            }),
        }
    }
    let release = |deletion: &Deletion, shown: &Outcome| {
        let made = made.iter().find(|made| made.id == deletion.id && made.handle == deletion.handle);
        made.map_or_else(Vec::new, |made| make_release_calls(model, schemas, made, shown))
    };
    let is_kept = |deletion: &Deletion, shown: &Outcome| {
        let made = made.iter().find(|made| made.id == deletion.id && made.handle == deletion.handle);
        let (Some(made), Some(show)) = (made, &deletion.show) else { return false };
        shows_kept_state(model, &made.to_model_id().0, &kept[made.kind], show, shown)
    };
    let meaning = ReadMeaning { list_release_calls: &release, is_kept: &is_kept };
    let mut swept = run_deletions(context, &deletions, reserve, meaning).await;
    swept.leftovers.extend(undeletable);
    swept
}
