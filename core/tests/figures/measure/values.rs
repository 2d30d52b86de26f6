//! Values for the templates of `tests/corpora/systems.txt`, the same in every run.
//!
//! Knows how times, addresses and names look. Must not use any chance but its own.

use std::fmt::Write;

use chrono::{DateTime, TimeDelta, Utc};

const WORDS: [&str; 24] = [
    "orders", "billing", "stock", "mail", "search", "users", "carts", "prices", "events", "audit", "images",
    "reports", "ledger", "routes", "alpha", "beta", "gamma", "north", "south", "east", "west", "invoices",
    "refunds", "sessions",
];
const USERS: [&str; 12] =
    ["anna", "bob", "carol", "dmitri", "eve", "farid", "grace", "hiro", "ines", "jonas", "kofi", "li"];

/// A stream of values, and a clock that moves with each line.
#[derive(Clone)]
pub struct Values {
    state: u64,
    /// When the next line is written.
    pub now: DateTime<Utc>,
}

impl Values {
    /// The same for the same seed.
    pub fn new(seed: u64) -> Self {
        Self { state: seed, now: DateTime::from_timestamp(1_763_629_800, 0).unwrap_or_default() }
    }

    /// Below `limit`, which is not 0.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % limit
    }

    /// A little time passes.
    pub fn tick(&mut self) {
        let passed = self.below(5_000) as i64;
        self.now += TimeDelta::microseconds(passed);
    }

    fn hex(&mut self, digits: usize) -> String {
        (0..digits).map(|_| char::from_digit(self.below(16) as u32, 16).unwrap_or('0')).collect()
    }

    fn one_of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.below(all.len() as u64) as usize]
    }

    fn value(&mut self, name: &str) -> Option<String> {
        Some(match name {
            "n" => self.below(5_000).to_string(),
            "d" => self.below(10).to_string(),
            "pid" => (1_000 + self.below(3_000)).to_string(),
            "id" => (100_000 + self.below(9_000_000)).to_string(),
            "f" => format!("{}.{}", self.below(90), self.below(1_000)),
            "ms" => self.one_of(&["12ms", "3.5s", "480ms", "1.203s", "75ms", "9.5ms"]).to_owned(),
            "size" => format!("{}.{}{}", self.below(900), self.below(10), self.one_of(&["kb", "mb", "gb"])),
            "hex" => self.hex(16),
            "uuid" => {
                let all = self.hex(32);
                format!("{}-{}-{}-{}-{}", &all[..8], &all[8..12], &all[12..16], &all[16..20], &all[20..])
            }
            "ip" => format!("10.{}.{}.{}", self.below(4), self.below(256), 1 + self.below(254)),
            "addr" => format!(
                "10.{}.{}.{}:{}",
                self.below(4),
                self.below(256),
                self.below(255),
                1024 + self.below(60_000)
            ),
            "host" => format!("{}-{}.internal.example", self.one_of(&WORDS), self.below(9)),
            "path" => format!("/{}/{}/{}", self.one_of(&WORDS), self.one_of(&WORDS), self.below(100_000)),
            "url" => format!(
                "https://{}.example.com/{}/{}",
                self.one_of(&WORDS),
                self.one_of(&WORDS),
                self.below(9_999)
            ),
            "word" => self.one_of(&WORDS).to_owned(),
            "user" => self.one_of(&USERS).to_owned(),
            _ => return None,
        })
    }

    fn time(&self, name: &str) -> Option<String> {
        let format = match name {
            "date" => "%Y-%m-%d",
            "sdate" => "%Y/%m/%d",
            "bdate" => "%d-%b-%Y",
            "cdate" => "%d/%b/%Y",
            "mmdd" => "%m%d",
            "time" => "%H:%M:%S",
            "milli" => "%3f",
            "micro" => "%6f",
            "nano" => "%9f",
            "mon" => "%b",
            "day" => "%d",
            "year" => "%Y",
            _ => return None,
        };
        Some(self.now.format(format).to_string())
    }
}

fn level(name: &str, level: &str) -> Option<String> {
    Some(match name {
        "LEVEL" => level.to_ascii_uppercase(),
        "level" | "level4" => level.to_ascii_lowercase(),
        "Level" | "LVL" => level.to_owned(),
        // Glog and Ruby know a level by its first letter.
        "L" | "K" => level.chars().take(1).collect(),
        "mark" => level.to_owned(),
        _ => return None,
    })
}

/// The template with its `{name}` filled in; `{name:9}` is padded at the left to nine characters, `{name:-9}` at the
/// right. Braces around anything else stay.
pub fn fill(template: &str, values: &mut Values, text: &str, severity: &str, logger: &str) -> String {
    let mut out = String::new();
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        let (before, from) = rest.split_at(open);
        out.push_str(before);
        let end = from.find('}').unwrap_or(0);
        let (name, width) = from
            .get(1..end)
            .unwrap_or_default()
            .split_once(':')
            .unwrap_or((from.get(1..end).unwrap_or_default(), "0"));
        let value = match name {
            "text" => Some(text.to_owned()),
            "logger" => Some(logger.to_owned()),
            _ => level(name, severity).or_else(|| values.time(name)).or_else(|| values.value(name)),
        };
        match (value, width.parse::<isize>()) {
            (Some(value), Ok(width)) => {
                let room = width.unsigned_abs();
                let _ = if width < 0 { write!(out, "{value:<room$}") } else { write!(out, "{value:>room$}") };
                rest = &from[end + 1..];
            }
            _ => {
                out.push('{');
                rest = &from[1..];
            }
        }
    }
    out + rest
}
