//! How far the registrations of numbers have come, asked at the carrier in few requests: a handful of numbers one by one, more of
//! them by the carrier's lists. Nothing that goes wrong here keeps a number from working: it is not known, then, and the number
//! says why.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use domain::id::{CarrierAccountId, NumberId, TenantId};
use domain::phone::Address;
use domain::registration::words::{self, Assigned};
use domain::registration::{Registration, Sender, State, Status};
use jiff::Timestamp;
use providers::telnyx::account::registration::{self, Assignment, Campaign, Verification};
use providers::telnyx::account::{Fault, Page, number};
use store::registration::{Known, Seen};
use store::{StoreError, TenantTx};

use super::{CarrierDesk, CarrierError, PAGES_MAX, at};
use crate::account::Account;

/// So many numbers are asked about one by one: it takes fewer requests than the lists of a large account.
const ONE_BY_ONE: usize = 5;
/// Nobody reads more of the carrier's own words.
const REASON_CHARS_MAX: usize = 500;

/// What came of asking.
#[derive(Debug, Default)]
pub(super) struct Readings {
    /// By address. Whatever is not here could not be asked about just now: what is known stays.
    pub(super) seen: BTreeMap<String, Registration>,
    /// What went wrong and may go better later.
    pub(super) failed: Option<Fault>,
}

