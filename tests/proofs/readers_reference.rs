//! What readers see when links are replaced one by one, as other programs do
//! it: the proof of nhmt's readers is one that can fail.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};

use crate::counts::Counts;
use crate::readers_view::{Seen, look};
use crate::support::Home;

const FILES: usize = 40;

/// `ln -sfn TARGET PATH`, in the kindest way: by a rename over the old link.
fn relink(target: &Path, path: &Path) {
    let next = path.with_extension("next");
    symlink(target, &next).unwrap();
    fs::rename(next, path).unwrap();
}

/// Links every file to generation `number`, then says which one is in force.
fn link_one_by_one(home: &Home, number: usize) {
    for file in 0..FILES {
        let target = home.outside(format!("generations/{number}/{file}"));
        relink(&target, &home.at(file.to_string()));
    }
    relink(Path::new(&number.to_string()), &home.at("in-force"));
}

#[test]
fn readers_of_links_that_are_replaced_one_by_one_see_mixtures() {
    let home = Home::fast();
    for number in 0..2 {
        let dir = home.outside(format!("generations/{number}"));
        fs::create_dir_all(&dir).unwrap();
        for file in 0..FILES {
            fs::write(dir.join(file.to_string()), number.to_string()).unwrap();
        }
    }
    link_one_by_one(&home, 0);
    let (stop, flips) = (AtomicBool::new(false), AtomicUsize::new(0));
    let (mut sets, mut mixed) = (0_u32, 0_u32);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(SeqCst) {
                link_one_by_one(&home, flips.fetch_add(1, SeqCst) % 2);
            }
        });
        let in_force = || fs::read_link(home.at("in-force")).unwrap();
        while mixed < 10 && flips.load(SeqCst) < 100_000 {
            let anchor = in_force();
            let set: Vec<_> = (0..FILES)
                .map(|file| look(&home.at(file.to_string())))
                .collect();
            if in_force() != anchor {
                continue;
            }
            sets += 1;
            mixed += u32::from(set.iter().any(|seen| *seen != set[0]));
            assert!(!set.contains(&Seen::Absent), "renames leave no gap");
        }
        stop.store(true, SeqCst);
    });
    assert!(mixed > 0, "no mixture in {sets} sets");
    Counts::of("readers of a linker that goes file by file")
        .count(flips.into_inner(), "flips")
        .count(sets, "sets read")
        .count(mixed, "of them mixed")
        .print(&[]);
}
