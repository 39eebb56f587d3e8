"""Rounds: the server and its limit in turn, so that whatever else the machine does falls on both."""

import json
import statistics
import subprocess
import time

import data
from aims import LOAD

# What suits most machines; pgbench gets the number of clients that suits it best.
CONNECTIONS = 16
CLIENTS = {False: (2, 4, 8), True: (8, 16, 32)}


class Bench:
    """A server, its database, and the tools that load both."""

    def __init__(self, cluster, database, server, generator, codes=None, coded=0):
        self.cluster, self.database, self.server = cluster, database, server
        self.generator, self.codes, self.coded = generator, codes, coded
        self.runs = 0

    def load(self, task, seconds, connections=CONNECTIONS, rate=None, requests=None):
        """One run of the load generator; of the task `ask`, with these requests."""
        command = [
            self.generator, task, "--server", self.server.address, "--pid", self.server.pid, "--seconds", seconds,
            "--warm-up", min(1, seconds / 2), "--connections", connections, "--counters", self.server.counters(),
        ]  # fmt: skip
        command += ["--rate", rate] if rate else []
        command += ["--codes", self.codes] if self.codes else []
        command += ["--requests", self.server.requests(requests)] if requests else []
        done = subprocess.run([str(part) for part in command], text=True, capture_output=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{task}: {done.stderr.strip()[-2000:]}")
        return json.loads(done.stdout)

    def limit(self, script, clients, seconds):
        """One run of pgbench: transactions a second."""
        self.runs += 1
        # Ids of no two runs are the same: they begin with another millisecond.
        fresh = {"coded": self.coded, "ms": int(time.time() * 1000) + self.runs, "n": 0}
        return self.cluster.pgbench(self.database, script.text, script.variables | fresh, clients, seconds)

    def settle(self, unit):
        """Lets nothing of a run fall on the next one."""
        if unit.writes:
            data.drain(self.cluster, self.database)
            self.cluster.sql(self.database, "CHECKPOINT")


def best_clients(bench, unit, script, seconds):
    """With how many clients pgbench is fastest."""
    rates = {}
    for clients in CLIENTS[unit.writes]:
        rates[clients] = bench.limit(script, clients, seconds)
        bench.settle(unit)
    return max(rates, key=rates.get)


def measure(benches, unit, scripts, rounds, seconds, say):
    """Medians by size."""
    smallest = min(benches)
    clients = best_clients(benches[smallest], unit, scripts[unit.task], max(1, seconds // 3))
    served = {size: [] for size in benches}
    limits = {size: [] for size in benches}
    for number in range(rounds):
        for size, bench in benches.items():
            for what in ("server", "limit") if number % 2 == 0 else ("limit", "server"):
                if what == "server":
                    served[size].append(bench.load(unit.task, seconds))
                else:
                    limits[size].append(bench.limit(scripts[unit.task], clients, seconds))
                bench.settle(unit)
            run, limit = served[size][-1], limits[size][-1]
            say(f"{unit.task} {size:,} round {number + 1}: {run['rate']:,.0f}/s of {limit:,.0f}/s, {run['server_us']:.0f} µs")
    results = {}
    for size, bench in benches.items():
        middle = {name: statistics.median(run[name] for run in served[size]) for name in served[size][0]}
        middle["limit"], middle["clients"] = statistics.median(limits[size]), clients
        middle["ratio"] = statistics.median(run["rate"] / limit for run, limit in zip(served[size], limits[size]))
        # What was done is what was asked for, or the load was not what it says.
        offered = LOAD * middle["rate"]
        middle["open"] = bench.load(unit.task, seconds, 64, offered) | {"offered": offered}
        bench.settle(unit)
        results[size] = middle
    return results
