//! A campaign's text to numbers that somebody names: sent as any text to one person, and nobody's of its recipients.

use std::collections::{BTreeSet, HashMap};

use domain::campaign::forecast::Text;
use domain::command::{Asker, NewText, Refusal, Start, TestCampaign};
use domain::decide;
use domain::decision::Decision;
use domain::id::{ContactId, Ids, MediaId};
use domain::message::{Author, Failure};
use domain::phone::E164;
use domain::template::Rendering;
use jiff::{SignedDuration, Timestamp};
use store::TenantTx;
use store::campaign::{self, check};
use store::scene::{self, Known};

use super::ground::Ground;
use crate::ask::{AskError, Outcome, Tested};
use crate::send::Outside;
use crate::suppression::AddressKeys;

/// Makes the texts. What one number refuses does not keep it from the others.
pub(crate) async fn test(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    ids: &mut Ids,
    keys: &AddressKeys,
    asked: &TestCampaign,
) -> Result<(Decision, Outcome), AskError> {
    let settings = campaign::settings(tx, asked.campaign).await?.ok_or(Refusal::NotFound("campaign"))?;
    // Nobody counts the clicks of a test: its links stay as they are written.
    let outside = Outside { public_url: String::new(), link_key: None, address_keys: keys.clone() };
    let ground = Ground::of(tx, asked.campaign, settings, (now, None), &outside).await?;
    let ground = ground.ok_or(Refusal::NotFound("campaign"))?;
    let said = texts(tx, &ground, asked).await?;
    let mut known = Known::default();
    let mut ends = Vec::new();
    for (to, text) in asked.to.iter().zip(said) {
        let from = ground.from(to.as_str()).ok_or(NO_NUMBER)?;
        let lane = scene::lane_between(tx, &mut known, from, to.as_str()).await?.ok_or(Refusal::NotFound("number"))?;
        ends.push((to, from, lane, text));
    }
    tx.lock_lanes(&ends.iter().map(|(_, _, lane, _)| *lane).collect::<BTreeSet<_>>()).await?;
    let phones: Vec<&str> = asked.to.iter().map(E164::as_str).collect();
    let suppressed = keys.suppressed(tx, now, &phones).await?;
    let (mut decision, mut tested) = (Decision::default(), Vec::new());
    let asker = Asker { author: Author::Campaign(asked.campaign) };
    for (to, from, lane, text) in ends {
        let mut scene = scene::thread(tx, &mut known, from, to.as_str()).await?.ok_or(Refusal::NotFound("number"))?;
        scene.suppressed_at = suppressed.get(to.as_str()).copied();
        let start = Start {
            to: to.clone(),
            from,
            text: Some(new_text(text.body, ground.settings.media.clone())),
            name: None,
            company: None,
            assistant: None,
            guide: None,
        };
        match decide::start(now, ids, &scene, lane, asker, &start) {
            Ok((more, started)) => {
                decision.changes.extend(more.changes);
                decision.effects.extend(more.effects);
                tested.push(Tested { to: to.clone(), message: started.message, refused: None });
            }
            Err(refusal) => {
                let (explanation, mend) = match refusal {
                    Refusal::Gate(reason) => (reason.explanation().into(), reason.mend().into()),
                    ref other => (other.to_string(), String::new()),
                };
                let refused = Some(Failure { code: refusal.code().into(), explanation, mend });
                tested.push(Tested { to: to.clone(), message: None, refused });
            }
        }
    }
    Ok((decision, Outcome::Tested { texts: tested }))
}

/// What each number is told, in their order.
async fn texts(tx: &mut TenantTx<'_>, ground: &Ground, asked: &TestCampaign) -> Result<Vec<Text>, AskError> {
    let phones: Vec<String> = match asked.person {
        // However many numbers somebody has, what is known of them is the same.
        Some(person) => vec![phone_of(tx, person).await?; asked.to.len()],
        None => asked.to.iter().map(|to| to.as_str().to_owned()).collect(),
    };
    let known = ground.know(tx, &phones.iter().map(String::as_str).collect::<Vec<_>>()).await?;
    let known: HashMap<&str, _> = known.iter().map(|one| (one.due.recipient.phone.as_str(), one)).collect();
    let rendering = Rendering::new("en");
    let mut texts = Vec::with_capacity(phones.len());
    for phone in &phones {
        let text = match known.get(phone.as_str()) {
            Some(one) => ground.look(&rendering, one).0,
            None => {
                let stranger = ground.strangers(tx, &[phone]).await?.pop().ok_or(NO_NUMBER)?;
                ground.look(&rendering, &stranger).0
            }
        };
        let field = if asked.person.is_some() { "contact_id" } else { "to" };
        texts.push(text.map_err(|skip| Refusal::Invalid {
            field,
            code: skip.code(),
            message: format!("{} {}", skip.explanation(), skip.mend()),
        })?);
    }
    Ok(texts)
}

const NO_NUMBER: Refusal = Refusal::NotFound("number of this campaign");

async fn phone_of(tx: &mut TenantTx<'_>, person: ContactId) -> Result<String, AskError> {
    let phones = check::phones(tx, &[person]).await?.remove(&person);
    Ok(phones.and_then(|phones| phones.into_iter().next()).ok_or(Refusal::NotFound("contact with a number"))?)
}

/// It answers nobody, and nobody has to wait for it.
fn new_text(body: String, media: Vec<MediaId>) -> NewText {
    NewText {
        body,
        media,
        scheduled_at: None,
        hold: SignedDuration::ZERO,
        stop_if_reply: false,
        notice: true,
        draft: None,
    }
}
