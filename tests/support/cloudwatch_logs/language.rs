//! The language of Logs Insights, as much of it as is asked of the local server; all else is malformed there.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use chrono::DateTime;
use regex::Regex;
use serde_json::{Value, json};

use super::{ACCOUNT, Event, Refused};

/// An event, or a row of `stats`: columns and values.
type Fields = BTreeMap<String, String>;

enum Command {
    Fields(Vec<String>),
    Display(Vec<String>),
    Filter(Vec<Condition>),
    Parse(Regex),
    Stats(Vec<(String, String)>, Vec<(String, String)>),
    Sort(String, bool),
    Limit(usize),
}

enum Condition {
    Holds(String, String),
    Fits(String, Regex),
    Compares(String, String, String),
}

/// A query that was understood.
pub struct Query(Vec<Command>);

/// The pieces that `mark` parts, where it stands in no string, pattern or parentheses.
fn parts(text: &str, mark: &str) -> Vec<String> {
    let (mut pieces, mut quote, mut depth, mut escaped, mut before) =
        (vec![String::new()], None, 0_i32, false, ' ');
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        if quote.is_none() && depth == 0 && rest.starts_with(mark) {
            pieces.push(String::new());
            rest = &rest[mark.len()..];
            continue;
        }
        match (quote, letter) {
            _ if escaped => escaped = false,
            (Some(_), '\\') => escaped = true,
            (Some(open), close) if open == close => quote = None,
            (None, '\'' | '"') => quote = Some(letter),
            (None, '/') if before == ' ' => quote = Some(letter),
            (None, '(') => depth += 1,
            (None, ')') => depth -= 1,
            _ => {}
        }
        before = letter;
        pieces.last_mut().unwrap().push(letter);
        rest = &rest[letter.len_utf8()..];
    }
    pieces.iter().map(|piece| piece.trim().to_owned()).collect()
}

fn unquoted(text: &str) -> Option<String> {
    let by = text.chars().next().filter(|by| matches!(by, '\'' | '"'))?;
    let inside = text.strip_prefix(by)?.strip_suffix(by)?;
    Some(inside.replace(&format!("\\{by}"), &by.to_string()).replace("\\\\", "\\"))
}

fn pattern(text: &str) -> Option<Regex> {
    Regex::new(&text.strip_prefix('/')?.strip_suffix('/')?.replace("\\/", "/")).ok()
}

fn condition(text: &str) -> Option<Condition> {
    if let Some((field, wanted)) = text.split_once(" like ") {
        let (field, wanted) = (field.trim().to_owned(), wanted.trim());
        return match unquoted(wanted) {
            Some(wanted) => Some(Condition::Holds(field, wanted)),
            None => Some(Condition::Fits(field, pattern(wanted)?)),
        };
    }
    let mark = [">=", "<=", "=", ">", "<"].into_iter().find(|mark| text.contains(mark))?;
    let (field, value) = text.split_once(mark)?;
    let value = value.trim();
    let value = unquoted(value).or_else(|| value.parse::<f64>().ok().map(|_| value.to_owned()))?;
    Some(Condition::Compares(field.trim().to_owned(), mark.to_owned(), value))
}

/// An expression and its column; `known` says whether the expression is one.
fn columns(text: &str, known: impl Fn(&str) -> bool) -> Option<Vec<(String, String)>> {
    let one = |text: &String| {
        let (what, name) = text.split_once(" as ").unwrap_or((text, text));
        known(what.trim()).then(|| (what.trim().to_owned(), name.trim().to_owned()))
    };
    parts(text, ",").iter().map(one).collect()
}

fn is_field(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "@_.".contains(c))
}

fn is_aggregate(text: &str) -> bool {
    let Some((name, inside)) = text.strip_suffix(')').and_then(|text| text.split_once('(')) else {
        return false;
    };
    let first = inside.split(',').next().unwrap_or_default();
    ["count", "max", "sum", "pct"].contains(&name) && (inside == "*" || is_field(first.trim()))
}

fn bin(text: &str) -> Option<i64> {
    let inside = text.strip_prefix("bin(")?.strip_suffix(')')?;
    let (number, unit) = inside.split_at(inside.len() - 1);
    Some(
        number.parse::<i64>().ok()?
            * match unit {
                "s" => 1_000,
                "m" => 60_000,
                _ => return None,
            },
    )
}

