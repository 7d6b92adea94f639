"""The code that we give to merchants accepts a real delivery and nothing else."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from astrapay_portal.embedded.front_end import FALLBACK_NODE
from core.actor import Actor
from tests.core.receiver import Receiver
from tests.webhooks.conftest import make_endpoint, run_engine, tell
from tests.webhooks.test_delivery import head_of
from webhooks.actions import endpoints
from webhooks.details import FOLDER
from webhooks.signing import sign

# Each gets the secret and the three headers as arguments and the body as its input.
PYTHON = """
import sys
from verify import verify
names = ["webhook-id", "webhook-timestamp", "webhook-signature"]
verify(sys.argv[1], dict(zip(names, sys.argv[2:])), sys.stdin.buffer.read())
"""
JAVASCRIPT = """
const { verify } = require("./verify.js");
const [secret, id, timestamp, signature] = process.argv.slice(2);
const headers = { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signature };
verify(secret, headers, require("node:fs").readFileSync(0));
"""
PHP = """<?php
require 'verify.php';
$headers = array_combine(['webhook-id', 'webhook-timestamp', 'webhook-signature'], array_slice($argv, 2));
verify($argv[1], $headers, file_get_contents('php://stdin'));
"""
JAVA = """
class Run {
    public static void main(String[] given) throws Exception {
        Webhooks.verify(given[0], given[1], given[2], given[3], System.in.readAllBytes());
    }
}
"""


@dataclass(frozen=True)
class Runner:
    """A snippet beside a program that calls it. Languages that the set-up does not bring may be missing."""

    snippet: str
    module: str
    script: str
    code: str
    program: str | None
    brought: bool = False

    def write(self, folder: Path) -> None:
        snippet = (FOLDER / self.snippet).read_text()
        if self.module == self.script:  # Java runs the first class of one file
            lines = snippet.splitlines()
            imports = [line for line in lines if line.startswith("import ")]
            rest = [line for line in lines if not line.startswith("import ")]
            (folder / self.script).write_text("\n".join([*imports, self.code, *rest]))
        else:
            (folder / self.module).write_text(snippet)
            (folder / self.script).write_text(self.code)


NODE = shutil.which("node", path=os.pathsep.join([os.environ["PATH"], str(FALLBACK_NODE)]))
RUNNERS = [
    Runner("python.txt", "verify.py", "run.py", PYTHON, sys.executable, brought=True),
    Runner("javascript.txt", "verify.js", "run.js", JAVASCRIPT, NODE, brought=True),
    Runner("php.txt", "verify.php", "run.php", PHP, shutil.which("php")),
    Runner("java.txt", "Run.java", "Run.java", JAVA, shutil.which("java")),
]


@pytest.mark.parametrize("runner", RUNNERS, ids=lambda runner: str(runner.snippet))
def test_the_snippets_accept_a_real_delivery_and_refuse_what_was_changed(
    operator: Actor, receiver: Receiver, tmp_path: Path, runner: Runner
) -> None:
    if runner.program is None and not runner.brought:
        pytest.skip(f"nothing on this machine runs {runner.script}")
    assert runner.program is not None
    program = runner.program
    issued = make_endpoint(operator, receiver.url())
    endpoints.rotate_secret(actor=operator, endpoint_id=issued.endpoint.endpoint_id)
    tell(operator, name="São João")
    run_engine()
    headers, body = head_of(receiver.requests[0]), receiver.requests[0].partition(b"\r\n\r\n")[2]
    names = ("webhook-id", "webhook-timestamp", "webhook-signature")
    message_id, timestamp, signature = (headers[name] for name in names)
    runner.write(tmp_path)

    def accepts(*given: str, body: bytes = body) -> bool:
        run = subprocess.run([program, runner.script, *given], cwd=tmp_path, input=body, capture_output=True)  # noqa: S603, PLW1510
        return run.returncode == 0

    assert accepts(issued.secret, message_id, timestamp, signature)
    assert not accepts(issued.secret, message_id, timestamp, signature, body=body + b" ")
    assert not accepts(issued.secret, f"{message_id}0", timestamp, signature)
    assert not accepts(issued.secret, message_id, str(int(timestamp) - 301), signature)
    assert not accepts("whsec_AAAA", message_id, timestamp, signature)
    old = str(int(timestamp) - 301)
    assert not accepts(issued.secret, message_id, old, sign(issued.secret, message_id, int(old), body))
