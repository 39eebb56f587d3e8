"""What is run: the server, the load generator and the database, in release mode."""

from pathlib import Path

from server import Server

ROOT = Path(__file__).resolve().parents[3]
RELEASE = ROOT / "target/release"
CAUNOI, GENERATOR, HOLD = RELEASE / "caunoi", RELEASE / "load", RELEASE / "examples/hold"


def start(cluster, directory, database):
    return Server(CAUNOI, cluster.url(database), directory / database)
