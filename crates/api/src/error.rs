//! Refusals and faults as RFC 9457 problem documents, in one place.

use std::{borrow::Cow, error::Error, fmt::Write as _};

use axum::response::{IntoResponse, Response};
use domain::{
    command::Refusal,
    id::{ContactId, IdError},
    phone::PhoneError,
};
use engine::AskError;
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use store::StoreError;
use utoipa::ToSchema;

use crate::v1::workflows::WorkflowFault;

/// What every unsuccessful answer says (RFC 9457, `application/problem+json`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Problem {
    /// A reference for this kind of problem.
    #[serde(rename = "type")]
    pub kind: String,
    /// The status in words.
    pub title: Cow<'static, str>,
    /// The HTTP status.
    pub status: u16,
    /// Stable, for programs.
    pub code: Cow<'static, str>,
    /// What went wrong this time and how to mend it.
    pub detail: String,
    /// Each field that is wrong.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    /// With `contact_merged`: the contact that the one that was asked for was made one with.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub merged_into: Option<ContactId>,
    /// Of a workflow: each fault, with its place in the document.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub faults: Vec<WorkflowFault>,
}

/// One field that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldError {
    /// Where it stands in what was sent, as in `settings.time_zone` or `numbers[2]`.
    pub field: String,
    /// Stable, for programs.
    pub code: Cow<'static, str>,
    /// What is wrong and how to mend it.
    pub message: String,
}

impl FieldError {
    /// A field, a stable code, and what to do.
    pub fn new(field: impl Into<String>, code: &'static str, message: impl Into<String>) -> Self {
        Self { field: field.into(), code: code.into(), message: message.into() }
    }

    /// A phone number that is none.
    #[must_use]
    pub fn phone(field: impl Into<String>, error: PhoneError) -> Self {
        let mut message = error.to_string();
        if let Some(first) = message.get_mut(0..1) {
            first.make_ascii_uppercase();
        }
        Self::new(field, error.code(), format!("{message}."))
    }
}

/// Why a request gets no 2xx. A refusal is shown as it is; a fault is logged once, when it is answered, and shown bare.
#[derive(Debug)]
pub enum ApiError {
    /// The asker can do something about it.
    Problem(Box<Refused>),
    /// Only the operator can.
    Fault(StoreError),
}

/// A problem on its way out.
#[derive(Debug)]
pub struct Refused {
    status: StatusCode,
    code: Cow<'static, str>,
    detail: String,
    errors: Vec<FieldError>,
    merged_into: Option<ContactId>,
    faults: Vec<WorkflowFault>,
    retry_after_seconds: Option<u64>,
}

