//! The signed envelope of a statement: DSSE version 1.0.2, <https://github.com/secure-systems-lab/dsse>.

use super::signature_key::{PublicKey, Signer, SigningError};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

/// The payload type of an in-toto statement.
pub const PAYLOAD_TYPE: &str = "application/vnd.in-toto+json";

/// The envelope, with one signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct SignedEnvelope {
    payload_type: String,
    /// The statement in Base64.
    payload: String,
    signatures: Vec<EnvelopeSignature>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct EnvelopeSignature {
    /// The id of the public key.
    keyid: String,
    /// The signature in Base64.
    sig: String,
}

impl SignedEnvelope {
    /// Signs a statement.
    ///
    /// # Errors
    /// If the signer fails.
    pub fn sign(statement: &str, signer: &dyn Signer) -> Result<SignedEnvelope, SigningError> {
        let signature = signer.sign(&encode_signed_text(PAYLOAD_TYPE, statement.as_bytes()))?;
        Ok(SignedEnvelope {
            payload_type: PAYLOAD_TYPE.to_string(),
            payload: STANDARD.encode(statement),
            signatures: vec![EnvelopeSignature { keyid: signer.public_key().id(), sig: STANDARD.encode(signature) }],
        })
    }

    /// The bytes of the file. An envelope has one form, so that a change of any byte shows.
    ///
    /// # Panics
    /// Never: all values have a JSON form.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).expect("an envelope has string keys only");
        text.push('\n');
        text
    }

    /// The statement, if the key signed the envelope, and the envelope is in its one form.
    ///
    /// # Errors
    /// What is wrong, in words.
    pub fn open(text: &str, key: PublicKey) -> Result<String, String> {
        let envelope: SignedEnvelope =
            serde_json::from_str(text).map_err(|error| format!("it is not a signed envelope: {error}"))?;
        if envelope.to_json() != text {
            return Err("it is not written as it was signed".to_string());
        }
        if envelope.payload_type != PAYLOAD_TYPE {
            return Err(format!("the payload is not `{PAYLOAD_TYPE}`"));
        }
        let [signature] = envelope.signatures.as_slice() else {
            return Err(format!("it has {} signatures, and not one", envelope.signatures.len()));
        };
        if signature.keyid != key.id() {
            return Err(format!("the key is {}, and not {}", signature.keyid, key.id()));
        }
        let decode = |text: &str| STANDARD.decode(text).map_err(|_| "a value is not Base64".to_string());
        let payload = decode(&envelope.payload)?;
        let bytes =
            <[u8; 64]>::try_from(decode(&signature.sig)?).map_err(|_| "the signature is too short or too long")?;
        if !key.has_signed(&encode_signed_text(&envelope.payload_type, &payload), &bytes) {
            return Err("the signature is not one of the key for this statement".to_string());
        }
        String::from_utf8(payload).map_err(|_| "the statement is not text".to_string())
    }
}

/// The text that is signed: the pre-authentication encoding of DSSE.
pub(super) fn encode_signed_text(kind: &str, payload: &[u8]) -> Vec<u8> {
    let mut text = format!("DSSEv1 {} {kind} {} ", kind.len(), payload.len()).into_bytes();
    text.extend_from_slice(payload);
    text
}
