"""Measures the server against what PostgreSQL could do with the same statements: `tests/load/run --help`."""

import argparse
import shutil
import sys
import tempfile
import time
from pathlib import Path

import cases
import dossiers
from aims import UNITS
from cluster import Cluster
from programs import HOLD, ROOT

# What follows was written by hand, and stays when something else is measured.
BY_HAND = "\n## In words\n"


def main():
    asked = arguments()
    began = time.monotonic()

    def say(line):
        print(f"[{time.monotonic() - began:5.0f} s] {line}", file=sys.stderr, flush=True)

    directory = Path(asked.data or tempfile.mkdtemp(prefix="caunoi-load-", dir="/var/tmp"))
    directory.mkdir(parents=True, exist_ok=True)
    directory.chmod(0o755)  # the database runs under another user when this one is root
    cluster = Cluster(HOLD, directory / "postgres")
    servers = []
    subject = cases if asked.cases else dossiers
    try:
        text = subject.run(asked, cluster, directory, servers, say)
        print(text)
        if asked.record and not asked.statements:
            record(ROOT / "tests/load" / subject.RESULTS, text)
    finally:
        for server in servers:
            server.stop()
        cluster.stop()
        if not asked.data:
            shutil.rmtree(directory)
    return 0


def record(file, text):
    before = file.read_text() if file.exists() else ""
    _, heading, words = before.partition(BY_HAND)
    file.write_text(text + heading + words)


def arguments():
    parser = argparse.ArgumentParser(prog="tests/load/run", description=__doc__)
    parser.add_argument("--cases", action="store_true", help="cases and denunciations instead of dossiers")
    parser.add_argument("--quick", action="store_true", help="10 thousand dossiers or cases only, short rounds")
    parser.add_argument("--only", action="append", choices=[*(unit.task for unit in UNITS), "import"], help="only this, of dossiers, and what is always measured; may be repeated")
    parser.add_argument("--data", metavar="DIR", help="keep the seeded databases here and use them again")
    parser.add_argument("--record", action="store_true", help="write what was measured into tests/load/results.md, of cases results-cases.md")
    parser.add_argument("--statements", action="store_true", help="print the statements that the server sends, and stop")
    return parser.parse_args()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except RuntimeError as error:
        sys.exit(f"error: {error}")
