//! Where a text stands among all meanings, as a model sees it: a direction in a few hundred dimensions.

/// A longer one is no embedding: the largest models in use have 4,096 dimensions.
pub const DIMENSIONS_MAX: usize = 8_192;

/// A direction of length 1, kept in a byte per dimension. What is lost by that is far below what two texts differ by.
#[derive(Clone, PartialEq)]
pub struct Vector {
    steps: Box<[i8]>,
    /// What a step is worth, so that the whole has length 1; 0 for no direction at all.
    step: f32,
}

impl Vector {
    /// From a model's numbers, of whatever length. `None` if there are none or more than [`DIMENSIONS_MAX`], if one of
    /// them is no number, or if all are 0.
    #[must_use]
    pub fn from_f32(values: &[f32]) -> Option<Self> {
        let largest = values.iter().fold(0.0_f32, |largest, value| largest.max(value.abs()));
        if !values.iter().all(|value| value.is_finite()) || largest <= 0.0 {
            return None;
        }
        let steps: Vec<i8> = values.iter().map(|value| (value / largest * 127.0).round() as i8).collect();
        Self::from_steps(steps.into())
    }

    /// A byte per dimension, for keeping.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        self.steps.iter().map(|step| step.cast_unsigned()).collect()
    }

    /// What [`Vector::to_bytes`] gave. `None` for bytes that it cannot have given.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        Self::from_steps(bytes.iter().map(|byte| byte.cast_signed()).collect())
    }

    fn from_steps(steps: Box<[i8]>) -> Option<Self> {
        let square: i64 = steps.iter().map(|step| i64::from(*step).pow(2)).sum();
        (square > 0 && steps.len() <= DIMENSIONS_MAX)
            .then(|| Self { steps, step: (1.0 / (square as f64).sqrt()) as f32 })
    }

    /// How near two meanings are: 1 for the same, 0 for nothing in common. Vectors of different models, told by their
    /// dimensions, have nothing in common.
    #[must_use]
    pub fn dot(&self, other: &Self) -> f32 {
        if self.steps.len() != other.steps.len() {
            return 0.0;
        }
        let sum: i32 = self.steps.iter().zip(&other.steps).map(|(a, b)| i32::from(*a) * i32::from(*b)).sum();
        sum as f32 * self.step * other.step
    }

    /// How many numbers it has.
    #[must_use]
    pub fn dimensions(&self) -> usize {
        self.steps.len()
    }
}

impl std::fmt::Debug for Vector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Vector").field("dimensions", &self.steps.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_no_direction_is_none() {
        for (values, why) in [
            (vec![], "no numbers"),
            (vec![0.0, 0.0], "no direction"),
            (vec![1.0, f32::NAN], "no number"),
            (vec![1.0, f32::INFINITY], "no number"),
            (vec![1.0; DIMENSIONS_MAX + 1], "too long"),
        ] {
            assert_eq!(Vector::from_f32(&values), None, "{why}");
        }
        assert_eq!(Vector::from_bytes(&[]), None);
        assert_eq!(Vector::from_bytes(&[0; 384]), None);
    }

    #[test]
    fn another_model_s_vector_has_nothing_in_common() {
        let (a, b) = (Vector::from_f32(&[1.0, 0.5]).unwrap(), Vector::from_f32(&[1.0, 0.5, 0.2]).unwrap());
        assert!(a.dot(&b).abs() < f32::EPSILON);
        assert!((a.dot(&a) - 1.0).abs() < 1e-6);
    }

    proptest! {
        #[test]
        fn bytes_keep_it_and_hardly_turn_it(
            a in prop::collection::vec(-1.0_f32..1.0, 384),
            b in prop::collection::vec(-1.0_f32..1.0, 384),
        ) {
            let (Some(x), Some(y)) = (Vector::from_f32(&a), Vector::from_f32(&b)) else { return Ok(()) };
            prop_assert_eq!(Vector::from_bytes(&x.to_bytes()), Some(x.clone()));
            let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
            let exact = dot(&a, &b) / (dot(&a, &a) * dot(&b, &b)).sqrt();
            prop_assert!((x.dot(&y) - exact).abs() < 0.01, "{} {}", x.dot(&y), exact);
        }

        #[test]
        fn any_bytes_are_a_direction_or_none(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            if let Some(vector) = Vector::from_bytes(&bytes) {
                prop_assert!((vector.dot(&vector) - 1.0).abs() < 1e-3);
            }
        }
    }
}
