//! Pictures as PNG.

use std::io::{self, Write};

use tiny_skia::{Color, FillRule, Paint, Path, PathBuilder, Pixmap, Rect, Stroke, StrokeDash, Transform};

use super::font::{self, Font};
use super::{Anchor, BOLD, Colour, DASH, Pen, Picture, Point, Segment, Shape, Text};

/// Pixels per unit of length: sharp on screens with a high resolution.
const SCALE: f64 = 2.0;
/// The most pixels in all: 160 MB while drawing.
const MAX_PIXELS: f64 = 40e6;
/// The most pixels in a row or column: what other programs can open.
const MAX_SIDE: f64 = 32_000.0;

/// Pixels per unit of length: fewer for a large picture.
fn scale(picture: &Picture) -> f64 {
    let (width, height) = (picture.width, picture.height);
    let by_area = (MAX_PIXELS / (width * height)).sqrt();
    SCALE.min(by_area).min(MAX_SIDE / width.max(height))
}

pub(super) fn shrunk(picture: &Picture) -> f64 {
    scale(picture).min(1.0)
}

pub(super) fn write(picture: &Picture, out: &mut dyn Write) -> io::Result<()> {
    let scale = scale(picture);
    let side = |length: f64| (length * scale).ceil() as u32;
    let sized = Pixmap::new(side(picture.width), side(picture.height));
    let mut pixels = sized.ok_or_else(|| io::Error::other("the picture has no size"))?;
    let Colour(red, green, blue) = picture.background;
    pixels.fill(Color::from_rgba8(red, green, blue, 255));
    let mut canvas = Canvas {
        font: Font::new()?,
        transform: Transform::from_scale(scale as f32, scale as f32),
        pixels,
    };
    for shape in picture.groups.iter().flat_map(|group| &group.shapes) {
        canvas.draw(shape);
    }
    encode(&canvas.pixels, scale, out)
}

/// The background is opaque, so premultiplied colours are those of the pixels.
fn encode(pixels: &Pixmap, scale: f64, out: &mut dyn Write) -> io::Result<()> {
    let (width, height) = (pixels.width(), pixels.height());
    let mut encoder = png::Encoder::new(out, width, height);
    encoder.set_color(png::ColorType::Rgba);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::Balanced);
    // An inch is 96 units of length.
    let per_metre = (96.0 * scale / 0.0254).round() as u32;
    encoder.set_pixel_dims(Some(png::PixelDimensions {
        xppu: per_metre,
        yppu: per_metre,
        unit: png::Unit::Meter,
    }));
    let mut writer = encoder.write_header()?;
    writer.write_image_data(pixels.data())?;
    writer.finish()?;
    Ok(())
}

struct Canvas {
    font: Font,
    transform: Transform,
    pixels: Pixmap,
}

impl Canvas {
    fn draw(&mut self, shape: &Shape) {
        match shape {
            Shape::Rect { area, fill, line } => {
                let [x, y, width, height] = [area.x, area.y, area.width, area.height].map(|length| length as f32);
                let Some(rect) = Rect::from_xywh(x, y, width, height) else {
                    return;
                };
                self.paint(&PathBuilder::from_rect(rect), *fill, *line);
            }
            Shape::Path { steps, fill, line } => {
                let mut builder = PathBuilder::new();
                trace(&mut builder, steps, Point::default(), 1.0);
                if let Some(path) = builder.finish() {
                    self.paint(&path, *fill, *line);
                }
            }
            Shape::Text(text) => self.text(text),
        }
    }

    fn text(&mut self, text: &Text) {
        let left = match text.anchor {
            Anchor::Start | Anchor::Fit(_) => text.at.x,
            Anchor::Middle => text.at.x - font::width(&text.text, text.size) / 2.0,
        };
        let mut builder = PathBuilder::new();
        for (x, steps) in self.font.letters(&text.text) {
            let at = Point {
                x: left + x * text.size,
                y: text.at.y,
            };
            trace(&mut builder, &steps, at, text.size);
        }
        let line = text.bold.then_some(Pen {
            colour: text.colour,
            width: BOLD * text.size,
            dashed: false,
        });
        if let Some(path) = builder.finish() {
            self.paint(&path, Some(text.colour), line);
        }
    }

    fn paint(&mut self, path: &Path, fill: Option<Colour>, line: Option<Pen>) {
        if let Some(colour) = fill {
            let (paint, rule) = (solid(colour), FillRule::Winding);
            self.pixels.fill_path(path, &paint, rule, self.transform, None);
        }
        if let Some(line) = line {
            let stroke = Stroke {
                width: line.width as f32,
                dash: line
                    .dashed
                    .then(|| StrokeDash::new(DASH.map(|length| length as f32).to_vec(), 0.0))
                    .flatten(),
                ..Stroke::default()
            };
            let paint = solid(line.colour);
            self.pixels.stroke_path(path, &paint, &stroke, self.transform, None);
        }
    }
}

fn solid(Colour(red, green, blue): Colour) -> Paint<'static> {
    let mut paint = Paint::default();
    paint.set_color_rgba8(red, green, blue, 255);
    paint
}

/// Appends segments, scaled by `times` and moved by `from`.
fn trace(builder: &mut PathBuilder, steps: &[Segment], from: Point, times: f64) {
    let place = |point: Point| {
        let (x, y) = (from.x + point.x * times, from.y + point.y * times);
        (x as f32, y as f32)
    };
    for step in steps {
        match *step {
            Segment::Move(to) => {
                let (x, y) = place(to);
                builder.move_to(x, y);
            }
            Segment::Line(to) => {
                let (x, y) = place(to);
                builder.line_to(x, y);
            }
            Segment::Curve(a, b, to) => {
                let ((x1, y1), (x2, y2), (x, y)) = (place(a), place(b), place(to));
                builder.cubic_to(x1, y1, x2, y2, x, y);
            }
            Segment::Close => builder.close(),
        }
    }
}
