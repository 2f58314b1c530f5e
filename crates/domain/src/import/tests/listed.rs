//! What columns are.

use super::*;

fn told(text: &str, country: &str) -> String {
    let recognised = recognise(&rows(text), &[field("tyre_size", Kind::Text)], country);
    recognised.guesses.iter().map(|guess| guess.column.to_string()).collect::<Vec<_>>().join(" ")
}

#[test]
fn columns_are_known_by_their_names_in_many_languages() {
    let cases = [
        (
            "US",
            "phone_number|first_name|last_name|company",
            "4155550142|Ann|Berg|Acme",
            "phone first_name last_name company",
        ),
        (
            "US",
            "firstName|lastName|Mobile|E-Mail|organization",
            "Ann|Berg|4155550142|a@b.co|Acme",
            "first_name last_name phone email company",
        ),
        (
            "DE",
            "Vorname;|Nachname|Handynummer|Firma|Sprache",
            "Ann|Berg|01712345678|Acme|de",
            "first_name last_name phone company language",
        ),
        ("DE", "Name|Vorname|Telefon|Bemerkung", "Berg|Ann|01712345678|nett", "last_name first_name phone note"),
        (
            "FR",
            "Nom|Prénom|Téléphone portable|Société",
            "Berg|Ann|0612345678|Acme",
            "last_name first_name phone company",
        ),
        (
            "ES",
            "Nombre|Apellidos|Teléfono móvil|Empresa",
            "Ann|Berg|612345678|Acme",
            "first_name last_name phone company",
        ),
        ("PT", "Nome|Sobrenome|Telemóvel|Empresa", "Ann|Berg|912345678|Acme", "first_name last_name phone company"),
        ("IT", "Nome|Cognome|Cellulare|Azienda", "Ann|Berg|3123456789|Acme", "first_name last_name phone company"),
        (
            "NL",
            "Voornaam|Achternaam|Mobiel nummer|Bedrijf",
            "Ann|Berg|0612345678|Acme",
            "first_name last_name phone company",
        ),
        ("PL", "Imię i nazwisko|Telefon komórkowy|Nazwa firmy", "Ann Berg|512345678|Acme", "name phone company"),
        ("SE", "Namn|Mobil|Företag|E-post", "Ann Berg|0701234567|Acme|a@b.se", "name phone company email"),
        ("RU", "Имя|Фамилия|Мобильный|Компания", "Анна|Берг|89123456789|Акме", "first_name last_name phone company"),
        ("TR", "Adı Soyadı|Cep Telefonu|Şirket", "Ann Berg|05012345678|Acme", "name phone company"),
        (
            "US",
            "Name|Given Name|Family Name|Phone 1 - Type|Phone 1 - Value",
            "Ann Berg|Ann|Berg|Mobile|4155550142",
            "ignore first_name last_name ignore phone",
        ),
        ("US", "Full Name|First Name|Phone", "Ann Berg|Ann|4155550142\nBob Oak|Bob|4155550143", "name ignore phone"),
        (
            "US",
            "Home Phone|Mobile Phone|Fax|Customer Number",
            "4155550142|4155550143|4155550144|4155550145",
            "other_phone phone ignore ignore",
        ),
        ("US", "Mobile|Phone", "|4155550142\n|4155550143\n4155550144|4155550145", "other_phone phone"),
        (
            "US",
            "Phone|SMS Consent|Opt-in Date|Consent source|Tags|Group",
            "4155550142|yes|2026-01-02|shop|a|b",
            "phone opted_in consent_at consent_source tags tags",
        ),
        (
            "US",
            "Phone|Unsubscribed|Time Zone|Tyre Size|The tyre_size",
            "4155550142|no|America/New_York|17|18",
            "phone opted_out time_zone field:tyre_size ignore",
        ),
        (
            "US",
            "Last visit|Customer email|Company address|Contact owner|Cell",
            "x|a@b.co|y|z|4155550142",
            "ignore email ignore ignore phone",
        ),
        ("US", "Company phone|Company|Contact", "4155550142|Acme|Ann", "phone company name"),
    ];
    for (country, names, body, expected) in cases {
        assert_eq!(told(&format!("{names}\n{body}"), country), expected, "{names}");
    }
}

#[test]
fn columns_without_a_telling_name_are_known_by_their_values() {
    assert_eq!(
        told("A|B|C\nAnn|4155550142|ann@example.com\nBob|(415) 555-0143|bob@example.com", "US"),
        "ignore phone email"
    );
    let recognised =
        recognise(&rows("A|B\nAnn|4155550142\nBob|4155550143\nCleo|4155550144\nDan|4155550145\nEve|x"), &[], "US");
    assert_eq!(recognised.guesses[1].why, Why::Valued(80));
    assert_eq!(recognised.guesses[0].why, Why::Unknown);
    assert_eq!(told("A|when\nx|2026-11-27\ny|2026-11-28", "DE"), "ignore ignore", "days are no numbers");
    assert_eq!(told("phone|city\nnone|Bonn\nnothing|Chur", "DE"), "ignore ignore", "a name that nothing bears out");
}

