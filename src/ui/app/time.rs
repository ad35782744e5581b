//! Moments: what the series tells, and what the keys for time do.

use crate::error::{Error, Result};
use crate::model::Comparison;
use crate::report;
use crate::ui::app::regions::{Regions, Strip};
use crate::ui::app::{App, Load, Message};
use crate::ui::event::{Effect, Reading};
use crate::ui::keys::action::{Action, Toward};
use crate::ui::timeline::Following;
use crate::ui::view::VIEWS;
use crate::ui::work::host::{Base, Followed, Pause, Series};
use ratatui::layout::Rect;

impl App {
    /// Begins with what the loader has.
    pub(in crate::ui) fn begin(&mut self) -> Option<Effect> {
        match self.session.series {
            Series::None | Series::Process { begins: false, .. } => self.reload(),
            // The first moment that is told of is what there is to load.
            Series::Recorded | Series::Store { .. } => self.follow(Following::Listing),
            Series::Process { begins: true, .. } => self.follow(Following::Live),
        }
    }

    fn follow(&mut self, following: Following) -> Option<Effect> {
        self.session.timeline.following = following;
        if self.session.profile().is_none() {
            self.load = Load::Running(Reading::Bytes(0, None));
        }
        Some(Effect::Follow)
    }

    /// Where everything is.
    pub(in crate::ui) fn regions(&self) -> Regions {
        self.regions_in(self.area)
    }

    /// Where everything is in a part of the screen.
    pub(in crate::ui) fn regions_in(&self, area: Rect) -> Regions {
        let strip = match self.session.timeline.is_shown() {
            true => Strip::Shown,
            false => Strip::Hidden,
        };
        Regions::new(area, strip)
    }

    /// Whether there is something to compare with.
    pub(in crate::ui) fn can_compare(&self) -> bool {
        let session = &self.session;
        let is_compared = session.loaded.as_ref().is_some_and(|loaded| loaded.sides.is_some());
        session.timeline.is_shown() || session.added_up().is_some() || is_compared || session.base == Base::FirstNamed
    }

