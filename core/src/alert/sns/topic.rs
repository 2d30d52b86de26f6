//! Topic ARNs, and the patterns that say which are listened to.

/// Partitions with what their hosts end in, and what their regions begin with (FACTS B3).
const PARTITIONS: [(&str, &str, &str); 8] = [
    ("aws-cn", "amazonaws.com.cn", "cn-"),
    ("aws-us-gov", "amazonaws.com", "us-gov-"),
    ("aws-iso", "c2s.ic.gov", "us-iso-"),
    ("aws-iso-b", "sc2s.sgov.gov", "us-isob-"),
    ("aws-iso-e", "cloud.adc-e.uk", "eu-isoe-"),
    ("aws-iso-f", "csp.hci.ic.gov", "us-isof-"),
    ("aws-eusc", "amazonaws.eu", "eusc-"),
    ("aws", "amazonaws.com", ""),
];

/// The ARN of a topic, well formed: its parts are safe to build an address from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TopicArn {
    text: String,
    region: String,
    suffix: &'static str,
}

impl TopicArn {
    /// Reads `arn:<partition>:sns:<region>:<account>:<name>`. The region must be one of the partition's.
    pub fn parse(text: &str) -> Option<Self> {
        let parts: Vec<&str> = text.split(':').collect();
        let ["arn", partition, "sns", region, account, name] = parts.as_slice() else { return None };
        let (_, suffix, begins) = PARTITIONS.iter().find(|(known, _, _)| known == partition)?;
        let foreign =
            |(_, _, other): &(&str, &str, &str)| other.len() > begins.len() && region.starts_with(other);
        let plain = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-';
        let fits = region.starts_with(begins)
            && !PARTITIONS.iter().any(foreign)
            && region.contains('-')
            && region.bytes().all(plain)
            && !region.starts_with('-')
            && !region.ends_with('-')
            && region.len() <= 32;
        let named = |c: u8| c.is_ascii_alphanumeric() || c == b'-' || c == b'_';
        let stem = name.strip_suffix(".fifo").unwrap_or(name);
        let known = account.len() == 12
            && account.bytes().all(|c| c.is_ascii_digit())
            && (1..=256).contains(&name.len())
            && stem.bytes().all(named);
        (fits && known).then(|| Self { text: text.to_owned(), region: (*region).to_owned(), suffix })
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The region's id, such as `eu-west-1`.
    pub fn region(&self) -> &str {
        &self.region
    }

    /// What the hosts of its partition end in.
    pub(super) fn suffix(&self) -> &'static str {
        self.suffix
    }

    /// The host of SNS in its region: the only one that is ever asked about it.
    pub fn host(&self) -> String {
        format!("sns.{}.{}", self.region, self.suffix)
    }
}

/// Topics that are listened to: an ARN, in which `*` stands for any characters of one part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicPattern([String; 6]);

/// Why a text is no pattern, for people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Fault(&'static str);

