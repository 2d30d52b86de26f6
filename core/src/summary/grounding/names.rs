//! The names in a sentence: of hosts, services, versions, paths, labels, alarms.
//!
//! Knows which words look like names. Must not know which names exist.

use super::runs::{atoms, runs};
use super::spelling::is_cjk;

/// How sure it is that a word is a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    /// It can be nothing else: `db-9`, `/api/v2`, `max_connections`.
    Identifier,
    /// A product, an abbreviation, a compound: people say these of things that are called otherwise.
    Word,
}

/// Something that looks like a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Name {
    /// In lower case.
    pub text: String,
    /// The key before it: `service` of `service=api`.
    pub key: Option<String>,
    /// How sure it is.
    pub sort: Sort,
    /// Its first byte.
    pub at: usize,
}

/// Capital letters that name nothing in particular.
const GENERIC: &[&str] = &[
    "UTC", "GMT", "JST", "HTTP", "HTTPS", "TCP", "IP", "API", "DB", "SQL", "URL", "ID", "OK", "ERROR",
    "WARN", "INFO", "AM", "PM", "I",
];
/// With a digit, and the name of a kind of thing.
const KINDS: &[&str] = &[
    "ipv4", "ipv6", "k8s", "s3", "ec2", "http/1.1", "http/2", "utf-8", "x86_64", "arm64", "log4j", "oauth2",
    "sha256", "md5", "base64", "24/7", "h2",
];
/// A compound with one of these names a part of a system.
const SYSTEM: &[&str] = &[
    "db", "api", "svc", "srv", "server", "service", "app", "prod", "stg", "staging", "cache", "queue",
    "worker", "gateway", "gw", "proxy", "pod", "cluster", "lb", "alb", "elb", "nlb", "redis", "postgres",
    "mysql", "kafka", "mq", "frontend", "backend", "cron", "fn", "bucket", "topic", "orders", "payments",
    "payment", "checkout", "web", "auth",
];
/// A compound that ends so is an adjective.
const ADJECTIVES: &[&str] = &[
    "based", "side", "level", "related", "wide", "driven", "only", "facing", "specific", "bound", "like",
    "free", "in", "up", "out", "off", "down", "time", "running", "end", "time", "class", "aware", "backed",
    "to",
];
/// A compound that begins so is one, too.
const PREFIXES: &[&str] = &[
    "non", "cross", "multi", "inter", "in", "per", "self", "re", "pre", "post", "sub", "single", "high",
    "low", "long", "short", "out", "on", "read", "write", "end", "back", "up", "well", "full", "co", "so",
    "most", "follow", "real",
];
/// Names also where they begin a sentence, whose first word is written like one in any case: what systems are made of.
const PRODUCTS: &[&str] = &[
    "airflow",
    "akamai",
    "ansible",
    "apache",
    "argocd",
    "athena",
    "aurora",
    "azure",
    "bigquery",
    "caddy",
    "cassandra",
    "celery",
    "cilium",
    "clickhouse",
    "cloudflare",
    "cloudfront",
    "cloudtrail",
    "cloudwatch",
    "cockroachdb",
    "cognito",
    "consul",
    "coredns",
    "datadog",
    "debezium",
    "django",
    "docker",
    "druid",
    "dynamodb",
    "elasticache",
    "elasticsearch",
    "envoy",
    "etcd",
    "fargate",
    "fastly",
    "flink",
    "fluentd",
    "gitlab",
    "grafana",
    "haproxy",
    "hbase",
    "helm",
    "hikari",
    "istio",
    "jenkins",
    "kafka",
    "keycloak",
    "kinesis",
    "kong",
    "kubernetes",
    "laravel",
    "linkerd",
    "linux",
    "logstash",
    "loki",
    "mariadb",
    "memcached",
    "minio",
    "mongo",
    "mongodb",
    "mysql",
    "nats",
    "neo4j",
    "netty",
    "nginx",
    "okta",
    "openssl",
    "opensearch",
    "oracle",
    "pagerduty",
    "pgbouncer",
    "postgres",
    "postgresql",
    "prometheus",
    "pulsar",
    "puma",
    "rabbitmq",
    "redis",
    "redshift",
    "sentry",
    "sidekiq",
    "slack",
    "snowflake",
    "solr",
    "spark",
    "sqlite",
    "squid",
    "stripe",
    "tempo",
    "terraform",
    "thanos",
    "tomcat",
    "traefik",
    "twilio",
    "uwsgi",
    "valkey",
    "varnish",
    "vault",
    "vitess",
    "zipkin",
    "zookeeper",
];

/// What looks like a name in `text`, whose quotations, moments and numbers are blank.
pub(super) fn names(text: &str) -> Vec<Name> {
    let mut names = Vec::new();
    let mut last = 0;
    let japanese = text.contains(is_cjk);
    for run in runs(text) {
        let gap = text.get(last..run.0).unwrap_or_default();
        let begins = last == 0 && gap.trim().is_empty() || gap.contains(['.', '!', '?', ':', '\n']);
        let follows_number = gap.len() > 1 && gap.starts_with("  ") && last > 0;
        last = run.1;
        of_run(text, run, (begins || follows_number, japanese), &mut names);
    }
    names
}

