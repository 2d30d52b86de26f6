//! The sample logs: two pods of a payment service, their normal days, and a release that goes wrong.
//!
//! Pure: the same moment gives the same lines. Knows what happened in the sample. Must not know how it is found.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};

/// What release 2.14.0 says at its start.
pub const RELEASE: &str = "Starting PaymentApplication v2.14.0";
/// What a payment fails with.
pub const FAILURE: &str = "Connection is not available, request timed out after 30000ms";
/// What ends with the release.
pub const HEARTBEAT: &str = "heartbeat: settlement queue polled";
/// What is rare on normal days and frequent in trouble.
pub const RETRY: &str = "did not answer within 2000 ms, trying again";

/// The pods, each with a file of its own.
pub const PODS: [&str; 2] = ["payment-api-0", "payment-api-1"];
/// How long before the alarm the logs begin, on the day itself and the day before.
const BEFORE: TimeDelta = TimeDelta::minutes(25);
/// How long after the alarm's start they go on: no line is later than the moment at which they are written.
pub const AFTER: TimeDelta = TimeDelta::seconds(60);
/// The new release starts so long before the alarm, and its pool is exhausted a little later.
const RELEASED: TimeDelta = TimeDelta::seconds(250);
const EXHAUSTED: TimeDelta = TimeDelta::seconds(205);
/// Seconds of a pod's restart, in which it says nothing else.
const RESTART: TimeDelta = TimeDelta::seconds(8);

/// The numbers that card networks give out for tests: they pass the check that redaction makes.
const CARDS: [&str; 3] = ["4111 1111 1111 1111", "5555 5555 5555 4444", "4012 8888 8888 1881"];
const CUSTOMERS: [&str; 4] =
    ["anna.larsson@example.com", "b.okafor@example.org", "chen.wei@example.net", "d.rossi@example.com"];

/// Everything that `pod` wrote, for an alarm that starts at `alarm`.
pub fn of(pod: usize, alarm: DateTime<Utc>) -> String {
    let mut log = Log { text: String::new(), dice: Dice(0x5eed + pod as u64), pod };
    let yesterday = alarm - TimeDelta::days(1);
    log.normal(yesterday - BEFORE, yesterday + AFTER);
    log.normal(alarm - BEFORE, alarm - RELEASED);
    log.release(alarm - RELEASED);
    log.normal_without_heartbeat(alarm - RELEASED + RESTART, alarm - EXHAUSTED);
    log.trouble(alarm - EXHAUSTED, alarm + AFTER);
    log.text
}

/// Reproducible chance (Knuth's MMIX constants).
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit.max(1)
    }

    fn one_of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        let at = self.below(all.len() as u64) as usize;
        all.get(at).copied().unwrap_or_default()
    }
}

struct Log {
    text: String,
    dice: Dice,
    pod: usize,
}

impl Log {
    fn line(&mut self, at: DateTime<Utc>, level: &str, logger: &str, text: &str) {
        let at = at + TimeDelta::milliseconds(self.dice.below(900) as i64);
        let stamp = at.to_rfc3339_opts(SecondsFormat::Millis, true);
        let thread = format!("nio-8080-exec-{}", 1 + self.dice.below(20));
        self.text.push_str(&format!("{stamp} {level:>5} 1 --- [{thread:>16}] {logger} : {text}\n"));
    }

    fn normal(&mut self, from: DateTime<Utc>, to: DateTime<Utc>) {
        self.seconds(from, to, |log, at, second| {
            log.usual(at, second);
            if second % 10 == 0 {
                log.line(at, "INFO", "c.e.payments.SettlementWorker", &format!("{HEARTBEAT}, 0 waiting"));
            }
        });
    }

    fn normal_without_heartbeat(&mut self, from: DateTime<Utc>, to: DateTime<Utc>) {
        self.seconds(from, to, Self::usual);
    }

    fn seconds(
        &mut self,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
        each: impl Fn(&mut Self, DateTime<Utc>, i64),
    ) {
        let mut at = from;
        while at + TimeDelta::seconds(1) < to {
            each(self, at, at.timestamp());
            at += TimeDelta::seconds(1);
        }
    }

    fn usual(&mut self, at: DateTime<Utc>, second: i64) {
        self.payment(at);
        self.refund(at);
        if second % 15 == 0 {
            let active = 3 + self.dice.below(6);
            let text = format!(
                "HikariPool-1 - Pool stats (total=20, active={active}, idle={}, waiting=0)",
                20 - active
            );
            self.line(at, "DEBUG", "com.zaxxer.hikari.pool.HikariPool", &text);
            let text = format!("readiness probe answered UP in {} ms", 2 + self.dice.below(4));
            self.line(at, "INFO", "c.e.payments.HealthController", &text);
        }
        if self.dice.below(200) == 0 {
            self.retry(at);
        }
    }

    fn id(&mut self) -> u64 {
        self.dice.below(0xffff_ffff)
    }

    fn payment(&mut self, at: DateTime<Utc>) {
        let text = format!(
            "payment pay_{:08x} authorised, amount {}.{:02} EUR, in {} ms",
            self.id(),
            5 + self.dice.below(200),
            self.dice.below(100),
            40 + self.dice.below(80)
        );
        self.line(at, "INFO", "c.e.payments.PaymentController", &text);
    }

