"""Writing stays inside the folder that was named, links or not."""

from pathlib import Path

from vln_pipeline.errors import DataError


def require_inside(path: Path, *folders: Path) -> None:
    """Refuse to change a file whose folder is not where its name says, in each of the given folders.

    The file itself may be a link: whoever replaces its name leaves alone what it leads to.

    Args:
        path: of the file that is to be replaced.
        folders: from the outermost to the innermost, each at the beginning of the next one's name; the outermost may
            itself be a link.

    Raises:
        DataError: a link on the way leads elsewhere, to another folder that would be changed in its place.
    """
    for folder, inner in zip(folders, [*folders[1:], path.parent], strict=True):
        if inner.resolve() != folder.resolve() / inner.relative_to(folder):
            cause = f"reached by a link, it lies in {inner.resolve()}"
            raise DataError(str(inner), cause, "name that folder itself, or put a copy in place of the link")


def make_without_links(folder: Path) -> None:
    """Make a folder to write files into.

    Raises:
        DataError: it holds links, as a hub's cache does: writing would change what they lead to.
    """
    folder.mkdir(parents=True, exist_ok=True)
    link = next((path for path in sorted(folder.iterdir()) if path.is_symlink()), None)
    if link is not None:
        cause = f"its {link.name} is a link to {link.readlink()}, which would be overwritten"
        raise DataError(str(folder), cause, "name a new folder")
