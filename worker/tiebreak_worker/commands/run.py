"""`tiebreak-worker run`."""

import argparse
import os
import signal
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--server", required=True, metavar="URL", help="address of the platform")
    token = parser.add_mutually_exclusive_group(required=True)
    token.add_argument("--token-file", type=Path, help="file that holds the worker token")
    token.add_argument("--token-env", metavar="NAME", help="environment variable that holds the worker token")
    token.add_argument("--token", help="the token itself; other users of the machine can see it")
    parser.add_argument("--work-dir", type=Path, default=Path("tiebreak-work"), help="folder for downloads and runs")
    parser.add_argument("--name", help="name that the platform shows; by default the machine's, with four characters")
    parser.add_argument("--once", action="store_true", help="end after one job")
    parser.add_argument(
        "--serve", action=argparse.BooleanOptionalAction, default=True, help="run the inference backend beside the jobs"
    )
    parser.add_argument("--serve-host", default="127.0.0.1", help="address that the inference backend listens on")
    parser.add_argument("--serve-port", type=int, default=0, help="its port; 0 takes any free one")
    parser.add_argument(
        "--serve-url", metavar="URL", help="where the platform reaches it, when that is another address"
    )
    parser.add_argument("--model-gib", type=float, default=100, help="models to keep here for serving (GiB)")
    parser.add_argument(
        "--checkpoint-minutes", type=float, default=15, help="between uploads of checkpoints; 0 uploads the last only"
    )
    parser.add_argument("--stop-seconds", type=float, default=30, help="time to stop gracefully before ending at once")


def read_token(args: argparse.Namespace) -> str:
    """The token from where it was said to be. Raises WorkerError when it is not there."""
    from tiebreak_worker.errors import WorkerError

    if args.token:
        return args.token
    try:
        token = args.token_file.read_text() if args.token_file else os.environ[args.token_env]
    except (OSError, KeyError) as error:
        raise WorkerError(
            f"There is no token: {error}. Make one under Workers in the browser.", phase="worker"
        ) from error
    if not token.strip():
        raise WorkerError("The token is empty. Make one under Workers in the browser.", phase="worker")
    return token.strip()


def run(args: argparse.Namespace) -> int:
    """Work until a signal says stop: the first lets the step end and leaves a checkpoint, the second ends at once."""
    from tiebreak_worker.jobs.client import Platform
    from tiebreak_worker.jobs.hardware import detect
    from tiebreak_worker.jobs.loop import Options, Worker, only_one, say
    from tiebreak_worker.jobs.places import Places
    from tiebreak_worker.jobs.serving import NoServing, Serving
    from tiebreak_worker.jobs.stop import Stop

    stop = Stop(args.stop_seconds)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.ask())
    places = Places(args.work_dir.resolve())
    with only_one(places.root) as own_name:
        platform = Platform(args.server, read_token(args), on_outage=say)
        hardware = detect()
        say(f"{args.name or own_name} works for {platform.server} on {describe(hardware)}")
        serving = NoServing()
        try:
            if args.serve:
                serving = Serving(places, args.serve_host, args.serve_port, hardware["device"], args.serve_url)
            worker = Worker(platform, places, hardware, serving, stop, args.name or own_name)
            worker.run(Options(args.once, args.checkpoint_minutes, int(args.model_gib * 2**30)))
        finally:
            serving.close()
            platform.close()
    return 0


def describe(hardware: dict) -> str:
    """The hardware in a few words."""
    names = [gpu["name"] for gpu in hardware["gpus"]]
    return ", ".join(names) or f"{hardware['cpus']} processors ({hardware['device']})"
