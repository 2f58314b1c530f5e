//! The secrets that requests carry: each is sealed for its name and its host, and goes to that host alone. Whoever may write
//! workflows need not know the values, and shall not have them sent to a server of theirs.

use domain::id::TenantId;
use domain::workflow::Request;
use http::Uri;
use http::header::{HeaderMap, HeaderName, HeaderValue};
use store::workflow::secret;
use store::{StoreError, TenantTx};

use crate::seal::{SealError, Sealer};
use crate::world::World;

/// As it is kept.
///
/// # Errors
/// When the machine has no chance to give.
pub fn seal_workflow_secret(
    sealer: &Sealer,
    tenant: TenantId,
    (name, host): (&str, &str),
    value: &str,
) -> Result<Vec<u8>, SealError> {
    sealer.seal(&context(tenant, name, host), value.as_bytes())
}

fn context(tenant: TenantId, name: &str, host: &str) -> String {
    format!("workflow_secret/{}/{name}/{host}", tenant.0)
}

/// Puts the secrets of a request among its headers. The inner error: why one cannot be sent, in plain words.
pub(super) async fn add(
    world: &World,
    tenant: TenantId,
    request: &Request,
    headers: &mut HeaderMap,
) -> Result<Result<(), String>, StoreError> {
    if request.secrets.is_empty() {
        return Ok(Ok(()));
    }
    let names: Vec<String> = request.secrets.iter().map(|(_, name)| name.clone()).collect();
    let read = async move |tx: &mut TenantTx<'_>| {
        secret::named(tx, &names.iter().map(String::as_str).collect::<Vec<_>>()).await
    };
    let known = world.store.read(tenant, read).await?;
    let uri = request.url.parse::<Uri>().ok();
    let host = uri.as_ref().and_then(Uri::host).unwrap_or_default();
    for (header, name) in &request.secrets {
        let Some(secret) = known.get(name) else { return Ok(Err(format!("there is no secret of the name {name}"))) };
        if !secret.host.eq_ignore_ascii_case(host) {
            return Ok(Err(format!("the secret {name} is for {} alone", secret.host)));
        }
        let Ok(value) = world.sealer.open(&context(tenant, name, &secret.host), &secret.value) else {
            return Ok(Err(format!("the secret {name} cannot be opened; set it again")));
        };
        let (Ok(header), Ok(mut value)) = (HeaderName::try_from(header), HeaderValue::from_bytes(&value)) else {
            return Ok(Err(format!("its header {header} cannot be sent")));
        };
        value.set_sensitive(true);
        headers.append(header, value);
    }
    Ok(Ok(()))
}
