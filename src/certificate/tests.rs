//! Envelopes and statements, text in and text out.

use super::envelope::{SignedEnvelope, encode_signed_text};
use super::signature_key::{FileSigner, Signer};

#[test]
fn the_signed_text_has_the_form_of_the_example_in_the_specification() {
    let text = encode_signed_text("http://example.com/HelloWorld", b"hello world");
    assert_eq!(String::from_utf8(text).unwrap(), "DSSEv1 29 http://example.com/HelloWorld 11 hello world");
}

#[test]
fn an_envelope_opens_with_its_key_and_in_its_one_form_only() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("key.pem");
    let key = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n-----END PRIVATE KEY-----\n";
    std::fs::write(&file, key).unwrap();
    let signer = FileSigner::read(&file).unwrap();
    let text = SignedEnvelope::sign("{}", &signer).unwrap().to_json();
    assert_eq!(SignedEnvelope::open(&text, signer.public_key()).as_deref(), Ok("{}"));
    for (altered, cause) in [
        (text.replace("  ", " "), "it is not written as it was signed"),
        (text.replace("e30=", "e31="), "a value is not Base64"),
        (text.replace("e30=", "W10="), "the signature is not one of the key for this statement"),
        (text.replace("in-toto", "in_toto"), "the payload is not `application/vnd.in-toto+json`"),
    ] {
        assert_eq!(SignedEnvelope::open(&altered, signer.public_key()), Err(cause.to_string()), "{altered}");
    }
}
