//! `preview`: what a template says of an incident, as it would be sent.

use std::process::ExitCode;

use firstlook::app::{self, StartError};
use firstlook::config::Config;
use firstlook::templates;
use firstlook_core::notify::templates::{Place, sample};

use super::files;
use super::serve::runtime;

/// Prints what `template` says, within the limits of where it goes. Sends nothing.
pub fn run(config: &Config, template: &str, incident: Option<&str>) -> Result<ExitCode, StartError> {
    let webhooks = config.receivers.iter().flat_map(|receiver| &receiver.webhook);
    let mut known: Vec<&str> = Place::ALL.iter().map(|place| place.as_str()).collect();
    known.extend(webhooks.filter_map(|one| one.template.as_deref()));
    if !known.contains(&template) {
        return Err(format!("no message is made from {template:?}; there are: {}", known.join(", ")).into());
    }
    if incident.is_some() && Place::parse(template).is_some_and(Place::is_of_many) {
        return Err(format!("{template} is about many incidents: leave `--incident` out").into());
    }
    let templates = templates::load(config)?;
    let view = match incident {
        None => sample(config.language),
        Some(id) => {
            let found = runtime()?.block_on(app::incident(config, id))?;
            found.ok_or_else(|| StartError::from(format!("there is no incident {id}")))?
        }
    };
    let said = templates.preview(template, &view)?;
    if said.is_empty() && template == Place::Report.as_str() {
        return Err("this incident has no analysis with a report: name another, or none for a sample".into());
    }
    files::print(|out| Ok(writeln!(out, "{said}")?))
}
