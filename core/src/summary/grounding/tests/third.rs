//! A third set, written after what the second had taught was mended, over the items of `tests.rs`.
//!
//! At the first run 31 of the 36 true sentences were verified and none refuted; none of the 40 false ones was verified.

use super::*;

const TRUE: &[(&str, &[&str])] = &[
    ("Error rate on api is roughly 12 %, well over the threshold of 5 %.", &["A1"]),
    ("The error rate of api-7 is 12.4 percent.", &["A1"]),
    ("service=api-7 has an error rate of 12.4%.", &["A1"]),
    ("db-0 CPU went from 41 to 97.5.", &["M1"]),
    ("CPU on db-0 went from 41 to 97.5 percent.", &["M1"]),
    ("CPU of DB-0 is 2.4 times its normal 41 %.", &["M1"]),
    ("CPU on db-0 increased by 138 %.", &["M1"]),
    ("CPU on db-0 is 56.5 points above normal.", &["M1"]),
    ("db-0 has about 1,200 connections.", &["M1"]),
    ("db-0 has 1.2k connections.", &["M1"]),
    ("p99 is 2,500 ms.", &["M1"]),
    ("One GET /api/v1/pay took about 31 s and ended with 504.", &["L1"]),
    ("It took 0.25 s until \"too many clients already\".", &["L1"]),
    ("The database refused at 23:05 JST.", &["L1"]),
    ("The database refused at 23:05+09:00.", &["L1"]),
    ("The database refused at 9:05 a.m. EST on Nov 20.", &["L1"]),
    ("It was around 14:05 that 10.0.0.7:5432 refused.", &["L1"]),
    ("The pattern went from about 3 to 12,345 lines.", &["L1"]),
    ("The pattern lasted 14 minutes, from 14:05 to 14:19.", &["L1"]),
    ("v2.14.1 went out at 14:01 UTC by alice.", &["C1"]),
    ("api 2.14.1 (4f2a9c1) was deployed at 11 p.m. JST.", &["C1"]),
    ("Incident #471 was over after 18 minutes.", &["H1"]),
    ("It was over after 0.3 hours in #471.", &["H1"]),
    ("エラー率は約12%で、しきい値の5%を超えている。", &["A1"]),
    ("db-0のCPUは41から97.5に上昇。", &["M1"]),
    ("db-0の接続は約1,200件。", &["M1"]),
    ("db-0の接続数は1.2千件。", &["M1"]),
    ("p99は２.５秒。", &["M1"]),
    ("ある要求は約31秒かかり、504で終わった。", &["L1"]),
    ("日本時間の午後11時5分に接続が拒否された。", &["L1"]),
    ("11月20日14時5分から12,345件のエラー。", &["L1"]),
    ("接続数の上限は約1,500件。", &["L2"]),
    ("応答時間は3000ミリ秒。", &["L2"]),
    ("12時30分から2000万行。", &["L2"]),
    ("v2.14.1は14時1分にデプロイされた。", &["C1"]),
    ("#471は18分後に終わった。", &["H1"]),
];

const FALSE: &[(&str, &[&str])] = &[
    ("db-0 has 41 % CPU.", &["M1"]),
    ("db-0 has 1,240 connections.", &["M1"]),
    ("db-0 has about 1,300 connections.", &["M1"]),
    ("db-0 has 97 connections.", &["M1"]),
    ("db-0 CPU went from 97.5 to 41.", &["M1"]),
    ("CPU on db-0 is 3 times normal.", &["M1"]),
    ("CPU on db-0 decreased by 138 %.", &["M1"]),
    ("p99 is 2.5 ms.", &["M1"]),
    ("p99 is 3.5 s.", &["M1"]),
    ("It is 3 °C.", &["M1"]),
    ("CPU peaked at 97.5 percent at 14:07.", &["M1"]),
    ("The error rate is 12.4 %, with a threshold of 12.4 %.", &["A1"]),
    ("api-8 has an error rate of 12.4%.", &["A1"]),
    ("service=api has an error rate of 12.4%.", &["A1"]),
    ("One request took 31 ms.", &["L1"]),
    ("One request took 31 minutes.", &["L1"]),
    ("One request ended with 502.", &["L1"]),
    ("10.0.0.7:5433 refused.", &["L1"]),
    ("The database refused at 22:05 JST.", &["L1"]),
    ("The database refused at 14:05 EST.", &["L1"]),
    ("It was around 14:10 that the database refused.", &["L1"]),
    ("The pattern lasted 24 minutes, from 14:05 to 14:19.", &["L1"]),
    ("It says \"too many clients yet\".", &["L1"]),
    ("It says \"refused: after 250 ms\".", &["L1"]),
    ("alice deployed api v2.1.14.", &["C1"]),
    ("bob deployed api v2.14.1.", &["C1"]),
    ("v2.14.1 was deployed by bob.", &["C1"]),
    ("v2.14.1 went out at 14:10.", &["C1"]),
    ("#471 was over after 81 minutes.", &["H1"]),
    ("#417 was over after 18 minutes.", &["H1"]),
    ("db-0のCPUは約88%。", &["M1"]),
    ("db-0のCPUは97.5から41に上昇。", &["M1"]),
    ("db-0の接続は1,240件。", &["M1"]),
    ("接続数の上限は1,500人。", &["L2"]),
    ("接続数の上限は150件。", &["L2"]),
    ("応答時間は3ミリ秒。", &["L2"]),
    ("12時40分から2千万行。", &["L2"]),
    ("12時30分から2億行。", &["L2"]),
    ("「接続数が下限に達しました」と記録された。", &["L2"]),
    ("日本時間の午後10時5分に接続が拒否された。", &["L1"]),
];

#[test]
fn a_third_set() {
    let judged = |table: &[(&str, &[&str])], truths: bool| {
        let all: Vec<Claim> = table.iter().map(|one| grounded(&answer(&[*one])).claims.remove(0)).collect();
        for claim in all.iter().filter(|claim| (claim.verdict == Verdict::Verified) != truths) {
            println!("{} {:?} {:?}", claim.text, claim.verdict, claim.reason);
        }
        let of = |verdict| all.iter().filter(|claim| claim.verdict == verdict).count();
        println!("{} of {} verified, {} refuted", of(Verdict::Verified), table.len(), of(Verdict::Refuted));
        (of(Verdict::Verified), of(Verdict::Refuted))
    };
    let (verified, refuted) = judged(TRUE, true);
    let (passed, _) = judged(FALSE, false);
    assert!(verified * 100 >= TRUE.len() * 95 && refuted == 0, "{verified} {refuted}");
    assert_eq!(passed, 0);
}
