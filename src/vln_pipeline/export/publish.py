"""Publishing a dataset on a hub: what is sent, whether it may be, and sending it.

The hub's own library sends large files first and commits in batches, so the same call goes on where a cut one stopped.
"""

import re
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

import httpx2
import yaml
from huggingface_hub import CommitOperationDelete, DatasetCard, HfApi
from huggingface_hub.errors import HfHubHTTPError, LocalTokenNotFoundError, OfflineModeIsEnabled

from vln_pipeline.errors import DataError
from vln_pipeline.export.card import CARD, config_name
from vln_pipeline.export.reader import ExportedDataset
from vln_pipeline.export.terms import terms_of
from vln_pipeline.export.unreadable import told
from vln_pipeline.export.validate import validate
from vln_pipeline.regular_file import regular

_LEFT_OUT = ("seal.json", "item.json", ".*", "**/.*")
"""What the store keeps beside the data."""
_MOST_FILES = 100_000
"""Files that the hub recommends at most for one repository."""
_FOLDERS = ("data", "meta", "videos")
"""What a dataset consists of, beside its card: what lies there and is not of this one was of another."""
_MENDS = {
    401: "run: hf auth login",
    403: "log in as someone who may write there, with a token that may: hf auth login",
    404: "make sure that its user or organisation is there",
    409: "somebody else changed it just now: give the same command again",
    413: "export smaller files (params:export.data_file_mb, video_file_mb), or ask the hub for more room",
    429: "wait some minutes; the same command goes on where this one stopped",
}
_GOES_ON = "the same command goes on where this one stopped"
_REPOSITORY = re.compile(r"(?!.*(?:--|\.\.|\.git$))[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95}")


@dataclass(frozen=True)
class Offer:
    """A dataset that may be published.

    Attributes:
        dataset: the dataset.
        files: that are sent, relative to its folder, in order.
        size: of all of them, bytes.
    """

    dataset: ExportedDataset
    files: tuple[str, ...]
    size: int

    def summary(self) -> str:
        """Return what would be sent, for people."""
        terms = terms_of(self.dataset.scenes).front_matter
        return "\n".join(
            (
                f"{self.dataset.dialect}, LeRobot {self.dataset.version}, {self.dataset.scene}",
                f"{len(self.dataset)} episodes, {self.dataset.info['total_frames']} frames",
                f"{len(self.files)} files, {self.size / 2**20:.1f} MiB",
                f"configuration {config_name(self.dataset)}",
                ", ".join(f"{key} {value}" for key, value in terms.items()),
            )
        )


def offer(root: Path) -> Offer:
    """Return what publishing a dataset would send.

    Raises:
        DataError: the terms of a scene forbid it or are not known, the dataset or its card is broken, or it has more
            files than a hub takes.
    """
    dataset = ExportedDataset(root)
    refusal = terms_of(dataset.scenes).refusal
    if refusal:
        raise DataError(root.name, f"may not be published: {refusal}", "publish what was made of scenes you may share")
    problems = validate(root)
    if problems:
        raise DataError(root.name, f"does not pass its validation: {problems[0]}", "export it again")
    _require_card(root)
    for path in root.rglob("*"):
        if path.is_symlink():
            subject = f"{root.name}/{path.relative_to(root).as_posix()}"
            raise DataError(subject, "is a link, and may lead anywhere", "take it away, or export again")
    paths = sorted(path for path in root.rglob("*") if path.is_file() and _is_sent(path.relative_to(root)))
    if len(paths) > _MOST_FILES:
        cause = f"has {len(paths)} files, a repository takes {_MOST_FILES}"
        raise DataError(root.name, cause, "publish v3.0, which has many episodes per file")
    files = tuple(path.relative_to(root).as_posix() for path in paths)
    return Offer(dataset, files, sum(path.stat().st_size for path in paths))


