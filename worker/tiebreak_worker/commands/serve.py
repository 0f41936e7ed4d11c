"""`tiebreak-worker serve`."""

import argparse
import os
import sys


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "--models",
        nargs="+",
        required=True,
        metavar="DIR|NAME=PATH",
        help="folders of checkpoints, looked through anew for every request, or single checkpoints under a name",
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on; others than loopback need a key")
    parser.add_argument("--port", type=int, default=8081, help="port to listen on; 0 takes any free one")
    parser.add_argument("--api-key-env", metavar="NAME", help="environment variable that holds the API key")
    add_engine_arguments(parser)
    parser.add_argument("--max-waiting", type=int, default=512, help="waiting requests before new ones are refused")
    parser.add_argument(
        "--default-max-tokens", type=int, default=1024, help="limit for requests that give none (tokens)"
    )


def add_engine_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options on device and memory that `serve`, `sample` and `score` share."""
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda or cuda:N")
    parser.add_argument(
        "--dtype",
        choices=("auto", "float32", "bfloat16", "float16"),
        default="auto",
        help="precision; auto is the checkpoint's own on a GPU and float32 on a CPU",
    )
    parser.add_argument(
        "--memory",
        type=float,
        help="memory for weights and caches (GiB); unset takes 90%% of what is free on a GPU, half on a CPU",
    )
    parser.add_argument("--max-rows", type=int, default=64, help="responses generated at once per model")


def run(args: argparse.Namespace) -> int:
    """Serve until interrupted."""
    from tiebreak_worker.errors import WorkerError
    from tiebreak_worker.serve.backend import Backend, Settings
    from tiebreak_worker.serve.catalog import Source
    from tiebreak_worker.serve.server import build, is_loopback, listen

    api_key = os.environ.get(args.api_key_env, "") if args.api_key_env else None
    if api_key == "":
        raise WorkerError(f"--api-key-env: the environment variable {args.api_key_env} is not set", phase="serve")
    if api_key is None and not is_loopback(args.host):
        raise WorkerError(
            f"--host {args.host} can be reached from other machines; give a key with --api-key-env, or use 127.0.0.1",
            phase="serve",
        )
    sources = [Source.parse(text) for text in args.models]
    missing = [str(source.path) for source in sources if not source.path.is_dir()]
    if missing:
        raise WorkerError(f"--models: not a folder: {', '.join(missing)}", phase="serve")
    try:
        settings = Settings(
            args.device, args.dtype, args.memory, args.max_rows, args.max_waiting, args.default_max_tokens
        )
        backend = Backend(sources, settings)
    except ValueError as error:
        raise WorkerError(str(error), phase="serve") from error
    with backend, listen(args.host, args.port) as bound:
        names = [model["id"] for model in backend.models()]
        print(f"serving on http://{args.host}:{bound.getsockname()[1]}/v1 ({backend.status()['device']['name']})")
        print(f"models: {', '.join(names) or 'none yet; a checkpoint written into the folder appears by itself'}")
        sys.stdout.flush()
        build(backend, api_key).run([bound])
    return 0
