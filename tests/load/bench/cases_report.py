"""What was measured of cases and denunciations, beside the aims."""

import os
import sys
from datetime import date

from aims import CASE_CREATION, LOAD
from report import machine, mark
from rounds import CONNECTIONS


def markdown(size, read, created, plans, scripts, cluster, took):
    lines = [
        "# Load test of cases and denunciations", "",
        f"{date.today()}, `tests/load/run {' '.join(sys.argv[1:])}`, {took / 60:.0f} minutes, {machine()}, "
        f"{cluster.sql('postgres', 'SHOW server_version').split()[0]} PostgreSQL with {cluster.sql('postgres', 'SHOW shared_buffers')} of shared buffers "
        "on the same machine as server and load generator; "
        f"other work on it (load average at the end): {os.getloadavg()[1]:.1f}.", "",
        f"{size:,} cases and {size // 50:,} denunciations. Closed loop, {CONNECTIONS} connections, authentication, validation and logging on; "
        f"then an open loop that offers {LOAD:.0%} of that rate. Medians of rounds; behind them p99 of each. "
        "✓ and ✗ say whether an aim is met.", "",
        f"| | a second | server CPU µs | p50 ms | p99 ms | p50 ms at {LOAD:.0%} | p99 ms at {LOAD:.0%} | each round | aim |",
        "| --- | --: | --: | --: | --: | --: | --: | --- | --- |",
    ]  # fmt: skip
    for reading, run in read.items():
        each = ", ".join(f"{p99:.1f}" for p99 in run["open"]["all_p99_ms"])
        lines.append(
            f"| {reading.name} | {run['rate']:,.0f} | {run['server_us']:.0f} | {run['p50_ms']:.1f} | {run['p99_ms']:.1f} "
            f"| {run['open']['p50_ms']:.1f} | {run['open']['p99_ms']:.1f}{'' if kept_up(run) else ' (fell behind)'} | {each} "
            f"| < {reading.p99_ms} {mark(kept_up(run) and run['open']['p99_ms'] < reading.p99_ms)} |"
        )
    aim = CASE_CREATION
    lines += ["",
        f"Creation of a case, in rounds that alternate with `pgbench -M prepared` and the same statement: {created['rate']:,.0f}/s of {created['limit']:,.0f}/s, "
        f"ratio {created['ratio']:.2f} (aim ≥ {aim.ratio} {mark(created['ratio'] >= aim.ratio)}); "
        f"{created['server_us']:.0f} µs (aim ≤ {aim.cpu} {mark(created['server_us'] <= aim.cpu)}), p50 {created['p50_ms']:.1f} ms, p99 {created['p99_ms']:.1f} ms, "
        f"at {LOAD:.0%} p99 {created['open']['p99_ms']:.1f} ms{'' if kept_up(created) else ' (fell behind)'}.",
        "", "## How lists are read", "",
    ]  # fmt: skip
    for name, plan in plans.items():
        lines += [f"{name}:", "", "```", plan, "```", ""]
    lines += ["## What pgbench sends", "", "```sql", *(f"-- {task}\n{script.text}" for task, script in scripts.items()), "```", ""]
    return "\n".join(lines)


def kept_up(run):
    """What was offered was done."""
    return run["open"]["rate"] >= 0.97 * run["open"]["offered"]
