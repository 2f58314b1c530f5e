//! Typed identifiers. Each prints with its prefix (`msg_0190…`), and text with another prefix does not parse as it.

use std::{fmt, str::FromStr};

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use uuid::Uuid;

/// The text was not an identifier of the wanted kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an id of this kind: it starts with `{prefix}_` and goes on with 32 hexadecimal digits")]
pub struct IdError {
    /// What the wanted kind starts with.
    pub prefix: &'static str,
}

fn parse(prefix: &'static str, text: &str) -> Result<Uuid, IdError> {
    text.strip_prefix(prefix)
        .and_then(|rest| rest.strip_prefix('_'))
        .filter(|hex| hex.len() == 32)
        .and_then(|hex| Uuid::try_parse(hex).ok())
        .ok_or(IdError { prefix })
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub Uuid);

        impl $name {
            /// What this kind of id starts with in text, without the underscore.
            pub const PREFIX: &'static str = $prefix;
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "_{}"), self.0.simple())
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { fmt::Display::fmt(self, f) }
        }
        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> { parse($prefix, text).map(Self) }
        }
        impl From<Uuid> for $name { fn from(id: Uuid) -> Self { Self(id) } }
        impl From<$name> for Uuid { fn from(id: $name) -> Uuid { id.0 } }
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> { to.collect_str(self) }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(from)?;
                text.parse().map_err(de::Error::custom)
            }
        }
    )*};
}

ids! {
    /// One organisation; everything belongs to exactly one.
    TenantId = "ten";
    /// A person who signs in.
    UserId = "usr";
    /// Members who look after some conversations together.
    TeamId = "tea";
    /// A key for the HTTP API.
    ApiKeyId = "key";
    /// Credentials at a carrier.
    CarrierAccountId = "acc";
    /// A sender of a tenant.
    NumberId = "num";
    /// A person outside.
    ContactId = "con";
    /// One live thread.
    ConversationId = "cnv";
    /// One text, in or out, or a note.
    MessageId = "msg";
    /// A configured AI.
    AssistantId = "ast";
    /// A source that assistants may answer from.
    KnowledgeId = "kno";
    /// A reply that an assistant suggests.
    DraftId = "drf";
    /// Something that an assistant may do only when a person says so.
    ApprovalId = "apr";
    /// A list of contacts that somebody keeps.
    ListId = "lst";
    /// A condition on contacts that has a name.
    SegmentId = "seg";
    /// A text that is used again and again.
    SnippetId = "snp";
    /// A member's own view of the inbox.
    ViewId = "vew";
    /// A campaign.
    CampaignId = "cmp";
    /// An address that gets no texts.
    SuppressionId = "sup";
    /// Two contacts that were made one.
    MergeId = "mrg";
    /// An import of contacts from a file.
    ImportId = "imp";
    /// One person of a campaign.
    RecipientId = "rcp";
    /// What is done with people, step by step.
    WorkflowId = "wfl";
    /// One person's way through a workflow.
    EnrolmentId = "enr";
    /// Many people whom somebody lets into a workflow at once.
    SelectionId = "sel";
    /// An endpoint of the tenant that is told of events.
    WebhookId = "whk";
    /// One attempt to tell a webhook of one event.
    DeliveryId = "wdl";
    /// An attachment that we keep.
    MediaId = "med";
    /// One run of an assistant.
    RunId = "run";
    /// One use of a tool that changes something.
    UseId = "use";
    /// A test case of an assistant.
    CaseId = "cas";
    /// A run of past conversations through another version of an assistant.
    ReplayId = "rpl";
    /// A fact in the inbox, or one thing the engine has to do.
    WorkId = "wrk";
}

/// A UUIDv7 for what has a name of its own elsewhere: the same time and digest of that name make the same one, so it is
/// known again when it comes twice, and what happens together lies together in an index.
#[must_use]
pub fn named(at: Timestamp, digest: u128) -> Uuid {
    let variant = 0b10_u128 << 62;
    let rest = digest & ((0x0FFF << 64) | ((1 << 62) - 1));
    Uuid::from_u128(earliest(at).as_u128() | rest | variant)
}

/// Less than every UUIDv7 of this time or later. A time before 1970 counts as 1970.
#[must_use]
pub fn earliest(at: Timestamp) -> Uuid {
    let millis = u128::try_from(at.as_millisecond()).unwrap_or(0) & 0xFFFF_FFFF_FFFF;
    Uuid::from_u128(millis << 80 | 0x7_u128 << 76)
}

