//! Calls of AWS's API that EventBridge reports: each is a change, and none an alert.

use super::call::Call;
use super::event::Event;
use super::{Place, Reading, Status};

/// A call that CloudTrail has recorded.
pub fn read(event: &Event<'_>) -> Option<Vec<Reading>> {
    if event.kind != "AWS API Call via CloudTrail" {
        return None;
    }
    let call = Call::read(event.detail)?;
    let place = event.place.of(&event.place.source, &call.account, &call.region);
    Some(vec![reading(&call, &place).since(call.at.or(event.at))])
}

fn reading(call: &Call, place: &Place) -> Reading {
    let objects = call.objects.join(", ");
    let (on, summary) = (if objects.is_empty() { "" } else { " on " }, call.summary());
    let why = format!("{summary}{on}{objects}");
    let reading = place
        .reading("call", &[call.service(), &call.name, &objects], Status::Informs(why.clone()))
        .called(&format!("{} {}", call.service(), call.name), &why)
        .label("resource", call.objects.first().map_or("", String::as_str));
    if call.is_routine() {
        return reading;
    }
    call.notes().into_iter().fold(reading, |reading, (name, value)| reading.note(name, &value)).changed(
        &summary,
        &call.origin,
        Some(call.id.clone()),
    )
}
