//! What holds for every picture.

use std::collections::BTreeMap;
use std::fmt::Write;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use roxmltree::{Document, Node};

use super::svg::tests::drawn;
use super::*;
use crate::model::{Action, Answer, Change, Event, EventId, Plan, Problem, ReasonCode};
use crate::time::{Interval, LocalDay};
use crate::{plan, strategies};

const THEMES: [Theme; 3] = [Theme::Auto, Theme::Light, Theme::Dark];

pub(super) fn for_many<S: Strategy>(part: u8, cases: u32, strategy: &S, property: impl Fn(S::Value)) {
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[part; 32]);
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let outcome = TestRunner::new_with_rng(config, rng).run(strategy, |value| {
        property(value);
        Ok(())
    });
    outcome.unwrap();
}

/// A problem, with its plan where it has one.
fn planned(problem: Problem) -> (Problem, Option<Plan>) {
    let plan = match plan(&problem).unwrap() {
        Answer::Planned(plan) => Some(plan),
        _ => None,
    };
    (problem, plan)
}

/// A problem, and changes of all kinds that no planner would propose.
pub(super) fn disturbed() -> impl Strategy<Value = (Problem, Option<Plan>)> {
    let choices = prop::collection::vec((0..5_u8, -3000..3000_i64, 15..200_i64), 40);
    (strategies::problem(), choices).prop_map(|(problem, choices)| {
        let (problem, plan) = planned(problem);
        let mut plan = plan.unwrap_or_default();
        plan.changes =
            problem.events.iter().zip(choices).filter_map(|(event, choice)| change(event, choice)).collect();
        (problem, Some(plan))
    })
}

fn change(event: &Event, (kind, shift, length): (u8, i64, i64)) -> Option<Change> {
    let place = |shift: i64| Interval::starting(event.interval.start().plus(shift), length);
    let action = match kind {
        0 => Action::Create { at: place(shift)? },
        1 => Action::Move { event: event.id, to: place(shift)? },
        2 => Action::Split { event: event.id, pieces: [place(shift)?, place(shift + length + 15)?] },
        3 => Action::Delete { event: event.id },
        _ => return None,
    };
    Some(Change { action, reason: ReasonCode::ConflictWithChill, detail: format!("{kind} {shift} <&>") })
}

fn any_title() -> impl Strategy<Value = String> {
    let nasty = prop::sample::select(vec![
        "]]>",
        "<!--",
        "\"'&<>",
        "\u{0}\u{1}\u{8}\u{B}\u{1F}",
        "\u{FFFE}\u{FFFF}",
        "\u{202E}abc",
        "شيء",
        "👩‍👩‍👧‍👦🇩🇪",
        "e\u{301}\u{301}\u{301}",
        "\r\n\t ",
        "",
        "﷽﷽﷽",
        "\u{2028}\u{85}\u{9F}",
        "&amp;&#0;",
        "x y z",
    ]);
    let long = any::<String>().prop_map(|text| text.repeat(40));
    prop_oneof![3 => nasty.prop_map(str::to_owned), 2 => any::<String>(), 1 => long]
}

#[test]
fn every_picture_is_well_formed_whatever_the_titles() {
    let strategy = (strategies::problem(), prop::collection::vec(any_title(), 6));
    for_many(21, 150, &strategy, |(mut problem, titles)| {
        for (event, title) in problem.events.iter_mut().zip(titles.iter().cycle()) {
            event.title.clone_from(title);
        }
        for task in &mut problem.tasks {
            task.title.clone_from(&titles[0]);
        }
        let (problem, plan) = planned(problem);
        let picture = Picture::of(&problem, plan.as_ref());
        for theme in THEMES {
            let drawn = svg(&picture, theme);
            let document = Document::parse(&drawn).unwrap();
            let root = document.root_element();
            assert_eq!(root.attribute("role"), Some("img"));
            for label in root.attribute("aria-labelledby").unwrap().split(' ') {
                let labels: Vec<Node<'_, '_>> =
                    document.descendants().filter(|node| node.attribute("id") == Some(label)).collect();
                assert_eq!(labels.len(), 1);
                assert!(labels[0].text().is_some_and(|text| !text.is_empty()));
            }
            assert_eq!(drawn.contains("<style>"), theme == Theme::Auto);
        }
        assert!(text(&picture).lines().all(|line| !line.chars().any(char::is_control)));
    });
}

