//! The command `probity`; all of it is in the library.

fn main() -> std::process::ExitCode {
    probity::cli::main()
}
