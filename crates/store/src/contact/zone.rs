//! By which clocks somebody lives, as the API shows it.

use domain::region::{Provenance, Whereabouts};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::words as word_lists;

/// By which clocks somebody lives, as far as it is known, and how that is known.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Zone {
    /// `own`: somebody said so; `number`: the region of their primary phone has these; `tenant`: nothing else is known.
    #[schema(value_type = word_lists::ZoneSource)]
    pub source: String,
    /// IANA names, sorted: several where their number can be in several places.
    pub names: Vec<String>,
}

impl Zone {
    /// By their primary phone (empty: they have none), what somebody said, and the tenant's own.
    pub(crate) fn of(phone: &str, own: Option<&str>, tenant: &str) -> Self {
        let Ok(whereabouts) = Whereabouts::of(phone, own, tenant) else { return Self::default() };
        let source = match whereabouts.provenance() {
            Provenance::Contact => "own",
            Provenance::Number => "number",
            Provenance::Tenant => "tenant",
        };
        let names = whereabouts.clocks().filter_map(|clock| clock.iana_name().map(str::to_owned));
        let mut names: Vec<String> = names.collect();
        names.sort();
        names.dedup();
        Self { source: source.into(), names }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_best_counts() {
        let of = |phone, own| Zone::of(phone, own, "Europe/Paris");
        let zone = |source: &str, names: &[&str]| Zone {
            source: source.into(),
            names: names.iter().map(ToString::to_string).collect(),
        };
        assert_eq!(of("+493012345678", Some("America/Lima")), zone("own", &["America/Lima"]));
        assert_eq!(of("+12125550123", None), zone("number", &["America/New_York"]));
        assert!(of("+18005550123", None).names.len() > 3);
        assert_eq!(of("", None), zone("tenant", &["Europe/Paris"]));
        assert_eq!(of("", Some("UTC")), zone("tenant", &["Europe/Paris"]));
    }
}
