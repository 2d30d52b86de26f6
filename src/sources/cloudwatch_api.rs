//! Door: network. CloudWatch's own API: in which state alarms are, and since when (FACTS E).
//!
//! Only reads. Must not know what fires here, nor what a difference means.

mod said;
mod tags;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::operation::describe_alarms::DescribeAlarmsOutput;
use aws_sdk_cloudwatch::operation::describe_alarms::builders::DescribeAlarmsFluentBuilder;
use aws_sdk_cloudwatch::types::{AlarmMuteRuleStatus, AlarmType, StateValue};
use firstlook_core::alert::cloudwatch::AlarmArn;

use crate::aws::{self, refusal::Refusal};
pub use said::{Described, contributor_over, gone};
pub use tags::TAGS;

/// The IAM action without which nothing is known.
pub const DESCRIBE: &str = "cloudwatch:DescribeAlarms";
/// The one for single time series of an alarm over many.
const CONTRIBUTORS: &str = "cloudwatch:DescribeAlarmContributors";
/// The one for what people have muted.
const MUTES: &str = "cloudwatch:ListAlarmMuteRules";
/// Every type of alarm.
const TYPES: [AlarmType; 3] = [AlarmType::MetricAlarm, AlarmType::CompositeAlarm, AlarmType::LogAlarm];
/// Those that every region and emulator knows: one that does not know a type refuses the whole question.
const OLDER_TYPES: [AlarmType; 2] = [AlarmType::MetricAlarm, AlarmType::CompositeAlarm];
/// Names in one question, and alarms in one answer: what CloudWatch takes and gives at most.
const PAGE: usize = 100;
/// Pages of one listing: 10,000 alarms.
const PAGES: usize = 100;
/// How long one call may take with its retries, and one try.
const CALL: Duration = Duration::from_secs(10);
const TRY: Duration = Duration::from_secs(4);
/// How long a region may take with all of its calls.
const ALL: Duration = Duration::from_secs(40);
/// How long credentials are looked for.
const LOOK: Duration = Duration::from_secs(10);

/// CloudWatch in every region, by one set of credentials.
#[derive(Debug)]
pub struct Api {
    shared: SdkConfig,
    endpoint: Option<String>,
    clients: Mutex<BTreeMap<String, Client>>,
}

/// What is asked in a region.
#[derive(Debug, Default)]
pub struct Question<'a> {
    /// Alarms by name, whatever their state.
    pub names: BTreeSet<&'a str>,
    /// The identities of what fires here; where they are contributors of an alarm, it is asked for its contributors.
    pub here: BTreeSet<&'a str>,
    /// Whether alarms with too little data are listed beside those in alarm.
    pub insufficient_data: bool,
}

/// What a region says. Of names that are not among the alarms there is no alarm.
#[derive(Debug, Default)]
pub struct Answer {
    /// The alarms that were asked for, and all that are in alarm.
    pub alarms: Vec<Described>,
    /// Whose alarms are seen, where any is.
    pub account: Option<String>,
    /// Whether alarms of every type were asked for: where some were not, what is missing may be one of those.
    pub of_all_types: bool,
    /// Why contributors are not known.
    pub without_contributors: Option<Refusal>,
}

impl Api {
    /// `shared` has the credentials; `endpoint` is asked in the place of AWS.
    pub fn new(shared: SdkConfig, endpoint: Option<String>) -> Self {
        Self { shared, endpoint, clients: Mutex::default() }
    }

    /// Whether there are credentials now.
    pub async fn has_credentials(&self) -> bool {
        aws::has_credentials(&self.shared, LOOK).await
    }

    /// Asks a region.
    ///
    /// # Errors
    /// When it does not answer with everything: of half an answer, nothing is believed.
    pub async fn ask(&self, region: &str, question: &Question<'_>) -> Result<Answer, Refusal> {
        let client = self.client(region);
        let asking = async {
            match all(&client, question, &TYPES).await {
                Err(Refusal::Unknown(_)) => all(&client, question, &OLDER_TYPES).await,
                answered => answered.map(|answer| Answer { of_all_types: true, ..answer }),
            }
        };
        tokio::time::timeout(ALL, asking).await.unwrap_or_else(|_| Err(too_long()))
    }

    /// Asks for one alarm, whichever it is, to see that this is allowed. Returns whose alarms are seen.
    ///
    /// # Errors
    /// When it is not, or nobody answers.
    pub async fn try_out(&self, region: &str) -> Result<Option<String>, Refusal> {
        let client = self.client(region);
        match first(any(&client, &TYPES)).await {
            Err(Refusal::Unknown(_)) => first(any(&client, &OLDER_TYPES)).await,
            answered => answered,
        }
    }

