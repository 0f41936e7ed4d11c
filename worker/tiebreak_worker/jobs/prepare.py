"""From a claimed job to a folder in which everything it names lies on this machine."""

import contextlib
import json
import shutil
import threading
from pathlib import Path
from typing import Any

from tiebreak_worker.errors import WorkerError
from tiebreak_worker.files import sync_tree, write_json, write_text
from tiebreak_worker.jobs.cache import Cache
from tiebreak_worker.jobs.client import Platform
from tiebreak_worker.jobs.places import STEP, Places, checked, inside

Job = dict[str, Any]


class Preparation:
    """Fetches what a job names. `give_up` ends it between two pieces of a download."""

    def __init__(self, places: Places, platform: Platform, give_up: threading.Event) -> None:
        self._places = places
        self._platform = platform
        self._cache = Cache(places.cache, platform)
        self._give_up = give_up

    def spec(self, job: Job) -> dict[str, Any]:
        """The job's spec for the process that does the work. Raises WorkerError with what is missing and what to do."""
        models = self.models(job["models"])
        run = self._places.run(job["id"])
        spec = {
            "type": job["type"],
            "params": job["params"],
            "release": str(self.release(job["release"])) if job["release"] else None,
            "base": models[job["baseModelId"]]["folder"] if job["baseModelId"] else None,
            "baseName": models[job["baseModelId"]]["name"] if job["baseModelId"] else None,
            "models": models,
            "inputs": {file["path"]: str(self._cache.fetch(file, self._give_up)) for file in job["inputs"]},
            "prompts": str(self.prompts(job, run / "prompts.jsonl")) if job["type"] == "sample" else None,
            "out": str(run / "out"),
        }
        (run / "out").mkdir(parents=True, exist_ok=True)
        self._checkpoint(job, run / "out" / "checkpoints")
        write_json(run / "spec.json", spec)
        return spec

    def prompts(self, job: Job, file: Path) -> Path:
        """The prompts of a sampling job, fetched once, so that a later attempt answers the same ones."""
        if not file.exists():
            answer = self._platform.call("GET", f"/jobs/{job['id']}/prompts", give_up=self._give_up, timeout=300)
            write_text(file, answer.text)
        return file

    def release(self, release: dict[str, Any]) -> Path:
        """The release's splits as a folder that the trainer reads, each file checked against its hash."""
        folder = self._places.release(release["contentHash"])
        self._cache.folder_of(release["files"], folder, self._give_up)
        files = [{"path": file["path"], "sha256": file["sha256"]} for file in release["files"]]
        write_json(folder / "manifest.json", {"contentHash": release["contentHash"], "files": files})
        return folder

    def models(self, models: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
        """By id, each model's name, task and folder; an adapter's names the folder of its base on this machine."""
        by_id = {model["id"]: model for model in models}
        return {
            key: {"name": model["name"], "task": model["task"], "folder": str(self.model(model, by_id))}
            for key, model in by_id.items()
        }

    def try_model(self, model: dict[str, Any], by_id: dict[str, dict[str, Any]]) -> None:
        """Fetch a model for serving; one that cannot be had is left out, and the next round tries again."""
        with contextlib.suppress(WorkerError, KeyError):
            self.model(model, by_id)

    def model(self, model: dict[str, Any], by_id: dict[str, dict[str, Any]]) -> Path:
        """One model as a folder, its base first."""
        base = self.model(by_id[model["baseId"]], by_id) if model["baseId"] in by_id else None
        place = self._places.model(model["id"])
        if model["path"] is not None:
            return self._registered(model, place)
        if not (place / "config.json").exists() and not (place / "adapter_config.json").exists():
            part = place.with_name(f".{place.name}.part")
            shutil.rmtree(part, ignore_errors=True)
            self._cache.folder_of(model["files"], part, self._give_up)
            sync_tree(part)
            part.replace(place)
        if base is not None:
            point_adapter(place / "adapter_config.json", base)
        return place

    def _registered(self, model: dict[str, Any], place: Path) -> Path:
        """A folder that an admin registered by its path, linked in so that it can be served under its id."""
        source = Path(model["path"]).expanduser()
        if not (source / "config.json").exists() and not (source / "adapter_config.json").exists():
            raise WorkerError(
                f"The model {model['name']} is registered at {source}, and on this worker there is no config.json "
                "there. Copy the model to that path on this machine, or correct the path under Models.",
                phase="model",
            )
        place.parent.mkdir(parents=True, exist_ok=True)
        if not place.is_symlink() or place.resolve() != source.resolve():
            place.unlink(missing_ok=True)
            place.symlink_to(source.resolve())
        return place

    def _checkpoint(self, job: Job, folder: Path) -> None:
        """Bring back the uploaded checkpoint, unless a later one lies here."""
        paths = [file["path"].partition("/") for file in job["checkpoint"]]
        steps = sorted({checked(STEP, step) for step, *_ in paths})
        places = [inside(folder / step, rest) for step, _, rest in paths]
        local = sorted(path.name for path in folder.glob("step-*")) if folder.is_dir() else []
        if not steps or (local and local[-1] >= steps[-1]):
            return
        part, whole = folder / f".{steps[-1]}.part", (folder / steps[-1]).resolve()
        shutil.rmtree(part, ignore_errors=True)
        for file, place in zip(job["checkpoint"], places, strict=True):
            if not place.is_relative_to(whole):
                continue
            target = part / place.relative_to(whole)
            target.parent.mkdir(parents=True, exist_ok=True)
            # A copy, since what is resumed from is written over by nobody but may be removed with its folder.
            shutil.copyfile(self._cache.fetch(file, self._give_up), target)
        sync_tree(part)
        part.replace(folder / steps[-1])


def point_adapter(file: Path, base: Path) -> None:
    """Make an adapter name its base where it lies here. The file is a link into the cache, so it is replaced."""
    config = json.loads(file.read_text())
    if config.get("base_model_name_or_path") != str(base):
        write_json(file, {**config, "base_model_name_or_path": str(base)})
