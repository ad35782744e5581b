//! Lays a graph out and says where everything is, and how long that took: `layout < GRAPH`, for
//! `benches/against-graphviz.py`. The graph is lines of words:
//!
//! ```text
//! spacing NODE EDGE RANK
//! node WIDTH HEIGHT
//! edge FROM TO WEIGHT [LABEL_WIDTH LABEL_HEIGHT]
//! ```
//!
//! Nodes are counted from 0. The answer is `ms BEST_OF_FIVE`, `size WIDTH HEIGHT`, and in the order of the graph
//! `node LEFT TOP WIDTH HEIGHT RANK`, `edge X Y X Y …`, `label X Y` (or only `label`), and `rank TOP BOTTOM`.

use std::error::Error;
use std::fmt::Write as _;
use std::io::{Read, Write};
use std::time::Instant;

use heaptui::layout::{Edge, Size, Spacing, layout};

fn main() -> Result<(), Box<dyn Error>> {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text)?;
    let mut spacing = Spacing {
        node: 24.0,
        edge: 12.0,
        rank: 48.0,
    };
    let (mut nodes, mut edges) = (Vec::new(), Vec::new());
    for line in text.lines() {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        let numbers = rest
            .split_whitespace()
            .map(str::parse)
            .collect::<Result<Vec<f64>, _>>()?;
        match (word, &numbers[..]) {
            ("spacing", &[node, edge, rank]) => spacing = Spacing { node, edge, rank },
            ("node", &[width, height]) => nodes.push(Size { width, height }),
            ("edge", &[from, to, weight, ref label @ ..]) => edges.push(Edge {
                from: from as usize,
                to: to as usize,
                weight: weight as u32,
                min_ranks: 1,
                label: match *label {
                    [width, height] => Some(Size { width, height }),
                    _ => None,
                },
            }),
            _ => return Err(format!("not a line of a graph: {line}").into()),
        }
    }
    let mut drawing = layout(&nodes, &edges, spacing);
    let mut best = f64::INFINITY;
    for _ in 0..5 {
        let start = Instant::now();
        drawing = layout(&nodes, &edges, spacing);
        best = best.min(start.elapsed().as_secs_f64() * 1e3);
    }
    let mut answer = format!("ms {best}\nsize {} {}\n", drawing.size.width, drawing.size.height);
    for placed in &drawing.boxes {
        let (x, y, rank) = (placed.x, placed.y, placed.rank);
        writeln!(answer, "node {x} {y} {} {} {rank}", placed.width, placed.height)?;
    }
    for route in &drawing.routes {
        answer.push_str("edge");
        for point in route {
            write!(answer, " {} {}", point.x, point.y)?;
        }
        answer.push('\n');
    }
    for label in &drawing.labels {
        match label {
            Some(middle) => writeln!(answer, "label {} {}", middle.x, middle.y)?,
            None => answer.push_str("label\n"),
        }
    }
    for (top, bottom) in &drawing.ranks {
        writeln!(answer, "rank {top} {bottom}")?;
    }
    Ok(std::io::stdout().write_all(answer.as_bytes())?)
}
