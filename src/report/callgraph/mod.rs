//! The call graph as a drawing: what stands in its boxes and arrows ([`model`]), and that as Graphviz's language
//! ([`dot`]) or as a picture of our own layout ([`svg`]).

mod dot;
mod model;
mod paint;
mod svg;
mod tags;
mod words;

pub(in crate::report) use dot::write as write_dot;
pub(in crate::report) use svg::{Legend, picture, write as write_picture};
pub use words::shorten;