    /// Refunds are queued elsewhere, and go on through the trouble.
    fn refund(&mut self, at: DateTime<Utc>) {
        if self.dice.below(10) < 3 {
            let text = format!("refund ref_{:08x} accepted in {} ms", self.id(), 20 + self.dice.below(60));
            self.line(at, "INFO", "c.e.payments.RefundController", &text);
        }
    }

    fn retry(&mut self, at: DateTime<Utc>) {
        let text = format!("provider adyen {RETRY}, attempt {} of 3", 1 + self.dice.below(3));
        self.line(at, "WARN", "c.e.payments.ProviderClient", &text);
    }

    fn release(&mut self, at: DateTime<Utc>) {
        let text = format!("{RELEASE} with hikari.maximumPoolSize=5, profile production");
        self.line(at + TimeDelta::seconds(self.pod as i64), "INFO", "c.e.payments.PaymentApplication", &text);
    }

    fn trouble(&mut self, from: DateTime<Utc>, to: DateTime<Utc>) {
        self.seconds(from, to, |log, at, second| {
            log.refund(at);
            if log.dice.below(10) < 4 {
                log.payment(at);
            }
            if log.dice.below(10) < 6 {
                log.failure(at);
            }
            if log.dice.below(10) < 4 {
                log.retry(at);
            }
            if second % 15 == 0 {
                let waiting = 20 + log.dice.below(30);
                let text =
                    format!("HikariPool-1 - Pool stats (total=5, active=5, idle=0, waiting={waiting})");
                log.line(at, "DEBUG", "com.zaxxer.hikari.pool.HikariPool", &text);
                let text = "readiness probe answered OUT_OF_SERVICE: db did not answer in 3000 ms";
                log.line(at, "WARN", "c.e.payments.HealthController", text);
            }
        });
    }

    fn failure(&mut self, at: DateTime<Utc>) {
        let text = format!(
            "payment failed: HikariPool-1 - {FAILURE} (total=5, active=5, idle=0, waiting={}), payment pay_{:08x}, customer {}, card {}",
            20 + self.dice.below(30),
            self.id(),
            self.dice.one_of(&CUSTOMERS),
            self.dice.one_of(&CARDS)
        );
        self.line(at, "ERROR", "c.e.payments.PaymentController", &text);
        self.text.push_str(
            "java.sql.SQLTransientConnectionException: HikariPool-1 - Connection is not available\n",
        );
        for frame in [
            "com.zaxxer.hikari.pool.HikariPool.createTimeoutException(HikariPool.java:686)",
            "com.zaxxer.hikari.pool.HikariPool.getConnection(HikariPool.java:179)",
            "com.example.payments.PaymentRepository.save(PaymentRepository.java:58)",
        ] {
            self.text.push_str(&format!("\tat {frame}\n"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alarm() -> DateTime<Utc> {
        "2026-03-04T09:10:00Z".parse().unwrap()
    }

    fn times<'a>(log: &'a str, phrase: &str) -> Vec<&'a str> {
        log.lines().filter(|line| line.contains(phrase)).map(|line| line.get(..24).unwrap()).collect()
    }

    #[test]
    fn the_same_moment_gives_the_same_lines_and_pods_differ() {
        assert_eq!(of(0, alarm()), of(0, alarm()));
        assert_ne!(of(0, alarm()), of(1, alarm()));
        assert_ne!(of(0, alarm()), of(0, alarm() + TimeDelta::seconds(1)));
    }

    #[test]
    fn what_happened_stands_where_it_belongs() {
        let log = of(1, alarm());
        let (released, exhausted) = ("2026-03-04T09:05:50", "2026-03-04T09:06:35");
        assert_eq!(times(&log, RELEASE).len(), 1);
        let failures = times(&log, FAILURE);
        assert!(failures.len() > 100, "{}", failures.len());
        assert!(failures.iter().all(|at| *at >= exhausted && *at < "2026-03-04T09:11:01"));
        let heartbeats = times(&log, HEARTBEAT);
        assert!(heartbeats.iter().all(|at| *at < released));
        assert!(heartbeats.iter().any(|at| at.starts_with("2026-03-03T09:10")), "yesterday it did not stop");
        let (before, after): (Vec<_>, Vec<_>) =
            times(&log, RETRY).into_iter().partition(|at| *at < exhausted);
        assert!(!before.is_empty() && after.len() > 5 * before.len(), "{} {}", before.len(), after.len());
        for secret in CARDS.iter().chain(&CUSTOMERS) {
            assert!(log.contains(secret), "{secret}");
        }
    }

    #[test]
    fn both_days_are_there_and_no_line_lies_in_the_future() {
        let log = of(0, alarm());
        let first = log.lines().next().unwrap();
        assert!(first.starts_with("2026-03-03T08:45:00"), "{first}");
        let stamped = log.lines().filter(|line| line.starts_with("2026-"));
        let last = stamped.max().unwrap();
        assert!(last.get(..24).unwrap() < "2026-03-04T09:11:00.000Z", "{last}");
    }
}
