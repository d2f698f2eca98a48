//! Deletes a set of resources.

use super::context::{CleanupContext, Reserve};
use super::created::{Left, Made};
use super::deletion_calls::{deletion, ends_elsewhere, ranks, releases};
use super::deletion_loop::{Deletion, Swept, sweep};
use crate::history::Outcome;

/// Deletes resources, and reports as leftovers the resources that no call can delete.
///
/// Resources of a kind that no clause deletes, such as jobs, are ignored.
pub async fn delete(cleanup: &CleanupContext<'_>, made: &[Made], reserve: &Reserve) -> Swept {
    let CleanupContext { model, schemas, context, .. } = *cleanup;
    let ranks = ranks(model);
    let mut deletions = Vec::new();
    let mut undeletable = Vec::new();
    for made in made {
        match deletion(model, schemas, &ranks, made) {
            Some(deletion) => deletions.push(deletion),
            None if !ends_elsewhere(model, made.kind) => {}
            None => undeletable.push(Left {
                handle: made.handle.clone(),
                id: made.id.clone(),
                because: "the suite has no call that deletes only this resource".to_string(),
            }),
        }
    }
    let release = |deletion: &Deletion, shown: &Outcome| {
        let made = made.iter().find(|made| made.id == deletion.id && made.handle == deletion.handle);
        made.map_or_else(Vec::new, |made| releases(model, schemas, made, shown))
    };
    let mut swept = sweep(context, &deletions, reserve, &release).await;
    swept.left.extend(undeletable);
    swept
}
