//! Where the certificate of a message must lie, and which name it must carry (FACTS B3, B4).
//!
//! The address is derived and compared as text. Nothing is parsed, so nothing can be parsed in two ways.

use super::TopicArn;

/// Regions that had to be opted into: their certificates have names of their own.
const OPT_IN: [&str; 17] = [
    "af-south-1",
    "ap-east-1",
    "ap-east-2",
    "ap-south-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-southeast-6",
    "ap-southeast-7",
    "ca-west-1",
    "eu-central-2",
    "eu-south-1",
    "eu-south-2",
    "il-central-1",
    "me-central-1",
    "me-south-1",
    "mx-central-1",
];

/// Whether `url` is where SNS keeps certificates for `topic`: `https://`, exactly the host of its region, and
/// `/SimpleNotificationService-<32 hex digits>.pem`.
pub fn certificate_at(url: &str, topic: &TopicArn) -> bool {
    let digits = url
        .strip_prefix("https://")
        .and_then(|rest| rest.strip_prefix(topic.host().as_str()))
        .and_then(|rest| rest.strip_prefix("/SimpleNotificationService-"))
        .and_then(|rest| rest.strip_suffix(".pem"));
    let hex = |c: u8| c.is_ascii_digit() || (b'a'..=b'f').contains(&c);
    digits.is_some_and(|digits| digits.len() == 32 && digits.bytes().all(hex))
}

