//! Replies that echo the secrets of the request in all spellings.

use super::misbehavior::Misbehavior;
use super::request::ReceivedRequest;
use super::response::RawResponse;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

/// A text in each spelling in which a server may echo it, with the name of the spelling.
pub fn spell_secret(secret: &str) -> Vec<(&'static str, String)> {
    let percent = |text: &str, upper: bool| -> String {
        text.bytes().map(|byte| if upper { format!("%{byte:02X}") } else { format!("%{byte:02x}") }).collect()
    };
    let escape = |write: &dyn Fn(char) -> String| secret.chars().map(write).collect::<String>();
    let swapped = escape(&|letter| match letter.is_ascii_lowercase() {
        true => letter.to_ascii_uppercase().to_string(),
        false => letter.to_ascii_lowercase().to_string(),
    });
    vec![
        ("plain", secret.to_string()),
        ("upper case", secret.to_ascii_uppercase()),
        ("lower case", secret.to_ascii_lowercase()),
        ("swapped case", swapped),
        ("base64", STANDARD.encode(secret)),
        ("base64 without padding", STANDARD_NO_PAD.encode(secret)),
        ("base64 for addresses", URL_SAFE.encode(secret)),
        ("base64 for addresses without padding", URL_SAFE_NO_PAD.encode(secret)),
        ("base64 of base64", STANDARD.encode(STANDARD.encode(secret))),
        ("base64 in a longer text", STANDARD.encode(format!("Bearer {secret}"))),
        ("percent", percent(secret, true)),
        ("percent in lower case", percent(secret, false)),
        ("percent twice", percent(&percent(secret, true), true)),
        ("percent sign escaped", percent(secret, true).replace('%', "%25")),
        ("HTML decimal", escape(&|letter| format!("&#{};", u32::from(letter)))),
        ("HTML hexadecimal", escape(&|letter| format!("&#x{:x};", u32::from(letter)))),
        ("JSON escapes", escape(&|letter| format!("\\u{:04x}", u32::from(letter)))),
        ("JSON escapes in upper case", escape(&|letter| format!("\\u{:04X}", u32::from(letter)))),
        ("hexadecimal", secret.bytes().map(|byte| format!("{byte:02x}")).collect()),
    ]
}

/// Values of the request's headers that may be secret, without the name of the scheme.
fn find_secrets(request: &ReceivedRequest) -> Vec<&str> {
    let is_secret =
        |name: &str| ["authorization", "token", "cookie", "key", "secret"].iter().any(|word| name.contains(word));
    let values = request.headers.iter().filter(|(name, _)| is_secret(name)).map(|(_, value)| value.as_str());
    values.map(|value| value.strip_prefix("Bearer ").or(value.strip_prefix("Basic ")).unwrap_or(value)).collect()
}

/// Where `echo_secrets` puts the secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EchoPlace {
    /// In the `id` of the honest reply.
    Id,
    /// In the message of a refusal with this status.
    Message(u16),
    /// In headers of the honest reply, as far as a header can have the text.
    Headers,
    /// In fields of the honest reply, as names and as values.
    Fields,
}

/// The secrets of the request in all spellings. In ids one spelling after the other, by the number of the request.
pub fn echo_secrets(place: EchoPlace) -> Misbehavior {
    Misbehavior::new("secrets echoed", move |exchange| {
        let (request, reply) = (exchange.request, exchange.reply);
        let spelled: Vec<_> = find_secrets(request).into_iter().flat_map(spell_secret).collect();
        let texts: Vec<&String> = spelled.iter().map(|(_, text)| text).collect();
        let mut body = reply.read_json();
        match place {
            EchoPlace::Id => {
                if let (Some(id), false) = (body.get_mut("id"), texts.is_empty()) {
                    *id = json!(texts[request.nth as usize % texts.len()]);
                }
                reply.clone().with_body(body.to_string())
            }
            EchoPlace::Message(status) => {
                let message = texts.iter().map(|text| text.as_str()).collect::<Vec<_>>().join(" ");
                RawResponse::value(status, &json!({"error": {"message": message, "details": texts}}))
            }
            EchoPlace::Headers => spelled
                .iter()
                .enumerate()
                .fold(reply.clone(), |reply, (index, (_, text))| reply.with_header(&format!("x-echo-{index}"), text)),
            EchoPlace::Fields => {
                if let Value::Object(fields) = &mut body {
                    for (index, text) in texts.iter().enumerate() {
                        fields.insert(format!("echo-{index}"), json!(text));
                        fields.insert(text.to_string(), json!({"nested": [text]}));
                    }
                }
                reply.clone().with_body(body.to_string())
            }
        }
        .to_steps()
    })
}
