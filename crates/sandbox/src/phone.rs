//! Virtual customers: what happens when one texts, and what the carrier answers by itself.

use std::sync::{Arc, atomic::AtomicBool};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    book::Text,
    count, country,
    directory::{OptOut, Profile},
    keyword::Keyword,
    life,
    message::{Autoresponse, Inbound},
    wire::event::About,
    world::World,
};

/// A text that a phone sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Texted {
    /// The carrier's id for it, as in `payload.id` of the webhook.
    pub message_id: Uuid,
}

/// A text that could not be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// The sender is not a phone.
    #[error("the phone must be a number in E.164 form, such as +13125550123")]
    NotAPhone,
    /// No account has the number it was sent to.
    #[error("no account has this number: add it first")]
    UnknownNumber,
    /// Neither text nor media.
    #[error("a text needs a body or media")]
    Empty,
    /// Longer than any phone sends.
    #[error("a text takes at most 10 parts")]
    TooLong,
    /// Webhooks wait in such numbers that no more fit.
    #[error("too many webhooks wait to be delivered: text more slowly")]
    Full,
    /// More media than an MMS holds.
    #[error("an MMS takes at most 10 media")]
    TooManyMedia,
}

/// A phone texts a number: the account's webhook is told, and keywords act.
pub(crate) fn text(
    world: &World,
    from: &str,
    to: &str,
    body: String,
    media_urls: Vec<String>,
) -> Result<Texted, TextError> {
    if !country::is_e164(from) {
        return Err(TextError::NotAPhone);
    }
    if body.is_empty() && media_urls.is_empty() {
        return Err(TextError::Empty);
    }
    if media_urls.len() > MEDIA_MAX {
        return Err(TextError::TooManyMedia);
    }
    if world.is_full() {
        return Err(TextError::Full);
    }
    let counted = count::count(&body);
    if counted.parts > count::PARTS_MAX {
        return Err(TextError::TooLong);
    }
    let directory = world.directory();
    let number = directory.numbers.get(to).ok_or(TextError::UnknownNumber)?;
    let profile = number.profile.and_then(|id| directory.profiles.get(&id));
    let keyword = profile.map_or_else(|| Keyword::of(&body), |profile| profile.keyword(&body));
    let inbound = Arc::new(Inbound {
        id: world.uuid(),
        organization: number.account,
        profile: number.profile,
        from: from.into(),
        to: to.into(),
        text: body.into(),
        media_urls: media_urls.into(),
        encoding: counted.encoding,
        parts: counted.parts,
        tags: Arc::clone(&number.tags),
        keyword,
        webhooks: profile.map(Profile::webhooks).unwrap_or_default(),
        received_at: world.now(),
        webhook_delivered: AtomicBool::new(false),
    });
    let response = keyword.and_then(|keyword| response(world, profile, keyword));
    drop(directory);

    world.tally.texts_in.add_one();
    world.book().record(Text::In(Arc::clone(&inbound)));
    if let Some(keyword) = keyword {
        act(world, &inbound, keyword, response);
    }
    life::tell(world, About::Received(Arc::clone(&inbound)), &inbound.webhooks, None);
    world.tell_change();
    Ok(Texted { message_id: inbound.id })
}

/// Blocks or unblocks, and answers. A second STOP is not answered: the recipient asked for silence.
fn act(world: &World, inbound: &Inbound, keyword: Keyword, response: Option<String>) {
    let Some(profile) = inbound.profile else {
        return;
    };
    let answers = match keyword {
        Keyword::Stop => block(world, profile, inbound),
        Keyword::Start => {
            if let Some(optouts) = world.directory_mut().optouts.get_mut(&profile) {
                optouts.remove(inbound.from.as_ref());
            }
            true
        }
        Keyword::Help => true,
    };
    let Some(text) = response.filter(|_| answers) else {
        return;
    };
    world.tally.autoresponses.add_one();
    world.book().record(Text::Auto(Arc::new(Autoresponse {
        id: world.uuid(),
        organization: inbound.organization,
        from: inbound.to.clone(),
        to: inbound.from.clone(),
        text: text.into(),
        at: world.now(),
    })));
}

/// Writes the block down; false if there was one. Bounded: past the limit the oldest in number order goes.
fn block(world: &World, profile: Uuid, inbound: &Inbound) -> bool {
    let mut directory = world.directory_mut();
    let optouts = directory.optouts.entry(profile).or_default();
    let optout = OptOut { to: inbound.to.to_string(), keyword: inbound.text.to_string(), at: inbound.received_at };
    let new = optouts.insert(inbound.from.to_string(), optout).is_none();
    if optouts.len() > world.config.history_max {
        optouts.pop_first();
    }
    new
}

fn response(world: &World, profile: Option<&Profile>, keyword: Keyword) -> Option<String> {
    let defaults = &world.config.autoresponses;
    let default = match keyword {
        Keyword::Stop => &defaults.stop,
        Keyword::Start => &defaults.start,
        Keyword::Help => &defaults.help,
    };
    profile.and_then(|profile| profile.response_to(keyword)).map(str::to_owned).or_else(|| default.clone())
}

const MEDIA_MAX: usize = 10;