/// Makes UUIDv7 identifiers from a time and a seed, both given: the same turn run again makes the same ones.
///
/// Ids of one `Ids` rise in the order of their making, and those of a later microsecond are greater: the twelve bits
/// after the milliseconds hold the quarter microseconds (RFC 9562 §6.2, method 3), so rows keep their order in every index.
#[derive(Debug, Clone)]
pub struct Ids {
    millis: u64,
    quarters: u16,
    state: u64,
}

impl Ids {
    /// `seed` must differ between any two turns of the same millisecond; 64 bits of chance from the outside do.
    #[must_use]
    pub fn new(now: Timestamp, seed: u64) -> Self {
        let micros = u64::try_from(now.as_microsecond()).unwrap_or(0);
        let quarters = u16::try_from(micros % 1_000 * 4).unwrap_or(0);
        Self { millis: micros / 1_000, quarters, state: seed }
    }

    /// The next identifier, of whichever kind is asked for.
    #[expect(clippy::should_implement_trait, reason = "it never ends, and gives any kind of id")]
    #[must_use]
    pub fn next<T: From<Uuid>>(&mut self) -> T {
        T::from(self.uuid())
    }

    fn uuid(&mut self) -> Uuid {
        let random = u128::from(self.random()) << 64 | u128::from(self.random());
        let time = u128::from(self.millis & 0xFFFF_FFFF_FFFF) << 80;
        let version = 0x7_u128 << 76;
        let order = u128::from(self.quarters & 0x0FFF) << 64;
        let variant = 0b10_u128 << 62;
        let chance = random & ((1 << 62) - 1);
        self.quarters += 1;
        if self.quarters > 0x0FFF {
            self.quarters = 0;
            self.millis += 1;
        }
        Uuid::from_u128(time | version | order | variant | chance)
    }

    /// SplitMix64 (Steele, Lea, Flood 2014): enough to tell ids apart, not a source of secrets.
    fn random(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_of_another_kind_does_not_parse() {
        let id = MessageId(Uuid::from_u128(7));
        assert_eq!(id.to_string().parse::<MessageId>(), Ok(id));
        assert!(id.to_string().parse::<ContactId>().is_err());
        assert!("msg_123".parse::<MessageId>().is_err());
        assert!("msg_00000000-0000-0000-0000-000000000007".parse::<MessageId>().is_err());
    }

    #[test]
    fn ids_of_one_turn_rise_and_are_version_seven() {
        let mut ids = Ids::new(Timestamp::from_millisecond(1_700_000_000_000).unwrap(), 1);
        let made: Vec<Uuid> = (0..10_000).map(|_| ids.next()).collect();
        assert!(made.windows(2).all(|w| w[0] < w[1]));
        assert!(made.iter().all(|id| id.get_version_num() == 7));
        assert_eq!(made[0].get_timestamp().map(|t| t.to_unix().0), Some(1_700_000_000));
    }

    #[test]
    fn what_has_a_name_is_known_again() {
        let at = Timestamp::from_millisecond(1_700_000_000_123).unwrap();
        let later = Timestamp::from_millisecond(1_700_000_000_124).unwrap();
        assert_eq!(named(at, 7), named(at, 7));
        assert_ne!(named(at, 7), named(at, 8));
        assert_eq!(named(at, u128::MAX).get_version_num(), 7);
        assert_eq!(named(at, u128::MAX).get_variant(), uuid::Variant::RFC4122);
        assert!(earliest(at) <= named(at, 0) && named(at, u128::MAX) < earliest(later));
        assert!(earliest(at) <= Ids::new(at, 9).next::<Uuid>() && Ids::new(at, 9).next::<Uuid>() < earliest(later));
        assert_eq!(earliest(Timestamp::from_second(-5).unwrap()), earliest(Timestamp::UNIX_EPOCH));
    }

    #[test]
    fn the_same_seed_and_time_make_the_same_ids() {
        let at = Timestamp::from_millisecond(5).unwrap();
        assert_eq!(Ids::new(at, 9).next::<Uuid>(), Ids::new(at, 9).next::<Uuid>());
        assert_ne!(Ids::new(at, 9).next::<Uuid>(), Ids::new(at, 8).next::<Uuid>());
    }
}
