//! A menu over the view: a list to pick from, by cursor, by letter or by a click.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::list::List;
use super::paint;
use crate::ui::keys::action::Action;
use crate::ui::theme::Theme;

/// A row of a menu.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in super::super) struct Choice {
    pub(in super::super) name: String,
    pub(in super::super) help: String,
}

impl Choice {
    pub(in super::super) fn new(name: &str, help: &str) -> Self {
        Self {
            name: name.into(),
            help: help.into(),
        }
    }
}

/// Where the cursor of a menu is.
#[derive(Clone, Copy, Debug, Default)]
pub(in super::super) struct Menu {
    list: List,
}

impl Menu {
    /// Moves, or picks a row: returns which.
    pub(in super::super) fn update(&mut self, action: Action, choices: &[Choice], body: Rect) -> Option<usize> {
        let area = rows(body);
        match action {
            Action::Move(step) => self.list.step(step, choices.len(), area),
            Action::Enter => return Some(self.list.at()).filter(|at| *at < choices.len()),
            Action::Letter(letter) => return letters(choices).iter().position(|own| *own == letter),
            Action::Click(at) => return self.list.hit(at, choices.len(), area),
            _ => {}
        }
        None
    }

    pub(in super::super) fn draw(
        &self,
        title: &str,
        choices: &[Choice],
        theme: Theme,
        body: Rect,
        buffer: &mut Buffer,
    ) {
        paint::clear(buffer, body);
        let area = rows(body);
        if area.y > body.y {
            let (first, rest) = title.split_once(' ').unwrap_or((title, ""));
            let title = Line::from(vec![
                Span::styled(format!(" {first} "), theme.heading()),
                Span::styled(rest.to_string(), theme.text()),
            ]);
            paint::line(buffer, body, 0, &title);
        }
        let mut list = self.list;
        list.fit(choices.len(), area);
        let widest = choices.iter().map(|choice| choice.name.chars().count()).max();
        let widest = widest.unwrap_or(0);
        let lettered: Vec<(char, &Choice)> = letters(choices).into_iter().zip(choices).collect();
        list.draw(&lettered, theme, area, buffer, |(letter, choice), emphasis| {
            Line::from(vec![
                Span::styled(format!("   {letter}  "), emphasis.style(theme.key())),
                Span::styled(format!("{:<widest$}  ", choice.name), emphasis.style(theme.function())),
                Span::raw(choice.help.clone()),
            ])
        });
    }
}

/// A letter for each row: the first of its name that no other has; a blank where there is none left.
pub(in super::super) fn letters(choices: &[Choice]) -> Vec<char> {
    let mut taken: Vec<char> = Vec::new();
    for choice in choices {
        let is_free = |letter: &char| is_letter(*letter) && !taken.contains(letter);
        let letter = choice.name.chars().chain('a'..='z').find(is_free);
        taken.push(letter.unwrap_or(' '));
    }
    taken
}

/// `q` leaves.
fn is_letter(char: char) -> bool {
    char.is_ascii_lowercase() && char != 'q'
}

/// Where the rows are: below the title.
fn rows(body: Rect) -> Rect {
    let title = if body.height >= 4 { 2 } else { 0 };
    Rect {
        y: body.y + title,
        height: body.height - title,
        ..body
    }
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Position;

    use super::*;
    use crate::ui::keys::action::Movement;

    fn choices() -> Vec<Choice> {
        let names = ["heap", "heap after GC", "goroutine", "goroutineleak", "qqq", "trace"];
        names.map(|name| Choice::new(name, "a help")).to_vec()
    }

    #[test]
    fn each_choice_has_a_letter_of_its_own() {
        let mut letters = letters(&choices());
        assert!(letters.iter().all(|letter| is_letter(*letter)), "{letters:?}");
        letters.sort_unstable();
        letters.dedup();
        assert_eq!(letters.len(), choices().len());
        let many = vec![Choice::new("a", ""); 40];
        assert_eq!(
            super::letters(&many).iter().filter(|letter| **letter == ' ').count(),
            15
        );
    }

    #[test]
    fn a_click_picks_the_row_under_it() {
        let (choices, body) = (choices(), Rect::new(0, 3, 40, 8));
        let mut menu = Menu::default();
        let click = |y: u16| Action::Click(Position { x: 4, y });
        assert_eq!(menu.update(click(4), &choices, body), None, "the title");
        assert_eq!(menu.update(click(5), &choices, body), Some(0));
        menu.update(Action::Move(Movement::Last), &choices, body);
        assert_eq!(menu.update(Action::Enter, &choices, body), Some(choices.len() - 1));
        assert_eq!(menu.update(Action::Letter('g'), &choices, body), Some(2));
        assert_eq!(menu.update(Action::Enter, &[], body), None, "an empty menu");
    }
}
