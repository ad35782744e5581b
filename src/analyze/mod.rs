//! Analyses of a profile: which samples, mapped to which nodes, with which sums.
//!
//! Three steps, each a value that can be kept while later ones change:
//! [`Scope`] (filters: which samples, which of their frames) → [`Frames`] (granularity: which node a frame
//! is) → [`Graph`] (one sample type: flat and cum of nodes, weights of edges), trimmed as pprof does.
//! Knows no text layout, terminal, file or clock. Sums saturate: they never wrap or panic.

mod call_tree;
mod calls;
mod churn;
mod closures;
mod contexts;
mod coverage;
mod excerpt;
mod filepath;
mod filter;
mod frames;
mod go_sort;
pub mod goroutines;
mod graph;
pub mod hosts;
mod icicle;
mod labels;
pub mod leaks;
pub mod memory;
mod node_score;
mod origin;
mod packed_stacks;
mod pattern;
mod places;
mod prune;
mod stack_tree;
mod sums;
mod tagfilter;
mod tagframes;
mod tags;
mod total;
mod trim;
mod wait;

pub use call_tree::{CallTree, Direction, TreeNode, TreeNodeId};
pub use churn::{Block, Churn, ENOUGH_SAMPLES, NodeChurn};
pub use closures::spell_closures_as;
pub use contexts::Paths;
pub use coverage::covered;
pub use excerpt::excerpt;
pub use filepath::{base as base_name, trim as trim_path};
pub use filter::{Filters, Scope, Span};
pub use frames::{Frames, Granularity, Names, NodeId, NodeIdentity, NodeInfo};
pub use graph::{Basis, Edge, EdgeId, Graph, Node, Weights, by_size, mean};
pub use icicle::{Icicle, Part, Tile};
pub use labels::LabelUnits;
pub use node_score::MAX_TAGS;
pub use origin::{Origin, is_runtime, origin, package};
pub use pattern::compile as compile_pattern;
pub use places::{CallSites, HeaviestLine, heaviest_lines};
pub use stack_tree::{ChainId, ChainSums, Drawn, StackTree};
pub use sums::{Groups, NO_GROUP, group_sums, own_sums};
pub use tagfilter::TagFilter;
pub use tagframes::{TagFrames, with_tag_frames};
pub use tags::{NodeTags, Tag, TagGroup};
pub use total::{DIFF_BASE, total};
pub use trim::{CallIdentity, GraphUse, Sort, TrimLimits, TrimPlan, Trimmed};
pub use wait::wait_state;