impl TopicPattern {
    /// Reads a pattern. The account must be written out: anybody may have a topic in an account of their own.
    ///
    /// # Errors
    /// With what is wrong, for people.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let parts: Vec<String> = text.trim().split(':').map(str::to_owned).collect();
        let parts: [String; 6] =
            parts.try_into().map_err(|_| Fault("is no topic: write arn:aws:sns:REGION:ACCOUNT:NAME"))?;
        let [arn, partition, service, _, account, _] = &parts;
        if arn != "arn" || service != "sns" {
            return Err(Fault("is no topic: write arn:aws:sns:REGION:ACCOUNT:NAME"));
        }
        if !PARTITIONS.iter().any(|(known, _, _)| known == partition) {
            return Err(Fault(
                "names no partition that is known: it is `aws`, `aws-cn` or `aws-us-gov` for most",
            ));
        }
        if account.len() != 12 || !account.bytes().all(|c| c.is_ascii_digit()) {
            return Err(Fault(
                "needs the account's 12 digits: anybody has topics in an account of their own",
            ));
        }
        Ok(Self(parts))
    }

    /// The host of SNS for these topics, where their region is written out.
    pub fn host(&self) -> Option<String> {
        self.example().map(|topic| topic.host())
    }

    /// Some topic of their region and account, where the region is written out.
    pub fn example(&self) -> Option<TopicArn> {
        let [_, partition, _, region, account, _] = &self.0;
        TopicArn::parse(&format!("arn:{partition}:sns:{region}:{account}:any"))
    }

    /// The topic, where it is one alone.
    pub fn exact(&self) -> Option<TopicArn> {
        TopicArn::parse(&self.0.join(":"))
    }

    /// The region of these topics, where it is written out.
    pub fn region(&self) -> Option<&str> {
        let [_, _, _, region, _, _] = &self.0;
        self.example().map(|_| region.as_str())
    }

    /// What the ARNs of these topics in a region begin with; none where they are in others.
    pub fn begins(&self, region: &str) -> Option<String> {
        let [arn, partition, sns, pattern, account, name] = &self.0;
        let name = name.split('*').next().unwrap_or_default();
        like(pattern, region).then(|| format!("{arn}:{partition}:{sns}:{region}:{account}:{name}"))
    }

    /// Whether one of these two has every topic of the other.
    pub fn meets(&self, other: &Self) -> bool {
        let covers =
            |wide: &Self, narrow: &Self| wide.0.iter().zip(&narrow.0).all(|(one, two)| like(one, two));
        covers(self, other) || covers(other, self)
    }

    /// Whether `topic` is one of these.
    pub fn matches(&self, topic: &TopicArn) -> bool {
        let mut parts = topic.as_str().split(':');
        self.0.iter().all(|pattern| parts.next().is_some_and(|part| like(pattern, part)))
            && parts.next().is_none()
    }
}

