"""The worker's end of the job protocol (docs/worker-protocol.md): claim, run, report, upload, end."""

PROTOCOL = 1
