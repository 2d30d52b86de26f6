//! `route:` and `matchers:`: the tree that says who is told.
//!
//! What a tree means is [`firstlook_core::route`]'s business; here its faults get their lines.

use firstlook_core::alert::matchers::Matchers;
use firstlook_core::route::{Route, Tree};

use super::section::Section;
use super::{Error, Receiver};

const KNOWN: [&str; 4] = ["receiver", "matchers", "continue", "routes"];
const LATER: [&str; 2] = ["active_time_intervals", "mute_time_intervals"];

/// Reads `route:`; every receiver that it names must be one of `receivers`.
pub fn read(top: &Section<'_>, receivers: &[Receiver]) -> Result<Tree, Error> {
    let root = top.section("route", &KNOWN, &LATER)?.ok_or_else(|| {
        top.error("route", "is missing: write `route: { receiver: NAME }` with the name of a receiver")
    })?;
    for key in ["matchers", "continue"] {
        if root.node(key).is_some() {
            let text = "has no place in the root, which takes every alert: move it into `routes`";
            return Err(root.error(key, text));
        }
    }
    let name = root.required("receiver", "the root tells one when no other route matches")?;
    Ok(Tree { receiver: known(&root, name, receivers)?, routes: routes(&root, receivers)? })
}

fn known(section: &Section<'_>, name: String, receivers: &[Receiver]) -> Result<String, Error> {
    if receivers.iter().any(|receiver| receiver.name == name) {
        return Ok(name);
    }
    let names: Vec<&str> = receivers.iter().map(|receiver| receiver.name.as_str()).collect();
    let there = if names.is_empty() {
        "there are none".to_owned()
    } else {
        format!("there are {}", names.join(", "))
    };
    Err(section.error("receiver", format!("{name:?} is not one of `receivers`: {there}")))
}

fn routes(section: &Section<'_>, receivers: &[Receiver]) -> Result<Vec<Route>, Error> {
    let mut routes = Vec::new();
    for (path, node) in section.list("routes")? {
        let child = Section::open(section.context, node, &path, &KNOWN, &LATER)?;
        let receiver = child.text("receiver")?;
        routes.push(Route {
            receiver: receiver.map(|name| known(&child, name, receivers)).transpose()?,
            matchers: matchers(&child)?,
            continue_matching: child.boolean("continue", false)?,
            routes: self::routes(&child, receivers)?,
        });
    }
    Ok(routes)
}

/// Reads `matchers:`; one that cannot be used is named with its line.
pub fn matchers(section: &Section<'_>) -> Result<Matchers, Error> {
    let texts = section.texts("matchers")?.unwrap_or_default();
    for (text, line) in &texts {
        Matchers::parse(&[text]).map_err(|error| {
            section.context.error(*line, format!("`{}`: {error}", section.name("matchers")))
        })?;
    }
    let texts: Vec<String> = texts.into_iter().map(|(text, _)| text).collect();
    Matchers::parse(&texts).map_err(|error| section.error("matchers", error))
}
