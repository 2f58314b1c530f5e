//! Who gets a campaign.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::condition::{Node, Test};
use crate::id::{ListId, SegmentId};

/// Who gets it: whoever one of the first five means, and none of the others does.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Audience {
    /// All contacts.
    pub everyone: bool,
    /// Contacts with one of these labels.
    pub tags: Vec<String>,
    /// Contacts on one of these lists.
    pub lists: Vec<ListId>,
    /// Contacts in one of these segments, at the moment at which everybody gets their row.
    pub segments: Vec<SegmentId>,
    /// These numbers, E.164.
    pub phones: Vec<String>,
    /// But nobody with one of these labels.
    pub without_tags: Vec<String>,
    /// Nor on one of these lists.
    pub without_lists: Vec<ListId>,
    /// Nor in one of these segments.
    pub without_segments: Vec<SegmentId>,
}

impl fmt::Debug for Audience {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Audience").field("everyone", &self.everyone).finish_non_exhaustive()
    }
}

impl Audience {
    /// Whether it can mean anybody besides the numbers that are named one by one.
    #[must_use]
    pub fn means_contacts(&self) -> bool {
        self.everyone || !(self.tags.is_empty() && self.lists.is_empty() && self.segments.is_empty())
    }

    /// The contacts that it means, but for whoever is left out. `segment`: what one tests; `None`: that cannot be said, and
    /// nobody is in it.
    #[must_use]
    pub fn with(&self, segment: impl Fn(SegmentId) -> Option<Node>) -> Node {
        if self.everyone {
            return Node::All(Vec::new());
        }
        let mut parts = labelled_or_listed(&self.tags, &self.lists);
        parts.extend(self.segments.iter().filter_map(|id| segment(*id)));
        Node::Any(parts)
    }

    /// The contacts that are left out. `segment`: what one tests; `None`: that cannot be said, and everybody is left out
    /// rather than somebody texted who must not be.
    #[must_use]
    pub fn without(&self, segment: impl Fn(SegmentId) -> Option<Node>) -> Node {
        let mut parts = labelled_or_listed(&self.without_tags, &self.without_lists);
        parts.extend(self.without_segments.iter().map(|id| segment(*id).unwrap_or(Node::All(Vec::new()))));
        Node::Any(parts)
    }
}

fn labelled_or_listed(tags: &[String], lists: &[ListId]) -> Vec<Node> {
    let mut parts = Vec::new();
    if !tags.is_empty() {
        parts.push(Node::Asked { test: Test::Tagged(Some(tags.to_vec())), negated: false });
    }
    if !lists.is_empty() {
        parts.push(Node::Asked { test: Test::Listed(Some(lists.to_vec())), negated: false });
    }
    parts
}
