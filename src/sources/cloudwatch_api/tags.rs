//! Door: network. Which alarms tell our topics, and what tags an alarm has.
//!
//! Only reads. Tags are text that anybody may have written who may tag: it is bounded here.

use std::collections::BTreeSet;

use aws_sdk_cloudwatch::types::{AlarmType, Tag};
use aws_sdk_cloudwatch::{Client, error::ProvideErrorMetadata};

use firstlook_core::alert::cloudwatch::Tags;

use super::{ALL, Api, Described, OLDER_TYPES, PAGE, PAGES, TYPES, any, page, said, too_long};
use crate::aws::refusal::Refusal;

/// The IAM action that tags need.
pub const TAGS: &str = "cloudwatch:ListTagsForResource";
/// Tags of one alarm that are kept: AWS lets people give 50, and adds a few.
const MOST: usize = 64;
/// Characters of a tag's key and value, as AWS has them.
const KEY: usize = 128;
const VALUE: usize = 256;

/// The ARNs of the alarms that tell somebody; whether these are all.
pub type Listing = (BTreeSet<String>, bool);

impl Api {
    /// The alarms of a region that have an action whose ARN begins like one of these and `tells`.
    ///
    /// # Errors
    /// When it does not answer with all that it is asked for.
    pub async fn telling(
        &self,
        region: &str,
        actions: &[String],
        tells: &(dyn Fn(&Described) -> bool + Sync),
    ) -> Result<Listing, Refusal> {
        let client = self.client(region);
        let listing = async {
            match listed(&client, actions, &TYPES, tells).await {
                Err(Refusal::Unknown(_)) => listed(&client, actions, &OLDER_TYPES, tells).await,
                answered => answered,
            }
        };
        tokio::time::timeout(ALL, listing).await.unwrap_or_else(|_| Err(too_long()))
    }

    /// The tags of an alarm; `None` where there is no such alarm.
    ///
    /// # Errors
    /// When that cannot be known.
    pub async fn tags(&self, region: &str, arn: &str) -> Result<Option<Tags>, Refusal> {
        let output = self.client(region).list_tags_for_resource().resource_arn(arn).send().await;
        match output {
            Ok(output) => Ok(Some(kept(output.tags()))),
            Err(error) if error.code() == Some("ResourceNotFoundException") => Ok(None),
            Err(error) => Err(Refusal::of(&error, TAGS)),
        }
    }

    /// Asks for the tags of one alarm, whichever it is, to see that this is allowed.
    ///
    /// # Errors
    /// When it is not, or nobody answers.
    pub async fn try_tags(&self, region: &str) -> Result<(), Refusal> {
        let client = self.client(region);
        let alarms = said::alarms(&page(any(&client, &OLDER_TYPES).max_records(1)).await?);
        match alarms.first() {
            Some(alarm) => self.tags(region, &alarm.arn).await.map(drop),
            None => Ok(()),
        }
    }
}

async fn listed(
    client: &Client,
    actions: &[String],
    types: &[AlarmType],
    tells: &(dyn Fn(&Described) -> bool + Sync),
) -> Result<Listing, Refusal> {
    let (mut arns, mut whole) = (BTreeSet::new(), true);
    for action in actions {
        let mut token = None;
        for number in 1..=PAGES {
            let request = any(client, types).action_prefix(action).max_records(PAGE as i32);
            let page = page(request.set_next_token(token)).await?;
            let alarms = said::alarms(&page).into_iter();
            arns.extend(alarms.filter(|alarm| tells(alarm)).map(|alarm| alarm.arn));
            token = page.next_token().map(str::to_owned);
            if token.is_none() {
                break;
            }
            whole &= number < PAGES;
        }
    }
    Ok((arns, whole))
}

fn kept(tags: &[Tag]) -> Tags {
    let text = |text: Option<&str>, most: usize| -> String {
        // Postgres refuses NUL.
        text.unwrap_or_default().chars().map(|c| if c == '\0' { '\u{fffd}' } else { c }).take(most).collect()
    };
    let pairs = tags.iter().map(|tag| (text(tag.key(), KEY), text(tag.value(), VALUE)));
    pairs.filter(|(key, _)| !key.is_empty()).take(MOST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_anybody_may_have_written_is_bounded() {
        let tag = |key: &str, value: &str| Tag::builder().key(key).value(value).build();
        let mut tags = vec![tag("a\0b", "x\0"), tag("", "nothing"), tag("aws:stack", &"é".repeat(300))];
        tags.extend((0..100).map(|n| tag(&format!("{}{n}", "k".repeat(200)), "")));
        tags.extend((0..100).map(|n| tag(&format!("k{n}"), "v")));
        let kept = kept(&tags);
        assert_eq!(kept["a\u{fffd}b"], "x\u{fffd}");
        assert_eq!(kept["aws:stack"].chars().count(), VALUE);
        assert!(kept.len() <= MOST && kept.keys().all(|key| key.chars().count() <= KEY), "{kept:?}");
    }
}
