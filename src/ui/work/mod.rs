//! What the screen asks for and who finds it out: questions and answers ([`answers`]), the threads that work
//! ([`threads`]).

pub(super) mod answers;
pub(super) mod threads;
