"""Entry point of `tiebreak-worker`."""

import argparse
import sys

from tiebreak_worker import __version__
from tiebreak_worker.commands import COMMANDS, Command, HelpFormatter, load
from tiebreak_worker.errors import EXIT_FAILED, EXIT_STOPPED, Stopped, WorkerError


def build_parser(chosen: Command | None) -> argparse.ArgumentParser:
    """Build the parser; only the chosen subcommand is imported, so that --help answers at once."""
    parser = argparse.ArgumentParser(prog="tiebreak-worker", description="Train and serve models on human preferences.")
    parser.add_argument("--version", action="version", version=__version__)
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for command in COMMANDS:
        sub = subparsers.add_parser(
            command.name,
            help=command.summary,
            description=command.summary[0].upper() + command.summary[1:] + ".",
            formatter_class=HelpFormatter,
        )
        if command is chosen:
            load(command).add_arguments(sub)
    return parser


def main(argv: list[str] | None = None) -> int:
    """Run one subcommand and return its exit code: 0 done, 1 failed, 2 wrong usage, 75 stopped with a checkpoint."""
    argv = sys.argv[1:] if argv is None else argv
    chosen = next((command for command in COMMANDS if argv and command.name == argv[0]), None)
    args = build_parser(chosen).parse_args(argv)
    try:
        return load(chosen).run(args)
    except Stopped as stop:
        print(f"tiebreak-worker: {stop}", file=sys.stderr)
        return EXIT_STOPPED
    except WorkerError as error:
        print(f"tiebreak-worker: {error}", file=sys.stderr)
        return EXIT_FAILED
