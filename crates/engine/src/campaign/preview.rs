//! What single people would get, by what is known of them now.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use domain::campaign::Skip;
use domain::campaign::forecast::{Fate, Text, Who};
use domain::id::{CampaignId, ContactId, NumberId, TenantId};
use domain::message::Failure;
use domain::template::Rendering;
use jiff::Timestamp;
use store::campaign::{self, check};
use store::{StoreError, TenantTx};

use super::ground::{Ground, Known};
use crate::send::Outside;
use crate::world::World;

/// What somebody would get.
#[derive(Clone)]
pub struct Previewed {
    /// Who; `None`: nobody known.
    pub contact: Option<ContactId>,
    /// What they are called; empty: not known.
    pub name: String,
    /// Where they are reached, E.164.
    pub phone: String,
    /// From which number.
    pub number: NumberId,
    /// Their text, whether or not they may have it; why there is none.
    pub text: Result<Text, Skip>,
    /// Why they would get nothing at the start; `None`: nothing speaks against it.
    pub why_not: Option<Failure>,
    /// When they would get it, if not at the start.
    pub until: Option<Timestamp>,
}

impl fmt::Debug for Previewed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Previewed").field("contact", &self.contact).finish_non_exhaustive()
    }
}

/// What these would get, if it began then. Those that there are not are left out, and so is everybody if there is no such campaign
/// or it is not ready.
pub(crate) async fn preview(
    world: &Arc<World>,
    tenant: TenantId,
    id: CampaignId,
    starts_at: Timestamp,
    whom: Vec<Who>,
) -> Result<HashMap<Who, Previewed>, StoreError> {
    let outside = Outside::of(world);
    world
        .store
        .read(tenant, async move |tx: &mut TenantTx<'_>| {
            let Some(settings) = campaign::settings(tx, id).await? else { return Ok(HashMap::new()) };
            let Some(ground) = Ground::of(tx, id, settings, (starts_at, None), &outside).await? else {
                return Ok(HashMap::new());
            };
            let contacts: Vec<ContactId> = whom.iter().filter_map(contact).collect();
            let phones = check::phones(tx, &contacts).await?;
            // Who was named by a number is reached there, whatever others they have.
            let named = &ground.settings.audience.phones;
            let reached = |phones: &Vec<String>| {
                let at = phones.iter().find(|phone| named.contains(phone));
                at.or(phones.first()).cloned()
            };
            let mut at: HashMap<String, Who> = HashMap::new();
            for who in &whom {
                let phone = match who {
                    Who::Contact(id) => phones.get(id).and_then(reached),
                    Who::Phone(phone) => Some(phone.clone()),
                };
                at.extend(phone.map(|phone| (phone, who.clone())));
            }
            let known = ground.know(tx, &at.keys().map(String::as_str).collect::<Vec<_>>()).await?;
            let rendering = Rendering::new("en");
            let mut previewed = HashMap::new();
            for one in known {
                let phone = &one.due.recipient.phone;
                previewed.extend(at.remove(phone).map(|who| (who, look(&ground, &rendering, &one, true))));
            }
            for one in ground.strangers(tx, &at.keys().map(String::as_str).collect::<Vec<_>>()).await? {
                let who = at.remove(&one.due.recipient.phone);
                previewed.extend(who.map(|who| (who, look(&ground, &rendering, &one, false))));
            }
            Ok::<_, StoreError>(previewed)
        })
        .await
}

const fn contact(who: &Who) -> Option<ContactId> {
    match who {
        Who::Contact(id) => Some(*id),
        Who::Phone(_) => None,
    }
}

fn look(ground: &Ground, rendering: &Rendering, one: &Known, is_known: bool) -> Previewed {
    let (text, why_not) = ground.look(rendering, one);
    let until = match ground.foresee(rendering, one).fate {
        Fate::Later { until, .. } => Some(until),
        Fate::Now(_) | Fate::Skipped(_) => None,
    };
    let recipient = &one.due.recipient;
    Previewed {
        contact: is_known.then_some(recipient.contact),
        name: one.due.name.clone(),
        phone: recipient.phone.clone(),
        number: recipient.number,
        text,
        why_not,
        until,
    }
}