impl ApiError {
    /// Any problem.
    pub fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self::Problem(Box::new(Refused {
            status,
            code: code.into(),
            detail: detail.into(),
            errors: Vec::new(),
            merged_into: None,
            faults: Vec::new(),
            retry_after_seconds: None,
        }))
    }

    /// 401: nobody is signed in, or the key is unknown, revoked or expired.
    #[must_use]
    pub fn unauthenticated() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "unauthenticated",
            "Sign in, or send `Authorization: Bearer <API key>` with a key that is not revoked.",
        )
    }

    /// 403: the caller is known and may not.
    pub fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", detail)
    }

    /// 404: it is not there, or belongs to someone else, which is the same to the asker.
    #[must_use]
    pub fn not_found(what: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", format!("There is no such {what}."))
    }

    /// 404: the contact was made one with another, which has what was theirs.
    #[must_use]
    pub fn merged(into: ContactId) -> Self {
        let detail = format!("This contact was made one with {into}. Ask for that one instead.");
        let mut merged = Self::new(StatusCode::NOT_FOUND, "contact_merged", detail);
        if let Self::Problem(refused) = &mut merged {
            refused.merged_into = Some(into);
        }
        merged
    }

    /// 409: what is asked for does not go with how things stand.
    pub fn conflict(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, code, detail)
    }

    /// 409 `name_taken`, where a name breaks the constraint that no two of a kind have the same.
    #[must_use]
    pub fn name_taken(error: StoreError, constraint: &str, kind: &str) -> Self {
        match error {
            StoreError::Unique(name) if name == constraint => {
                Self::conflict("name_taken", format!("Another {kind} has this name. Choose another one.")).at("name")
            }
            other => other.into(),
        }
    }

    /// 422 for one field.
    pub fn invalid(field: impl Into<String>, code: &'static str, message: impl Into<String>) -> Self {
        Self::invalid_fields(vec![FieldError::new(field, code, message)])
    }

    /// 422 for several fields.
    #[must_use]
    pub fn invalid_fields(errors: Vec<FieldError>) -> Self {
        let mut detail = String::new();
        for error in &errors {
            let gap = if detail.is_empty() { "" } else { " " };
            let _ = write!(detail, "{gap}`{}`: {}", error.field, error.message);
        }
        let mut invalid = Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", detail);
        if let Self::Problem(refused) = &mut invalid {
            refused.errors = errors;
        }
        invalid
    }

    /// 422 for a workflow.
    #[must_use]
    pub fn workflow(code: &'static str, detail: String, errors: Vec<FieldError>, faults: Vec<WorkflowFault>) -> Self {
        let mut faulty = Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, detail).with(errors);
        if let Self::Problem(refused) = &mut faulty {
            refused.faults = faults;
        }
        faulty
    }

    /// 422 for a telephone number that was not understood.
    #[must_use]
    pub fn phone(field: &str, error: PhoneError) -> Self {
        Self::invalid_fields(vec![FieldError::phone(field, error)])
    }

    /// 429 with `Retry-After`.
    pub fn rate_limited(detail: impl Into<String>, retry_after_seconds: u64) -> Self {
        Self::new(StatusCode::TOO_MANY_REQUESTS, "rate_limited", detail).retry_after(retry_after_seconds)
    }

    /// Names the one field, parameter or header that it is all about.
    #[must_use]
    pub fn at(mut self, field: &str) -> Self {
        if let Self::Problem(refused) = &mut self {
            let (code, message) = (refused.code.clone(), refused.detail.clone());
            refused.errors = vec![FieldError { field: field.into(), code, message }];
        }
        self
    }

    /// Names what it is about, one by one.
    #[must_use]
    pub fn with(mut self, errors: Vec<FieldError>) -> Self {
        if let Self::Problem(refused) = &mut self {
            refused.errors = errors;
        }
        self
    }

    /// Adds `Retry-After`.
    #[must_use]
    pub fn retry_after(mut self, seconds: u64) -> Self {
        if let Self::Problem(refused) = &mut self {
            refused.retry_after_seconds = Some(seconds.max(1));
        }
        self
    }

    /// The fields that are wrong, if that is all that there is to say.
    ///
    /// # Errors
    /// The problem itself, if it is another one.
    pub(crate) fn into_fields(self) -> Result<Vec<FieldError>, Self> {
        match self {
            Self::Problem(refused)
                if refused.status == StatusCode::UNPROCESSABLE_ENTITY && refused.code == "invalid" =>
            {
                Ok(refused.errors)
            }
            other => Err(other),
        }
    }

    /// The status it will be answered with.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Problem(refused) => refused.status,
            Self::Fault(StoreError::Retry | StoreError::Closed) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Fault(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The stable code it will be answered with.
    #[must_use]
    pub fn code(&self) -> &str {
        match self {
            Self::Problem(refused) => &refused.code,
            Self::Fault(StoreError::Retry) => "busy",
            Self::Fault(StoreError::Closed) => "stopping",
            Self::Fault(_) => "internal",
        }
    }

    /// What it will say; nothing for a fault.
    #[must_use]
    pub fn detail(&self) -> &str {
        match self {
            Self::Problem(refused) => &refused.detail,
            Self::Fault(_) => "",
        }
    }

    fn shown(self) -> (Problem, Option<u64>) {
        let (status, code) = (self.status(), self.code().to_owned());
        let (mut merged_into, mut faults) = (None, Vec::new());
        let (detail, errors, retry_after) = match self {
            Self::Problem(refused) => {
                merged_into = refused.merged_into;
                faults = refused.faults;
                (refused.detail, refused.errors, refused.retry_after_seconds)
            }
            Self::Fault(fault) => match fault {
                StoreError::Retry => ("The database is busy. Ask again in a moment.".into(), Vec::new(), Some(1)),
                StoreError::Closed => ("The server is stopping. Ask again in a moment.".into(), Vec::new(), Some(2)),
                fault => {
                    tracing::error!(error = %Chain(&fault), kind = fault.kind(), "a request failed");
                    let detail =
                        "Something broke on our side. The operator finds it in the log under this request's id.";
                    (detail.into(), Vec::new(), None)
                }
            },
        };
        let problem = Problem {
            kind: format!("/api/docs#problem-{code}"),
            title: status.canonical_reason().unwrap_or("Problem").into(),
            status: status.as_u16(),
            code: code.into(),
            detail,
            errors,
            merged_into,
            faults,
        };
        (problem, retry_after)
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let (problem, retry_after) = self.shown();
        let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, axum::Json(&problem)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

impl From<StoreError> for ApiError {
    fn from(fault: StoreError) -> Self {
        Self::Fault(fault)
    }
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        let detail = refusal.to_string();
        match refusal {
            Refusal::NotFound(what) => Self::not_found(what),
            Refusal::Gate(reason) => Self::new(StatusCode::UNPROCESSABLE_ENTITY, reason.code(), detail),
            Refusal::Invalid { field, code, message } => Self::invalid(field, code, message),
            Refusal::PeopleOnly => Self::new(StatusCode::FORBIDDEN, refusal.code(), detail),
            Refusal::TooLate(_)
            | Refusal::DraftNotOpen(_)
            | Refusal::ApprovalNotWaiting(_)
            | Refusal::Succeeded(_)
            | Refusal::ResumeWindowOver => Self::conflict(refusal.code(), detail),
        }
    }
}

impl From<AskError> for ApiError {
    fn from(error: AskError) -> Self {
        match error {
            AskError::Refused(refusal) => refusal.into(),
            AskError::KeyReused => crate::once::key_reused(),
            AskError::Store(fault) => fault.into(),
        }
    }
}

/// An id in a path that does not parse names nothing.
impl From<IdError> for ApiError {
    fn from(_: IdError) -> Self {
        Self::not_found("resource")
    }
}

/// An error and its causes on one line.
struct Chain<'a>(&'a dyn Error);

