"""A release on disk: one JSON-lines file, or a folder with a manifest whose SHA-256 sums are checked before any use."""

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path

from tiebreak_worker.data.rows import BadRow, LeftOutRow, Row, read_rows
from tiebreak_worker.errors import WorkerError
from tiebreak_worker.words import plural

SPLITS = ("train", "validation", "test")
SHOWN = 20


@dataclass
class Release:
    """Rows per split, the lines kept out as bad or because they cannot be taken yet, and the hash that names the
    content.
    """

    splits: dict[str, list[Row]]
    sha256: str
    bad_rows: list[BadRow] = field(default_factory=list)
    left_out: list[LeftOutRow] = field(default_factory=list)

    @property
    def left_out_note(self) -> str:
        """What is left out, in words; empty when nothing is."""
        if not self.left_out:
            return ""
        rows = plural(len(self.left_out), "row")
        return f"{rows} with tool calls, tools or turns of other roles left out, as by {self.left_out[0]}"


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's bytes, in hex."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def read_release(path: Path, *, held_out: float = 0.1, keep_out_bad_rows: bool = False) -> Release:
    """Read a release from a file or folder.

    A single file has no splits of its own, so the share `held_out` (0 to 1) of its prompts becomes the test split,
    chosen by the prompt's hash: the same prompt is on the same side in every run, and never on both.
    Raises WorkerError when something is missing, a hash differs, or a line is bad and bad lines are not to be kept out.
    """
    if not path.exists():
        raise WorkerError(
            f"There is no release at {path}. Give --data a .jsonl file or a release folder.", phase="data"
        )
    if path.is_dir():
        release = _read_folder(path)
    else:
        rows, bad, left_out = _read_file(path)
        release = Release(_split_by_prompt(rows, held_out), sha256_of(path), bad, left_out)
    if release.bad_rows and not keep_out_bad_rows:
        lines = "\n".join(f"  {bad}" for bad in release.bad_rows[:SHOWN])
        more = "" if len(release.bad_rows) <= SHOWN else f"\n  … and {len(release.bad_rows) - SHOWN} more"
        raise WorkerError(
            f"{len(release.bad_rows)} lines of {path} are no rows:\n{lines}{more}\n"
            "Mend them, or keep them out with --bad-rows keep-out.",
            phase="data",
        )
    return release


def _read_file(path: Path) -> tuple[list[Row], list[BadRow], list[LeftOutRow]]:
    rows: list[Row] = []
    bad: list[BadRow] = []
    left_out: list[LeftOutRow] = []
    for entry in read_rows(path):
        (rows if isinstance(entry, Row) else left_out if isinstance(entry, LeftOutRow) else bad).append(entry)
    return rows, bad, left_out


def _split_by_prompt(rows: list[Row], held_out: float) -> dict[str, list[Row]]:
    splits: dict[str, list[Row]] = {split: [] for split in SPLITS}
    for row in rows:
        # The first 32 bits of the hash are uniform, so they serve as the prompt's own coin.
        coin = int(row.prompt_hash[:8], 16) / 2**32
        splits["test" if coin < held_out else "train"].append(row)
    return splits


def _manifest_hashes(folder: Path) -> dict[str, str]:
    """File name to SHA-256, from the manifest's `files`: a list of {path, sha256} or an object keyed by path."""
    manifest = folder / "manifest.json"
    if not manifest.exists():
        raise WorkerError(f"{folder} has no manifest.json, so it is no release folder.", phase="data")
    try:
        files = json.loads(manifest.read_text())["files"]
        entries = files.items() if isinstance(files, dict) else ((entry["path"], entry) for entry in files)
        return {name: entry["sha256"] for name, entry in entries}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise WorkerError(
            f"{manifest} does not list `files` with `path` and `sha256`: {error!r}", phase="data"
        ) from None


def _read_folder(folder: Path) -> Release:
    """Check the canonical files against their hashes, then read them. Other formats of the same rows need not be
    there.
    """
    canonical = [f"{split}.jsonl" for split in SPLITS]
    hashes = {name: sha256 for name, sha256 in _manifest_hashes(folder).items() if name in canonical}
    for name, expected in hashes.items():
        file = folder / name
        if not file.is_file():
            raise WorkerError(
                f"{folder} lacks {name}, which its manifest lists. Fetch the release again.", phase="data"
            )
        actual = sha256_of(file)
        if actual != expected:
            raise WorkerError(
                f"{file} is not the file of the manifest: SHA-256 is {actual}, the manifest says {expected}. "
                "It was changed or cut short; fetch the release again.",
                phase="data",
                retryable=True,
            )
    release = Release({}, sha256_of(folder / "manifest.json"))
    for split in SPLITS:
        name = f"{split}.jsonl"
        if name not in hashes:
            release.splits[split] = []
            continue
        release.splits[split], bad, left_out = _read_file(folder / name)
        release.bad_rows += bad
        release.left_out += left_out
    return release