/// The name that the certificate for `topic` must carry. It is not the host's.
pub fn certificate_name(topic: &TopicArn) -> String {
    let (region, suffix) = (topic.region(), topic.suffix());
    match region {
        "cn-north-1" | "cn-northwest-1" => format!("sns-{region}.amazonaws.com.cn"),
        "us-gov-west-1" | "us-gov-east-1" => "sns-us-gov-west-1.amazonaws.com".to_owned(),
        "us-iso-east-1" | "us-isob-east-1" => format!("sns-{region}.{suffix}"),
        _ if ["us-isof-", "eu-isoe-", "eusc-"].iter().any(|begins| region.starts_with(begins)) => {
            format!("sns-signing.{region}.{suffix}")
        }
        _ if OPT_IN.contains(&region) => format!("sns-signing.{region}.amazonaws.com"),
        _ => "sns.amazonaws.com".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEX: &str = "7506a1e35b36ef5a444dd1a8e7cc3ed8";

    fn topic(partition: &str, region: &str) -> TopicArn {
        TopicArn::parse(&format!("arn:{partition}:sns:{region}:131990247566:t")).unwrap()
    }

    #[test]
    fn the_one_address_of_each_region() {
        for (partition, region, host) in [
            ("aws", "us-west-2", "sns.us-west-2.amazonaws.com"),
            ("aws-cn", "cn-north-1", "sns.cn-north-1.amazonaws.com.cn"),
            ("aws-us-gov", "us-gov-west-1", "sns.us-gov-west-1.amazonaws.com"),
            ("aws-iso", "us-iso-east-1", "sns.us-iso-east-1.c2s.ic.gov"),
        ] {
            let url = format!("https://{host}/SimpleNotificationService-{HEX}.pem");
            assert!(certificate_at(&url, &topic(partition, region)), "{url}");
        }
    }

    /// Hosts that look right to some reader of addresses.
    const HOSTS: &[&str] = &[
        "sns.us-east-1.amazonaws.com",
        "sns.s3-us-west-2.amazonaws.com",
        "sns.s3.us-west-2.amazonaws.com",
        "sns.us-west-2.s3.amazonaws.com",
        "s3-us-west-2.amazonaws.com/sns",
        "sns.us-west-2.amazonaws.com.",
        "sns.us-west-2.amazonaws.com.cn",
        "sns.us-west-2.amazonaws.com.evil.example",
        "sns.us-west-2.amazonaws.comevil.example",
        "evil.example/sns.us-west-2.amazonaws.com",
        "evil.example?sns.us-west-2.amazonaws.com",
        "evil.example#sns.us-west-2.amazonaws.com",
        "sns.us-west-2.amazonaws.com@evil.example",
        "evil.example@sns.us-west-2.amazonaws.com",
        "user:password@sns.us-west-2.amazonaws.com",
        "@sns.us-west-2.amazonaws.com",
        "sns.us-west-2.amazonaws.com:443",
        "sns.us-west-2.amazonaws.com:8443",
        "sns.us-west-2.amazonaws.com:",
        "SNS.us-west-2.amazonaws.com",
        "sns.us-west-2.аmazonaws.com",
        "sns.us-west-2.amazonaws。com",
        "xn--sns.us-west-2.amazonaws.com",
        "sns.us-west-2.amazonaws.com\\@evil.example",
        "sns.us-west-2.amazonaws.com%2eevil.example",
        "sns%2eus-west-2.amazonaws.com",
        "fips.sns.us-west-2.amazonaws.com",
        "sns-fips.us-west-2.amazonaws.com",
        "sns.amazonaws.com",
        "127.0.0.1",
        "[::1]",
        "169.254.169.254",
        "",
    ];

    #[test]
    fn no_other_address_is_asked() {
        let us_west_2 = topic("aws", "us-west-2");
        let host = "sns.us-west-2.amazonaws.com";
        let file = format!("SimpleNotificationService-{HEX}.pem");
        let mut wrong: Vec<String> = HOSTS.iter().map(|host| format!("https://{host}/{file}")).collect();
        for path in [
            "",
            "/",
            "/SimpleNotificationService.pem",
            "/SimpleNotificationService-.pem",
            "/SimpleNotificationService-7506a1e35b36ef5a444dd1a8e7cc3ed.pem",
            "/SimpleNotificationService-7506a1e35b36ef5a444dd1a8e7cc3ed80.pem",
            "/SimpleNotificationService-7506A1E35B36EF5A444DD1A8E7CC3ED8.pem",
            "/SimpleNotificationService-7506g1e35b36ef5a444dd1a8e7cc3ed8.pem",
            "/SimpleNotificationService-../../../../../../etc/passwd.xxx.pem",
            "/x/../SimpleNotificationService-7506a1e35b36ef5a444dd1a8e7cc3ed8.pem",
            "//SimpleNotificationService-7506a1e35b36ef5a444dd1a8e7cc3ed8.pem",
            "/%53impleNotificationService-7506a1e35b36ef5a444dd1a8e7cc3ed8.pem",
            "/SimpleNotificationService-7506a1e35b36ef5a444dd1a8e7cc3ed8.pem?",
            "/SimpleNotificationService-7506a1e35b36ef5a444dd1a8e7cc3ed8.pem?Action=Publish",
            "/SimpleNotificationService-7506a1e35b36ef5a444dd1a8e7cc3ed8.pem#x",
            "/SimpleNotificationService-7506a1e35b36ef5a444dd1a8e7cc3ed8.pem/",
            "/SimpleNotificationService-7506a1e35b36ef5a444dd1a8e7cc3ed8.pem\n",
            "/SimpleNotificationService-7506a1e35b36ef5a444dd1a8e7cc3ed8.PEM",
            "/?Action=ConfirmSubscription",
        ] {
            wrong.push(format!("https://{host}{path}"));
        }
        for scheme in ["http://", "HTTPS://", "https:/", "https:", "//", "file://", "ftp://", " https://", ""]
        {
            wrong.push(format!("{scheme}{host}/{file}"));
        }
        assert!(wrong.len() >= 60);
        for url in wrong {
            assert!(!certificate_at(&url, &us_west_2), "{url}");
        }
    }

    #[test]
    fn certificates_have_names_by_region() {
        for (partition, region, name) in [
            ("aws", "us-west-2", "sns.amazonaws.com"),
            ("aws", "ap-northeast-1", "sns.amazonaws.com"),
            ("aws", "ap-east-1", "sns-signing.ap-east-1.amazonaws.com"),
            ("aws", "mx-central-1", "sns-signing.mx-central-1.amazonaws.com"),
            ("aws-cn", "cn-northwest-1", "sns-cn-northwest-1.amazonaws.com.cn"),
            ("aws-us-gov", "us-gov-east-1", "sns-us-gov-west-1.amazonaws.com"),
            ("aws-iso", "us-iso-east-1", "sns-us-iso-east-1.c2s.ic.gov"),
            ("aws-iso-b", "us-isob-east-1", "sns-us-isob-east-1.sc2s.sgov.gov"),
            ("aws-iso-f", "us-isof-south-1", "sns-signing.us-isof-south-1.csp.hci.ic.gov"),
            ("aws-eusc", "eusc-de-east-1", "sns-signing.eusc-de-east-1.amazonaws.eu"),
        ] {
            assert_eq!(certificate_name(&topic(partition, region)), name);
        }
    }
}
