"""Databases as the server would have left them: made once, measured in copies."""

import hashlib
import time
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

from server import Server

SQL = Path(__file__).resolve().parent.parent / "sql"
MIGRATIONS = SQL.parents[2] / "migrations/schema"
REGISTER = MIGRATIONS / "2026-11-26-155000_register"
CHUNK = 100_000


@dataclass(frozen=True)
class Seed:
    """Scripts that fill a database: before, for each of its chunks, and after them."""

    subject: str
    before: tuple
    chunk: Path
    after: tuple

    def name(self, size):
        """Of the seeded database; another one when schema or seed have changed."""
        made_by = [*sorted(MIGRATIONS.glob("*/up.sql")), *self.before, self.chunk, *self.after]
        version = hashlib.sha256(b"".join(file.read_bytes() for file in made_by)).hexdigest()[:8]
        return f"{self.subject}_{size}_{version}"


# What is inserted is entered in no register, as what was there before it: its migration catches up.
DOSSIERS = Seed("dossiers", (SQL / "setup.sql",), SQL / "seed.sql", (REGISTER / "down.sql", REGISTER / "up.sql"))
CASES = Seed("cases", (SQL / "setup.sql", SQL / "cases_setup.sql"), SQL / "cases.sql", (SQL / "denunciations.sql",))


def make(cluster, program, directory, seed, size, say):
    """A seeded database of so many dossiers or cases, unless there is one."""
    made = seed.name(size)
    if made in cluster.databases():
        return
    began = time.monotonic()
    growing = f"growing_{size}"
    cluster.sql("postgres", f"DROP DATABASE IF EXISTS {growing}")
    cluster.sql("postgres", f"CREATE DATABASE {growing}")
    server = Server(program, cluster.url(growing), directory / growing)
    try:
        now = datetime.now(timezone.utc).replace(minute=0, second=0, microsecond=0).isoformat()
        for script in seed.before:
            cluster.sql(growing, script.read_text())
        for start in range(1, size + 1, CHUNK):
            end = min(start + CHUNK - 1, size)
            cluster.sql(growing, seed.chunk.read_text(), **{"from": start, "to": end, "size": size, "now": now})
            say(f"{size:,} {seed.subject}: {end:,} written, {time.monotonic() - began:.0f} s")
        for script in seed.after:
            cluster.sql(growing, script.read_text(), size=size, now=now)
        drain(cluster, growing)
        say(f"{size:,} {seed.subject}: journal numbered, {time.monotonic() - began:.0f} s")
    finally:
        server.stop()
    cluster.sql(growing, "VACUUM (FREEZE, ANALYZE)")
    cluster.sql("postgres", f"ALTER DATABASE {growing} RENAME TO {made}")
    say(f"{size:,} {seed.subject}: ready after {time.monotonic() - began:.0f} s")


def drain(cluster, database):
    """Waits until the leader has numbered everything; gives how many entries waited and the seconds it took."""
    waiting = "SELECT count(*) FROM journal_tail"
    first, began = int(cluster.sql(database, waiting)), time.monotonic()
    while cluster.sql(database, waiting) != "0":
        time.sleep(0.1)
    return first, time.monotonic() - began
