//! Rows and tables: columns as wide as what stands in them wants to be, and rows that go on over the page.

use crate::paper::{Align, LEADING, MARGIN, MM, Paper, STROKE};
use crate::text::{Line, Text};

/// Between a cell's sides and its text.
const PADDING: f32 = MM;
/// Above and below the text of a row without a frame.
const TIGHT: f32 = 0.4 * MM;
impl Paper {
    /// Rows without a frame.
    pub fn rows(&mut self, rows: Vec<Vec<Text>>) {
        let columns = self.columns(&rows);
        for row in &rows {
            self.row(&columns, row, None, false);
        }
    }

    /// A table with a frame, and its head on every page.
    pub fn table(&mut self, head: Vec<Text>, lines: Vec<Vec<Text>>) {
        let all: Vec<Vec<Text>> = [head].into_iter().chain(lines).collect();
        let columns = self.columns(&all);
        let Some((head, lines)) = all.split_first() else { return };
        // The head goes with the first line.
        self.keep(
            height(&columns, head) + lines.first().map_or(0.0, |line| height(&columns, line)).min(self.size.1 / 3.0),
        );
        self.row(&columns, head, None, true);
        for line in lines {
            self.row(&columns, line, Some(head), true);
        }
    }

    /// How wide columns are. Whoever wants no more than an equal part of what is left gets it; the others at least their
    /// longest word, and of the rest in proportion to what they want more. What is too much goes to the widest.
    fn columns(&self, rows: &[Vec<Text>]) -> Vec<f32> {
        let count = rows.first().map_or(0, Vec::len);
        let widest = |measure: fn(&Text) -> f32, column: usize| {
            rows.iter().map(|row| measure(&row[column])).fold(0.0, f32::max) + 2.0 * PADDING
        };
        let mut columns: Vec<f32> = (0..count).map(|column| widest(Text::natural, column)).collect();
        let least: Vec<f32> = (0..count).map(|column| widest(Text::least, column)).collect();
        let (mut left, mut wide): (f32, Vec<usize>) = (self.width(), (0..count).collect());
        loop {
            let part = left / wide.len() as f32;
            let (modest, others): (Vec<usize>, Vec<usize>) = wide.iter().partition(|column| columns[**column] <= part);
            left -= modest.iter().map(|column| columns[*column]).sum::<f32>();
            wide = others;
            if modest.is_empty() || wide.is_empty() {
                break;
            }
        }
        let needed: f32 = wide.iter().map(|column| least[*column]).sum();
        let wanted: f32 = wide.iter().map(|column| columns[*column]).sum();
        if needed > left {
            let all: f32 = least.iter().sum();
            return least.iter().map(|least| least * self.width() / all).collect();
        }
        for column in &wide {
            columns[*column] =
                least[*column] + (left - needed) * (columns[*column] - least[*column]) / (wanted - needed);
        }
        if let (true, Some(widest)) = (wide.is_empty(), columns.iter_mut().max_by(|a, b| a.total_cmp(b))) {
            *widest += left;
        }
        columns
    }

    /// A row. A short one goes to the next page, under the head again, when it does not fit; a long one is parted between
    /// lines.
    fn row(&mut self, columns: &[f32], row: &[Text], head: Option<&[Text]>, framed: bool) {
        let mut cells: Vec<Vec<Line>> =
            row.iter().zip(columns).map(|(text, width)| text.lines(width - 2.0 * PADDING)).collect();
        let leading = row.first().map_or(0.0, |text| text.size) * LEADING;
        let padding = if framed { PADDING } else { TIGHT };
        let short = ((self.size.1 - 2.0 * MARGIN) / 3.0 / leading) as usize;
        let mut turned = self.y == MARGIN;
        loop {
            let lines = cells.iter().map(Vec::len).max().unwrap_or(0);
            let fit = ((self.room() - 2.0 * padding) / leading).max(0.0) as usize;
            if !turned && fit < lines && (lines <= short || fit < 2) {
                self.turn();
                if let Some(head) = head {
                    self.row(columns, head, None, framed);
                }
                turned = true;
                continue;
            }
            let taken = lines.min(fit.max(1));
            let height = taken as f32 * leading + 2.0 * padding;
            // Without a frame, text begins at the margin.
            let mut x = if framed { 0.0 } else { -PADDING };
            for (cell, width) in cells.iter_mut().zip(columns) {
                let rest = cell.split_off(cell.len().min(taken));
                let now = std::mem::replace(cell, rest);
                self.set(padding, x + PADDING, width - 2.0 * PADDING, Align::Left, &now);
                if framed {
                    self.frame(x, *width, height);
                }
                x += width;
            }
            self.skip(height);
            if cells.iter().all(Vec::is_empty) {
                return;
            }
            turned = false;
        }
    }

    fn frame(&mut self, x: f32, width: f32, height: f32) {
        let sides = [
            (x, 0.0, width, STROKE),
            (x, height, width + STROKE, STROKE),
            (x, 0.0, STROKE, height),
            (x + width, 0.0, STROKE, height),
        ];
        self.fill(sides.into_iter());
    }
}

/// How high a row is.
fn height(columns: &[f32], row: &[Text]) -> f32 {
    let cells = row.iter().zip(columns);
    cells.map(|(text, width)| text.lines(width - 2.0 * PADDING).len() as f32 * text.size * LEADING).fold(0.0, f32::max)
        + 2.0 * PADDING
}