#[test]
fn nothing_is_drawn_outside_the_page() {
    for_many(22, 150, &disturbed(), |(problem, plan)| {
        let drawn = svg(&Picture::of(&problem, plan.as_ref()), Theme::Dark);
        let document = Document::parse(&drawn).unwrap();
        let number = |node: &Node<'_, '_>, name: &str| {
            node.attribute(name).map_or(0.0, |value| value.parse::<f64>().unwrap())
        };
        let root = document.root_element();
        let (width, height) = (number(&root, "width"), number(&root, "height"));
        let is_inside = |x: f64, y: f64| (0.0..=width).contains(&x) && (0.0..=height).contains(&y);
        for node in document.descendants().filter(|node| matches!(node.tag_name().name(), "rect" | "text")) {
            let (x, y) = (number(&node, "x"), number(&node, "y"));
            let (right, bottom) = (x + number(&node, "width"), y + number(&node, "height"));
            assert!(is_inside(x, y) && is_inside(right, bottom), "{node:?}");
            assert!(x <= right && y <= bottom, "{node:?}");
        }
        for node in document.descendants().filter(|node| node.has_tag_name("circle")) {
            assert!(is_inside(number(&node, "cx"), number(&node, "cy")), "{node:?}");
        }
    });
}

#[test]
fn every_visible_event_is_there_once_on_each_day_that_it_touches() {
    for_many(23, 300, &strategies::problem(), |problem| {
        let (problem, plan) = planned(problem);
        let picture = Picture::of(&problem, plan.as_ref());
        let mut there: BTreeMap<(LocalDay, EventId), usize> = BTreeMap::new();
        for (day, block) in drawn(&picture) {
            if let (Some(event), false) = (block.event, block.look.is_proposed()) {
                *there.entry((day, event)).or_default() += 1;
            }
        }
        let mut expected = BTreeMap::new();
        for day in picture.days() {
            let whole = problem.settings.zone.whole_day(day).unwrap();
            let visible = problem.events.iter().filter(|event| event.interval.overlaps(whole));
            expected.extend(visible.map(|event| ((day, event.id), 1)));
        }
        assert_eq!(there, expected);
    });
}

#[test]
fn every_change_is_drawn_where_it_was_and_where_it_goes() {
    for_many(24, 300, &disturbed(), |(problem, plan)| {
        let plan = plan.unwrap();
        let picture = Picture::of(&problem, Some(&plan));
        let marked: Vec<(Mark, Look, Interval)> = drawn(&picture)
            .into_iter()
            .filter_map(|(_, block)| Some((block.mark?, block.look, block.interval)))
            .collect();
        for (index, change) in plan.changes.iter().enumerate() {
            let mark = Mark::Change(index + 1);
            let of_this = |look: &dyn Fn(Look) -> bool, at: Interval| {
                marked
                    .iter()
                    .any(|(other, drawn, interval)| *other == mark && look(*drawn) && *interval == at)
            };
            for at in change.action.intervals() {
                assert!(of_this(&Look::is_proposed, *at), "{change:?} goes to {at:?}");
            }
            if let Some(event) = change.action.event() {
                let was = problem.events.iter().find(|other| other.id == event).unwrap().interval;
                assert!(of_this(&Look::is_gone, was), "{change:?} was at {was:?}");
            }
            assert!(
                picture.remarks.iter().any(|remark| remark.mark == mark && remark.sentence == change.detail)
            );
        }
    });
}

