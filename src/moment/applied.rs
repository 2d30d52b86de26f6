//! Which sources apply to an incident, and what each is asked about: where a person named several services, a source that needs
//! one is asked for each of them.
//!
//! Knows matchers and labels. Must not know how a source is asked.

use firstlook_core::alert::Labels;
use firstlook_core::alert::matchers::Matchers;
use uuid::Uuid;

use crate::evidence::{Moment, Source};
use crate::store::{Store, StoreError};

/// The label that names the service of an incident.
pub const SERVICE: &str = "service";

/// A source as it applies to an incident.
#[derive(Debug)]
pub struct Applied<'a> {
    /// What people and models call it: its name, with the service where it is asked for several, `k8s:api`.
    pub name: String,
    /// The source.
    pub source: &'a Source,
    /// What it is asked about.
    pub moment: Moment,
}

/// The sources that apply to an incident, in the order of the configuration.
///
/// # Errors
/// When the database does not answer.
pub async fn applied<'a>(
    store: &Store,
    incident: Uuid,
    sources: &'a [(Matchers, Source)],
    moment: &Moment,
) -> Result<Vec<Applied<'a>>, StoreError> {
    Ok(of_services(sources, moment, &store.asked_services(incident).await?))
}

/// The labels by which sources are chosen for an incident: its own, or those of each service that a person named.
///
/// # Errors
/// When the database does not answer.
pub async fn chosen_by(store: &Store, incident: Uuid) -> Result<Vec<Labels>, StoreError> {
    let own = store.incident_labels(incident).await?;
    Ok(with_services(&own, &store.asked_services(incident).await?))
}

/// The labels of an incident, `own`, or for each of the `services` that a person named.
pub fn with_services(own: &Labels, services: &[String]) -> Vec<Labels> {
    let of = |service: &String| {
        let mut labels = own.clone();
        labels.set(SERVICE, service);
        labels
    };
    if services.is_empty() { vec![own.clone()] } else { services.iter().map(of).collect() }
}

fn of_services<'a>(
    sources: &'a [(Matchers, Source)],
    moment: &Moment,
    services: &[String],
) -> Vec<Applied<'a>> {
    let moments: Vec<Moment> = with_services(&moment.labels, services)
        .into_iter()
        .map(|labels| Moment { labels, ..moment.clone() })
        .collect();
    let mut all = Vec::new();
    for (matchers, source) in sources {
        let fits = moments.iter().filter(|moment| matchers.matches(&moment.labels));
        // What does not depend on it would answer the same each time.
        let most = if source.door.names(SERVICE) { moments.len() } else { 1 };
        for moment in fits.take(most) {
            let name = match most {
                1 => source.name.clone(),
                _ => format!("{}:{}", source.name, moment.labels.get(SERVICE)),
            };
            all.push(Applied { name, source, moment: moment.clone() });
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use firstlook_core::evidence::Window;

    use super::*;
    use crate::evidence::{Door, LogFile};

    fn source(name: &str, path: &str, matchers: &[&str]) -> (Matchers, Source) {
        let matchers: Vec<String> = matchers.iter().map(|&one| one.to_owned()).collect();
        let door = Door::LogFile(LogFile::new(path).unwrap());
        (Matchers::parse(&matchers).unwrap(), Source { name: name.to_owned(), door })
    }

    fn asked(services: &[&str], own: &[(&str, &str)]) -> Vec<(String, String)> {
        let sources = [
            source("each", "/log/{{labels.service}}.log", &[]),
            source("all", "/log/all.log", &[]),
            source("api", "/log/api.log", &["service=\"api\""]),
            source("some", "/log/{{labels.service}}.log", &["service=~\"api|pay\""]),
        ];
        let (labels, now): (Labels, _) = (own.iter().copied().collect(), crate::clock::now());
        let window = Window { start: now, end: now };
        let moment = Moment { labels, alerts: Vec::new(), window, baselines: Vec::new() };
        let services: Vec<String> = services.iter().map(|&one| one.to_owned()).collect();
        let found = of_services(&sources, &moment, &services);
        found.into_iter().map(|one| (one.name, one.moment.labels.get(SERVICE).to_owned())).collect()
    }

    #[test]
    fn a_source_is_asked_for_each_service_that_it_needs_and_fits_and_once_where_it_needs_none() {
        let pair = |name: &str, service: &str| (name.to_owned(), service.to_owned());
        assert_eq!(
            asked(&["cart", "api", "pay"], &[]),
            [
                pair("each:cart", "cart"),
                pair("each:api", "api"),
                pair("each:pay", "pay"),
                pair("all", "cart"),
                pair("api", "api"),
                pair("some:api", "api"),
                pair("some:pay", "pay"),
            ]
        );
    }

    #[test]
    fn without_several_services_the_incident_s_labels_decide() {
        let pair = |name: &str, service: &str| (name.to_owned(), service.to_owned());
        assert_eq!(
            asked(&[], &[("service", "pay")]),
            [pair("each", "pay"), pair("all", "pay"), pair("some", "pay")]
        );
        assert_eq!(asked(&[], &[]), [pair("each", ""), pair("all", "")]);
    }
}
