//! The theme against the palettes of terminals in use.

use super::*;

type Rgb = (u8, u8, u8);

/// A terminal's colours: the sixteen, text, background.
struct Palette {
    name: &'static str,
    ground: Ground,
    sixteen: [Rgb; 16],
    text: Rgb,
    background: Rgb,
}

const XTERM: [Rgb; 16] = [
    (0, 0, 0),
    (205, 0, 0),
    (0, 205, 0),
    (205, 205, 0),
    (0, 0, 238),
    (205, 0, 205),
    (0, 205, 205),
    (229, 229, 229),
    (127, 127, 127),
    (255, 0, 0),
    (0, 255, 0),
    (255, 255, 0),
    (92, 92, 255),
    (255, 0, 255),
    (0, 255, 255),
    (255, 255, 255),
];
const CODE: [Rgb; 16] = [
    (0, 0, 0),
    (205, 49, 49),
    (13, 188, 121),
    (229, 229, 16),
    (36, 114, 200),
    (188, 63, 188),
    (17, 168, 205),
    (204, 204, 204),
    (102, 102, 102),
    (241, 76, 76),
    (35, 209, 139),
    (245, 245, 67),
    (59, 142, 234),
    (214, 112, 214),
    (41, 184, 219),
    (255, 255, 255),
];
const MAC: [Rgb; 16] = [
    (0, 0, 0),
    (194, 54, 33),
    (37, 188, 36),
    (173, 173, 39),
    (73, 46, 225),
    (211, 56, 211),
    (51, 187, 200),
    (203, 204, 205),
    (129, 131, 131),
    (252, 57, 31),
    (49, 231, 34),
    (234, 236, 35),
    (88, 51, 255),
    (249, 53, 248),
    (20, 240, 240),
    (233, 235, 235),
];
const SOLARIZED: [Rgb; 16] = [
    (7, 54, 66),
    (220, 50, 47),
    (133, 153, 0),
    (181, 137, 0),
    (38, 139, 210),
    (211, 54, 130),
    (42, 161, 152),
    (238, 232, 213),
    (101, 123, 131),
    (203, 75, 22),
    (88, 110, 117),
    (101, 123, 131),
    (131, 148, 150),
    (108, 113, 196),
    (147, 161, 161),
    (253, 246, 227),
];

const PALETTES: &[Palette] = &[
    Palette {
        name: "xterm",
        ground: Ground::Dark,
        sixteen: XTERM,
        text: (229, 229, 229),
        background: (0, 0, 0),
    },
    Palette {
        name: "xterm, light",
        ground: Ground::Light,
        sixteen: XTERM,
        text: (0, 0, 0),
        background: (255, 255, 255),
    },
    Palette {
        name: "Visual Studio Code",
        ground: Ground::Dark,
        sixteen: CODE,
        text: (204, 204, 204),
        background: (18, 18, 24),
    },
    Palette {
        name: "macOS Basic",
        ground: Ground::Light,
        sixteen: MAC,
        text: (0, 0, 0),
        background: (255, 255, 255),
    },
    Palette {
        name: "Solarized Light",
        ground: Ground::Light,
        sixteen: SOLARIZED,
        text: (101, 123, 131),
        background: (253, 246, 227),
    },
];

/// How bright, of 1. Source: WCAG 2.1, relative luminance.
fn luminance((red, green, blue): Rgb) -> f64 {
    let linear = |part: u8| match f64::from(part) / 255.0 {
        part if part <= 0.040_45 => part / 12.92,
        part => ((part + 0.055) / 1.055).powf(2.4),
    };
    0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
}

/// Source: WCAG 2.1, contrast ratio.
fn contrast(a: Rgb, b: Rgb) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

fn shown(colour: Option<Color>, own: Rgb, palette: &Palette) -> Rgb {
    let number = match tint(colour.unwrap_or(Color::Reset)) {
        Tint::Own => return own,
        Tint::Exact(red, green, blue) => return (red, green, blue),
        Tint::Numbered(number) => usize::from(number),
    };
    palette.sixteen[number]
}

