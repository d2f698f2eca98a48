//! A service that its own test holds to a suite: lamps that are lit and never dimmed.

use std::cell::RefCell;
use std::collections::BTreeMap;

/// Colors of the lamps, by id.
#[derive(Debug, Default)]
pub struct Lamps {
    lit: RefCell<BTreeMap<String, String>>,
    born: RefCell<u64>,
}

impl Lamps {
    /// Status and, where a lamp is shown, its id and color.
    pub fn answer(&self, operation: &str, lamp: Option<&str>, color: Option<&str>) -> (u16, Option<(String, String)>) {
        let mut lit = self.lit.borrow_mut();
        match (operation, lamp, color) {
            ("lightLamp", _, Some(color @ ("red" | "blue"))) => {
                *self.born.borrow_mut() += 1;
                let id = format!("lamp-{}", self.born.borrow());
                lit.insert(id.clone(), color.to_string());
                (201, Some((id, color.to_string())))
            }
            ("lightLamp", ..) => (400, None),
            ("showLamp", Some(id), _) => match lit.get(id) {
                Some(color) => (200, Some((id.to_string(), color.clone()))),
                None => (404, None),
            },
            ("removeLamp", Some(id), _) if lit.remove(id).is_some() => (204, None),
            _ => (404, None),
        }
    }
}
