//! What each package holds, by whose code it is: the program's own, its dependencies', the standard library's, the
//! runtime's.

use std::collections::{BTreeMap, BTreeSet};

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::{Outcome, View, ViewId, parts, tree};
use crate::analyze::{Origin, base_name, is_runtime, origin, package};
use crate::model::units::percentage;
use crate::report::ColumnId;
use crate::ui::keys::action::Action;
use crate::ui::session::Session;
use crate::ui::theme::Theme;
use crate::ui::widget::list::{Clicked, Emphasis, List, Tally};
use crate::ui::widget::{bar, figure, name, paint};
use crate::ui::work::{listing::Listing, query::Query};

pub(in crate::ui) const ID: ViewId = ViewId("packages");

/// The view's own state.
#[derive(Clone, Default)]
pub(super) struct Packages {
    list: List,
    rows: Vec<Row>,
}

/// A package, or all of one owner.
#[derive(Clone, PartialEq, Debug)]
struct Row {
    owner: Owner,
    /// None for the owner's sum.
    package: Option<String>,
    flat: i64,
    functions: usize,
    /// The function that holds most of it.
    heaviest: String,
}

/// Whose code it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Owner {
    Own,
    /// Own code or a dependency: nothing in the profile tells them apart.
    Either,
    Dependency,
    Standard,
    Runtime,
}

impl Owner {
    fn of(function: &str, file: &str) -> Self {
        match origin(function, file) {
            _ if is_runtime(function) => Self::Runtime,
            Origin::Own => Self::Own,
            Origin::Dependency => Self::Dependency,
            Origin::Std => Self::Standard,
        }
    }

    /// What of one's own is of another module than the program: where files have no versions, as in distributions'
    /// builds, hosts that have owner and repository in front of all packages tell.
    fn beside(self, module: Option<&str>, package: &str) -> Self {
        match module {
            Some(module) if self == Self::Own && package != MAIN && !is_below(package, module) => Self::Dependency,
            _ => self,
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Own => "own code",
            Self::Either => "own code or dependencies",
            Self::Dependency => "dependencies",
            Self::Standard => "standard library",
            Self::Runtime => "runtime",
        }
    }
}

const VALUE: usize = 11;

/// Hosts whose modules are `host/owner/repository`.
const FORGES: [&str; 3] = ["github.com", "gitlab.com", "bitbucket.org"];

/// The package that is a program's own whatever its module is.
const MAIN: &str = "main";

/// What stands between a module and what is vendored into it.
const VENDOR: &str = "/vendor/";

/// The module of the program: that of its main package, by its file; else the one that has others vendored into it; else the one
/// that is called like the binary.
fn module(listing: &Listing) -> Option<String> {
    let profile = &listing.report.profile;
    let packages = || listing.lines.keys().map(|name| package(profile.text(*name)));
    let binary = profile
        .mappings
        .first()
        .map(|mapping| base_name(profile.text(mapping.file)));
    let is_called_so = |package: &&str| {
        let mut parts = package.split('/');
        parts.next().is_some_and(|host| FORGES.contains(&host))
            && binary.is_some_and(|binary| parts.nth(1) == Some(binary))
    };
    let of_forge = |package: &str| package.splitn(4, '/').take(3).collect::<Vec<_>>().join("/");
    let of_main = of_main(listing);
    let with_vendor = || {
        packages()
            .filter_map(|package| package.split_once(VENDOR))
            .map(|(module, _)| module)
            .min()
    };
    let called_so = || packages().filter(is_called_so).map(of_forge).min();
    of_main.or_else(|| with_vendor().map(String::from)).or_else(called_so)
}

/// The module of the main package, where its file tells.
fn of_main(listing: &Listing) -> Option<String> {
    let profile = &listing.report.profile;
    let main = listing
        .lines
        .iter()
        .find(|(name, _)| package(profile.text(**name)) == MAIN);
    let file = profile.text(profile.functions[main?.1.line.function.index()].filename);
    let mut parts = file.split('/');
    let host = parts.next()?;
    match FORGES.contains(&host) {
        true => Some([host, parts.next()?, parts.next()?].join("/")),
        // How many parts a module of another host has is not known: what is of the host is its own.
        false => (host.contains('.') && parts.next().is_some()).then(|| host.to_string()),
    }
}