fn command(text: &str) -> Option<Command> {
    let (word, rest) = text.split_once(char::is_whitespace)?;
    let fields =
        || parts(rest, ",").into_iter().map(|one| is_field(&one).then_some(one)).collect::<Option<_>>();
    Some(match word {
        "fields" => Command::Fields(fields()?),
        "display" => Command::Display(fields()?),
        "filter" => {
            Command::Filter(parts(rest, " and ").iter().map(|one| condition(one)).collect::<Option<_>>()?)
        }
        "parse" => Command::Parse(pattern(rest.strip_prefix("@message ")?.trim())?),
        "stats" => {
            let (values, by) = rest.split_once(" by ").unwrap_or((rest, ""));
            let by =
                if by.is_empty() { vec![] } else { columns(by, |one| is_field(one) || bin(one).is_some())? };
            Command::Stats(columns(values, is_aggregate)?, by)
        }
        "sort" => {
            let (field, way) = rest.trim().split_once(' ').unwrap_or((rest.trim(), "asc"));
            Command::Sort(field.to_owned(), way == "desc")
        }
        "limit" => Command::Limit(rest.trim().parse().ok().filter(|n| (1..=10_000).contains(n))?),
        _ => return None,
    })
}

impl Query {
    /// # Errors
    /// What the real one answers to what it cannot read.
    pub fn read(text: &str) -> Result<Self, Refused> {
        let text: Vec<&str> = text.lines().filter(|line| !line.trim_start().starts_with('#')).collect();
        if text.first().is_some_and(|line| line.trim_start().starts_with("SOURCE")) {
            return Err(("InvalidParameterException", "SOURCE cannot be used with log groups".into()));
        }
        let pieces = parts(&text.join("\n"), "|");
        pieces
            .iter()
            .enumerate()
            .map(|(n, one)| command(one).ok_or_else(|| malformed(n)))
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// The rows of these events, at most `limit` of them, and how many events match.
    pub fn run(&self, mut events: Vec<(&String, &Event)>, limit: usize) -> (Vec<Value>, usize) {
        events.sort_by_key(|(_, event)| -event.at);
        let mut rows: Vec<Fields> = events.into_iter().map(read).collect();
        let (mut shown, mut only, mut matched, mut events) = (Vec::new(), false, rows.len(), true);
        for command in &self.0 {
            match command {
                Command::Fields(names) if !only => shown.extend(names.iter().cloned()),
                Command::Fields(_) => {}
                Command::Display(names) => (shown, only) = (names.clone(), true),
                Command::Filter(all) => rows.retain(|row| all.iter().all(|one| one.holds(row))),
                Command::Parse(regex) => rows.iter_mut().for_each(|row| parsed(regex, row)),
                Command::Stats(values, by) => {
                    rows = stats(&rows, values, by);
                    shown = by.iter().chain(values).map(|(_, name)| name.clone()).collect();
                    events = false;
                }
                Command::Sort(field, down) => rows.sort_by(|a, b| {
                    let order = compare(a.get(field), b.get(field));
                    if *down { order.reverse() } else { order }
                }),
                Command::Limit(most) => rows.truncate(*most),
            }
            if events && !matches!(command, Command::Limit(_)) {
                matched = rows.len();
            }
        }
        let mut seen = BTreeSet::new();
        shown.retain(|name| seen.insert(name.clone()));
        if events && !only {
            shown.push("@ptr".into());
        }
        rows.truncate(limit);
        let row = |row: &Fields| -> Value {
            let of = |name: &String| Some(json!({"field": name, "value": row.get(name)?}));
            shown.iter().filter_map(of).collect()
        };
        (rows.iter().map(row).collect(), matched)
    }
}

/// Its own fields, and those of JSON in its text.
fn read((group, event): (&String, &Event)) -> Fields {
    let at = DateTime::from_timestamp_millis(event.at).unwrap().format("%Y-%m-%d %H:%M:%S%.3f").to_string();
    let mut fields: Fields = match serde_json::from_str(&event.text) {
        Ok(Value::Object(map)) => map
            .into_iter()
            .map(|(name, value)| (name, value.as_str().map_or(value.to_string(), str::to_owned)))
            .collect(),
        _ => Fields::new(),
    };
    for (name, value) in [
        ("@timestamp", at),
        ("@message", event.text.clone()),
        ("@logStream", event.stream.clone()),
        ("@log", format!("{ACCOUNT}:{group}")),
        ("@ptr", format!("pointer-{}", event.at)),
    ] {
        fields.insert(name.into(), value);
    }
    fields
}

impl Condition {
    fn holds(&self, row: &Fields) -> bool {
        match self {
            Self::Holds(field, wanted) => row.get(field).is_some_and(|value| value.contains(wanted)),
            Self::Fits(field, regex) => row.get(field).is_some_and(|value| regex.is_match(value)),
            Self::Compares(field, mark, value) => row.get(field).is_some_and(|found| {
                let order = compare(Some(found), Some(value));
                match mark.as_str() {
                    ">=" => order.is_ge(),
                    "<=" => order.is_le(),
                    ">" => order.is_gt(),
                    "<" => order.is_lt(),
                    _ => order.is_eq(),
                }
            }),
        }
    }
}

fn compare(one: Option<&String>, other: Option<&String>) -> Ordering {
    let number = |text: Option<&String>| text.and_then(|text| text.parse::<f64>().ok());
    match (number(one), number(other)) {
        (Some(one), Some(other)) => one.total_cmp(&other),
        _ => one.cmp(&other),
    }
}

fn parsed(regex: &Regex, row: &mut Fields) {
    let text = row["@message"].clone();
    let Some(found) = regex.captures(&text) else { return };
    for name in regex.capture_names().flatten() {
        row.extend(found.name(name).map(|value| (name.to_owned(), value.as_str().to_owned())));
    }
}

/// Like the real one it gives no row for what it counts nothing of, except where it counts by nothing.
fn stats(rows: &[Fields], values: &[(String, String)], by: &[(String, String)]) -> Vec<Fields> {
    let mut groups: BTreeMap<Vec<String>, Vec<&Fields>> = BTreeMap::new();
    for row in rows {
        let key = |(what, _): &(String, String)| match bin(what) {
            None => row.get(what).cloned().unwrap_or_default(),
            Some(width) => {
                let at = chrono::NaiveDateTime::parse_from_str(&row["@timestamp"], "%Y-%m-%d %H:%M:%S%.f")
                    .unwrap();
                let at = at.and_utc().timestamp_millis().div_euclid(width) * width;
                DateTime::from_timestamp_millis(at).unwrap().format("%Y-%m-%d %H:%M:%S%.3f").to_string()
            }
        };
        groups.entry(by.iter().map(key).collect()).or_default().push(row);
    }
    let of = |(key, rows): (Vec<String>, Vec<&Fields>)| {
        let names = by.iter().map(|(_, name)| name.clone());
        let counted = values.iter().filter_map(|(what, name)| Some((name.clone(), aggregate(what, &rows)?)));
        names.zip(key).filter(|(_, value)| !value.is_empty()).chain(counted).collect()
    };
    groups.into_iter().map(of).collect()
}

fn aggregate(what: &str, rows: &[&Fields]) -> Option<String> {
    let (name, inside) = what.strip_suffix(')')?.split_once('(')?;
    let (field, share) = inside.split_once(',').unwrap_or((inside, "100"));
    if name == "count" {
        let there = rows.iter().filter(|row| field == "*" || row.contains_key(field));
        return Some(there.count().to_string());
    }
    let mut numbers: Vec<f64> = rows.iter().filter_map(|row| row.get(field)?.parse().ok()).collect();
    numbers.sort_by(f64::total_cmp);
    match name {
        "sum" => Some(numbers.iter().sum::<f64>().to_string()),
        _ => {
            let place = (share.trim().parse::<f64>().ok()? / 100.0 * numbers.len() as f64).ceil() as usize;
            Some(numbers.get(place.max(1) - 1)?.to_string())
        }
    }
}

fn malformed(line: usize) -> Refused {
    let words = format!("unexpected symbol found ( at line {} and position 9", line + 1);
    ("MalformedQueryException", words)
}
