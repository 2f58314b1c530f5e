//! What the processor at hand can do: the compiler does not know on which the program will run.

use crate::dense::TOGETHER;

/// A kind of processor.
pub(crate) trait Machine {
    /// The products of one row of a table and each of [`TOGETHER`] rows of activations, which stand one after another.
    fn dots(row: &[i16], block: &[i16]) -> [i32; TOGETHER];
}

/// Any there is.
pub(crate) struct Any;

impl Machine for Any {
    #[inline(always)]
    fn dots(row: &[i16], block: &[i16]) -> [i32; TOGETHER] {
        let mut others = block.chunks_exact(row.len());
        std::array::from_fn(|_| {
            let other = others.next().unwrap_or_default();
            row.iter().zip(other).map(|(a, b)| i32::from(*a) * i32::from(*b)).sum()
        })
    }
}

#[cfg(target_arch = "x86_64")]
pub(crate) use x86::{Avx2, with_avx2};

#[cfg(target_arch = "x86_64")]
#[allow(unsafe_code, reason = "instructions that not every processor has are only offered so")]
mod x86 {
    use std::arch::x86_64::{
        __m256i, _mm256_add_epi32, _mm256_loadu_si256, _mm256_madd_epi16, _mm256_setzero_si256, _mm256_storeu_si256,
    };

    use super::{Machine, TOGETHER};

    const LANES: usize = 16;

    /// One that multiplies sixteen numbers at once. Only [`with_avx2`] names it.
    pub(crate) struct Avx2;

    /// Calls `work` with what only such a machine can do compiled into it; `None` on another one.
    pub(crate) fn with_avx2<T>(work: impl FnOnce() -> T) -> Option<T> {
        #[target_feature(enable = "avx2,fma")]
        fn call<T>(work: impl FnOnce() -> T) -> T {
            work()
        }
        let has_all = std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("fma");
        // SAFETY: the machine has the instructions that the function is compiled for.
        has_all.then(|| unsafe { call(work) })
    }

    impl Machine for Avx2 {
        #[inline(always)]
        fn dots(row: &[i16], block: &[i16]) -> [i32; TOGETHER] {
            // SAFETY: nothing but `with_avx2` comes here.
            unsafe { dots(row, block) }
        }
    }

    #[inline]
    #[target_feature(enable = "avx2,fma")]
    fn dots(row: &[i16], block: &[i16]) -> [i32; TOGETHER] {
        let columns = row.len();
        assert!(columns.is_multiple_of(LANES) && block.len() == columns * TOGETHER);
        let mut sums = [_mm256_setzero_si256(); TOGETHER];
        for at in (0..columns).step_by(LANES) {
            // SAFETY: `at` and the fifteen after it are within a row, and so are their places in the other rows.
            let load = |of: &[i16], at: usize| unsafe { _mm256_loadu_si256(of.as_ptr().add(at).cast::<__m256i>()) };
            let weights = load(row, at);
            for (nth, sum) in sums.iter_mut().enumerate() {
                let products = _mm256_madd_epi16(weights, load(block, nth * columns + at));
                *sum = _mm256_add_epi32(*sum, products);
            }
        }
        sums.map(|sum| {
            let mut eight = [0_i32; 8];
            // SAFETY: there is room for all eight.
            unsafe { _mm256_storeu_si256(eight.as_mut_ptr().cast(), sum) };
            eight.iter().sum()
        })
    }
}