/// Whether a package is a module's: the module itself, or below it.
fn is_below(package: &str, module: &str) -> bool {
    let rest = package.strip_prefix(module);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// How many repositories of forges the program's own packages are of, as far as is known.
fn repositories<'k>(packages: impl Iterator<Item = &'k (Owner, String)>) -> usize {
    let own = packages.filter(|(owner, _)| *owner == Owner::Own);
    let of = |package: &'k str| {
        let parts: Vec<&str> = package.splitn(4, '/').take(3).collect();
        (parts.len() == 3 && FORGES.contains(&parts[0])).then_some(parts)
    };
    let repositories: BTreeSet<Vec<&str>> = own.filter_map(|(_, package)| of(package)).collect();
    repositories.len()
}

/// Owners with their packages, each largest first.
fn rows(listing: &Listing) -> Vec<Row> {
    let report = &listing.report;
    let module = module(listing);
    let mut packages: BTreeMap<(Owner, String), (Row, u64)> = BTreeMap::new();
    for &node in &listing.whole.listed {
        let info = report.frames.info(node);
        let function = report.profile.text(info.name);
        let file = listing.lines.get(&info.name).map_or("", |heaviest| {
            report
                .profile
                .text(report.profile.functions[heaviest.line.function.index()].filename)
        });
        let owner = Owner::of(function, file).beside(module.as_deref(), package(function));
        let flat = listing.whole.node(node).flat_value();
        if flat == 0 || function.is_empty() {
            continue;
        }
        let package = package(function);
        let package = package
            .rsplit_once(VENDOR)
            .map_or(package, |(_, vendored)| vendored)
            .to_string();
        let empty = Row {
            owner,
            package: Some(package.clone()),
            flat: 0,
            functions: 0,
            heaviest: String::new(),
        };
        let (row, most) = packages.entry((owner, package)).or_insert((empty, 0));
        row.flat = row.flat.saturating_add(flat);
        row.functions += 1;
        if flat.unsigned_abs() > *most {
            *most = flat.unsigned_abs();
            row.heaviest = report.name(node);
        }
    }
    // Where the module is unknown and files have no versions.
    if module.is_none() && repositories(packages.keys()) > 1 {
        let own = packages.into_iter();
        packages = own
            .map(|((owner, package), (row, most))| {
                let owner = if owner == Owner::Own && package != MAIN {
                    Owner::Either
                } else {
                    owner
                };
                ((owner, package), (Row { owner, ..row }, most))
            })
            .collect();
    }
    let mut owners: Vec<Vec<Row>> = Vec::new();
    for ((owner, _), (row, _)) in packages {
        match owners.last_mut().filter(|rows| rows[0].owner == owner) {
            Some(rows) => rows.push(row),
            None => owners.push(vec![row]),
        }
    }
    let mut all: Vec<Vec<Row>> = owners
        .into_iter()
        .map(|mut rows| {
            // They are in the order of their names, which those of equal size keep.
            rows.sort_by_key(|row| std::cmp::Reverse(row.flat.unsigned_abs()));
            let sum = Row {
                owner: rows[0].owner,
                package: None,
                flat: rows.iter().fold(0, |sum: i64, row| sum.saturating_add(row.flat)),
                functions: rows.iter().map(|row| row.functions).sum(),
                heaviest: rows[0].heaviest.clone(),
            };
            rows.insert(0, sum);
            rows
        })
        .collect();
    all.sort_by_key(|rows| std::cmp::Reverse(rows[0].flat.unsigned_abs()));
    all.concat()
}

fn line(listing: &Listing, theme: Theme, row: &Row, emphasis: Emphasis, width: usize) -> Line<'static> {
    let report = &listing.report;
    let (quiet, value) = (emphasis.style(theme.quiet()), emphasis.style(theme.value()));
    let share = row.flat as f64 / report.total.unsigned_abs().max(1) as f64;
    let mut spans = vec![
        emphasis.marker(),
        Span::styled(format!("{:>VALUE$} ", figure::amount(report, row.flat)), value),
        Span::styled(format!("{:>7} ", percentage(row.flat, report.total).trim()), quiet),
        Span::styled(format!("{:>9} ", figure::grouped(&row.functions.to_string())), quiet),
    ];
    if width >= 60 {
        spans.push(Span::styled(bar::bar(share, 8), emphasis.bar(theme)));
    }
    let used: usize = spans.iter().map(Span::width).sum();
    match &row.package {
        None => spans.push(Span::styled(
            format!(" {}", row.owner.title()),
            emphasis.style(theme.heading()),
        )),
        Some(package) => spans.push(Span::styled(
            format!("   {}", name::shorten(package, width.saturating_sub(used + 4))),
            emphasis.style(theme.text()),
        )),
    }
    Line::from(spans)
}

