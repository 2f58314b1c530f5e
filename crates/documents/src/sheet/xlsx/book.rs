//! What a workbook says of its sheets, and of how its cells are shown.

use std::collections::HashMap;
use std::io::{Read, Seek};

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::SheetError;
use super::events::local;
use super::package::Package;
use super::show::Show;

/// What is read of the parts that say how sheets and numbers are called.
pub(super) const PART_MAX: u64 = 8 << 20;
/// Excel has no more ways to show a cell.
const SHOWS_MAX: usize = 65_536;

/// One sheet.
pub(super) struct OneSheet {
    pub(super) name: String,
    pub(super) part: String,
    pub(super) hidden: bool,
}

pub(super) struct Book {
    pub(super) sheets: Vec<OneSheet>,
    pub(super) since_1904: bool,
    /// How a cell is shown, by the number that it gives.
    pub(super) shows: Vec<Show>,
    /// The part with the texts that cells share.
    pub(super) shared: Option<String>,
}

/// What a part is to another.
struct Relation {
    id: String,
    kind: String,
    part: String,
}

impl Book {
    pub(super) fn read<R: Read + Seek>(package: &Package, reader: &mut R) -> Result<Self, SheetError> {
        let main = relations(package, reader, "")?
            .into_iter()
            .find(|one| one.kind.ends_with("/officeDocument"))
            .map_or_else(|| "xl/workbook.xml".to_owned(), |one| one.part);
        let xml = package.small(reader, &main)?.ok_or(SheetError::Damaged)?;
        let related = relations(package, reader, &main)?;
        let (sheets, since_1904) = sheets(&xml, &related)?;
        let by_kind = |kind: &str| related.iter().find(|one| one.kind.ends_with(kind)).map(|one| one.part.clone());
        let shows = match by_kind("/styles") {
            Some(part) => package.small(reader, &part)?.map_or_else(|| Ok(Vec::new()), |xml| shows(&xml))?,
            None => Vec::new(),
        };
        Ok(Self { sheets, since_1904, shows, shared: by_kind("/sharedStrings") })
    }
}

/// What a part, or for an empty name the package, points to.
fn relations<R: Read + Seek>(package: &Package, reader: &mut R, of: &str) -> Result<Vec<Relation>, SheetError> {
    let (folder, name) = of.rsplit_once('/').unwrap_or(("", of));
    let folder = if folder.is_empty() { String::new() } else { format!("{folder}/") };
    let Some(xml) = package.small(reader, &format!("{folder}_rels/{name}.rels"))? else { return Ok(Vec::new()) };
    let mut relations = Vec::new();
    each(&xml, |tag| {
        if local(tag) == "Relationship"
            && let (Some(id), Some(kind), Some(target)) =
                (attribute(tag, "Id"), attribute(tag, "Type"), attribute(tag, "Target"))
        {
            let part = target.strip_prefix('/').map_or_else(|| format!("{folder}{target}"), str::to_owned);
            relations.push(Relation { id, kind, part });
        }
    })?;
    Ok(relations)
}

fn sheets(xml: &[u8], related: &[Relation]) -> Result<(Vec<OneSheet>, bool), SheetError> {
    let (mut sheets, mut since_1904) = (Vec::new(), false);
    each(xml, |tag| match local(tag) {
        "workbookPr" => since_1904 = attribute(tag, "date1904").is_some_and(|said| said == "1" || said == "true"),
        "sheet" => {
            let id = attribute(tag, "id");
            // Sheets of charts and macros have no rows.
            let worksheet = related.iter().find(|one| Some(&one.id) == id.as_ref() && one.kind.ends_with("/worksheet"));
            if let Some(relation) = worksheet {
                let name = attribute(tag, "name").unwrap_or_default();
                let hidden = attribute(tag, "state").is_some_and(|state| state != "visible");
                sheets.push(OneSheet { name, part: relation.part.clone(), hidden });
            }
        }
        _ => {}
    })?;
    if sheets.is_empty() { Err(SheetError::Damaged) } else { Ok((sheets, since_1904)) }
}

fn shows(xml: &[u8]) -> Result<Vec<Show>, SheetError> {
    let mut codes: HashMap<u32, Show> = HashMap::new();
    let (mut shows, mut in_cells) = (Vec::new(), false);
    each(xml, |tag| match local(tag) {
        "numFmt" if codes.len() < SHOWS_MAX => {
            let id = attribute(tag, "numFmtId").and_then(|id| id.parse().ok());
            if let (Some(id), Some(code)) = (id, attribute(tag, "formatCode")) {
                codes.insert(id, Show::by_code(&code));
            }
        }
        "cellXfs" => in_cells = true,
        "cellStyles" | "dxfs" => in_cells = false,
        "xf" if in_cells && shows.len() < SHOWS_MAX => {
            let id = attribute(tag, "numFmtId").and_then(|id| id.parse().ok()).unwrap_or(0);
            shows.push(codes.get(&id).copied().unwrap_or_else(|| Show::by_id(id)));
        }
        _ => {}
    })?;
    Ok(shows)
}

/// Hands out every mark that opens.
fn each(xml: &[u8], mut take: impl FnMut(&BytesStart<'_>)) -> Result<(), SheetError> {
    let mut reader = Reader::from_reader(xml);
    loop {
        match reader.read_event().map_err(|_| SheetError::Damaged)? {
            Event::Start(tag) | Event::Empty(tag) => take(&tag),
            Event::Eof => return Ok(()),
            _ => {}
        }
    }
}

/// What a mark says under a name, whatever the name's prefix; with what stands for other characters put right.
fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = tag.attributes().with_checks(false).flatten().find(|one| one.key.local_name().as_ref() == name)?;
    let value = quick_xml::escape::unescape(&found.value).map(std::borrow::Cow::into_owned);
    Some(value.unwrap_or_else(|_| found.value.clone().into_owned()))
}
