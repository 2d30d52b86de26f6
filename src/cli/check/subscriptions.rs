//! `check --online`: whether SNS delivers each topic to us, and what would be lost in an outage.
//!
//! Asks, and says what a person should mend. Never changes a subscription.

use firstlook::aws::refusal::{NO_CREDENTIALS, Refusal};
use firstlook::config::SnsSource;
use firstlook::sources::sns::signer::Signer;
use firstlook::sources::sns::topics::{self, Listed};
use firstlook_core::alert::sns::subscribed::{PENDING, address, findings};
use firstlook_core::alert::sns::{TopicArn, TopicPattern};

use super::{Mark, TIMEOUT, Table};

/// Topics of one source that are looked at.
const MOST_TOPICS: usize = 20;

/// Looks at every topic of `source`.
pub(super) async fn check(source: &SnsSource, signer: &Signer, external_url: &str, table: &mut Table) {
    let name = format!("sns/{}", source.name);
    if !signer.is_able(TIMEOUT).await {
        let text = format!(
            "no AWS credentials, so its subscriptions cannot be looked at: {NO_CREDENTIALS}, with the permissions in docs/SNS.md"
        );
        table.add(Mark::Note, name, text);
        return;
    }
    let mut looked = 0;
    for pattern in &source.topics {
        let topics = named(signer, pattern, &name, table).await;
        for topic in &topics {
            if looked == MOST_TOPICS {
                table.add(Mark::Note, &name, format!("only the first {MOST_TOPICS} topics were looked at"));
                return;
            }
            looked += 1;
            let mut look = Look { source, signer, topic, external_url, table: &mut *table };
            if let Err(refusal) = look.at().await {
                look.add(Mark::Note, format!("cannot be looked at: {}", refusal.text()));
            }
        }
    }
}

/// The topics that are there.
async fn named(signer: &Signer, pattern: &TopicPattern, name: &str, table: &mut Table) -> Vec<TopicArn> {
    match topics::like(signer, pattern).await {
        Err(refusal) => {
            table.add(Mark::Note, name, format!("its topics with `*` cannot be found: {}", refusal.text()));
            Vec::new()
        }
        Ok((topics, more)) => {
            if more {
                table.add(Mark::Note, name, "there are too many topics: only the first 2,000 were read");
            }
            if topics.is_empty() {
                table.add(Mark::Note, name, "no topic is there that one of its `topic_arns` names with `*`");
            }
            topics
        }
    }
}

/// One topic.
struct Look<'a> {
    source: &'a SnsSource,
    signer: &'a Signer,
    topic: &'a TopicArn,
    external_url: &'a str,
    table: &'a mut Table,
}

impl Look<'_> {
    fn add(&mut self, mark: Mark, said: impl Into<String>) {
        let name = self.topic.as_str().rsplit(':').next().unwrap_or_default();
        self.table.add(mark, format!("sns/{} {name}", self.source.name), said);
    }

    async fn at(&mut self) -> Result<(), Refusal> {
        let listed = topics::subscriptions(self.signer, self.topic).await?;
        let ours = self.ours(&listed);
        if ours.is_empty() {
            let text = format!(
                "no subscription of it leads to /webhooks/sns/{}, so nothing of it comes: subscribe that address, protocol https",
                self.source.name
            );
            self.add(Mark::Fault, text);
        }
        for (shown, one) in ours {
            match &one.arn {
                None => self.add(Mark::Fault, format!("{shown}: {PENDING}")),
                Some(arn) => self.subscription(&shown, arn).await?,
            }
        }
        if self.source.version_2_only && !topics::signs_by_version_2(self.signer, self.topic).await? {
            let text = "it signs by version 1, and `require_signature_version: 2` refuses that: set the topic's SignatureVersion to 2";
            self.add(Mark::Fault, text);
        }
        Ok(())
    }

    async fn subscription(&mut self, shown: &str, arn: &str) -> Result<(), Refusal> {
        let attributes = topics::attributes(self.signer, self.topic, arn).await?;
        let found = findings(&attributes, self.source.raw_delivery, self.source.resync);
        if found.is_empty() {
            self.add(
                Mark::Ok,
                format!("{shown}: confirmed, tries for about an hour, has a dead-letter queue"),
            );
        }
        for one in found {
            let mark = if one.grave { Mark::Fault } else { Mark::Note };
            self.add(mark, format!("{shown}: {}", one.text));
        }
        Ok(())
    }

    /// Those that lead to our path: at our own host, where there is one; webhooks may have another.
    fn ours(&self, listed: &[Listed]) -> Vec<(String, Listed)> {
        let ours =
            listed.iter().filter_map(|one| Some((address(&one.endpoint, &self.source.name)?, one.clone())));
        let ours: Vec<(String, Listed)> = ours.collect();
        let own =
            address(&format!("{}/webhooks/sns/{}", self.external_url, self.source.name), &self.source.name);
        let host = |shown: &str| shown.split(['/', ':']).next().unwrap_or_default().to_owned();
        let here: Vec<_> = ours
            .iter()
            .filter(|(shown, _)| own.as_ref().is_some_and(|own| host(own) == host(shown)))
            .cloned()
            .collect();
        if here.is_empty() { ours } else { here }
    }
}
