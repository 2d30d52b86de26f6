//! The statement of a local Athena that groups by columns of one's own choice, of rows that have some values alone.

use std::collections::BTreeMap;

use regex::Regex;

use super::{COUNTED, Logged, figures};

/// The rows with the names of their columns first; `None` where the statement is another one.
pub fn of_choice(found: &[(usize, &Logged)], sql: &str) -> Option<Vec<Vec<Option<String>>>> {
    let set = Regex::new(r"GROUP BY GROUPING SETS \(\(\), \(([a-z_, ]+)\)\)\n").unwrap().captures(sql)?;
    let by: Vec<&str> = set.get(1).unwrap().as_str().split(", ").collect();
    let only = Regex::new(r"FROM requests\nWHERE (.*)\n").unwrap().captures(sql);
    let only = only.map_or(String::new(), |found| found[1].to_owned());
    let term = Regex::new(r"([a-z_]+) = '((?:[^']|'')*)'").unwrap();
    let terms: Vec<(String, String)> =
        term.captures_iter(&only).map(|found| (found[1].to_owned(), found[2].replace("''", "'"))).collect();
    let mut whole: [Vec<&Logged>; 2] = Default::default();
    let mut groups: BTreeMap<Vec<String>, [Vec<&Logged>; 2]> = BTreeMap::new();
    for (side, one) in found {
        if terms.iter().all(|(name, value)| cell(one, name) == *value) {
            whole[*side].push(one);
            let key = by.iter().map(|name| cell(one, name)).collect();
            groups.entry(key).or_default()[*side].push(one);
        }
    }
    let names = format!("by_what {} {COUNTED}", by.join(" "));
    let mut rows = vec![names.split(' ').map(|name| Some(name.to_owned())).collect()];
    let all = (1_u32 << by.len()) - 1;
    let mut first = vec![Some(all.to_string())];
    first.extend(by.iter().map(|_| None));
    first.extend(figures(&whole));
    rows.push(first);
    for (key, sides) in groups {
        let mut row = vec![Some("0".to_owned())];
        row.extend(key.into_iter().map(Some));
        row.extend(figures(&sides));
        rows.push(row);
    }
    Some(rows)
}

fn cell(one: &Logged, name: &str) -> String {
    match name {
        "target" => one.target.to_owned(),
        "path" => one.path.clone(),
        "client" => one.client.clone(),
        _ => one.status.to_string(),
    }
}
