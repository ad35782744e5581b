//! Searching: what is on the screen follows what is typed, and goes back to where it was.

use regex::Regex;

use crate::error::Result;
use crate::ui::app::ask::Ask;
use crate::ui::app::overlay::Overlay;
use crate::ui::app::{App, Message};
use crate::ui::event::Effect;
use crate::ui::keys::action::{Action, KeyContext, Toward};
use crate::ui::search::{Letters, Reading, Sought};
use crate::ui::view::{View, calls, top};
use crate::ui::widget::list::Tally;
use crate::ui::widget::pane;

/// Where a search began.
pub(in crate::ui) enum Origin {
    Pane(pane::Place),
    View {
        view: Box<dyn View>,
        selected: String,
        chosen: Option<String>,
        search: Option<Sought>,
    },
}

impl App {
    /// Where a search would begin now.
    pub(in crate::ui) fn origin(&mut self) -> Origin {
        match self.pane() {
            Some(pane) => Origin::Pane(pane.place()),
            None => Origin::View {
                view: self.views[self.front].kept(),
                selected: self.session.selected.clone(),
                chosen: self.session.chosen.clone(),
                search: self.session.search.clone(),
            },
        }
    }

    /// Goes back to where a search began.
    pub(in crate::ui) fn go_back(&mut self, origin: &Origin) {
        match origin {
            Origin::Pane(place) => {
                if let Some(pane) = self.pane() {
                    pane.go_to(place.clone());
                }
            }
            Origin::View {
                view,
                selected,
                chosen,
                search,
            } => {
                self.views[self.front] = view.kept();
                self.session.selected.clone_from(selected);
                self.session.chosen.clone_from(chosen);
                self.session.search.clone_from(search);
                self.refresh();
            }
        }
    }

    /// Shows what is found by what is typed so far, from where the search began.
    pub(in crate::ui) fn preview(&mut self) -> Option<Effect> {
        let question = self.question().filter(|question| question.ask == Ask::Search)?;
        let (origin, typed) = (question.origin.take()?, question.prompt.value().to_string());
        self.go_back(&origin);
        let effect = self.look_for(&typed).unwrap_or_default();
        self.message = None;
        self.question()?.origin = Some(origin);
        effect
    }

    /// Searches, and says what came of it.
    pub(in crate::ui) fn search(&mut self, typed: &str) -> Option<Effect> {
        let before = self.session.selected.clone();
        let effect = self.look_for(typed).unwrap_or_default();
        let sought = self.sought()?.clone();
        let finds_nothing = Message::Note(format!("Nothing matches {typed:?}."));
        if !self.finds(&sought.expression) {
            self.message = Some(finds_nothing);
        } else if self.pane().is_none()
            && self.view() == top::ID
            && before == self.session.selected
            && self.tally().is_some_and(|tally| tally.count == 0)
        {
            let tab = self.session.keys.label(Action::Tab(Toward::Next), &[KeyContext::Views]);
            let title = KeyContext::View(calls::ID).title();
            let note = format!("What matches is too small for this list; {tab} to {title} finds it.");
            self.message = Some(Message::Note(note));
        }
        if let Some(note) = sought.note() {
            self.message = Some(match self.message.take() {
                Some(Message::Note(rest)) => Message::Note(format!("{note} {rest}")),
                Some(problem) => problem,
                None => Message::Note(note),
            });
        }
        effect
    }

    /// Reads what is searched for.
    ///
    /// # Errors
    /// As [`Sought::read`].
    pub(in crate::ui) fn read_search(&self, typed: &str) -> Result<Option<Sought>> {
        Sought::read("search", typed, Letters::Smart, |expression| self.finds(expression))
    }

    /// What stands beside a search that is being typed.
    pub(in crate::ui) fn search_note(&self) -> Option<String> {
        let (sought, tally) = (self.sought()?, self.tally()?);
        let reading = match sought.reading {
            Reading::Expression => "",
            Reading::Invalid | Reading::Unmatched => "as text: ",
        };
        Some(format!("{reading}{}", tally.words()))
    }

    /// Goes to the first match from where one is, which may be one already.
    fn look_for(&mut self, typed: &str) -> Result<Option<Effect>> {
        let (sought, body) = (self.read_search(typed), self.regions().body);
        if let Some(pane) = self.pane() {
            pane.search(sought?, body);
            return Ok(None);
        }
        self.session.search = sought.as_ref().ok().cloned().flatten();
        let Some(search) = &sought? else {
            return Ok(self.ask_for_view());
        };
        let is_there = match self.views[self.front].tally(&self.session) {
            Some(tally) => tally.nth.is_some(),
            None => search.is_match(&self.session.selected),
        };
        Ok(if is_there {
            self.ask_for_view()
        } else {
            self.act(Action::Match(Toward::Next))
        })
    }

    /// Whether an expression finds anything in the text over the view, or in the view and what it could show.
    fn finds(&self, expression: &Regex) -> bool {
        if let Some(Overlay::Pane(pane)) = self.over_body() {
            return pane.finds(expression);
        }
        let finds = self.views[self.front].finds(&self.session, expression);
        finds.unwrap_or_else(|| {
            let mut names = self
                .session
                .listing()
                .into_iter()
                .flat_map(|listing| listing.by_name.keys());
            names.any(|name| expression.is_match(name))
        })
    }

    /// What is searched for where a search is.
    fn sought(&self) -> Option<&Sought> {
        match self.over_body() {
            Some(Overlay::Pane(pane)) => pane.sought(),
            _ => self.session.search.as_ref(),
        }
    }

    fn tally(&self) -> Option<Tally> {
        match self.over_body() {
            Some(Overlay::Pane(pane)) => pane.tally(),
            _ => self.views[self.front].tally(&self.session),
        }
    }

    fn over_body(&self) -> Option<&Overlay> {
        self.overlay.as_ref().and_then(Overlay::over_body)
    }
}
