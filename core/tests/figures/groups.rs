//! Sentences about recorded incidents that name people, places and systems: true ones, which the cited items name, and false
//! ones, whose figures stand there and whose subject does not.
//!
//! Written before the rule that is measured here (`core/src/summary/grounding/subjects.rs`), and not changed since. Without it 37 of
//! the 43 true sentences were verified and 36 of the 44 false ones; at its first run 37 and 2. No true one was refuted.

use firstlook_core::evidence::Redactor;
use firstlook_core::summary::answer::{Answer, Sentence};
use firstlook_core::summary::grounding::{Evidence, ground};
use firstlook_core::summary::{Claim, Verdict};

use crate::measure::prompts::Kept;

/// The case, the sentence, the item that it cites.
type Table = &'static [(&'static str, &'static str, &'static str)];

const LOGIN: &str = "h52-login";
const PRICE: &str = "n9b-price-exception";
const CODE: &str = "n5b-verifycode-return";

const TRUE: Table = &[
    (LOGIN, "613 logins failed with \"SSL certificate verification failed: certificate has expired\".", "L1"),
    (LOGIN, "Login fails since 09:00:02: \"certificate has expired\".", "L1"),
    (LOGIN, "594 lines say \"Connection to Redis timed out after 5000ms\".", "L3"),
    (LOGIN, "Redis timed out after 5000 ms.", "L3"),
    (LOGIN, "Connections to Redis time out after 5 s since 09:00:06.", "L3"),
    (LOGIN, "Users still log in: 1,845 lines say \"logged in successfully\".", "L2"),
    (LOGIN, "The authentication service is degraded in 1,207 lines.", "L5"),
    (LOGIN, "Users access the dashboard in 15,741 lines.", "L4"),
    (LOGIN, "38 % of requests fail.", "A1"),
    (LOGIN, "The pool was too small in #12, which took 24 min.", "H1"),
    (PRICE, "ts-travel-service says \"No instances available for ts-basic-service\" in 11 lines.", "L1"),
    (PRICE, "ts-price-service logged 27 lines before, 0 now.", "L2"),
    (PRICE, "ts-food-service logs \"foodStoresListResult is null\" 6 times.", "L3"),
    (PRICE, "ts-auth-service fails 3 times with IllegalStateException.", "L5"),
    (PRICE, "Seats of train G1237 from suzhou to shanghai were asked for 12 times.", "L6"),
    (PRICE, "ts-execute-service logs \"Order Status Wrong\" 5 times since 11:36:22.", "L10"),
    (PRICE, "A refund of 40.00 was calculated 5 times.", "L26"),
    (PRICE, "Users got 40.00 back in 5 lines.", "L13"),
    (PRICE, "ts-cancel-service finds orders to cancel since 11:36:27.", "L35"),
    (PRICE, "Food orders appear 3 times at ts-preserve-other-service.", "L34"),
    (PRICE, "Sold tickets lead from shanghai to suzhou in 8 lines.", "L32"),
    (CODE, "ts-verification-code-service says \"Code not found\" in 7 lines.", "L1"),
    (CODE, "ts-inside-payment-service warns 3 times since 09:49:53.", "L10"),
    (LOGIN, "613行で「certificate has expired」とログインが失敗した。", "L1"),
    (LOGIN, "Redisへの接続が5000msでタイムアウトした。", "L3"),
    (LOGIN, "Redisのタイムアウトは594行。", "L3"),
    (LOGIN, "09:00:02からログインエラーが613件。", "L1"),
    (LOGIN, "ユーザーのログイン成功は1,845行。", "L2"),
    (LOGIN, "ユーザーのダッシュボードへのアクセスは15,741行。", "L4"),
    (LOGIN, "認証サービスの劣化の警告が1,207行。", "L5"),
    (LOGIN, "リクエストの38%が失敗。", "A1"),
    (LOGIN, "#12は24分続いた。", "H1"),
    (PRICE, "ts-travel-serviceで11件のエラー。", "L1"),
    (PRICE, "ts-price-serviceの行は27から0に減った。", "L2"),
    (PRICE, "ts-food-serviceのエラーは6件。", "L3"),
    (PRICE, "ts-auth-serviceのエラーは3件。", "L5"),
    (PRICE, "ts-execute-serviceで「Order Status Wrong」が5件。", "L10"),
    (PRICE, "列車G1237の座席の要求は12件。", "L6"),
    (PRICE, "注文のキャンセルは11:36:27から。", "L35"),
    (PRICE, "40.00の払い戻しが5件。", "L26"),
    (PRICE, "利用者への返金は40.00が5件。", "L13"),
    (CODE, "ts-verification-code-serviceで「Code not found」が7件。", "L1"),
    (CODE, "09:49:53から支払いの警告が3件。", "L10"),
];

