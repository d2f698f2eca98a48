//! A service that is tested against a suite: lamps that can be lit and never dimmed.

use std::cell::RefCell;
use std::collections::BTreeMap;

/// Owner and color of the lamps, by id.
#[derive(Debug, Default)]
pub struct Lamps {
    lit: RefCell<BTreeMap<String, (String, String)>>,
    born: RefCell<u64>,
}

impl Lamps {
    /// The status, and the id and color of a shown lamp. Lamps of other owners are absent.
    pub fn answer(&self, who: &str, operation: &str, lamp: &str, color: &str) -> (u16, Option<(String, String)>) {
        let mut lit = self.lit.borrow_mut();
        let color_of = |lit: &BTreeMap<String, (String, String)>| {
            lit.get(lamp)
                .filter(|(owner, _)| owner == who)
                .map(|(_, color)| color.clone())
        };
        match (operation, color_of(&lit)) {
            ("lightLamp", _) if !["red", "blue"].contains(&color) => (400, None),
            ("lightLamp", _) => {
                *self.born.borrow_mut() += 1;
                let id = format!("lamp-{}", self.born.borrow());
                lit.insert(id.clone(), (who.to_string(), color.to_string()));
                (201, Some((id, color.to_string())))
            }
            ("showLamp", Some(color)) => (200, Some((lamp.to_string(), color))),
            ("removeLamp", Some(_)) => {
                lit.remove(lamp);
                (204, None)
            }
            _ => (404, None),
        }
    }
}
