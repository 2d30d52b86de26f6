//! `sources.changes`: who may tell what was changed.

use super::section::Section;
use super::{Authorization, Error, Server, alerts};
use crate::secret::Secret;

/// One of `sources.changes`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeSource {
    /// The last part of its address, `/webhooks/changes/{name}`.
    pub name: String,
    /// What its requests must carry; `None` beside no routing key is possible on loopback alone.
    pub authorization: Option<Authorization>,
    /// What each body must have as its `routing_key`: what senders made for PagerDuty can show.
    pub routing_key: Option<Secret>,
}

/// Reads `sources.changes`.
pub fn sources(top: &Section<'_>, server: &Server) -> Result<Vec<ChangeSource>, Error> {
    let Some(section) = top.section("sources", &super::SOURCES, &[])? else { return Ok(Vec::new()) };
    let mut sources: Vec<ChangeSource> = Vec::new();
    for (path, node) in section.list("changes")? {
        let known = ["name", "authorization", "basic_auth", "routing_key", "routing_key_file"];
        let item = Section::open(top.context, node, &path, &known, &[])?;
        let name = alerts::name(&item)?;
        if sources.iter().any(|source| source.name == name) {
            return Err(item.error("name", format!("{name:?} is taken: each source needs its own")));
        }
        let (authorization, routing_key) = (alerts::authorization(&item)?, item.secret("routing_key")?);
        if authorization.is_none() && routing_key.is_none() && server.webhooks_exposed() {
            let text = "needs `authorization`, `basic_auth` or `routing_key`, since other machines reach the webhooks";
            return Err(top.context.error(item.line, format!("`{path}` {text}")));
        }
        sources.push(ChangeSource { name, authorization, routing_key });
    }
    Ok(sources)
}