/// Whether `text` is `pattern`, where `*` stands for anything.
fn like(pattern: &str, text: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(mut text) = text.strip_prefix(first) else { return false };
    let mut pieces: Vec<&str> = rest.split('*').collect();
    let last = pieces.pop().unwrap_or_default();
    for piece in pieces {
        let Some(at) = text.find(piece) else { return false };
        text = text.get(at + piece.len()..).unwrap_or_default();
    }
    text.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_follow_partition_and_region() {
        for (arn, host) in [
            ("arn:aws:sns:us-west-2:131990247566:t", "sns.us-west-2.amazonaws.com"),
            ("arn:aws:sns:ap-northeast-1:131990247566:a_B-9.fifo", "sns.ap-northeast-1.amazonaws.com"),
            ("arn:aws-cn:sns:cn-north-1:131990247566:t", "sns.cn-north-1.amazonaws.com.cn"),
            ("arn:aws-us-gov:sns:us-gov-east-1:131990247566:t", "sns.us-gov-east-1.amazonaws.com"),
            ("arn:aws-iso:sns:us-iso-east-1:131990247566:t", "sns.us-iso-east-1.c2s.ic.gov"),
            ("arn:aws-iso-b:sns:us-isob-east-1:131990247566:t", "sns.us-isob-east-1.sc2s.sgov.gov"),
            ("arn:aws-eusc:sns:eusc-de-east-1:131990247566:t", "sns.eusc-de-east-1.amazonaws.eu"),
        ] {
            assert_eq!(TopicArn::parse(arn).map(|topic| topic.host()).as_deref(), Some(host));
        }
    }

    #[test]
    fn what_could_build_another_address_is_no_topic() {
        for wrong in [
            "",
            "arn:aws:sns:us-west-2:131990247566",
            "arn:aws:sns:us-west-2:131990247566:t:more",
            "arn:aws:sqs:us-west-2:131990247566:t",
            "arn:aws:sns:us-west-2.evil.com/:131990247566:t",
            "arn:aws:sns:US-WEST-2:131990247566:t",
            "arn:aws:sns:us-west-2@evil.com:131990247566:t",
            "arn:aws:sns:evil:131990247566:t",
            "arn:aws:sns:-us-west:131990247566:t",
            "arn:aws:sns:cn-north-1:131990247566:t",
            "arn:aws:sns:us-gov-west-1:131990247566:t",
            "arn:aws-cn:sns:us-west-2:131990247566:t",
            "arn:aws-iso:sns:us-isob-east-1:131990247566:t",
            "arn:aws-evil:sns:us-west-2:131990247566:t",
            "arn:aws:sns:us-west-2:1319902475:t",
            "arn:aws:sns:us-west-2:13199024756x:t",
            "arn:aws:sns:us-west-2:131990247566:",
            "arn:aws:sns:us-west-2:131990247566:t/../x",
            " arn:aws:sns:us-west-2:131990247566:t",
        ] {
            assert_eq!(TopicArn::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_star_stays_within_its_part_and_the_account_is_written_out() {
        let topic = TopicArn::parse("arn:aws:sns:us-west-2:131990247566:alarms-prod-db").unwrap();
        for (pattern, fits) in [
            ("arn:aws:sns:us-west-2:131990247566:alarms-prod-db", true),
            ("arn:aws:sns:us-west-2:131990247566:alarms-*", true),
            ("arn:aws:sns:*:131990247566:*-prod-*", true),
            ("arn:aws:sns:us-*-2:131990247566:*db", true),
            ("arn:aws:sns:us-west-2:131990247566:alarms", false),
            ("arn:aws:sns:us-west-2:131990247566:*-dbx", false),
            ("arn:aws:sns:us-west-2:131990247566:alarms-prod-db*db", false),
            ("arn:aws:sns:us-east-1:131990247566:*", false),
            ("arn:aws:sns:us-west-2:131990247567:*", false),
        ] {
            assert_eq!(TopicPattern::parse(pattern).unwrap().matches(&topic), fits, "{pattern}");
        }
        let host = |pattern: &str| TopicPattern::parse(pattern).unwrap().host();
        assert_eq!(
            host("arn:aws:sns:us-west-2:131990247566:a*").as_deref(),
            Some("sns.us-west-2.amazonaws.com")
        );
        assert_eq!(host("arn:aws:sns:us-*:131990247566:a"), None);
        let exact = |pattern: &str| TopicPattern::parse(pattern).unwrap().exact();
        assert_eq!(exact(topic.as_str()), Some(topic.clone()));
        assert_eq!(exact("arn:aws:sns:us-west-2:131990247566:alarms-*"), None);
        let meets = |one: &str, two: &str| {
            let [one, two] =
                [one, two].map(|name| TopicPattern::parse(&format!("arn:aws:sns:{name}")).unwrap());
            (one.meets(&two), two.meets(&one))
        };
        for (one, two, shared) in [
            ("us-west-2:131990247566:a", "us-west-2:131990247566:a", true),
            ("us-west-2:131990247566:a*", "us-west-2:131990247566:a", true),
            ("us-west-2:131990247566:a*", "us-west-2:131990247566:ab*", true),
            ("us-*:131990247566:*", "us-west-2:131990247566:b*", true),
            ("us-west-2:131990247566:a*", "us-west-2:131990247566:b*", false),
            ("us-west-2:131990247566:a*", "us-west-1:131990247566:a*", false),
            ("us-west-2:131990247566:a*", "us-west-2:131990247567:a*", false),
        ] {
            assert_eq!(meets(one, two), (shared, shared), "{one} {two}");
        }
        let begins = |pattern: &str| TopicPattern::parse(pattern).unwrap().begins("us-west-2");
        assert_eq!(begins(topic.as_str()).as_deref(), Some(topic.as_str()));
        let begun = Some("arn:aws:sns:us-west-2:131990247566:a".to_owned());
        assert_eq!(begins("arn:aws:sns:us-*:131990247566:a*b*"), begun);
        assert_eq!(begins("arn:aws:sns:us-east-1:131990247566:a"), None);
        let region = |pattern: &str| TopicPattern::parse(pattern).unwrap().region().map(str::to_owned);
        assert_eq!(region("arn:aws:sns:us-west-2:131990247566:a*").as_deref(), Some("us-west-2"));
        assert_eq!(region("arn:aws:sns:*:131990247566:a"), None);
        for wrong in [
            "*",
            "arn:aws:sns:*:*:*",
            "arn:aws:sns:us-west-2:1319*:x",
            "arn:aws:sqs:us-west-2:131990247566:x",
        ] {
            assert!(TopicPattern::parse(wrong).is_err(), "{wrong}");
        }
    }
}
