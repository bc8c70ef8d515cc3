//! Processor time and peak memory of programs, as Linux tells them.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// What one run costs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cost {
    /// Processor time, user and system, in seconds: the least of some runs.
    pub(crate) seconds: f64,
    /// Time that passes, in seconds: the least of some runs.
    pub(crate) elapsed: f64,
    /// Memory at its peak, in bytes, as far as looking now and then can tell.
    pub(crate) peak: u64,
}

/// Ticks of the clock in which Linux counts the time of children, in a second.
const TICKS: f64 = 100.0;

/// So many runs in a batch that the ticks are fine enough.
const BATCH_SECONDS: f64 = 0.2;

/// The cost of a command. Its exit code does not matter: a lint that finds something has run well.
pub(crate) fn cost(program: &Path, arguments: &[&str], runs: usize) -> Result<Cost, String> {
    let (first, peak) = watched(program, arguments)?;
    let batch = (BATCH_SECONDS / first.max(1.0 / TICKS)).ceil().max(1.0) as usize;
    let (mut seconds, mut elapsed) = (f64::INFINITY, f64::INFINITY);
    for _ in 0..runs.div_ceil(batch).max(1) {
        let before = children()?;
        for _ in 0..batch {
            let start = Instant::now();
            let run = command(program, arguments).status();
            run.map_err(|e| format!("{}: {e}", program.display()))?;
            elapsed = elapsed.min(start.elapsed().as_secs_f64());
        }
        seconds = seconds.min((children()? - before) / batch as f64);
    }
    Ok(Cost { seconds, elapsed, peak })
}

fn command(program: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// Time and peak of one run.
fn watched(program: &Path, arguments: &[&str]) -> Result<(f64, u64), String> {
    let before = children()?;
    let run = command(program, arguments).spawn();
    let mut child = run.map_err(|e| format!("{}: {e}", program.display()))?;
    let mut peak = 0;
    while child.try_wait().map_err(|e| e.to_string())?.is_none() {
        peak = peak.max(high_water(child.id()).unwrap_or_default());
        std::thread::sleep(Duration::from_micros(100));
    }
    Ok((children()? - before, peak))
}

/// Processor time of all children that have ended.
fn children() -> Result<f64, String> {
    let stat = std::fs::read_to_string("/proc/self/stat").map_err(|e| e.to_string())?;
    // Behind the name: state is the third field, `cutime` and `cstime` the 16th and 17th.
    let fields = stat.rsplit_once(')').map_or("", |(_, rest)| rest).split_whitespace();
    let ticks: f64 = fields.skip(13).take(2).filter_map(|f| f.parse::<f64>().ok()).sum();
    Ok(ticks / TICKS)
}

fn high_water(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()? * 1024)
}
