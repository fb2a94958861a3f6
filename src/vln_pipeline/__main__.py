"""``vln-pipeline`` and ``python -m vln_pipeline``: the project's commands outside Kedro's own program."""

from pathlib import Path

from kedro.framework.project import configure_project


def main() -> None:
    """Run a command of this project."""
    configure_project(Path(__file__).parent.name)
    from vln_pipeline.cli import cli  # it reads the settings, so the project must be configured first

    cli()


if __name__ == "__main__":
    main()
