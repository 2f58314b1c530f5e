//! A lot that is drawn once and for all: which part of a campaign somebody belongs to, told by nothing but who they are.

use crate::id::CampaignId;

/// What is drawn. Lots of one person for different things have nothing to do with each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Draw {
    /// Whether they are among the first.
    Canary = 1,
    /// Whether they get nothing, to compare with.
    Holdout = 2,
    /// Which text they get.
    Variant = 3,
}

/// The lot of a phone in a campaign: evenly spread, from 0 up to below `of`, and always the same. 0 if `of` is.
pub(super) fn lot(draw: Draw, campaign: CampaignId, phone: &str, of: u32) -> u32 {
    let bytes = [draw as u8].into_iter().chain(*campaign.0.as_bytes()).chain(phone.bytes());
    // FNV-1a, whose low bits are mixed once more (MurmurHash3's finalizer): neighbouring numbers are spread apart.
    let hash = bytes
        .fold(0xCBF2_9CE4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3));
    let mixed = (hash ^ (hash >> 33)).wrapping_mul(0xFF51_AFD7_ED55_8CCD);
    let mixed = (mixed ^ (mixed >> 33)).wrapping_mul(0xC4CE_B9FE_1A85_EC53);
    u32::try_from((mixed >> 33) % u64::from(of.max(1))).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn lots_are_even_and_have_nothing_to_do_with_each_other() {
        let campaign = |n: u128| CampaignId(Uuid::from_u128(n));
        let mut parts = [0_u32; 10];
        let (mut both, mut in_another) = (0, 0);
        for n in 0..20_000 {
            let phone = format!("+1212{n:07}");
            let drawn = lot(Draw::Canary, campaign(1), &phone, 10);
            assert_eq!(lot(Draw::Canary, campaign(1), &phone, 10), drawn);
            parts[usize::try_from(drawn).unwrap()] += 1;
            both += u32::from(drawn == 0 && lot(Draw::Variant, campaign(1), &phone, 10) == 0);
            in_another += u32::from(drawn == 0 && lot(Draw::Canary, campaign(2), &phone, 10) == 0);
        }
        assert!(parts.iter().all(|part| (1_850..2_150).contains(part)), "{parts:?}");
        assert!((140..260).contains(&both) && (140..260).contains(&in_another), "{both} {in_another}");
        assert_eq!(lot(Draw::Canary, campaign(1), "+12125550100", 0), 0);
    }
}
