//! The labelled lines of Loghub, where somebody has its folder: its licence does not let us ship them.
//!
//! Knows how they lie there. Must not know what is measured on them.

use std::collections::HashMap;
use std::path::Path;

/// The lines of one system, and which statement wrote each.
pub struct System {
    /// As they stand in its file.
    pub raw: Vec<String>,
    /// Without their headers.
    pub content: Vec<String>,
    /// The statement of each line.
    pub truth: Vec<u32>,
}

/// Each folder of `2k` is a system: its lines, and a table whose columns `Content` and `EventTemplate` are the truth.
pub fn systems(folder: &Path) -> Vec<System> {
    let entries = std::fs::read_dir(folder.join("2k")).unwrap();
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| read(path)).collect()
}

/// The lines of all systems, as they stand and without headers.
pub fn all(folder: &Path) -> (Vec<String>, Vec<String>) {
    let systems = systems(folder);
    let (raw, content): (Vec<_>, Vec<_>) = systems.into_iter().map(|one| (one.raw, one.content)).unzip();
    (raw.concat(), content.concat())
}

fn read(system: &Path) -> System {
    let name = system.file_name().unwrap().to_string_lossy();
    let text = |end: &str| {
        let bytes = std::fs::read(system.join(format!("{name}_2k.log{end}"))).unwrap();
        String::from_utf8_lossy(&bytes).into_owned()
    };
    let table = records(&text("_structured.csv"));
    let column = |name: &str| table[0].iter().position(|field| field == name).unwrap();
    let (content, template) = (column("Content"), column("EventTemplate"));
    let mut ids = HashMap::new();
    let mut statement = |row: &Vec<String>| {
        let next = ids.len() as u32;
        *ids.entry(row[template].clone()).or_insert(next)
    };
    System {
        raw: text("").lines().map(str::to_owned).collect(),
        content: table[1..].iter().map(|row| row[content].clone()).collect(),
        truth: table[1..].iter().map(&mut statement).collect(),
    }
}

/// The records of a comma-separated table, quoted as RFC 4180 has it.
fn records(text: &str) -> Vec<Vec<String>> {
    let (mut all, mut row, mut field, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut chars = text.chars().filter(|c| *c != '\r').peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => field.extend(chars.next()),
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(std::mem::take(&mut field)),
            '\n' if !quoted => {
                row.push(std::mem::take(&mut field));
                all.push(std::mem::take(&mut row));
            }
            _ => field.push(c),
        }
    }
    all
}
