//! Questions asked of a profile: which samples, as which nodes, adding up to what.
//!
//! Three steps, each a value that can be kept while the later ones change:
//! [`Scope`] (filters: which samples, which of their frames) → [`Frames`] (granularity: which node a frame
//! is) → [`Graph`] (one sample type: flat and cum of nodes, weights of edges), trimmed as pprof trims.
//! Knows no text layout, terminal, file or clock. Sums saturate: they never wrap and never panic.

mod calls;
mod calltree;
mod contexts;
mod coverage;
mod excerpt;
mod filter;
mod frames;
mod graph;
mod icicle;
mod labels;
mod overlay;
mod packed;
mod path;
mod pattern;
mod places;
mod prune;
mod routes;
mod sums;
mod tagfilter;
mod tagframes;
mod tags;
mod ties;
mod total;
mod trim;
mod visual;

pub use calltree::{CallTree, Direction, TreeNode, TreeNodeId};
pub use contexts::Paths;
pub use coverage::covered;
pub use excerpt::excerpt;
pub use filter::{Filters, Scope, Span};
pub use frames::{Frames, Granularity, Names, NodeId, NodeInfo, Shape};
pub use graph::{Basis, Edge, EdgeId, Graph, Node, Weights, by_size, mean};
pub use icicle::{Icicle, Part, Tile};
pub use labels::LabelUnits;
pub use overlay::{ChainId, Column, Overlay};
pub use path::{base as base_name, trim as trim_path};
pub use pattern::compile as compile_pattern;
pub use places::heaviest_lines;
pub use tagfilter::TagFilter;
pub use tagframes::{TagFrames, with_tag_frames};
pub use tags::{NodeTags, Tag, TagGroup};
pub use total::{DIFF_BASE, total};
pub use trim::{Calls, Limits, Plan, Sort, Trimmed, View};
pub use visual::MAX_TAGS;
