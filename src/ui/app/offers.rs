//! What the server offers besides its heap: asked for, picked from a menu, opened or saved.

use crate::error::Result;
use crate::ui::app::overlay::Overlay;
use crate::ui::app::{App, Load, Message};
use crate::ui::event::{Effect, Reading};
use crate::ui::widget::menu::{Choice, Menu};
use crate::ui::work::host::{Base, Offer, OfferKind};

/// Offers as the rows of a menu.
pub(super) fn choices(offers: &[Offer]) -> Vec<Choice> {
    offers
        .iter()
        .map(|offer| Choice::new(&offer.name, &offer.help))
        .collect()
}

impl App {
    /// Asks what the server offers.
    pub(super) fn ask_for_offers(&mut self) -> Option<Effect> {
        self.errands += 1;
        self.message = Some(Message::Note("Asking the server for its profiles …".into()));
        Some(Effect::Offers)
    }

    /// Shows what the server offers.
    pub(super) fn offered(&mut self, offers: Result<Vec<Offer>>) -> Option<Effect> {
        self.errands = self.errands.saturating_sub(1);
        match offers {
            Ok(offers) => {
                self.message = None;
                // Whoever types meanwhile goes on typing.
                if self.overlay.is_none() {
                    self.overlay = Some(Overlay::Offers(Menu::default(), offers));
                }
            }
            Err(error) => self.message = Some(Message::Problem(error.to_string())),
        }
        None
    }

    /// Opens or saves what was picked.
    pub(super) fn pick_offer(&mut self, offer: Offer) -> Option<Effect> {
        self.close_overlay();
        if offer.kind == OfferKind::File {
            self.errands += 1;
            self.message = Some(Message::Note(format!("Saving {} …", offer.name)));
            return Some(Effect::SaveOffer(offer));
        }
        self.offer_before = Some(self.session.offer.replace(offer));
        self.session.base = Base::None;
        self.message = None;
        self.session.probes.forget();
        self.load(Load::Running(Reading::Bytes(0, None)))
    }

    /// Goes back from another profile to the moments of the series, if one is in view.
    pub(super) fn leave_offer(&mut self) {
        if self.session.timeline.is_shown() && self.session.offer.take().is_some() {
            self.shown = None;
        }
    }
}
