//! What a page shows: its operators, followed as far as they move text.

use std::sync::Arc;

use hayro_syntax::content::TypedIter;
use hayro_syntax::content::ops::TypedInstruction as Do;
use hayro_syntax::object::{Array, Dict, Name, Number, Object};
use hayro_syntax::page::{Page, Resources};

use super::Fonts;
use super::font::Font;
use super::lines::{Lines, Piece};
use crate::{CHARACTERS_MAX, DocumentError};

/// Forms in forms.
const FORMS_MAX: usize = 8;
/// States that are remembered at once.
const STATES_MAX: usize = 256;
/// So many operators has no page for people.
const OPERATORS_MAX: usize = 2_000_000;
/// So many operators between two looks at the time.
const BETWEEN: usize = 1_024;

/// A transformation: `[a b c d e f]`.
type Matrix = [f64; 6];

const IDENTITY: Matrix = [1.0, 0.0, 0.0, 1.0, 0.0, 0.0];

#[derive(Clone)]
struct State {
    matrix: Matrix,
    font: Option<Arc<Font>>,
    size: f64,
    leading: f64,
    between_chars: f64,
    between_words: f64,
    stretch: f64,
    rise: f64,
}

struct Reader<'r> {
    fonts: &'r mut Fonts,
    lines: &'r mut Lines,
    in_time: &'r dyn Fn() -> bool,
    operators: usize,
}

pub(super) fn read(
    page: &Page<'_>,
    fonts: &mut Fonts,
    lines: &mut Lines,
    in_time: &dyn Fn() -> bool,
) -> Result<(), DocumentError> {
    if !in_time() {
        return Err(DocumentError::TooSlow);
    }
    let state = State {
        matrix: IDENTITY,
        font: None,
        size: 1.0,
        leading: 0.0,
        between_chars: 0.0,
        between_words: 0.0,
        stretch: 1.0,
        rise: 0.0,
    };
    let mut reader = Reader { fonts, lines, in_time, operators: 0 };
    let content = page.page_stream().unwrap_or_default();
    reader.content(content, page.resources(), state, 0)
}

