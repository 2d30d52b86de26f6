//! What a body, a form or a query asks for, each key by itself, so that a fault names it.

use actix_web::web;
use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use firstlook_core::notify::Zone;
use firstlook_core::route::silence::Asked;
use serde_json::{Map, Value};

use super::super::problem::Problem;
use super::PAGE;
use crate::config::duration;
use crate::store::SilenceState;

/// For how long an incident is silenced where nobody says.
const HOUR: TimeDelta = TimeDelta::hours(1);
/// Characters of a name.
const NAME: usize = 80;
/// Most rows of a list.
const MOST: i64 = 200;
/// What somebody on a page or in Slack says who only presses a button.
const NO_COMMENT: &str = "silenced on the incident";

/// A silence that is asked for.
#[derive(Debug, Default)]
pub struct Wanted {
    /// But for what recurs.
    pub asked: Asked,
    /// As it was written.
    pub recurring: Option<Value>,
    /// The sources whose Alertmanagers are to have it as well.
    pub mirror: Vec<String>,
    /// Who says to ask for it; may be empty.
    pub author: String,
}

impl Wanted {
    /// From the body of `POST /api/v1/silences`.
    pub fn of_json(body: &[u8]) -> Result<Self, Problem> {
        let mut wanted = Self::default();
        for (key, value) in object(body)? {
            match key.as_str() {
                "matchers" => {
                    wanted.asked.matchers =
                        list("matchers", &value, "is a list of texts such as \"service=\\\"api\\\"\"")?;
                }
                "mirror" => {
                    wanted.mirror =
                        list("mirror", &value, "is a list of sources such as \"alertmanager/main\"")?
                }
                "starts_at" => wanted.asked.starts_at = Some(time("starts_at", text("starts_at", &value)?)?),
                "ends_at" => wanted.asked.ends_at = Some(time("ends_at", text("ends_at", &value)?)?),
                "duration" => wanted.asked.duration = Some(length(text("duration", &value)?)?),
                "comment" => wanted.asked.comment = text("comment", &value)?.to_owned(),
                "created_by" => wanted.author = text("created_by", &value)?.to_owned(),
                "recurring" => wanted.recurring = Some(value).filter(|value| !value.is_null()),
                "confirm" => {
                    let confirm = value.as_bool();
                    wanted.asked.confirm = confirm.ok_or_else(|| fault("confirm", "is true or false"))?;
                }
                other => {
                    return Err(fault(
                        other,
                        "is none of: matchers, starts_at, ends_at, duration, recurring, mirror, comment, created_by, confirm",
                    ));
                }
            }
        }
        Ok(wanted)
    }

    /// From the body of `POST /api/v1/incidents/{id}/silence`, which may be empty.
    pub fn of_incident(body: &[u8]) -> Result<Self, Problem> {
        let mut wanted = Self::of_button();
        let keys = if body.is_empty() { Map::new() } else { object(body)? };
        for (key, value) in keys {
            match key.as_str() {
                "duration" => wanted.asked.duration = Some(length(text("duration", &value)?)?),
                "comment" => wanted.comment(text("comment", &value)?),
                "created_by" => wanted.author = text("created_by", &value)?.to_owned(),
                other => return Err(fault(other, "is none of: duration, comment, created_by")),
            }
        }
        Ok(wanted)
    }

    /// What a press of a button asks for: an hour.
    pub fn of_button() -> Self {
        let asked = Asked {
            // The alerts are named one by one: nothing is matched.
            matchers: vec!["alertname=~\".+\"".to_owned()],
            confirm: true,
            duration: Some(HOUR),
            comment: NO_COMMENT.to_owned(),
            ..Asked::default()
        };
        Self { asked, ..Self::default() }
    }

    /// What a form of an incident asks for: until when, and why.
    pub fn until(end: DateTime<Utc>, why: &str) -> Self {
        let mut wanted = Self::of_button();
        (wanted.asked.duration, wanted.asked.ends_at) = (None, Some(end));
        wanted.comment(why);
        wanted
    }

    /// Takes what somebody said, where he said something.
    pub fn comment(&mut self, said: &str) {
        if !said.trim().is_empty() {
            said.clone_into(&mut self.asked.comment);
        }
    }

    /// What somebody types after an incident's number: for how long, why, both, or neither.
    pub fn of_words(words: &str) -> Result<Self, Problem> {
        let mut wanted = Self::of_button();
        let (first, rest) = words.trim().split_once(' ').unwrap_or((words.trim(), ""));
        match length(first) {
            Ok(length) => {
                wanted.asked.duration = Some(length);
                wanted.comment(rest);
            }
            Err(fault) if first.starts_with(|one: char| one.is_ascii_digit()) => return Err(fault),
            Err(_) => wanted.comment(words),
        }
        Ok(wanted)
    }

