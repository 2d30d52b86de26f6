//! Door: network. Which metrics CloudWatch has: all pages of ListMetrics, within a cap and the time.
//!
//! Knows that a namespace is matched exactly, prefix included. Must not know what is looked for.

use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::operation::list_metrics::ListMetricsOutput;
use aws_sdk_cloudwatch::types::Metric;
use firstlook_core::alert::Labels;
use firstlook_core::evidence::catalogue::Known;
use tokio::time::Instant;

use std::time::Duration;

use super::super::cloudwatch_logs::refused;
use super::super::{Fault, Listed};
use super::{CloudWatchMetrics, MOST_PAGES, in_time};

/// What has to be allowed.
const LIST: &str = "cloudwatch:ListMetrics";

impl CloudWatchMetrics {
    /// The metrics that had values in the last two weeks, of one namespace where it is given; at most 10,000.
    ///
    /// # Errors
    /// When not even the first page could be had.
    pub async fn list(&self, namespace: Option<&str>) -> Result<Listed, Fault> {
        let until = Instant::now() + self.timeout - (self.timeout / 10).min(Duration::from_secs(1));
        let (mut listed, mut next) = (Listed::default(), None::<String>);
        for page in 1.. {
            let output = match in_time(until, asked(&self.client, namespace, next.clone())).await {
                Ok(output) => output,
                Err(fault) if page == 1 => return Err(fault),
                Err(fault) => {
                    listed.truncated =
                        Some(format!("only {} metrics were listed: {}", listed.known.len(), fault.reason));
                    break;
                }
            };
            listed.known.extend(output.metrics().iter().map(known));
            // The same token again would lead nowhere.
            let more = output.next_token.filter(|more| Some(more) != next.as_ref());
            if more.is_some() && page >= MOST_PAGES {
                listed.truncated = Some(format!(
                    "only the first {} metrics were listed: name a namespace",
                    listed.known.len()
                ));
            }
            next = more.filter(|_| page < MOST_PAGES);
            if next.is_none() {
                break;
            }
        }
        Ok(listed)
    }
}

async fn asked(
    client: &Client,
    namespace: Option<&str>,
    next: Option<String>,
) -> Result<ListMetricsOutput, Fault> {
    let mut again = true;
    loop {
        let call = client.list_metrics().set_namespace(namespace.map(str::to_owned));
        match call.set_next_token(next.clone()).send().await {
            Ok(output) => return Ok(output),
            Err(error) if refused::is_throttled(&error) && std::mem::take(&mut again) => {
                tokio::time::sleep(Duration::from_millis(500)).await;
            }
            Err(error) => return Err(refused::fault(&error, LIST)),
        }
    }
}

fn known(metric: &Metric) -> Known {
    let pairs = metric.dimensions().iter().filter_map(|one| Some((one.name()?, one.value()?)));
    Known {
        namespace: metric.namespace().unwrap_or_default().to_owned(),
        name: metric.metric_name().unwrap_or_default().to_owned(),
        labels: pairs.collect::<Labels>(),
        about: String::new(),
    }
}
