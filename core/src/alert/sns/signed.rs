//! The text that SNS signs (FACTS B2).

/// What a message is, by its signed `Type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Something was published.
    Notification,
    /// The subscription waits to be confirmed.
    SubscriptionConfirmation,
    /// The subscription was ended.
    UnsubscribeConfirmation,
}

impl Kind {
    /// The kind that is called `word`, exactly.
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "Notification" => Some(Self::Notification),
            "SubscriptionConfirmation" => Some(Self::SubscriptionConfirmation),
            "UnsubscribeConfirmation" => Some(Self::UnsubscribeConfirmation),
            _ => None,
        }
    }

    /// Its word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Notification => "Notification",
            Self::SubscriptionConfirmation => "SubscriptionConfirmation",
            Self::UnsubscribeConfirmation => "UnsubscribeConfirmation",
        }
    }
}

/// The values that a signature covers, decoded from JSON and otherwise exactly as received: a timestamp that is parsed and
/// printed again is another text.
#[derive(Debug, Clone, Copy)]
#[allow(missing_docs, reason = "the names are SNS's own")]
pub struct Signed<'a> {
    pub kind: Kind,
    pub message: &'a str,
    pub message_id: &'a str,
    /// Absent and empty are two things.
    pub subject: Option<&'a str>,
    pub subscribe_url: &'a str,
    pub timestamp: &'a str,
    pub token: &'a str,
    pub topic: &'a str,
}

impl Signed<'_> {
    /// `key\nvalue\n` for each key, in byte order of the keys.
    pub fn text(&self) -> String {
        let about = [("Message", Some(self.message)), ("MessageId", Some(self.message_id))];
        let own = match self.kind {
            Kind::Notification => {
                [("Subject", self.subject), ("Timestamp", Some(self.timestamp)), ("Token", None)]
            }
            _ => [
                ("SubscribeURL", Some(self.subscribe_url)),
                ("Timestamp", Some(self.timestamp)),
                ("Token", Some(self.token)),
            ],
        };
        let last = [("TopicArn", Some(self.topic)), ("Type", Some(self.kind.as_str()))];
        let mut text = String::new();
        for (key, value) in about.into_iter().chain(own).chain(last) {
            if let Some(value) = value {
                text.extend([key, "\n", value, "\n"]);
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIGNED: Signed<'_> = Signed {
        kind: Kind::Notification,
        message: "m\nn",
        message_id: "i",
        subject: None,
        subscribe_url: "u",
        timestamp: "2026-03-06T19:55:38.000Z",
        token: "k",
        topic: "t",
    };

    #[test]
    fn keys_stand_in_byte_order_and_an_absent_subject_is_absent() {
        let end = "Timestamp\n2026-03-06T19:55:38.000Z\nTopicArn\nt\nType\nNotification\n";
        assert_eq!(SIGNED.text(), format!("Message\nm\nn\nMessageId\ni\n{end}"));
        let with = Signed { subject: Some(""), ..SIGNED };
        assert_eq!(with.text(), format!("Message\nm\nn\nMessageId\ni\nSubject\n\n{end}"));
    }

    #[test]
    fn confirmations_cover_address_and_token_and_no_subject() {
        for kind in [Kind::SubscriptionConfirmation, Kind::UnsubscribeConfirmation] {
            let text = Signed { kind, subject: Some("s"), ..SIGNED }.text();
            let words: Vec<&str> = text.lines().collect();
            let expected = format!(
                "Message m n MessageId i SubscribeURL u Timestamp 2026-03-06T19:55:38.000Z Token k TopicArn t Type {}",
                kind.as_str()
            );
            assert_eq!(words.join(" "), expected);
            assert_eq!(Kind::parse(kind.as_str()), Some(kind));
        }
        assert_eq!(Kind::parse("notification"), None);
    }
}
