"""``vln-pipeline`` and ``python -m vln_pipeline``: the project's commands outside Kedro's own program."""

from pathlib import Path

from kedro.framework.cli.utils import find_run_command
from kedro.framework.project import configure_project


def main() -> None:
    """Run ``kedro run`` of this project."""
    package = Path(__file__).parent.name
    configure_project(package)
    find_run_command(package)()


if __name__ == "__main__":
    main()
