//! Who may do what: the one place that says so.

use serde::{Deserialize, Serialize};

/// What a member is in a tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Everything.
    Owner,
    /// Everything but making or unmaking owners.
    Admin,
    /// The day's work and its set-up.
    Manager,
    /// The day's work.
    Agent,
}

impl Role {
    /// All of them, the mightiest first.
    pub const ALL: [Self; 4] = [Self::Owner, Self::Admin, Self::Manager, Self::Agent];

    /// As stored and shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Admin => "admin",
            Self::Manager => "manager",
            Self::Agent => "agent",
        }
    }

    /// The stored word back.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == text)
    }

    /// Whether this role may do it.
    #[must_use]
    pub const fn may(self, scope: Scope) -> bool {
        match self {
            Self::Owner | Self::Admin => true,
            Self::Manager => !matches!(
                scope,
                Scope::TenantWrite
                    | Scope::MembersWrite
                    | Scope::KeysRead
                    | Scope::KeysWrite
                    | Scope::CarrierWrite
                    | Scope::WebhooksWrite
                    | Scope::ContactsErase
            ),
            Self::Agent => matches!(
                scope,
                Scope::TenantRead
                    | Scope::MembersRead
                    | Scope::NumbersRead
                    | Scope::ContactsRead
                    | Scope::ContactsWrite
                    | Scope::ConversationsRead
                    | Scope::ConversationsWrite
                    | Scope::MessagesWrite
                    | Scope::AssistantsRead
                    | Scope::CampaignsRead
                    | Scope::WorkflowsRead
                    | Scope::EventsRead
            ),
        }
    }

    /// Whether this role may give `role` to someone, or take it from them.
    #[must_use]
    pub const fn may_give(self, role: Self) -> bool {
        match self {
            Self::Owner => true,
            Self::Admin => !matches!(role, Self::Owner),
            Self::Manager | Self::Agent => false,
        }
    }
}

macro_rules! scopes {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        /// One thing that a member or an API key may be allowed to do.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Scope { $($(#[$doc])* $name,)* }

        impl Scope {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// As stored and shown.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }
    };
}

scopes! {
    /// See the tenant and its settings.
    TenantRead = "tenant:read";
    /// Change them.
    TenantWrite = "tenant:write";
    /// See who works here.
    MembersRead = "members:read";
    /// Let people in and out.
    MembersWrite = "members:write";
    /// See which API keys there are.
    KeysRead = "keys:read";
    /// Make and revoke API keys.
    KeysWrite = "keys:write";
    /// See the carrier accounts.
    CarrierRead = "carrier:read";
    /// Connect carrier accounts and adopt their numbers.
    CarrierWrite = "carrier:write";
    /// See the campaigns and who gets them.
    CampaignsRead = "campaigns:read";
    /// Write, launch, pause and end campaigns.
    CampaignsWrite = "campaigns:write";
    /// See the workflows, and play them.
    WorkflowsRead = "workflows:read";
    /// Write, publish, pause and archive workflows.
    WorkflowsWrite = "workflows:write";
    /// See the numbers.
    NumbersRead = "numbers:read";
    /// Set up the numbers.
    NumbersWrite = "numbers:write";
    /// See contacts.
    ContactsRead = "contacts:read";
    /// Change contacts.
    ContactsWrite = "contacts:write";
    /// Erase contacts, which cannot be taken back.
    ContactsErase = "contacts:erase";
    /// Read conversations, their messages and attachments.
    ConversationsRead = "conversations:read";
    /// Open, assign, close and label conversations.
    ConversationsWrite = "conversations:write";
    /// Send texts.
    MessagesWrite = "messages:write";
    /// See the assistants and what they know.
    AssistantsRead = "assistants:read";
    /// Set them up.
    AssistantsWrite = "assistants:write";
    /// See the reports: what came and went, how fast, and at what cost.
    ReportsRead = "reports:read";
    /// See the webhooks and their deliveries.
    WebhooksRead = "webhooks:read";
    /// Set them up.
    WebhooksWrite = "webhooks:write";
    /// Follow the log and the live stream.
    EventsRead = "events:read";
}

impl Scope {
    /// The stored word back.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|scope| scope.as_str() == text)
    }
}

/// What one caller may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Grant {
    /// A signed-in member.
    Member(Role),
    /// An API key with these scopes.
    Key(Vec<Scope>),
}

impl Grant {
    /// Whether the caller may do it.
    #[must_use]
    pub fn may(&self, scope: Scope) -> bool {
        match self {
            Self::Member(role) => role.may(scope),
            Self::Key(scopes) => scopes.contains(&scope),
        }
    }

    /// Whether the caller may give `role` to someone, or take it from them. Nobody gives more than they have: a key needs
    /// every scope of the role, and makes no owners.
    #[must_use]
    pub fn may_give(&self, role: Role) -> bool {
        match self {
            Self::Member(own) => own.may_give(role),
            Self::Key(_) => role != Role::Owner && Scope::ALL.iter().all(|scope| self.may(*scope) || !role.may(*scope)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_lower_role_may_a_higher_one_may_too() {
        for pair in Role::ALL.windows(2) {
            for scope in Scope::ALL {
                assert!(pair[0].may(*scope) || !pair[1].may(*scope), "{pair:?} {scope:?}");
            }
        }
    }

    #[test]
    fn an_agent_cannot_open_the_house_to_others() {
        for scope in [Scope::MembersWrite, Scope::KeysWrite, Scope::CarrierWrite, Scope::TenantWrite] {
            assert!(!Role::Agent.may(scope) && !Role::Manager.may(scope));
        }
        assert!(!Role::Admin.may_give(Role::Owner));
    }

    #[test]
    fn nobody_gives_more_than_they_have() {
        let key_of = |role: Role| Grant::Key(Scope::ALL.iter().copied().filter(|scope| role.may(*scope)).collect());
        for (grant, given) in [
            (Grant::Member(Role::Owner), vec![Role::Owner, Role::Admin, Role::Manager, Role::Agent]),
            (Grant::Member(Role::Admin), vec![Role::Admin, Role::Manager, Role::Agent]),
            (Grant::Member(Role::Manager), vec![]),
            (Grant::Key(Scope::ALL.to_vec()), vec![Role::Admin, Role::Manager, Role::Agent]),
            (key_of(Role::Manager), vec![Role::Manager, Role::Agent]),
            (key_of(Role::Agent), vec![Role::Agent]),
            (Grant::Key(vec![Scope::MembersWrite]), vec![]),
        ] {
            let may: Vec<Role> = Role::ALL.into_iter().filter(|role| grant.may_give(*role)).collect();
            assert_eq!(may, given, "{grant:?}");
        }
    }

    #[test]
    fn every_scope_reads_back() {
        for scope in Scope::ALL {
            assert_eq!(Scope::parse(scope.as_str()), Some(*scope));
        }
        assert_eq!(Scope::parse("*"), None);
    }
}
