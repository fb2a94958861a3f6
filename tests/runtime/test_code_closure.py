"""What decides a result is found from imports of every form, and by what the code says."""

from pathlib import Path

import pytest

from vln_pipeline.runtime.code_closure import Closure, find_closure

NODE = "made.nodes.work"
BASE = {
    "made/__init__.py": "__version__ = '1'\n",
    "made/nodes.py": "from made import task\n\n\ndef work():\n    return task.VALUE\n",
    "made/task.py": "VALUE = 1\n",
    "made/other.py": "VALUE = 2\n",
}


@pytest.fixture
def make(tmp_path):
    """Return a function that writes files over those of a small package and returns the closure of its node."""

    def make(files: dict[str, str] | None = None, function: str = NODE, **options) -> Closure:
        for name, text in (BASE if files is None else files).items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return find_closure(function, roots={"made": tmp_path / "made"}, **options)

    make()
    return make


NODES = {
    "import": "import made.task\n\n\ndef work():\n    return made.task.VALUE\n",
    "import as": "import made.task as t\n\n\ndef work():\n    return t.VALUE\n",
    "from package": "from made import task\n\n\ndef work():\n    return task.VALUE\n",
    "from module": "from made.task import VALUE\n\n\ndef work():\n    return VALUE\n",
    "everything": "from made.task import *\n\n\ndef work():\n    return VALUE\n",
    "relative": "from .task import VALUE\n\n\ndef work():\n    return VALUE\n",
    "relative module": "from . import task\n\n\ndef work():\n    return task.VALUE\n",
    "in the function": "def work():\n    from made.task import VALUE\n\n    return VALUE\n",
    "in a guard": "try:\n    from made.task import VALUE\nexcept ImportError:\n    VALUE = 0\n\n\ndef work():\n    return VALUE\n",
    "by name": "import importlib\n\n\ndef work():\n    return importlib.import_module('made.task')\n",
    "by the name of a function": "TABLE = {'a': 'made.task.VALUE'}\n\n\ndef work():\n    return resolve(TABLE['a'])\n",
    "in another process": "def work():\n    run([python, '-m', 'made.task'])\n",
    "for a type": "from made.task import VALUE\n\n\ndef work(one: VALUE):\n    return one\n",
    "through a function": "from made.task import VALUE\n\n\ndef work():\n    return also()\n\n\ndef also():\n    return VALUE\n",
}


@pytest.mark.parametrize("text", NODES.values(), ids=NODES)
def test_an_import_of_any_form_is_followed(make, text):
    before = make({"made/nodes.py": text})
    assert "task.py" in [file.name for file in before.files]
    assert "other.py" not in [file.name for file in before.files]
    assert make({"made/task.py": "VALUE = 3\n"}).digest != before.digest
