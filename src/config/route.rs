//! `route:`: the tree that says who is told.

use firstlook_core::alert::matchers::Matchers;
use firstlook_core::route::{Route, Tree};

use super::section::Section;
use super::{Error, Receiver};

const KEYS: [&str; 4] = ["receiver", "matchers", "continue", "routes"];
const LATER: [&str; 2] = ["active_time_intervals", "mute_time_intervals"];

/// Reads `route:`; every receiver that it names must be one of `receivers`.
pub fn read(top: &Section<'_>, receivers: &[Receiver]) -> Result<Tree, Error> {
    let root = top.section("route", &KEYS, &LATER)?.ok_or_else(|| {
        top.error("route", "is missing: write `route: { receiver: NAME }` with the name of a receiver")
    })?;
    for key in ["matchers", "continue"] {
        if root.node(key).is_some() {
            return Err(
                root.error(key, "has no place in the root, which takes every alert: move it into `routes`")
            );
        }
    }
    let receiver = root.required("receiver", "the root tells one when no other route matches")?;
    known(&root, &receiver, receivers)?;
    Ok(Tree { receiver, routes: children(&root, receivers)? })
}

fn children(section: &Section<'_>, receivers: &[Receiver]) -> Result<Vec<Route>, Error> {
    let child = |(path, node): (String, _)| {
        let child = Section::open(section.context, node, &path, &KEYS, &LATER)?;
        let receiver = child.text("receiver")?;
        if let Some(receiver) = &receiver {
            known(&child, receiver, receivers)?;
        }
        Ok(Route {
            receiver,
            matchers: matchers(&child)?,
            continue_matching: child.boolean("continue", false)?,
            routes: children(&child, receivers)?,
        })
    };
    section.list("routes")?.into_iter().map(child).collect()
}

fn known(section: &Section<'_>, receiver: &str, receivers: &[Receiver]) -> Result<(), Error> {
    if receivers.iter().any(|known| known.name == receiver) {
        return Ok(());
    }
    let names: Vec<&str> = receivers.iter().map(|known| known.name.as_str()).collect();
    let there = if names.is_empty() {
        "there are none".to_owned()
    } else {
        format!("there are {}", names.join(", "))
    };
    Err(section.error("receiver", format!("{receiver:?} is not one of `receivers`: {there}")))
}

/// `matchers:`, all of which must hold.
pub fn matchers(section: &Section<'_>) -> Result<Matchers, Error> {
    let texts = section.texts("matchers")?.unwrap_or_default();
    for (text, line) in &texts {
        if let Err(error) = Matchers::parse(&[text]) {
            let name = section.name("matchers");
            return Err(section.context.error(*line, format!("`{name}`: {error}")));
        }
    }
    let texts: Vec<String> = texts.into_iter().map(|(text, _)| text).collect();
    Matchers::parse(&texts).map_err(|error| section.error("matchers", error))
}
