//! How it stands with a workflow as a whole, and what somebody may do about it.

/// How it stands with a workflow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It was never published.
    Draft,
    /// People enter it, and go on.
    Active,
    /// Nobody enters it, and nobody in it goes on.
    Paused,
    /// Nobody enters it; whoever is in it goes on to their end.
    Archived,
}

/// What somebody wants of a workflow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Change its draft.
    Edit,
    /// Make its draft the version that people enter.
    Publish,
    /// Let nobody in, and nobody go on.
    Pause,
    /// Let people in, and go on.
    Resume,
    /// Let nobody in any more.
    Archive,
    /// Take it back out of the archive.
    Restore,
}

/// It stands so that this makes no sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a workflow that is {} cannot be {}", .0.as_str(), .1.word())]
pub struct Refused(pub Standing, pub Order);

impl Standing {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Draft, Self::Active, Self::Paused, Self::Archived];

    /// As stored and shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Active => "active",
            Self::Paused => "paused",
            Self::Archived => "archived",
        }
    }

    /// The stored word back.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|standing| standing.as_str() == text)
    }

    /// How it stands after an order. `is_published`: a version of it was published. One that is taken out of the archive waits
    /// for somebody to say that it goes on: nothing is sent by a click that was meant to bring it into sight.
    ///
    /// # Errors
    /// It stands so that the order makes no sense.
    pub const fn obey(self, order: Order, is_published: bool) -> Result<Self, Refused> {
        match (self, order) {
            (Self::Draft | Self::Active | Self::Paused, Order::Edit) | (Self::Paused, Order::Publish) => Ok(self),
            (Self::Draft | Self::Active, Order::Publish) | (Self::Paused, Order::Resume) => Ok(Self::Active),
            (Self::Active, Order::Pause) => Ok(Self::Paused),
            (Self::Draft | Self::Active | Self::Paused, Order::Archive) => Ok(Self::Archived),
            (Self::Archived, Order::Restore) => Ok(if is_published { Self::Paused } else { Self::Draft }),
            _ => Err(Refused(self, order)),
        }
    }
}

impl Order {
    const fn word(self) -> &'static str {
        match self {
            Self::Edit => "changed",
            Self::Publish => "published",
            Self::Pause => "paused",
            Self::Resume => "resumed",
            Self::Archive => "archived",
            Self::Restore => "restored",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Order::{Archive, Edit, Pause, Publish, Restore, Resume};
    use super::Standing::{Active, Archived, Draft, Paused};
    use super::*;

    #[test]
    fn it_goes_from_one_standing_to_the_next() {
        let orders = [Edit, Publish, Pause, Resume, Archive, Restore];
        for (standing, after) in [
            (Draft, [Some(Draft), Some(Active), None, None, Some(Archived), None]),
            (Active, [Some(Active), Some(Active), Some(Paused), None, Some(Archived), None]),
            (Paused, [Some(Paused), Some(Paused), None, Some(Active), Some(Archived), None]),
            (Archived, [None, None, None, None, None, Some(Paused)]),
        ] {
            for (order, after) in orders.into_iter().zip(after) {
                assert_eq!(standing.obey(order, true), after.ok_or(Refused(standing, order)), "{standing:?} {order:?}");
            }
        }
        assert_eq!(Archived.obey(Restore, false), Ok(Draft));
        assert_eq!(Refused(Archived, Publish).to_string(), "a workflow that is archived cannot be published");
    }

    #[test]
    fn every_standing_reads_back() {
        for standing in Standing::ALL {
            assert_eq!(Standing::parse(standing.as_str()), Some(standing));
        }
        assert_eq!(Standing::parse("live"), None);
    }
}
