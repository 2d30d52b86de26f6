//! A second incident, and sentences about it that were written when the code was done, without looking at its rules.
//!
//! At the first run 31 of the 42 true sentences were verified and 2 refuted, and 10 of the 50 false ones verified. What
//! could be mended in general was; `640 searches` for 640 lines stays unchecked.

use super::*;
use crate::evidence::Frequency;

fn log(
    id: &str,
    title: &str,
    text: &str,
    change: Change,
    (now, normal): (u64, f64),
    (first, last): (&str, &str),
) -> Item {
    let mut log = item(id, Kind::Log, title, text);
    log.at = at(first);
    log.frequency =
        Some(Frequency { change, now, normal: Some(normal), sparkline: vec![], last_seen: at(last) });
    log
}

/// The shapes are those of the code that makes items; the words are of another house.
fn search() -> Vec<Item> {
    let mut alarm = item(
        "A1",
        Kind::Alarm,
        "SearchLatencyHigh: p95 of search-api is 2.84 s",
        "firing since 2027-02-03 22:47:00 UTC\nlabels {alertname=\"SearchLatencyHigh\", namespace=\"discovery\", service=\"search-api\", severity=\"warning\"}\n\
         description: p95 latency above 1.5 s for 10m on search-api (3 of 8 replicas)",
    );
    alarm.at = at("2027-02-03T22:47:00Z");
    let mut depth = item(
        "M1",
        Kind::Metric,
        "index_queue_depth{shard=\"7\"}: 48210, normally 1130 (980 to 1310), above since 22:36:30",
        "now 48210 at 22:59:00; peak 51877 at 22:55:30\nnormally 1130 (980 to 1310), of 60 values, above since 22:36:30\nof {cluster=\"es-blue\", shard=\"7\"}\n\
         values 22:32:30=1105 22:36:30=2950 22:41:00=17400 22:50:00=39020 22:55:30=51877 22:59:00=48210",
    );
    depth.at = at("2027-02-03T22:36:30Z");
    let disk = item(
        "M2",
        Kind::Metric,
        "disk used of es-data-2: 1.43 TB, normally 1.12 TB (1.1 TB to 1.15 TB), above since 22:30:00",
        "now 1.43 TB at 22:59:00; peak 1.43 TB at 22:59:00\nnormally 1.12 TB (1.1 TB to 1.15 TB), of 60 values, above since 22:30:00\nalarm above 1.6 TB, not reached in this window\nvalues 22:30:00=1.2 22:59:00=1.43",
    );
    let mut config = item(
        "C1",
        Kind::Change,
        "refresh_interval of index products-v12 set to 200ms, 13 min before the alarm",
        "at 2027-02-03 22:33:41 UTC, 13 min before the alarm\nof: terraform\nby: kenji\ncommit: 9be07ac41d\nold: 30s\nnew: 200ms",
    );
    config.at = at("2027-02-03T22:33:41Z");
    let mut before = item(
        "H1",
        Kind::History,
        "#388 2027-01-17, 47 min, similar",
        "IndexLag: products-v11 is 12 minutes behind\nResolved by mika. Merge throttling was lifted and two shards moved to es-data-5.\nlike this one: the same service search-api",
    );
    before.at = at("2027-01-17T05:20:00Z");
    let mut all = vec![alarm, depth, disk, config, before];
    all.extend(logs());
    all
}

fn logs() -> Vec<Item> {
    vec![
        log(
            "L1",
            "ERROR o.e.b.Bootstrap: rejected execution of coordinating operation [coordinating_and_primary_bytes=912680550, max=858993459]",
            "[2027-02-03T22:38:02,417][ERROR][o.e.b.Bootstrap] [es-data-2] rejected execution of coordinating operation [coordinating_and_primary_bytes=912680550, max=858993459]\n\
             [2027-02-03T22:38:09,002][ERROR][o.e.b.Bootstrap] [es-data-2] rejected execution of coordinating operation [coordinating_and_primary_bytes=901223004, max=858993459]",
            Change::New,
            (2_318, 0.0),
            ("2027-02-03T22:38:02.417Z", "2027-02-03T22:58:51Z"),
        ),
        log(
            "L2",
            "WARN JvmGc: [gc][81244] overhead, spent [3.9s] collecting in the last [4.2s]",
            "[gc][81244] overhead, spent [3.9s] collecting in the last [4.2s]\n[gc][81251] overhead, spent [2.1s] collecting in the last [4.0s]",
            Change::Surged,
            (87, 2.5),
            ("2027-02-03T22:40:11Z", "2027-02-03T22:59:30Z"),
        ),
        log(
            "L3",
            "WARN 商品検索: タイムアウトのため代替結果を返しました",
            "商品検索: タイムアウトのため代替結果を返しました 店舗=渋谷 所要時間=2,840ms 件数=0\n商品検索: タイムアウトのため代替結果を返しました 店舗=梅田 所要時間=3,105ms 件数=12",
            Change::New,
            (640, 0.0),
            ("2027-02-03T22:41:00Z", "2027-02-03T22:59:58Z"),
        ),
        item(
            "R1",
            Kind::Runbook,
            "Check: Is the queue of one shard deep, or all?",
            "Is the queue of one shard deep, or all? If one: move it with `esctl move --shard 7 --to es-data-5`.",
        ),
        item(
            "L4",
            Kind::Log,
            "R2 Which stores are slow: 640 lines, normally 3",
            "by the query of step R2\nnew, 512 lines from 22:41:00: 店舗=渋谷\nnew, 128 lines from 22:43:20: 店舗=梅田",
        ),
    ]
}

