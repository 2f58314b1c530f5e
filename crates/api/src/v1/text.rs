//! What a text will cost, before it is sent.

use axum::extract::State;
use domain::segment::{self, Encoding};
use domain::smart::smart_if_it_helps;
use serde::{Deserialize, Serialize};
use store::{TenantTx, tenant, words};
use utoipa::ToSchema;

use crate::{auth::Caller, error::ApiError, extract::Json, state::AppState};

/// Of the characters that make a text dear, so many are named.
const NAMED_MAX: usize = 200;

/// A text to measure.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MeasureText {
    /// The text.
    body: String,
    /// Whether typographic characters become plain ones first where that makes the text cheaper, as when it is sent.
    #[serde(default = "yes")]
    #[schema(default = true)]
    smart: bool,
    /// Whether its links are counted as the short ones that a campaign makes of them.
    #[serde(default)]
    short_links: bool,
}

/// What a text measures.
#[derive(Debug, Serialize, ToSchema)]
pub struct Measure {
    /// How the carrier encodes it.
    #[schema(value_type = words::Encoding)]
    pub encoding: Encoding,
    /// As how many segments it counts.
    pub segments: u32,
    /// Septets or UTF-16 units it takes.
    pub units: u32,
    /// Units that can be added before one more segment is needed.
    pub units_left: u32,
    /// The text as it would be sent.
    pub body: String,
    /// What was replaced.
    pub replaced: Vec<Replaced>,
    /// What keeps it out of the cheaper encoding, the first 200.
    pub not_gsm: Vec<NotGsm>,
}

/// A character that was replaced.
#[derive(Debug, Serialize, ToSchema)]
pub struct Replaced {
    /// What stood there.
    #[schema(value_type = String)]
    pub from: char,
    /// What stands there now; empty for invisible marks.
    pub to: &'static str,
    /// How often.
    pub count: u32,
}

/// A character outside the GSM alphabet.
#[derive(Debug, Serialize, ToSchema)]
pub struct NotGsm {
    /// Which.
    #[schema(value_type = String)]
    pub char: char,
    /// How many characters stand before it.
    pub index: usize,
}

/// Measures a text as the carrier will.
#[utoipa::path(post, path = "/text/measure", tag = "text", request_body = MeasureText,
    responses((status = 200, body = Measure)))]
pub async fn measure(
    State(app): State<AppState>,
    caller: Caller,
    Json(mut asked): Json<MeasureText>,
) -> Result<Json<Measure>, ApiError> {
    if asked.short_links {
        let read = async |tx: &mut TenantTx<'_>| tenant::settings(tx).await;
        let base = app.engine.store().read(caller.tenant, read).await?.links_base;
        asked.body = domain::link::sample(&asked.body, base.as_deref().unwrap_or(app.engine.public_url()));
    }
    Ok(Json(measured(asked)))
}

fn measured(asked: MeasureText) -> Measure {
    let (body, replaced) = if asked.smart {
        let smart = smart_if_it_helps(&asked.body);
        (smart.body, smart.replaced)
    } else {
        (asked.body, Vec::new())
    };
    let segment::Measure { encoding, segments, units, units_left } = segment::measure(&body);
    let not_gsm = segment::not_gsm(&body).into_iter().take(NAMED_MAX);
    Measure {
        encoding,
        segments,
        units,
        units_left,
        replaced: replaced.iter().map(|r| Replaced { from: r.from, to: r.to, count: r.count }).collect(),
        not_gsm: not_gsm.map(|(index, char)| NotGsm { char, index }).collect(),
        body,
    }
}

const fn yes() -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_measured_as_it_will_be_sent() {
        let of = |json| serde_json::to_value(measured(serde_json::from_str(json).unwrap())).unwrap();
        let smart = of(r#"{"body":"It’s ok"}"#);
        assert_eq!((smart["encoding"].as_str(), smart["body"].as_str()), (Some("gsm7"), Some("It's ok")));
        assert_eq!(smart["replaced"], serde_json::json!([{ "from": "’", "to": "'", "count": 1 }]));
        let plain = of(r#"{"body":"It’s ok","smart":false}"#);
        assert_eq!((plain["encoding"].as_str(), plain["units_left"].as_u64()), (Some("ucs2"), Some(63)));
        assert_eq!(plain["not_gsm"], serde_json::json!([{ "char": "’", "index": 2 }]));
    }
}
