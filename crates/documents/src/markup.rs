//! Text on its way from a document with structure: headings, paragraphs, list items and tables, as Markdown has them.

use crate::text::tidied;

/// Writes blocks one after the other.
#[derive(Debug, Default)]
pub(crate) struct Writer {
    out: String,
    /// The block that is being written.
    block: String,
    mark: String,
    table: Option<Table>,
}

#[derive(Debug, Default)]
struct Table {
    rows: Vec<Row>,
    /// Tables inside a cell are part of it.
    depth: usize,
}

#[derive(Debug, Default)]
struct Row {
    cells: Vec<String>,
    is_header: bool,
}

impl Writer {
    /// More of the block; runs of white space are one space.
    pub(crate) fn text(&mut self, text: &str) {
        let block = self.place();
        for c in text.chars() {
            let is_space = c.is_whitespace();
            if !is_space {
                block.push(c);
            } else if !block.is_empty() && !block.ends_with([' ', '\n']) {
                block.push(' ');
            }
        }
    }

    /// More of the block, as it is.
    pub(crate) fn verbatim(&mut self, text: &str) {
        self.place().push_str(text);
    }

    /// A line ends inside the block.
    pub(crate) fn line(&mut self) {
        let in_table = self.table.is_some();
        let block = self.place();
        let kept = block.trim_end_matches(' ').len();
        block.truncate(kept);
        if !block.is_empty() {
            block.push(if in_table { ' ' } else { '\n' });
        }
    }

    /// The block ends, and one with this mark begins: `# `, `- ` or nothing.
    pub(crate) fn block(&mut self, mark: &str) {
        if self.table.is_some() {
            // A paragraph in a cell is part of the cell.
            self.text(" ");
            return;
        }
        self.end_block();
        mark.clone_into(&mut self.mark);
    }

    pub(crate) fn table(&mut self) {
        match &mut self.table {
            Some(table) => table.depth += 1,
            None => {
                self.end_block();
                self.table = Some(Table::default());
            }
        }
    }

    pub(crate) fn row(&mut self) {
        if let Some(table) = self.table.as_mut().filter(|table| table.depth == 0) {
            table.rows.push(Row { cells: Vec::new(), is_header: true });
        }
    }

    pub(crate) fn cell(&mut self, is_header: bool) {
        let Some(table) = &mut self.table else { return };
        if table.depth > 0 {
            self.text(" ");
            return;
        }
        if table.rows.is_empty() {
            table.rows.push(Row { cells: Vec::new(), is_header: true });
        }
        if let Some(row) = table.rows.last_mut() {
            row.is_header &= is_header;
            row.cells.push(String::new());
        }
    }

    pub(crate) fn end_table(&mut self) {
        match &mut self.table {
            Some(table) if table.depth > 0 => table.depth -= 1,
            Some(_) => {
                let rows = self.table.take().map(|table| table.rows).unwrap_or_default();
                let text = written(rows);
                if !text.is_empty() {
                    if self.out.ends_with('\n') && !self.out.ends_with("\n\n") {
                        self.out.push('\n');
                    }
                    self.out.push_str(&text);
                    self.out.push_str("\n\n");
                }
            }
            None => {}
        }
    }

    /// How much was written so far, in bytes, about.
    pub(crate) fn len(&self) -> usize {
        self.out.len() + self.block.len()
    }

    pub(crate) fn finish(mut self) -> String {
        while self.table.is_some() {
            self.end_table();
        }
        self.end_block();
        tidied(&self.out)
    }

    fn place(&mut self) -> &mut String {
        match self.table.as_mut().and_then(|table| table.rows.last_mut()).and_then(|row| row.cells.last_mut()) {
            Some(cell) => cell,
            None => &mut self.block,
        }
    }

    fn end_block(&mut self) {
        let block = std::mem::take(&mut self.block);
        let block = block.trim();
        if !block.is_empty() {
            let gap = if self.mark == "- " { "\n" } else { "\n\n" };
            // The first item of a list and what comes after the last one stand apart from it.
            if self.mark != "- " && self.out.ends_with('\n') && !self.out.ends_with("\n\n") {
                self.out.push('\n');
            }
            let one_line = self.mark.starts_with('#');
            self.out.push_str(&self.mark);
            if one_line {
                self.out.push_str(&block.split_whitespace().collect::<Vec<_>>().join(" "));
            } else {
                self.out.push_str(block);
            }
            self.out.push_str(gap);
        }
        self.mark.clear();
    }
}

/// Each row by itself: with the names of its columns if there are any, else as `first: second` or with bars.
fn written(rows: Vec<Row>) -> String {
    let mut rows = rows.into_iter().filter(|row| row.cells.iter().any(|cell| !cell.trim().is_empty())).peekable();
    let header = rows.next_if(|row| row.is_header && row.cells.len() > 1).map(|row| row.cells);
    let mut lines = Vec::new();
    if rows.peek().is_none()
        && let Some(header) = &header
    {
        lines.push(joined(header, " | "));
    }
    for row in rows {
        let line = match &header {
            Some(names) => {
                let named = row.cells.iter().zip(names.iter().map(String::as_str).chain(std::iter::repeat("")));
                let cells: Vec<String> = named
                    .map(|(cell, name)| (cell.trim(), name.trim()))
                    .filter(|(cell, _)| !cell.is_empty())
                    .map(|(cell, name)| if name.is_empty() { cell.to_owned() } else { format!("{name}: {cell}") })
                    .collect();
                cells.join("; ")
            }
            None if row.cells.len() == 2 => joined(&row.cells, ": "),
            None => joined(&row.cells, " | "),
        };
        lines.push(format!("- {line}"));
    }
    lines.join("\n")
}

fn joined(cells: &[String], between: &str) -> String {
    cells.iter().map(|cell| cell.trim()).filter(|cell| !cell.is_empty()).collect::<Vec<_>>().join(between)
}
