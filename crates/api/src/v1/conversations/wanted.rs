//! Which conversations a list is to show.

use domain::conversation::Status;
use domain::id::UserId;
use serde::Deserialize;
use store::conversation::{Assignee, Filter, Team};
use utoipa::IntoParams;

use crate::{error::ApiError, v1::contacts};

/// Which conversations are wanted.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// `open` (if not said), `snoozed`, `closed` or `all`.
    #[param(required = false)]
    status: Option<String>,
    /// Who answers: `assistant`, `agents`, `workflow` or `nobody`.
    #[param(required = false)]
    holder: Option<String>,
    /// Which team looks after it: `mine` (any that the asking member is in), `none` or a team's id.
    #[param(required = false)]
    team: Option<String>,
    /// Who looks after it: `me`, `none` or a member's id.
    #[param(required = false)]
    assignee: Option<String>,
    /// Only those with texts that the asking member has not seen.
    #[param(required = false)]
    unread: Option<bool>,
    /// Only those on this number.
    #[param(required = false)]
    number_id: Option<String>,
    /// Only those with this label.
    #[param(required = false)]
    tag: Option<String>,
    /// A piece of the contact's name or company, or digits of the phone number.
    #[param(required = false)]
    q: Option<String>,
}

/// What is asked for, understood.
///
/// # Errors
/// 422 that names the parameter.
pub(super) fn filter(wanted: &Wanted, reader: Option<UserId>) -> Result<Filter, ApiError> {
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
    let number = wanted.number_id.as_deref().map(str::parse).transpose();
    Ok(Filter {
        status,
        holder,
        team,
        assignee,
        unread,
        number: number.map_err(|_| not_allowed("number_id", "a number's id (num_…)"))?,
        tag: wanted.tag.as_deref().map(str::trim).filter(|tag| !tag.is_empty()).map(str::to_owned),
        search: contacts::search(wanted.q.as_deref())?,
    })
}

fn not_allowed(field: &str, words: &str) -> ApiError {
    ApiError::invalid(field, "not_allowed", format!("This is one of: {words}."))
}

#[cfg(test)]
mod tests {
    use domain::id::TeamId;
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
        ] {
            let error = read(query, None).unwrap_err();
            assert_eq!(error.code(), "invalid", "{query}");
            assert!(format!("{error:?}").contains(&format!("field: \"{field}\"")), "{query}");
        }
    }
}
