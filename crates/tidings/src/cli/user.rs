use std::{fmt::Write as _, io::IsTerminal as _};

use anyhow::bail;
use api::{fields, password, secret};
use clap::Subcommand;
use domain::{
    access::Role,
    id::{TenantId, UserId},
};
use serde_json::json;
use store::{
    StoreError, SystemTx, TenantTx, event,
    member::{self, Member},
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
        /// Read the password from standard input, or ask for it at a terminal; without this, one is made and shown.
        #[arg(long)]
        password_stdin: bool,
    },
    /// List who works in an organisation, and as what.
    List {
        /// Id or exact name of the organisation.
        #[arg(long)]
        tenant: String,
    },
    /// Make a member something else; the last owner stays one.
    Role {
        /// Id or exact name of the organisation.
        #[arg(long)]
        tenant: String,
        /// Where they sign in.
        #[arg(long)]
        email: String,
        /// owner, admin, manager or agent.
        #[arg(long, value_parser = role)]
        role: Role,
    },
    /// Show a member the door: they are signed out there, and what was assigned to them has nobody. The last owner stays.
    Remove {
        /// Id or exact name of the organisation.
        #[arg(long)]
        tenant: String,
        /// Where they sign in.
        #[arg(long)]
        email: String,
    },
    /// Give a person another password; whoever is signed in as them is signed out.
    #[command(visible_alias = "passwd")]
    Password {
        /// Where they sign in.
        #[arg(long)]
        email: String,
        /// Read the password from standard input, or ask for it at a terminal; without this, one is made and shown.
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
        Command::List { tenant } => list(&desk, &tenant).await?,
        Command::Role { tenant, email, role } => change(&desk, &tenant, &email, role).await?,
        Command::Remove { tenant, email } => remove(&desk, &tenant, &email).await?,
        Command::Password { email, password_stdin } => {
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
            let Some(id) = found else { bail!("nobody signs in with {email}: see `tidings user list`") };
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

async fn list(desk: &Desk, tenant: &str) -> anyhow::Result<Answer> {
    let tenant = desk.tenant(tenant).await?;
    let (mut text, mut rows, mut after) = (String::new(), Vec::new(), None);
    loop {
        let page =
            desk.store.read(tenant, async move |tx: &mut TenantTx<'_>| member::list(tx, after, 500).await).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.user_id);
        for one in &page {
            let _ = writeln!(text, "{}  {}  {}  {}", one.user_id, one.role.as_str(), one.email, one.name);
        }
        rows.extend(page);
    }
    if rows.is_empty() {
        text.push_str("Nobody works there yet: `tidings user create --role owner …`.");
    }
    Ok(Answer::new(text, json!({ "data": rows })))
}

async fn change(desk: &Desk, tenant: &str, email: &str, role: Role) -> anyhow::Result<Answer> {
    let tenant = desk.tenant(tenant).await?;
    let wanted = user::canonical(email);
    let changed = desk
        .store
        .system_write(async move |tx: &mut SystemTx<'_>| {
            let Some(member) = with_email(tx, tenant, &wanted).await? else { return Ok::<_, StoreError>(None) };
            let changed = member::change(&mut tx.for_tenant(tenant), member.user_id, role).await?;
            Ok(Some((Member { role, ..member }, changed)))
        })
        .await?;
    match changed {
        None => Err(no_member(email)),
        Some((_, false)) => Err(last_owner()),
        Some((member, true)) => {
            Ok(Answer::new(format!("{} is {} now.", member.email, role.as_str()), serde_json::to_value(member)?))
        }
    }
}

async fn remove(desk: &Desk, tenant: &str, email: &str) -> anyhow::Result<Answer> {
    let tenant = desk.tenant(tenant).await?;
    let (wanted, now) = (user::canonical(email), desk.now);
    let removed = desk
        .store
        .system_write(async move |tx: &mut SystemTx<'_>| {
            let Some(member) = with_email(tx, tenant, &wanted).await? else { return Ok::<_, StoreError>(None) };
            let mut tx = tx.for_tenant(tenant);
            let lines = member::remove(&mut tx, member.user_id).await?;
            if let Some(lines) = lines.as_deref().filter(|lines| !lines.is_empty()) {
                event::append(&mut tx, now, lines).await?;
            }
            let orphans = lines.map(|lines| lines.iter().filter(|line| line.conversation.is_some()).count());
            Ok(Some((member, orphans)))
        })
        .await?;
    match removed {
        None => Err(no_member(email)),
        Some((_, None)) => Err(last_owner()),
        Some((Member { user_id, email, .. }, Some(orphans))) => {
            let mut text = format!("{email} is no member any more.");
            if orphans > 0 {
                let _ = write!(text, " Conversations that have nobody now: {orphans}.");
            }
            let json = json!({ "user_id": user_id, "email": email, "removed": true, "unassigned": orphans });
            Ok(Answer::new(text, json))
        }
    }
}

/// The member of the tenant who signs in with this address.
async fn with_email(tx: &mut SystemTx<'_>, tenant: TenantId, email: &str) -> Result<Option<Member>, StoreError> {
    match user::credentials(tx, email).await? {
        Some(known) => member::read(&mut tx.for_tenant(tenant), known.user.id).await,
        None => Ok(None),
    }
}

fn no_member(email: &str) -> anyhow::Error {
    anyhow::anyhow!("no member of this tenant signs in with {email}: see `tidings user list`")
}

fn last_owner() -> anyhow::Error {
    anyhow::anyhow!("this is the only owner: make someone else one first, with `tidings user role --role owner`")
}

/// The password, and whether it was made here.
fn password(from_stdin: bool) -> anyhow::Result<(String, bool)> {
    if !from_stdin {
        return Ok((secret::password()?, true));
    }
    let password = if std::io::stdin().is_terminal() { asked_for()? } else { line_from_stdin()? };
    match password::why_not(&password) {
        None => Ok((password, false)),
        Some((_, message)) => bail!("{message}"),
    }
}

/// What someone types at the terminal, which does not show it.
fn asked_for() -> anyhow::Result<String> {
    eprint!("Password: ");
    let typed = unseen(line_from_stdin);
    eprintln!();
    typed
}

#[cfg(unix)]
fn unseen<T>(read: impl FnOnce() -> T) -> T {
    use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};

    let stdin = std::io::stdin();
    let Ok(before) = tcgetattr(&stdin) else { return read() };
    let mut quiet = before.clone();
    quiet.local_modes.remove(LocalModes::ECHO);
    let _ = tcsetattr(&stdin, OptionalActions::Flush, &quiet);
    let typed = read();
    let _ = tcsetattr(&stdin, OptionalActions::Flush, &before);
    typed
}

#[cfg(not(unix))]
fn unseen<T>(read: impl FnOnce() -> T) -> T {
    read()
}

fn already_member(error: StoreError) -> anyhow::Error {
    match error {
        StoreError::Unique(name) if name == member::ALREADY_MEMBER => {
            anyhow::anyhow!("this person is a member already: change what they are with `tidings user role`")
        }
        other => other.into(),
    }
}
