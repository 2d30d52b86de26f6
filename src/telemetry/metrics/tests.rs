//! Every metric is described and shown under a name that keeps the conventions.

use std::collections::BTreeSet;
use std::time::Duration;

use firstlook_core::incident::Action;

use super::super::labels::*;
use super::*;

/// What `/metrics` shows after every metric was used once.
fn rendered() -> String {
    let (recorder, exporter) = recorder().unwrap();
    metrics::with_local_recorder(&recorder, || {
        describe();
        count(Metric::WebhookRequests, &[SenderKind::Alertmanager.into(), WebhookStatus::of(200).into()]);
        count(Metric::SnsRefusals, &[SnsRefusal::Signature.into()]);
        count(Metric::Alerts, &[Action::Opened.into()]);
        count(Metric::Deliveries, &[DeliveryState::Rejected.into()]);
        count(Metric::Incidents, &[IncidentChange::Opened.into()]);
        count(Metric::Storms, &[StormChange::Began.into()]);
        count_by(Metric::StormIncidents, 3, &[]);
        count(Metric::Resyncs, &[ResyncOutcome::Agreed.into()]);
        count(Metric::Notifications, &[Integration::Slack.into(), SendOutcome::Sent.into()]);
        observe(Metric::FirstPage, Duration::from_millis(200), &[]);
        gauge(Metric::HeldBodies, 2.0, &[]);
        count(Metric::UnstoredPages, &[SendOutcome::Sent.into()]);
        gauge(Metric::Jobs, 3.0, &[JobKind::Triage.into(), JobState::Ready.into()]);
        observe(Metric::JobDuration, Duration::from_secs(1), &[JobKind::Triage.into()]);
        observe(
            Metric::EvidenceFetch,
            Duration::from_secs(2),
            &[EvidenceKind::Loki.into(), FetchOutcome::Ok.into()],
        );
        count(Metric::Analyses, &[AnalysisOutcome::Ready.into()]);
        count(Metric::ToolCalls, &[Tool::Logs.into(), ToolOutcome::Ok.into()]);
        count_by(Metric::LogsScanned, 1_000_000, &[]);
        count(Metric::ModelCalls, &[ModelOutcome::Ok.into()]);
        count_by(Metric::ModelTokens, 1_200, &[TokenDirection::Input.into()]);
        count_by(Metric::ModelCost, 38_100, &[]);
        count(Metric::Claims, &[ClaimVerdict::Verified.into()]);
        let labels = [Route::of("/incidents/{id}").into(), StatusClass::of(404).into()];
        observe(Metric::HttpRequestDuration, Duration::from_millis(3), &labels);
    });
    exporter.render()
}

#[test]
fn every_metric_is_described_and_shown() {
    let text = rendered();
    for metric in Metric::ALL {
        let Description { name, kind, help, .. } = metric.description();
        let kind = match kind {
            Kind::Counter => "counter",
            Kind::Gauge => "gauge",
            Kind::Seconds(_) => "histogram",
        };
        assert!(text.contains(&format!("# HELP {name} {help}\n")), "{name}\n{text}");
        assert!(text.contains(&format!("# TYPE {name} {kind}\n")), "{name}\n{text}");
    }
    for line in [
        r#"firstlook_webhook_requests_total{source="alertmanager",status="200"} 1"#,
        r#"firstlook_first_page_seconds_bucket{le="0.1"} 0"#,
        r#"firstlook_first_page_seconds_bucket{le="0.25"} 1"#,
        r#"firstlook_model_tokens_total{direction="input"} 1200"#,
        r#"firstlook_http_request_duration_seconds_count{route="/incidents/{id}",class="4xx"} 1"#,
        concat!(r#"firstlook_build_info{version=""#, env!("CARGO_PKG_VERSION"), r#""} 1"#),
    ] {
        assert!(text.lines().any(|shown| shown == line), "{line}\n{text}");
    }
}

#[test]
fn names_follow_the_conventions() {
    let names: BTreeSet<_> = Metric::ALL.iter().map(|metric| metric.description().name).collect();
    assert_eq!(names.len(), Metric::ALL.len(), "no name twice");
    for metric in Metric::ALL {
        let Description { name, kind, labels, help } = metric.description();
        let plain = |text: &str| text.chars().all(|letter| letter.is_ascii_lowercase() || letter == '_');
        assert!(name.starts_with("firstlook_") && plain(name), "{name}");
        assert_eq!(name.ends_with("_total"), kind == Kind::Counter, "{name}");
        assert_eq!(name.ends_with("_seconds"), matches!(kind, Kind::Seconds(_)), "{name}");
        assert!(!name.contains("milli") && !name.contains("minutes"), "base units only: {name}");
        assert!(
            labels.iter().all(|label| plain(label) && !["le", "job", "instance"].contains(label)),
            "{name}"
        );
        assert!(help.ends_with('.'), "{name}");
        if let Kind::Seconds(buckets) = kind {
            assert!(buckets.is_sorted() && buckets.len() <= 15, "{name}");
        }
    }
}

#[test]
fn unknown_values_fall_into_one_series() {
    assert_eq!(Route::of("/wp-admin.php"), Route::Other);
    assert_eq!(Route::of("/api/v1/incidents/{id}"), Route::ApiIncident);
    assert_eq!(WebhookStatus::of(418), WebhookStatus::Other);
    assert_eq!(WebhookStatus::of(503), WebhookStatus::TryAgain);
    assert_eq!((StatusClass::of(204), StatusClass::of(999)), (StatusClass::Success, StatusClass::Server));
    let words: BTreeSet<_> = Route::ALL.iter().map(|route| route.as_str()).collect();
    assert_eq!(words.len(), Route::ALL.len());
}

#[test]
#[should_panic(expected = "other labels")]
fn labels_of_another_metric_are_a_defect() {
    count(Metric::Alerts, &[JobKind::Triage.into()]);
}
