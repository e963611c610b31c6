//! Lines as people write them, each with what is to be read in it.

use planner_core::time::Zone;
use syllabus::{Band, Context, Document, Format, Found, read};

use crate::pages::date;

fn found(text: &str) -> Vec<Found> {
    let text = format!(
        "Course 101, Fall 2026\n\nClasses begin Monday, August 24. We meet MWF 10:00-10:50 am.\n\n{text}\n"
    );
    let context = Context::new(date("2026-09-01"), Zone::utc());
    read(&Document { format: Format::Text, text: &text }, &context).unwrap().found
}

/// The day, `?` where it is doubtful, the time, and the title.
fn told(text: &str) -> Vec<String> {
    let one = |found: &Found| {
        let doubt = if found.band == Band::Confident { "" } else { "?" };
        let time = found
            .when
            .time
            .map(|time| format!(" {:02}:{:02}", time.hour(), time.minute()))
            .unwrap_or_default();
        let last = found
            .when
            .last_date
            .map(|last| format!("..{:02}-{:02}", u8::from(last.month()), last.day()))
            .unwrap_or_default();
        format!(
            "{:02}-{:02}{last}{doubt}{time} {}",
            u8::from(found.when.date.month()),
            found.when.date.day(),
            found.title
        )
    };
    found(text).iter().map(one).collect()
}

#[test]
fn what_is_due_is_told_from_what_is_handed_out() {
    let cases: [(&str, &[&str]); 14] = [
        ("Mon, Oct 19: HW1 due, HW2: Unit testing", &["10-19 HW1"]),
        ("Oct 20: Assn 2 due; Assn 3 out", &["10-20 Assn 2"]),
        ("9/1 HW1 out; 9/18 HW1 due", &["09-18 HW1"]),
        ("Homework 1 (out 9/1, due 9/18)", &["09-18 Homework 1"]),
        (
            "Here is the fourth exercise sheet that is due October 2, 2026 (posted on September 23, 2026).",
            &["10-02 fourth exercise sheet"],
        ),
        ("Start Project 2. Sep 14: introduce Essay 1, go over HW 1", &[]),
        ("All homework is due Fridays at 5 pm, starting September 4.", &[]),
        ("First lab meets the week of September 14.", &[]),
        ("Sep 28: Review for Exam 1", &[]),
        ("Oct 2: practice midterm posted", &[]),
        ("Dec 20: final grades due", &[]),
        ("Last day to drop: Sep 4. No class on October 12, homework as usual.", &[]),
        ("Essay 1 assigned Sep 14, due Sep 28", &["09-28 Essay 1"]),
        (
            "Due Oct 5: HW 3, Lab 2 and Project proposal",
            &["10-05 HW 3", "10-05 Lab 2", "10-05 Project proposal"],
        ),
    ];
    for (text, wanted) in cases {
        assert_eq!(told(text), wanted, "{text}");
    }
}

#[test]
fn several_things_of_a_line_have_their_own_dates() {
    let cases: [(&str, &[&str]); 8] = [
        ("Quiz #1-- Sept 13 Quiz #5 -- Oct 18", &["09-13 Quiz #1", "10-18 Quiz #5"]),
        (
            "Exams: Wed. Sept. 16, Wed. Oct. 14, and Wed. Nov. 11.",
            &["09-16 Exams", "10-14 Exams", "11-11 Exams"],
        ),
        ("Quizzes: 9/4, 9/18, 10/2", &["09-04 Quizzes", "09-18 Quizzes", "10-02 Quizzes"]),
        ("Midterm 1 is on Oct 5 and midterm 2 on Nov 9.", &["10-05 Midterm 1", "11-09 midterm 2"]),
        ("HW1 due 9/14, HW2 due 9/21", &["09-14 HW1", "09-21 HW2"]),
        ("9/14 HW1 due, 9/21 HW2 due", &["09-14 HW1", "09-21 HW2"]),
        (
            "Exam 2 covers material from October 1 to November 5 and will be held on November 9.",
            &["11-09 Exam 2"],
        ),
        ("Midterm moved from Oct 5 to Oct 7.", &["10-05? Midterm", "10-07 Midterm"]),
    ];
    for (text, wanted) in cases {
        assert_eq!(told(text), wanted, "{text}");
    }
}

