//! How a person gets the same values, and where the console draws them.
//!
//! Knows the SDK's types. Must not know whom it asks.

use aws_sdk_cloudwatch::types::{Dimension, Metric, MetricDataQuery, MetricStat};
use chrono::{DateTime, SecondsFormat, Utc};
use firstlook_core::evidence::Window;
use firstlook_core::evidence::cloudwatch::console::{self, Graph};
use serde_json::{Value, json};

use super::super::quoted::shell;

fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// The command that brings the same values, for a shell.
pub(super) fn command(region: &str, queries: &[MetricDataQuery], window: Window) -> String {
    let queries: Value = queries.iter().map(written).collect();
    format!(
        "aws cloudwatch get-metric-data --region {region} --start-time {} --end-time {} --scan-by TimestampAscending \
         --metric-data-queries {}",
        time(window.start),
        time(window.end),
        shell(&queries.to_string())
    )
}

/// A query as the command line takes it.
fn written(query: &MetricDataQuery) -> Value {
    let dimension = |one: &Dimension| json!({"Name": one.name(), "Value": one.value()});
    let metric = |metric: &Metric| {
        let dimensions: Value = metric.dimensions().iter().map(dimension).collect();
        json!({"Namespace": metric.namespace(), "MetricName": metric.metric_name(), "Dimensions": dimensions})
    };
    let stat = |stat: &MetricStat| json!({"Metric": stat.metric().map(metric), "Period": stat.period(), "Stat": stat.stat()});
    let mut all = json!({
        "Id": query.id(), "Expression": query.expression(), "MetricStat": query.metric_stat().map(stat),
        "Period": query.period(), "AccountId": query.account_id(), "ReturnData": query.return_data().unwrap_or(true),
    });
    if let Value::Object(members) = &mut all {
        members.retain(|_, value| !value.is_null());
    }
    all
}

/// The console's graph of a single metric; what is computed has none.
pub(super) fn link(region: &str, queries: &[MetricDataQuery], id: &str, window: Window) -> Option<String> {
    let stat = queries.iter().find(|query| query.id() == Some(id))?.metric_stat()?;
    let metric = stat.metric()?;
    let dimensions = metric.dimensions().iter().filter_map(|one| Some((one.name()?, one.value()?)));
    let graph = Graph {
        namespace: metric.namespace()?,
        metric: metric.metric_name()?,
        dimensions: dimensions.collect(),
        stat: stat.stat()?,
        period: i64::from(stat.period()?),
    };
    console::graph(region, &graph, window)
}

#[cfg(test)]
mod tests {
    use super::super::wanted::Wanted;
    use super::*;

    #[test]
    fn the_command_can_be_pasted_and_the_link_opened() {
        let dimension = Dimension::builder().name("FunctionName").value("it's").build();
        let metric =
            Metric::builder().namespace("AWS/Lambda").metric_name("Errors").dimensions(dimension).build();
        let wanted = Wanted::one("x".into(), metric, "Sum".into(), 60, String::new());
        let window = Window {
            start: "2026-03-01T10:00:00Z".parse().unwrap(),
            end: "2026-03-01T10:15:00Z".parse().unwrap(),
        };
        assert_eq!(
            command("eu-west-1", &wanted.queries, window),
            "aws cloudwatch get-metric-data --region eu-west-1 --start-time 2026-03-01T10:00:00Z --end-time \
             2026-03-01T10:15:00Z --scan-by TimestampAscending --metric-data-queries \
             '[{\"Id\":\"m1\",\"MetricStat\":{\"Metric\":{\"Dimensions\":[{\"Name\":\"FunctionName\",\"Value\":\"it'\\''s\"}],\
             \"MetricName\":\"Errors\",\"Namespace\":\"AWS/Lambda\"},\"Period\":60,\"Stat\":\"Sum\"},\"ReturnData\":true}]'"
        );
        let link = link("eu-west-1", &wanted.queries, "m1", window).unwrap();
        assert!(
            link.contains("~'FunctionName~'it*27s~") && link.contains("2026-03-01T10*3a15*3a00"),
            "{link}"
        );
    }
}
