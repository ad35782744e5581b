//! Small pieces that views are drawn with.

pub(super) mod bar;
pub(super) mod chart;
pub(super) mod figure;
pub(super) mod list;
pub(super) mod menu;
pub(super) mod name;
pub(super) mod paint;
pub(super) mod pane;
pub(super) mod prompt;
