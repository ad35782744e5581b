//! What lies over the view: one thing at a time, and a prompt over it.

use crate::ui::app::App;
use crate::ui::app::ask::Ask;
use crate::ui::app::find::Origin;
use crate::ui::event::Effect;
use crate::ui::keys::help;
use crate::ui::widget::{menu::Menu, pane::Pane, prompt::Prompt};
use crate::ui::work::host::Offer;

/// What lies over the view and takes the keys.
pub(in crate::ui) enum Overlay {
    /// A text: help, a report.
    Pane(Pane),
    /// The menu of exports.
    Exports(Menu),
    /// The menu of what the server offers.
    Offers(Menu, Vec<Offer>),
    /// A prompt on the last line.
    Prompt(Box<Question>),
}

/// What is being asked for.
pub(in crate::ui) struct Question {
    pub(in crate::ui) ask: Ask,
    pub(in crate::ui) prompt: Prompt,
    /// How what is typed is read, where that is not what one expects.
    pub(in crate::ui) note: Option<String>,
    /// Where a search began.
    pub(in crate::ui) origin: Option<Origin>,
    /// What the prompt was opened over, and goes back to.
    under: Option<Overlay>,
}

impl App {
    /// Opens a prompt over what there is, in place of another prompt.
    pub(in crate::ui) fn open_prompt(&mut self, ask: Ask, prompt: Prompt) {
        let under = match self.overlay.take() {
            Some(Overlay::Prompt(question)) => question.under,
            other => other,
        };
        let mut question = Question {
            ask,
            prompt,
            note: None,
            origin: None,
            under,
        };
        if ask == Ask::Search {
            self.overlay = question.under.take();
            question.origin = Some(self.origin());
            question.under = self.overlay.take();
        }
        self.overlay = Some(Overlay::Prompt(Box::new(question)));
    }

    /// Opens a text; a prompt stays over it.
    pub(in crate::ui) fn open_pane(&mut self, pane: Pane) {
        let pane = Some(Overlay::Pane(pane));
        match &mut self.overlay {
            Some(Overlay::Prompt(question)) => question.under = pane,
            overlay => *overlay = pane,
        }
    }

    /// Opens the help on the view in front.
    pub(in crate::ui) fn open_help(&mut self) -> Option<Effect> {
        let front = help::Front {
            view: self.view(),
            columns: self.views[self.front].columns(&self.session),
            sort: self.session.sort,
        };
        let lines = help::lines(&self.session.keys, self.theme, Pane::width(self.area), &front);
        self.open_pane(Pane::new("Help".into(), lines));
        None
    }

    /// Closes what has the keys.
    pub(in crate::ui) fn close_overlay(&mut self) {
        self.overlay = match self.overlay.take() {
            Some(Overlay::Prompt(question)) => question.under,
            _ => None,
        };
    }

    /// What is being asked for, if anything.
    pub(in crate::ui) fn question(&mut self) -> Option<&mut Question> {
        match &mut self.overlay {
            Some(Overlay::Prompt(question)) => Some(question),
            _ => None,
        }
    }

    /// The text over the view, a prompt over it or not.
    pub(in crate::ui) fn pane(&mut self) -> Option<&mut Pane> {
        let under = match &mut self.overlay {
            Some(Overlay::Prompt(question)) => question.under.as_mut(),
            overlay => overlay.as_mut(),
        };
        match under {
            Some(Overlay::Pane(pane)) => Some(pane),
            _ => None,
        }
    }
}

impl Overlay {
    /// What is drawn over the view's body: the prompt leaves it to what is under it.
    pub(in crate::ui) fn over_body(&self) -> Option<&Self> {
        match self {
            Self::Prompt(question) => question.under.as_ref(),
            other => Some(other),
        }
    }
}
