"""The server under test, in release mode, with everything on: authentication, validation, logging."""

import json
import os
import re
import socket
import subprocess
import threading
import time
import urllib.request
import uuid
from pathlib import Path

PASSWORD = "caunoi-demo"
READY_WITHIN_SECONDS = 30
STOPPED_WITHIN_SECONDS = 60
# Access tokens live ten minutes.
TOKENS_GOOD_SECONDS = 240


class Server:
    """Serves one database from construction to `stop`."""

    def __init__(self, program, database_url, directory, **settings):
        directory.mkdir(parents=True, exist_ok=True)
        self.directory = directory
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.address = "127.0.0.1:%d" % free.getsockname()[1]
        environment = os.environ | {
            "DATABASE_URL": database_url,
            "DATA_DIR": str(directory),
            "BIND": self.address,
            "RATE_LIMIT_PER_MINUTE": "100000000",
            # Those who denounce in the seeded database are sealed by it in every copy.
            "VAULT_KEYS": "load:bG9hZCB0ZXN0IG9ubHksIG5vdCBhIHNlY3JldCBrZXk=",
            # Nobody listens there: the demo's portal would take its share of the machine.
            "NATIONAL_PORTAL_URL": "http://127.0.0.1:9",
            "NATIONAL_PORTAL_SECRET": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        }
        self._log = open(directory / "server.log", "ab")
        self._process = subprocess.Popen(
            [program, "serve", "--demo"], env=environment | settings, stdout=self._log, stderr=self._log
        )
        self.pid = self._process.pid
        self._tokens = {}
        self._wait_until_ready()

    def _wait_until_ready(self):
        until = time.monotonic() + READY_WITHIN_SECONDS
        while time.monotonic() < until and self._process.poll() is None:
            try:
                with urllib.request.urlopen(f"http://{self.address}/health/ready", timeout=5):
                    return
            except OSError:
                time.sleep(0.05)
        said = (self.directory / "server.log").read_text(errors="replace")
        raise RuntimeError(f"the server did not get ready: {said[-2000:]}")

    def get(self, path, username):
        """What is answered to somebody of the demo."""
        return self._ask("GET", path, {"authorization": f"Bearer {self.token(username)}"})

    def post(self, path, username, content):
        """The same, of something that is done; `username` is None for anybody."""
        who = {"authorization": f"Bearer {self.token(username)}"} if username else {}
        return self._ask("POST", path, who | {"idempotency-key": str(uuid.uuid4())}, content)

    def _ask(self, method, path, headers, content=None):
        body = None if content is None else json.dumps(content).encode()
        headers = headers | ({"content-type": "application/json"} if body else {})
        asked = urllib.request.Request(f"http://{self.address}{path}", body, headers, method=method)
        with urllib.request.urlopen(asked, timeout=30) as answer:
            return json.load(answer)

    def token(self, username):
        """A token of somebody of the demo that is good for minutes."""
        token, since = self._tokens.get(username, (None, 0))
        if token is None or time.monotonic() - since > TOKENS_GOOD_SECONDS:
            token = self._ask("POST", "/v1/sessions", {}, {"username": username, "password": PASSWORD})["access_token"]
            self._tokens[username] = (token, time.monotonic())
        return token

    def counters(self):
        """The file of counters for the load generator."""
        file = self.directory / "counters"
        people = [("H26.13.01", ""), ("H26.13.02", "02"), ("H26.13.03", "03")]
        file.write_text("\n".join(f"{code} {self.token('tiepnhan' + end)} {self.token('lanhdao' + end)}" for code, end in people))
        return file

    def requests(self, asked):
        """A file of requests for the load generator: methods, user names, and paths behind `/v1/`."""
        file = self.directory / "requests"
        file.write_text("\n".join(f"{method} {self.token(username)} {path}" for method, username, path in asked))
        return file

    def memory(self):
        """Resident memory now, in MB."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1]) / 1024

    def watched(self):
        """A context in which memory is looked at ten times a second."""
        return Watch(self.memory)

    def stop(self):
        self._process.terminate()
        self._process.wait(STOPPED_WITHIN_SECONDS)
        self._log.close()


class Watch:
    """The highest of a value while it lasts."""

    def __init__(self, look):
        self._look, self._over, self.highest = look, threading.Event(), 0.0
        self._thread = threading.Thread(target=self._watch)

    def _watch(self):
        while not self._over.wait(0.1):
            self.highest = max(self.highest, self._look())

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self._thread.join()
