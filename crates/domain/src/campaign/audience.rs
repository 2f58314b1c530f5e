//! Who gets a campaign.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::condition::{Node, Test};
use crate::id::{ImportId, ListId, SegmentId};

/// Who gets it: whoever one of the first six means, and none of the others does.
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
    /// Contacts whom one of these imports added or found.
    pub imports: Vec<ImportId>,
    /// These numbers, E.164.
    pub phones: Vec<String>,
    /// But nobody with one of these labels.
    pub without_tags: Vec<String>,
    /// Nor on one of these lists.
    pub without_lists: Vec<ListId>,
    /// Nor in one of these segments.
    pub without_segments: Vec<SegmentId>,
    /// Nor whom one of these imports added or found.
    pub without_imports: Vec<ImportId>,
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
        let by_group = !(self.tags.is_empty() && self.lists.is_empty() && self.imports.is_empty());
        self.everyone || by_group || !self.segments.is_empty()
    }

    /// The contacts that it means, but for whoever is left out. `segment`: what one tests; `None`: that cannot be said, and
    /// nobody is in it.
    #[must_use]
    pub fn with(&self, segment: impl Fn(SegmentId) -> Option<Node>) -> Node {
        if self.everyone {
            return Node::All(Vec::new());
        }
        let mut parts = grouped(&self.tags, &self.lists, &self.imports);
        parts.extend(self.segments.iter().filter_map(|id| segment(*id)));
        Node::Any(parts)
    }

    /// The contacts that are left out. `segment`: what one tests; `None`: that cannot be said, and everybody is left out
    /// rather than somebody texted who must not be.
    #[must_use]
    pub fn without(&self, segment: impl Fn(SegmentId) -> Option<Node>) -> Node {
        let mut parts = grouped(&self.without_tags, &self.without_lists, &self.without_imports);
        parts.extend(self.without_segments.iter().map(|id| segment(*id).unwrap_or(Node::All(Vec::new()))));
        Node::Any(parts)
    }
}

fn grouped(tags: &[String], lists: &[ListId], imports: &[ImportId]) -> Vec<Node> {
    let mut parts = Vec::new();
    if !tags.is_empty() {
        parts.push(Node::Asked { test: Test::Tagged(Some(tags.to_vec())), negated: false });
    }
    if !lists.is_empty() {
        parts.push(Node::Asked { test: Test::Listed(Some(lists.to_vec())), negated: false });
    }
    if !imports.is_empty() {
        parts.push(Node::Asked { test: Test::Imported(imports.to_vec()), negated: false });
    }
    parts
}
