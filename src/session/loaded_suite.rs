//! A suite with its catalog and its model.

use super::user_error::{UserError, suggest_name};
use crate::expr::ExprValue;
use crate::model::Model;
use crate::profile::Profile;
use crate::schema::CompiledCatalog;
use crate::suite::Suite;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A suite, checked and compiled, with the sources of the model.
#[derive(Debug, Clone)]
pub struct LoadedSuite {
    /// The name of the suite: its file name without `.yaml`.
    pub name: String,
    /// The suite file as messages name it.
    pub file: String,
    /// The text of the suite file, as read.
    pub text: String,
    /// The parsed suite, with its pools.
    pub suite: Arc<Suite>,
    /// The catalog that the suite names, with all JSON Schemas compiled.
    pub schemas: Arc<CompiledCatalog>,
    /// The suite, compiled for evaluation at one date.
    pub model: Arc<Model>,
    /// `sha256:…` over the catalog and every schema that the catalog names.
    pub catalog_digest: String,
}

impl LoadedSuite {
    /// Replaces the suite's pools by those of a profile. Pools of other suites are ignored.
    ///
    /// # Errors
    /// If the model cannot be compiled with the pools.
    pub fn apply_profile(self, profile: &Profile) -> Result<LoadedSuite, UserError> {
        let pools = profile.pools.iter().filter(|(name, _)| self.suite.pools.contains_key(*name));
        let pools = pools.map(|(name, values)| (name.clone(), values.clone())).collect();
        let today = self.model.today.clone();
        self.with_pools(&pools, &today)
    }

    /// Replaces the suite's pools by values that an endpoint offers among others: whether it offers any other value is
    /// unknown. A pool without values is wholly unknown.
    ///
    /// # Errors
    /// As [`LoadedSuite::with_pools`].
    pub fn with_open_pools(self, pools: &BTreeMap<String, Vec<Value>>, today: &str) -> Result<LoadedSuite, UserError> {
        let known = pools.iter().filter(|(name, _)| self.suite.pools.contains_key(*name));
        let mut suite = (*self.suite).clone();
        suite.pools.values_mut().for_each(Vec::clear);
        for (name, values) in known {
            suite.pools.insert(name.clone(), values.iter().map(ExprValue::from).collect());
        }
        suite.pools.values_mut().for_each(|values| values.push(ExprValue::Unknown));
        self.replace_suite(suite, today)
    }

    /// Replaces the suite's pools by the values that an endpoint offers.
    ///
    /// # Errors
    /// If the suite does not have a pool of that name.
    pub fn with_pools(self, pools: &BTreeMap<String, Vec<Value>>, today: &str) -> Result<LoadedSuite, UserError> {
        if pools.is_empty() {
            return Ok(self);
        }
        let mut suite = (*self.suite).clone();
        for (name, values) in pools {
            let known: Vec<&str> = self.suite.pools.keys().map(String::as_str).collect();
            let pool = suite.pools.get_mut(name);
            let pool = pool.ok_or_else(|| {
                UserError::input(
                    format!("pool `{name}`"),
                    format!("suite {} does not have this pool", self.name),
                    suggest_name(name, &known),
                )
            })?;
            *pool = values.iter().map(ExprValue::from).collect();
        }
        self.replace_suite(suite, today)
    }

    fn replace_suite(self, suite: Suite, today: &str) -> Result<LoadedSuite, UserError> {
        let suite = Arc::new(suite);
        let model = Model::new(Arc::clone(&suite), &self.schemas, today);
        let model = Arc::new(model.map_err(|error| UserError::input(error.place, error.what, error.remedy))?);
        Ok(LoadedSuite { suite, model, ..self })
    }
}
