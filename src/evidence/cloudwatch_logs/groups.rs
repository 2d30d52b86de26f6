//! Door: network. Which log groups are asked: those that are configured, or those of the alarm that exist.
//!
//! Knows names and `DescribeLogGroups`. Must not know queries.

use aws_sdk_cloudwatchlogs::Client;
use firstlook_core::alert::Labels;
use firstlook_core::evidence::cloudwatch::log_groups::{self, Place};
use futures_util::future::try_join_all;

use super::super::template::{Part, Template, value};
use super::super::{Fault, Moment};
use super::refused;

/// What one query takes.
pub(super) const MOST: usize = 50;
/// Places of an incident that are looked for.
const MOST_PLACES: usize = 20;

/// A configured name or ARN with these labels.
///
/// # Errors
/// When a label is missing, or cannot be part of a name.
pub(super) fn filled(template: &Template, labels: &Labels) -> Result<String, Fault> {
    let mut name = String::new();
    for part in template.parts() {
        match part {
            Part::Text(text) => name.push_str(text),
            Part::Label(label) => {
                let value = value(labels, label)?;
                if !value.chars().all(|c| c.is_ascii_alphanumeric() || "_-/.#".contains(c)) {
                    return Err(Fault::configuration(
                        format!("the value of the label `{label}` cannot be part of a log group's name"),
                        "correct `log_groups` of this source, or give it `matchers` that leave it out",
                    ));
                }
                name.push_str(value);
            }
        }
    }
    Ok(name.trim_end_matches(":*").to_owned())
}

/// The groups that exist and belong to what the alarms watch.
///
/// # Errors
/// When nothing is known of what they watch, no group exists, or AWS does not say.
pub(super) async fn usual(client: &Client, moment: &Moment) -> Result<Vec<String>, Fault> {
    let remedy =
        "name the groups in `log_groups` of this source, or give it `matchers` that leave this alarm out";
    let alerts = moment.alerts_of("sns");
    let places = log_groups::usual(&alerts);
    if places.is_empty() {
        let watched = alerts.iter().map(|one| one.get("metric_namespace")).find(|one| !one.is_empty());
        let watched = watched.map_or("the alarm".to_owned(), |namespace| format!("an alarm of {namespace}"));
        return Err(Fault::configuration(format!("nothing says where {watched} has its logs"), remedy));
    }
    let places = places.get(..MOST_PLACES.min(places.len())).unwrap_or_default();
    let found = try_join_all(places.iter().map(|place| existing(client, place))).await?;
    let mut groups: Vec<String> = Vec::new();
    for group in found.into_iter().flatten() {
        if !groups.contains(&group) && groups.len() < MOST {
            groups.push(group);
        }
    }
    if groups.is_empty() {
        let names: Vec<&str> = places.iter().map(Place::beginning).collect();
        return Err(Fault::configuration(format!("there is no log group {}", names.join(", nor ")), remedy));
    }
    Ok(groups)
}

/// The groups of a place. The first page holds fifty, which is as many as a query takes.
async fn existing(client: &Client, place: &Place) -> Result<Vec<String>, Fault> {
    let mut call =
        client.describe_log_groups().log_group_name_prefix(place.beginning()).limit(50).send().await;
    if call.as_ref().is_err_and(refused::is_throttled) {
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        call = client.describe_log_groups().log_group_name_prefix(place.beginning()).limit(50).send().await;
    }
    let output = call.map_err(|error| refused::fault(&error, "logs:DescribeLogGroups"))?;
    let names = output.log_groups().iter().filter_map(|group| group.log_group_name());
    Ok(names.filter(|name| place.holds(name)).map(str::to_owned).collect())
}
