//! Pictures show what `dot` shows: every node and every call with its value, read back with somebody else's parser of
//! each format, for every fixture and for names made to break out of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use hayro_syntax::Pdf;
use hayro_syntax::object::{Dict, Object, Stream};
use hayro_syntax::page::Page;
use heaptui::graphics::{Area, Colour, Shape, blocks};
use heaptui::model::{Function, Label, LabelValue, Line, Profile, ValueType};
use heaptui::report::{self, Environment, Options};
use roxmltree::{Document, Node};
use unicode_width::UnicodeWidthStr;

use crate::support::fixtures;

/// Names that end attributes, elements, texts and documents, or that XML has no way to write.
const NAMES: &[&[u8]] = &[
    b"\"><script>alert(1)</script>",
    b"' onload='alert(1)",
    b"</title></g></svg>",
    b"<![CDATA[",
    b"]]>",
    b"<!--",
    b"&amp;&#0;&nosuch;",
    b"%s{0}\\n\\\"",
    b"a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q.r.s.t.u.v.w.x.y.z",
    b"\x1b[2J\0\x7f",
    b"\xff\xfe",
    "\u{fffe}\u{ffff}\u{fdd0}".as_bytes(),
    "\u{2028}\u{202e}\u{feff}".as_bytes(),
    "函数👩\u{200d}👧e\u{301}".as_bytes(),
    b"(Tj) ET endstream endobj %%EOF",
    b" two  blanks ",
    b"",
];

/// All names in one stack, each with a value, a label of its own and a size.
fn hostile() -> Profile {
    let mut profile = Profile::default();
    let text = |profile: &mut Profile, bytes: &[u8]| profile.strings.intern(bytes);
    let [kind, unit, key] = [NAMES[0], NAMES[1], b"bytes"].map(|bytes| text(&mut profile, bytes));
    profile.sample_types.push(ValueType { kind, unit });
    profile.comments.push(kind);
    let mut stack = Vec::new();
    for (number, name) in (1..).zip(NAMES) {
        let name = text(&mut profile, name);
        let function = profile.add_function(Function {
            name,
            filename: name,
            ..Function::default()
        });
        let line = Line {
            function,
            line: number,
            column: 0,
        };
        stack.insert(0, profile.add_location(None, 0, &[line]));
        let labels = [
            Label {
                key: name,
                value: LabelValue::Text(name),
            },
            Label {
                key,
                value: LabelValue::Number {
                    value: number,
                    unit: name,
                },
            },
        ];
        let labels = profile.labels.intern(&labels);
        profile.add_sample(&stack, labels, &[number * 10]);
    }
    profile
}

/// Every profile under a name.
fn profiles() -> Vec<(String, Arc<Profile>)> {
    let hostile = ("hostile names".to_string(), Arc::new(hostile()));
    std::iter::once(hostile).chain(fixtures::all()).collect()
}

/// Options to try, each a list of settings.
const OPTIONS: &[&[(&str, &str)]] = &[
    &[],
    &[("nodecount", "5"), ("drop_negative", "true")],
    &[("lines", "true"), ("trim", "false")],
    &[("mean", "true"), ("call_tree", "true")],
    &[("addresses", "true"), ("unit", "kb"), ("sample_index", "0")],
];

fn written(profile: &Arc<Profile>, name: &str, settings: &[(&str, &str)]) -> (Vec<u8>, Vec<String>) {
    let mut options = Options::default();
    for (name, value) in settings {
        let row = report::option(name).expect("an option");
        row.set(&mut options, value).expect("a value");
    }
    let row = report::report(name).expect("a report");
    let mut bytes = Vec::new();
    let warnings = report::write(profile, row, None, &options, &Environment::default(), &mut bytes).expect("a picture");
    (bytes, warnings)
}

fn text(profile: &Arc<Profile>, name: &str, settings: &[(&str, &str)]) -> String {
    String::from_utf8(written(profile, name, settings).0).expect("text")
}

/// How often each tooltip comes.
type Tooltips = BTreeMap<String, usize>;

fn count(tooltips: impl IntoIterator<Item = String>) -> Tooltips {
    tooltips.into_iter().fold(Tooltips::new(), |mut all, tooltip| {
        *all.entry(tooltip).or_default() += 1;
        all
    })
}

