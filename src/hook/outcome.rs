//! How a hook ended.

use std::collections::VecDeque;

use serde::{Serialize, Serializer};

use super::declared::{Kind, Task};

/// So many of the last lines are shown of a hook that failed.
const SHOWN: usize = 20;

/// How a hook ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// It succeeded.
    Ok,
    /// It failed, and is tried again by the next run.
    Failed,
    /// It was not tried: one that it comes after failed, or the run was
    /// interrupted. The next run tries it.
    Skipped,
    /// A dry run named it, and did not run it.
    Listed,
}

/// What became of one hook.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// Which.
    pub task: Task,
    /// How it ended.
    pub status: Status,
    /// What a shell would show in `$?`; none when it was not started.
    pub exit: Option<i32>,
    /// What is to be said of a hook that did not succeed, after its title:
    /// `failed: exit status 3`.
    pub why: String,
    /// The end of what it printed.
    pub tail: Tail,
}

/// The last lines of an output.
#[derive(Debug, Clone, Default)]
pub struct Tail {
    lines: VecDeque<String>,
    dropped: usize,
}

impl Tail {
    pub(super) fn push(&mut self, line: &str) {
        if self.lines.len() == SHOWN {
            self.lines.pop_front();
            self.dropped += 1;
        }
        self.lines.push_back(line.to_owned());
    }

    /// The lines, after a word on those before.
    pub fn lines(&self) -> impl Iterator<Item = String> + '_ {
        let before = match self.dropped {
            0 => None,
            1 => Some("(1 line before; `-v` shows all)".to_owned()),
            n => Some(format!("({n} lines before; `-v` shows all)")),
        };
        before.into_iter().chain(self.lines.iter().cloned())
    }
}

impl Outcome {
    pub(super) fn of(task: &Task, status: Status, why: impl Into<String>) -> Self {
        Self {
            task: task.clone(),
            status,
            exit: None,
            why: why.into(),
            tail: Tail::default(),
        }
    }

    /// A hook that a dry run only names.
    #[must_use]
    pub fn listed(task: &Task) -> Self {
        Self::of(task, Status::Listed, "would run")
    }

    /// One sentence.
    #[must_use]
    pub fn message(&self) -> String {
        let title = self.task.title();
        match self.status {
            Status::Ok => format!("{title} ran"),
            _ => format!("{title} {}", self.why),
        }
    }
}

impl Serialize for Outcome {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let mut object = serializer.serialize_struct("Hook", 6)?;
        object.serialize_field("name", self.task.name())?;
        object.serialize_field("kind", &self.task.kind)?;
        object.serialize_field("status", &self.status)?;
        object.serialize_field("exit", &self.exit)?;
        object.serialize_field("message", &self.message())?;
        let files = match self.task.kind {
            Kind::OnChange => &self.task.names[..],
            Kind::Activation | Kind::WhenGone => &[],
        };
        object.serialize_field("files", files)?;
        object.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_an_output_says_how_much_came_before() {
        let mut tail = Tail::default();
        (0..20).for_each(|n| tail.push(&n.to_string()));
        assert_eq!(tail.lines().count(), 20);
        tail.push("20");
        let lines: Vec<_> = tail.lines().collect();
        assert_eq!(lines[0], "(1 line before; `-v` shows all)");
        assert_eq!((lines[1].as_str(), lines[20].as_str()), ("1", "20"));
        tail.push("21");
        assert!(tail.lines().next().unwrap().starts_with("(2 lines"));
    }
}
