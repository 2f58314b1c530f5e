use anyhow::bail;
use api::{fields, password, secret};
use clap::Subcommand;
use domain::{access::Role, id::UserId};
use serde_json::json;
use store::{
    StoreError, SystemTx, member,
    user::{self, User},
};

use super::{Answer, line_from_stdin, refused};
use crate::{boot::Desk, config::Config};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Let a person into an organisation; makes the person if the address is new.
    Create {
        /// Id or exact name of the organisation.
        #[arg(long)]
        tenant: String,
        /// Where they sign in.
        #[arg(long)]
        email: String,
        /// What people call them.
        #[arg(long)]
        name: String,
        /// owner, admin, manager or agent.
        #[arg(long, default_value = "agent", value_parser = role)]
        role: Role,
        /// Read the password from standard input; without this, one is made and shown.
        #[arg(long)]
        password_stdin: bool,
    },
    /// Give a person another password; whoever is signed in as them is signed out.
    Passwd {
        /// Where they sign in.
        #[arg(long)]
        email: String,
        /// Read the password from standard input; without this, one is made and shown.
        #[arg(long)]
        password_stdin: bool,
    },
}

fn role(text: &str) -> Result<Role, String> {
    Role::parse(text).ok_or_else(|| format!("there are {}", Role::ALL.map(Role::as_str).join(", ")))
}

pub(super) async fn run(command: Command, config: &Config) -> anyhow::Result<Answer> {
    let mut desk = Desk::open(config).await?;
    let answer = match command {
        Command::Create { tenant, email, name, role, password_stdin } => {
            let tenant = desk.tenant(&tenant).await?;
            let (password, made) = password(password_stdin)?;
            let person = User {
                id: desk.ids.next(),
                email: fields::email("--email", &email).map_err(refused)?,
                name: fields::name("--name", &name).map_err(refused)?,
            };
            let (hash, now, new) = (password::hash(&password)?, desk.now, person.clone());
            let (id, is_new): (UserId, bool) = desk
                .store
                .system_write(async move |tx: &mut SystemTx<'_>| {
                    let known = user::credentials(tx, &new.email).await?.map(|known| known.user.id);
                    if known.is_none() {
                        user::create(tx, &new, &hash, now).await?;
                    }
                    let id = known.unwrap_or(new.id);
                    member::add(&mut tx.for_tenant(tenant), id, role, now).await?;
                    Ok((id, known.is_none()))
                })
                .await
                .map_err(already_member)?;
            let shown = (is_new && made).then_some(password);
            let email = person.email;
            let mut text = format!("{email} is {} now ({id}).", role.as_str());
            if let Some(password) = &shown {
                text.push_str(&format!("\nPassword: {password}"));
            }
            Answer::new(
                text,
                json!({ "id": id, "email": email, "role": role, "tenant_id": tenant, "initial_password": shown }),
            )
        }
        Command::Passwd { email, password_stdin } => {
            let email = user::canonical(&email);
            let (password, made) = password(password_stdin)?;
            let (hash, wanted) = (password::hash(&password)?, email.clone());
            let found = desk
                .store
                .system_write(async move |tx: &mut SystemTx<'_>| {
                    let Some(known) = user::credentials(tx, &wanted).await? else { return Ok::<_, StoreError>(None) };
                    user::set_password(tx, known.user.id, &hash).await?;
                    Ok(Some(known.user.id))
                })
                .await?;
            let Some(id) = found else { bail!("nobody signs in with {email}") };
            let shown = made.then_some(password);
            let mut text = format!("{email} has a new password.");
            if let Some(password) = &shown {
                text.push_str(&format!("\nPassword: {password}"));
            }
            Answer::new(text, json!({ "id": id, "email": email, "password": shown }))
        }
    };
    desk.store.close().await;
    Ok(answer)
}

/// The password, and whether it was made here.
fn password(from_stdin: bool) -> anyhow::Result<(String, bool)> {
    if !from_stdin {
        return Ok((secret::password()?, true));
    }
    let password = line_from_stdin()?;
    match password::why_not(&password) {
        None => Ok((password, false)),
        Some((_, message)) => bail!("{message}"),
    }
}

fn already_member(error: StoreError) -> anyhow::Error {
    match error {
        StoreError::Unique(name) if name == member::ALREADY_MEMBER => {
            anyhow::anyhow!("this person is a member already")
        }
        other => other.into(),
    }
}
