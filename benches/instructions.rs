//! Instructions that planning takes, counted by valgrind so that the figures repeat: `cargo bench -p benches --bench
//! instructions`. Needs valgrind and `gungraun-runner` of the same version as the crate.

#![expect(missing_docs, reason = "the macros make public items")]

use std::hint::black_box;

use benches::{student, tight};
use gungraun::{library_benchmark, library_benchmark_group, main};
use planner_core::model::{Answer, InvalidProblem, Problem};

#[library_benchmark]
#[bench::student_40(student::problem(40, 1))]
#[bench::student_120(student::problem(120, 1))]
#[bench::student_300(student::problem(300, 1))]
#[bench::student_1000(student::problem(1_000, 1))]
#[bench::tight(tight::problem(1))]
fn plan(problem: Problem) -> Result<Answer, InvalidProblem> {
    planner_core::plan(black_box(&problem))
}

library_benchmark_group!(name = planner, benchmarks = plan);
main!(library_benchmark_groups = planner);
