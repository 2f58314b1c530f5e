//! What is wrong with a request, gathered: whoever mends it mends all of it at once.

use crate::error::{ApiError, FieldError};

/// The fields that are wrong so far.
#[derive(Debug, Default)]
pub struct Faults(Vec<FieldError>);

impl Faults {
    /// What was read; its default, if that was wrong: [`Self::end`] sees to it that nothing is made of it.
    ///
    /// # Errors
    /// What is no wrong field.
    pub fn take<T: Default>(&mut self, read: Result<T, ApiError>) -> Result<T, ApiError> {
        match read {
            Ok(value) => Ok(value),
            Err(problem) => {
                self.0.extend(problem.into_fields()?);
                Ok(T::default())
            }
        }
    }

    /// One more.
    pub fn add(&mut self, fault: FieldError) {
        self.0.push(fault);
    }

    /// Nothing was wrong.
    ///
    /// # Errors
    /// 422 that names each field that was.
    pub fn end(self) -> Result<(), ApiError> {
        if self.0.is_empty() { Ok(()) } else { Err(ApiError::invalid_fields(self.0)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_wrong_field_is_named_and_nothing_else_is_swallowed() {
        let mut faults = Faults::default();
        assert_eq!(faults.take(Ok(5)).unwrap(), 5);
        assert_eq!(faults.take::<u8>(Err(ApiError::invalid("a", "empty", "Write something."))).unwrap(), 0);
        assert_eq!(faults.take::<u8>(Err(ApiError::invalid("b", "empty", "Write something."))).unwrap(), 0);
        assert_eq!(faults.take::<u8>(Err(ApiError::not_found("list"))).unwrap_err().code(), "not_found");
        let told = faults.end().unwrap_err().into_fields().unwrap();
        assert_eq!(told.iter().map(|one| one.field.as_str()).collect::<Vec<_>>(), ["a", "b"]);
        assert!(Faults::default().end().is_ok());
    }
}
