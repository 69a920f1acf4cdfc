//! The exact model of files that arrive in different ways: what is at each path
//! after a switch, byte for byte and with its mode, said path by path and line
//! by line instead of by digests and edits. Between switches a person and
//! programs write to them, add to them, take them away, and put other things
//! there.

mod model;
mod world;

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::exact::{cases, count};
use super::scratch::Scratch;
use crate::home::plain;
use crate::manifest::OnConflict;
use crate::reconcile::ReconcileError;
use model::{Memory, switched};
use world::{Act, By, Files, Leaf, Node, PATHS, State, disturb, foreign, look, tree};

fn by() -> impl Strategy<Value = By> {
    prop_oneof![
        Just(By::Link),
        Just(By::Directory),
        Just(By::Copy(0o644)),
        Just(By::Copy(0o600)),
        Just(By::Seed),
        Just(By::Block { top: false }),
        Just(By::Block { top: true }),
        Just(By::Merge),
    ]
}

fn files() -> impl Strategy<Value = Files> {
    let leaf =
        (by(), 0_u8..3, any::<bool>()).prop_map(|(by, value, more)| Leaf { by, value, more });
    let leaf = prop::option::weighted(0.8, leaf);
    prop::collection::vec(leaf, PATHS.len()).prop_map(|leaves| {
        let all = PATHS.into_iter().zip(leaves);
        all.filter_map(|(path, leaf)| Some((path, leaf?))).collect()
    })
}

/// Two generations in which many a path arrives in the same way.
fn generations() -> impl Strategy<Value = [Files; 2]> {
    let same = prop::collection::vec(any::<bool>(), PATHS.len());
    (files(), files(), same).prop_map(|(one, mut two, same)| {
        for (path, same) in PATHS.into_iter().zip(same) {
            if let (true, Some(one), Some(two)) = (same, one.get(path), two.get_mut(path)) {
                two.by = one.by;
            }
        }
        [one, two]
    })
}

fn acts() -> impl Strategy<Value = Vec<(usize, Act)>> {
    use Act::{Add, Directory, Edit, Empty, Link, Mode, Remove, Same, Write};
    let act = prop::sample::select(vec![
        Write, Same, Add, Add, Add, Edit, Edit, Empty, Remove, Link, Directory, Mode,
    ]);
    prop::collection::vec((0..PATHS.len(), act), 0..5)
}

/// Switches to `new` and compares with the model; gives whether it was done.
fn step(
    home: &mut Scratch,
    memory: &mut Memory,
    (old, new): (&Files, &Files),
    policy: OnConflict,
) -> Result<bool, TestCaseError> {
    let tree = tree(home, new);
    let (before, mine) = (look(home), foreign(home));
    let consent = policy == OnConflict::Backup;
    let model = switched(&before, memory, (old, new), consent);
    match (home.switch(&tree, policy), model) {
        (Ok(done), Some((state, after))) => {
            prop_assert_eq!(done.problems, [""; 0]);
            prop_assert_eq!(look(home), state, "from {:?}", before);
            home.check_over();
            *memory = after;
        }
        (Err(ReconcileError::Conflicts(_)), None) => {
            prop_assert_eq!(look(home), before);
            return Ok(false);
        }
        (done, model) => {
            let done = done.map_err(|error| error.to_string());
            return Err(TestCaseError::fail(format!(
                "{before:?}: {:?} where the model has {model:?}",
                done.map(|_| ())
            )));
        }
    }
    let now = foreign(home);
    let lost: BTreeSet<_> = mine.difference(&now).collect();
    prop_assert!(lost.is_empty(), "lost: {:?}", lost);
    Ok(true)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), ..ProptestConfig::default() })]

    #[test]
    fn every_switch_of_files_gives_exactly_what_the_model_says(
        generations in generations(),
        disturbances in prop::collection::vec(acts(), 4),
        policies in prop::collection::vec(prop_oneof![3 => Just(OnConflict::Backup), 1 => Just(OnConflict::Abort)], 4),
        steps: bool,
    ) {
        let _plain = steps.then(plain::Forced::new);
        let mut home = Scratch::fast();
        let (mut memory, none) = (Memory::default(), Files::new());
        let mut old = &none;
        for (number, acts) in disturbances.iter().enumerate() {
            let new = &generations[number % 2];
            disturb(&home, acts, new, number);
            if !step(&mut home, &mut memory, (old, new), policies[number])? {
                continue;
            }
            old = new;
            // Once more changes nothing.
            let before = look(&home);
            let again = tree(&home, new);
            let plan = home.plan(&again, OnConflict::Abort);
            prop_assert!(plan.is_empty(), "{:?}", plan);
            step(&mut home, &mut memory, (old, new), OnConflict::Abort)?;
            prop_assert_eq!(look(&home), before);
        }
        count("files that are no links");
    }

    #[test]
    fn going_back_gives_what_was(one in files(), two in files(), mine: bool, steps: bool) {
        let _plain = steps.then(plain::Forced::new);
        // What a seed was stays, by its nature.
        let seedless = |files: Files| -> Files {
            files.into_iter().filter(|(_, leaf)| leaf.by != By::Seed).collect()
        };
        let shares = |leaf: &Leaf| matches!(leaf.by, By::Merge | By::Block { .. });
        let (mut one, mut two) = (seedless(one), seedless(two));
        let mut home = Scratch::fast();
        if mine {
            // Where a person has a file, nhmt shares it or leaves it alone.
            one.retain(|_, leaf| shares(leaf));
            two.retain(|path, leaf| shares(leaf) && one.get(path).is_none_or(|one| one.by == leaf.by));
            for path in PATHS {
                home.write(path, "mine=1\n# mine\n");
            }
        }
        let (first, second) = (tree(&home, &one), tree(&home, &two));
        let mut seen = Vec::new();
        for tree in [&first, &second, &first, &second] {
            let done = home.switch(tree, OnConflict::Abort).unwrap();
            prop_assert_eq!(done.problems, [""; 0]);
            seen.push(sorted(look(&home), mine));
        }
        prop_assert_eq!(&seen[0], &seen[2]);
        prop_assert_eq!(&seen[1], &seen[3]);
        prop_assert!(!home.layout().backups().join("1").exists());
        count("going back");
    }
}

/// With its lines in order when something of a person's is between them: where
/// a line of nhmt's comes back, another may be before it by now.
fn sorted(state: State, mine: bool) -> State {
    let sort = |text: String| {
        let mut lines: Vec<_> = text.lines().collect();
        lines.sort_unstable();
        lines.join("\n")
    };
    let all = state.into_iter().map(|(path, node)| match node {
        Node::File(text, mode) if mine => (path, Node::File(sort(text), mode)),
        node => (path, node),
    });
    all.collect()
}
