//! `tidings demo`: a bakery, a carrier that is not real, and a phone to text it from. No account needed.

use std::net::SocketAddr;

use anyhow::Context as _;
use sandbox::{NewAccount, NewPhone, Sandbox, SandboxConfig};
use serde_json::json;

use crate::{
    config::{Config, Values},
    serve::{Server, until_told_to_stop},
};

pub mod bakery;

/// Where the demo keeps its data unless told otherwise.
const DATABASE_URL: &str = "sqlite://tidings-demo.db";

/// The sandbox signs with the same key after a restart.
const SANDBOX_SEED: u64 = 0x0062_616b_6572_7900;

/// What the demo sets unless someone says otherwise: a database of its own, and private networks, where the sandbox is.
pub fn own_settings(flags: &mut Values) {
    let said = |name: &str| std::env::var(name).is_ok_and(|value| !value.is_empty());
    for (key, env, value) in [
        ("database_url", "TIDINGS_DATABASE_URL", DATABASE_URL),
        ("allow_private_networks", "TIDINGS_ALLOW_PRIVATE_NETWORKS", "true"),
        ("log", "TIDINGS_LOG", "warn"),
    ] {
        if !said(env) {
            flags.entry(key.to_owned()).or_insert_with(|| value.to_owned());
        }
    }
}

/// Runs until someone says stop. What was there before a restart is there after it, save the phones' own memory.
///
/// # Errors
/// When the port, the database or the sandbox cannot be had.
pub async fn run(config: &Config, json: bool) -> anyhow::Result<()> {
    let listener = api::server::listen(config.listen)
        .with_context(|| format!("cannot listen on {}: choose another place with --listen", config.listen))?;
    let carrier = carrier().await.context("the sandbox carrier cannot start")?;
    let server = Server::start_on(listener, config, Some(&carrier.base_url())).await?;
    bakery::open(&server.engine, &carrier).await.context("the bakery cannot be set up")?;
    welcome(&config.public_url, carrier.address(), json);
    until_told_to_stop().await?;
    if !json {
        println!("Closing. Start it again and the bakery is as you left it.");
    }
    let stopped = server.stop().await;
    carrier.stop().await;
    stopped
}

async fn carrier() -> Result<Sandbox, sandbox::StartError> {
    let mut account = NewAccount::new(bakery::NAME, bakery::CARRIER_KEY);
    for (number, _) in bakery::NUMBERS {
        account = account.number(number);
    }
    let phones = bakery::PEOPLE
        .iter()
        .map(|person| NewPhone { e164: person.phone.into(), name: person.name.into(), ..NewPhone::default() })
        .collect();
    Sandbox::start(SandboxConfig { seed: SANDBOX_SEED, phones, ..SandboxConfig::default() }.account(account)).await
}

fn welcome(url: &str, carrier: SocketAddr, json: bool) {
    let (email, password) = (bakery::OWNER_EMAIL, bakery::OWNER_PASSWORD);
    if json {
        let said = json!({ "url": url, "email": email, "password": password, "sandbox": format!("http://{carrier}") });
        println!("{said}");
        return;
    }
    let number =
        domain::phone::E164::from_carrier(bakery::NUMBERS[0].0).map(|number| number.pretty()).unwrap_or_default();
    println!(
        "
  {name} is open.

    Dashboard   {url}
    Sign in     {email}
    Password    {password}

    Beside the conversations there is a phone: text {number} from it,
    for instance \"Are you open on Sunday?\", and watch the answer come.
    The carrier is a sandbox on this machine: no text leaves it.

    API         {url}/api/docs
    Stop        Ctrl-C
",
        name = bakery::NAME,
    );
}
