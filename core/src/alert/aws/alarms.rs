//! Changes of CloudWatch alarms themselves: one that is deleted never says that it is OK again.

use super::event::Event;
use super::pick::{of_arn, word};
use super::{Place, Reading, Status};

/// The change of an alarm's configuration.
pub fn read(event: &Event<'_>) -> Option<Vec<Reading>> {
    if event.kind != "CloudWatch Alarm Configuration Change" {
        return None;
    }
    let arn = event.resource.as_str();
    let name = of_arn(arn, 5).strip_prefix("alarm:").filter(|name| !name.is_empty())?;
    let operation = word(event.detail, "/operation")?;
    let deleted = operation == "delete";
    let why = match deleted {
        true => "the alarm was deleted, so it will never say that it is OK".to_owned(),
        false => format!("its configuration was changed ({operation})"),
    };
    let place = Place::new(&event.place.source, of_arn(arn, 4), of_arn(arn, 3));
    let reading = |status| {
        let mut reading = place.reading("alarm", &[name], status).called(name, &format!("{name}: {why}"));
        // The alarm itself, as its changes of state name it.
        reading.identity = arn.to_owned();
        reading.since(event.at)
    };
    // An alarm may fire because its limit was moved.
    let noted = reading(Status::Informs(why.clone())).with_change(&format!("CloudWatch alarm {name}: {why}"));
    // The end of an alert gives no reason, so that is noted beside it.
    Some(if deleted { vec![noted, reading(Status::Over)] } else { vec![noted] })
}
