//! The planner and its checker on weeks of several sizes: `cargo bench -p benches --bench planner`.

use benches::student::problem;
use divan::{Bencher, black_box};

fn main() {
    divan::main();
}

/// Events in fourteen days.
const SIZES: [usize; 4] = [40, 120, 300, 1000];

#[divan::bench(args = SIZES)]
fn plan(bencher: Bencher<'_, '_>, events: usize) {
    let problems: Vec<_> = (1..=20).map(|seed| problem(events, seed)).collect();
    let mut next = problems.iter().cycle();
    bencher.bench_local(|| planner_core::plan(black_box(next.next().unwrap_or(&problems[0]))));
}

#[divan::bench(args = SIZES)]
fn check(bencher: Bencher<'_, '_>, events: usize) {
    let problem = problem(events, 1);
    let answer = planner_core::plan(&problem);
    bencher.bench_local(|| {
        answer.as_ref().map(|answer| planner_core::check::check(black_box(&problem), answer))
    });
}
