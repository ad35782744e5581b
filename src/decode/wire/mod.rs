//! The format's messages, for the small tables and for writing. The file is generated and checked in, so
//! that a build needs neither protoc nor a build script; samples are decoded without these types.

#![allow(missing_docs, clippy::all, unreachable_pub, dead_code)]

#[rustfmt::skip]
mod generated;

pub(crate) use generated::*;