/// Every style with its name; bars are not read, only seen.
fn styles(theme: Theme) -> Vec<(String, Style)> {
    let named = [
        ("text", theme.text()),
        ("quiet", theme.quiet()),
        ("heading", theme.heading()),
        ("value", theme.value()),
        ("function", theme.function()),
        ("keyword", theme.keyword()),
        ("literal", theme.literal()),
        ("bar", theme.bar()),
        ("related", theme.related()),
        ("cursor", theme.cursor()),
        ("active", theme.active()),
        ("key", theme.key()),
        ("found", theme.found()),
        ("merged", theme.merged()),
        ("filter", theme.filter()),
        ("error", theme.error()),
    ];
    let heat = [-0.3, 0.7, 0.3, 0.03, 0.0].map(|share| (format!("heat of {share}"), theme.heat(share)));
    let packages = ('a'..='z').flat_map(|name| {
        let shade = move |function| theme.frame(&name.to_string(), &format!("{name}.{function}"));
        (0..8).map(move |function| (format!("package {name}, {function}"), shade(function)))
    });
    let changes = [-0.5, -0.1, -0.01, 0.01, 0.1, 0.5].map(|share| (format!("change of {share}"), theme.change(share)));
    let named = named.map(|(name, style)| (name.to_string(), style));
    named.into_iter().chain(heat).chain(packages).chain(changes).collect()
}

#[test]
fn every_text_can_be_read_on_every_palette() {
    let mut wrong = Vec::new();
    for palette in PALETTES {
        let own = contrast(palette.text, palette.background);
        for depth in [Depth::None, Depth::Sixteen, Depth::All] {
            for ground in [palette.ground, Ground::Either] {
                for (name, style) in styles(Theme::new(Colours::on(depth, ground))) {
                    // A palette whose own text is fainter than that has no better.
                    let enough = if name == "bar" || own < 4.5 { 3.0 } else { 4.5 };
                    let text = shown(style.fg, palette.text, palette);
                    let background = shown(style.bg, palette.background, palette);
                    let ratio = contrast(text, background);
                    let is_dim = style.add_modifier.contains(Modifier::DIM);
                    if ratio < enough || is_dim {
                        wrong.push(format!(
                            "{}, {depth:?} on {ground:?}: {name} has {ratio:.2} of {enough}",
                            palette.name
                        ));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn colours_are_those_that_there_are_and_none_is_all_that_tells_things_apart() {
    for ground in [Ground::Dark, Ground::Light, Ground::Either] {
        for depth in [Depth::None, Depth::Sixteen, Depth::All] {
            let theme = Theme::new(Colours::on(depth, ground));
            for (name, style) in styles(theme) {
                for colour in [style.fg, style.bg].into_iter().flatten() {
                    let is_rgb = matches!(colour, Color::Rgb(..));
                    assert!(
                        depth != Depth::None && is_rgb == (depth == Depth::All),
                        "{depth:?} {name}: {colour:?}"
                    );
                }
            }
            for style in [
                theme.cursor(),
                theme.active(),
                theme.found(),
                theme.error(),
                theme.heading(),
                theme.related(),
            ] {
                assert_ne!(
                    style,
                    Style::new(),
                    "what tells something apart does so without colour too"
                );
            }
        }
    }
}

#[test]
fn the_ground_is_what_the_terminal_says() {
    for (answer, ground) in [
        ("rgb:ffff/ffff/ffff", Some(Ground::Light)),
        ("rgb:fdfd/f6f6/e3e3", Some(Ground::Light)),
        ("rgb:00/2b/36", Some(Ground::Dark)),
        ("#1e1e2e", Some(Ground::Dark)),
        ("rgb:0000/0000", None),
        ("", None),
    ] {
        assert_eq!(Ground::from_answer(answer), ground, "{answer}");
    }
    for (value, ground) in [
        ("15;0", Ground::Dark),
        ("0;15", Ground::Light),
        ("0;default;15", Ground::Light),
        ("7;8", Ground::Dark),
        ("15;default", Ground::Either),
        ("", Ground::Either),
    ] {
        assert_eq!(Ground::from_variable(value), ground, "{value}");
    }
    let asked = Theme::new(Colours {
        ask: Ask::Yes,
        ..Colours::on(Depth::All, Ground::Either)
    });
    let told = Theme::new(Colours::DARK);
    assert_eq!(asked.on(Ground::Light).colours.ground, Ground::Light);
    assert_eq!(
        told.on(Ground::Light).colours.ground,
        Ground::Dark,
        "what the user says counts"
    );
}