    /// From a form's fields; an empty one says nothing.
    pub fn of_form(fields: &[(String, String)], zone: Zone) -> Result<Self, Problem> {
        let mut wanted = Self::default();
        for (key, value) in fields.iter().filter(|(_, value)| !value.trim().is_empty()) {
            match key.as_str() {
                "matchers" => wanted.asked.matchers = value.lines().map(str::to_owned).collect(),
                "starts_at" => wanted.asked.starts_at = Some(typed("starts_at", value, zone)?),
                "ends_at" => wanted.asked.ends_at = Some(typed("ends_at", value, zone)?),
                "duration" => wanted.asked.duration = Some(length(value)?),
                "recurring" => wanted.recurring = Some(Value::from(vec![value.as_str()])),
                "comment" => wanted.asked.comment.clone_from(value),
                "author" => wanted.author.clone_from(value),
                "confirm" => wanted.asked.confirm = true,
                "mirror" => wanted.mirror.push(value.clone()),
                other => return Err(fault(other, "is no field of this form")),
            }
        }
        wanted.asked.matchers.retain(|line| !line.trim().is_empty());
        // A time is said by who wants another one than those that are offered.
        if wanted.asked.ends_at.is_some() {
            wanted.asked.duration = None;
        }
        Ok(wanted)
    }
}

/// Which silences are listed: in which states, below which number, how many.
pub fn query(query: &str) -> Result<(Vec<SilenceState>, Option<i64>, i64), Problem> {
    let pairs = web::Query::<Vec<(String, String)>>::from_query(query)
        .map_err(|error| Problem::bad_request(format!("the query cannot be read: {error}")))?;
    let (mut states, mut before, mut limit) = (Vec::new(), None, PAGE);
    for (key, value) in pairs.into_inner() {
        let number = || value.parse::<i64>().map_err(|_| fault(&key, "is no number"));
        match key.as_str() {
            "state" => {
                for word in value.split(',') {
                    let state = SilenceState::try_from(word.to_owned());
                    states.push(state.map_err(|_| fault("state", "is none of: active, pending, expired"))?);
                }
            }
            "cursor" => before = Some(number()?),
            "limit" => limit = number()?.clamp(1, MOST),
            other => return Err(fault(other, "is none of: state, cursor, limit")),
        }
    }
    Ok((states, before, limit))
}

/// Who did it, and where: nobody is known by name in this version, so a name is what he says.
pub fn actor(author: &str, place: &str) -> String {
    let clean: String = author.chars().filter(|one| !one.is_control()).take(NAME).collect();
    match (clean.trim(), place.strip_prefix("somebody ")) {
        ("", _) => place.to_owned(),
        (name, Some(place)) => format!("{name} {place}"),
        (name, None) => format!("{name} ({place})"),
    }
}

fn object(body: &[u8]) -> Result<Map<String, Value>, Problem> {
    serde_json::from_slice(body)
        .map_err(|error| Problem::bad_request(format!("the body is no JSON object: {error}")))
}

fn list(key: &str, value: &Value, what: &str) -> Result<Vec<String>, Problem> {
    let texts = value.as_array().map(|list| list.iter().map(|one| one.as_str().map(str::to_owned)).collect());
    texts.flatten().ok_or_else(|| fault(key, what))
}

fn text<'a>(key: &'static str, value: &'a Value) -> Result<&'a str, Problem> {
    value.as_str().ok_or_else(|| fault(key, "is no text"))
}

fn time(key: &'static str, text: &str) -> Result<DateTime<Utc>, Problem> {
    let exact = DateTime::parse_from_rfc3339(text).map(|at| at.to_utc());
    exact.map_err(|_| fault(key, "is no RFC 3339 time such as 2026-11-20T03:07:00Z"))
}

/// As a browser's field gives it, on the clocks of `zone`; RFC 3339 too.
fn typed(key: &'static str, text: &str, zone: Zone) -> Result<DateTime<Utc>, Problem> {
    match NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M") {
        Ok(plain) => {
            zone.instant(plain).ok_or_else(|| fault(key, "is left out where clocks are put forward"))
        }
        Err(_) => time(key, text),
    }
}

