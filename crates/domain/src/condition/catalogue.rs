//! What can be looked at, and by which operators.

use jiff::tz::TimeZone;

use super::Op;
use crate::field::{Field, Kind};
use crate::id::{CampaignId, ListId};

/// What every contact has, by name. A tenant's field of the same name is written `fields.name`.
pub const NAMES: [&str; 14] = [
    "name",
    "company",
    "phone",
    "time_zone",
    "language",
    "tag",
    "list",
    "campaign",
    "consent",
    "opted_out",
    "blocked",
    "created_at",
    "last_inbound_at",
    "last_outbound_at",
];

/// What a tenant's conditions can name.
#[derive(Debug, Clone)]
pub struct Catalogue {
    /// What it keeps of its contacts.
    pub fields: Vec<Field>,
    /// Its lists.
    pub lists: Vec<(ListId, String)>,
    /// Its campaigns, or those of them that the condition may mean.
    pub campaigns: Vec<(CampaignId, String)>,
    /// Whose days are meant.
    pub zone: TimeZone,
}

/// What is looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Of {
    /// What they are called.
    Name,
    /// Where they work.
    Company,
    /// Their phone numbers: one of them is enough.
    Phone,
    /// IANA name, if somebody said it.
    TimeZone,
    /// ISO 639-1, if somebody said it.
    Language,
    /// Their labels.
    Tag,
    /// The lists that they are on.
    List,
    /// The campaigns that they got.
    Campaign,
    /// What they last said about getting texts: `opted_in`, `opted_out`, or nothing.
    Consent,
    /// One of their phone numbers wants no texts.
    OptedOut,
    /// The tenant wants nothing more from or to them.
    Blocked,
    /// When they became known.
    CreatedAt,
    /// When they last wrote.
    LastInboundAt,
    /// When a text to them last went out.
    LastOutboundAt,
    /// A field of the tenant's.
    Field(Field),
}

/// How many values an operator wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wants {
    Nothing,
    One,
    Two,
    Several,
    Days,
    /// One, several or none, and maybe days.
    Campaign,
}

impl Catalogue {
    /// What stands under a name. The key of a field may stand alone unless something else is called so.
    pub(super) fn look(&self, name: &str) -> Option<Of> {
        Some(match name {
            "name" => Of::Name,
            "company" => Of::Company,
            "phone" => Of::Phone,
            "time_zone" => Of::TimeZone,
            "language" => Of::Language,
            "tag" => Of::Tag,
            "list" => Of::List,
            "campaign" => Of::Campaign,
            "consent" => Of::Consent,
            "opted_out" => Of::OptedOut,
            "blocked" => Of::Blocked,
            "created_at" => Of::CreatedAt,
            "last_inbound_at" => Of::LastInboundAt,
            "last_outbound_at" => Of::LastOutboundAt,
            other => {
                let key = other.strip_prefix("fields.").unwrap_or(other);
                Of::Field(self.fields.iter().find(|field| field.key == key)?.clone())
            }
        })
    }

    /// Every name there is.
    pub(super) fn names(&self) -> Vec<&str> {
        NAMES.into_iter().chain(self.fields.iter().map(|field| field.key.as_str())).collect()
    }
}

impl Of {
    /// The one name that is kept.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Name => "name".into(),
            Self::Company => "company".into(),
            Self::Phone => "phone".into(),
            Self::TimeZone => "time_zone".into(),
            Self::Language => "language".into(),
            Self::Tag => "tag".into(),
            Self::List => "list".into(),
            Self::Campaign => "campaign".into(),
            Self::Consent => "consent".into(),
            Self::OptedOut => "opted_out".into(),
            Self::Blocked => "blocked".into(),
            Self::CreatedAt => "created_at".into(),
            Self::LastInboundAt => "last_inbound_at".into(),
            Self::LastOutboundAt => "last_outbound_at".into(),
            Self::Field(field) => format!("fields.{}", field.key),
        }
    }

    /// The operators that make sense of it.
    #[must_use]
    pub fn ops(&self) -> &'static [Op] {
        const TEXT: &[Op] = &[Op::Eq, Op::Ne, Op::In, Op::Contains, Op::Starts, Op::IsSet, Op::IsMissing];
        const CHOICE: &[Op] = &[Op::Eq, Op::Ne, Op::In, Op::IsSet, Op::IsMissing];
        const YES_NO: &[Op] = &[Op::Eq, Op::Ne, Op::IsSet, Op::IsMissing];
        const NUMBER: &[Op] =
            &[Op::Eq, Op::Ne, Op::Lt, Op::Le, Op::Gt, Op::Ge, Op::Between, Op::In, Op::IsSet, Op::IsMissing];
        const DATE: &[Op] = &[
            Op::Eq,
            Op::Ne,
            Op::Lt,
            Op::Le,
            Op::Gt,
            Op::Ge,
            Op::Between,
            Op::WithinLast,
            Op::WithinNext,
            Op::OlderThan,
            Op::IsSet,
            Op::IsMissing,
        ];
        const MOMENT: &[Op] = &[
            Op::Eq,
            Op::Ne,
            Op::Lt,
            Op::Le,
            Op::Gt,
            Op::Ge,
            Op::Between,
            Op::WithinLast,
            Op::OlderThan,
            Op::IsSet,
            Op::IsMissing,
        ];
        match self {
            Self::Name | Self::Company | Self::Phone | Self::TimeZone | Self::Language => TEXT,
            Self::Tag | Self::List | Self::Consent => CHOICE,
            Self::OptedOut | Self::Blocked => &[Op::Eq, Op::Ne],
            Self::CreatedAt | Self::LastInboundAt | Self::LastOutboundAt => MOMENT,
            Self::Campaign => &[Op::Got, Op::Replied, Op::Clicked],
            Self::Field(field) => match field.kind {
                Kind::Text => TEXT,
                Kind::Number => NUMBER,
                Kind::Date => DATE,
                Kind::YesNo => YES_NO,
                Kind::Choice { .. } => CHOICE,
            },
        }
    }
}

impl Op {
    pub(super) fn wants(self) -> Wants {
        match self {
            Self::Eq | Self::Ne | Self::Lt | Self::Le | Self::Gt | Self::Ge | Self::Contains | Self::Starts => {
                Wants::One
            }
            Self::Between => Wants::Two,
            Self::In => Wants::Several,
            Self::IsSet | Self::IsMissing => Wants::Nothing,
            Self::WithinLast | Self::WithinNext | Self::OlderThan => Wants::Days,
            Self::Got | Self::Replied | Self::Clicked => Wants::Campaign,
        }
    }
}
