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

CASE_CREATION = Unit("case-creation", True, 0.7, 150)


@dataclass(frozen=True)
class List:
    """A work list, who looks at it, and where it is read behind `/v1/`."""

    name: str
    people: tuple
    path: str


COMMUNES = ("H26.13.01", "H26.13.02", "H26.13.03")
RECEPTIONS = ("tiepnhan", "tiepnhan02", "tiepnhan03")
LISTS = [
    List("mine", tuple(f"canbo-{code.lower()}-{n}" for code in COMMUNES for n in range(4)), "cases?side=assigned"),
    List("my agency's", RECEPTIONS, "cases"),
    List("my agency's, being verified", RECEPTIONS, "cases?status=verifying"),
    List("my agency's, suspended", RECEPTIONS, "cases?status=suspended"),
    List("my agency's, closed", RECEPTIONS, "cases?status=closed"),
    List("my agency's, past due", RECEPTIONS, "cases?past_due=true"),
    List("past due under the city", ("chutich",), "cases?side=under&past_due=true"),
    List("suspended under the city", ("chutich",), "cases?side=under&status=suspended"),
    List("of data protection, anywhere", ("baove",), "cases"),
    List("denunciations", ("thanhtra", "chanhthanhtra"), "denunciations"),
]
# How far down the deep page is.
DEEP = 0.7
# Cases that are read one by one, and identities that are opened.
CASES_READ = 9_000
IDENTITIES = 500
IDENTITY_MS = 20