const TRUE: &[(&str, &[&str])] = &[
    ("p95 latency of search-api is 2.84 seconds, over the 1.5 s threshold.", &["A1"]),
    ("search-api has a p95 of 2.8 s.", &["A1"]),
    ("Three of eight replicas of search-api are affected.", &["A1"]),
    ("SearchLatencyHigh has been firing since 22:47 UTC on February 3.", &["A1"]),
    ("The alarm started at 07:47 JST on Feb 4.", &["A1"]),
    ("Queue depth of shard 7 is 48,210, normally about 1,100.", &["M1"]),
    ("The index queue depth climbed to a peak of 51,877 at 22:55.", &["M1"]),
    ("index_queue_depth is 43 times its normal level.", &["M1"]),
    ("The queue of shard 7 grew from 1,130 to roughly 48,000.", &["M1"]),
    ("At 22:50 the queue depth was 39,020.", &["M1"]),
    ("The queue has been growing since 5:36 p.m. EST.", &["M1"]),
    ("es-data-2 uses 1.43 TB of disk versus 1.12 TB normally.", &["M2"]),
    ("Disk usage of es-data-2 is 28 % higher than usual.", &["M2"]),
    ("es-data-2 holds about 1,430 GB.", &["M2"]),
    ("kenji changed refresh_interval of products-v12 from 30s to 200ms at 22:33.", &["C1"]),
    ("The refresh interval was set to 0.2 s at 22:33:41.", &["C1"]),
    ("13 minutes before the alarm, terraform set refresh_interval to 200 ms.", &["C1"]),
    ("The rejections began 4 minutes after the change.", &["C1", "L1"]),
    (
        "2,318 operations were rejected on es-data-2 with \"rejected execution of coordinating operation\".",
        &["L1"],
    ),
    ("Rejections were logged 2318 times between 22:38 and 22:58.", &["L1"]),
    ("One rejected operation had coordinating_and_primary_bytes=912680550.", &["L1"]),
    ("GC spent 3.9 s of 4.2 s collecting.", &["L2"]),
    ("GC overhead was logged 87 times, about 35 times the usual 2.5.", &["L2"]),
    ("\"#388\" on 17 January lasted 47 minutes.", &["H1"]),
    ("Incident #388 ended when two shards moved to es-data-5.", &["H1"]),
    ("640 searches returned fallback results: 512 lines for 渋谷 and 128 lines for 梅田.", &["L4"]),
    ("search-apiのp95は2.84秒で、しきい値は1.5秒。", &["A1"]),
    ("search-apiの8レプリカ中3レプリカが影響を受けている。", &["A1"]),
    ("アラームは22時47分（UTC）から発報している。", &["A1"]),
    ("シャード7のキューは48,210件で、通常は1,130件。", &["M1"]),
    ("キューは約4万8千件まで増加。", &["M1"]),
    ("キューのピークは22時55分の51,877。", &["M1"]),
    ("es-data-2のディスク使用量は1.43TB、通常は1.12TB。", &["M2"]),
    ("22:33にkenjiがrefresh_intervalを200ミリ秒に変更した。", &["C1"]),
    ("変更はアラームの13分前に行われた。", &["C1"]),
    ("es-data-2で2,318件の拒否が記録された。", &["L1"]),
    ("「タイムアウトのため代替結果を返しました」が640件。", &["L3"]),
    ("渋谷では所要時間が2.84秒だった。", &["L3"]),
    ("GCは87回記録され、通常は2.5回。", &["L2"]),
    ("#388は47分続いた。", &["H1"]),
    ("梅田の店舗で128件。", &["L4"]),
    ("日本時間7時36分からキューが増加している。", &["M1"]),
];

