//! Which changes make a live value have what is declared: the merge itself,
//! without any format.

use super::value::{Map, Value};

/// The keys that lead to a value, from the root.
pub(super) type Path = Vec<String>;

/// One change. The maps above its path exist, and no two changes of a plan lie
/// in one another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Change {
    /// The key gets this value, new or in place of another.
    Set(Path, Value),
    /// The key goes away.
    Remove(Path),
}

impl Change {
    pub(super) fn path(&self) -> &Path {
        match self {
            Self::Set(path, _) | Self::Remove(path) => path,
        }
    }
}

/// What has to change in `live`: each declared key gets its value, maps one
/// key at a time, everything else whole; a key that one of `before` declares
/// and `declared` does not goes away where its value still is the one that was
/// declared; a map that has lost its last key that way goes with it. Also gives
/// whether a value is overwritten that none of `before` declares.
pub(super) fn plan(live: &Map, declared: &Map, before: &[&Map]) -> (Vec<Change>, bool) {
    let (mut changes, mut overwrites) = (Vec::new(), false);
    walk(
        &Vec::new(),
        live,
        declared,
        before,
        &mut changes,
        &mut overwrites,
    );
    (changes, overwrites)
}

fn walk(
    path: &Path,
    live: &Map,
    declared: &Map,
    before: &[&Map],
    changes: &mut Vec<Change>,
    overwrites: &mut bool,
) {
    for (key, want) in declared {
        let place = below(path, key);
        match (live.get(key), want) {
            (Some(Value::Map(live)), Value::Map(want)) => {
                let before = maps(before, key);
                let start = changes.len();
                walk(&place, live, want, &before, changes, overwrites);
                // Not every format can take the last key out of a map and keep
                // the map.
                let gone = changes.len() - start;
                if want.is_empty() && gone > 0 && direct(&changes[start..], &place) == live.len() {
                    changes.truncate(start);
                    changes.push(Change::Set(place, Value::Map(Map::new())));
                }
            }
            (Some(live), want) if live == want => {}
            (live, want) => {
                let declared_before = |live| before.iter().any(|map| map.get(key) == Some(live));
                *overwrites |= live.is_some_and(|live| !declared_before(live));
                changes.push(Change::Set(place, want.clone()));
            }
        }
    }
    for (key, live) in live {
        if declared.contains_key(key) {
            continue;
        }
        let before: Vec<_> = before.iter().filter_map(|before| before.get(key)).collect();
        let place = below(path, key);
        if undeclare(&place, live, &before, changes) {
            changes.push(Change::Remove(place));
        }
    }
}

/// Plans the removal of what `live` still has of `before`. `true`: nothing of
/// it stays, and the caller removes it whole.
fn undeclare(path: &Path, live: &Value, before: &[&Value], changes: &mut Vec<Change>) -> bool {
    if before.contains(&live) {
        return true;
    }
    let before: Vec<_> = before.iter().filter_map(|before| before.as_map()).collect();
    let Some(live) = live.as_map() else {
        return false;
    };
    let start = changes.len();
    let mut gone = 0;
    for (key, live) in live {
        let before: Vec<_> = before.iter().filter_map(|before| before.get(key)).collect();
        let place = below(path, key);
        if !before.is_empty() && undeclare(&place, live, &before, changes) {
            changes.push(Change::Remove(place));
            gone += 1;
        }
    }
    if gone > 0 && gone == live.len() {
        changes.truncate(start);
        return true;
    }
    false
}

/// How many of `changes` remove a key of the map at `path` itself.
fn direct(changes: &[Change], path: &Path) -> usize {
    let removes =
        |change: &&Change| matches!(change, Change::Remove(place) if place.len() == path.len() + 1);
    changes.iter().filter(removes).count()
}

fn below(path: &Path, key: &str) -> Path {
    let mut path = path.clone();
    path.push(key.to_owned());
    path
}

fn maps<'a>(maps: &[&'a Map], key: &str) -> Vec<&'a Map> {
    let at = |map: &&'a Map| map.get(key).and_then(Value::as_map);
    maps.iter().filter_map(at).collect()
}

/// Carries `changes` out on a value: what the edited text has to mean.
pub(super) fn apply(live: &mut Map, changes: &[Change]) {
    for change in changes {
        let Some((key, above)) = change.path().split_last() else {
            continue;
        };
        let mut map = &mut *live;
        for step in above {
            let Some(Value::Map(next)) = map.get_mut(step) else {
                return;
            };
            map = next;
        }
        match change {
            Change::Set(_, value) => map.insert(key.clone(), value.clone()),
            Change::Remove(_) => map.remove(key),
        };
    }
}
