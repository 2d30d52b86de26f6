//! Whether CloudWatch can be asked what is in alarm, source by source and region by region.

use std::time::Duration;

use firstlook::app;
use firstlook::config::SnsSource;
use firstlook::sources::cloudwatch_api::{Api, DESCRIBE, TAGS};

use super::{Mark, Table};

/// Longest that a region may take.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Asks for one alarm in each region that the source's topics name.
pub async fn check(source: &SnsSource, table: &mut Table) {
    let name = format!("sns/{}", source.name);
    if !source.resync {
        let text = "`resync: false`: CloudWatch is not asked what is in alarm; what SNS loses stays lost";
        return table.add(Mark::Note, &name, text);
    }
    let (api, regions) = app::cloudwatch(source).await;
    if !api.has_credentials().await {
        let text = format!(
            "no AWS credentials: CloudWatch is not asked what is in alarm; give firstlook a role with {DESCRIBE}, or write `resync: false`"
        );
        return table.add(Mark::Note, &name, text);
    }
    if regions.is_empty() {
        let text = "no topic names its region: CloudWatch is asked only where alarms fire already";
        table.add(Mark::Note, &name, text);
    }
    for region in regions {
        let what = format!("{name} {region}");
        match tokio::time::timeout(TIMEOUT, api.try_out(&region)).await {
            Err(_) => table.add(Mark::Fault, what, "CloudWatch does not answer"),
            Ok(Err(refusal)) => table.add(Mark::Fault, what, refusal.text()),
            Ok(Ok(None)) => table.add(Mark::Ok, what, format!("{DESCRIBE} is allowed; there is no alarm")),
            Ok(Ok(Some(account))) => {
                table.add(Mark::Ok, &what, format!("{DESCRIBE} is allowed, for account {account}"));
                check_tags(&api, &region, &what, table).await;
            }
        }
    }
}

/// Without tags everything else works: what is missing is noted.
async fn check_tags(api: &Api, region: &str, what: &str, table: &mut Table) {
    let why = match tokio::time::timeout(TIMEOUT, api.try_tags(region)).await {
        Ok(Ok(())) => return table.add(Mark::Ok, what, format!("{TAGS} is allowed")),
        Ok(Err(refusal)) => refusal.text().to_owned(),
        Err(_) => format!("nobody answers {TAGS}"),
    };
    table.add(Mark::Note, what, format!("alarms have only the tags that they send along: {why}"));
}
