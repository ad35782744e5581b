//! Pictures as PDF: one page of the picture's size. Letters are outlines that are mapped to characters, so that text can be
//! searched and copied and no font is needed.

use std::io::{self, Write};

use flate2::Compression;
use flate2::write::ZlibEncoder;
use pdf_writer::types::{SystemInfo, UnicodeCmap};
use pdf_writer::writers::Resources;
use pdf_writer::{Content, Filter, Finish, Name, Pdf, Rect, Ref, Str, TextStr};
use rustc_hash::FxHashMap;

use super::font::{self, Font};
use super::{Anchor, BOLD, Colour, DASH, Pen, Picture, Segment, Shape, Text};

/// Units of a page are 1/72 inch, those of a picture 1/96.
const SCALE: f64 = 72.0 / 96.0;
/// The longest side of a page that all programs accept.
const MAX_SIDE: f64 = 14_400.0;
/// The side of the square on which letters are drawn.
const EM: f64 = 1000.0;
/// The part of it that letters may occupy, with room for wide and bold ones.
const LETTER: Rect = Rect {
    x1: -1000.0,
    y1: -600.0,
    x2: 2200.0,
    y2: 1400.0,
};

pub(super) fn shrunk(picture: &Picture) -> f64 {
    (MAX_SIDE / (picture.width.max(picture.height) * SCALE)).min(1.0)
}

pub(super) fn write(picture: &Picture, out: &mut dyn Write) -> io::Result<()> {
    let scale = SCALE * shrunk(picture);
    let mut page = Page {
        content: Content::new(),
        alphabet: Alphabet::default(),
    };
    let (width, height) = ((picture.width * scale) as f32, (picture.height * scale) as f32);
    page.fill(picture.background);
    page.content.rect(0.0, 0.0, width, height).fill_nonzero();
    // Flip the y axis: it grows downwards from here on.
    page.content
        .transform([scale as f32, 0.0, 0.0, -scale as f32, 0.0, height]);
    for shape in picture.groups.iter().flat_map(|group| &group.shapes) {
        page.draw(shape);
    }
    let mut file = Pdf::new();
    let [catalog, pages, only, content, info, resources] = [1, 2, 3, 4, 5, 6].map(Ref::new);
    file.catalog(catalog).pages(pages);
    file.pages(pages).kids([only]).count(1);
    file.page(only)
        .media_box(Rect::new(0.0, 0.0, width, height))
        .parent(pages)
        .contents(content)
        .pair(Name(b"Resources"), resources);
    file.stream(content, &deflated(&page.content.finish())?)
        .filter(Filter::FlateDecode);
    file.document_info(info)
        .title(TextStr(&picture.title))
        .producer(TextStr("heaptui"));
    page.alphabet.write(&mut file, resources)?;
    out.write_all(&file.finish())
}

fn deflated(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes)?;
    encoder.finish()
}

/// The letters in use, in order of first use.
#[derive(Default)]
struct Alphabet {
    letters: Vec<Letter>,
    numbers: FxHashMap<Letter, usize>,
}

/// A character and whether it is bold.
type Letter = (char, bool);

/// How many letters a PDF font has: one per byte, except 0.
const FONT: usize = 255;

impl Alphabet {
    /// The font of a letter, and its byte in that font.
    fn code(&mut self, letter: Letter) -> (usize, u8) {
        let next = self.letters.len();
        let number = *self.numbers.entry(letter).or_insert(next);
        if number == next {
            self.letters.push(letter);
        }
        (number / FONT, (number % FONT) as u8 + 1)
    }

    /// Writes the fonts and the list of them.
    fn write(&self, file: &mut Pdf, resources: Ref) -> io::Result<()> {
        let drawn = Font::new()?;
        let mut next = resources.get();
        let mut new = || {
            next += 1;
            Ref::new(next)
        };
        let mut fonts = Vec::new();
        for letters in self.letters.chunks(FONT) {
            let (font, meaning) = (new(), new());
            let outlines: Vec<Ref> = letters.iter().map(|_| new()).collect();
            let mut widths = Vec::new();
            for (&letter, &id) in letters.iter().zip(&outlines) {
                let (outline, width) = outline(&drawn, letter);
                file.stream(id, &deflated(&outline)?).filter(Filter::FlateDecode);
                widths.push(width);
            }
            describe(file, (font, meaning), &outlines, &widths);
            file.stream(meaning, &deflated(&meanings(letters))?)
                .filter(Filter::FlateDecode);
            fonts.push(font);
        }
        let mut all = file.indirect(resources).start::<Resources<'_>>();
        let mut names = all.fonts();
        for (number, font) in fonts.into_iter().enumerate() {
            names.pair(Name(font_name(number).as_bytes()), font);
        }
        Ok(())
    }
}

fn font_name(number: usize) -> String {
    format!("F{number}")
}

/// Writes a font whose letters are drawn by these streams and have these widths.
fn describe(file: &mut Pdf, (id, meaning): (Ref, Ref), outlines: &[Ref], widths: &[f32]) {
    let last = outlines.len() as u8;
    let names: Vec<String> = (1..=last).map(|code| format!("g{code}")).collect();
    let mut font = file.type3_font(id);
    let unit = (1.0 / EM) as f32;
    font.bbox(LETTER).matrix([unit, 0.0, 0.0, unit, 0.0, 0.0]);
    font.first_char(1).last_char(last).widths(widths.iter().copied());
    font.to_unicode(meaning);
    let codes = names.iter().map(|name| Name(name.as_bytes()));
    font.encoding_custom().differences().consecutive(1, codes.clone());
    let mut procedures = font.char_procs();
    codes.zip(outlines).for_each(|(name, &outline)| {
        procedures.pair(name, outline);
    });
    procedures.finish();
    font.resources().finish();
}

