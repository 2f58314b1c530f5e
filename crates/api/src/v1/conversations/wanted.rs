//! Which conversations a list is to show.

use domain::conversation::Status;
use domain::id::{CampaignId, NumberId, TeamId, UserId};
use serde::{Deserialize, Serialize};
use store::conversation::{Assignee, Filter, Order, Team};
use store::view::Named;
use utoipa::{IntoParams, ToSchema};

use crate::{error::ApiError, v1::contacts};

/// Which conversations are wanted. A view keeps the same.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams, ToSchema)]
#[into_params(parameter_in = Query)]
#[schema(as = ConversationFilter)]
pub struct Wanted {
    /// `open` (if not said), `snoozed`, `closed` or `all`.
    #[param(required = false)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    status: Option<String>,
    /// Who answers: `assistant`, `agents`, `workflow` or `nobody`.
    #[param(required = false)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    holder: Option<String>,
    /// Which team looks after it: `mine` (any that the asking member is in), `none` or a team's id.
    #[param(required = false)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    team: Option<String>,
    /// Who looks after it: `me`, `none` or a member's id.
    #[param(required = false)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    assignee: Option<String>,
    /// Only those with texts that the asking member has not seen.
    #[param(required = false)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    unread: Option<bool>,
    /// Only those whose contact waits for an answer.
    #[param(required = false)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    waiting: Option<bool>,
    /// Only those whose newest text of ours did not arrive, and nobody has seen to it.
    #[param(required = false)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    failed: Option<bool>,
    /// Only those on this number.
    #[param(required = false)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    number_id: Option<String>,
    /// Only those with this label.
    #[param(required = false)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    tag: Option<String>,
    /// Only those in which the contact answered this campaign.
    #[param(required = false)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    campaign_id: Option<String>,
    /// A piece of the contact's name or company, or digits of the phone number.
    #[param(required = false)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    q: Option<String>,
    /// Which come first: `recent` (the newest activity, if not said) or `waiting` (whoever waits longest; who does not wait
    /// is left out).
    #[param(required = false)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    order: Option<String>,
}

/// What is asked for, understood.
///
/// # Errors
/// 422 that names the parameter.
pub(crate) fn filter(wanted: &Wanted, reader: Option<UserId>) -> Result<Filter, ApiError> {
    let status = match wanted.status.as_deref() {
        None | Some("open") => Some(Status::Open),
        Some("snoozed") => Some(Status::Snoozed),
        Some("closed") => Some(Status::Closed),
        Some("all") => None,
        Some(_) => return Err(not_allowed("status", "open, snoozed, closed or all")),
    };
    let holder = match wanted.holder.as_deref() {
        None => None,
        Some("assistant") => Some("assistant"),
        Some("agents") => Some("agents"),
        Some("workflow") => Some("workflow"),
        Some("nobody") => Some("nobody"),
        Some(_) => return Err(not_allowed("holder", "assistant, agents, workflow or nobody")),
    };
    let members_only = |field| ApiError::invalid(field, "members_only", "An API key is no member; leave this out.");
    let team = match wanted.team.as_deref() {
        None => Team::Any,
        Some("none") => Team::None,
        Some("mine") => reader.map(|_| Team::Readers).ok_or_else(|| members_only("team"))?,
        Some(id) => Team::One(id.parse().map_err(|_| not_allowed("team", "mine, none or a team's id (tea_…)"))?),
    };
    let assignee = match wanted.assignee.as_deref() {
        None => Assignee::Any,
        Some("none") => Assignee::Nobody,
        Some("me") => Assignee::User(reader.ok_or_else(|| members_only("assignee"))?),
        Some(id) => {
            Assignee::User(id.parse().map_err(|_| not_allowed("assignee", "me, none or a member's id (usr_…)"))?)
        }
    };
    let unread = wanted.unread.unwrap_or(false);
    if unread && reader.is_none() {
        return Err(members_only("unread"));
    }
    let order = match wanted.order.as_deref() {
        None | Some("recent") => Order::Recent,
        Some("waiting") => Order::Waiting,
        Some(_) => return Err(not_allowed("order", "recent or waiting")),
    };
    let number = wanted.number_id.as_deref().map(str::parse).transpose();
    let campaign = wanted.campaign_id.as_deref().map(str::parse).transpose();
    Ok(Filter {
        status,
        holder,
        team,
        assignee,
        unread,
        waiting: wanted.waiting.unwrap_or(false),
        failed: wanted.failed.unwrap_or(false),
        number: number.map_err(|_| not_allowed("number_id", "a number's id (num_…)"))?,
        tag: wanted.tag.as_deref().map(str::trim).filter(|tag| !tag.is_empty()).map(str::to_owned),
        campaign: campaign.map_err(|_| not_allowed("campaign_id", "a campaign's id (cmp_…)"))?,
        search: contacts::search(wanted.q.as_deref())?,
        order,
    })
}

