"""Errors that a person can act on, and the exit codes that say what a caller may do next."""

EXIT_FAILED = 1
# sysexits' EX_TEMPFAIL: stopped on request with a checkpoint; the same command again goes on from there.
EXIT_STOPPED = 75


class WorkerError(Exception):
    """What went wrong, where, and what to do, in one message.

    `phase` says how far the work had come (`data`, `model`, `preflight`, `train`, `checkpoint`, `evaluate`, `serve`);
    `retryable` is True when the same job may succeed unchanged on another try or another worker.
    """

    def __init__(self, message: str, *, phase: str, retryable: bool = False) -> None:
        super().__init__(message)
        self.phase = phase
        self.retryable = retryable


class Stopped(WorkerError):
    """Stopped on request. The state is in a checkpoint, so the same run goes on from there."""

    def __init__(self, message: str, *, phase: str = "train") -> None:
        super().__init__(message, phase=phase, retryable=True)
