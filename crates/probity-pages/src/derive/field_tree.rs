//! Walks over trees of fields, with the JSON pointer of each field.

use super::field::Field;

/// Mark of a field that may be null. Used in place of a disputed keyword.
pub(super) const NULL: &str = "null";

/// Adds doubt `nth` to the field at `pointer`, in a tree below the pointer `here`, and disputes `keyword` unless the
/// keyword is empty or [`NULL`].
pub(super) fn mark(fields: &mut [Field], here: &str, pointer: &str, keyword: &'static str, nth: usize) {
    for field in fields {
        let at = format!("{here}/{}", field.step());
        if at == pointer {
            match keyword {
                "" => {}
                NULL => field.shown_null = true,
                _ => {
                    field.disputed.insert(keyword);
                }
            }
            field.doubts.push(nth);
        }
        let step = format!("{at}{}", field.below());
        mark(&mut field.children, &step, pointer, keyword, nth);
    }
}

/// Visits every field of a tree with the field's pointer. Elements of lists are `*`.
pub(super) fn each(fields: &[Field], pointer: &str, visit: &mut impl FnMut(&str, &Field)) {
    for field in fields {
        let here = format!("{pointer}/{}", field.step());
        visit(&here, field);
        let step = format!("{here}{}", field.below());
        each(&field.children, &step, visit);
    }
}

/// Visits every field of a tree for changes.
pub(super) fn each_mut(fields: &mut [Field], visit: &mut impl FnMut(&mut Field)) {
    for field in fields {
        visit(field);
        each_mut(&mut field.children, visit);
    }
}