impl Wanted {
    /// Everything that can be wanted, for bodies: what is misspelt there would else be passed over.
    pub(crate) const FIELDS: [&str; 12] = [
        "status",
        "holder",
        "team",
        "assignee",
        "unread",
        "waiting",
        "failed",
        "number_id",
        "tag",
        "campaign_id",
        "q",
        "order",
    ];

    /// What of a tenant's it names.
    pub(crate) fn names(&self, named: &mut Named) {
        named.numbers.extend(id::<NumberId>(self.number_id.as_deref()));
        named.teams.extend(id::<TeamId>(self.team.as_deref()));
        named.members.extend(id::<UserId>(self.assignee.as_deref()));
        named.campaigns.extend(id::<CampaignId>(self.campaign_id.as_deref()));
        named.tags.extend(self.tag.clone());
    }

    /// The fields that name what is not there any more.
    pub(crate) fn missing(&self, there: &Named) -> Vec<String> {
        let fields = [
            ("number_id", id::<NumberId>(self.number_id.as_deref()).is_none_or(|id| there.numbers.contains(&id))),
            ("team", id::<TeamId>(self.team.as_deref()).is_none_or(|id| there.teams.contains(&id))),
            ("assignee", id::<UserId>(self.assignee.as_deref()).is_none_or(|id| there.members.contains(&id))),
            (
                "campaign_id",
                id::<CampaignId>(self.campaign_id.as_deref()).is_none_or(|id| there.campaigns.contains(&id)),
            ),
            ("tag", self.tag.as_ref().is_none_or(|tag| there.tags.contains(tag))),
        ];
        fields.into_iter().filter(|(_, is_there)| !is_there).map(|(field, _)| field.to_owned()).collect()
    }
}

/// `None` for words such as `me`, too.
fn id<T: std::str::FromStr>(text: Option<&str>) -> Option<T> {
    text?.parse().ok()
}

fn not_allowed(field: &str, words: &str) -> ApiError {
    ApiError::invalid(field, "not_allowed", format!("This is one of: {words}."))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const ANN: UserId = UserId(Uuid::from_u128(1));

    fn read(query: &str, reader: Option<UserId>) -> Result<Filter, ApiError> {
        let uri = format!("http://x/?{query}").parse().unwrap();
        let axum::extract::Query(wanted) = axum::extract::Query::<Wanted>::try_from_uri(&uri).unwrap();
        filter(&wanted, reader)
    }

    #[test]
    fn filters_are_read() {
        let plain = read("", None).unwrap();
        assert_eq!(
            (plain.status, plain.holder, plain.assignee, plain.unread),
            (Some(Status::Open), None, Assignee::Any, false)
        );
        let filter = read("status=all&holder=agents&assignee=me&unread=true&tag=vip&q=ann", Some(ANN)).unwrap();
        assert_eq!(
            (filter.status, filter.holder, filter.assignee, filter.unread),
            (None, Some("agents"), Assignee::User(ANN), true)
        );
        assert!(filter.tag.as_deref() == Some("vip") && filter.search.is_some());
        assert_eq!(read("assignee=none", None).unwrap().assignee, Assignee::Nobody);
        assert_eq!(read("team=none", None).unwrap().team, Team::None);
        assert_eq!(read("team=mine", Some(ANN)).unwrap().team, Team::Readers);
        let filter = read("waiting=true&failed=true&order=waiting", None).unwrap();
        assert_eq!((filter.waiting, filter.failed, filter.order), (true, true, Order::Waiting));
        let seven = TeamId(Uuid::from_u128(7));
        assert_eq!(read(&format!("team={seven}"), None).unwrap().team, Team::One(seven));
    }

    #[test]
    fn a_wrong_filter_is_named() {
        for (query, field) in [
            ("status=done", "status"),
            ("holder=me", "holder"),
            ("assignee=ann", "assignee"),
            ("assignee=con_00000000000000000000000000000001", "assignee"),
            ("assignee=me", "assignee"),
            ("team=front", "team"),
            ("team=usr_00000000000000000000000000000001", "team"),
            ("team=mine", "team"),
            ("unread=true", "unread"),
            ("number_id=7", "number_id"),
            ("campaign_id=num_00000000000000000000000000000001", "campaign_id"),
            ("order=oldest", "order"),
        ] {
            let error = read(query, None).unwrap_err();
            assert_eq!(error.code(), "invalid", "{query}");
            assert!(format!("{error:?}").contains(&format!("field: \"{field}\"")), "{query}");
        }
    }

    #[test]
    fn all_fields_are_known_by_name() {
        let some = || Some("x".to_owned());
        let all = Wanted {
            status: some(),
            holder: some(),
            team: some(),
            assignee: some(),
            unread: Some(true),
            waiting: Some(true),
            failed: Some(true),
            number_id: some(),
            tag: some(),
            campaign_id: some(),
            q: some(),
            order: some(),
        };
        let all = serde_json::to_value(all).unwrap();
        let mut names: Vec<&str> = all.as_object().unwrap().keys().map(String::as_str).collect();
        let mut fields = Wanted::FIELDS;
        names.sort_unstable();
        fields.sort_unstable();
        assert_eq!(names, fields);
    }
}
