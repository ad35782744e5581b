//! Keys: how they are written ([`chord`]), what can be asked for ([`action`]), which key asks for what by default ([`table`]) and in
//! force ([`bindings`]), and the screen that lists them ([`help`]).

pub(super) mod action;
pub(super) mod bindings;
pub(super) mod chord;
pub(super) mod help;
#[cfg(test)]
mod laws;
mod table;
