//! pprof's colours: from green (less) over grey (nothing) to red (everything).

use crate::graphics::Colour;

/// What is coloured.
#[derive(Clone, Copy)]
pub(in crate::report) enum Paint {
    /// Dark and strong.
    Line,
    /// Light and pale.
    Fill,
}

impl Paint {
    /// From green (-1) over grey (0) to red (1). Source: pprof's `dotColor`.
    pub(in crate::report) fn colour(self, score: f64) -> Colour {
        let (saturation, brightness) = match self {
            Self::Line => (1.0, 0.7),
            Self::Fill => (0.1, 0.93),
        };
        // `clamp` keeps what is no number: a share of nothing.
        let score = score.clamp(-1.0, 1.0);
        let size = score.abs();
        let saturation = if size < 0.2 {
            saturation * (size / 0.2)
        } else {
            saturation
        };
        // Away from grey, so that the sign is seen.
        let shifted = size.powf(0.3);
        let other = brightness * (1.0 - saturation * shifted);
        let (red, green) = if score < 0.0 {
            (other, brightness)
        } else {
            (brightness, other)
        };
        let blue = brightness * (1.0 - saturation);
        let byte = |part: f64| (part * 255.0) as u8;
        Colour(byte(red), byte(green), byte(blue))
    }
}
