use std::{fmt::Write as _, process::ExitCode};

use domain::id::CarrierAccountId;
use engine::Sealer;
use serde_json::{Value, json};
use store::{Store, StoreError, SystemTx, carrier_account, tenant};

use super::{Answer, unclaimed};
use crate::{boot, config::Config, secret_key};

/// One thing that was looked at.
struct Finding {
    what: &'static str,
    state: State,
    detail: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Good,
    Warning,
    Bad,
}

/// So many things that found nobody are told here; the list has them all.
const UNCLAIMED_SHOWN: usize = 5;

pub(super) async fn run(config: &Config) -> anyhow::Result<Answer> {
    let mut findings = vec![public_url(config)];
    let sealer = match secret_key::load(config, false) {
        Ok(key) => {
            findings.push(good("secret key", "it is there"));
            Some(Sealer::from_key(&key))
        }
        Err(error) => {
            findings.push(bad("secret key", format!("{error:#}")));
            None
        }
    };
    match boot::open(config).await {
        Err(error) => findings.push(bad("database", format!("{error:#}"))),
        Ok(store) => {
            look_inside(&store, sealer.as_ref(), &mut findings).await?;
            store.close().await;
        }
    }
    Ok(answer(&findings))
}

async fn look_inside(store: &Store, sealer: Option<&Sealer>, findings: &mut Vec<Finding>) -> anyhow::Result<()> {
    match store.pending_migrations().await?.as_slice() {
        [] => findings.push(good("database", "it answers and its tables are up to date")),
        pending => {
            let detail =
                format!("{} migrations are to be applied: run `tidings migrate`, or start the server", pending.len());
            findings.push(warning("database", detail));
            return Ok(());
        }
    }
    let tenants = store.system_read(async |tx: &mut SystemTx<'_>| tenant::any(tx).await).await?;
    findings.push(if tenants {
        good("tenants", "there is at least one")
    } else {
        warning(
            "tenants",
            "there is none: start the server and open the link that it prints, or `tidings tenant create`",
        )
    });
    let (unclaimed, stuck) = unclaimed::told(store).await?;
    let more = unclaimed.len().saturating_sub(UNCLAIMED_SHOWN);
    for told in unclaimed.into_iter().take(UNCLAIMED_SHOWN) {
        findings.push(warning("webhooks", told));
    }
    if more > 0 {
        findings.push(warning("webhooks", format!("and {more} more of this kind: see `tidings carrier unclaimed`")));
    }
    if stuck > 0 {
        let detail = format!(
            "{stuck} things that happened cannot be worked off; they are tried every few minutes, and the log says why"
        );
        findings.push(bad("inbox", detail));
    }
    let accounts = store
        .system_read(async |tx: &mut SystemTx<'_>| {
            let accounts = carrier_account::list_all(tx).await?;
            let mut keys = Vec::new();
            for (account, _) in accounts {
                let key = carrier_account::sealed_key(tx, account.id).await?;
                keys.push((account, key));
            }
            Ok::<_, StoreError>(keys)
        })
        .await?;
    if accounts.is_empty() {
        findings.push(warning("carrier", "no account is connected: no text can be sent or received"));
    }
    for (account, key) in accounts {
        let opens =
            |id: CarrierAccountId| sealer.is_none_or(|sealer| sealer.open(&engine::key_context(id), &key).is_ok());
        findings.push(if !opens(account.id) {
            bad("carrier", format!("{}: its API key cannot be opened: was the secret key changed?", account.name))
        } else if account.public_keys.is_empty() {
            bad("carrier", format!("{}: without a public key no webhook is believed", account.name))
        } else {
            good("carrier", format!("{}: key and public keys are there", account.name))
        });
    }
    Ok(())
}

/// Carriers come from outside: an address of this machine or without TLS is for trying things out.
fn public_url(config: &Config) -> Finding {
    let url = &config.public_url;
    let host = url.split("://").nth(1).unwrap_or_default();
    let local = ["localhost", "127.", "0.0.0.0", "[::1]"].iter().any(|start| host.starts_with(start));
    if local {
        warning(
            "public url",
            format!("{url} is this machine: the carrier's webhooks cannot reach it; set TIDINGS_PUBLIC_URL"),
        )
    } else if url.starts_with("http://") {
        warning("public url", format!("{url} is not https: passwords and messages would travel in the open"))
    } else {
        good("public url", url.clone())
    }
}

fn good(what: &'static str, detail: impl Into<String>) -> Finding {
    Finding { what, state: State::Good, detail: detail.into() }
}

fn warning(what: &'static str, detail: impl Into<String>) -> Finding {
    Finding { what, state: State::Warning, detail: detail.into() }
}

fn bad(what: &'static str, detail: impl Into<String>) -> Finding {
    Finding { what, state: State::Bad, detail: detail.into() }
}

/// Fails if something is bad; a warning is no failure.
fn answer(findings: &[Finding]) -> Answer {
    let mut text = String::new();
    let mut rows: Vec<Value> = Vec::new();
    for Finding { what, state, detail } in findings {
        let word = match state {
            State::Good => "ok",
            State::Warning => "warning",
            State::Bad => "bad",
        };
        let _ = writeln!(text, "{word:<8} {what:<12} {detail}");
        rows.push(json!({ "what": what, "state": word, "detail": detail }));
    }
    let fine = findings.iter().all(|finding| finding.state != State::Bad);
    let code = if fine { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    Answer { text, json: json!({ "ok": fine, "data": rows }), code }
}