/// The drawing of a letter and its width.
fn outline(font: &Font, (char, is_bold): Letter) -> (Vec<u8>, f32) {
    let (steps, advance) = font.letter(char);
    let width = (advance * EM) as f32;
    let mut content = Content::new();
    content.start_shape_glyph(width, LETTER.x1, LETTER.y1, LETTER.x2, LETTER.y2);
    trace(&mut content, &steps, |length| (length * EM) as f32, -1.0);
    if !steps.is_empty() {
        if is_bold {
            content.set_line_width((BOLD * EM) as f32).fill_nonzero_and_stroke();
        } else {
            content.fill_nonzero();
        }
    }
    (content.finish().to_vec(), width)
}

/// Maps the bytes of a font to characters.
fn meanings(letters: &[Letter]) -> Vec<u8> {
    let system = SystemInfo {
        registry: Str(b"Adobe"),
        ordering: Str(b"UCS"),
        supplement: 0,
    };
    let mut map = UnicodeCmap::<u8>::new(Name(b"Custom"), system);
    for (code, &(char, _)) in (1..).zip(letters) {
        map.pair(code, char);
    }
    map.finish().to_vec()
}

struct Page {
    content: Content,
    alphabet: Alphabet,
}

impl Page {
    fn draw(&mut self, shape: &Shape) {
        match shape {
            Shape::Rect { area, fill, line } => {
                self.prepare(*fill, *line);
                let [x, y, width, height] = [area.x, area.y, area.width, area.height].map(|length| length as f32);
                self.content.rect(x, y, width, height);
                self.paint(*fill, *line);
            }
            Shape::Path { steps, fill, line } => {
                self.prepare(*fill, *line);
                trace(&mut self.content, steps, |length| length as f32, 1.0);
                self.paint(*fill, *line);
            }
            Shape::Text(text) => self.text(text),
        }
    }

    /// Sets the colours and stroke of the next path.
    fn prepare(&mut self, fill: Option<Colour>, line: Option<Pen>) {
        if let Some(colour) = fill {
            self.fill(colour);
        }
        if let Some(line) = line {
            let [red, green, blue] = parts(line.colour);
            let dash = DASH.map(|length| length as f32);
            let dash = if line.dashed { &dash[..] } else { &[] };
            self.content
                .set_stroke_rgb(red, green, blue)
                .set_line_width(line.width as f32)
                .set_dash_pattern(dash.iter().copied(), 0.0);
        }
    }

    /// Paints the current path.
    fn paint(&mut self, fill: Option<Colour>, line: Option<Pen>) {
        match (fill, line) {
            (Some(_), Some(_)) => self.content.fill_nonzero_and_stroke(),
            (Some(_), None) => self.content.fill_nonzero(),
            (None, Some(_)) => self.content.stroke(),
            (None, None) => self.content.end_path(),
        };
    }

    fn text(&mut self, text: &Text) {
        let left = match text.anchor {
            Anchor::Start | Anchor::Fit(_) => text.at.x,
            Anchor::Middle => text.at.x - font::width(&text.text, text.size) / 2.0,
        };
        let size = text.size as f32;
        self.fill(text.colour);
        if text.bold {
            let [red, green, blue] = parts(text.colour);
            self.content.set_stroke_rgb(red, green, blue).set_dash_pattern([], 0.0);
        }
        self.content.begin_text();
        self.content
            .set_text_matrix([1.0, 0.0, 0.0, -1.0, left as f32, text.at.y as f32]);
        let codes: Vec<(usize, u8)> = text
            .text
            .chars()
            .map(|char| self.alphabet.code((char, text.bold)))
            .collect();
        for run in codes.chunk_by(|(a, _), (b, _)| a == b) {
            let name = font_name(run[0].0);
            let bytes: Vec<u8> = run.iter().map(|(_, code)| *code).collect();
            self.content.set_font(Name(name.as_bytes()), size).show(Str(&bytes));
        }
        self.content.end_text();
    }

    fn fill(&mut self, colour: Colour) {
        let [red, green, blue] = parts(colour);
        self.content.set_fill_rgb(red, green, blue);
    }
}

fn parts(Colour(red, green, blue): Colour) -> [f32; 3] {
    [red, green, blue].map(|part| f32::from(part) / 255.0)
}

/// Appends segments; `flip` is -1 if y grows upwards.
fn trace(content: &mut Content, steps: &[Segment], length: impl Fn(f64) -> f32, flip: f64) {
    let x_y = |point: super::Point| (length(point.x), length(point.y * flip));
    for step in steps {
        match *step {
            Segment::Move(to) => {
                let (x, y) = x_y(to);
                content.move_to(x, y);
            }
            Segment::Line(to) => {
                let (x, y) = x_y(to);
                content.line_to(x, y);
            }
            Segment::Curve(a, b, to) => {
                let ((x1, y1), (x2, y2), (x, y)) = (x_y(a), x_y(b), x_y(to));
                content.cubic_to(x1, y1, x2, y2, x, y);
            }
            Segment::Close => {
                content.close_path();
            }
        }
    }
}
