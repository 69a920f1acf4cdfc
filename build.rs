//! Compiles the crate again when the Nix files that it carries change: also
//! when one is added, which `include_dir` alone does not notice.

fn main() {
    println!("cargo:rerun-if-changed=nix");
    println!("cargo:rerun-if-changed=modules");
}
