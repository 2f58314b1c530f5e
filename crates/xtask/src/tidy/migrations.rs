//! Migrations: numbered without gaps, each with its reason on the first line.

use super::{File, Finding};

const FOLDER: &str = "crates/store/migrations/";

/// What is wrong with the migrations.
pub(super) fn findings(files: &[File]) -> Vec<Finding> {
    let mut migrations: Vec<&File> = files.iter().filter(|file| file.path.starts_with(FOLDER)).collect();
    migrations.sort_by(|a, b| a.path.cmp(&b.path));
    let mut findings = Vec::new();
    for (position, file) in migrations.iter().enumerate() {
        let wanted = format!("{:04}_", position + 1);
        if !file.name().starts_with(&wanted) || file.extension() != "sql" {
            findings.push(Finding::new(
                &file.path,
                format_args!("must be called {wanted}<what>.sql: migrations are numbered without gaps"),
            ));
        }
        let first = file.text.lines().next().unwrap_or_default();
        let reason = first.strip_prefix("-- ").unwrap_or_default();
        if reason.split_whitespace().count() < 3 {
            findings.push(Finding::at(file, 0, "the first line must say why: `-- <reason>`"));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(files: &[(&str, &str)]) -> Vec<String> {
        let files: Vec<File> = files.iter().map(|(name, text)| File::new(&format!("{FOLDER}{name}"), text)).collect();
        findings(&files).iter().map(|finding| finding.place.clone()).collect()
    }

    #[test]
    fn numbers_have_no_gaps_and_are_not_given_twice() {
        let good = "-- People who sign in.\n";
        assert!(found(&[("0001_tenant.sql", good), ("0002_carrier.sql", good)]).is_empty());
        assert_eq!(found(&[("0001_tenant.sql", good), ("0003_contact.sql", good)]).len(), 1, "a gap");
        assert_eq!(found(&[("0001_tenant.sql", good), ("0001_user.sql", good)]).len(), 1, "twice");
        assert_eq!(found(&[("0001_tenant.txt", good)]).len(), 1, "no SQL");
    }

    #[test]
    fn the_first_line_says_why() {
        assert_eq!(found(&[("0001_tenant.sql", "CREATE TABLE tenant (id UUID);")]).len(), 1);
        assert_eq!(found(&[("0001_tenant.sql", "-- Tables\n")]).len(), 1);
    }
}
