//! The copies of suites and schemas in the binary are made anew when a file comes or goes.

fn main() {
    println!("cargo::rerun-if-changed=suites");
    println!("cargo::rerun-if-changed=schemas");
}
