//! People who sign in. They are of no tenant; as members they are.

use domain::id::UserId;
use jiff::Timestamp;

use crate::{StoreError, SystemTx, args};

/// The constraint that says: an address is one person.
pub const EMAIL_TAKEN: &str = "user_account_email";

/// A person who signs in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Which one.
    pub id: UserId,
    /// Lower case.
    pub email: String,
    /// What people call them.
    pub name: String,
}

/// What a sign-in is checked against. `Debug` leaves the hash out.
#[derive(Clone)]
pub struct Credentials {
    /// Who.
    pub user: User,
    /// argon2id, PHC text.
    pub password_hash: String,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credentials").field("user", &self.user.id).finish_non_exhaustive()
    }
}

/// As addresses are stored and compared: without spaces around, in lower case.
#[must_use]
pub fn canonical(email: &str) -> String {
    email.trim().to_lowercase()
}

/// Makes a person. `email` must be [`canonical`].
///
/// # Errors
/// `Unique` with [`EMAIL_TAKEN`]; when the database fails.
pub async fn create(tx: &mut SystemTx<'_>, user: &User, password_hash: &str, now: Timestamp) -> Result<(), StoreError> {
    tx.exec(
        "INSERT INTO user_account (id, email, name, password_hash, created_at_us) VALUES ($1, $2, $3, $4, $5)",
        args![user.id, &user.email, &user.name, password_hash, now],
    )
    .await
}

/// The person with this address and how their password is checked.
///
/// # Errors
/// When the database fails.
pub async fn credentials(tx: &mut SystemTx<'_>, email: &str) -> Result<Option<Credentials>, StoreError> {
    let sql = "SELECT id, email, name, password_hash FROM user_account WHERE email = $1";
    let row = tx.opt(sql, args![email]).await?;
    row.map(|row| {
        let user = User { id: row.get(0)?, email: row.get(1)?, name: row.get(2)? };
        Ok(Credentials { user, password_hash: row.get(3)? })
    })
    .transpose()
}

/// The person with this id.
///
/// # Errors
/// When the database fails.
pub async fn read(tx: &mut SystemTx<'_>, id: UserId) -> Result<Option<User>, StoreError> {
    let row = tx.opt("SELECT id, email, name FROM user_account WHERE id = $1", args![id]).await?;
    row.map(|row| Ok(User { id: row.get(0)?, email: row.get(1)?, name: row.get(2)? })).transpose()
}

/// How the password of the person with this id is checked.
///
/// # Errors
/// When the database fails.
pub async fn password_hash(tx: &mut SystemTx<'_>, id: UserId) -> Result<Option<String>, StoreError> {
    let row = tx.opt("SELECT password_hash FROM user_account WHERE id = $1", args![id]).await?;
    row.map(|row| row.get(0)).transpose()
}

/// Gives a person another password in place of the one that was checked, and ends their sessions but this one; `false` if the
/// password is not that one any more.
///
/// # Errors
/// When the database fails.
pub async fn change_password(
    tx: &mut SystemTx<'_>,
    id: UserId,
    (old, new): (&str, &str),
    session: &[u8; 32],
) -> Result<bool, StoreError> {
    let sql = "UPDATE user_account SET password_hash = $3 WHERE id = $1 AND password_hash = $2";
    if tx.exec_returning_count(sql, args![id, old, new]).await? == 0 {
        return Ok(false);
    }
    tx.exec("DELETE FROM session WHERE user_id = $1 AND token_hash <> $2", args![id, session]).await?;
    Ok(true)
}

/// Gives a person another password; whoever is signed in as them is signed out.
///
/// # Errors
/// When the database fails.
pub async fn set_password(tx: &mut SystemTx<'_>, id: UserId, password_hash: &str) -> Result<(), StoreError> {
    tx.exec("UPDATE user_account SET password_hash = $2 WHERE id = $1", args![id, password_hash]).await?;
    tx.exec("DELETE FROM session WHERE user_id = $1", args![id]).await
}
