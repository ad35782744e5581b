//! Search in the table of hosts: names, top functions and why one did not answer, as they are shown.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::HostsTable;
use crate::report::HostRow;
use crate::ui::keys::action::{Action, KeyContext, Toward};
use crate::ui::keys::chord::Chord;
use crate::ui::search::{Letters, Sought};
use crate::ui::widget::prompt::Prompt;

/// A search that is being typed.
pub(super) struct Finder {
    pub(super) prompt: Prompt,
    /// The host that the cursor was on.
    from: Option<usize>,
}

fn is_match(row: &HostRow, sought: &Sought) -> bool {
    row.cells.iter().any(|cell| sought.is_match(cell))
}

impl HostsTable {
    pub(super) fn begin_search(&mut self) {
        self.finder = Some(Finder {
            prompt: Prompt::new("/", String::new()),
            from: self.selected(),
        });
    }

    /// Takes a key while a search is typed.
    pub(super) fn type_search(&mut self, key: &KeyEvent) {
        let action = self.setup.bindings.lookup(Chord::pressed(key), &[KeyContext::Prompt]);
        let Some(finder) = &mut self.finder else { return };
        match (action, key.code) {
            (Some(Action::Accept), _) => {
                self.finder = None;
                if self.sought.is_some() && self.matches() == 0 {
                    self.message = Some("Nothing matches.".into());
                }
                return;
            }
            (Some(Action::Back), _) => {
                let from = finder.from;
                (self.finder, self.sought) = (None, None);
                self.go_to_host(from);
                return;
            }
            (Some(Action::Edit(request)), _) => finder.prompt.edit(request),
            (None, KeyCode::Char(char)) if (key.modifiers - KeyModifiers::SHIFT).is_empty() => {
                finder.prompt.insert(char)
            }
            _ => return,
        }
        let (typed, from) = (finder.prompt.value().to_string(), finder.from);
        let finds = |expression: &regex::Regex| {
            let cells = self.rows.iter().flat_map(|row| &row.cells);
            cells.into_iter().any(|cell| expression.is_match(cell))
        };
        let read = Sought::read("search", &typed, Letters::Smart, finds);
        self.go_to_host(from);
        let (sought, problem) = match read {
            Ok(sought) => (sought, None),
            Err(error) => (None, Some(error.to_string())),
        };
        self.sought = sought;
        if let Some(finder) = &mut self.finder {
            finder.prompt.problem = problem;
        }
        // Where one is already is good.
        let here = self.rows.get(self.list.at()).zip(self.sought.as_ref());
        if here.is_none_or(|(row, sought)| !is_match(row, sought)) {
            self.find(Toward::Next);
        }
    }

    /// Goes to the next row that matches.
    pub(super) fn find(&mut self, toward: Toward) {
        let Some(sought) = &self.sought else {
            return;
        };
        let area = self.places().rows;
        let next = self
            .list
            .next(toward, self.rows.len(), |at| is_match(&self.rows[at], sought));
        match next {
            Some(at) => self.list.go(at, self.rows.len(), area),
            None if self.finder.is_none() => self.message = Some("Nothing matches.".into()),
            None => {}
        }
    }

    /// How many rows match.
    fn matches(&self) -> usize {
        let sought = self.sought.iter();
        sought
            .flat_map(|sought| self.rows.iter().filter(|row| is_match(row, sought)))
            .count()
    }

    /// What stands beside a search.
    pub(super) fn search_note(&self) -> String {
        match (&self.sought, self.matches()) {
            (None, _) => String::new(),
            (Some(_), 0) => "nothing matches".into(),
            (Some(_), 1) => "1 host".into(),
            (Some(_), count) => format!("{count} hosts"),
        }
    }

    fn go_to_host(&mut self, host: Option<usize>) {
        let area = self.places().rows;
        let at = host.and_then(|host| self.rows.iter().position(|row| row.host == host));
        self.list.go(at.unwrap_or(0), self.rows.len(), area);
    }
}
