//! Bars of eighths of a cell.

const EIGHTHS: [char; 8] = [' ', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/// A bar of `width` cells for a share of 1. Something that is not 0 shows at least a hair; a negative
/// share is hatched.
pub(in super::super) fn bar(share: f64, width: usize) -> String {
    let size = if share.is_finite() { share.abs().min(1.0) } else { 0.0 };
    let mut eighths = (size * width as f64 * 8.0).round() as usize;
    if eighths == 0 && size > 0.0 && width > 0 {
        eighths = 1;
    }
    let (full, rest) = (eighths / 8, eighths % 8);
    let mut bar: String = if share < 0.0 {
        "▒".repeat(full.max(1).min(width))
    } else {
        "█".repeat(full)
    };
    if rest > 0 && share > 0.0 {
        bar.push(EIGHTHS[rest]);
    }
    let missing = width.saturating_sub(bar.chars().count());
    bar.push_str(&" ".repeat(missing));
    bar
}

#[cfg(test)]
mod tests {
    use super::bar;

    #[test]
    fn bars_fill_their_width() {
        for (share, drawn) in [
            (1.0, "████"),
            (0.5, "██  "),
            (0.0, "    "),
            (0.001, "▏   "),
            (-0.5, "▒▒  "),
            (f64::NAN, "    "),
            (7.0, "████"),
        ] {
            assert_eq!(bar(share, 4), drawn, "{share}");
        }
        assert_eq!(bar(1.0, 0), "");
    }
}
