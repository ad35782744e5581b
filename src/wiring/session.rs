//! A session for a report that shows it over time: its last moment, and what each of them held.

use std::sync::Arc;

use super::series::{BUDGET, Moments, TimedInputs};
use super::{Inputs, environment};
use crate::cli::PageRequest;
use crate::error::{Error, Result};
use crate::load::Keep;
use crate::model::{Loaded, Moment};
use crate::progress::Observer;
use crate::report::{self, Environment, Options, PageExtras, PageMoment, ReportRow, RowSums, Shows, StackSums};
use crate::ui::{Base, Control, Followed, Loader, Series, Wanted};
use crate::zone;

/// Moments that are added up at most: of more, as many that lie as evenly as can be, the first and the last among them.
const MOST: usize = 120;

/// Reports that show a session over time.
const PAGES: [&ReportRow; 2] = [&report::HTML, &report::WEB];

/// The machine as a report sees it; only those of source code look for some.
pub fn environment_of(report: &ReportRow, extras: PageExtras) -> Environment {
    let machine = match report.shows {
        Shows::Lines => environment(),
        _ => Environment {
            zone: zone::local(),
            ..Environment::default()
        },
    };
    Environment {
        extras: Arc::new(extras),
        ..machine
    }
}

impl Inputs {
    /// Reads what a report is about: a profile, or for a page the last moment of a session with what each moment held.
    ///
    /// # Errors
    /// As [`Inputs::load`] and [`TimedInputs::session`].
    pub fn subject(
        self,
        report: &ReportRow,
        page: PageRequest,
        options: &Options,
        observer: &dyn Observer,
    ) -> Result<(Loaded, PageExtras)> {
        let mut extras = PageExtras {
            subject: self.named(),
            compares: self.compares(),
            embedding: page.embedding,
            moments: Vec::new(),
        };
        if !PAGES.iter().any(|page| page.name == report.name) {
            return Ok((self.load(Keep::Result, observer)?, extras));
        }
        let moments = if page.is_series { Moments::Yes } else { Moments::No };
        let inputs = TimedInputs::new(self, moments, None, BUDGET)?;
        if !inputs.is_session() {
            return Ok((Loader::load(&inputs, &Wanted::default(), observer)?, extras));
        }
        let (loaded, moments) = inputs.session(options, observer)?;
        extras.moments = moments;
        Ok((loaded, extras))
    }
}

impl TimedInputs {
    /// Whether it is a recorded session, of which a report can show more than a sum.
    pub fn is_session(&self) -> bool {
        self.series() == Series::Recorded
    }

    /// The last moment of a session, with what each moment held under these options, the earliest first; and what should
    /// be warned of.
    ///
    /// # Errors
    /// As [`Loader::load`] for the last moment, as [`Loader::follow`], and as [`RowSums::new`].
    pub fn session(&self, options: &Options, observer: &dyn Observer) -> Result<(Loaded, Vec<PageMoment>)> {
        let (mut moments, mut warnings) = (Vec::new(), Vec::new());
        self.follow(&Control::default(), &mut |followed| match followed {
            Followed::Moment(moment, _) => moments.push(moment),
            Followed::Missed(problem) | Followed::Note(problem) => warnings.push(problem),
            Followed::CaughtUp => {}
        })?;
        moments.sort_by_key(|moment| moment.nanos);
        let (mut last, mut summed) = (None, Vec::new());
        let shown = evenly(&moments).count();
        for moment in evenly(&moments) {
            let wanted = Wanted {
                moment: Some(moment.id),
                base: Base::None,
                ..Wanted::default()
            };
            let loaded = match self.load(&wanted, observer) {
                Ok(loaded) => loaded,
                Err(Error::Cancelled) => return Err(Error::Cancelled),
                Err(error) => {
                    warnings.push(error.to_string());
                    continue;
                }
            };
            let goroutines = loaded
                .snapshots
                .last()
                .and_then(|snapshot| snapshot.goroutines.as_ref());
            summed.push(PageMoment {
                nanos: moment.nanos,
                resident: moment.resident.map(|resident| resident.bytes),
                goroutines: goroutines.and_then(|profile| profile.total("")),
                sums: RowSums::new(&loaded.profile, options)?,
                stacks: StackSums::new(&loaded.profile, options, shown)?,
            });
            last = Some(loaded);
        }
        let mut last = last.ok_or(Error::Empty)?;
        last.warnings.extend(warnings);
        Ok((last, summed))
    }
}

/// At most [`MOST`] of them.
fn evenly(moments: &[Moment]) -> impl Iterator<Item = &Moment> {
    let last = moments.len().saturating_sub(1);
    let count = moments.len().min(MOST);
    let place = move |at: usize| at * last / count.saturating_sub(1).max(1);
    (0..count).filter_map(move |at| moments.get(place(at)))
}
