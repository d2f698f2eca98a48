//! The action `rebuild` (page 003): body and response.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use super::super::super::body_fields;
use super::super::super::cloud_state::CloudState;
use super::super::super::messages::ApiResponse;
use super::super::super::refusal::Refusal;
use super::{Call, shape};

#[derive(Clone, Debug)]
pub struct Rebuild {
    pub image: String,
    name: Option<String>,
    metadata: Option<BTreeMap<String, String>>,
    /// `Some(None)` is null: the key is removed (003:157).
    key_name: Option<Option<String>>,
    user_data: Option<Option<String>>,
}

const FIELDS: [&str; 6] = ["imageRef", "name", "metadata", "adminPass", "OS-DCF:diskConfig", "preserve_ephemeral"];

impl Rebuild {
    pub fn read(fields: &Map<String, Value>, minor: u32, strict: bool) -> Result<Self, Refusal> {
        let (key_known, data_known) = (minor >= 54, minor >= 57);
        let mut known = FIELDS.to_vec();
        known.extend(key_known.then_some("key_name"));
        known.extend(data_known.then_some("user_data"));
        body_fields::refuse_unknown_fields(fields, &known, strict)?;
        // Fields without effect (003:130, 003:139, 003:148), which are not read.
        let nullable = |name: &str, value: Option<String>| fields.contains_key(name).then_some(value);
        Ok(Rebuild {
            image: body_fields::read_reference(fields, "imageRef")?,
            name: body_fields::read_text(fields, "name", 1..=254)?,
            metadata: body_fields::read_metadata(fields, "metadata")?,
            key_name: match key_known {
                true => nullable("key_name", body_fields::read_text(fields, "key_name", 1..=255)?),
                false => None,
            },
            user_data: match data_known {
                true => nullable("user_data", user_data(fields)?),
                false => None,
            },
        })
    }

    /// The reason against an image or a key that is not offered.
    pub fn unknown(&self, cloud: &CloudState) -> Option<Refusal> {
        let pools = &cloud.settings.pools;
        if pools.image(&self.image).is_none() {
            return Some(Refusal::bad_request(format!("Image {} could not be found.", self.image)));
        }
        let key = self.key_name.as_ref()?.as_ref()?;
        (!pools.keys.contains(key)).then(|| Refusal::bad_request(format!("Key {key} could not be found.")))
    }

    /// Changes the description at once and the states later. New metadata replaces old metadata; the example (003:352) shows
    /// neither, so this is a choice.
    pub fn carry_out(self, cloud: &mut CloudState, call: &Call, id: &str) -> ApiResponse {
        let keeps_image = cloud.has_fault("rebuild-keeps-old-image");
        if cloud.has_fault("rebuild-metadata-to-sibling") {
            self.spill(cloud, id);
        }
        cloud.rebuild_server(id);
        let Some(server) = cloud.servers.get_mut(id) else {
            return ApiResponse::empty(500);
        };
        let old_image = std::mem::replace(&mut server.image, self.image);
        server.name = self.name.unwrap_or_else(|| server.name.clone());
        server.metadata = self.metadata.unwrap_or_else(|| server.metadata.clone());
        server.key_name = self.key_name.unwrap_or_else(|| server.key_name.clone());
        server.user_data = self.user_data.unwrap_or_else(|| server.user_data.clone());
        let answer = told(cloud, call, id);
        if let Some(server) = cloud.servers.get_mut(id).filter(|_| keeps_image) {
            server.image = old_image;
        }
        answer
    }

    /// The fault that changes the metadata of another server.
    fn spill(&self, cloud: &mut CloudState, id: &str) {
        let project = cloud.servers.get(id).map(|server| server.project.clone());
        let sibling =
            cloud.servers.values_mut().find(|other| other.id != id && Some(&other.project) == project.as_ref());
        if let (Some(sibling), Some(metadata)) = (sibling, &self.metadata) {
            sibling.metadata.extend(metadata.clone());
        }
    }
}

/// 1 to 65,534 characters of Base64 (003:167).
pub fn user_data(fields: &Map<String, Value>) -> Result<Option<String>, Refusal> {
    let Some(text) = body_fields::read_text(fields, "user_data", 1..=65_534)? else {
        return Ok(None);
    };
    match STANDARD.decode(&text) {
        Ok(_) => Ok(Some(text)),
        Err(_) => Err(Refusal::bad_request("user_data is not Base64.")),
    }
}

/// The response has the wrapper of the example (003:332).
fn told(cloud: &CloudState, call: &Call, id: &str) -> ApiResponse {
    let Some(server) = cloud.servers.get(id) else {
        return ApiResponse::empty(500);
    };
    let behavior = &cloud.settings.behavior;
    let mut shown = shape::core(cloud, call, server);
    if behavior.admin_pass_answers {
        shown["adminPass"] = json!("Generated-2");
    }
    if behavior.progress_as_text {
        shown["progress"] = json!("0");
    }
    if call.minor >= 54 {
        shown["key_name"] = json!(server.key_name);
    }
    if call.minor >= 57 {
        shown["user_data"] = json!(server.user_data);
    }
    ApiResponse::json(behavior.body_code.unwrap_or(202), json!({ "server": shown }))
}