    /// Whether people have muted the alarm now: nobody would be told of it.
    ///
    /// # Errors
    /// When that cannot be known. Where nobody knows the question, nobody can mute.
    pub async fn is_muted(&self, region: &str, name: &str) -> Result<bool, Refusal> {
        let rules = self.client(region).list_alarm_mute_rules().alarm_name(name);
        let output = rules.statuses(AlarmMuteRuleStatus::Active).send().await;
        match output.map_err(|error| Refusal::of(&error, MUTES)) {
            Ok(output) => Ok(!output.alarm_mute_rule_summaries().is_empty()),
            Err(Refusal::Unknown(_)) => Ok(false),
            Err(refusal) => Err(refusal),
        }
    }

    fn client(&self, region: &str) -> Client {
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        let new = || {
            let timeouts =
                TimeoutConfig::builder().operation_timeout(CALL).operation_attempt_timeout(TRY).build();
            let mut config = aws_sdk_cloudwatch::config::Builder::from(&self.shared)
                .region(aws_config::Region::new(region.to_owned()))
                // Others of the account ask as well, and share its rate.
                .retry_config(RetryConfig::standard().with_max_attempts(3))
                .timeout_config(timeouts);
            config.set_endpoint_url(self.endpoint.clone());
            Client::from_conf(config.build())
        };
        clients.entry(region.to_owned()).or_insert_with(new).clone()
    }
}

fn too_long() -> Refusal {
    Refusal::Unavailable(format!("{DESCRIBE} took longer than {} s", ALL.as_secs()))
}

/// Everything that is asked of a region.
async fn all(client: &Client, question: &Question<'_>, types: &[AlarmType]) -> Result<Answer, Refusal> {
    let mut alarms = BTreeMap::new();
    let names: Vec<&str> = question.names.iter().copied().collect();
    for names in names.chunks(PAGE) {
        let named = names.iter().fold(any(client, types), |request, name| request.alarm_names(*name));
        listed(named, &mut alarms).await?;
    }
    listed(any(client, types).state_value(StateValue::Alarm), &mut alarms).await?;
    if question.insufficient_data {
        listed(any(client, types).state_value(StateValue::InsufficientData), &mut alarms).await?;
    }
    let mut answer = Answer { alarms: alarms.into_values().collect(), ..Answer::default() };
    answer.account = answer.alarms.first().and_then(account);
    if answer.account.is_none() {
        answer.account = first(any(client, types)).await?;
    }
    for alarm in &mut answer.alarms {
        let prefix = format!("{}/", alarm.arn);
        let ours = question.here.range(prefix.as_str()..).next();
        if alarm.in_alarm && (alarm.has_contributors || ours.is_some_and(|one| one.starts_with(&prefix))) {
            match contributors(client, &alarm.name).await {
                Ok(all) => alarm.contributors = Some(all.iter().map(|one| alarm.of(one)).collect()),
                Err(refusal) => answer.without_contributors = Some(refusal),
            }
        }
    }
    Ok(answer)
}

/// Alarms of these types: without saying so only metric alarms are described.
fn any(client: &Client, types: &[AlarmType]) -> DescribeAlarmsFluentBuilder {
    client.describe_alarms().set_alarm_types(Some(types.to_vec()))
}

/// Whose the first alarm is, if there is one.
async fn first(request: DescribeAlarmsFluentBuilder) -> Result<Option<String>, Refusal> {
    Ok(said::alarms(&page(request.max_records(1)).await?).first().and_then(account))
}

async fn page(request: DescribeAlarmsFluentBuilder) -> Result<DescribeAlarmsOutput, Refusal> {
    request.send().await.map_err(|error| Refusal::of(&error, DESCRIBE))
}

/// Every page of a listing; of an alarm that was seen before, the newer account holds.
async fn listed(
    request: DescribeAlarmsFluentBuilder,
    alarms: &mut BTreeMap<String, Described>,
) -> Result<(), Refusal> {
    let mut token = None;
    for _ in 0..PAGES {
        let page = page(request.clone().max_records(PAGE as i32).set_next_token(token)).await?;
        alarms.extend(said::alarms(&page).into_iter().map(|one| (one.arn.clone(), one)));
        token = page.next_token().map(str::to_owned);
        if token.is_none() {
            return Ok(());
        }
    }
    Err(Refusal::Refused(format!("{DESCRIBE} has more than {} alarms in alarm", PAGE * PAGES)))
}

/// The time series of an alarm that are in alarm.
async fn contributors(
    client: &Client,
    name: &str,
) -> Result<Vec<aws_sdk_cloudwatch::types::AlarmContributor>, Refusal> {
    let (mut all, mut token) = (Vec::new(), None);
    for _ in 0..PAGES {
        let page = client.describe_alarm_contributors().alarm_name(name).set_next_token(token).send().await;
        let page = page.map_err(|error| Refusal::of(&error, CONTRIBUTORS))?;
        all.extend(page.alarm_contributors().iter().cloned());
        token = page.next_token().map(str::to_owned);
        if token.is_none() {
            return Ok(all);
        }
    }
    Err(Refusal::Refused(format!("{CONTRIBUTORS} has too many of them")))
}

fn account(alarm: &Described) -> Option<String> {
    AlarmArn::parse(&alarm.arn).map(|arn| arn.account.to_owned())
}