fn of_run(text: &str, run: (usize, usize), (begins, japanese): (bool, bool), names: &mut Vec<Name>) {
    let pieces = atoms(text, run);
    let piece =
        |(a, b): (usize, usize)| text.get(a..b).unwrap_or_default().trim_matches(['.', '-', '+', '#', '@']);
    // `orders:api:` has keys as well, but `14:05` and `a: b` have none.
    // Who begins a sentence with a small letter begins it with a name.
    let small = run.0 == 0 && text.starts_with(|c: char| c.is_lowercase());
    let begins = begins && !text.get(run.1..).unwrap_or_default().starts_with(is_cjk);
    for (n, atom) in pieces.iter().enumerate() {
        let word = piece((atom.start, atom.end));
        let key = atom.key.map(piece).filter(|key| !key.is_empty()).map(str::to_lowercase);
        let is_key = pieces.get(n + 1).is_some_and(|next| next.key == Some((atom.start, atom.end)));
        let sort = match &key {
            Some(_) => Some(Sort::Identifier),
            // A key is looked for with its value.
            None if is_key => None,
            None => sort(word, begins, japanese || small),
        };
        let marked = text.get(atom.start..).is_some_and(|text| text.starts_with('#'));
        let word = if marked { format!("#{word}") } else { word.to_owned() };
        names.extend(sort.filter(|_| !word.is_empty()).map(|sort| Name {
            text: word.to_lowercase(),
            key,
            sort,
            at: atom.start,
        }));
    }
}

fn sort(word: &str, begins: bool, latin: bool) -> Option<Sort> {
    let lower = word.to_lowercase();
    let capital = |c: char| c.is_uppercase();
    if word.contains(|c: char| c.is_ascii_digit()) {
        let ordinal = word.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let ordinal = ["st", "nd", "rd", "th"].iter().any(|end| lower.strip_suffix(end) == Some(ordinal));
        let general = ordinal || KINDS.contains(&lower.as_str()) || is_class(&lower);
        return Some(if general { Sort::Word } else { Sort::Identifier });
    }
    if GENERIC.contains(&word) || word.chars().filter(|c| c.is_alphanumeric()).count() < 2 {
        return None;
    }
    if word.starts_with('/') || word.contains(['_', '@']) {
        return Some(Sort::Identifier);
    }
    if word.contains('.') {
        let parts: Vec<&str> = word.split('.').collect();
        let short = ["e.g", "i.e", "a.k.a", "u.s", "a.m", "p.m"].contains(&lower.as_str());
        // A sentence that begins without a blank is no name.
        let sentence = parts.len() == 2 && parts.last().is_some_and(|part| part.starts_with(capital));
        return (!short).then_some(if sentence { Sort::Word } else { Sort::Identifier });
    }
    if word.contains(['-', '/', '+']) {
        return compound(&lower);
    }
    // In Japanese, a word in Latin letters is a term or a name, be it in small letters.
    if latin && lower.chars().all(|c| c.is_ascii_alphabetic()) {
        return Some(Sort::Word);
    }
    let inner = word.chars().skip(1).any(capital);
    let proper = !begins && word.starts_with(capital);
    let product = begins && PRODUCTS.contains(&lower.as_str());
    (inner || proper || product).then_some(Sort::Word)
}

/// `5xx`, and percentiles: `p99`.
fn is_class(word: &str) -> bool {
    let of = |prefix: &str, rest: &str| {
        word.strip_prefix(prefix).is_some_and(|w| w.chars().all(|c| c.is_ascii_digit()) && w.len() < 4)
            && rest.is_empty()
    };
    of("p", "") || matches!(word, "1xx" | "2xx" | "3xx" | "4xx" | "5xx")
}

fn compound(word: &str) -> Option<Sort> {
    let parts: Vec<&str> = word.split(['-', '/', '+']).filter(|part| !part.is_empty()).collect();
    let is = |list: &[&str], part: Option<&&str>| part.is_some_and(|part| list.contains(part));
    if parts.len() < 2 || is(ADJECTIVES, parts.last()) || is(PREFIXES, parts.first()) || word.contains("-to-")
    {
        return None;
    }
    let system = word.contains('-') && parts.iter().any(|part| SYSTEM.contains(part));
    Some(if system { Sort::Identifier } else { Sort::Word })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(String, bool)> {
        names(text).into_iter().map(|name| (name.text, name.sort == Sort::Identifier)).collect()
    }

    #[test]
    fn identifiers_are_told_from_words() {
        for (text, expected) in [
            ("The pool of db-9 is full", vec![("db-9", true)]),
            (
                "orders-db refused on payments.internal",
                vec![("orders-db", true), ("payments.internal", true)],
            ),
            ("A read-only, long-running, user-facing job", vec![]),
            (
                "GET /api/v2 fails. Redis too. Retries do not",
                vec![("get", false), ("/api/v2", true), ("redis", false)],
            ),
            ("Redisは停止、AWSもpodも", vec![("redis", false), ("aws", false), ("pod", false)]),
            (
                "service=api and v2.14.1, e.g. HikariPool",
                vec![("api", true), ("v2.14.1", true), ("hikaripool", false)],
            ),
            ("The 3rd p99 of 5xx", vec![("3rd", false), ("p99", false), ("5xx", false)]),
            ("10.0.0.7:5432 of #471", vec![("5432", true), ("#471", true)]),
        ] {
            let expected: Vec<(String, bool)> =
                expected.into_iter().map(|(t, i)| (t.to_owned(), i)).collect();
            assert_eq!(found(text), expected, "{text}");
        }
    }
}
