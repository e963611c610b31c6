//! Tables, with what their cells span.

use super::{Block, Line};
use crate::limits::{MOST_CELLS, MOST_COLUMNS};

/// A table.
#[derive(Clone, Debug, Default)]
pub(crate) struct Table {
    pub(crate) caption: Vec<Line>,
    /// Cells as they are written: what spans rows or columns stands in the first alone.
    pub(crate) rows: Vec<Vec<Cell>>,
    /// For each row and column the cell that covers it: its row, and its place in that row.
    pub(crate) grid: Vec<Vec<Option<(usize, usize)>>>,
    width: usize,
}

/// A cell of a table.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cell {
    /// It is marked as a heading.
    pub(crate) heads: bool,
    pub(crate) columns: usize,
    pub(crate) rows: usize,
    pub(crate) blocks: Vec<Block>,
}

impl Cell {
    /// The cell's lines, each with its depth in lists.
    pub(crate) fn lines(&self) -> impl Iterator<Item = (usize, &Line)> {
        self.blocks.iter().filter_map(|block| match block {
            Block::Heading(_, line) => Some((0, line)),
            Block::Line(depth, line) | Block::Label(depth, line) => Some((*depth, line)),
            Block::Table(_) | Block::Gap => None,
        })
    }

    /// All that is written in the cell.
    pub(crate) fn text(&self) -> String {
        let lines: Vec<&str> = self.lines().map(|(_, line)| line.text.as_str()).collect();
        lines.join(" ")
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.lines().next().is_none()
    }
}

impl Table {
    /// The table with its spans resolved; `room` is how many cells may still be covered on this page.
    pub(crate) fn new(caption: Vec<Line>, rows: Vec<Vec<Cell>>, room: &mut usize) -> Self {
        let mut grid: Vec<Vec<Option<(usize, usize)>>> = vec![Vec::new(); rows.len()];
        for (at, row) in rows.iter().enumerate() {
            let mut column = 0;
            for (place, cell) in row.iter().enumerate() {
                while grid[at].get(column).is_some_and(Option::is_some) {
                    column += 1;
                }
                let last = (column + cell.columns.max(1)).min(MOST_COLUMNS);
                let bottom = (at + cell.rows.max(1)).min(rows.len());
                for line in &mut grid[at..bottom] {
                    for covered in column..last {
                        if *room == 0 {
                            break;
                        }
                        *room -= 1;
                        if line.len() <= covered {
                            line.resize(covered + 1, None);
                        }
                        line[covered].get_or_insert((at, place));
                    }
                }
                column = last;
            }
        }
        let width = grid.iter().map(Vec::len).max().unwrap_or(0);
        Self { caption, rows, grid, width }
    }

    /// How many columns it has.
    pub(crate) const fn width(&self) -> usize {
        self.width
    }

    /// The cell that covers a place.
    pub(crate) fn cell(&self, row: usize, column: usize) -> Option<&Cell> {
        let (row, place) = (*self.grid.get(row)?.get(column)?)?;
        self.rows.get(row)?.get(place)
    }

    /// Whether the cell that covers a place begins there.
    pub(crate) fn begins(&self, row: usize, column: usize) -> bool {
        let covering = |row: usize, column: usize| {
            self.grid.get(row).and_then(|line| line.get(column)).copied().flatten()
        };
        let here = covering(row, column);
        here.is_some_and(|(top, _)| top == row) && (column == 0 || covering(row, column - 1) != here)
    }

    /// Whether it is there for the look of the page: its cells are parts of a page, and no fields of a row.
    pub(crate) fn is_layout(&self) -> bool {
        let nests = |block: &Block| matches!(block, Block::Table(_));
        let heads = |block: &Block| matches!(block, Block::Heading(..));
        let is_page = |cell: &Cell| {
            cell.blocks.iter().any(nests) || (cell.blocks.iter().any(heads) && cell.lines().count() > 4)
        };
        self.width() <= 1 || self.rows.iter().flatten().any(is_page) || self.has_long_cells()
    }

    /// Few rows with cells of many lines, as where a menu stands beside the page.
    fn has_long_cells(&self) -> bool {
        self.rows.len() <= 2 && self.rows.iter().flatten().any(|cell| cell.lines().count() > 12)
    }
}

/// How many cells may be covered on a page.
pub(crate) const fn room() -> usize {
    MOST_CELLS
}
