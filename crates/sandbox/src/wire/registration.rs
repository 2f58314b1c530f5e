//! Registrations as Telnyx shows them: the campaign of a number, a campaign, a toll-free verification.

use serde_json::{Value, json};
use uuid::Uuid;

use super::Iso;
use crate::{
    directory::Number,
    registration::{Registration, campaign_id},
};

/// `PhoneNumberCampaign`; `None`: the number belongs to none.
pub(crate) fn assignment(number: &Number) -> Option<Value> {
    if !number.is_us_long_code() || number.registration == Registration::Unregistered {
        return None;
    }
    let failed = number.registration == Registration::Rejected;
    let mut shown = json!({
        "phoneNumber": number.e164,
        "campaignId": campaign_id(number.account, number.registration),
        "brandId": number.account,
        "assignmentStatus": if failed { "FAILED_ASSIGNMENT" } else { "ASSIGNED" },
        "createdAt": iso(number),
        "updatedAt": iso(number),
    });
    if failed {
        shown["failureReasons"] = json!(reason(number, "The number belongs to another campaign."));
    }
    Some(shown)
}

/// `TelnyxCampaign_CSP`.
pub(crate) fn campaign(account: Uuid, state: Registration) -> Value {
    let status = match state {
        Registration::Registered => "MNO_PROVISIONED",
        Registration::Pending => "MNO_PENDING",
        Registration::Suspended => "TCR_SUSPENDED",
        Registration::Unregistered | Registration::Rejected => "MNO_REJECTED",
    };
    json!({
        "campaignId": campaign_id(account, state),
        "brandId": account,
        "cspId": "SANDBOX",
        "campaignStatus": status,
        "description": "What the account sends.",
        "usecase": "MIXED",
        "subUsecases": ["CUSTOMER_CARE", "MARKETING"],
        "termsAndConditions": true,
        "mock": false,
        "isTMobileSuspended": state == Registration::Suspended,
    })
}

/// `VerificationRequestStatus`; `None`: nobody asked for one.
pub(crate) fn verification(number: &Number) -> Option<Value> {
    if !number.is_toll_free() || number.registration == Registration::Unregistered {
        return None;
    }
    let status = match number.registration {
        Registration::Registered => "Verified",
        Registration::Pending => "In Progress",
        Registration::Unregistered | Registration::Rejected | Registration::Suspended => "Rejected",
    };
    let mut shown = json!({
        "id": Uuid::from_u128(number.account.as_u128() ^ u128::from(digits(&number.e164))),
        "verificationStatus": status,
        "phoneNumbers": [{ "phoneNumber": number.e164 }],
        "businessName": "Sandbox",
        "corporateWebsite": "https://sandbox.example",
        "businessAddr1": "1 Main Street",
        "businessCity": "Austin",
        "businessState": "Texas",
        "businessZip": "78701",
        "businessContactFirstName": "Sam",
        "businessContactLastName": "Sand",
        "businessContactEmail": "sam@sandbox.example",
        "businessContactPhone": "+15125550100",
        "messageVolume": "10,000",
        "useCase": "App Notifications",
        "useCaseSummary": "What the account sends.",
        "productionMessageContent": "Your table is ready.",
        "optInWorkflow": "People text us first.",
        "optInWorkflowImageURLs": [{ "url": "https://sandbox.example/opt-in.png" }],
        "additionalInformation": "",
        "createdAt": iso(number),
        "updatedAt": iso(number),
    });
    if status == "Rejected" {
        shown["reason"] = json!(reason(number, "The website does not say who the business is."));
    }
    Some(shown)
}

fn reason<'a>(number: &'a Number, usual: &'a str) -> &'a str {
    number.registration_reason.as_deref().unwrap_or(usual)
}

fn digits(e164: &str) -> u64 {
    e164.trim_start_matches('+').parse().unwrap_or_default()
}

fn iso(number: &Number) -> Value {
    serde_json::to_value(Iso(number.updated_at)).unwrap_or_default()
}