impl CarrierDesk {
    /// Asks the carrier about one number of the tenant, and answers through which account it sends. `None`: there is no such number.
    ///
    /// # Errors
    /// When the carrier cannot be asked just now. One that refuses to tell is no error: it is not known then, and why.
    pub async fn look_at(
        &self,
        tenant: TenantId,
        number: NumberId,
    ) -> Result<Option<(CarrierAccountId, Seen)>, CarrierError> {
        let found = self
            .0
            .store
            .read(tenant, async move |tx: &mut TenantTx<'_>| store::registration::of(tx, number).await)
            .await
            .map_err(|error: StoreError| CarrierError::Store(error))?;
        let Some((id, known)) = found else { return Ok(None) };
        let account = self.0.account(id).await?.ok_or(CarrierError::NotFound)?;
        let Readings { mut seen, failed } = self.registrations(&account, &[known.address.as_str()]).await;
        match (seen.remove(&known.address), failed) {
            (Some(registration), _) => {
                let can_mms = self.can_mms(&account, None, &[&known]).await.remove(&known.address);
                Ok(Some((id, Seen { registration, can_mms })))
            }
            (None, Some(fault)) => Err(CarrierError::Carrier(fault)),
            (None, None) => Err(CarrierError::Carrier(Fault::NoAnswer)),
        }
    }

    /// Asks the carrier about these numbers of an account.
    pub(super) async fn registrations(&self, account: &Account, addresses: &[&str]) -> Readings {
        let mut readings = Readings::default();
        let (mut long_codes, mut toll_free) = (Vec::new(), Vec::new());
        for address in addresses {
            let Ok(sender) = Address::parse_sender(address) else { continue };
            match Sender::of(&sender) {
                Sender::UsLongCode => long_codes.push(*address),
                Sender::TollFree => toll_free.push(*address),
                Sender::ShortCode | Sender::Other => {
                    readings.seen.insert((*address).to_owned(), Registration::unseen(&sender));
                }
            }
        }
        self.long_codes(account, &long_codes, &mut readings).await;
        self.toll_free(account, &toll_free, &mut readings).await;
        readings
    }

    async fn long_codes(&self, account: &Account, wanted: &[&str], readings: &mut Readings) {
        if wanted.is_empty() {
            return;
        }
        let sender = Sender::UsLongCode;
        let assigned = match self.assigned(account, wanted).await {
            Ok(assigned) => assigned,
            Err(fault) => return readings.unread(self.0.now(), sender, wanted, fault),
        };
        let mut campaigns: HashMap<&str, Result<Campaign, Fault>> = HashMap::new();
        for address in wanted {
            let now = self.0.now();
            let registration = match assigned.get(*address) {
                None => of(now, sender, State::Unknown, Some(TOO_MANY)),
                Some(None) => of(now, sender, State::Unregistered, None),
                Some(Some(assignment)) => {
                    let id = assignment.campaign_id.as_str();
                    let is_asked = words::assigned(assignment.status.as_deref()) == Assigned::Yes;
                    if is_asked && assignment.brand_id.is_some() && !campaigns.contains_key(id) {
                        let asked = registration::campaign(at(account), id);
                        campaigns.insert(id, self.call(account, asked, registration::campaign_got).await);
                    }
                    match of_assignment(now, assignment, campaigns.get(id)) {
                        Ok(registration) => registration,
                        Err(fault) => {
                            readings.unread(now, sender, &[*address], fault.clone());
                            continue;
                        }
                    }
                }
            };
            readings.seen.insert((*address).to_owned(), registration);
        }
    }

    /// To which campaign each of these numbers belongs; whatever is not there is not known.
    async fn assigned(&self, account: &Account, wanted: &[&str]) -> Result<HashMap<String, Option<Assignment>>, Fault> {
        let mut assigned = HashMap::new();
        if wanted.len() <= ONE_BY_ONE {
            for address in wanted {
                let asked = registration::assignment(at(account), address);
                assigned.insert((*address).to_owned(), self.call(account, asked, registration::assigned).await?);
            }
            if assigned.values().any(Option::is_none) {
                // "Not found" is said of whatever there is not, this register included. One that can be listed is there.
                let listed = registration::assignments(at(account), 1);
                self.call(account, listed, |answer, now| registration::assignments_listed(answer, now, 1)).await?;
            }
            return Ok(assigned);
        }
        let asked = |page| registration::assignments(at(account), page);
        let ours: HashSet<&str> = wanted.iter().copied().collect();
        let is_whole = self
            .each(account, asked, registration::assignments_listed, |one: Assignment| {
                if ours.contains(one.phone_number.as_str()) {
                    assigned.insert(one.phone_number.clone(), Some(one));
                }
            })
            .await?;
        if is_whole {
            for address in wanted {
                assigned.entry((*address).to_owned()).or_insert(None);
            }
        }
        Ok(assigned)
    }

    async fn toll_free(&self, account: &Account, wanted: &[&str], readings: &mut Readings) {
        let sender = Sender::TollFree;
        let mut verifications: HashMap<&str, Vec<Verification>> = HashMap::new();
        let mut is_whole = true;
        let ways: Vec<Option<&str>> =
            if wanted.len() <= ONE_BY_ONE { wanted.iter().copied().map(Some).collect() } else { vec![None] };
        let wanted: BTreeSet<&str> = wanted.iter().copied().collect();
        for only in ways {
            let asked = |page| registration::verifications(at(account), only, page);
            let kept = |one: Verification| {
                for phone in &one.phone_numbers {
                    if let Some(address) = wanted.get(phone.as_str()) {
                        verifications.entry(*address).or_default().push(one.clone());
                    }
                }
            };
            match self.each(account, asked, registration::verifications_listed, kept).await {
                Ok(whole) => is_whole &= whole,
                Err(fault) => {
                    let all: Vec<&str> = wanted.into_iter().collect();
                    return readings.unread(self.0.now(), sender, &all, fault);
                }
            }
        }
        for address in wanted {
            let now = self.0.now();
            let registration = match verifications.get(address) {
                Some(some) => of_verifications(now, some),
                None if is_whole => of(now, sender, State::Unregistered, None),
                None => of(now, sender, State::Unknown, Some(TOO_MANY)),
            };
            readings.seen.insert(address.to_owned(), registration);
        }
    }

    /// Which of these numbers can send attachments, as far as the carrier says it. `profile`: they are all on this messaging
    /// profile.
    pub(super) async fn can_mms(
        &self,
        account: &Account,
        profile: Option<&str>,
        numbers: &[&Known],
    ) -> HashMap<String, bool> {
        let mut can = HashMap::new();
        if numbers.len() > ONE_BY_ONE && profile.is_some() {
            let asked = |page| number::list_messaging(at(account), profile, page);
            let views = self.pages(account, asked, number::listed_messaging).await.unwrap_or_default();
            let said = views.into_iter().filter_map(|view| Some((view.can_send_mms()?, view.phone_number)));
            can.extend(said.map(|(can, address)| (address, can)));
            return can;
        }
        for known in numbers.iter().take(ONE_BY_ONE) {
            let Some(carrier_ref) = &known.carrier_ref else { continue };
            let asked = number::messaging(at(account), carrier_ref);
            if let Ok(view) = self.call(account, asked, number::read_messaging).await
                && let Some(said) = view.can_send_mms()
            {
                can.insert(known.address.clone(), said);
            }
        }
        can
    }

    /// Goes through a list, page by page, and answers whether that was all of it.
    async fn each<T>(
        &self,
        account: &Account,
        request: impl Fn(u32) -> providers::http::Request,
        read: impl Fn(Option<&providers::http::Response>, Timestamp, u32) -> Result<Page<T>, Fault>,
        mut keep: impl FnMut(T),
    ) -> Result<bool, Fault> {
        let mut page = Some(1);
        while let Some(nth) = page.filter(|nth| *nth <= PAGES_MAX) {
            let read = |answer: Option<&providers::http::Response>, now| read(answer, now, nth);
            let Page { items, next, .. } = self.call(account, request(nth), read).await?;
            items.into_iter().for_each(&mut keep);
            page = next;
        }
        Ok(page.is_none())
    }
}

const TOO_MANY: &str =
    "The carrier account has more entries than are read at once, and this number was not among them.";

impl Readings {
    /// They could not be asked about: later, or not at all, which their registration says then.
    fn unread(&mut self, now: Timestamp, sender: Sender, addresses: &[&str], fault: Fault) {
        if fault.is_temporary() {
            self.failed = Some(fault);
            return;
        }
        let why = format!("It could not be read at the carrier: {fault}. {}", fault.mend());
        for address in addresses {
            self.seen.insert((*address).to_owned(), of(now, sender, State::Unknown, Some(&why)));
        }
    }
}

fn of(now: Timestamp, sender: Sender, state: State, reason: Option<&str>) -> Registration {
    Registration {
        status: Status::of(sender, Some(state)),
        campaign_id: None,
        brand_id: None,
        reason: reason.map(in_short).filter(|reason| !reason.is_empty()),
        read_at: Some(now),
    }
}

/// One line of the carrier's words.
fn in_short(reason: &str) -> String {
    let line: String = reason.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    line.trim().chars().take(REASON_CHARS_MAX).collect()
}

/// What an assignment and its campaign come to. A campaign that another provider shares is not ours to look into: the number belongs
/// to it, and that is all that is asked.
fn of_assignment<'f>(
    now: Timestamp,
    assignment: &Assignment,
    campaign: Option<&'f Result<Campaign, Fault>>,
) -> Result<Registration, &'f Fault> {
    let (state, reason) = match (words::assigned(assignment.status.as_deref()), campaign) {
        (Assigned::No(state), _) => (state, assignment.reason.as_ref().map(|reason| reason.0.as_str())),
        (Assigned::Yes, None) => (State::Registered, None),
        (Assigned::Yes, Some(Err(fault))) => return Err(fault),
        (Assigned::Yes, Some(Ok(campaign))) => match words::of_campaign(campaign.status.as_deref()) {
            State::Registered if campaign.suspended_at_t_mobile == Some(true) => (
                State::Registered,
                Some("T-Mobile has suspended this campaign: texts to its customers may be refused."),
            ),
            State::Registered => (State::Registered, None),
            state => (state, campaign.reason.as_ref().map(|reason| reason.0.as_str())),
        },
    };
    Ok(Registration {
        campaign_id: Some(assignment.campaign_id.clone()),
        brand_id: assignment.brand_id.clone(),
        ..of(now, Sender::UsLongCode, state, reason)
    })
}

