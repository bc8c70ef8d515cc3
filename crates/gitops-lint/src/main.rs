//! The program.

fn main() -> std::process::ExitCode {
    gitops_lint::run()
}
