//! Makes what is asked of one profile, and keeps what serves the next question. On which thread is `threads`' business.

use std::sync::Arc;

use super::listing::Listing;
use super::query::{ReportJob, Written};
use crate::error::Result;
use crate::model::{Profile, SampleTypeId, Sides};
use crate::report::{self, Diff, DiffForm, Environment, Options, Report, ReportRow, SideSums, TableUnit};

/// A profile with its options, and what is made of both so far.
pub(super) struct Analyst {
    profile: Arc<Profile>,
    sides: Option<Sides>,
    options: Arc<Options>,
    environment: Environment,
    /// What both sides of a comparison hold, once that is known.
    side_sums: Option<Arc<SideSums>>,
    /// One for a sample type; the filters and nodes of the first serve all.
    listings: Vec<Arc<Listing>>,
    /// A report of lines: its nodes serve all functions.
    lines: Option<Report>,
}

impl Analyst {
    pub(super) fn new(
        profile: Arc<Profile>,
        sides: Option<Sides>,
        options: Arc<Options>,
        environment: Environment,
    ) -> Self {
        Self {
            profile,
            sides,
            options,
            environment,
            side_sums: None,
            listings: Vec::new(),
            lines: None,
        }
    }

    /// Filters and the rest.
    pub(super) fn options(&self) -> &Options {
        &self.options
    }

    /// The report of lines of a sample type; of each type the same lines with other values.
    pub(super) fn lines(&mut self, sample_type: SampleTypeId) -> Result<&Report> {
        let report = match self.lines.take() {
            Some(report) if report.sample_type == sample_type => report,
            Some(report) => report.with_type(sample_type),
            None => self.report(&report::LIST, sample_type)?,
        };
        Ok(self.lines.insert(report))
    }

    /// A report of functions: whichever is there, and of this sample type if there is none yet.
    pub(super) fn any_report(&mut self, sample_type: SampleTypeId) -> Result<Arc<Report>> {
        let first = match self.listings.first() {
            Some(first) => Arc::clone(first),
            None => self.rows(sample_type)?,
        };
        Ok(Arc::clone(&first.report))
    }

    /// The rows of a sample type, and whatever else is known of it.
    pub(super) fn rows(&mut self, sample_type: SampleTypeId) -> Result<Arc<Listing>> {
        let of_type = |listing: &&Arc<Listing>| listing.report.sample_type == sample_type;
        if let Some(listing) = self.listings.iter().find(of_type) {
            return Ok(Arc::clone(listing));
        }
        let report = match self.listings.first() {
            Some(first) => first.report.with_type(sample_type),
            None => self.report(&report::TOP, sample_type)?,
        };
        if let (Some(sides), None) = (&self.sides, &self.side_sums) {
            self.side_sums = Some(Arc::new(SideSums::new(sides, &self.options)?));
        }
        let listing = Arc::new(Listing::rows(Arc::new(report), self.side_sums.clone()));
        self.listings.push(Arc::clone(&listing));
        Ok(listing)
    }

    /// The rows of a sample type with what is around each.
    pub(super) fn listing(&mut self, sample_type: SampleTypeId) -> Result<Arc<Listing>> {
        let rows = self.rows(sample_type)?;
        if rows.is_whole {
            return Ok(rows);
        }
        let listing = Arc::new(rows.completed());
        let places = self.listings.iter_mut();
        for place in places.filter(|place| place.report.sample_type == sample_type) {
            *place = Arc::clone(&listing);
        }
        Ok(listing)
    }

    /// Writes a report into memory.
    pub(super) fn write(&self, job: &ReportJob) -> Result<Written> {
        let mut bytes = Vec::new();
        let (step, argument) = (&job.step, job.step.argument.as_deref());
        let environment = Environment {
            extras: Arc::new(job.extras.clone()),
            ..self.environment.clone()
        };
        if let (Some(sides), Some([before, after])) = (&self.sides, &job.sides) {
            let diff = Diff::new(sides, &step.options, &environment)?;
            diff.write(DiffForm::Text, [before, after], &mut bytes)?;
            return Ok(Written {
                job: job.clone(),
                bytes,
                warnings: Vec::new(),
            });
        }
        let warnings = report::write(
            &self.profile,
            step.report,
            argument,
            &step.options,
            &environment,
            &mut bytes,
        )?;
        Ok(Written {
            job: job.clone(),
            bytes,
            warnings,
        })
    }

    fn report(&self, row: &ReportRow, sample_type: SampleTypeId) -> Result<Report> {
        let options = Options {
            sample_index: sample_type.0.to_string(),
            ..Options::clone(&self.options)
        };
        let report = Report::new(&self.profile, row, None, &options, &self.environment)?;
        Ok(report.in_unit(TableUnit::OfScreens))
    }
}
