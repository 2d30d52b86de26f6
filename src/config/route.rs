//! `route:` and `matchers:`: the tree that says who is told.
//!
//! What a tree means is [`firstlook_core::route`]'s business; here its faults get their lines.

use chrono::TimeDelta;
use firstlook_core::alert::matchers::Matchers;
use firstlook_core::route::{Escalate, Intervals, Route, Tree};

use super::section::Section;
use super::{Error, Receiver, intervals};

const KNOWN: [&str; 8] = ["receiver", "matchers", "continue", ACTIVE, MUTE, "delay", "escalate", "routes"];
const AT_ONCE: &str = "at_once";
const ACTIVE: &str = "active_time_intervals";
const MUTE: &str = "mute_time_intervals";

/// What a tree may name.
struct Names<'a> {
    receivers: &'a [Receiver],
    intervals: &'a Intervals,
}

/// Reads `time_intervals:` and `route:`; every receiver that this names must be one of `receivers`.
pub fn read(top: &Section<'_>, receivers: &[Receiver]) -> Result<Tree, Error> {
    let intervals = intervals::read(top)?;
    let root = top.section("route", &KNOWN, &[])?.ok_or_else(|| {
        top.error("route", "is missing: write `route: { receiver: NAME }` with the name of a receiver")
    })?;
    for key in ["matchers", "continue"] {
        if root.node(key).is_some() {
            let text = "has no place in the root, which takes every alert: move it into `routes`";
            return Err(root.error(key, text));
        }
    }
    for key in [ACTIVE, MUTE] {
        if root.node(key).is_some() {
            let text = "has no place in the root, which must always tell: name it in one of `routes`";
            return Err(root.error(key, text));
        }
    }
    let name = root.required("receiver", "the root tells one when no other route matches")?;
    let names = Names { receivers, intervals: &intervals };
    let receiver = known(&root, name, receivers)?;
    let (delay, routes) = (intervals::delay(&root)?, routes(&root, &names)?);
    let escalate = escalate(&root, &names)?;
    Ok(Tree { receiver, routes, delay, escalate, intervals })
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

fn routes(section: &Section<'_>, names: &Names<'_>) -> Result<Vec<Route>, Error> {
    let mut routes = Vec::new();
    for (path, node) in section.list("routes")? {
        let child = Section::open(section.context, node, &path, &KNOWN, &[])?;
        let receiver = child.text("receiver")?;
        routes.push(Route {
            receiver: receiver.map(|name| known(&child, name, names.receivers)).transpose()?,
            matchers: matchers(&child)?,
            continue_matching: child.boolean("continue", false)?,
            active_time_intervals: times(&child, ACTIVE, names.intervals)?,
            mute_time_intervals: times(&child, MUTE, names.intervals)?,
            delay: intervals::delay(&child)?,
            escalate: escalate(&child, names)?,
            routes: self::routes(&child, names)?,
        });
    }
    Ok(routes)
}

/// `escalate:`.
fn escalate(section: &Section<'_>, names: &Names<'_>) -> Result<Option<Escalate>, Error> {
    let keys = ["receiver", "after", AT_ONCE, ACTIVE, MUTE];
    let Some(one) = section.section("escalate", &keys, &[])? else { return Ok(None) };
    let name = one.required("receiver", "it is told of what nobody takes")?;
    let after = one.delta("after", TimeDelta::zero())?;
    if after > TimeDelta::days(7) {
        return Err(one.error("after", "is longer than a week"));
    }
    Ok(Some(Escalate {
        receiver: known(&one, name, names.receivers)?,
        after: one.node("after").map(|_| after),
        at_once: matchers_of(&one, AT_ONCE)?,
        active: times(&one, ACTIVE, names.intervals)?,
        mute: times(&one, MUTE, names.intervals)?,
    }))
}

/// Names of intervals; each must be there.
fn times(section: &Section<'_>, key: &str, known: &Intervals) -> Result<Vec<String>, Error> {
    let mut names = Vec::new();
    for (name, line) in section.texts(key)?.unwrap_or_default() {
        if !known.contains_key(&name) {
            let there: Vec<&str> = known.keys().map(String::as_str).collect();
            let there = if there.is_empty() {
                "there are none".to_owned()
            } else {
                format!("there are {}", there.join(", "))
            };
            let text = format!("`{}`: {name:?} is not one of `time_intervals`: {there}", section.name(key));
            return Err(section.context.error(line, text));
        }
        names.push(name);
    }
    Ok(names)
}

/// Reads `matchers:`; one that cannot be used is named with its line.
pub fn matchers(section: &Section<'_>) -> Result<Matchers, Error> {
    matchers_of(section, "matchers")
}

/// The same under another key.
pub fn matchers_of(section: &Section<'_>, key: &str) -> Result<Matchers, Error> {
    let texts = section.texts(key)?.unwrap_or_default();
    for (text, line) in &texts {
        Matchers::parse(&[text])
            .map_err(|error| section.context.error(*line, format!("`{}`: {error}", section.name(key))))?;
    }
    let texts: Vec<String> = texts.into_iter().map(|(text, _)| text).collect();
    Matchers::parse(&texts).map_err(|error| section.error(key, error))
}
