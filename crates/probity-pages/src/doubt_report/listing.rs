//! The doubts of an API in an order, each with weight, file and ruling.

use super::rulings::{RulingsFile, list_digests};
use super::weight::{DoubtWeight, weigh_doubt};
use probity_schema::catalog::{Catalog, Citation, Doubt};

/// The order of a list of doubts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DoubtOrder {
    /// By id: by operation, then by kind.
    Id,
    /// By the file of the first cited side, then by line.
    Page,
    /// By weight for a client, the heaviest first, then by id.
    Weight,
}

/// A ruling, and whether the cited lines are those of the ruling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RulingState {
    /// The side that holds.
    pub take: String,
    /// Reason of the ruling.
    pub because: String,
    /// The cited lines changed after the ruling.
    pub stale: bool,
}

/// A doubt with everything that a report shows.
#[derive(Debug, Clone, PartialEq)]
pub struct ListedDoubt {
    /// The doubt.
    pub doubt: Doubt,
    /// The weight for a client.
    pub weight: DoubtWeight,
    /// The file of each side; `None` without a place.
    pub files: Vec<Option<String>>,
    /// The ruling, if there is one.
    pub ruling: Option<RulingState>,
}

impl ListedDoubt {
    /// The file and the first line of the first side with a place.
    #[must_use]
    pub fn find_place(&self) -> Option<(&str, u32)> {
        let mut sides = self.doubt.sides.iter().zip(&self.files);
        sides.find_map(|(side, file)| Some((file.as_deref()?, side.at.as_ref()?.first)))
    }
}

/// The doubts of one API.
#[derive(Debug, Clone, PartialEq)]
pub struct DoubtListing {
    /// Name of the API.
    pub api: String,
    /// The order of the doubts.
    pub order: DoubtOrder,
    /// The doubts in this order.
    pub doubts: Vec<ListedDoubt>,
    /// Rulings about doubts that the pages no longer raise.
    pub gone: Vec<String>,
}

impl DoubtListing {
    /// Builds the list of an API.
    #[must_use]
    pub fn build(
        catalog: &Catalog,
        doubts: Vec<Doubt>,
        citations: &[Citation],
        rulings: &RulingsFile,
        order: DoubtOrder,
    ) -> DoubtListing {
        let file = |page: &str| {
            catalog.pages.iter().find(|it| it.id == page).map_or_else(|| page.to_string(), |it| it.file.clone())
        };
        let gone: Vec<String> = rulings
            .rulings
            .iter()
            .filter(|it| !doubts.iter().any(|doubt| doubt.id == it.doubt))
            .map(|it| it.doubt.clone())
            .collect();
        let mut listed: Vec<ListedDoubt> = doubts
            .into_iter()
            .map(|doubt| {
                let ruling = rulings.rulings.iter().find(|it| it.doubt == doubt.id).map(|it| RulingState {
                    take: it.take.clone(),
                    because: it.because.clone(),
                    stale: it.digests != list_digests(&doubt, citations),
                });
                let files = doubt.sides.iter().map(|it| it.at.as_ref().map(|at| file(&at.page))).collect();
                ListedDoubt { weight: weigh_doubt(&doubt), files, ruling, doubt }
            })
            .collect();
        match order {
            DoubtOrder::Id => {}
            DoubtOrder::Weight => listed.sort_by(|a, b| (a.weight, &a.doubt.id).cmp(&(b.weight, &b.doubt.id))),
            DoubtOrder::Page => {
                listed.sort_by(|a, b| (a.find_place(), &a.doubt.id).cmp(&(b.find_place(), &b.doubt.id)))
            }
        }
        DoubtListing { api: catalog.api.clone(), order, doubts: listed, gone }
    }

    /// The heading above a doubt in this order: the file, or the weight; empty in the order of ids.
    #[must_use]
    pub fn head_group(&self, doubt: &ListedDoubt) -> String {
        match self.order {
            DoubtOrder::Id => String::new(),
            DoubtOrder::Page => doubt.find_place().map_or("no page", |(file, _)| file).to_string(),
            DoubtOrder::Weight => format!("weight {}", doubt.weight.word()),
        }
    }
}