/// The tooltips of a drawing's nodes, `name (cum)`, and of its calls, `from -> to (value)`, to nodes that are in it.
fn of_dot(dot: &str) -> [Tooltips; 2] {
    let dot = as_xml(dot);
    let tooltip = |line: &str| {
        let (_, rest) = line.split_once(" tooltip=\"").expect("a tooltip");
        let mut out = String::new();
        let mut chars = rest.chars();
        while let Some(char) = chars.next().filter(|&char| char != '"') {
            out.push(if char == '\\' {
                chars.next().expect("a character")
            } else {
                char
            });
        }
        out
    };
    let is_number = |text: &str| text.strip_prefix('N').is_some_and(|id| id.parse::<u32>().is_ok());
    let first = |line: &str| line.split(' ').next().is_some_and(is_number);
    let lines = || dot.lines().filter(|line| first(line));
    let calls = lines().filter(|line| {
        let mut words = line.split(' ').skip(1);
        words.next() == Some("->") && words.next().is_some_and(|to| is_number(to) && to != "N0")
    });
    let nodes = lines().filter(|line| line.split(' ').nth(1).is_some_and(|word| word.starts_with("[label=")));
    [count(nodes.map(tooltip)), count(calls.map(tooltip))]
}

/// XML has no way to write the characters that are none.
fn as_xml(text: &str) -> String {
    text.replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}")
}

fn child<'n>(node: Node<'n, 'n>, name: &str) -> Option<&'n str> {
    node.children().find(|child| child.has_tag_name(name))?.text()
}

fn groups<'d>(document: &'d Document<'d>, class: &'static str) -> impl Iterator<Item = Node<'d, 'd>> {
    document
        .descendants()
        .filter(move |node| node.attribute("class") == Some(class))
}

#[test]
fn svg_has_what_dot_has() {
    for (name, profile) in profiles() {
        for settings in OPTIONS {
            let what = format!("{name} {settings:?}");
            let dot = text(&profile, "dot", settings);
            let svg = text(&profile, "svg", settings);
            let document = Document::parse(&svg).unwrap_or_else(|error| panic!("{what}: {error}"));
            let [nodes, calls] = of_dot(&dot);
            let titles =
                |class| groups(&document, class).map(|node| child(node, "title").expect("a tooltip").to_string());
            let first_line = |title: String| title.split('\n').next().unwrap_or_default().to_string();
            assert_eq!(count(titles("node").map(first_line)), nodes, "{what}");
            assert_eq!(count(titles("edge")), calls, "{what}");
            let tags = dot.lines().filter(|line| line.contains(" shape=box3d ")).count();
            assert_eq!(groups(&document, "tag").count(), tags, "{what}");
            check(&document, &what);
        }
    }
}

fn number(node: Node<'_, '_>, name: &str) -> f64 {
    let value = node.attribute(name).unwrap_or_else(|| panic!("{node:?} has no {name}"));
    value
        .parse()
        .unwrap_or_else(|_| panic!("{name} of {node:?} is no number"))
}

/// What holds for every picture: nothing in it is run or fetched, everything is on the page, texts fit into their
/// boxes, and boxes do not overlap.
fn check(document: &Document<'_>, what: &str) {
    let root = document.root_element();
    assert!(
        root.attribute("aria-label").is_some_and(|label| !label.is_empty()),
        "{what}"
    );
    let (width, height) = (number(root, "width"), number(root, "height"));
    assert_eq!(
        root.attribute("viewBox"),
        Some(&*format!("0 0 {width} {height}")),
        "{what}"
    );
    for node in root.descendants().filter(Node::is_element) {
        let name = node.tag_name().name();
        let known = ["svg", "title", "style", "rect", "g", "path", "text"];
        assert!(known.contains(&name), "{what}: <{name}>");
        for attribute in node.attributes() {
            let (name, value) = (attribute.name(), attribute.value());
            let runs = name.starts_with("on") || name == "href" || value.contains("url(");
            assert!(!runs, "{what}: {name}={value}");
        }
    }
    let boxes = ["node", "tag", "legend"]
        .into_iter()
        .flat_map(|class| groups(document, class));
    let boxes: Vec<[f64; 4]> = boxes.map(|group| extent(group, what)).collect();
    for (at, &[left, top, right, bottom]) in boxes.iter().enumerate() {
        assert!(
            left > 0.0 && top > 0.0 && right < width && bottom < height,
            "{what}: on the page"
        );
        for other in &boxes[..at] {
            let apart = right < other[0] || other[2] < left || bottom < other[1] || other[3] < top;
            assert!(apart, "{what}: {:?} and {other:?} overlap", boxes[at]);
        }
    }
}

/// The left, upper, right and lower side of a box, in which its texts must be. Letters are 0.602 of their size wide.
fn extent(group: Node<'_, '_>, what: &str) -> [f64; 4] {
    let rect = group
        .children()
        .find(|child| child.has_tag_name("rect"))
        .expect("a box");
    let [x, y, width, height] = ["x", "y", "width", "height"].map(|name| number(rect, name));
    for text in group.children().filter(|child| child.has_tag_name("text")) {
        let (size, baseline) = (number(text, "font-size"), number(text, "y"));
        let shown = text.text().unwrap_or_default();
        assert!(shown.width() as f64 * 0.602 * size <= width, "{what}: {shown:?} fits");
        assert!(
            y + 0.7 * size < baseline && baseline + 0.2 * size < y + height,
            "{what}: {shown:?} fits"
        );
    }
    [x, y, x + width, y + height]
}

