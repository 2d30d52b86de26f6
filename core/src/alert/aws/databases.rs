//! Events of RDS and DMS, as they publish them and by EventBridge.
//!
//! An event does not say whether it is bad. So each is an alert, but for categories that only inform, and for those that
//! say that another is over.

use serde_json::Value;

use super::event::Event;
use super::pick::{list, of_arn, text, word};
use super::time::time;
use super::{Place, Reading, Status};

/// Categories of which nothing is wrong. `notification` is none of them: it is what RDS uses for all the rest.
const INFORM: [&str; 4] = ["backup", "creation", "configuration change", "restoration"];
/// Events that say that another is over: shutdown and restart, failover and recovery begun and done.
const PAIRS: [(&str, &str); 5] = [
    ("RDS-EVENT-0006", "RDS-EVENT-0004"),
    ("RDS-EVENT-0049", "RDS-EVENT-0013"),
    ("RDS-EVENT-0021", "RDS-EVENT-0020"),
    ("RDS-EVENT-0071", "RDS-EVENT-0073"),
    ("RDS-EVENT-0088", "RDS-EVENT-0087"),
];

struct Said<'a> {
    /// `RDS-EVENT-0006`.
    id: &'a str,
    about: &'a str,
    arn: &'a str,
    text: &'a str,
    categories: &'a [String],
}

/// As an event subscription publishes it: keys with spaces.
pub fn classic(json: &Value, here: &Place) -> Option<Vec<Reading>> {
    let address = word(json, "/Event ID")?;
    let id = address.rsplit('#').next().unwrap_or_default().trim().to_owned();
    let link = text(json, "/Identifier Link");
    let (link, behind) = link.split_once('\n').unwrap_or((&link, ""));
    let about = word(json, "/Source ID")
        .or_else(|| word(json, "/SourceId"))
        .or_else(|| Some(behind.trim().strip_prefix("SourceId:")?.trim().to_owned()))
        .filter(|about| !about.is_empty())?;
    let arn = text(json, "/Source ARN");
    let said =
        Said { id: &id, about: &about, arn: &arn, text: &text(json, "/Event Message"), categories: &[] };
    let place = here.of("", of_arn(&arn, 4), of_arn(&arn, 3));
    let reading = said.reading(&place)?;
    Some(vec![reading.since(time(&text(json, "/Event Time"))).at_console(link.trim())])
}

/// As EventBridge sends it.
pub fn from_event(event: &Event<'_>) -> Option<Vec<Reading>> {
    let detail = event.detail;
    if let ("aws.dms", Some(id)) = (event.place.source.as_str(), word(detail, "/eventId")) {
        let about = of_arn(&event.resource, 5).rsplit(':').next().filter(|about| !about.is_empty())?;
        let text = text(detail, "/detailMessage");
        let said = Said { id: &id, about, arn: &event.resource, text: &text, categories: &[] };
        return Some(vec![said.reading(&event.place)?.since(event.at)]);
    }
    let (id, about) = (word(detail, "/EventID")?, word(detail, "/SourceIdentifier")?);
    let categories = list(detail, "/EventCategories").iter().filter_map(Value::as_str);
    let categories: Vec<String> = categories.map(str::to_ascii_lowercase).collect();
    let (arn, text) = (text(detail, "/SourceArn"), text(detail, "/Message"));
    let said = Said { id: &id, about: &about, arn: &arn, text: &text, categories: &categories };
    Some(vec![said.reading(&event.place)?.since(event.at)])
}

impl Said<'_> {
    fn reading(&self, place: &Place) -> Option<Reading> {
        let (service, source) = match self.id.split_once("-EVENT-") {
            Some(("RDS", _)) => ("RDS", "aws.rds"),
            Some(("DMS", _)) => ("DMS", "aws.dms"),
            _ => return None,
        };
        let ended = PAIRS.iter().find(|(end, _)| *end == self.id).map(|(_, begun)| *begun);
        let informs =
            !self.categories.is_empty() && self.categories.iter().all(|one| INFORM.contains(&one.as_str()));
        let status = match (ended, informs) {
            (Some(_), _) => Status::Over,
            (None, true) => {
                Status::Informs(format!("it only informs ({}): {}", self.categories.join(", "), self.text))
            }
            (None, false) => Status::Fires,
        };
        let id = ended.unwrap_or(self.id);
        let text = if self.text.is_empty() { self.id } else { self.text };
        let reading = place
            .of(source, "", "")
            .reading("event", &[self.about, id], status)
            .called(&format!("{service}: {}", self.about), &format!("{service} {}: {text}", self.about))
            .label("resource", if self.arn.is_empty() { self.about } else { self.arn })
            .label("source_id", self.about)
            .label("event_id", id)
            .label("event_category", &self.categories.join(", "))
            .note("description", self.text);
        let changed = self.categories.iter().any(|one| one == "configuration change");
        Some(if changed { reading.told_as_change() } else { reading })
    }
}
