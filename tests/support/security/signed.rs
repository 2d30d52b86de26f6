//! Signature Version 4, as the services check it (IAM User Guide, "Create a signed AWS API request").

use std::collections::BTreeMap;

use ring::{digest, hmac};

use super::super::server::Request;
use super::super::sns::CREDENTIALS;
use super::Refused;

fn refused(code: &'static str, words: &str) -> Refused {
    (403, code, words.to_owned())
}

/// Whether a request is signed for this service and region with the credentials that are known, whole and unchanged.
pub fn verify(request: &Request, service: &str, region: &str) -> Result<(), Refused> {
    let missing = || refused("MissingAuthenticationTokenException", "Missing Authentication Token");
    let given = request.header("authorization").and_then(|text| text.strip_prefix("AWS4-HMAC-SHA256 "));
    let parts: BTreeMap<&str, &str> =
        given.ok_or_else(missing)?.split(", ").filter_map(|part| part.split_once('=')).collect();
    let part = |name: &str| parts.get(name).copied().ok_or_else(missing);
    let scope: Vec<&str> = part("Credential")?.split('/').collect();
    let [key, day, scope_region, scope_service, "aws4_request"] = scope.as_slice() else {
        return Err(missing());
    };
    if *key != CREDENTIALS[0].1 {
        return Err(refused(
            "UnrecognizedClientException",
            "The security token included in the request is invalid.",
        ));
    }
    if (*scope_region, *scope_service) != (region, service) {
        return Err(refused(
            "SignatureDoesNotMatch",
            "Credential should be scoped to a valid region and service.",
        ));
    }
    let date = request.header("x-amz-date").filter(|date| date.starts_with(day)).ok_or_else(missing)?;
    let names: Vec<&str> = part("SignedHeaders")?.split(';').collect();
    if !["host", "x-amz-date"].iter().all(|name| names.contains(name)) {
        return Err(refused("SignatureDoesNotMatch", "host and x-amz-date must be signed"));
    }
    let header = |name: &&str| format!("{name}:{}\n", request.header(name).unwrap_or_default().trim());
    let headers: String = names.iter().map(header).collect();
    let body = hex(digest::digest(&digest::SHA256, &request.body).as_ref());
    let canonical = format!(
        "{}\n{}\n{}\n{headers}\n{}\n{body}",
        request.method,
        request.path,
        request.query,
        names.join(";")
    );
    let of_it = hex(digest::digest(&digest::SHA256, canonical.as_bytes()).as_ref());
    let to_sign = format!("AWS4-HMAC-SHA256\n{date}\n{day}/{region}/{service}/aws4_request\n{of_it}");
    let mut key = format!("AWS4{}", CREDENTIALS[1].1).into_bytes();
    for text in [*day, region, service, "aws4_request"] {
        key = sign(&key, text);
    }
    if hex(&sign(&key, &to_sign)) != part("Signature")? {
        return Err(refused("SignatureDoesNotMatch", "The request signature we calculated does not match."));
    }
    Ok(())
}

fn sign(key: &[u8], text: &str) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text.as_bytes()).as_ref().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
