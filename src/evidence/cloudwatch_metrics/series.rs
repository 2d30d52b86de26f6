//! The series of an answer of GetMetricData.
//!
//! Knows the SDK's types. Must not know whom it asks.

use aws_sdk_cloudwatch::types::{MetricDataResult, StatusCode};
use chrono::{DateTime, Utc};
use firstlook_core::evidence::metric::{Point, Range};

/// The values of one id and label, over all pages.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Series {
    pub id: String,
    pub label: String,
    /// In the order of arrival, which is that of time.
    pub points: Vec<Point>,
    /// Whether the last page of it says that values are missing.
    pub partial: bool,
}

/// Adds a page. The two series of a band have one id and sometimes one label: within a page each is its own.
pub(super) fn add(all: &mut Vec<Series>, page: &[MetricDataResult]) {
    let mut taken: Vec<usize> = Vec::new();
    for result in page {
        let (id, label) = (result.id().unwrap_or_default(), result.label().unwrap_or_default());
        let partial = result.status_code().is_some_and(|code| *code != StatusCode::Complete);
        let known = |(n, one): &(usize, &Series)| one.id == id && one.label == label && !taken.contains(n);
        let place = all.iter().enumerate().find(known).map(|(n, _)| n);
        let place = place.unwrap_or_else(|| {
            all.push(Series { id: id.to_owned(), label: label.to_owned(), points: Vec::new(), partial });
            all.len() - 1
        });
        taken.push(place);
        let point = |(at, value): (&aws_sdk_cloudwatch::primitives::DateTime, &f64)| {
            let at = DateTime::from_timestamp(at.secs(), 0)?;
            value.is_finite().then_some(Point { at, value: *value })
        };
        if let Some(series) = all.get_mut(place) {
            series.partial = partial;
            series.points.extend(result.timestamps().iter().zip(result.values()).filter_map(point));
        }
    }
}

/// Without what is not a whole period yet, since a sum of a part is too small.
pub(super) fn whole(series: &mut Series, period: i64, now: DateTime<Utc>) {
    series.points.retain(|point| point.at.timestamp() + period <= now.timestamp());
    series.points.sort_by_key(|point| point.at);
}

/// What is normal by a band: between its lower and its upper edge.
pub(super) fn band(edges: &[Series]) -> Option<Range> {
    let middle = |one: &Series| {
        let mut values: Vec<f64> = one.points.iter().map(|point| point.value).collect();
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 2).copied()
    };
    let mut edges: Vec<(f64, usize)> =
        edges.iter().filter_map(|one| Some((middle(one)?, one.points.len()))).collect();
    edges.sort_by(|a, b| a.0.total_cmp(&b.0));
    match edges.as_slice() {
        [(low, values), (high, _)] => {
            Some(Range { low: *low, median: f64::midpoint(*low, *high), high: *high, values: *values })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_cloudwatch::primitives::DateTime as AwsTime;

    use super::*;

    fn result(id: &str, label: &str, values: &[(i64, f64)], code: StatusCode) -> MetricDataResult {
        let mut all = MetricDataResult::builder().id(id).label(label).status_code(code);
        for (at, value) in values {
            all = all.timestamps(AwsTime::from_secs(*at)).values(*value);
        }
        all.build()
    }

    #[test]
    fn pages_are_joined_and_bands_have_two_edges() {
        let mut all = Vec::new();
        let page = [
            result("m1", "x", &[(60, 1.0), (120, f64::NAN)], StatusCode::PartialData),
            result("ad1", "band", &[(60, 8.0)], StatusCode::Complete),
            result("ad1", "band", &[(60, 2.0)], StatusCode::Complete),
        ];
        add(&mut all, &page);
        add(&mut all, &[result("m1", "x", &[(180, 3.0)], StatusCode::Complete)]);
        let shape: Vec<_> = all.iter().map(|one| (one.id.as_str(), one.points.len(), one.partial)).collect();
        assert_eq!(shape, [("m1", 2, false), ("ad1", 1, false), ("ad1", 1, false)]);
        let range = band(&all[1..]).unwrap();
        assert_eq!((range.low, range.median, range.high, range.values), (2.0, 5.0, 8.0, 1));
        assert_eq!(band(&all[..1]), None);
        whole(&mut all[0], 60, DateTime::from_timestamp(239, 0).unwrap());
        assert_eq!(all[0].points.len(), 1, "the period from 180 to 240 is not over");
    }
}
