"""A release of the platform as the readers that people use see it."""

import json

import pytest
from datasets import load_dataset

SPLITS = ["train", "validation", "test"]


@pytest.fixture
def release(platform):
    return platform.folder / "releases" / "1"


def without_missing(value):
    """Rows as JSON has them: a missing value is a missing key."""
    if isinstance(value, dict):
        return {key: without_missing(item) for key, item in value.items() if item is not None}
    return [without_missing(item) for item in value] if isinstance(value, list) else value


def test_a_release_folder_loads_in_one_call_and_its_parquet_holds_the_rows_of_its_json_lines(release, tmp_path):
    loaded = load_dataset(str(release), cache_dir=str(tmp_path))
    assert list(loaded) == SPLITS
    for split in SPLITS:
        lines = (release / f"{split}.jsonl").read_text(encoding="utf-8").splitlines()
        assert [without_missing(row) for row in loaded[split]] == [json.loads(line) for line in lines]
        assert len(lines) > 0
