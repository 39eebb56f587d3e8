"""The measurements beside the aims."""

import os
import platform
import re
import sys
from datetime import date
from pathlib import Path

from aims import IMPORT_MEMORY, IMPORT_RATE, LOAD, LOST, MEMORY_CONNECTIONS, MEMORY_MB, P99_MS
from rounds import CONNECTIONS


def statements(scripts, lists):
    """What pgbench is given, and what lists ask."""
    made = [f"-- {task}\n{script.text}" for task, script in scripts.items()]
    asked = [f"-- {name}\n{said[0].text};\n" for name, said in lists.items()]
    return "\n".join(made + asked)


def markdown(results, extras, imports, memory, plans, scripts, cluster, took):
    lines = [
        "# Load test", "",
        "Of dossiers. Cases and denunciations are measured apart: [results-cases.md](results-cases.md).", "",
        f"{date.today()}, `tests/load/run {' '.join(sys.argv[1:])}`, {took / 60:.0f} minutes, {machine()}, "
        f"{cluster.sql('postgres', 'SHOW server_version').split()[0]} PostgreSQL with {cluster.sql('postgres', 'SHOW shared_buffers')} of shared buffers "
        "on the same machine as server and load generator; "
        f"other work on it (load average at the end): {os.getloadavg()[1]:.1f}.", "",
        f"Closed loop, {CONNECTIONS} connections, authentication, validation and logging on. The limit is `pgbench -M prepared` with the "
        "statements that the server sends, word for word, and rows of the same kind, in alternating rounds; medians. "
        f"The open loop offers {LOAD:.0%} of the server's rate. ✓ and ✗ say whether an aim is met.", "",
        "| | dossiers | a second | limit | ratio | aim | server CPU µs | aim | p50 ms | p99 ms | p99 ms at 70 % | aim |",
        "| --- | --: | --: | --: | --: | --- | --: | --- | --: | --: | --: | --- |",
    ]  # fmt: skip
    for unit, by_size in results.items():
        for size, run in by_size.items():
            kept_up = run["open"]["rate"] >= 0.97 * run["open"]["offered"]
            rate_aim = f" (≥ {unit.rate} {mark(run['rate'] >= unit.rate)})" if unit.rate else ""
            lines.append(
                f"| {unit.task} | {size:,} | {run['rate']:,.0f}{rate_aim} | {run['limit']:,.0f} | {run['ratio']:.2f} | ≥ {unit.ratio} {mark(run['ratio'] >= unit.ratio)} "
                f"| {run['server_us']:.0f} | ≤ {unit.cpu} {mark(run['server_us'] <= unit.cpu)} | {run['p50_ms']:.1f} | {run['p99_ms']:.1f} "
                f"| {run['open']['p99_ms']:.1f}{'' if kept_up else ' (fell behind)'} | < {P99_MS} {mark(kept_up and run['open']['p99_ms'] < P99_MS)} |"
            )
    lines += ["", "Of each task the load generator itself takes (µs): " + ", ".join(
        f"{unit.task} {run['load_us']:.0f}" for unit, by_size in results.items() for run in list(by_size.values())[:1]) + ".", ""]
    for unit, by_size in results.items():
        if len(by_size) > 1:
            small, large = by_size[min(by_size)], by_size[max(by_size)]
            lost = 1 - large["rate"] / small["rate"]
            lines.append(f"- {unit.task}: {lost:.0%} lost from {min(by_size):,} to {max(by_size):,} dossiers (aim ≤ {LOST:.0%} {mark(lost <= LOST)}); "
                         f"the limit lost {1 - large['limit'] / small['limit']:.0%}.")
    seen = ", ".join(f"{task} {highest:.0f} MB" for task, highest in memory.items())
    lines.append(f"- Memory of the server at its highest while {MEMORY_CONNECTIONS} connections are busy: {seen} "
                 f"(aim ≤ {MEMORY_MB} MB {mark(max(memory.values()) <= MEMORY_MB)}).")
    lines += ["", f"Beside {max(by_size):,} dossiers:", ""]
    for extra, run in extras.items():
        aims = [f"≥ {extra.rate:,}/s {mark(run['rate'] >= extra.rate)}"] if extra.rate else []
        aims += [f"p99 < {extra.p99_ms} ms {mark(run['p99_ms'] < extra.p99_ms)}"] if extra.p99_ms else []
        lines.append(f"- {extra.task}, {extra.connections} connections: {run['rate']:,.0f}/s, {run['server_us']:.0f} µs, "
                     f"p50 {run['p50_ms']:.1f} ms, p99 {run['p99_ms']:.1f} ms (aim {', '.join(aims)}).")
    short, long = imports
    lines.append(f"- import, {long['rows']:,} rows: {long['rate']:,.0f}/s (aim ≥ {IMPORT_RATE:,}/s {mark(long['rate'] >= IMPORT_RATE)}), "
                 f"{long['memory_mb']:.0f} MB at most; {short['rows']:,} rows: {short['rate']:,.0f}/s, {short['memory_mb']:.0f} MB "
                 f"(aim: {IMPORT_MEMORY:.0%} more for ten times the rows {mark(long['memory_mb'] <= (1 + IMPORT_MEMORY) * short['memory_mb'])}).")
    lines += ["", "## How lists are read", ""]
    for name, plan in plans.items():
        lines += [f"{name}:", "", "```", plan, "```", ""]
    lines += ["## What pgbench sends", "", "```sql", *(f"-- {task}\n{script.text}" for task, script in scripts.items()), "```", ""]
    return "\n".join(lines)


def mark(met):
    return "✓" if met else "✗"


def machine():
    cpu = Path("/proc/cpuinfo").read_text()
    model = re.search(r"model name\s*: (.*)", cpu)
    memory = int(re.search(r"MemTotal:\s+(\d+)", Path("/proc/meminfo").read_text())[1]) / 1024**2
    return f"{os.cpu_count()} cores ({model[1].strip() if model else platform.machine()}), {memory:.0f} GB"
