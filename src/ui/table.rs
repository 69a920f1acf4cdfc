//! Columns of text, as wide as their widest cell.

use std::fmt::{self, Display};

/// Rows whose cells line up; the last column is not padded.
#[derive(Debug, Default)]
pub struct Table {
    rows: Vec<Vec<String>>,
    /// How many columns of characters there are, when that is known.
    within: Option<usize>,
}

/// What stands between two columns.
const GAP: &str = "  ";

impl Table {
    /// Adds a row.
    pub fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.rows.push(cells.into());
    }

    /// Of rows too long for so many characters, cells no longer push the
    /// columns of all other rows to the right.
    pub fn within(&mut self, characters: Option<usize>) {
        self.within = characters;
    }

    /// The widths of the columns.
    fn widths(&self) -> Vec<usize> {
        let mut rows: Vec<Vec<usize>> = self
            .rows
            .iter()
            .map(|row| row.iter().map(|cell| cell.chars().count()).collect())
            .collect();
        let whole = |row: &Vec<usize>| row.iter().map(|cell| cell + GAP.len()).sum::<usize>();
        rows.sort_by_key(whole);
        loop {
            let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
            let width = |column: usize| {
                let cells = rows.iter().filter_map(|row| row.get(column));
                cells.copied().max().unwrap_or(0)
            };
            let widths: Vec<usize> = (0..columns).map(width).collect();
            // Without the longest row, if that does not fit.
            let fits = |limit| whole(&widths) <= limit + GAP.len();
            if self.within.is_none_or(fits) || rows.pop().is_none() {
                return widths;
            }
        }
    }

    /// Whether it has no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

impl Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let widths = self.widths();
        for (number, row) in self.rows.iter().enumerate() {
            if number > 0 {
                writeln!(f)?;
            }
            for (column, cell) in row.iter().enumerate() {
                if column + 1 == row.len() {
                    write!(f, "{cell}")?;
                } else {
                    let width = widths.get(column).copied().unwrap_or(0);
                    write!(f, "{cell:<width$}{GAP}")?;
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_and_the_last_is_not_padded() {
        let mut table = Table::default();
        table.row(["1".into(), "now".into(), "a".into()]);
        table.row(["20".into(), "yesterday".into(), "b".into()]);
        assert_eq!(table.to_string(), "1   now        a\n20  yesterday  b");
    }

    #[test]
    fn a_row_that_is_too_long_leaves_the_others_in_line() {
        let mut table = Table::default();
        table.row(["a".into(), "1".into(), "x".into()]);
        table.row([
            "longer than all others".into(),
            "1.0.0-alpha".into(),
            "y".into(),
        ]);
        table.row(["bcd".into(), "2.0".into(), "z".into()]);
        let wide = table.to_string();
        assert_eq!(wide.lines().map(str::len).max(), Some(38), "{wide}");
        table.within(Some(38));
        assert_eq!(table.to_string(), wide);
        table.within(Some(20));
        let narrow = "a    1    x\nlonger than all others  1.0.0-alpha  y\nbcd  2.0  z";
        assert_eq!(table.to_string(), narrow);
        table.within(Some(3));
        assert!(table.to_string().starts_with("a  1  x\nlonger"), "{table}");
    }
}