impl Reader<'_> {
    fn content(
        &mut self,
        content: &[u8],
        resources: &Resources<'_>,
        state: State,
        depth: usize,
    ) -> Result<(), DocumentError> {
        let mut operators = TypedIter::new(content);
        let mut states: Vec<State> = Vec::new();
        let mut now = state;
        let (mut text, mut line) = (IDENTITY, IDENTITY);
        // What is marked as no part of the text, such as a page's number.
        let mut marks: Vec<bool> = Vec::new();
        while let Some(operator) = operators.next() {
            self.operators += 1;
            if self.operators > OPERATORS_MAX {
                return Err(DocumentError::TooLong);
            }
            if self.operators.is_multiple_of(BETWEEN) {
                if !(self.in_time)() {
                    return Err(DocumentError::TooSlow);
                }
                if self.lines.len() > CHARACTERS_MAX * 4 {
                    return Err(DocumentError::TooLong);
                }
            }
            match operator {
                Do::SaveState(_) if states.len() < STATES_MAX => states.push(now.clone()),
                Do::RestoreState(_) => now = states.pop().unwrap_or(now),
                Do::Transform(by) => {
                    now.matrix = times(&matrix([by.0, by.1, by.2, by.3, by.4, by.5]), &now.matrix);
                }
                Do::BeginText(_) => (text, line) = (IDENTITY, IDENTITY),
                Do::TextFont(set) => {
                    now.font = self.font(resources, set.0);
                    now.size = set.1.as_f64();
                }
                Do::TextLeading(set) => now.leading = set.0.as_f64(),
                Do::CharacterSpacing(set) => now.between_chars = set.0.as_f64(),
                Do::WordSpacing(set) => now.between_words = set.0.as_f64(),
                Do::HorizontalScaling(set) => now.stretch = set.0.as_f64() / 100.0,
                Do::TextRise(set) => now.rise = set.0.as_f64(),
                Do::NextLine(by) => next_line(&mut text, &mut line, by.0.as_f64(), by.1.as_f64()),
                Do::NextLineAndSetLeading(by) => {
                    now.leading = -by.1.as_f64();
                    next_line(&mut text, &mut line, by.0.as_f64(), by.1.as_f64());
                }
                Do::NextLineUsingLeading(_) => next_line(&mut text, &mut line, 0.0, -now.leading),
                Do::SetTextMatrix(to) => {
                    line = matrix([to.0, to.1, to.2, to.3, to.4, to.5]);
                    text = line;
                }
                Do::ShowText(shown) => self.show(&now, &mut text, shown.0, is_marked(&marks)),
                Do::NextLineAndShowText(shown) => {
                    next_line(&mut text, &mut line, 0.0, -now.leading);
                    self.show(&now, &mut text, shown.0, is_marked(&marks));
                }
                Do::ShowTextWithParameters(shown) => {
                    now.between_words = shown.0.as_f64();
                    now.between_chars = shown.1.as_f64();
                    next_line(&mut text, &mut line, 0.0, -now.leading);
                    self.show(&now, &mut text, shown.2, is_marked(&marks));
                }
                Do::ShowTexts(shown) => {
                    for item in shown.0.iter::<Object<'_>>() {
                        match item {
                            Object::String(string) => self.show(&now, &mut text, &string, is_marked(&marks)),
                            Object::Number(back) => {
                                let by = -back.as_f64() / 1_000.0 * now.size * now.stretch;
                                text = times(&[1.0, 0.0, 0.0, 1.0, by, 0.0], &text);
                            }
                            _ => {}
                        }
                    }
                }
                Do::BeginMarkedContent(mark) => mark_begins(&mut marks, mark.0),
                Do::BeginMarkedContentWithProperties(mark) => mark_begins(&mut marks, mark.0),
                Do::EndMarkedContent(_) => drop(marks.pop()),
                Do::XObject(form) if depth < FORMS_MAX && !is_marked(&marks) => {
                    self.form(resources, form.0, &now, depth)?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn form(
        &mut self,
        resources: &Resources<'_>,
        name: &Name<'_>,
        state: &State,
        depth: usize,
    ) -> Result<(), DocumentError> {
        let Some(form) = resources.get_x_object(name) else { return Ok(()) };
        if form.dict().get::<Name<'_>>("Subtype").as_ref().map(Name::as_str) != Some("Form") {
            return Ok(());
        }
        let Ok(content) = form.decoded() else { return Ok(()) };
        let mut inner = state.clone();
        let numbers: Vec<f64> =
            form.dict().get::<Array<'_>>("Matrix").iter().flat_map(|matrix| matrix.iter::<f64>()).take(6).collect();
        if let Ok(matrix) = Matrix::try_from(numbers) {
            inner.matrix = times(&matrix, &inner.matrix);
        }
        match form.dict().get::<Dict<'_>>("Resources") {
            Some(own) => self.content(&content, &Resources::new(own), inner, depth + 1),
            None => self.content(&content, resources, inner, depth + 1),
        }
    }

    fn font(&mut self, resources: &Resources<'_>, name: &Name<'_>) -> Option<Arc<Font>> {
        let dict = resources.get_font(name)?;
        let Some(id) = dict.obj_id() else { return Some(Arc::new(Font::read(&dict))) };
        let font = self.fonts.entry(id).or_insert_with(|| Arc::new(Font::read(&dict)));
        Some(Arc::clone(font))
    }

    /// Shows a text, and moves on behind it.
    fn show(&mut self, state: &State, text: &mut Matrix, bytes: &[u8], is_silent: bool) {
        let Some(font) = &state.font else { return };
        let begin = placed(state, text);
        let mut said = String::new();
        for glyph in font.glyphs(bytes) {
            let words = if glyph.is_space { state.between_words } else { 0.0 };
            let by = (glyph.width * state.size + state.between_chars + words) * state.stretch;
            *text = times(&[1.0, 0.0, 0.0, 1.0, by, 0.0], text);
            said.push_str(&glyph.text);
        }
        let end = placed(state, text);
        // How tall the text is on the page, whichever way it is turned.
        let size = begin[2].hypot(begin[3]) * state.size.abs();
        let is_upright = begin[0].abs() >= begin[1].abs();
        if is_silent || !size.is_finite() {
            return;
        }
        let (from, to, foot) = if is_upright {
            (begin[4].min(end[4]), begin[4].max(end[4]), begin[5])
        } else {
            (begin[5].min(end[5]), begin[5].max(end[5]), begin[4])
        };
        self.lines.piece(&Piece { text: &said, from, to, foot, size });
    }
}

fn placed(state: &State, text: &Matrix) -> Matrix {
    times(&times(&[1.0, 0.0, 0.0, 1.0, 0.0, state.rise], text), &state.matrix)
}

fn next_line(text: &mut Matrix, line: &mut Matrix, right: f64, up: f64) {
    *line = times(&[1.0, 0.0, 0.0, 1.0, right, up], line);
    *text = *line;
}

fn mark_begins(marks: &mut Vec<bool>, name: &Name<'_>) {
    if marks.len() < STATES_MAX {
        marks.push(name.as_str() == "Artifact");
    }
}

fn is_marked(marks: &[bool]) -> bool {
    marks.contains(&true)
}

fn matrix(numbers: [Number; 6]) -> Matrix {
    numbers.map(|number| number.as_f64())
}

/// `a` first, then `b`.
fn times(a: &Matrix, b: &Matrix) -> Matrix {
    [
        a[0] * b[0] + a[1] * b[2],
        a[0] * b[1] + a[1] * b[3],
        a[2] * b[0] + a[3] * b[2],
        a[2] * b[1] + a[3] * b[3],
        a[4] * b[0] + a[5] * b[2] + b[4],
        a[4] * b[1] + a[5] * b[3] + b[5],
    ]
}
