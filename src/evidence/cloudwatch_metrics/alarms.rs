//! Door: network. What the alarms of an incident watch: of a composite alarm the metrics of those of its children that are in
//! alarm.
//!
//! Knows `DescribeAlarms`. Must not know a value.

use std::collections::BTreeSet;

use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::operation::describe_alarms::DescribeAlarmsOutput;
use aws_sdk_cloudwatch::types::{AlarmType, CompositeAlarm, StateValue};
use firstlook_core::alert::Labels;

use super::super::Fault;
use super::super::cloudwatch_logs::refused;
use super::wanted::Wanted;

/// Alarms of an incident that are looked at.
const MOST_ALARMS: usize = 10;
/// Children of an incident's composite alarms that are looked at.
const MOST_CHILDREN: usize = 5;
/// How deep composites stand in composites that are looked into.
const LEVELS: usize = 3;
pub(super) const DESCRIBE: &str = "cloudwatch:DescribeAlarms";

/// What the alarms of these alerts watch.
pub(super) async fn watched(client: &Client, alerts: &[Labels]) -> Result<Vec<Wanted>, Fault> {
    let mut names: Vec<String> = alerts.iter().map(|alert| alert.get("alertname").to_owned()).collect();
    names.dedup();
    names.truncate(MOST_ALARMS);
    let mut seen: BTreeSet<String> = names.iter().cloned().collect();
    let output = described(client, names).await?;
    // Another account's alarm of that name is another alarm.
    let ours = |arn: Option<&str>| {
        let account = arn.and_then(|arn| arn.split(':').nth(4));
        account
            .is_some_and(|account| alerts.iter().any(|alert| ["", account].contains(&alert.get("account"))))
    };
    let all = output.metric_alarms().iter().filter(|alarm| ours(alarm.alarm_arn()));
    let mut watched: Vec<Wanted> = all.filter_map(Wanted::of_alarm).collect();
    let most = watched.len() + MOST_CHILDREN;
    let composites = output.composite_alarms().iter().filter(|alarm| ours(alarm.alarm_arn()));
    let mut composites: Vec<String> = composites.filter_map(name).collect();
    for _ in 0..LEVELS {
        let mut below = Vec::new();
        for composite in composites.iter().take(MOST_CHILDREN) {
            below.extend(in_alarm(client, composite).await?);
        }
        below.retain(|name| seen.insert(name.clone()));
        below.truncate(most.saturating_sub(watched.len()));
        if below.is_empty() {
            break;
        }
        let output = described(client, below).await?;
        watched.extend(output.metric_alarms().iter().filter_map(Wanted::of_alarm));
        composites = output.composite_alarms().iter().filter_map(name).collect();
    }
    Ok(watched)
}

async fn described(client: &Client, names: Vec<String>) -> Result<DescribeAlarmsOutput, Fault> {
    let call = client.describe_alarms().set_alarm_names(Some(names)).max_records(100);
    let call = call.alarm_types(AlarmType::MetricAlarm).alarm_types(AlarmType::CompositeAlarm);
    call.send().await.map_err(|error| refused::fault(&error, DESCRIBE))
}

/// The children of a composite alarm that are in alarm: of each this call gives its name and state alone.
async fn in_alarm(client: &Client, composite: &str) -> Result<Vec<String>, Fault> {
    let call = client.describe_alarms().children_of_alarm_name(composite).max_records(100);
    let output = call.send().await.map_err(|error| refused::fault(&error, DESCRIBE))?;
    let is_on = |state: Option<&StateValue>| state == Some(&StateValue::Alarm);
    let metrics = output.metric_alarms().iter().filter(|alarm| is_on(alarm.state_value()));
    let metrics = metrics.filter_map(|alarm| alarm.alarm_name().map(str::to_owned));
    let composites = output.composite_alarms().iter().filter(|alarm| is_on(alarm.state_value()));
    Ok(metrics.chain(composites.filter_map(name)).collect())
}

fn name(alarm: &CompositeAlarm) -> Option<String> {
    alarm.alarm_name().map(str::to_owned)
}
