"""Lets `python -m tiebreak_worker` (and so `accelerate launch -m tiebreak_worker`) stand for the console script."""

import sys

from tiebreak_worker.cli import main

sys.exit(main())
