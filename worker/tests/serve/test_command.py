"""`tiebreak-worker serve` as a process."""

import os
import re
import signal
import socket
import subprocess
import sys

import httpx
import pytest

from tiebreak_worker.cli import main


def test_serves_until_it_is_told_to_stop(model_folder):
    command = [sys.executable, "-m", "tiebreak_worker", "serve", "--port", "0", "--device", "cpu", "--memory", "1"]
    sources = ["--models", str(model_folder), f"first={model_folder / 'llama'}", "--api-key-env", "TEST_SERVE_KEY"]
    environment = {**os.environ, "TEST_SERVE_KEY": "a-key"}
    with subprocess.Popen([*command, *sources], stdout=subprocess.PIPE, text=True, env=environment) as process:
        try:
            url = re.search(r"http://127\.0\.0\.1:\d+", process.stdout.readline())[0]
            assert "first" in process.stdout.readline()
            body = {"model": "first", "messages": [{"role": "user", "content": "Hello."}], "max_tokens": 3}
            headers = {"Authorization": "Bearer a-key"}
            answer = httpx.post(f"{url}/v1/chat/completions", json=body, headers=headers, timeout=120)
            assert answer.json()["usage"]["completion_tokens"] <= 3
            assert httpx.get(f"{url}/v1/models").status_code == 401
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=120)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--host", "0.0.0.0"], "can be reached from other machines"),
        (["--api-key-env", "TEST_SERVE_NO_KEY"], "TEST_SERVE_NO_KEY is not set"),
        (["--device", "tpu0"], "--device tpu0"),
    ],
)
def test_wrong_options_are_named(model_folder, capsys, options, words):
    assert main(["serve", "--models", str(model_folder), "--port", "0", *options]) == 1
    assert words in capsys.readouterr().err


def test_a_folder_that_is_not_there_and_a_port_that_is_taken(model_folder, capsys, tmp_path):
    assert main(["serve", "--models", str(tmp_path / "gone")]) == 1
    assert "not a folder" in capsys.readouterr().err
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        assert main(["serve", "--models", str(model_folder), "--port", port, "--memory", "1"]) == 1
    assert "choose another --port" in capsys.readouterr().err
