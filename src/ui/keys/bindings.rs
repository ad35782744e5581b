//! Which key does what, as it is in force: the defaults of [`table`](super::table), and what was changed since.

use crossterm::event::KeyEvent;

use super::action::{Action, KeyContext};
use super::chord::{self, Chord};
use super::{help, table};
use crate::error::{Error, Result};
use crate::ui::view::HOME;

/// Every key and what it does: what is pressed, the footer, help and messages all read it.
#[derive(Clone, Debug)]
pub struct Bindings {
    rows: Vec<Binding>,
}

/// The keys of an action where it acts, as a configuration has them.
#[derive(Clone, Debug)]
pub struct WrittenKeys {
    /// Where.
    pub context: &'static str,
    /// The action's name.
    pub action: String,
    /// Its keys, in the notation of [`Bindings::rebind`].
    pub keys: String,
    /// What it does.
    pub help: String,
}

/// Keys that belong together: a line of the help.
#[derive(Clone, Debug)]
pub(in crate::ui) struct Binding {
    /// Each key with what it does; the footer shows the first.
    pub(in crate::ui) keys: Vec<(Chord, Action)>,
    pub(in crate::ui) context: KeyContext,
    /// Its name in the footer; empty for keys that only the help lists.
    pub(in crate::ui) short: &'static str,
    pub(in crate::ui) help: &'static str,
}

impl Default for Bindings {
    fn default() -> Self {
        Self {
            rows: table::defaults(),
        }
    }
}

impl Bindings {
    /// Has other keys do something in a context: `rebind("views", "search", "<c-s>")`. What else they did in that
    /// context they do no more; without keys nothing does it.
    ///
    /// # Errors
    /// [`Error::Usage`] for a context, an action or a key that there is not.
    pub fn rebind(&mut self, context: &str, action: &str, keys: &str) -> Result<()> {
        let chords = chord::parse(keys).ok_or_else(|| Error::Usage(format!("{keys:?} has an unknown key")))?;
        let here = |row: &&mut Binding| row.context.name() == context;
        let does_it = |bound: &(Chord, Action)| bound.1.name() == action;
        let mut place = None;
        for (at, row) in self
            .rows
            .iter()
            .enumerate()
            .filter(|(_, row)| row.context.name() == context)
        {
            let found = row.keys.iter().position(does_it);
            place = place.or(found.map(|key| (at, key, row.keys[key].1)));
        }
        let (at, key, found) =
            place.ok_or_else(|| Error::Usage(format!("no key does {action:?} where context is {context:?}")))?;
        for row in self.rows.iter_mut().filter(here) {
            row.keys.retain(|bound| !does_it(bound) && !chords.contains(&bound.0));
        }
        let keys = &mut self.rows[at].keys;
        let key = key.min(keys.len());
        keys.splice(key..key, chords.into_iter().map(|chord| (chord, found)));
        Ok(())
    }

    /// What does what, as [`Bindings::rebind`] takes it, in the order of the help.
    pub fn written(&self) -> Vec<WrittenKeys> {
        let mut all: Vec<WrittenKeys> = Vec::new();
        let contexts = help::order();
        for row in contexts
            .iter()
            .flat_map(|context| self.rows.iter().filter(move |row| row.context == *context))
        {
            let (context, help) = (row.context.name(), row.help);
            // Letters of a menu are its own affair.
            let own = row.keys.iter().filter(|bound| !matches!(bound.1, Action::Letter(_)));
            for (chord, action) in own {
                let (action, keys) = (action.name().into_owned(), chord.notation());
                let same = |other: &&mut WrittenKeys| other.context == context && other.action == action;
                match all.iter_mut().find(same) {
                    Some(other) => other.keys.push_str(&keys),
                    None => all.push(WrittenKeys {
                        context,
                        action,
                        keys,
                        help: help.to_string(),
                    }),
                }
            }
        }
        all
    }

    /// Every key that does something somewhere, in the notation of [`Setup::keys`](crate::ui::Setup::keys).
    pub fn keys(&self) -> impl Iterator<Item = String> {
        let keys = self.rows.iter().flat_map(|row| &row.keys);
        keys.map(|(chord, _)| chord.notation())
    }

    /// All rows that have a key.
    pub(in crate::ui) fn rows(&self) -> impl Iterator<Item = &Binding> {
        self.rows.iter().filter(|row| !row.keys.is_empty())
    }

    /// The rows that act where all of `contexts` hold.
    pub(in crate::ui) fn active(&self, contexts: &[KeyContext]) -> impl Iterator<Item = &Binding> {
        self.rows().filter(|row| contexts.contains(&row.context))
    }

    /// What a key does where all of `contexts` hold.
    pub(in crate::ui) fn lookup(&self, chord: Chord, contexts: &[KeyContext]) -> Option<Action> {
        let mut keys = self.active(contexts).flat_map(|row| &row.keys);
        keys.find(|bound| bound.0 == chord).map(|bound| bound.1)
    }

    /// The label of the first key that does something where all of `contexts` hold.
    pub(in crate::ui) fn label(&self, action: Action, contexts: &[KeyContext]) -> String {
        let mut keys = self.active(contexts).flat_map(|row| &row.keys);
        let key = keys.find(|bound| bound.1 == action && self.lookup(bound.0, contexts) == Some(action));
        key.map_or_else(|| format!(":{}", action.name()), |bound| bound.0.label())
    }

    /// A row with a key that acts somewhere in a view, if not here; in the view that is known best, if there.
    pub(in crate::ui) fn elsewhere(&self, key: &KeyEvent) -> Option<&Binding> {
        let chord = Chord::pressed(key);
        let rows = self
            .rows()
            .filter(|row| !row.context.is_over_the_view() && row.context != KeyContext::Hosts);
        let with_key = rows.filter(|row| row.keys.iter().any(|bound| bound.0 == chord));
        with_key.min_by_key(|row| row.context != KeyContext::View(HOME))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::keys::action::Filter;

    #[test]
    fn another_key_is_another_row_of_the_table_and_nothing_else() {
        let rebound = |context: &str, action: &str, keys: &str| {
            let mut bindings = Bindings::default();
            bindings.rebind(context, action, keys).map(|()| bindings)
        };
        for row in Bindings::default().rows() {
            for &(_, action) in &row.keys {
                let (context, name) = (row.context, action.name());
                let bindings = rebound(context.name(), &name, "<f5>é").expect("an action that is bound");
                let does = |key: char| bindings.lookup(Chord::char(key), &[context]);
                assert_eq!(does('é'), Some(action), "{}: {name}", context.name());
                let here = bindings.rows().filter(|row| row.context == context);
                let all = here.flat_map(|row| &row.keys);
                let keys = all.filter(|bound| bound.1 == action).count();
                assert_eq!(keys, 2, "{}: the old keys of {name} are free", context.name());
            }
        }
        let taken = rebound("views", "export", "f").expect("a key that another action had");
        let focus = taken.label(Action::Filter(Filter::Focus), &[KeyContext::Views]);
        assert_eq!(focus, ":focus", "nothing is left that does it");
        for (context, action, keys) in [
            ("nowhere", "quit", "x"),
            ("views", "fly", "x"),
            ("views", "export", "<x>"),
        ] {
            let error = rebound(context, action, keys).expect_err("an error").to_string();
            assert!(
                [context, action, keys].iter().any(|word| error.contains(word)),
                "{error}"
            );
        }
    }
}
