//! How long to wait when somebody says "slow down".

use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822;

use crate::http::Response;

/// Nobody is waited for longer than this, whatever a header says.
const WAIT_MAX: Duration = Duration::from_secs(24 * 60 * 60);

/// Above this, `x-ratelimit-reset` is a point in time (Telnyx documents both readings).
const EPOCH_SECONDS_MIN: f64 = 1e6;
/// Above this, such a point is in milliseconds: as seconds it would lie beyond the year 5000.
const EPOCH_MILLISECONDS_MIN: f64 = 1e11;

/// The pause an answer asks for: `retry-after` (seconds or a date, RFC 9110 §10.2.3), else `retry-after-ms`, else
/// `x-ratelimit-reset` (seconds, or Unix time). `None` if it does not say; zero if the moment has passed.
pub(crate) fn retry_after(answer: &Response, now: Timestamp) -> Option<Duration> {
    let wait = answer
        .header("retry-after")
        .and_then(|value| seconds(value).or_else(|| until_date(value, now)))
        .or_else(|| answer.header("retry-after-ms").and_then(seconds).map(|thousandfold| thousandfold / 1000.0))
        .or_else(|| answer.header("x-ratelimit-reset").and_then(seconds).map(|reset| until_reset(reset, now)))?;
    Some(Duration::try_from_secs_f64(wait.max(0.0)).unwrap_or(WAIT_MAX).min(WAIT_MAX))
}

fn seconds(value: &str) -> Option<f64> {
    value.trim().parse().ok().filter(|number: &f64| number.is_finite())
}

fn until_date(value: &str, now: Timestamp) -> Option<f64> {
    let date = rfc2822::parse(value.trim()).ok()?.timestamp();
    Some(date.duration_since(now).as_secs_f64())
}

fn until_reset(reset: f64, now: Timestamp) -> f64 {
    let now = now.as_duration().as_secs_f64();
    if reset > EPOCH_MILLISECONDS_MIN {
        reset / 1000.0 - now
    } else if reset > EPOCH_SECONDS_MIN {
        reset - now
    } else {
        reset
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_say_wait_is_understood() {
        let now: Timestamp = "2026-11-23T10:00:00Z".parse().unwrap();
        let cases: &[(&'static str, &'static str, Option<u64>)] = &[
            ("retry-after", "7", Some(7_000)),
            ("retry-after", " 0.5 ", Some(500)),
            ("retry-after", "Mon, 23 Nov 2026 10:00:30 GMT", Some(30_000)),
            ("retry-after", "Mon, 23 Nov 2026 09:00:30 GMT", Some(0)),
            ("retry-after", "-3", Some(0)),
            ("retry-after", "soon", None),
            ("retry-after", "NaN", None),
            ("retry-after", "1e300", Some(86_400_000)),
            ("retry-after-ms", "250", Some(250)),
            ("x-ratelimit-reset", "12", Some(12_000)),
            ("x-ratelimit-reset", "1795428010", Some(10_000)),
            ("x-ratelimit-reset", "1795428010000", Some(10_000)),
            ("x-ratelimit-reset", "1795427000", Some(0)),
            ("date", "Mon, 23 Nov 2026 10:00:30 GMT", None),
        ];
        for (name, value, expected) in cases {
            let answer = Response::new(429, "").with_header(name, value);
            assert_eq!(retry_after(&answer, now), expected.map(Duration::from_millis), "{name}: {value}");
        }
    }

    #[test]
    fn the_plain_header_wins_over_the_limit_s_reset() {
        let answer = Response::new(429, "").with_header("x-ratelimit-reset", "50").with_header("retry-after", "2");
        assert_eq!(retry_after(&answer, Timestamp::UNIX_EPOCH), Some(Duration::from_secs(2)));
    }
}
