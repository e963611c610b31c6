//! Stored problems with the objective of their best plan, found and proven by other means than this planner: as an
//! integer programme. Whoever changes what is best changes these files on purpose.
//!
//! Each line of `optima/*.jsonl` holds a problem as `canvascal plan` reads it, and what is expected of the answer.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeSet;
use std::fmt::Write as _;

use planner_core::document::read_problem;
use planner_core::model::{Answer, EventId, Objective};
use planner_core::{check, plan};
use serde::Deserialize;

#[derive(Deserialize)]
struct Optimum {
    problem: serde_json::Value,
    status: String,
    refusal: Option<String>,
    need: Option<u32>,
    claims: BTreeSet<String>,
    objective: [u32; 11],
}

/// Plans every problem of a file and lists where the answer is another.
fn differences(lines: &str) -> String {
    let mut differences = String::new();
    for line in lines.lines() {
        let optimum: Optimum = serde_json::from_str(line).unwrap();
        let named = read_problem(&optimum.problem.to_string()).unwrap();
        let answer = plan(&named.problem).unwrap();
        check::assert_valid(&named.problem, &answer);
        if let Some(difference) = difference(&optimum, &answer) {
            writeln!(differences, "{}: {difference}", named.name).unwrap();
        }
    }
    differences
}

fn difference(optimum: &Optimum, answer: &Answer) -> Option<String> {
    let status = match answer {
        Answer::Planned(_) => "planned",
        Answer::NothingToPlan => "nothing_to_plan",
        Answer::Refused(_) => "refused",
    };
    if status != optimum.status {
        return Some(format!("is {status}, should be {}", optimum.status));
    }
    match answer {
        Answer::Planned(plan) => {
            let ids = |ids: &[EventId]| ids.iter().map(ToString::to_string).collect::<BTreeSet<_>>();
            let found = (plan.objective, Some(plan.need_minutes), ids(&plan.claims), true);
            let expected = (
                Objective::from_components(optimum.objective),
                optimum.need.or(Some(plan.need_minutes)),
                optimum.claims.clone(),
                plan.proven_optimal,
            );
            (found != expected).then(|| format!("found {found:?}, should be {expected:?}"))
        }
        Answer::Refused(refusal) => (optimum.refusal.as_deref() != Some(refusal.as_str()))
            .then(|| format!("is refused as {refusal}, should be {:?}", optimum.refusal)),
        Answer::NothingToPlan => None,
    }
}

macro_rules! optima {
    ($($name:ident: $count:literal in $file:literal,)+) => {
        $(#[test]
        fn $name() {
            let lines = include_str!(concat!("optima/", $file));
            assert_eq!(lines.lines().count(), $count);
            assert_eq!(differences(lines), "");
        })+
    };
}

optima! {
    tiny_problems_with_every_setting_have_their_known_optimum: 140 in "tiny.jsonl",
    problems_of_a_few_days_have_their_known_optimum: 100 in "mid.jsonl",
    problems_that_need_chains_of_moves_have_their_known_optimum: 70 in "chain.jsonl",
    problems_that_need_splits_have_their_known_optimum: 70 in "split.jsonl",
    conflicts_have_their_known_optimum: 60 in "conflict.jsonl",
    problems_with_stranded_blocks_have_their_known_optimum: 40 in "stranded.jsonl",
    whole_student_weeks_have_their_known_optimum: 20 in "realistic.jsonl",
}
