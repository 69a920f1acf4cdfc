//! The README and the book point only at what is there.

use std::fs;
use std::path::Path;

use crate::pages;

/// The targets of `[…](target)` in a page, without those in code blocks.
fn links(text: &str) -> Vec<&str> {
    let mut in_code = false;
    let mut links = Vec::new();
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
        }
        if in_code || line.starts_with("    ") {
            continue;
        }
        let targets = line.split("](").skip(1);
        links.extend(targets.filter_map(|rest| rest.split(')').next()));
    }
    links
}

/// The fragment that mdBook and forges make of a heading.
fn anchor(heading: &str) -> String {
    let words = heading.trim().to_lowercase();
    let kept = words
        .chars()
        .filter(|c| c.is_alphanumeric() || " -_".contains(*c));
    kept.collect::<String>().replace(' ', "-")
}

fn anchors(text: &str) -> Vec<String> {
    let headings = text.lines().filter(|line| line.starts_with('#'));
    headings
        .map(|line| anchor(line.trim_start_matches('#')))
        .collect()
}

#[test]
fn every_relative_link_leads_to_a_file_and_a_heading() {
    let mut dead = Vec::new();
    for page in pages() {
        let text = fs::read_to_string(&page).unwrap();
        for link in links(&text)
            .into_iter()
            .filter(|link| !link.contains("://"))
        {
            let (path, fragment) = link.split_once('#').unwrap_or((link, ""));
            let target = match path {
                "" => page.clone(),
                _ => page.parent().unwrap().join(path),
            };
            let found = target.exists()
                && (fragment.is_empty()
                    || anchors(&fs::read_to_string(&target).unwrap())
                        .contains(&fragment.to_owned()));
            if !found {
                dead.push(format!("{}: {link}", page.display()));
            }
        }
    }
    assert!(dead.is_empty(), "dead links:\n{}", dead.join("\n"));
}

#[test]
fn every_page_of_the_book_is_in_its_summary() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    let summary = fs::read_to_string(docs.join("SUMMARY.md")).unwrap();
    let listed = links(&summary);
    for page in pages() {
        if page.parent() != Some(&docs) || page.ends_with("SUMMARY.md") {
            continue;
        }
        let name = page.file_name().unwrap().to_str().unwrap();
        assert!(listed.contains(&name), "{name} is not in docs/SUMMARY.md");
    }
}
