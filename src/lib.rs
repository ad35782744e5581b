//! heaptui.
pub mod analyze;
pub mod cli;
pub mod decode;
pub mod encode;
pub mod error;
pub mod load;
pub mod model;
pub mod progress;
pub mod report;
pub mod source;
pub mod ui;
