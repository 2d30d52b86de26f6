//! A signing certificate, and whether a message was signed with its key.
//!
//! Knows X.509 and RSA as SNS uses them (FACTS B2, B3). Must not know where a certificate comes from.

use chrono::{DateTime, Utc};
use ring::signature::{
    RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey,
};
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::GeneralName;
use x509_parser::oid_registry::OID_PKCS1_RSAENCRYPTION;
use x509_parser::pem::parse_x509_pem;

/// How a message was signed: its `SignatureVersion`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// RSA with SHA-1: what topics do unless told otherwise.
    One,
    /// RSA with SHA-256.
    Two,
}

/// A certificate, as far as it matters here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    key: Vec<u8>,
    names: Vec<String>,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
    /// Why it is no server's certificate that somebody else issued.
    unfit: Option<&'static str>,
}

impl Certificate {
    /// Reads the first certificate of a PEM text.
    ///
    /// # Errors
    /// With what is wrong, for people.
    pub fn read(pem: &[u8]) -> Result<Self, String> {
        let (_, pem) = parse_x509_pem(pem).map_err(|_| "it is no PEM text".to_owned())?;
        let certificate = pem.parse_x509().map_err(|_| "it is no X.509 certificate".to_owned())?;
        let key = certificate.public_key();
        if key.algorithm.algorithm != OID_PKCS1_RSAENCRYPTION {
            return Err("its key is no RSA key".to_owned());
        }
        let validity = certificate.validity();
        let time =
            |seconds| DateTime::from_timestamp(seconds, 0).ok_or("its dates cannot be read".to_owned());
        Ok(Self {
            key: key.subject_public_key.data.to_vec(),
            names: names(&certificate),
            from: time(validity.not_before.timestamp())?,
            until: time(validity.not_after.timestamp())?,
            unfit: unfit(&certificate),
        })
    }

    /// Whether it is a server's certificate for `name`, issued by somebody else.
    ///
    /// # Errors
    /// With what is wrong, for people.
    pub fn is_for(&self, name: &str) -> Result<(), String> {
        if let Some(unfit) = self.unfit {
            return Err(format!("the certificate {unfit}"));
        }
        match self.names.iter().any(|own| own.eq_ignore_ascii_case(name)) {
            true => Ok(()),
            false => Err(format!("the certificate is not for {name}")),
        }
    }

    /// Whether it is valid at `at`.
    pub fn valid_at(&self, at: DateTime<Utc>) -> bool {
        self.from <= at && at <= self.until
    }

    /// Until when it is valid.
    pub fn until(&self) -> DateTime<Utc> {
        self.until
    }

    /// Whether `signature` over `text` is its key's.
    pub fn signed(&self, version: Version, text: &str, signature: &[u8]) -> bool {
        let key = match version {
            Version::One => UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY, &self.key),
            Version::Two => UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &self.key),
        };
        key.verify(text.as_bytes(), signature).is_ok()
    }
}

/// The names of the subject's alternative names; of a certificate without any, its common name.
fn names(certificate: &X509Certificate<'_>) -> Vec<String> {
    let alternative = certificate.subject_alternative_name().ok().flatten();
    if let Some(alternative) = alternative {
        let name = |name: &GeneralName<'_>| match name {
            GeneralName::DNSName(name) => Some((*name).to_owned()),
            _ => None,
        };
        return alternative.value.general_names.iter().filter_map(name).collect();
    }
    let common = certificate.subject().iter_common_name();
    common.filter_map(|name| name.as_str().ok()).map(str::to_owned).collect()
}

fn unfit(certificate: &X509Certificate<'_>) -> Option<&'static str> {
    let Ok(constraints) = certificate.basic_constraints() else { return Some("has unreadable extensions") };
    let Ok(usage) = certificate.extended_key_usage() else { return Some("has unreadable extensions") };
    if constraints.is_some_and(|constraints| constraints.value.ca) {
        return Some("is an authority's, not a server's");
    }
    if !usage.is_some_and(|usage| usage.value.server_auth || usage.value.any) {
        return Some("is not meant for a server");
    }
    (certificate.issuer() == certificate.subject()).then_some("is signed by itself")
}
