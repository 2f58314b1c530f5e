use super::Answer;

pub(super) fn run() -> anyhow::Result<Answer> {
    let document = api::openapi();
    let json = serde_json::to_value(&document)?;
    Ok(Answer::new(serde_json::to_string_pretty(&json)?, json))
}
