//! A service that embeds the planner: its own calendar in, a proposal for a person out.
//!
//! `cargo run -p planner-core --example embedding`

use std::error::Error;

use planner_core::draw::{Picture, text};
use planner_core::model::{
    Answer, Event, EventId, Kind, Mode, Priority, Problem, Settings, Task, TaskId, TaskKind,
};
use planner_core::time::{Interval, Zone};
use planner_core::{check, plan, slack, why_not};
use uuid::Uuid;

/// What this service knows of an appointment. Yours looks different; the planner needs no more than this.
struct Appointment {
    title: &'static str,
    starts: &'static str,
    minutes: i64,
    for_fun: bool,
}

const CALENDAR: [Appointment; 4] = [
    Appointment { title: "Lecture", starts: "2025-03-10T08:00:00Z", minutes: 480, for_fun: false },
    Appointment { title: "Film with Jo", starts: "2025-03-10T17:00:00Z", minutes: 180, for_fun: true },
    Appointment { title: "Shift", starts: "2025-03-11T07:00:00Z", minutes: 600, for_fun: false },
    Appointment { title: "Climbing", starts: "2025-03-11T17:30:00Z", minutes: 120, for_fun: true },
];

fn main() -> Result<(), Box<dyn Error>> {
    let problem = problem(&CALENDAR)?;

    let slack = slack::of(&problem)?;
    println!("{} min are needed, {} min are free.\n", slack.needed_minutes, slack.available_minutes);

    let answer = plan(&problem)?;
    // The planner is trusted as little as any other source of plans.
    assert!(check::check(&problem, &answer)?.is_empty());
    let Answer::Planned(plan) = answer else {
        println!("There is nothing to plan.");
        return Ok(());
    };
    for change in &plan.changes {
        println!("{:<40} {}", change.reason.as_str(), change.detail);
    }
    if let Some(why) = why_not::explain(&problem, &plan) {
        println!("{} min do not fit.", why.uncovered_minutes);
        for cause in &why.causes {
            println!("  {} keeps out {} min", cause.obstacle, cause.minutes_gained);
        }
        if let Some(offer) = why.offer {
            println!("  {}", offer.detail);
        }
    }
    println!("\n{}", text(&Picture::of(&problem, Some(&plan))));
    Ok(())
}

/// The service's calendar in the planner's words.
fn problem(calendar: &[Appointment]) -> Result<Problem, Box<dyn Error>> {
    let exam = Task {
        id: TaskId(Uuid::from_u128(1)),
        title: "Algebra".to_owned(),
        kind: TaskKind::Exam,
        due: "2025-03-12T08:00:00Z".parse()?,
        priority: Priority::from_thousandths(80_000),
        effort_minutes: 420,
        due_changed_at: None,
    };
    let events: Result<Vec<Event>, Box<dyn Error>> =
        (1..).zip(calendar).map(|(number, appointment)| event(number, appointment)).collect();
    Ok(Problem {
        mode: Mode::Demand { trigger: exam.id },
        now: "2025-03-09T16:00:00Z".parse()?,
        settings: Settings { zone: Zone::named("Europe/Berlin")?, ..Settings::default() },
        used_churn_today: 0,
        override_churn_cap: None,
        tasks: vec![exam],
        events: events?,
        busy: Vec::new(),
    })
}

fn event(number: u128, appointment: &Appointment) -> Result<Event, Box<dyn Error>> {
    let at = Interval::starting(appointment.starts.parse()?, appointment.minutes);
    Ok(Event {
        id: EventId(Uuid::from_u128(100 + number)),
        title: appointment.title.to_owned(),
        interval: at.ok_or("an appointment lasts a while")?,
        kind: if appointment.for_fun { Kind::Chill } else { Kind::Class },
        is_movable: appointment.for_fun,
        protected: false,
        transparent: false,
        task: None,
        accepted_at: None,
    })
}
