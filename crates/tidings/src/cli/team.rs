use std::fmt::Write as _;

use anyhow::bail;
use api::{error::ApiError, fields, v1::teams};
use clap::Subcommand;
use domain::id::{TeamId, TenantId, UserId};
use serde_json::json;
use store::{
    StoreError, SystemTx, TenantTx, event, member,
    team::{self, Team},
    user,
};

use super::{Answer, refused};
use crate::{boot::Desk, config::Config};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Make a team: members who look after some conversations together.
    Create {
        /// Id or exact name of the organisation.
        #[arg(long)]
        tenant: String,
        /// What people call it.
        #[arg(long)]
        name: String,
        /// Where a member signs in; say it several times for several.
        #[arg(long = "member")]
        members: Vec<String>,
    },
    /// List the teams and who is in them.
    List {
        /// Id or exact name of the organisation.
        #[arg(long)]
        tenant: String,
    },
    /// Give a team another name or other members.
    Change {
        /// Id or exact name of the organisation.
        #[arg(long)]
        tenant: String,
        /// What people call it from now on.
        #[arg(long)]
        name: Option<String>,
        /// Where a member signs in; say it several times for several. These are all of them then.
        #[arg(long = "member")]
        members: Vec<String>,
        /// Id or name of the team.
        team: String,
    },
    /// Take a team away that no assistant hands over to. Its conversations stay with the members who have them.
    Remove {
        /// Id or exact name of the organisation.
        #[arg(long)]
        tenant: String,
        /// Id or name of the team.
        team: String,
    },
}

pub(super) async fn run(command: Command, config: &Config) -> anyhow::Result<Answer> {
    let mut desk = Desk::open(config).await?;
    let answer = match command {
        Command::Create { tenant, name, members } => {
            let tenant = desk.tenant(&tenant).await?;
            let name = fields::name("--name", &name).map_err(refused)?;
            let members = all_members(&desk, tenant, members).await?;
            let (id, now): (TeamId, _) = (desk.ids.next(), desk.now);
            let made = desk
                .write(tenant, async move |tx: &mut TenantTx<'_>| {
                    let line = team::create(tx, now, id, &name, &members).await.map_err(teams::name_taken)?;
                    event::append(tx, now, &[line]).await?;
                    Ok::<_, ApiError>(team::find(tx, id).await?.ok_or(StoreError::NoRow)?)
                })
                .await
                .map_err(refused)?;
            Answer::new(format!("Made {} ({}).", made.name, made.id), serde_json::to_value(made)?)
        }
        Command::List { tenant } => list(&desk, &tenant).await?,
        Command::Change { tenant, name, members, team } => {
            let tenant = desk.tenant(&tenant).await?;
            let id = with_name(&desk, tenant, &team).await?;
            let name = name.map(|name| fields::name("--name", &name)).transpose().map_err(refused)?;
            let members = if members.is_empty() { None } else { Some(all_members(&desk, tenant, members).await?) };
            let now = desk.now;
            let changed = desk
                .write(tenant, async move |tx: &mut TenantTx<'_>| {
                    let line = team::change(tx, id, name.as_deref(), members.as_deref()).await;
                    event::append(tx, now, &[line.map_err(teams::name_taken)?]).await?;
                    Ok::<_, ApiError>(team::find(tx, id).await?.ok_or(StoreError::NoRow)?)
                })
                .await
                .map_err(refused)?;
            let text = format!("{} has {} members.", changed.name, changed.member_ids.len());
            Answer::new(text, serde_json::to_value(changed)?)
        }
        Command::Remove { tenant, team } => {
            let tenant = desk.tenant(&tenant).await?;
            let (id, now) = (with_name(&desk, tenant, &team).await?, desk.now);
            let told = desk
                .write(tenant, async move |tx: &mut TenantTx<'_>| {
                    let lines = teams::take_away(tx, id).await?;
                    event::append(tx, now, &lines).await?;
                    Ok::<_, ApiError>(lines.iter().filter(|line| line.conversation.is_some()).count())
                })
                .await
                .map_err(refused)?;
            let text = format!("{team} is gone. Conversations that are everybody's now: {told}.");
            Answer::new(text, json!({ "id": id, "removed": true, "conversations": told }))
        }
    };
    desk.store.close().await;
    Ok(answer)
}

async fn list(desk: &Desk, tenant: &str) -> anyhow::Result<Answer> {
    let teams = all(desk, desk.tenant(tenant).await?).await?;
    let mut text = String::new();
    for team in &teams {
        let _ = writeln!(text, "{}  {}  {} members", team.id, team.name, team.member_ids.len());
    }
    if teams.is_empty() {
        text.push_str("There are no teams yet: `tidings team create --name …`.");
    }
    Ok(Answer::new(text, json!({ "data": teams })))
}

async fn all(desk: &Desk, tenant: TenantId) -> anyhow::Result<Vec<Team>> {
    let (mut teams, mut after) = (Vec::new(), None);
    loop {
        let page = desk.store.read(tenant, async move |tx: &mut TenantTx<'_>| team::page(tx, after, 500).await).await?;
        let Some(last) = page.last() else { return Ok(teams) };
        after = Some(last.id);
        teams.extend(page);
    }
}

/// The team of this id or name, whatever the name's case.
async fn with_name(desk: &Desk, tenant: TenantId, named: &str) -> anyhow::Result<TeamId> {
    let is_it = |team: &Team| team.id.to_string() == named || team.name.to_lowercase() == named.trim().to_lowercase();
    match all(desk, tenant).await?.iter().find(|team| is_it(team)) {
        Some(team) => Ok(team.id),
        None => bail!("there is no team {named}: see `tidings team list`"),
    }
}

/// The members who sign in with these addresses.
async fn all_members(desk: &Desk, tenant: TenantId, emails: Vec<String>) -> anyhow::Result<Vec<UserId>> {
    let found = desk
        .store
        .system_write(async move |tx: &mut SystemTx<'_>| {
            let mut members = Vec::with_capacity(emails.len());
            for email in &emails {
                let known = user::credentials(tx, &user::canonical(email)).await?.map(|known| known.user.id);
                let Some(id) = known else { return Ok(Err(email.clone())) };
                if member::read(&mut tx.for_tenant(tenant), id).await?.is_none() {
                    return Ok(Err(email.clone()));
                }
                members.push(id);
            }
            Ok::<_, StoreError>(Ok(members))
        })
        .await?;
    found.map_err(|email| anyhow::anyhow!("no member of this tenant signs in with {email}: see `tidings user list`"))
}
