//! A function between its callers and its callees.

mod entries;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use self::entries::{Around, Entry, Role, entries};
use super::details;
use super::{Outcome, View, ViewId, parts};
use crate::analyze::Direction;
use crate::model::units::percentage;
use crate::ui::keys::action::Action;
use crate::ui::session::Session;
use crate::ui::theme::Theme;
use crate::ui::widget::list::{Clicked, Emphasis, List, Tally};
use crate::ui::widget::{bar, figure, name, paint};
use crate::ui::work::{listing::Listing, query::Query};

pub(in crate::ui) const ID: ViewId = ViewId("tree");

/// The view's own state.
#[derive(Clone, Default)]
pub(super) struct Tree {
    list: List,
    /// Functions on the way here, the one shown last.
    trail: Vec<String>,
    entries: Vec<Entry>,
    /// How much of the function comes by the path above its callers, in words; empty where there is none.
    path: String,
}

const VALUE: usize = 11;
/// The head of the column of names where there is no path, and where there is room for more.
const ROLES: &str = "callers above, callees below";
const INLINE: &str = " (inline)";
/// The head of the column of call sites.
const CALLED_AT: &str = "call at";
const LINE: &str = "line";
/// What stands behind a share of the total.
const OF_ALL: &str = "of all";
/// Below this width a row is its numbers and its name.
const NARROW: usize = 60;

impl Tree {
    /// Cells of the column of call sites with the gap before it.
    fn place_width(&self, width: usize) -> usize {
        let sites = self.entries.iter().filter_map(|entry| entry.at.as_ref());
        match sites.map(|site| site.short().width()).max() {
            Some(widest) if width >= NARROW => (widest.max(CALLED_AT.len()) + 2).min(width / 4),
            _ => 0,
        }
    }

    /// Cells of the names with what stands behind them: the column of call sites is beside the longest.
    fn name_width(&self, width: usize) -> usize {
        let inline = |entry: &Entry| if entry.inline { INLINE.len() } else { 0 };
        let calls = self
            .entries
            .iter()
            .filter(|entry| !matches!(entry.role, Role::This | Role::Nothing(_)));
        let longest = calls
            .map(|entry| entry.shown().width() + inline(entry))
            .max()
            .unwrap_or(0);
        let room = width.saturating_sub(before_name(width) + self.place_width(width));
        room.min(longest.max(ROLES.len()).max(self.path.width()))
    }

    /// The head of the column of names in so many cells: what the path is, and what else there is room for.
    fn names_head(&self, room: usize) -> String {
        let path = &self.path;
        let amounts = path.split_once(": ").map_or("", |(_, amounts)| amounts);
        let short = format!("heaviest: {amounts}");
        let all = [format!("{path} · {ROLES}"), path.clone(), short, amounts.to_string()];
        match all.iter().find(|text| text.width() <= room) {
            _ if path.is_empty() => format!("    {ROLES:<room$}"),
            Some(text) => format!("  ┆ {text:<room$}"),
            None => format!("    {:<room$}", ""),
        }
    }

    fn middle(&self) -> usize {
        self.entries
            .iter()
            .position(|entry| entry.role == Role::This)
            .unwrap_or(0)
    }

    /// Puts another function in the middle.
    fn visit(&mut self, session: &mut Session, name: String, body: Rect) {
        session.choose(name);
        self.refresh(session, body);
    }