#[test]
fn times_belong_to_what_they_stand_beside() {
    let cases: [(&str, &[&str]); 7] = [
        ("Midterm: Oct 5, 7-9 pm", &["10-05 19:00 Midterm"]),
        ("Essay 2 due Friday, October 9 by 11:59 pm (20%)", &["10-09 23:59 Essay 2"]),
        ("Essay 2 is due on October 9 before class.", &["10-09 10:00 Essay 2"]),
        (
            "Project 1 due Oct 9 at noon, Project 2 due Nov 6 at midnight",
            &["10-09 12:00 Project 1", "11-06 23:59 Project 2"],
        ),
        ("Final Exam, Thurs Dec 17, 3:30-5:30", &["12-17 15:30 Final Exam"]),
        ("Exam 1 - Wednesday, September 23, 11 am", &["09-23 11:00 Exam 1"]),
        ("HW 4: due 2026-10-09 17:00", &["10-09 17:00 HW 4"]),
    ];
    for (text, wanted) in cases {
        assert_eq!(told(text), wanted, "{text}");
    }
}

#[test]
fn what_is_no_date_or_nothing_to_do_is_passed_over() {
    for text in [
        "Read Chapter 10/11 for the exam.",
        "You need a score of 3/4 on each quiz.",
        "The exam is in room 12.04.",
        "Version 1.2.3 of the homework",
        "Help with homework: 555-12-04, 24/7",
        "Last updated 2026-08-20: exam policy",
        "ISBN 978-0-13-110362-7, Test edition 9/11",
        "The final exam is worth 30%.",
        "Office hours Oct 5 before the exam, 2-4 pm",
        "Thanksgiving break Nov 25-27",
        "Sep 8: Hypothesis tests",
        "Sep 9: Paper by Lamport (1978)",
        "Sep 14: Project management",
        "Registration deadline: September 4",
        "Sep 16: Testing and test-driven design",
        "On December 7, 1941 the war began.",
    ] {
        assert_eq!(told(text), [""; 0], "{text}");
    }
}

#[test]
fn doubt_is_told() {
    let cases: [(&str, &[&str]); 7] = [
        ("Exam 1: Monday, October 8", &["10-08? Exam 1"]),
        ("Midterm: week 6", &["09-28..10-02? Midterm"]),
        ("Midterm: Friday of week 6", &["10-02 Midterm"]),
        ("Sep 14: Homework 2", &["09-14? Homework 2"]),
        ("Exam 1: July 8", &["07-08? Exam 1"]),
        ("Exam 1: Oct 5 (tentative)", &["10-05? Exam 1 (tentative)"]),
        (
            "Paper 1 due Oct 9\nQuiz 1: Sep 24\nPaper 1 due Oct 12",
            &["09-24 Quiz 1", "10-09? Paper 1", "10-12? Paper 1"],
        ),
    ];
    for (text, wanted) in cases {
        assert_eq!(told(text), wanted, "{text}");
    }
}

#[test]
fn tables_in_text_are_read() {
    let text = "- Lab 0: Git setup | Due: 2026-09-12 | Points: 20\n- Project 1: Parser | Due: 2026-10-10 | Points: 100\n\
                - Midterm Exam: 2026-10-24 | Points: 100";
    assert_eq!(told(text), ["09-12 Lab 0: Git setup", "10-10 Project 1: Parser", "10-24 Midterm Exam"]);
    let text = "| Week of | Topic | Monday Lec | Thursday 5PM | Friday Tut |\n|--|--|--|--|--|\n| Sep 14 | R | 9:10AM | HW1 Due | 9:10AM |\n| Oct 26 | **Midterm Review** | 9:10AM | | **Midterm Exam** |";
    assert_eq!(told(text), ["09-17 17:00 HW1", "10-30 Midterm Exam"]);
    let text = "| Week | Date | Topic | Due |\n|--|--|--|--|\n| 6 | Sep 29, Oct 1 | Trees | Tue: Assn 2 due; Assn 3 out |\n| 8 | Oct 14 | Midterm exam (in class) | |";
    assert_eq!(told(text), ["09-29 Assn 2", "10-14 10:00 Midterm exam"]);
}
