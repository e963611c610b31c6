//! Where things are on the page, for random pictures.

use super::frame::{Frame, Placed};
use crate::draw::picture::{Block, Picture};
use crate::draw::properties::{disturbed, for_many};
use crate::time::LocalDay;

/// Every block that is drawn, with the day that it is drawn on.
pub(in crate::draw) fn drawn(picture: &Picture) -> Vec<(LocalDay, &Block)> {
    let frame = Frame::of(picture);
    let day = |placed: &Placed<'_>| frame.rows[placed.at.0].columns[placed.at.1].clock.date;
    frame.place(picture).iter().map(|placed| (day(placed), placed.part.block)).collect()
}

#[test]
fn every_block_is_within_its_day() {
    for_many(31, 150, &disturbed(), |(problem, plan)| {
        let picture = Picture::of(&problem, plan.as_ref());
        let frame = Frame::of(&picture);
        for placed in frame.place(&picture) {
            let (area, row) = (placed.area, &frame.rows[placed.at.0]);
            let day = row.columns[placed.at.1].area;
            assert!(day.left <= area.left && area.right <= day.right, "{area:?} {day:?}");
            assert!(day.top <= area.top && area.bottom <= day.bottom, "{area:?} {day:?}");
            assert!(area.left < area.right && area.top < area.bottom, "{area:?}");
            assert!(row.plot.left <= day.left && day.right <= row.plot.right + 0.01);
        }
    });
}

#[test]
fn no_block_is_on_top_of_another() {
    /// What the least height of a block may take from the next one.
    const SLACK: f64 = 3.0;
    for_many(32, 150, &disturbed(), |(problem, plan)| {
        let picture = Picture::of(&problem, plan.as_ref());
        let placed = Frame::of(&picture).place(&picture);
        for (index, one) in placed.iter().enumerate() {
            for other in placed[index + 1..].iter().filter(|other| other.at == one.at) {
                let (one, other) = (one.area, other.area);
                let shared = one.bottom.min(other.bottom) - one.top.max(other.top);
                assert!(!one.overlaps(other) || shared <= SLACK, "{one:?} {other:?}");
            }
        }
    });
}
