//! How long planning takes over many weeks, with its tail: `cargo bench -p benches --bench percentiles`.
//!
//! One thread, no warm-up beyond a few weeks, every week planned once: what a server sees.

use std::time::{Duration, Instant};

use benches::{student, tight};
use planner_core::model::{Answer, Problem};

const WEEKS: u64 = 600;

fn main() {
    println!(
        "{:<22}{:>7}{:>10}{:>10}{:>10}{:>10}{:>10}",
        "weeks", "count", "p50 ms", "p90 ms", "p99 ms", "max ms", "unproven"
    );
    for seed in 0..20 {
        std::hint::black_box(planner_core::plan(&student::problem(120, 10_000 + seed)).is_ok());
    }
    let median =
        |events: usize| report(&format!("student, {events} events"), |seed| student::problem(events, seed));
    median(40);
    median(120);
    let (of_300, of_1000) = (median(300), median(1_000));
    report("tight", tight::problem);
    println!(
        "1,000 events take {:.1} times as long as 300 (medians)",
        of_1000.as_secs_f64() / of_300.as_secs_f64()
    );
}

/// Prints a line and gives the median.
fn report(name: &str, week: impl Fn(u64) -> Problem) -> Duration {
    let mut unproven = 0;
    let mut times: Vec<Duration> = (1..=WEEKS)
        .map(|seed| {
            let problem = week(seed);
            let begun = Instant::now();
            let answer = planner_core::plan(std::hint::black_box(&problem));
            let time = begun.elapsed();
            if let Ok(Answer::Planned(plan)) = answer {
                unproven += u32::from(!plan.proven_optimal);
            }
            time
        })
        .collect();
    times.sort_unstable();
    let at = |percent: usize| times[(times.len() * percent / 100).min(times.len() - 1)];
    let ms = |time: Duration| time.as_secs_f64() * 1000.0;
    println!(
        "{name:<22}{WEEKS:>7}{:>10.3}{:>10.3}{:>10.3}{:>10.3}{unproven:>10}",
        ms(at(50)),
        ms(at(90)),
        ms(at(99)),
        ms(at(100))
    );
    at(50)
}
