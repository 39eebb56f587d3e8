"""What is measured, and what is wanted of it (issue 2, section 6)."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Unit:
    """A unit of work and its aims."""

    task: str
    writes: bool
    # Share of what pgbench reaches with the same statements.
    ratio: float
    # Processor time of the server for one, in microseconds.
    cpu: int
    # A second.
    rate: int = 0


UNITS = [
    Unit("tracking", False, 0.45, 60),
    Unit("list", False, 0.45, 120),
    Unit("creation", True, 0.75, 150),
    Unit("lifecycle", True, 0.6, 500, 800),
]
@dataclass(frozen=True)
class Extra:
    """What is measured by itself, where a limit of the same statements would say little (issue 3)."""

    task: str
    writes: bool
    connections: int
    # What it is about, as SQL, unless the demo has it.
    seed: str | None
    # A second; of a request, in milliseconds.
    rate: int = 0
    p99_ms: int = 0


EXTRAS = [
    # In memory: 5,000 procedures.
    Extra("search", False, 16, "catalogue.sql", p99_ms=10),
    # Fifty counters of one centre.
    Extra("call-next", True, 50, "queue.sql", rate=2000),
    # A receipt, on both processors.
    Extra("pdf", False, 2, None, p99_ms=50),
]
# Rows of the logs that are imported, a second, and how much more memory the longer one may take.
IMPORT_ROWS = (20_000, 200_000)
IMPORT_RATE = 1500
IMPORT_MEMORY = 0.1
# How much slower everything may be with a hundred times the dossiers.
LOST = 0.15
MEMORY_MB = 40
MEMORY_CONNECTIONS = 256
# Of a request, at this share of the highest rate.
P99_MS = 10
LOAD = 0.7