const FALSE: &[(&str, &[&str])] = &[
    ("p95 latency of search-api is 1.5 s.", &["A1"]),
    ("p95 latency of search-api is 2.48 s.", &["A1"]),
    ("p99 latency of search-api is 28.4 s.", &["A1"]),
    ("3 of 10 replicas are affected.", &["A1"]),
    ("Eight of three replicas are affected.", &["A1"]),
    ("search-web has a p95 of 2.84 s.", &["A1"]),
    ("The alarm has been firing since 22:57.", &["A1"]),
    ("The alarm started at 08:47 JST.", &["A1"]),
    ("The queue depth of shard 8 is 48,210.", &["M1"]),
    ("The queue depth is 1,130, normally 48,210.", &["M1"]),
    ("The queue depth is 1,310.", &["M1"]),
    ("The queue depth peaked at 51,877 at 22:59.", &["M1"]),
    ("At 22:50 the queue depth was 17,400.", &["M1"]),
    ("The queue depth is 48,210 MB.", &["M1"]),
    ("The queue depth is 4 times normal.", &["M1"]),
    ("The queue depth dropped to 48,210.", &["M1"]),
    ("es-data-3 uses 1.43 TB of disk.", &["M2"]),
    ("es-data-2 uses 1.43 GB of disk.", &["M2"]),
    ("es-data-2 reached its alarm limit of 1.6 TB.", &["M2"]),
    ("es-data-2 uses 1.6 TB.", &["M2"]),
    ("kenji set refresh_interval to 200 s at 22:33.", &["C1"]),
    ("mika set refresh_interval to 200ms at 22:33.", &["C1"]),
    ("refresh_interval was changed from 200ms to 30s at 22:33.", &["C1"]),
    ("The refresh interval was set 30 minutes before the alarm.", &["C1"]),
    ("merge_interval was set to 200ms.", &["C1"]),
    ("products-v13 was changed at 22:33.", &["C1"]),
    ("The rejections began 14 minutes after the change.", &["C1", "L1"]),
    ("2,318 users were rejected.", &["L1"]),
    ("The last rejection was at 22:38.", &["L1"]),
    ("The rejections normally occur 2,318 times.", &["L1"]),
    ("It says \"rejected execution of primary operation\".", &["L1"]),
    ("It says \"max=858993459] rejected execution\".", &["L1"]),
    ("GC spent 4.2 s of 3.9 s collecting.", &["L2"]),
    ("GC spent 3.9 minutes collecting.", &["L2"]),
    ("GC overhead was logged 2.5 times, normally 87 times.", &["L2"]),
    ("#388 lasted 12 minutes.", &["H1"]),
    ("#388 was resolved by kenji after 47 minutes.", &["H1"]),
    ("Nothing was rejected on es-data-2 after 22:38.", &["L1"]),
    ("512 lines came from 梅田.", &["L4"]),
    ("search-apiのp95は1.5秒。", &["A1"]),
    ("キューは1,130件で、通常は48,210件。", &["M1"]),
    ("キューは約5万8千件。", &["M1"]),
    ("キューは48,210件まで減少。", &["M1"]),
    ("es-data-2のディスク使用量は1.34TB。", &["M2"]),
    ("22:43にrefresh_intervalが変更された。", &["C1"]),
    ("渋谷では所要時間が3.1秒だった。", &["L3"]),
    ("「代替結果を返しませんでした」が640件。", &["L3"]),
    ("顧客640人が影響を受けた。", &["L3"]),
    ("梅田の店舗で512件。", &["L4"]),
    ("GCは通常87回記録される。", &["L2"]),
];

#[test]
fn sentences_that_the_code_was_not_made_for() {
    let judged = |table: &[(&str, &[&str])], wanted: Verdict| {
        let all = table.iter().map(|one| held(&answer(&[*one]), &search()).claims.remove(0));
        let (verified, others): (Vec<Claim>, Vec<Claim>) =
            all.partition(|claim| claim.verdict == Verdict::Verified);
        let odd = if wanted == Verdict::Verified { &others } else { &verified };
        for claim in odd {
            println!("{} {:?} {:?}", claim.text, claim.verdict, claim.reason);
        }
        println!("{} of {} verified", verified.len(), table.len());
        (verified.len(), others.iter().filter(|claim| claim.verdict == Verdict::Refuted).count())
    };
    let (verified, refuted) = judged(TRUE, Verdict::Verified);
    let (passed, _) = judged(FALSE, Verdict::Refuted);
    assert!(verified * 100 >= TRUE.len() * 95 && refuted == 0, "{verified} {refuted}");
    assert_eq!(passed, 0);
}