    fn row(
        &self,
        session: &Session,
        theme: Theme,
        listing: &Listing,
        entry: &Entry,
        emphasis: Emphasis,
        width: usize,
    ) -> Line<'static> {
        let report = &listing.report;
        let (plain, value) = (emphasis.style(theme.quiet()), emphasis.style(theme.value()));
        let mut spans = vec![emphasis.marker()];
        // Where there is little room the bar goes first, then what stands behind the name.
        let bar_width = bar_width(width);
        let used = before_name(width);
        let behind = |text: String| if width < NARROW { String::new() } else { text };
        match entry.role {
            Role::Nothing(text) => spans.push(Span::styled(format!("{:>1$}", text, used + text.len() - 1), plain)),
            Role::This => {
                let sums = listing
                    .by_name
                    .get(&entry.name)
                    .map(|&node| *listing.whole.node(node))
                    .unwrap_or_default();
                let (flat, cum) = (sums.flat_value(), sums.cum_value());
                let share = |sum: i64| percentage(sum, report.total).trim().to_string();
                spans.push(Span::styled(format!("{:>VALUE$} ", figure::amount(report, cum)), value));
                let of_all = behind(OF_ALL.into());
                spans.push(Span::styled(
                    format!("{:>7} {of_all:bar_width$}  ● ", share(cum)),
                    plain,
                ));
                let amount = behind(format!("  flat {}", figure::amount(report, flat)));
                let shared = behind(format!("{amount} ({})", share(flat)));
                // Its share is what one can do without: less so a part of the name.
                let function = entry.name[name::function_start(&entry.name)..].width();
                let own = match used + function + shared.width() <= width {
                    true => shared,
                    false => amount,
                };
                let room = width.saturating_sub(used + own.width());
                spans.extend(super::name_spans(session, theme, &entry.name, room, emphasis));
                spans.push(Span::styled(own, value));
            }
            Role::Above | Role::Caller | Role::Callee | Role::Beside => {
                let share = entry.weight as f64 / entry.whole.unsigned_abs().max(1) as f64;
                let weight = figure::amount(report, entry.weight);
                spans.push(Span::styled(format!("{weight:>VALUE$} "), value));
                let percent = percentage(entry.weight, entry.whole);
                spans.push(Span::styled(format!("{:>7} ", percent.trim()), plain));
                // Of the total, not of the function.
                let drawn = match entry.role {
                    Role::Above => Span::styled(format!("{:bar_width$}", behind(OF_ALL.into())), plain),
                    _ => Span::styled(bar::bar(share, bar_width), emphasis.bar(theme)),
                };
                spans.push(drawn);
                spans.push(Span::styled(
                    match entry.role {
                        Role::Caller => "  ╭ ",
                        Role::Callee => "  ╰ ",
                        _ => "  ┆ ",
                    },
                    plain,
                ));
                let inline = behind(if entry.inline { INLINE.into() } else { String::new() });
                let room = self.name_width(width).saturating_sub(inline.len());
                let name = super::name_spans(session, theme, entry.shown(), room, emphasis);
                let wide: usize = name.iter().map(Span::width).sum();
                spans.extend(name);
                spans.push(Span::styled(inline, plain));
                if let Some(site) = entry.at.as_ref().filter(|_| self.place_width(width) > 0) {
                    let gap = " ".repeat(room.saturating_sub(wide) + 2);
                    let place = name::cut_path(&site.short(), self.place_width(width) - 2);
                    spans.push(Span::styled(format!("{gap}{place}"), plain));
                }
            }
        }
        Line::from(spans)
    }

    /// The way here: the last functions of the trail that fit.
    fn trail_line(&self, theme: Theme, width: usize) -> Line<'static> {
        let mut spans = Vec::new();
        let mut left = width.saturating_sub(2);
        for (at, full) in self.trail.iter().enumerate().rev() {
            let short = full[name::function_start(full)..].to_string();
            let is_last = at + 1 == self.trail.len();
            let text = if is_last {
                name::shorten(&short, left)
            } else {
                format!("{short} → ")
            };
            let wide = Line::raw(text.as_str()).width();
            if wide > left {
                spans.push(Span::styled("… ", theme.quiet()));
                break;
            }
            left = left.saturating_sub(wide + 2);
            spans.push(Span::styled(
                text,
                if is_last { theme.heading() } else { theme.quiet() },
            ));
        }
        spans.push(Span::raw(" "));
        spans.reverse();
        Line::from(spans)
    }
}

fn bar_width(width: usize) -> usize {
    if width < NARROW { 0 } else { 8 }
}

/// Cells before the name.
fn before_name(width: usize) -> usize {
    1 + VALUE + 1 + 7 + 1 + bar_width(width) + 4
}

impl View for Tree {
    fn update(&mut self, action: Action, session: &mut Session, body: Rect) -> Outcome {
        let (rows, len) = (parts(body).rows, self.entries.len());
        match action {
            Action::Move(step) => self.list.step(step, len, rows),
            Action::Match(toward) => {
                let name = |at: usize| self.entries[at].name.clone();
                let found = super::find_match(session, len, self.list.at(), toward, name);
                found.iter().for_each(|found| self.list.go(found.at, len, rows));
                return super::went_to_match(session, found);
            }
            Action::Enter => {
                let entry = self.entries.get(self.list.at()).cloned();
                if let Some(entry) = entry.filter(|entry| !matches!(entry.role, Role::This | Role::Nothing(_))) {
                    self.trail.push(entry.name.clone());
                    self.visit(session, entry.name, body);
                }
            }
            Action::Back => {
                self.trail.pop();
                let Some(name) = self.trail.last().cloned() else {
                    return Outcome::Ignored;
                };
                self.visit(session, name, body);
            }
            Action::Click(at) => {
                if self.list.click(at, len, rows) == Clicked::Again {
                    return self.update(Action::Enter, session, body);
                }
            }
            _ => return Outcome::Ignored,
        }
        Outcome::Done
    }