    /// What the key for the base does, for the footer.
    pub(in crate::ui) fn base_word(&self) -> &'static str {
        let timeline = &self.session.timeline;
        let here = timeline.point().map(|point| point.moment.id);
        match timeline.is_shown() {
            true if here.is_some() && timeline.base() == here => "no base",
            true => "base",
            false if self.session.added_up().is_some() => "compare",
            false => "no base",
        }
    }

    /// Takes what the series tells.
    pub(in crate::ui) fn followed(&mut self, followed: Followed) -> Option<Effect> {
        let timeline = &mut self.session.timeline;
        match followed {
            Followed::Moment(moment, gone) => {
                self.message
                    .take_if(|message| matches!(message, Message::UntilMoment(_)));
                timeline.push(moment, &gone);
                if matches!(timeline.following, Following::Stale(_)) {
                    timeline.following = Following::Live;
                }
                self.refresh();
                self.catch_up()
            }
            Followed::CaughtUp => {
                if matches!(timeline.following, Following::Listing | Following::Stale(_)) {
                    timeline.following = Following::Live;
                }
                self.refresh();
                self.catch_up()
            }
            Followed::Missed(why) => {
                if matches!(timeline.following, Following::Live | Following::Listing) {
                    timeline.following = Following::Stale(why.clone());
                }
                self.message = Some(Message::Problem(why));
                None
            }
            Followed::Note(note) => {
                self.message = Some(Message::Note(note));
                None
            }
        }
    }

    /// Takes it that no more is told.
    pub(in crate::ui) fn follow_ended(&mut self, result: Result<()>) -> Option<Effect> {
        let is_empty = self.session.timeline.points().is_empty();
        let why = result.as_ref().err().map(ToString::to_string);
        self.session.timeline.following = match self.session.timeline.following {
            Following::Listing => Following::Recorded,
            _ if is_empty => Following::Nothing,
            _ => Following::Ended(why.clone()),
        };
        match result {
            Err(error) if is_empty && self.session.profile().is_none() => {
                self.load = Load::Failed(error.to_string());
                // What is on a disk stays as it is; a server may answer the next time.
                (!self.session.is_remote).then_some(Effect::Fail(error))
            }
            Err(_) => {
                self.message = why.map(Message::Problem);
                self.refresh();
                None
            }
            Ok(()) => {
                self.refresh();
                self.catch_up()
            }
        }
    }

    /// Opens the newest moment where that is to be in view and is not.
    pub(in crate::ui) fn catch_up(&mut self) -> Option<Effect> {
        let timeline = &self.session.timeline;
        let newest = timeline.points().last()?.moment.id;
        let is_followed =
            self.session.offer.is_none() && timeline.past().is_none() && timeline.following != Following::Listing;
        let is_loading = matches!(self.load, Load::Opening) || self.loading.is_some();
        (is_followed && !is_loading && self.shown != Some(newest))
            .then(|| self.open())
            .flatten()
    }

    /// Opens the moment in view.
    fn open(&mut self) -> Option<Effect> {
        let wanted = self.session.wanted();
        self.loading = wanted.moment;
        let load = match self.session.profile() {
            Some(_) => Load::Opening,
            None => Load::Running(Reading::Bytes(0, None)),
        };
        self.load(load)
    }

    /// Puts another moment in view.
    pub(in crate::ui) fn step(&mut self, action: Action) -> Option<Effect> {
        self.leave_offer();
        let timeline = &mut self.session.timeline;
        let (place, last) = (timeline.place()?, timeline.points().len() - 1);
        let to = match action {
            Action::Step(Toward::Previous) => place.checked_sub(1),
            Action::Step(Toward::Next) => Some(place + 1).filter(|place| *place <= last),
            Action::Oldest => Some(0),
            Action::Moment(place) => Some(place.min(last)),
            _ => Some(last),
        };
        let Some(to) = to else {
            let edge = if place == 0 { "first" } else { "newest" };
            self.message = Some(Message::Note(format!("This is the {edge} moment.")));
            return None;
        };
        timeline.go(to);
        self.session.keep_selected();
        self.refresh();
        self.open()
    }

    /// Begins to watch, or stops for a while, or goes on.
    pub(in crate::ui) fn watch(&mut self) -> Option<Effect> {
        match self.session.timeline.following {
            Following::Nothing | Following::Ended(_) => {
                self.message = Some(Message::UntilMoment(
                    "Watching: the first snapshot is being taken.".into(),
                ));
                self.follow(Following::Live)
            }
            _ => self.hold(),
        }
    }

    /// Stops taking moments for a while, or goes on.
    pub(in crate::ui) fn hold(&mut self) -> Option<Effect> {
        let following = &mut self.session.timeline.following;
        let pause = match following {
            Following::Live | Following::Stale(_) => Pause::Hold,
            Following::Paused => Pause::GoOn,
            _ => return None,
        };
        *following = match pause {
            Pause::Hold => Following::Paused,
            Pause::GoOn => Following::Live,
        };
        Some(Effect::Pause(pause))
    }

    /// Compares with the moment in view, or stops comparing.
    pub(in crate::ui) fn choose_base(&mut self) -> Option<Effect> {
        self.leave_offer();
        if !self.can_compare() {
            return None;
        }
        if !self.session.timeline.is_shown() {
            self.session.base = match self.session.added_up() {
                Some(_) if self.session.base != Base::FirstNamed => Base::FirstNamed,
                _ => Base::None,
            };
            return self.open();
        }
        let here = self.session.timeline.point()?.moment.id;
        let (base, note) = match self.session.timeline.base() {
            Some(base) if base == here => (None, "Compared with nothing.".to_string()),
            _ => (
                Some(here),
                "This moment is the base: others are compared with it.".to_string(),
            ),
        };
        self.session.timeline.set_base(base);
        self.session.base = base.map_or(Base::None, Base::Moment);
        self.message = Some(Message::Note(note));
        self.refresh();
        self.open()
    }

    /// Does what `base=FILE`, `diff_base=FILE`, `record FOLDER` and the name of a view say; nothing for any other line.
    pub(in crate::ui) fn time_command(&mut self, line: &str) -> Option<Option<Effect>> {
        let line = line.trim();
        // Reports of these names are pprof's; the others are views.
        if let Some(row) = VIEWS
            .iter()
            .find(|row| row.id.0 == line && report::REPORTS.iter().all(|report| report.name != line))
        {
            return Some(self.show(row.id));
        }
        if let Some(folder) = line.strip_prefix("record ").map(str::trim) {
            if !self.session.timeline.is_watched() {
                self.message = Some(Message::Problem("record: nothing is watched".into()));
                return Some(None);
            }
            return Some(Some(Effect::Record(folder.into())));
        }
        let (name, value) = line.split_once('=')?;
        let comparison = match name.trim() {
            "base" => Comparison::Subtract,
            "diff_base" => Comparison::Diff,
            _ => return None,
        };
        self.session.base = match value.trim() {
            "" => Base::None,
            name => Base::Named(name.into(), comparison),
        };
        self.session.timeline.set_base(None);
        self.refresh();
        Some(self.reload())
    }

    /// Takes note of which moment a load was for; whether one was, and it failed.
    pub(in crate::ui) fn opened(&mut self, error: Option<&Error>) {
        let moment = self.loading.take();
        if error.is_none_or(|error| !matches!(error, Error::Cancelled)) {
            self.shown = moment;
        }
    }
}