fn length(text: &str) -> Result<TimeDelta, Problem> {
    let length = duration(text).and_then(|length| TimeDelta::from_std(length).ok());
    length.ok_or_else(|| fault("duration", "is no length of time such as 30m, 2h or 1d12h"))
}

fn fault(key: &str, what: &str) -> Problem {
    let key: String = key.chars().take(NAME).collect();
    Problem::bad_request(format!("`{key}` {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_fault_of_a_body_names_its_key() {
        for (body, words) in [
            ("[]", "no JSON object"),
            (r#"{"matcher": []}"#, "`matcher` is none of: matchers"),
            (r#"{"matchers": "a=b"}"#, "`matchers` is a list"),
            (r#"{"matchers": [7]}"#, "`matchers` is a list"),
            (r#"{"starts_at": "today"}"#, "`starts_at` is no RFC 3339 time"),
            (r#"{"ends_at": 7}"#, "`ends_at` is no text"),
            (r#"{"duration": "an hour"}"#, "`duration` is no length"),
            (r#"{"confirm": "yes"}"#, "`confirm` is true or false"),
        ] {
            let problem = Wanted::of_json(body.as_bytes()).unwrap_err().to_string();
            assert!(problem.contains(words), "{body}: {problem}");
        }
        let problem = Wanted::of_incident(br#"{"for": "1h"}"#).unwrap_err().to_string();
        assert!(problem.contains("`for` is none of: duration"), "{problem}");
        for (query_text, words) in
            [("state=gone", "`state`"), ("limit=x", "`limit`"), ("q=x", "`q` is none of: state")]
        {
            let problem = query(query_text).unwrap_err().to_string();
            assert!(problem.contains(words), "{query_text}: {problem}");
        }
        assert_eq!(query("state=active,pending&cursor=7&limit=900").unwrap().2, MOST);
    }

    #[test]
    fn a_form_leaves_out_what_is_empty_and_a_time_wins_over_what_is_offered() {
        let field = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        let fields = [
            field("matchers", "service=\"api\"\r\n\r\nseverity=info\n"),
            field("duration", "1h"),
            field("ends_at", "2026-11-26T03:00"),
            field("starts_at", ""),
            field("comment", "deploy"),
        ];
        let wanted = Wanted::of_form(&fields, Zone::utc()).unwrap().asked;
        assert_eq!((wanted.matchers.len(), wanted.duration, wanted.starts_at), (2, None, None));
        assert_eq!(wanted.ends_at, "2026-11-26T03:00:00Z".parse().ok());
        assert!(Wanted::of_form(&[field("csrf", "x")], Zone::utc()).is_err());
    }

    #[test]
    fn what_is_typed_into_a_form_is_the_time_of_the_pages() {
        let of = |text: &str, zone: &str| {
            let fields = [("starts_at".to_owned(), text.to_owned())];
            Wanted::of_form(&fields, Zone::named(zone).unwrap()).map(|wanted| wanted.asked.starts_at.unwrap())
        };
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        assert_eq!(of("2026-11-26T03:00", "Asia/Tokyo").unwrap(), at("2026-11-25T18:00:00Z"));
        assert_eq!(of("2026-11-26T03:00:00Z", "Asia/Tokyo").unwrap(), at("2026-11-26T03:00:00Z"));
        let problem = of("2026-03-29T02:30", "Europe/Berlin").unwrap_err().to_string();
        assert!(problem.contains("`starts_at` is left out where clocks"), "{problem}");
        assert!(Wanted::of_json(br#"{"starts_at": "2026-11-26T03:00"}"#).is_err(), "a program says its zone");
    }

    #[test]
    fn words_say_for_how_long_and_why() {
        for (words, minutes, comment) in [
            ("", 60, NO_COMMENT),
            ("2h", 120, NO_COMMENT),
            ("30m  a deploy", 30, " a deploy"),
            ("a deploy", 60, "a deploy"),
        ] {
            let asked = Wanted::of_words(words).unwrap().asked;
            let wanted = (Some(TimeDelta::minutes(minutes)), comment);
            assert_eq!((asked.duration, asked.comment.as_str()), wanted, "{words:?}");
        }
        assert!(Wanted::of_words("2hours").unwrap_err().to_string().contains("`duration`"));
    }

    #[test]
    fn who_did_it_is_a_name_and_where() {
        assert_eq!(actor("", "somebody on the page"), "somebody on the page");
        assert_eq!(actor("aya\n", "somebody on the page"), "aya on the page");
        assert_eq!(actor("deploy-bot", "an API client"), "deploy-bot (an API client)");
    }
}