/// One that was granted holds, whatever is asked for besides; else the newest counts.
fn of_verifications(now: Timestamp, all: &[Verification]) -> Registration {
    let state = |one: &Verification| words::of_verification(one.status.as_deref());
    let granted = all.iter().any(|one| state(one) == State::Registered);
    let newest = all.iter().max_by_key(|one| one.updated_at).filter(|_| !granted);
    match newest {
        Some(newest) => {
            of(now, Sender::TollFree, state(newest), newest.reason.as_ref().map(|reason| reason.0.as_str()))
        }
        None => of(now, Sender::TollFree, State::Registered, None),
    }
}

#[cfg(test)]
mod tests {
    use providers::telnyx::account::Detail;

    use super::*;

    fn now() -> Timestamp {
        Timestamp::from_second(1_800_000_000).unwrap()
    }

    fn assignment(status: &str, brand: Option<&str>) -> Assignment {
        Assignment {
            phone_number: "+14155550100".into(),
            campaign_id: "c".into(),
            brand_id: brand.map(Into::into),
            status: Some(status.into()),
            reason: Some(Detail("the number's reason".into())),
        }
    }

    fn campaign(status: &str, suspended: Option<bool>) -> Campaign {
        Campaign {
            id: "c".into(),
            brand_id: Some("b".into()),
            status: Some(status.into()),
            reason: Some(Detail("the campaign's\nreason".into())),
            suspended_at_t_mobile: suspended,
        }
    }

