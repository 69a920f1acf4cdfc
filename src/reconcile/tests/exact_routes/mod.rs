//! The exact model of persisted paths: what the home and two roots have at each
//! of them after a switch, and what is refused. One root may lie on another
//! mount.

mod model;
mod stage;

use proptest::prelude::*;

use super::exact::{cases, count};
use crate::home::plain;
use crate::manifest::OnConflict;
use model::{Declared, PATHS};
use stage::{Act, Stage};

fn acts() -> impl Strategy<Value = Vec<(usize, Act)>> {
    let root = 0..2_usize;
    let act = prop_oneof![
        4 => Just(Act::Data),
        2 => root.clone().prop_map(Act::Equal),
        1 => Just(Act::Empty),
        1 => Just(Act::Other),
        1 => Just(Act::Foreign),
        1 => root.clone().prop_map(Act::Plain),
        1 => root.clone().prop_map(Act::Direct),
        1 => Just(Act::Remove),
        3 => root.prop_map(Act::InRoot),
        2 => Just(Act::Write),
    ];
    prop::collection::vec((0..PATHS.len(), act), 0..5)
}

fn declared() -> impl Strategy<Value = Declared> {
    let one = || prop_oneof![2 => Just(None), 4 => Just(Some(0)), 2 => Just(Some(1))];
    [one(), one(), one(), one()]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), ..ProptestConfig::default() })]

    #[test]
    fn persisted_paths_are_exactly_what_the_model_says(
        generations in prop::collection::vec((declared(), acts(), prop_oneof![
            3 => Just(OnConflict::Backup), 1 => Just(OnConflict::Abort)
        ]), 3..5),
        far: bool,
        steps: bool,
        back in 0..4_usize,
    ) {
        let _plain = steps.then(plain::Forced::new);
        let mut stage = Stage::new(far, steps);
        let mut old: Declared = [None; 4];
        let mut done = Vec::new();
        for (round, (new, acts, policy)) in generations.iter().enumerate() {
            let tree = stage.tree(&format!("tree {round}"), new);
            stage.disturb(acts, round);
            let number = round as u64 + 1;
            if !stage.switch((&old, new), &tree, number, *policy)? {
                continue;
            }
            old = *new;
            // Once more changes nothing.
            let before = stage.look();
            prop_assert!(stage.home.plan(&tree, OnConflict::Abort).is_empty());
            prop_assert!(stage.switch((&old, new), &tree, number, OnConflict::Abort)?);
            prop_assert_eq!(stage.look(), before);
            done.push((*new, tree, number));
        }
        // Back to a generation, past adoptions, and on again: what the last one
        // persists, there or nowhere in the older one, is as it was.
        if let (Some((first, tree, number)), Some((last, newest, newer))) =
            (done.get(back % done.len().max(1)), done.last())
            // What was saved since is taken back.
            && stage.switch((last, last), newest, *newer, OnConflict::Abort)?
        {
            let before = stage.look();
            if stage.switch((last, first), tree, *number, OnConflict::Abort)?
                && stage.switch((first, last), newest, *newer, OnConflict::Abort)?
            {
                let after = stage.look();
                for path in 0..PATHS.len() {
                    if last[path].is_some() && [None, last[path]].contains(&first[path]) {
                        prop_assert_eq!(&after[path], &before[path]);
                    }
                }
            }
        }
        count("persisted paths");
    }
}
