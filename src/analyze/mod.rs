//! Questions asked of a profile: which samples, as which nodes, adding up to what.
//!
//! Three steps, each a value that can be kept while the later ones change:
//! [`Scope`] (filters: which samples, which of their frames) → [`Frames`] (granularity: which node a frame
//! is) → [`Graph`] (one sample type: flat and cum of nodes, weights of edges), trimmed as pprof trims.
//! Knows no text layout, terminal, file or clock. Sums saturate: they never wrap and never panic.

mod calltree;
mod excerpt;
mod filter;
mod frames;
mod graph;
mod path;
mod pattern;
mod places;
mod prune;
mod total;
mod trim;

pub use calltree::{CallTree, Direction, TreeNode, TreeNodeId};
pub use excerpt::excerpt;
pub use filter::{Filters, Scope, Span};
pub use frames::{Frames, Granularity, NodeId, NodeInfo, Shape};
pub use graph::{Edge, EdgeId, Graph, Node, Weights};
pub use path::{base as base_name, trim as trim_path};
pub use pattern::compile as compile_pattern;
pub use places::heaviest_lines;
pub use total::{DIFF_BASE, total};
pub use trim::{Limits, Sort, Trimmed};