def publish(offered: Offer, repository: str, *, private: bool = False, endpoint: str | None = None) -> str:
    """Send a dataset and return its address; the same call after a failure goes on where that one stopped.

    Where the repository had an earlier dataset, nothing of it stays, and the tag of the version is moved.

    Args:
        offered: what to send.
        repository: "user/name".
        private: whether a new repository is one that only its owner sees.
        endpoint: of the hub; None for the one that the hub's library is set to.

    Raises:
        DataError: the name is none, nobody is logged in, the hub cannot be reached or refuses, or what should be
            private is there already and is not.
    """
    require_name(repository)
    api = HfApi(endpoint=endpoint)
    try:
        # Without a word the hub takes what its user or organisation has set.
        address = api.create_repo(repository, repo_type="dataset", private=private or None, exist_ok=True)
        known = api.dataset_info(repository)
        if private and known.private is False:
            mend = "make it private on the hub, or leave out --private"
            raise DataError(repository, "is there already, for everybody to see", mend)
        message = f"{offered.dataset.dialect}, {config_name(offered.dataset)}"
        api.upload_folder(
            repo_id=repository,
            repo_type="dataset",
            folder_path=offered.dataset.root,
            ignore_patterns=list(_LEFT_OUT),
            commit_message=message,
        )
        there = {file.rfilename for file in known.siblings or ()}
        gone = sorted(name for name in there - set(offered.files) if name.split("/")[0] in _FOLDERS)
        if gone:
            deletions = [CommitOperationDelete(path_in_repo=name) for name in gone]
            api.create_commit(repository, deletions, commit_message=f"{message}: nothing else", repo_type="dataset")
        tagged = _tag(api, repository, offered.dataset.version)
    except LocalTokenNotFoundError as error:
        raise DataError(repository, "nobody is logged in to the hub", _MENDS[401]) from error
    except HfHubHTTPError as error:
        status = error.response.status_code
        raise DataError(repository, f"the hub answered {status}", _MENDS.get(status, _GOES_ON)) from error
    except OfflineModeIsEnabled as error:
        raise DataError(repository, "the hub's library is set to stay offline", "unset HF_HUB_OFFLINE") from error
    except (httpx2.InvalidURL, httpx2.UnsupportedProtocol) as error:
        raise DataError(repository, "the address of the hub is none", "mend or unset HF_ENDPOINT") from error
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        cause = f"the hub and its library do not agree ({told(error)[:200]})"
        raise DataError(repository, cause, "pip install -U huggingface_hub, or look at the dataset's card") from error
    except (httpx2.HTTPError, OSError, RuntimeError) as error:
        # Its workers tell every failure as a RuntimeError, with what happened as the cause.
        cause = f"the connection to the hub broke ({type(error.__cause__ or error).__name__})"
        raise DataError(repository, cause, _GOES_ON) from error
    without = "" if tagged else f" (this hub has no tags; lerobot looks for {offered.dataset.version})"
    return f"{address}{without}"


def _tag(api: HfApi, repository: str, version: str) -> bool:
    """Give what was sent the tag by which lerobot finds it, or move the earlier one; tell whether the hub has tags."""
    try:
        api.create_tag(repository, tag=version, repo_type="dataset")
    except HfHubHTTPError as error:
        if error.response.status_code == HTTPStatus.NOT_FOUND:
            return False
        if error.response.status_code != HTTPStatus.CONFLICT:
            raise
        api.delete_tag(repository, tag=version, repo_type="dataset")
        api.create_tag(repository, tag=version, repo_type="dataset")
    return True


def require_name(repository: str) -> None:
    """Raise a DataError where a repository's name is none."""
    if not _REPOSITORY.fullmatch(repository):
        raise DataError(repository, "is not a repository's name", "give user/name")


def _require_card(root: Path) -> None:
    subject = f"{root.name}/{CARD}"
    try:
        licence = DatasetCard(regular(root / CARD).read_text(encoding="utf-8")).data.to_dict().get("license")
    except (OSError, ValueError, TypeError, AttributeError, yaml.YAMLError) as error:
        raise DataError(subject, f"cannot be read ({type(error).__name__})", "export it again") from error
    if not licence:
        raise DataError(subject, "tells no licence", "export it again")


def _is_sent(path: Path) -> bool:
    return path.name not in _LEFT_OUT and not any(part.startswith(".") for part in path.parts)
