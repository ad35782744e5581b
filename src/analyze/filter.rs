//! Filters: which samples count, and which of their frames are visible.

use regex::Regex;
use rustc_hash::FxHashSet;

use super::labels::LabelUnits;
use super::tagfilter::TagFilter;
use super::{prune, sums};
use crate::model::{Label, LabelSetId, LocationId, Profile, SampleId, Stack, StringId};

/// The filters. An expression for frames is matched against function name, file name and binary.
/// They apply in pprof's order.
#[derive(Clone, Debug, Default)]
pub struct Filters {
    /// Keep samples that have a matching frame.
    pub focus: Option<Regex>,
    /// Leave out samples that have a matching frame.
    pub ignore: Option<Regex>,
    /// Remove matching frames from stacks.
    pub hide: Option<Regex>,
    /// Remove all other frames from stacks.
    pub show: Option<Regex>,
    /// Remove the frames above the match nearest the root, and samples without a match.
    pub show_from: Option<Regex>,
    /// Remove what a matching frame called; matched against the simplified name.
    pub prune_from: Option<Regex>,
    /// Keep samples that have a matching label.
    pub tag_focus: Option<TagFilter>,
    /// Leave out samples that have a matching label.
    pub tag_ignore: Option<TagFilter>,
    /// Remove labels whose key does not match.
    pub tag_show: Option<Regex>,
    /// Remove labels whose key matches.
    pub tag_hide: Option<Regex>,
    /// Keep the frames that the profile's own `drop_frames` would remove.
    pub all_frames: bool,
}

/// The samples that count, each with the visible part of its stack. `Default` has no samples.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    /// Rows of `Profile::lines`, in a range for each location; innermost first.
    lines: Vec<u32>,
    ranges: Vec<(u32, u32)>,
    hidden: Vec<bool>,
    spans: Vec<Span>,
    hidden_labels: FxHashSet<StringId>,
    unmatched: Vec<&'static str>,
}

/// A sample and the visible part `from..to` of its stack (innermost first).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Span {
    /// The sample.
    pub sample: SampleId,
    /// First frame.
    pub from: u32,
    /// One past the last frame.
    pub to: u32,
}

impl Scope {
    /// What `filters` leave of a profile.
    pub fn new(profile: &Profile, filters: &Filters) -> Self {
        let mut scope = Self::whole(profile);
        if !filters.all_frames {
            prune::uninteresting(&mut scope, profile);
        }
        scope.narrow(profile, filters);
        scope
    }

    /// The scope without filters.
    fn whole(profile: &Profile) -> Self {
        let spans = profile.samples.stack.iter().enumerate();
        let spans = spans.map(|(sample, &stack)| Span {
            sample: SampleId::from_index(sample),
            from: 0,
            to: profile.stacks.get(stack).len() as u32,
        });
        Self {
            lines: (0..profile.lines.len() as u32).collect(),
            ranges: profile.locations.iter().map(|location| location.lines).collect(),
            hidden: vec![false; profile.locations.len()],
            spans: spans.collect(),
            hidden_labels: FxHashSet::default(),
            unmatched: Vec::new(),
        }
    }

    fn narrow(&mut self, profile: &Profile, filters: &Filters) {
        if filters.focus.is_some() || filters.ignore.is_some() || filters.hide.is_some() || filters.show.is_some() {
            self.by_name(profile, filters);
        }
        if let Some(expression) = &filters.show_from {
            self.show_from(profile, expression);
        }
        if filters.tag_focus.is_some() || filters.tag_ignore.is_some() {
            self.by_label(profile, filters);
        }
        if filters.tag_show.is_some() || filters.tag_hide.is_some() {
            self.hide_labels(profile, filters);
        }
        if let Some(expression) = &filters.prune_from {
            prune::from(self, profile, expression);
        }
    }

    /// The samples that count, in the profile's order.
    pub fn spans(&self) -> &[Span] {
        &self.spans
    }

    /// The options whose filters matched nothing, of which pprof warns.
    pub fn unmatched(&self) -> &[&'static str] {
        &self.unmatched
    }

    /// The visible lines of a location, innermost first: rows of `Profile::lines`.
    #[inline]
    pub fn lines(&self, location: LocationId) -> &[u32] {
        let (from, to) = self.ranges[location.index()];
        &self.lines[from as usize..to as usize]
    }

    /// For each location whether it is removed from all stacks.
    pub fn hidden(&self) -> &[bool] {
        &self.hidden
    }