impl Packages {
    fn names(&self, at: usize) -> String {
        let row = &self.rows[at];
        row.package.clone().unwrap_or_else(|| row.owner.title().into())
    }
}

impl View for Packages {
    fn update(&mut self, action: Action, session: &mut Session, body: Rect) -> Outcome {
        let (area, len) = (parts(body).rows, self.rows.len());
        match action {
            Action::Move(step) => self.list.step(step, len, area),
            Action::Match(toward) => {
                let found = super::find_match(session, len, self.list.at(), toward, |at| self.names(at));
                found.iter().for_each(|found| self.list.go(found.at, len, area));
                return super::went_to_match(session, found);
            }
            Action::Enter => {
                let Some(row) = self.rows.get(self.list.at()) else {
                    return Outcome::Done;
                };
                session.choose(row.heaviest.clone());
                return Outcome::Go(tree::ID);
            }
            Action::Click(at) => {
                if self.list.click(at, len, area) == Clicked::Again {
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
        let under = self
            .rows
            .get(self.list.at())
            .map(|row| (row.owner, row.package.clone()));
        if listing.is_whole {
            self.rows = rows(&listing);
        }
        let is_it = |row: &Row| Some((row.owner, row.package.clone())) == under;
        let at = self.rows.iter().position(is_it).unwrap_or(0);
        self.list.go(at, self.rows.len(), parts(body).rows);
    }

    fn queries(&self, session: &Session) -> Vec<Query> {
        vec![Query::Listing(session.sample_type)]
    }

    fn finds(&self, _: &Session, expression: &regex::Regex) -> Option<bool> {
        Some((0..self.rows.len()).any(|at| expression.is_match(&self.names(at))))
    }

    fn name(&self, _: &Session) -> String {
        match self.list.at() {
            at if at < self.rows.len() => self.names(at),
            _ => String::new(),
        }
    }

    fn columns(&self, _: &Session) -> Vec<ColumnId> {
        vec![ColumnId::Flat, ColumnId::FlatPercent]
    }

    fn tally(&self, session: &Session) -> Option<Tally> {
        let matches = super::matches(session, self.rows.len(), |at| self.names(at))?;
        Some(Tally::new(&matches, self.list.selected()))
    }

    fn draw(&self, session: &Session, theme: Theme, body: Rect, buffer: &mut Buffer) {
        let Some(listing) = session.listing() else { return };
        let body = super::beside_bar(body);
        let parts = parts(body);
        let title = " What functions hold themselves, by package and whose it is";
        paint::line(buffer, parts.title, 0, &Line::styled(title, theme.quiet()));
        let bar = if body.width >= 60 { 8 } else { 0 };
        let head = format!(
            " {:>VALUE$} {:>7} {:>9} {:bar$} package",
            "▼flat",
            "flat%",
            session.granularity().unwrap_or("functions"),
            ""
        );
        paint::line(buffer, parts.head, 0, &Line::styled(head, theme.quiet()));
        if self.rows.is_empty() {
            match session.granularity() {
                Some(rows) if !listing.rows.is_empty() => {
                    let text = [
                        format!("Rows are {rows} now, and this view adds up functions."),
                        ":functions=true makes them functions again.".to_string(),
                    ];
                    paint::middle(buffer, parts.rows, theme.heading(), &text);
                }
                _ => super::draw_empty(session, theme, parts.rows, buffer),
            }
            return;
        }
        let width = usize::from(body.width);
        self.list.draw(&self.rows, theme, parts.rows, buffer, |row, emphasis| {
            line(listing, theme, row, emphasis, width)
        });
        let under = self.rows.get(self.list.at()).map_or("", |row| &row.heaviest);
        super::draw_details(session, theme, parts.details, under, buffer);
        super::draw_position(theme, parts.title, parts.rows, &self.list, self.rows.len(), buffer);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_of_two_repositories_are_not_all_own() {
        for (packages, count) in [
            (vec!["main", "github.com/a/b/c", "github.com/a/b"], 1),
            (vec!["github.com/a/b", "github.com/c/d/e", "example.com/f/g"], 2),
            (vec!["main", "net/http"], 0),
        ] {
            let keys: Vec<_> = packages.iter().map(|name| (Owner::Own, (*name).to_string())).collect();
            assert_eq!(repositories(keys.iter()), count, "{packages:?}");
        }
    }
}
