//! Instructions that planning takes, counted by valgrind so that the figures repeat: `cargo bench -p benches --bench
//! instructions`. Needs valgrind and `gungraun-runner` of the same version as the crate.

#![expect(missing_docs, reason = "the macros make public items")]

use std::hint::black_box;

use benches::{student, tight};
use gungraun::{library_benchmark, library_benchmark_group, main};
use planner_core::model::Problem;

/// Weeks planned one after the other, since one is much harder than another.
const WEEKS: u64 = 20;

fn weeks(week: impl Fn(u64) -> Problem) -> Vec<Problem> {
    (1..=WEEKS).map(week).collect()
}

#[library_benchmark]
#[bench::student_40(weeks(|seed| student::problem(40, seed)))]
#[bench::student_120(weeks(|seed| student::problem(120, seed)))]
#[bench::student_300(weeks(|seed| student::problem(300, seed)))]
#[bench::student_1000(weeks(|seed| student::problem(1_000, seed)))]
#[bench::tight(weeks(tight::problem))]
fn plan(problems: Vec<Problem>) -> usize {
    problems.iter().filter(|problem| planner_core::plan(black_box(problem)).is_ok()).count()
}

library_benchmark_group!(name = planner, benchmarks = plan);
main!(library_benchmark_groups = planner);