#[test]
fn the_order_of_the_lists_does_not_matter() {
    for_many(26, 150, &strategies::problem(), |problem| {
        let (problem, plan) = planned(problem);
        let mut turned = problem.clone();
        turned.events.reverse();
        turned.tasks.reverse();
        turned.busy.reverse();
        let (one, other) = (Picture::of(&problem, plan.as_ref()), Picture::of(&turned, plan.as_ref()));
        assert_eq!(svg(&one, Theme::Auto), svg(&other, Theme::Auto));
        assert_eq!(text(&one), text(&other));
    });
}

#[test]
fn a_picture_that_makes_no_sense_is_drawn_all_the_same() {
    let problem = read("mon  ##aa").unwrap();
    let picture = Picture::of(&problem, None);
    let day = |year| LocalDay::new(year, 1, 1).unwrap();
    for rows in [vec![], vec![vec![]], vec![vec![day(2025); 40], vec![], vec![day(9999), day(-9999)]]] {
        for waking_minutes in [(0, 0), (1000, 10), (0, u16::MAX)] {
            let picture = Picture { rows: rows.clone(), waking_minutes, ..picture.clone() };
            for theme in THEMES {
                Document::parse(&svg(&picture, theme)).unwrap();
            }
            text(&picture);
        }
    }
}

/// Drawings as [`text`] writes them, without what it says below the days.
fn drawing() -> impl Strategy<Value = String> {
    let sign = prop::sample::select(vec!['.', '.', '.', '#', '%', '1']);
    let run = (sign, 1..6_usize);
    let rows = prop::collection::vec(prop::collection::vec(run, 12), 1..8);
    (0..16_u16, 2..8_u16, rows, any::<bool>()).prop_map(|(first, hours, rows, is_quarters)| {
        let hours = hours.min(23 - first).max(1);
        let per_hour = if is_quarters { 4 } else { 2 };
        let step = if is_quarters { 1 } else { 2 };
        let ruler: Vec<String> =
            (first..=first + hours).step_by(step).map(|hour| format!("{hour:02}")).collect();
        let mut drawing = format!("from 2025-03-03 in UTC\n     {}\n", ruler.join("  "));
        let mut letters = ('a'..='z').chain('A'..='Z').chain('a'..='a');
        let weekdays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
        for (weekday, runs) in weekdays.iter().zip(rows) {
            let mut cells = String::new();
            for (sign, length) in runs {
                let sign = if sign == '1' { letters.next().unwrap_or('.') } else { sign };
                cells.extend(std::iter::repeat_n(sign, length));
            }
            let cells: String = cells.chars().take(usize::from(hours * per_hour)).collect();
            let width = usize::from(hours * per_hour);
            let _ = writeln!(drawing, "{weekday}  {cells:.<width$}");
        }
        drawing
    })
}

#[test]
fn a_drawing_that_is_read_is_drawn_the_same() {
    for_many(27, 2_000, &drawing(), |drawing| {
        let Ok(problem) = read(&drawing) else { return };
        let again = text(&Picture::of(&problem, None));
        let days: String = again
            .lines()
            .take_while(|line| !line.starts_with("now"))
            .fold(String::new(), |all, line| all + line + "\n");
        let is_quarters_by_need = days.lines().nth(1) == drawing.lines().nth(1);
        if is_quarters_by_need {
            assert_eq!(days, drawing);
        }
        // What is said below the days is read and drawn the same as well.
        assert_eq!(text(&Picture::of(&read(&again).unwrap(), None)), again);
    });
}

#[test]
fn every_week_that_is_drawn_before_planning_can_be_read() {
    for_many(28, 1_500, &strategies::problem(), |problem| {
        let drawn = text(&Picture::of(&problem, None));
        let again = read(&drawn).map(|problem| text(&Picture::of(&problem, None)));
        assert!(again.is_ok(), "{again:?}\n{drawn}");
    });
}
