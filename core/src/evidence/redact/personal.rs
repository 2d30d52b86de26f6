//! The shapes of personal data.
//!
//! Knows mail, phone, card, account and social security numbers; a check digit decides where there is one. Must not
//! take addresses of machines: they are what an incident is about.

use super::checks::{card, iban, mail, numbered, phone, social_security};
use super::rules::RuleText;

pub(super) const RULES: &[RuleText] = &[
    (
        "email",
        r"(?P<secret>[\p{L}\p{N}._+-]+(?:@|%40)(?:[\p{L}\p{N}-]+\.)+(?:[A-Za-z]{2,24}\b|[\p{L}]{2,24}))",
        mail,
    ),
    ("iban", r"\b(?P<secret>[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?)\b", iban),
    (
        "card",
        r"(?:^|[^A-Za-z0-9_.@/-])(?P<secret>[3-6][0-9]{12,18}|[3-6][0-9]{3}(?:[ -][0-9]{4}){2,3}(?:[ -][0-9]{1,4})?|3[0-9]{3}[ -][0-9]{6}[ -][0-9]{5})(?:[^A-Za-z0-9_-]|\z)",
        card,
    ),
    (
        "ssn",
        r"(?:^|[^A-Za-z0-9_.-])(?P<secret>[0-9]{3}-[0-9]{2}-[0-9]{4})(?:[^A-Za-z0-9_-]|\z)",
        social_security,
    ),
    // With a country code: +816162461558, +81 90-1234-5678, +1 (555) 010-9999
    ("phone", r"(?:^|[^A-Za-z0-9_+.-])(?P<secret>\+[1-9][0-9]{7,14})(?:[^A-Za-z0-9_]|\z)", phone),
    (
        "phone",
        r"(?:^|[^A-Za-z0-9_+.-])(?P<secret>\+[1-9][0-9]{0,2}[ .-]?(?:\([0-9]{1,4}\)|[0-9]{1,4})(?:[ .-][0-9]{2,4}){1,4})(?:[^A-Za-z0-9_]|\z)",
        phone,
    ),
    // As written inside the US and Japan: (555) 010-9999, 555-010-9999, 090-1234-5678
    (
        "phone",
        r"(?:^|[^A-Za-z0-9_.-])(?P<secret>\([0-9]{3}\) ?[0-9]{3}-[0-9]{4}|[2-9][0-9]{2}-[0-9]{3}-[0-9]{4}|[2-9][0-9]{2}\.[0-9]{3}\.[0-9]{4}|0[0-9]{1,3}-[0-9]{2,4}-[0-9]{4})(?:[^A-Za-z0-9_-]|\z)",
        phone,
    ),
    (
        "phone",
        r#"(?i)(?:\b(?:phone|mobile|cell|tel|telephone|msisdn|fax|telefon|handy|tel[eé]fono|t[eé]l[eé]phone)(?:[_ -]?(?:number|no))?|電話(?:番号)?|携帯(?:電話)?(?:番号)?)["'\\]{0,3}\s{0,2}[:=]\s{0,2}["'\\]{0,3}(?P<secret>\+?[0-9(][0-9 ().-]{6,18}[0-9])"#,
        phone,
    ),
    // Documents, by the name that stands before their number.
    (
        "id-number",
        r#"(?i)\b(?:passport|driv(?:er|ing)s?[_ -]?licen[cs]e|national[_ -]?id|tax[_ -]?id|social[_ -]?insurance|my[_ -]?number)(?:[_ -]?(?:number|num|no))?["'\\]{0,3}\s{0,2}[:=]\s{0,2}["'\\]{0,3}(?P<secret>[A-Z0-9][A-Z0-9-]{4,18}[A-Z0-9])\b"#,
        numbered,
    ),
    (
        "birth-date",
        r#"(?i)\b(?:dob|birth_?date|date_?of_?birth|birthday)["'\\]{0,3}\s{0,2}[:=]\s{0,2}["'\\]{0,3}(?P<secret>[0-9]{2,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4})"#,
        |_| true,
    ),
];
