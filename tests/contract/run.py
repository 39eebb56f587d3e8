"""Runs Schemathesis against a server: one that is given, or one started here on an empty directory."""

import argparse
import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import requests

import settings

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
LOG = "server.log"
READY_WITHIN_SECONDS = 60
STOPPED_WITHIN_SECONDS = 30


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("base_url", nargs="?", help="a running demo server; without it one is started and stopped")
    options.add_argument("--examples", type=int, default=10, help="test cases per operation and phase")
    options.add_argument("--server", default="target/debug/caunoi", help="the program to start")
    asked = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="caunoi-contract-") as scratch:
        scratch = Path(scratch)
        scratch.chmod(0o755)  # the database runs under another user when this one is root
        settings.write(scratch / "schemathesis.toml")
        if asked.base_url:
            return fuzz(asked.base_url.rstrip("/"), asked.examples, scratch)
        try:
            with started(ROOT / asked.server, scratch) as base_url:
                status = fuzz(base_url, asked.examples, scratch)
        except RuntimeError as error:
            print(f"error: {error}", file=sys.stderr)
            status = 1
        if status:
            show_log(scratch)
        return status


@contextlib.contextmanager
def started(program, scratch):
    """A demo server on a free port, with its log kept for the case that something goes wrong."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    # The fuzzer is one caller in a hurry; the limits themselves have their own tests.
    # The fuzzer guesses passwords until its address is shut out; the accounts sign in from another one (signin.py).
    environment = {**os.environ, "RATE_LIMIT_PER_MINUTE": "1000000", "TRUSTED_PROXIES": "127.0.0.1"}
    environment.pop("DATABASE_URL", None)
    with (scratch / LOG).open("w") as log:
        server = subprocess.Popen(
            [program, "serve", "--demo", "--bind", address, "--data-dir", scratch / "data"],
            env=environment, stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
        )
    try:
        wait_until_ready(f"http://{address}", server)
        yield f"http://{address}"
        if server.poll() is not None:
            raise RuntimeError(f"the server ended by itself with status {server.returncode}")
    finally:
        server.terminate()
        try:
            server.wait(STOPPED_WITHIN_SECONDS)
        except subprocess.TimeoutExpired:
            server.kill()
            raise RuntimeError(f"the server did not stop within {STOPPED_WITHIN_SECONDS} s") from None


def wait_until_ready(base_url, server):
    end = time.monotonic() + READY_WITHIN_SECONDS
    while time.monotonic() < end and server.poll() is None:
        with contextlib.suppress(requests.RequestException):
            if requests.get(f"{base_url}/health/ready", timeout=5).ok:
                return
        time.sleep(0.1)
    raise RuntimeError("the server did not become ready")


def show_log(scratch, lines=60):
    words = [line for line in (scratch / LOG).read_text(errors="replace").splitlines() if " INFO " not in line]
    print("\n".join(["", "The server's last words:", *words[-lines:]]), file=sys.stderr)


def fuzz(base_url, examples, scratch):
    """Every phase, every check, every operation; then the share of operations that did something."""
    report = scratch / "reached.txt"
    told = {"CONTRACT_BASE_URL": base_url, "CONTRACT_REPORT": str(report), "PYTHONPATH": str(HERE)}
    status = subprocess.run(
        [
            Path(sys.executable).with_name("st"), "--config-file", scratch / "schemathesis.toml",
            "run", settings.CONTRACT, "--url", base_url, "--phases", "examples,coverage,fuzzing,stateful",
            "--mode", "all", "--checks", "all", "--seed", "1", "--max-examples", str(examples),
            "--continue-on-failure", "--no-color",
        ],
        cwd=scratch, stdin=subprocess.DEVNULL, check=False, env={**os.environ, **told},
    ).returncode
    print(report.read_text(encoding="utf-8") if report.exists() else "The run ended before it could be judged.")
    return status


if __name__ == "__main__":
    sys.exit(main())