#[test]
fn a_list_without_names_and_one_with_a_title_are_read_from_where_people_begin() {
    let bare =
        recognise(&rows("Ann Berg|+14155550142|ann@example.com\nBob Oak|+14155550143|bob@example.com"), &[], "US");
    assert_eq!((bare.header, bare.names.len()), (None, 3));
    assert_eq!(bare.mapping().columns, [Column::Name, Column::Phone, Column::Email]);
    let titled =
        recognise(&rows("Customers 2026||\n||\nName|Phone|City\nAnn|4155550142|Rome\nBob|4155550143|Oslo"), &[], "US");
    assert_eq!(titled.header, Some(2));
    assert_eq!(titled.mapping().columns, [Column::Name, Column::Phone, Column::Ignore]);
    let numbers = recognise(&rows("+14155550142\n+14155550143"), &[], "US");
    assert_eq!((numbers.header, numbers.mapping().columns), (None, vec![Column::Phone]));
    assert!(recognise(&[], &[], "US").guesses.is_empty());
    assert_eq!(format!("{bare:?}").matches("Ann").count(), 0);
}

#[test]
fn columns_that_come_back_with_rejected_rows_are_left_alone() {
    let text = format!("{LINE}|{REASON}|phone\n7|too short|4155550142");
    let recognised = recognise(&rows(&text), &[], "US");
    assert_eq!(
        recognised.guesses[..2].iter().map(|guess| (guess.why, guess.suggestion.clone())).collect::<Vec<_>>(),
        [(Why::Ours, None), (Why::Ours, None)]
    );
}

#[test]
fn a_field_is_offered_for_what_is_none_of_ours() {
    let text = "phone|VIP?|Birthday|Visits|Zip|Größe (cm)|2nd choice|日本|Email|Note no.\n\
        +14155550142|yes|27.11.1985|12|01234|1,5|a|x||q\n+14155550143|no|01.02.1990|3|55555|2|b|y||r";
    let recognised = recognise(&rows(text), &[field("vip", Kind::Text)], "DE");
    let offered: Vec<String> = recognised
        .guesses
        .iter()
        .filter_map(|guess| guess.suggestion.as_ref())
        .map(|field| format!("{}:{:?}", field.key, field.kind))
        .collect();
    assert_eq!(recognised.guesses[1].column, Column::Field("vip".into()), "marks in a name do not count");
    assert_eq!(
        offered,
        ["birthday:Date", "visits:Number", "zip:Text", "grosse_cm:Number", "field_2nd_choice:Text", "note_no:Text"]
    );
    let again = recognise(&rows("phone|Size|size!|name 2|Name\n+14155550142|a|b|c|d"), &[], "US");
    let keys: Vec<_> =
        again.guesses.iter().filter_map(|guess| guess.suggestion.clone()).map(|field| field.key).collect();
    assert_eq!(keys[..2], ["size".to_owned(), "size_2".to_owned()]);
}

#[test]
fn days_are_read_as_the_values_say_and_else_as_the_country_does() {
    let order = |dates: &str, country: &str| recognise(&rows(&format!("phone|when\n{dates}")), &[], country).dates;
    assert_eq!(order("4155550142|03/04/2026", "US"), DateOrder::MonthFirst);
    assert_eq!(order("4155550142|03/04/2026", "GB"), DateOrder::DayFirst);
    assert_eq!(order("4155550142|03/04/2026\n4155550143|27/04/2026", "US"), DateOrder::DayFirst);
    assert_eq!(order("4155550142|03/04/2026\n4155550143|04/27/2026", "GB"), DateOrder::MonthFirst);
}

#[test]
fn a_mapping_is_kept_as_words_and_found_again_by_the_names() {
    let mapping = mapping(&["phone", "field:tyre_size", "ignore", "opted_in"]);
    let kept = serde_json::to_string(&mapping).unwrap();
    assert_eq!(
        kept,
        r#"{"columns":["phone","field:tyre_size","ignore","opted_in"],"dates":"day_first","decimal_comma":true}"#
    );
    assert_eq!(serde_json::from_str::<Mapping>(&kept).unwrap(), mapping);
    assert!(serde_json::from_str::<Mapping>(r#"{"columns":["fone"]}"#).is_err());
    let print = |names: &[&str]| Mapping::fingerprint(names.iter().copied());
    assert_eq!(print(&["Phone Number", "Größe"]), print(&["phone_number", "GROSSE"]));
    assert_ne!(print(&["phone", "name"]), print(&["name", "phone"]));
    assert_ne!(print(&["ab", "c"]), print(&["a", "bc"]));
    assert_eq!(print(&["", " "]), None);
}

#[test]
fn a_mapping_that_cannot_be_used_says_why() {
    let fields = [field("tyre_size", Kind::Text)];
    let codes = |columns: &[&str], width: usize| {
        let faults = mapping(columns).faults(width, &fields);
        faults.iter().map(|fault| (fault.code(), fault.to_string())).collect::<Vec<_>>()
    };
    assert!(codes(&["phone", "tags", "tags", "ignore", "ignore", "field:tyre_size"], 6).is_empty());
    assert_eq!(codes(&["name"], 1)[0].0, "no_phone_column");
    assert_eq!(
        codes(&["phone", "name", "name"], 3)[0].1,
        "Columns 2 and 3 both mean name. Keep the one that counts, and ignore the other."
    );
    assert_eq!(codes(&["phone", "field:tyre_size", "field:tyre_size"], 3)[0].0, "column_twice");
    let (code, sentence) = &codes(&["phone", "field:tire_size"], 2)[0];
    assert_eq!((*code, sentence.contains("Do you mean tyre_size?")), ("no_such_field", true), "{sentence}");
    assert_eq!(codes(&["phone"], 2)[0].0, "wrong_width");
    assert!(mapping(&["phone", "consent_at"]).tells_consent() && !mapping(&["phone", "opted_out"]).tells_consent());
}
