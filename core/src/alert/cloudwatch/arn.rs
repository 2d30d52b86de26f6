//! The ARN of an alarm: where it is, whose it is, and the name by which it is asked for.

/// The ARN of an alarm, taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct AlarmArn<'a> {
    /// Its region's id.
    pub region: &'a str,
    /// The account's 12 digits.
    pub account: &'a str,
    /// The alarm's name; of a contributor's identity, with the contributor behind a slash.
    pub name: &'a str,
}

impl<'a> AlarmArn<'a> {
    /// Reads `arn:<partition>:cloudwatch:<region>:<account>:alarm:<name>`; a name may hold anything.
    pub fn parse(text: &'a str) -> Option<Self> {
        let parts: Vec<&str> = text.splitn(7, ':').collect();
        let ["arn", partition, "cloudwatch", region, account, "alarm", name] = parts.as_slice() else {
            return None;
        };
        let plain = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-';
        let fits = partition.starts_with("aws")
            && (3..=32).contains(&region.len())
            && region.bytes().all(plain)
            && account.len() == 12
            && account.bytes().all(|c| c.is_ascii_digit())
            && !name.is_empty();
        fits.then_some(Self { region, account, name })
    }

    /// The names that the alarm may have: what is behind the last slash may be a contributor's id.
    pub fn names(self) -> impl Iterator<Item = &'a str> {
        let before = self.name.rsplit_once('/').map(|(alarm, _)| alarm).filter(|alarm| !alarm.is_empty());
        std::iter::once(self.name).chain(before)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_asked_for_is_told_from_what_cannot() {
        let arn = AlarmArn::parse("arn:aws:cloudwatch:eu-west-1:123456789012:alarm:[P1] a:b (c)/d").unwrap();
        assert_eq!((arn.region, arn.account, arn.name), ("eu-west-1", "123456789012", "[P1] a:b (c)/d"));
        assert_eq!(arn.names().collect::<Vec<_>>(), ["[P1] a:b (c)/d", "[P1] a:b (c)"]);
        let plain = AlarmArn::parse("arn:aws-us-gov:cloudwatch:us-gov-west-1:123456789012:alarm:x").unwrap();
        assert_eq!(plain.names().collect::<Vec<_>>(), ["x"]);
        for wrong in [
            "",
            "c5688262826c92f9",
            "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:",
            "arn:aws:cloudwatch::123456789012:alarm:x",
            "arn:aws:cloudwatch:eu-west-1.evil.example/:123456789012:alarm:x",
            "arn:aws:cloudwatch:eu-west-1:12345678901x:alarm:x",
            "arn:aws:cloudwatch:eu-west-1:123456789012:dashboard:x",
            "arn:aws:sns:eu-west-1:123456789012:alarm:x",
        ] {
            assert_eq!(AlarmArn::parse(wrong), None, "{wrong}");
        }
    }
}