    fn refresh(&mut self, session: &mut Session, body: Rect) {
        let Some(listing) = session.listing().cloned() else {
            return;
        };
        let selected = session.selected.clone();
        let same = self
            .entries
            .iter()
            .any(|entry| entry.role == Role::This && entry.name == selected);
        let under = self
            .entries
            .get(self.list.at())
            .map(|entry| (entry.role, entry.name.clone()));
        if self.trail.last() != Some(&selected) {
            self.trail = vec![selected.clone()];
        }
        let around = Around {
            sites: session.call_sites().map(|sites| &**sites),
            tree: session.tree(Direction::TopDown).map(|tree| &**tree),
        };
        let before = self.middle();
        (self.entries, self.path) = entries(&listing, around, &selected);
        let again = self
            .entries
            .iter()
            .position(|entry| Some((entry.role, &entry.name)) == under.as_ref().map(|(role, name)| (*role, name)));
        let at = again.filter(|_| same).unwrap_or_else(|| self.middle());
        let (rows, len) = (parts(body).rows, self.entries.len());
        // The path above may come later than the rest.
        if same && before == self.middle() {
            self.list.go(at, len, rows);
        } else {
            // The function in the middle of the screen, its callers above it.
            self.list.go_below(at, usize::from(rows.height) / 2, len, rows);
        }
    }

    fn queries(&self, session: &Session) -> Vec<Query> {
        let of = session.sample_type;
        let tree = Query::CallTree(of, Direction::TopDown);
        vec![Query::Listing(of), Query::CallSites(of), tree]
    }

    fn place(&self, _: &Session) -> Option<String> {
        let under = self.entries.get(self.list.at())?;
        Some(under.at.as_ref()?.place.clone())
    }

    fn name(&self, session: &Session) -> String {
        let under = self.entries.get(self.list.at());
        under.map_or_else(|| session.selected.clone(), |entry| entry.name.clone())
    }

    fn tally(&self, session: &Session) -> Option<Tally> {
        let matches = super::matches(session, self.entries.len(), |at| self.entries[at].name.clone())?;
        Some(Tally::new(&matches, self.list.selected()))
    }

    fn draw(&self, session: &Session, theme: Theme, body: Rect, buffer: &mut Buffer) {
        let Some(listing) = session.listing() else { return };
        let body = super::beside_bar(body);
        let parts = parts(body);
        let width = usize::from(body.width);
        paint::line(buffer, parts.title, 0, &self.trail_line(theme, width));
        if self.entries.is_empty() {
            if listing.rows.is_empty() || session.selected.is_empty() {
                super::draw_empty(session, theme, parts.rows, buffer);
            } else {
                super::draw_absent(session, theme, parts.rows, buffer);
            }
            return;
        }
        let mut head = format!(" {:>VALUE$} {:>7} {:bar$}", "cum", "calls%", "", bar = bar_width(width));
        let room = self.name_width(width);
        head += &self.names_head(room);
        if self.place_width(width) > 0 {
            let head_of_sites = match session.granularity() {
                Some("lines") => LINE,
                _ => CALLED_AT,
            };
            head += &format!("  {head_of_sites}");
        }
        paint::line(buffer, parts.head, 0, &Line::styled(head, theme.quiet()));
        self.list
            .draw(&self.entries, theme, parts.rows, buffer, |entry, emphasis| {
                self.row(session, theme, listing, entry, emphasis, width)
            });
        let name = self.entries.get(self.list.at()).map_or("", |entry| &entry.name);
        let under = self.entries.get(self.list.at()).and_then(|entry| entry.at.clone());
        let site = under.or_else(|| details::site(session, name));
        super::draw_details_at(session, theme, parts.details, (name, site), buffer);
        super::draw_position(theme, parts.title, parts.rows, &self.list, self.entries.len(), buffer);
    }
}