    #[test]
    fn a_number_is_registered_if_it_belongs_to_a_campaign_that_is() {
        let said = |assigned: &str, brand, campaign: Option<Result<Campaign, Fault>>| {
            let read = of_assignment(now(), &assignment(assigned, brand), campaign.as_ref()).unwrap();
            assert_eq!((read.campaign_id.as_deref(), read.brand_id.as_deref()), (Some("c"), brand));
            (read.status.state, read.reason)
        };
        let brand = Some("b");
        let of = |status, suspended| Some(Ok(campaign(status, suspended)));
        assert_eq!(said("ASSIGNED", brand, of("MNO_PROVISIONED", None)), (State::Registered, None));
        let (state, reason) = said("ASSIGNED", brand, of("MNO_PROVISIONED", Some(true)));
        assert_eq!((state, reason.unwrap().contains("T-Mobile")), (State::Registered, true));
        let why = Some("the campaign's reason".to_owned());
        assert_eq!(said("ASSIGNED", brand, of("TCR_SUSPENDED", None)), (State::Suspended, why.clone()));
        assert_eq!(said("ASSIGNED", brand, of("NEW_WORD", None)), (State::Unknown, why));
        assert_eq!(said("ASSIGNED", None, None), (State::Registered, None), "another provider's");
        let why = Some("the number's reason".to_owned());
        assert_eq!(said("FAILED_ASSIGNMENT", brand, None), (State::Rejected, why));
        assert!(of_assignment(now(), &assignment("ASSIGNED", brand), Some(&Err(Fault::NotFound))).is_err());
    }

    #[test]
    fn a_verification_that_was_granted_holds_and_else_the_newest_counts() {
        let one = |status: &str, second: i64| Verification {
            id: "v".into(),
            phone_numbers: Vec::new(),
            status: Some(status.into()),
            reason: Some(Detail(format!("why {second}"))),
            updated_at: Timestamp::from_second(second).ok(),
        };
        let said = |all: &[Verification]| {
            let read = of_verifications(now(), all);
            (read.status.state, read.reason)
        };
        assert_eq!(said(&[one("Verified", 1), one("Rejected", 2)]), (State::Registered, None));
        assert_eq!(said(&[one("Rejected", 1), one("In Progress", 2)]), (State::Pending, Some("why 2".into())));
        assert_eq!(said(&[one("Rejected", 3), one("In Progress", 2)]), (State::Rejected, Some("why 3".into())));
    }

    #[test]
    fn what_cannot_be_read_is_not_known_and_says_why_and_what_fails_for_now_changes_nothing() {
        let mut readings = Readings::default();
        readings.unread(now(), Sender::UsLongCode, &["+14155550100"], Fault::NoAnswer);
        assert!(readings.seen.is_empty() && readings.failed.is_some());
        let mut readings = Readings::default();
        readings.unread(now(), Sender::UsLongCode, &["+14155550100"], Fault::NotFound);
        let read = &readings.seen["+14155550100"];
        assert_eq!((read.status.state, readings.failed), (State::Unknown, None));
        assert!(read.reason.as_deref().is_some_and(|reason| reason.contains("could not be read")));
        assert!(in_short(&"a".repeat(9_000)).len() == REASON_CHARS_MAX);
    }
}
