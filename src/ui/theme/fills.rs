//! Backgrounds of frames: a hue for each package, a shade of it for each function; in comparisons by sign and amount.
//! Letters can be read on all of them.

use ratatui::style::{Color, Style};

use super::{Depth, Ground, rgb};

/// Hues of packages with the letters on them, and what their shades lean to.
struct Hues {
    packages: [u32; 8],
    /// More than before, from little to much; less than before.
    more: [u32; 3],
    less: [u32; 3],
    letters: u32,
    toward: u8,
}

/// Muted: a screen full of them does not glare.
const DARK: Hues = Hues {
    packages: [
        0x3a4f6e, 0x33583f, 0x54456e, 0x2c585d, 0x6b4635, 0x464f5a, 0x673f5d, 0x535a31,
    ],
    more: [0x4d3236, 0x6b3238, 0x8c333b],
    less: [0x2f4438, 0x2c573d, 0x276a41],
    letters: 0xf4f5f7,
    toward: 0xff,
};

const LIGHT: Hues = Hues {
    packages: [
        0xd3dcec, 0xd0e5d3, 0xe2d6ee, 0xcde5e5, 0xf2dccf, 0xdde2e7, 0xf0d6e5, 0xe3e7c8,
    ],
    more: [0xf6e0e0, 0xf2c4c4, 0xeba5a5],
    less: [0xdcefdf, 0xbfe3c7, 0x9dd3ab],
    letters: 0x101014,
    toward: 0x00,
};

/// Between both, for a ground that is not known.
const EITHER: Hues = Hues {
    packages: [
        0x9fb7d4, 0xa3c8ab, 0xc2abd8, 0x9cc6c6, 0xd8b39e, 0xb9c4ce, 0xd2a8c2, 0xbfca96,
    ],
    more: [0xdcbcbc, 0xdea5a5, 0xe08e8e],
    less: [0xbcd2c1, 0xa3ceae, 0x8ac89a],
    letters: 0x101014,
    toward: 0x00,
};

const PACKAGES_OF_SIXTEEN: [Color; 4] = [Color::Cyan, Color::Green, Color::LightCyan, Color::Gray];

/// How far shades lean, in 1/256.
const SHADES: [u32; 4] = [0, 8, 16, 24];

fn hues(ground: Ground) -> &'static Hues {
    match ground {
        Ground::Dark => &DARK,
        Ground::Light => &LIGHT,
        Ground::Either => &EITHER,
    }
}

fn on(hues: &Hues, fill: u32) -> Style {
    Style::new().bg(rgb(fill)).fg(rgb(hues.letters))
}

/// The background of a function of a package.
pub(super) fn package(depth: Depth, ground: Ground, package: &str, function: &str) -> Style {
    let at = hash(package);
    match depth {
        Depth::None => Style::new(),
        Depth::Sixteen => Style::new()
            .bg(PACKAGES_OF_SIXTEEN[at % PACKAGES_OF_SIXTEEN.len()])
            .fg(Color::Black),
        Depth::All => {
            let hues = hues(ground);
            let (hue, lean) = (
                hues.packages[at % hues.packages.len()],
                SHADES[hash(function) % SHADES.len()],
            );
            let toward = u32::from(hues.toward);
            let [_, channels @ ..] = hue.to_be_bytes();
            let shade = channels.into_iter().fold(0, |shade, channel| {
                (shade << 8) | ((u32::from(channel) * (256 - lean) + toward * lean) / 256)
            });
            on(hues, shade)
        }
    }
}

/// The background of what has become more or less, by this part of the total.
pub(super) fn change(depth: Depth, ground: Ground, share: f64) -> Style {
    let step = match share.abs() {
        much if much >= 0.25 => 2,
        some if some >= 0.05 => 1,
        _ => 0,
    };
    let hues = hues(ground);
    match depth {
        Depth::None | Depth::Sixteen => Style::new(),
        Depth::All if share < 0.0 => on(hues, hues.less[step]),
        Depth::All => on(hues, hues.more[step]),
    }
}

/// FNV-1a: what it gives is the same on every machine.
fn hash(text: &str) -> usize {
    let hash = text.bytes().fold(0x811c_9dc5_u32, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    });
    (hash >> 8) as usize
}
