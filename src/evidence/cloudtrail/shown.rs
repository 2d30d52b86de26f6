//! How a person gets the same events.
//!
//! Knows the command line. Must not know whom it asks.

use chrono::{DateTime, SecondsFormat, Utc};
use firstlook_core::evidence::Window;

use super::super::quoted::shell;
use super::pages::Attribute;

/// The command that brings the same events, for a shell.
pub(super) fn command(region: &str, attribute: &Attribute<'_>, range: Window) -> String {
    let (key, value) = attribute.parts();
    let time = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Secs, true);
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let value = if value.chars().all(plain) { value.to_owned() } else { shell(value) };
    format!(
        "aws cloudtrail lookup-events --region {region} --lookup-attributes AttributeKey={},AttributeValue={value} \
         --start-time {} --end-time {}",
        key.as_str(),
        time(range.start),
        time(range.end)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_can_be_pasted() {
        let range = Window {
            start: "2026-03-01T10:00:00Z".parse().unwrap(),
            end: "2026-03-01T10:15:00Z".parse().unwrap(),
        };
        let times = "--start-time 2026-03-01T10:00:00Z --end-time 2026-03-01T10:15:00Z";
        for (attribute, said) in [
            (Attribute::Writes, "AttributeKey=ReadOnly,AttributeValue=false"),
            (Attribute::Name("UpdateService"), "AttributeKey=EventName,AttributeValue=UpdateService"),
            (Attribute::Name("x; rm -r 'y'"), "AttributeKey=EventName,AttributeValue='x; rm -r '\\''y'\\'''"),
            (Attribute::Resource("app/web/1"), "AttributeKey=ResourceName,AttributeValue='app/web/1'"),
        ] {
            let whole =
                format!("aws cloudtrail lookup-events --region eu-west-1 --lookup-attributes {said} {times}");
            assert_eq!(command("eu-west-1", &attribute, range), whole);
        }
    }
}