/// The texts of a picture in the order in which they are drawn.
fn texts(document: &Document<'_>) -> Vec<String> {
    let texts = document.descendants().filter(|node| node.has_tag_name("text"));
    texts.map(|node| node.text().unwrap_or_default().to_string()).collect()
}

#[test]
fn png_is_the_same_picture() {
    let some = [
        "hostile names",
        "orders.heap.pb.gz",
        "deltas.heap.pb.gz",
        "shapes.names.pb.gz",
    ];
    let is_one = |(name, _): &(String, _)| some.iter().any(|some| name.ends_with(some));
    for (name, profile) in profiles().into_iter().filter(is_one) {
        let svg = text(&profile, "svg", &[]);
        let document = Document::parse(&svg).expect("XML");
        let (bytes, warnings) = written(&profile, "png", &[]);
        let mut reader = png::Decoder::new(std::io::Cursor::new(bytes))
            .read_info()
            .expect("a PNG");
        let mut pixels = vec![0; reader.output_buffer_size().expect("a size")];
        let info = reader.next_frame(&mut pixels).expect("a picture");
        assert_eq!(info.color_type, png::ColorType::Rgba, "{name}");
        let width = number(document.root_element(), "width");
        let scale = f64::from(info.width) / width;
        let is_whole = (0.99..2.01).contains(&scale);
        assert!(
            is_whole || warnings.iter().any(|warning| warning.contains("of its size")),
            "{name} is drawn at {scale}: {warnings:?}"
        );
        let pixel = |x: f64, y: f64| {
            let at = ((y * scale) as usize * info.width as usize + (x * scale) as usize) * 4;
            format!("#{:02x}{:02x}{:02x}", pixels[at], pixels[at + 1], pixels[at + 2])
        };
        for group in groups(&document, "node") {
            let rect = group
                .children()
                .find(|child| child.has_tag_name("rect"))
                .expect("a box");
            let [left, top, _, bottom] = extent(group, &name);
            let middle = (top + bottom) / 2.0;
            let [fill, stroke] = ["fill", "stroke"].map(|name| rect.attribute(name).map(String::from));
            assert_eq!(Some(pixel(left + 5.0, middle)), fill, "{name}: inside of a box");
            let border = Some(pixel(left, middle));
            match scale.fract() {
                0.0 => assert_eq!(border, stroke, "{name}: on its border"),
                // A thin border covers no whole pixel there.
                _ => assert!(
                    border != fill && border.as_deref() != Some("#ffffff"),
                    "{name}: on its border, at {scale}"
                ),
            }
        }
        let dark = pixels
            .chunks(4)
            .filter(|pixel| pixel[..3].iter().all(|part| *part < 64))
            .count();
        assert!(dark > 500, "{name}: there is text");
    }
}

#[test]
fn letters_that_the_font_lacks_are_named() {
    let profile = Arc::new(hostile());
    for (name, lacks) in [("svg", None), ("png", Some("函 数 👩")), ("pdf", Some("函 数 👩"))] {
        let (_, warnings) = written(&profile, name, &[]);
        let said = warnings.iter().find(|warning| warning.contains("lacks"));
        let is_right = match (said, lacks) {
            (Some(said), Some(letters)) => said.contains(letters),
            (said, lacks) => said.is_none() && lacks.is_none(),
        };
        assert!(is_right, "{name}: {warnings:?}");
    }
}

#[test]
fn pdf_says_the_same() {
    for (name, profile) in profiles() {
        let svg = text(&profile, "svg", &[]);
        let document = Document::parse(&svg).expect("XML");
        let (bytes, _) = written(&profile, "pdf", &[]);
        let file = Pdf::new(bytes).expect("a PDF");
        let [page] = &file.pages()[..] else {
            panic!("{name}: not one page")
        };
        let found = of_pdf(page).into_iter().map(|text| as_xml(&text));
        assert_eq!(found.collect::<Vec<_>>(), texts(&document), "{name}");
    }
}

