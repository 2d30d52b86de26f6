//! `route:`: the tree that says who is told, as written.

use super::section::Section;
use super::{Error, Receiver};

/// A matcher as written, such as `severity="critical"`, and its line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawMatcher {
    /// The text.
    pub text: String,
    /// From 1.
    pub line: usize,
}

/// A node of the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// Its receiver, its parent's where it names none.
    pub receiver: String,
    /// All must match. None in the root.
    pub matchers: Vec<RawMatcher>,
    /// Whether later siblings are tried after it matched.
    pub go_on: bool,
    /// Tried in order; the first match wins.
    pub routes: Vec<Route>,
    /// From 1.
    pub line: usize,
}

const LATER: [&str; 2] = ["active_time_intervals", "mute_time_intervals"];

/// Reads `route:`; every receiver that it names must be one of `receivers`.
pub fn read(top: &Section<'_>, receivers: &[Receiver]) -> Result<Route, Error> {
    let root =
        top.section("route", &["receiver", "matchers", "continue", "routes"], &LATER)?.ok_or_else(|| {
            top.error("route", "is missing: write `route: { receiver: NAME }` with the name of a receiver")
        })?;
    for key in ["matchers", "continue"] {
        if root.node(key).is_some() {
            return Err(
                root.error(key, "has no place in the root, which takes every alert: move it into `routes`")
            );
        }
    }
    root.required("receiver", "the root tells one when no other route matches")?;
    node(&root, "", receivers)
}

fn node(section: &Section<'_>, inherited: &str, receivers: &[Receiver]) -> Result<Route, Error> {
    let receiver = section.text("receiver")?.unwrap_or_else(|| inherited.to_owned());
    if !receivers.iter().any(|known| known.name == receiver) {
        let names: Vec<&str> = receivers.iter().map(|known| known.name.as_str()).collect();
        let there = if names.is_empty() {
            "there are none".to_owned()
        } else {
            format!("there are {}", names.join(", "))
        };
        return Err(section.error("receiver", format!("{receiver:?} is not one of `receivers`: {there}")));
    }
    let mut routes = Vec::new();
    for (path, child) in section.list("routes")? {
        let known = ["receiver", "matchers", "continue", "routes"];
        let child = Section::open(section.context, child, &path, &known, &LATER)?;
        routes.push(node(&child, &receiver, receivers)?);
    }
    Ok(Route {
        receiver,
        matchers: matchers(section)?,
        go_on: section.boolean("continue", false)?,
        routes,
        line: section.line,
    })
}

/// The texts of `matchers:`, unread.
pub fn matchers(section: &Section<'_>) -> Result<Vec<RawMatcher>, Error> {
    let texts = section.texts("matchers")?.unwrap_or_default();
    Ok(texts.into_iter().map(|(text, line)| RawMatcher { text, line }).collect())
}
