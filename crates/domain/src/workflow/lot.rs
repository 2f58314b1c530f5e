//! Chance that is none: told by nothing but whose way it is and at which step, so that a turn taken twice is the same.

use crate::id::EnrolmentId;

/// Evenly spread, from 0 up to below `of`; 0 if `of` is.
pub(super) fn lot(enrolment: EnrolmentId, step: &str, of: u64) -> u64 {
    let bytes = enrolment.0.as_bytes().iter().copied().chain(step.bytes());
    // FNV-1a, whose low bits are mixed once more (MurmurHash3's finalizer): neighbouring ids are spread apart.
    let hash = bytes
        .fold(0xCBF2_9CE4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3));
    let mixed = (hash ^ (hash >> 33)).wrapping_mul(0xFF51_AFD7_ED55_8CCD);
    let mixed = (mixed ^ (mixed >> 33)).wrapping_mul(0xC4CE_B9FE_1A85_EC53);
    (mixed ^ (mixed >> 33)) % of.max(1)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn lots_are_even() {
        let mut parts = [0_u32; 10];
        for n in 0..20_000 {
            let drawn = lot(EnrolmentId(Uuid::from_u128(n)), "step", 10);
            parts[usize::try_from(drawn).unwrap()] += 1;
        }
        assert!(parts.iter().all(|part| (1_850..2_150).contains(part)), "{parts:?}");
        assert_eq!(lot(EnrolmentId(Uuid::nil()), "step", 0), 0);
    }
}