/// The texts of a page, by what its fonts say that their bytes mean.
fn of_pdf(page: &Page<'_>) -> Vec<String> {
    let fonts = &page.resources().fonts;
    let meaning = |name: &[u8]| {
        let map: Dict<'_> = fonts.get(name).expect("a font");
        let map: Stream<'_> = map.get(b"ToUnicode").expect("a map");
        let map = String::from_utf8(map.decoded().expect("a map").into_owned()).expect("text");
        let pairs = map.lines().filter_map(|line| {
            let (code, units) = line.strip_prefix('<')?.strip_suffix('>')?.split_once("> <")?;
            // The range of the codes is in the map too.
            let code = u8::from_str_radix(code, 16).ok().filter(|_| units.len() >= 4)?;
            let unit = |at: usize| u16::from_str_radix(&units[at..at + 4], 16).expect("a number");
            let units: Vec<u16> = (0..units.len()).step_by(4).map(unit).collect();
            Some((code, String::from_utf16(&units).expect("a character")))
        });
        pairs.collect::<BTreeMap<u8, String>>()
    };
    let meanings: BTreeMap<Vec<u8>, _> = fonts.keys().map(|name| (name.to_vec(), meaning(&name))).collect();
    let (mut texts, mut font) = (Vec::new(), Vec::new());
    let mut operations = page.operations();
    while let Some(operation) = operations.next() {
        match (&**operation.operator, operation.operands().next()) {
            (b"BT", None) => texts.push(String::new()),
            (b"Tf", Some(Object::Name(name))) => font = name.to_vec(),
            (b"Tj", Some(Object::String(bytes))) => {
                let last = texts.last_mut().expect("a text");
                bytes
                    .as_bytes()
                    .iter()
                    .for_each(|byte| last.push_str(&meanings[&font][byte]));
            }
            (b"BT" | b"Tf" | b"Tj", operand) => panic!("{operand:?} is shown as a text"),
            _ => {}
        }
    }
    texts
}

/// What blocks cover of a cell of 8 by 16: eighths of it. Source: their names in Unicode.
const COVERED: &[(&str, f64)] = &[
    ("█░▒▓", 8.0),
    ("▇▉", 7.0),
    ("▆▊▙▛▜▟", 6.0),
    ("▅▋", 5.0),
    ("▀▄▌▐▚▞", 4.0),
    ("▃▍", 3.0),
    ("▂▎▖▗▘▝", 2.0),
    ("▁▏▔▕", 1.0),
];

/// A cell, away from the corner.
const CELL: Area = Area {
    x: 24.0,
    y: 48.0,
    width: 8.0,
    height: 16.0,
};

fn areas(char: char) -> Option<Vec<Area>> {
    let shapes = blocks(char, CELL, Colour::WHITE, Colour::BLACK)?;
    let rect = |shape: &Shape| match shape {
        Shape::Rect { area, .. } => Some(*area),
        _ => None,
    };
    Some(shapes.iter().filter_map(rect).collect())
}

#[test]
fn blocks_fill_their_part_of_a_cell() {
    for (chars, eighths) in COVERED {
        for char in chars.chars() {
            let areas = areas(char).expect("a block");
            let covered: f64 = areas.iter().map(|area| area.width * area.height).sum();
            assert_eq!(covered, eighths * 16.0, "{char}");
        }
    }
    for char in ('\u{2500}'..='\u{259f}').chain('\u{2800}'..='\u{28ff}') {
        for Area { x, y, width, height } in areas(char).unwrap_or_default() {
            let is_inside = x >= 24.0 && y >= 48.0 && x + width <= 32.0 && y + height <= 64.0;
            assert!(is_inside && width > 0.0 && height > 0.0, "{char} stays in its cell");
        }
    }
    let corner = |char: char| areas(char).map(|areas| (areas[0].x, areas[0].y));
    for (char, place) in [
        ('▘', (24.0, 48.0)),
        ('▝', (28.0, 48.0)),
        ('▖', (24.0, 56.0)),
        ('▗', (28.0, 56.0)),
    ] {
        assert_eq!(corner(char), Some(place), "{char}");
    }
    // Which sides of the cell lines reach: up, right, down, left.
    for (char, sides) in [
        ('─', "rl"),
        ('│', "ud"),
        ('┌', "rd"),
        ('┴', "url"),
        ('╼', "rl"),
        ('╵', "u"),
        ('╬', "urdl"),
        ('╔', "rd"),
        ('╝', "ul"),
        ('╟', "urd"),
        ('╤', "rdl"),
        ('┢', "urd"),
    ] {
        let areas = areas(char).expect("lines");
        let reached = |side: &char| {
            areas.iter().any(|area| match side {
                'u' => area.y == 48.0,
                'r' => area.x + area.width == 32.0,
                'd' => area.y + area.height == 64.0,
                _ => area.x == 24.0,
            })
        };
        assert_eq!("urdl".chars().filter(reached).collect::<String>(), sides, "{char}");
    }
    for bits in 0..=255u32 {
        let char = char::from_u32(0x2800 + bits).expect("a braille pattern");
        let dots = areas(char).map(|areas| areas.len());
        assert_eq!(dots, Some(bits.count_ones() as usize), "{char}");
    }
    assert_eq!(areas('a'), None, "letters are the font's");
}