impl std::fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0)?;
        let mut cause = self.0.source();
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use domain::gate::Reason;

    use super::*;

    #[test]
    fn each_refusal_has_its_status_and_code() {
        for (refusal, status, code) in [
            (Refusal::NotFound("conversation"), 404, "not_found"),
            (Refusal::Gate(Reason::ContactOptedOut), 422, "contact_opted_out"),
            (Refusal::Invalid { field: "body", code: "empty", message: "Say something.".into() }, 422, "invalid"),
            (Refusal::TooLate("sent"), 409, "too_late"),
            (Refusal::DraftNotOpen("accepted"), 409, "draft_not_open"),
            (Refusal::ApprovalNotWaiting("done"), 409, "approval_not_waiting"),
            (Refusal::PeopleOnly, 403, "people_only"),
            (Refusal::Succeeded(uuid::Uuid::nil().into()), 409, "conversation_succeeded"),
            (Refusal::ResumeWindowOver, 409, "resume_window_over"),
        ] {
            let error = ApiError::from(refusal);
            assert_eq!((error.status().as_u16(), error.code()), (status, code));
        }
    }

    #[test]
    fn a_fault_is_shown_bare() {
        let (problem, _) = ApiError::from(StoreError::fault("disk of /dev/sdb full")).shown();
        assert_eq!((problem.status, &*problem.code), (500, "internal"));
        assert!(!problem.detail.contains("sdb"));
    }

    #[test]
    fn a_stopping_server_asks_to_come_back() {
        let response = ApiError::from(StoreError::Closed).into_response();
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert!(response.headers().contains_key(header::RETRY_AFTER));
    }

    #[test]
    fn every_wrong_field_is_named() {
        let (problem, _) = ApiError::invalid("to", "too_short", "Write the number in full.").shown();
        assert_eq!(problem.detail, "`to`: Write the number in full.");
        assert_eq!(problem.errors[0].field, "to");
    }
}
