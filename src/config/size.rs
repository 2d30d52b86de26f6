//! Sizes in bytes, such as `50GiB`.
//!
//! Knows units. Must not know which keys have a size.

use super::Error;
use super::section::Section;

const UNITS: [(&str, u64); 9] = [
    ("B", 1),
    ("KB", 1_000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("TB", 1_000_000_000_000),
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
    ("TiB", 1 << 40),
];

/// The size at `key`, more than nothing; `default` where it is absent.
pub fn size(section: &Section<'_>, key: &str, default: u64) -> Result<u64, Error> {
    let Some(text) = section.text(key)? else { return Ok(default) };
    parse(&text).filter(|bytes| *bytes > 0).ok_or_else(|| {
        section.error(key, format!("{text:?} is not a size: write `500MB`, `50GiB` or `1TiB`"))
    })
}

fn parse(text: &str) -> Option<u64> {
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at_checked(digits)?;
    let (_, bytes) = UNITS.iter().find(|(name, _)| *name == unit.trim_start())?;
    number.parse::<u64>().ok()?.checked_mul(*bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        for (text, bytes) in
            [("1B", 1), ("500MB", 500_000_000), ("50GiB", 50 << 30), (" 1 TiB ", 1 << 40), ("0GB", 0)]
        {
            assert_eq!(parse(text), Some(bytes), "{text}");
        }
        for wrong in ["", "50", "GiB", "-1GB", "1.5GB", "1gb", "1GiBx", "99999999999TiB", "é1B", "1 0MB"] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