    /// The visible labels of a set, in the profile's order.
    pub fn labels<'p>(&self, profile: &'p Profile, set: LabelSetId) -> impl Iterator<Item = &'p Label> {
        let labels = profile.labels.get(set).iter();
        labels.filter(|label| !self.hides_label(label.key))
    }

    /// Whether labels with this key are hidden.
    pub fn hides_label(&self, key: StringId) -> bool {
        self.hidden_labels.contains(&key)
    }

    /// Whether any labels are hidden.
    pub fn hides_labels(&self) -> bool {
        !self.hidden_labels.is_empty()
    }

    /// True if every frame and label of every sample is visible.
    pub fn is_whole(&self, profile: &Profile) -> bool {
        let is_full = |span: &Span| {
            let stack = profile.stacks.get(profile.samples.stack[span.sample.index()]);
            span.from == 0 && span.to as usize == stack.len()
        };
        let lines = self.ranges.iter().map(|(from, to)| (to - from) as usize);
        self.spans.len() == profile.samples.len()
            && lines.sum::<usize>() == profile.lines.len()
            && !self.hidden.contains(&true)
            && !self.hides_labels()
            && self.spans.iter().all(is_full)
    }

    /// Keeps only some of a location's visible lines.
    pub(super) fn keep_lines(&mut self, location: LocationId, keep: std::ops::Range<usize>) {
        let range = &mut self.ranges[location.index()];
        *range = (range.0 + keep.start as u32, range.0 + keep.end as u32);
    }

    /// Cuts every sample's stack to the range that `cut` returns, or drops the sample.
    pub(super) fn trim_samples(
        &mut self,
        profile: &Profile,
        cut: impl Fn(Stack<'_>, Span) -> Option<(u32, u32)> + Sync,
    ) {
        let trimmed = |span: &Span| {
            let stack = profile.stacks.get(profile.samples.stack[span.sample.index()]);
            let (from, to) = cut(stack, *span)?;
            Some(Span { from, to, ..*span })
        };
        let parts = sums::in_parts(&self.spans, |spans| {
            spans.iter().filter_map(trimmed).collect::<Vec<Span>>()
        });
        self.spans = parts
            .into_iter()
            .reduce(|all, part| [all, part].concat())
            .unwrap_or_default();
    }

    fn by_name(&mut self, profile: &Profile, filters: &Filters) {
        let [focus, ignore, hide, show] = [&filters.focus, &filters.ignore, &filters.hide, &filters.show]
            .map(|filter| Matches::new(profile, filter.as_ref()));
        let mut verdicts = vec![Verdict::Neutral; profile.locations.len()];
        let (mut focused, mut ignored, mut hid, mut shown) = (false, false, false, false);
        for (row, verdict) in verdicts.iter_mut().enumerate() {
            let location = LocationId::from_index(row);
            if ignore
                .as_ref()
                .is_some_and(|ignore| ignore.location(self, profile, location))
            {
                ignored = true;
                *verdict = Verdict::Ignored;
            } else if focus
                .as_ref()
                .is_none_or(|focus| focus.location(self, profile, location))
            {
                focused = true;
                *verdict = Verdict::Focused;
            }
            if let Some(hide) = &hide
                && hide.location(self, profile, location)
            {
                hid = true;
                let whole = hide.mapping(profile, location);
                self.filter_lines(location, |line| !whole && !hide.line(profile, line));
                self.hidden[row] |= self.lines(location).is_empty();
            }
            if let Some(show) = &show {
                let whole = show.mapping(profile, location);
                self.filter_lines(location, |line| whole || show.line(profile, line));
                self.hidden[row] |= self.lines(location).is_empty();
                shown |= !self.lines(location).is_empty();
            }
        }
        let any_hidden = self.hidden.contains(&true);
        let hidden = std::mem::take(&mut self.hidden);
        self.trim_samples(profile, |stack, span| {
            let seen = stack.part(span.from, span.to);
            let verdict = |location: LocationId| verdicts[location.index()];
            let kept = seen.iter().any(|location| verdict(location) == Verdict::Focused)
                && !seen.iter().any(|location| verdict(location) == Verdict::Ignored)
                && !(any_hidden && seen.iter().all(|location| hidden[location.index()]));
            kept.then_some((span.from, span.to))
        });
        self.hidden = hidden;
        let filters = [
            (focus.is_none() || focused, "Focus"),
            (ignore.is_none() || ignored, "Ignore"),
            (hide.is_none() || hid, "Hide"),
            (show.is_none() || shown, "Show"),
        ];
        self.unmatched.extend(
            filters
                .into_iter()
                .filter(|(matched, _)| !matched)
                .map(|(_, name)| name),
        );
    }

    fn filter_lines(&mut self, location: LocationId, keep: impl Fn(u32) -> bool) {
        let (from, to) = self.ranges[location.index()];
        let mut end = from;
        for at in from..to {
            let line = self.lines[at as usize];
            if keep(line) {
                self.lines[end as usize] = line;
                end += 1;
            }
        }
        self.ranges[location.index()] = (from, end);
    }

    fn show_from(&mut self, profile: &Profile, expression: &Regex) {
        let Some(matches) = Matches::new(profile, Some(expression)) else {
            return;
        };
        let mut begins = vec![false; profile.locations.len()];
        for (row, begins) in begins.iter_mut().enumerate() {
            let location = LocationId::from_index(row);
            let outermost = self
                .lines(location)
                .iter()
                .rposition(|&line| matches.line(profile, line));
            *begins = matches.mapping(profile, location) || outermost.is_some();
            if let (false, Some(at)) = (matches.mapping(profile, location), outermost) {
                self.keep_lines(location, 0..at + 1);
            }
        }
        let hidden = std::mem::take(&mut self.hidden);
        self.trim_samples(profile, |stack, span| {
            let starts = |at: &u32| begins[stack.at(*at as usize).index()] && !hidden[stack.at(*at as usize).index()];
            (span.from..span.to).rev().find(starts).map(|at| (span.from, at + 1))
        });
        self.hidden = hidden;
        if !begins.contains(&true) {
            self.unmatched.push("ShowFrom");
        }
    }

    fn by_label(&mut self, profile: &Profile, filters: &Filters) {
        let units = LabelUnits::new(profile);
        let verdicts = |filter: Option<&TagFilter>, without: bool| -> Vec<bool> {
            let sets = (0..profile.labels.len()).map(|set| profile.labels.get(LabelSetId::from_index(set)));
            sets.map(|labels| filter.map_or(without, |filter| filter.matches(profile, &units, labels)))
                .collect()
        };
        let focus = verdicts(filters.tag_focus.as_ref(), true);
        let ignore = verdicts(filters.tag_ignore.as_ref(), false);
        let (mut focused, mut ignored) = (false, false);
        self.spans.retain(|span| {
            let set = profile.samples.labels[span.sample.index()].index();
            focused |= focus[set];
            ignored |= ignore[set];
            focus[set] && !ignore[set]
        });
        self.note_unmatched([
            ("TagFocus", filters.tag_focus.is_none() || focused),
            ("TagIgnore", filters.tag_ignore.is_none() || ignored),
        ]);
    }

    fn hide_labels(&mut self, profile: &Profile, filters: &Filters) {
        let mut seen = vec![false; profile.labels.len()];
        for span in &self.spans {
            seen[profile.samples.labels[span.sample.index()].index()] = true;
        }
        let sets = (0..seen.len()).filter(|&set| seen[set]).map(LabelSetId::from_index);
        let keys: FxHashSet<StringId> = sets
            .flat_map(|set| profile.labels.get(set))
            .map(|label| label.key)
            .collect();
        let (mut shown, mut hid) = (false, false);
        for key in keys {
            let matches = |filter: &Regex| filter.is_match(profile.text(key));
            let show = filters.tag_show.as_ref().is_none_or(matches);
            let hide = filters.tag_hide.as_ref().is_some_and(matches);
            shown |= show;
            hid |= hide;
            if !show || hide {
                self.hidden_labels.insert(key);
            }
        }
        self.note_unmatched([
            ("TagShow", filters.tag_show.is_none() || shown),
            ("TagHide", filters.tag_hide.is_none() || hid),
        ]);
    }

    fn note_unmatched(&mut self, matched: [(&'static str, bool); 2]) {
        let unmatched = matched.into_iter().filter(|(_, matched)| !matched);
        self.unmatched.extend(unmatched.map(|(name, _)| name));
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Verdict {
    Neutral,
    Focused,
    Ignored,
}

/// What an expression matches: each function (by name or file) and each binary is tested once.
struct Matches {
    functions: Vec<bool>,
    mappings: Vec<bool>,
}

impl Matches {
    fn new(profile: &Profile, expression: Option<&Regex>) -> Option<Self> {
        let expression = expression?;
        let matches = |id| expression.is_match(profile.text(id));
        Some(Self {
            functions: profile
                .functions
                .iter()
                .map(|f| matches(f.name) || matches(f.filename))
                .collect(),
            mappings: profile.mappings.iter().map(|mapping| matches(mapping.file)).collect(),
        })
    }

    fn line(&self, profile: &Profile, line: u32) -> bool {
        self.functions[profile.lines[line as usize].function.index()]
    }

    fn mapping(&self, profile: &Profile, location: LocationId) -> bool {
        profile.locations[location.index()]
            .mapping
            .is_some_and(|mapping| self.mappings[mapping.index()])
    }

    fn location(&self, scope: &Scope, profile: &Profile, location: LocationId) -> bool {
        scope.lines(location).iter().any(|&line| self.line(profile, line)) || self.mapping(profile, location)
    }
}
