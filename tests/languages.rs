//! A whole incident in Japanese, on the clocks of Tokyo: messages, prompt, page and errors; what programs read stays
//! English and UTC.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

use crate::harness::{Firstlook, Setup, alert, body};
use crate::support::browser;
use crate::support::model::Model;

/// One sentence that the alarm bears out, and one that nothing does.
fn says(_: &str) -> String {
    let claim = |text: &str| json!({"text": text, "citations": ["A1"]});
    let claims = [claim("リクエストの38%が失敗しています。"), claim("デプロイが原因です。")];
    json!({"headline": "リクエストの38%が失敗しています。", "claims": claims}).to_string()
}

#[tokio::test]
async fn an_installation_speaks_the_language_that_it_is_told_to() {
    let model = Model::start(says);
    let setup =
        Setup { more: "language: ja\ntime_zone: Asia/Tokyo".into(), ..Setup::default() }.openai(&model);
    let firstlook = Firstlook::start(setup).await;
    let labels = [("alertname", "ApiDown"), ("service", "api"), ("severity", "critical")];
    firstlook.post(body(&[alert(&labels, "38% of requests fail")])).await;
    let incident = firstlook.until("it is summarised", |one| one["summary"]["state"] == "ready").await;
    firstlook.idle().await;
    assert_eq!((&incident["summary"]["language"], &incident["status"]), (&json!("ja"), &json!("open")));
    assert_eq!(incident["summary"]["claims"][0]["verdict"], "verified", "{incident}");
    assert_eq!(incident["summary"]["claims"][1]["reason"], "理由を述べた文で、照合できません。");
    assert!(model.prompts()[0].contains("each one short sentence in Japanese"));

    let message = &firstlook.slack.messages()[0];
    let told = message.now().blocks.to_string();
    for part in ["🛑 重大：", "○ 未対応", "担当：", "担当者なし", "? 裏付けなし：", "対応を開始", "を開く"]
    {
        assert!(told.contains(part), "{part} is not in {told}");
    }
    let page = firstlook.pagerduty.events()[0].clone();
    let began: DateTime<Utc> = serde_json::from_value(incident["alerts"][0]["starts_at"].clone()).unwrap();
    let tokyo = |format: &str| (began + TimeDelta::hours(9)).format(format).to_string();
    assert!(page.summary().contains(&tokyo("%H:%M JSTから")), "{}", page.summary());
    let details = &page.body["payload"]["custom_details"];
    assert!(details["1 影響"] == "38% of requests fail" && details.get("1 how bad").is_none(), "{details}");

    let number = incident["number"].as_i64().unwrap();
    let dom = browser::dom(&format!("{}/incidents/{number}", firstlook.url)).await.unwrap();
    let since = tokyo("%H:%M</time> JST");
    let parts =
        ["<html lang=\"ja\">", "<title>【重大・未対応】", "2文中1文に裏付け", "インシデント作成：ApiDown"];
    for part in parts.into_iter().chain([since.as_str(), "時刻はAsia/Tokyoです。"]) {
        assert!(dom.contains(part), "{part} is not in {dom}");
    }
    let form = format!("{}/incidents/{number}/acknowledge", firstlook.url);
    let taken = firstlook.send(|client| client.post(&form).header("origin", &firstlook.url)).await;
    assert_eq!(taken.status, 303);
    assert_eq!(firstlook.incident(number).await["owner"], "ページの利用者");
    let missing = firstlook.get("/incidents/999").await;
    assert!(missing.status == 404 && missing.text.contains("見つかりません"), "{}", missing.text);
    let api = firstlook.get("/api/v1/incidents/999").await;
    assert_eq!((api.status, &api.json()["title"]), (404, &json!("Not found")));
    firstlook.finish().await;
}
