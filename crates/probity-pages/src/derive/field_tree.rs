//! Walks over trees of fields, with the JSON pointer of each field.

use super::field::DraftField;

/// Mark of a field that may be null. Used in place of a disputed keyword.
pub(super) const NULL_MARK: &str = "null";

/// Adds doubt `nth` to the field at `pointer`, in a tree below the pointer `here`, and disputes `keyword` unless the
/// keyword is empty or [`NULL`].
pub(super) fn mark_field(fields: &mut [DraftField], here: &str, pointer: &str, keyword: &'static str, nth: usize) {
    for field in fields {
        let at = format!("{here}/{}", field.pointer_step());
        if at == pointer {
            match keyword {
                "" => {}
                NULL_MARK => field.shown_null = true,
                _ => {
                    field.disputed.insert(keyword);
                }
            }
            field.doubts.push(nth);
        }
        let step = format!("{at}{}", field.pointer_below());
        mark_field(&mut field.children, &step, pointer, keyword, nth);
    }
}

/// Visits every field of a tree with the field's pointer. Elements of lists are `*`.
pub(super) fn visit_fields(fields: &[DraftField], pointer: &str, visit: &mut impl FnMut(&str, &DraftField)) {
    for field in fields {
        let here = format!("{pointer}/{}", field.pointer_step());
        visit(&here, field);
        let step = format!("{here}{}", field.pointer_below());
        visit_fields(&field.children, &step, visit);
    }
}

/// Visits every field of a tree with the field's pointer, for changes. Elements of lists are `*`.
pub(super) fn visit_fields_mut_with_pointer(
    fields: &mut [DraftField],
    pointer: &str,
    visit: &mut impl FnMut(&str, &mut DraftField),
) {
    for field in fields {
        let here = format!("{pointer}/{}", field.pointer_step());
        visit(&here, field);
        let step = format!("{here}{}", field.pointer_below());
        visit_fields_mut_with_pointer(&mut field.children, &step, visit);
    }
}

/// Visits every field of a tree for changes.
pub(super) fn visit_fields_mut(fields: &mut [DraftField], visit: &mut impl FnMut(&mut DraftField)) {
    for field in fields {
        visit(field);
        visit_fields_mut(&mut field.children, visit);
    }
}
