//! The URL of an SQS queue: where it is asked, and in which region.

/// A queue's URL, well formed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueUrl {
    text: String,
    origin: String,
    region: Option<String>,
}

impl QueueUrl {
    /// Reads `https://sqs.REGION.amazonaws.com/ACCOUNT/NAME`, or the same at another host.
    pub fn parse(text: &str) -> Option<Self> {
        let (scheme, rest) = text.split_once("://")?;
        let (authority, path) = rest.split_once('/')?;
        let host = authority.split(':').next().unwrap_or_default();
        let plain = |c: char| c.is_ascii_graphic() && !"@?#\\".contains(c);
        let fits = ["http", "https"].contains(&scheme)
            && !host.is_empty()
            && !path.is_empty()
            && rest.chars().all(plain);
        fits.then(|| Self {
            text: text.to_owned(),
            origin: format!("{scheme}://{authority}"),
            region: region(host).map(str::to_owned),
        })
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Scheme and host: where it is asked.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Its region, where its host names one.
    pub fn region(&self) -> Option<&str> {
        self.region.as_deref()
    }
}

/// The part behind `sqs` or before `queue`, as in `eu-west-1.queue.amazonaws.com`.
fn region(host: &str) -> Option<&str> {
    let parts: Vec<&str> = host.split('.').collect();
    let is_region = |part: &&str| part.contains('-') && part.ends_with(|c: char| c.is_ascii_digit());
    let pairs = || parts.iter().zip(parts.iter().skip(1));
    let behind = pairs().find(|(one, _)| ["sqs", "sqs-fips"].contains(one)).map(|(_, next)| *next);
    let before = || pairs().find(|(_, next)| **next == "queue").map(|(one, _)| *one);
    behind.or_else(before).filter(is_region)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_and_origins_of_queues() {
        for (url, origin, region) in [
            (
                "https://sqs.eu-west-1.amazonaws.com/123456789012/dead",
                "https://sqs.eu-west-1.amazonaws.com",
                Some("eu-west-1"),
            ),
            (
                "https://sqs.cn-north-1.amazonaws.com.cn/123456789012/dead",
                "https://sqs.cn-north-1.amazonaws.com.cn",
                Some("cn-north-1"),
            ),
            (
                "https://sqs-fips.us-gov-west-1.amazonaws.com/1/q",
                "https://sqs-fips.us-gov-west-1.amazonaws.com",
                Some("us-gov-west-1"),
            ),
            (
                "https://eu-west-1.queue.amazonaws.com/1/q",
                "https://eu-west-1.queue.amazonaws.com",
                Some("eu-west-1"),
            ),
            (
                "https://vpce-0a-b.sqs.us-east-1.vpce.amazonaws.com/1/q",
                "https://vpce-0a-b.sqs.us-east-1.vpce.amazonaws.com",
                Some("us-east-1"),
            ),
            (
                "http://sqs.us-east-1.localhost.localstack.cloud:4566/000000000000/q",
                "http://sqs.us-east-1.localhost.localstack.cloud:4566",
                Some("us-east-1"),
            ),
            ("http://127.0.0.1:4566/000000000000/q", "http://127.0.0.1:4566", None),
            ("https://queue.amazonaws.com/1/q", "https://queue.amazonaws.com", None),
        ] {
            let queue = QueueUrl::parse(url).unwrap();
            assert_eq!((queue.as_str(), queue.origin(), queue.region()), (url, origin, region));
        }
        for wrong in [
            "",
            "dead",
            "arn:aws:sqs:eu-west-1:123456789012:dead",
            "ftp://sqs.eu-west-1.amazonaws.com/1/q",
            "https://sqs.eu-west-1.amazonaws.com",
            "https://sqs.eu-west-1.amazonaws.com/",
            "https:///1/q",
            "https://user:password@sqs.eu-west-1.amazonaws.com/1/q",
            "https://sqs.eu-west-1.amazonaws.com/1/q\n",
        ] {
            assert_eq!(QueueUrl::parse(wrong), None, "{wrong}");
        }
    }
}