const FALSE: Table = &[
    (LOGIN, "Customers in Europe see 613 failed logins.", "L1"),
    (LOGIN, "Premium subscribers get 613 login errors.", "L1"),
    (LOGIN, "Employees time out after 5000 ms.", "L3"),
    (LOGIN, "Merchants are degraded in 1,207 lines.", "L5"),
    (LOGIN, "Partners log in successfully in 1,845 lines.", "L2"),
    (LOGIN, "Administrators access the dashboard in 15,741 lines.", "L4"),
    (LOGIN, "Shoppers lose 38 % of their requests.", "A1"),
    (LOGIN, "The mobile clients fail with \"certificate has expired\" 613 times.", "L1"),
    (LOGIN, "Memcached timed out after 5000 ms.", "L3"),
    (LOGIN, "Aerospike timed out after 5000 ms.", "L3"),
    (LOGIN, "Hydra failed 613 logins with \"certificate has expired\".", "L1"),
    (LOGIN, "The satisfaction of logins is at 38 %.", "A1"),
    (LOGIN, "The office in the capital sees 594 timeouts.", "L3"),
    (LOGIN, "The warehouse sees 594 lines of \"Connection to Redis timed out after 5000ms\".", "L3"),
    (PRICE, "Drivers get \"No instances available for ts-basic-service\" in 11 lines.", "L1"),
    (PRICE, "Tourists asked for seats of train G1237 12 times.", "L6"),
    (PRICE, "Students got 40.00 back in 5 lines.", "L13"),
    (PRICE, "The hackers cancelled orders since 11:36:27.", "L35"),
    (PRICE, "Pegasus logs \"foodStoresListResult is null\" 6 times.", "L3"),
    (PRICE, "Suppliers were paid 40.00 5 times.", "L13"),
    (CODE, "Patients get \"Code not found\" in 7 lines.", "L1"),
    (CODE, "The night shift saw 3 warnings since 09:49:53.", "L10"),
    (CODE, "The European data centre saw 7 lines since 09:50:11.", "L1"),
    (CODE, "Schools saw 7 lines since 09:50:11.", "L1"),
    (LOGIN, "東京の利用者のログインが613件失敗。", "L1"),
    (LOGIN, "全国の店舗で594件のタイムアウト。", "L3"),
    (LOGIN, "大阪の顧客でリクエストの38%が失敗。", "A1"),
    (LOGIN, "会員のログイン成功は1,845行。", "L2"),
    (LOGIN, "社員のダッシュボードへのアクセスは15,741行。", "L4"),
    (LOGIN, "海外の取引先で1,207行の警告。", "L5"),
    (LOGIN, "加盟店で613件のエラー。", "L1"),
    (LOGIN, "関東の拠点で594行のタイムアウト。", "L3"),
    (LOGIN, "配送業者のログイン成功は1,845行。", "L2"),
    (PRICE, "運転手に11件のエラー。", "L1"),
    (PRICE, "観光客の座席の要求は12件。", "L6"),
    (PRICE, "学生への返金は40.00が5件。", "L13"),
    (PRICE, "北海道でエラーが6件。", "L3"),
    (PRICE, "攻撃者のキャンセルは11:36:27から。", "L35"),
    (PRICE, "取引銀行で3件のエラー。", "L5"),
    (PRICE, "倉庫で5件のエラー。", "L10"),
    (CODE, "患者に7件のエラー。", "L1"),
    (CODE, "夜勤の担当者に3件の警告。", "L10"),
    (CODE, "工場で7件のエラー。", "L1"),
    (CODE, "県内の学校で7件の警告。", "L1"),
];

fn judged(table: Table) -> Vec<Claim> {
    let redactor = Redactor::default();
    let mut claims = Vec::new();
    for case in [LOGIN, PRICE, CODE] {
        let Kept { items, pack, .. } = Kept::of(case, &redactor);
        for (_, text, id) in table.iter().filter(|(of, ..)| *of == case) {
            let said = Sentence { text: (*text).to_owned(), citations: vec![(*id).to_owned()] };
            let answer = Answer {
                headline: String::new(),
                claims: vec![said],
                causes: Vec::new(),
                ruled_out: Vec::new(),
                next_steps: Vec::new(),
            };
            let zone = chrono::FixedOffset::east_opt(0).unwrap();
            let language = firstlook_core::Language::En;
            let evidence = Evidence { items: &items, pack: &pack, zone, language };
            claims.extend(ground(&answer, &evidence, &redactor).claims);
        }
    }
    claims
}

fn told(claim: &Claim) -> String {
    format!("{} {:?} {}", claim.text, claim.verdict, claim.reason.as_ref().map_or("", |r| r.as_str()))
}

#[test]
fn who_and_where_no_item_names_is_not_verified() {
    let (truths, lies) = (judged(TRUE), judged(FALSE));
    let verified = |claim: &&Claim| claim.verdict == Verdict::Verified;
    let refuted = |all: &[Claim]| all.iter().filter(|claim| claim.verdict == Verdict::Refuted).count();
    let wrong: Vec<String> = truths.iter().filter(|claim| !verified(claim)).map(told).collect();
    let passed: Vec<String> = lies.iter().filter(verified).map(told).collect();
    println!("not verified though true: {wrong:#?}\nverified though false: {passed:#?}");
    println!(
        "{} of {} true sentences verified, {} refuted",
        truths.len() - wrong.len(),
        truths.len(),
        refuted(&truths)
    );
    println!("{} of {} false sentences verified, {} refuted", passed.len(), lies.len(), refuted(&lies));
    assert!(truths.len() - wrong.len() >= 37 && refuted(&truths) == 0, "{wrong:#?}");
    assert!(passed.len() <= 2, "{passed:#?}");
}
