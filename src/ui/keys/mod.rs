//! Keys: how they are written ([`chord`]), what each does where ([`table`]), and the screen that lists them ([`help`]).

pub(super) mod chord;
pub(super) mod help;
pub(super) mod table;
