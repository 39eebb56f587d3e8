//! The killer: program and database, at any moment, also both at once, also while they start.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use tokio::time::sleep;

use crate::program::Program;
use crate::rng::Rng;
use crate::world::{Outcome, World};

#[derive(Clone, Copy, Debug)]
enum Target {
    Program,
    Database,
    Both,
}

/// Which is killed when: each `times` times, of which some at once.
fn schedule(times: usize, rng: &mut Rng) -> Vec<Target> {
    let both = times * 3 / 10;
    let alone = [Target::Program, Target::Database].iter().flat_map(|target| vec![*target; times - both]);
    let mut targets: Vec<_> = alone.chain(vec![Target::Both; both]).collect();
    rng.shuffle(&mut targets);
    targets
}

/// Kills and restarts until program and database have each been killed `times` times; then waits until all is well.
/// A database that is killed alone must come back by itself.
pub async fn haunt(world: &World, program: &mut Program, times: usize, mut rng: Rng) -> Outcome {
    let targets = schedule(times, &mut rng);
    let last = targets.len();
    for (n, target) in targets.into_iter().enumerate() {
        // Mostly while all work, at times while what was killed before is still getting up.
        let pause = if rng.one_in(4) { rng.millis(50..3_000) } else { rng.millis(4_000..14_000) };
        watch(world, program, pause).await?;
        let told = world.tally.acknowledged.load(Ordering::Relaxed);
        eprintln!("kill -9, {} of {last}: {target:?}, after {told} acknowledged writes", n + 1);
        match target {
            Target::Database => program.kill_database().await?,
            Target::Program => program.kill().await?,
            Target::Both => {
                program.kill_database().await?;
                program.kill().await?;
            }
        }
        if !matches!(target, Target::Database) {
            sleep(rng.millis(0..500)).await;
            program.restart()?;
        }
    }
    // Where its database was killed under its start it has ended with a sentence, and is started again.
    if program.wait_until_ready().await.is_err() && program.ended()?.is_some() {
        program.restart()?;
    }
    program.wait_until_ready().await
}

/// Lets time pass, and starts the program again when it could not start because its database was killed under it.
/// Ending by itself later than that is wrong.
async fn watch(world: &World, program: &mut Program, time: Duration) -> Outcome {
    let since = Instant::now();
    let mut was_ready = false;
    while since.elapsed() < time {
        was_ready |= program.is_ready().await;
        if let Some(status) = program.ended()? {
            if was_ready {
                world.violation(format!("the program ended by itself ({status}):\n{}", program.last_words()));
            }
            program.restart()?;
        }
        sleep(Duration::from_millis(20)).await;
    }
    Ok(())
}
