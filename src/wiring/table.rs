//! What the table of hosts asks for: surveys, and what is opened from it.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::Inputs;
use super::hosts::{Target, now, reason};
use crate::analyze::hosts::{Figures, Fleet};
use crate::cli::{Input, Survey};
use crate::load::{Combine, Comparison};
use crate::ui::{Choice, Surveyor};

/// Hosts that are asked for the table.
pub struct Surveyed {
    inputs: Inputs,
    targets: Arc<[Target]>,
    asked: Survey,
}

impl Surveyed {
    /// All that is asked, and how.
    pub fn new(inputs: Inputs, targets: Arc<[Target]>, asked: Survey) -> Self {
        Self { inputs, targets, asked }
    }
}

impl Surveyor for Surveyed {
    fn fleet(&self) -> Fleet {
        Fleet::remembered(
            self.targets
                .iter()
                .map(|target| (target.name.clone(), target.history.clone())),
        )
    }

    fn survey(&self, stop: &AtomicBool, tell: &mut dyn FnMut(usize, f64, Result<Figures, String>)) {
        self.inputs.survey(&self.targets, &self.asked, stop, &mut |at, answer| {
            tell(at, now(), answer.map_err(|error| reason(&error)));
        });
    }
}

/// What a dashboard is to read of what was chosen; none where nothing is.
pub fn chosen(input: &Input, targets: &[Target], choice: &Choice) -> Option<Input> {
    let source = |at: &usize| targets.get(*at).map(|target| target.source.clone());
    let (sources, base) = match choice {
        Choice::Leave => return None,
        Choice::Host(host) => (vec![source(host)?], Vec::new()),
        Choice::Against { host, median } => (vec![source(host)?], vec![source(median)?]),
        Choice::Sum(hosts) => (hosts.iter().filter_map(source).collect(), Vec::new()),
    };
    Some(Input {
        sources,
        combine: Combine {
            base,
            comparison: Comparison::Diff,
            ..input.combine.clone()
        },
        ..input.clone()
    })
}
