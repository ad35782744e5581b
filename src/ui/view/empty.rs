//! Why a view is empty, and what undoes it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::model::{Profile, SampleTypeId};
use crate::ui::keys::action::{Action, Filter, KeyContext};
use crate::ui::session::Session;
use crate::ui::theme::Theme;
use crate::ui::widget::paint;

/// Why there are no rows, and what to try: a heading and advice.
pub(super) fn draw_empty(session: &Session, theme: Theme, area: Rect, buffer: &mut Buffer) {
    let Some(profile) = session.profile() else { return };
    let text = if profile.samples.is_empty() || profile.sample_types.is_empty() {
        let mut text = vec!["The profile has no samples.".to_string(), rate_advice(profile)];
        let key = session.keys.label(Action::Profiles, &[KeyContext::Process]);
        text.extend(
            session
                .probes
                .is_live
                .then(|| format!("{key} has the server's other profiles.")),
        );
        text
    } else if let Some(text) = cut_off(session) {
        text
    } else if !session.filters().is_empty() {
        let filters: Vec<String> = session
            .filters()
            .iter()
            .map(|(name, text)| format!("{name}='{text}'"))
            .collect();
        vec![
            format!("Nothing is left by {}.", filters.join(", ")),
            filter_advice(session),
        ]
    } else {
        let kind = profile.type_name(session.sample_type);
        let types = (0..profile.sample_types.len()).map(SampleTypeId::from_index);
        let others = types.filter(|id| session.listing_of(*id).is_some_and(|listing| listing.report.total != 0));
        let others: Vec<String> = others
            .take(9)
            .map(|id| format!("{} {}", id.0 + 1, profile.type_name(id)))
            .collect();
        let advice = match &others[..] {
            [] => format!("So is every other sample type. {}", rate_advice(profile)),
            others => format!("Not 0: {}. Press the number.", others.join(", ")),
        };
        vec![format!("Every sample of {kind} is 0."), advice]
    };
    paint::middle(buffer, area, theme.heading(), &text);
}

/// Why nothing may be in a profile of its kind, and what to call in the program.
fn rate_advice(profile: &Profile) -> String {
    let kinds = (0..profile.sample_types.len()).map(SampleTypeId::from_index);
    let kinds: Vec<&str> = kinds.map(|id| profile.type_name(id)).collect();
    let has = |names: &[&str]| kinds.iter().any(|kind| names.contains(kind));
    let text = if has(&["contentions", "delay"]) {
        "Nothing is recorded before the program calls runtime.SetBlockProfileRate(1) for blocking, or runtime.SetMutexProfileFraction(1) for mutexes: both are off by default."
    } else if has(&["inuse_space", "inuse_objects", "alloc_space"]) {
        match profile.period {
            0 => {
                "runtime.MemProfileRate is 0, so nothing is sampled: leave it as it is (524288), or set it first thing in main."
            }
            _ => {
                "A heap is sampled every 512 kB by default: a small one may have none yet. Is runtime.MemProfileRate set to 0, or changed late?"
            }
        }
    } else if has(&["goroutineleak"]) {
        "Go has proved of no goroutine that it can never go on. It cannot of those that wait for the network or a clock, or for what something else still refers to: they may leak all the same."
    } else if has(&["cpu"]) {
        "The process used no CPU while it was watched: take it over more seconds, or under load."
    } else {
        "Was the process doing anything when it was taken?"
    };
    text.into()
}

/// What is said where samples are left and limits leave out every row.
fn cut_off(session: &Session) -> Option<Vec<String>> {
    let listing = session.listing()?;
    let is_cut = listing.rows.is_empty() && listing.is_whole && !listing.by_name.is_empty();
    let options = &session.options;
    (is_cut && options.trim && listing.report.total != 0).then(|| {
        vec![
            format!(
                "Everything is below nodefraction={} of the total.",
                options.node_fraction
            ),
            ":nodefraction= sets it back; :trim=false shows everything.".to_string(),
        ]
    })
}

/// Which keys clear and change filters.
fn filter_advice(session: &Session) -> String {
    let key = |action| session.keys.label(action, &[KeyContext::Filtered, KeyContext::Views]);
    let filters = [Filter::Focus, Filter::Ignore, Filter::Hide, Filter::Show];
    let change = filters.map(|filter| key(Action::Filter(filter))).join(", ");
    format!(
        "{} clears the filters; {change} change them.",
        key(Action::ClearFilters)
    )
}

/// Which keys lead to other sample types.
pub(super) fn other_types(session: &Session) -> String {
    let key = |action| session.keys.label(action, &[KeyContext::InUse, KeyContext::Objects]);
    let (in_use, objects) = (key(Action::ToggleInUse), key(Action::ToggleObjects));
    format!("Other sample types: {in_use}, {objects} or their number")
}

/// Why the selected function is not here.
pub(super) fn draw_absent(session: &Session, theme: Theme, area: Rect, buffer: &mut Buffer) {
    let Some(listing) = session.listing() else { return };
    let kind = listing.report.profile.type_name(listing.report.sample_type);
    let text = [
        format!("{} has no samples of {kind} here.", session.selected),
        match session.filters().is_empty() {
            true => format!("{}.", other_types(session)),
            false => format!(
                "{} clears the filters. {}.",
                session.keys.label(Action::ClearFilters, &[KeyContext::Filtered]),
                other_types(session)
            ),
        },
    ];
    paint::middle(buffer, area, theme.heading(), &text);
}
