"""What decides a result is found from imports of every form, and by what the code says."""

import os
import subprocess
import sys

import pytest

from vln_pipeline.errors import DataError
from vln_pipeline.runtime.code_closure import Closure, code_digest, code_files, find_closure

NODE = "made.nodes.work"
BASE = {
    "made/__init__.py": "__version__ = '1'\n",
    "made/nodes.py": "from made import task\n\n\ndef work():\n    return task.VALUE\n",
    "made/task.py": "VALUE = 1\n",
    "made/other.py": "VALUE = 2\n",
}


@pytest.fixture
def make(tmp_path):
    """Return a function that writes files of a small package and returns the closure of its node."""

    def make(files: dict[str, str], function: str = NODE, **options) -> Closure:
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return find_closure(function, roots={"made": tmp_path / "made"}, **options)

    make(BASE)
    return make


def _names(closure: Closure) -> set[str]:
    return {file.name for file in closure.files}


FORMS = {
    "import": "import made.task\ndef work(): return made.task.VALUE",
    "import as": "import made.task as t\ndef work(): return t.VALUE",
    "from package": "from made import task\ndef work(): return task.VALUE",
    "from module": "from made.task import VALUE\ndef work(): return VALUE",
    "one of several": "from made.task import VALUE as A, VALUE as B\ndef work(): return B",
    "everything": "from made.task import *\ndef work(): return VALUE",
    "relative": "from .task import VALUE\ndef work(): return VALUE",
    "relative module": "from . import task\ndef work(): return task.VALUE",
    "in the function": "def work():\n    from made.task import VALUE\n    return VALUE",
    "in a guard": "try: from made.task import VALUE\nexcept ImportError: VALUE = 0\ndef work(): return VALUE",
    "by name": "import importlib\ndef work(): return importlib.import_module('made.task')",
    "in a table": "TABLE = {'a': 'made.task.VALUE'}\ndef work(): return resolve(TABLE['a'])",
    "in another process": "def work(): run([python, '-m', 'made.task'])",
    "for a type": "from made.task import VALUE\ndef work(one: VALUE): return one",
    "through a function": "from made.task import VALUE\ndef work(): return deeper()\ndef deeper(): return VALUE",
    "for what it does": "import made.task\nmade.task.prepare()\ndef work(): return 1",
    "else of a type check": "if TYPE_CHECKING: x = 1\nelse: from made.task import VALUE\ndef work(): return VALUE",
}


@pytest.mark.parametrize("text", FORMS.values(), ids=FORMS)
def test_an_import_of_any_form_is_followed(make, text):
    before = make({"made/nodes.py": text})
    assert {"nodes.py", "task.py"} <= _names(before)
    assert "other.py" not in _names(before)
    assert make({"made/task.py": "VALUE = 3\n"}).digest != before.digest


NO_IMPORTS = {
    "of types only": "from typing import TYPE_CHECKING\nif TYPE_CHECKING: import made.other\ndef work(): return 1",
    "of another function": "from made.other import VALUE\ndef work(): return 1\ndef elsewhere(): return VALUE",
    "inside another function": "def work(): return 1\ndef elsewhere():\n    import made.other",
    "in a docstring": "def work():\n    'made.other'",
    "in a comment": "def work(): return 1  # made.other",
    "of another package": "import madeup, numpy\ndef work(): return numpy, madeup",
    "of no module": "def work(): return 'made.nothing', 'made', 'made.task.NOTHING'",
}


@pytest.mark.parametrize("text", NO_IMPORTS.values(), ids=NO_IMPORTS)
def test_what_the_function_does_not_reach_does_not_count(make, text):
    before = make({"made/nodes.py": text})
    assert _names(before) == {"nodes.py"}
    assert make({"made/other.py": "VALUE = 3\n"}).digest == before.digest


def test_a_name_from_a_package_leads_to_the_module_that_defines_it_and_not_to_its_neighbours(make):
    files = {
        "made/nodes.py": "from made.sub import one\ndef work(): return one()",
        "made/sub/__init__.py": "from made.sub.a import one, two\nfrom made.sub.b import three\n",
        "made/sub/a.py": "def one(): return 1\ndef two(): return 2\n",
        "made/sub/b.py": "def three(): return 3\n",
    }
    assert _names(make(files)) == {"nodes.py", "__init__.py", "a.py"}


def test_of_a_package_around_a_module_only_what_it_does_counts(make):
    """A new version number must not rename what all earlier versions made. What a package does on import may matter."""
    before = make({})
    assert make({"made/__init__.py": "__version__ = '2'\n"}).digest == before.digest
    does = make({"made/__init__.py": "import made.other\nmade.other.prepare()\n"})
    assert does.digest != before.digest
    assert "other.py" in _names(does)


def test_a_name_that_is_defined_in_a_package_brings_what_it_needs(make):
    files = {
        "made/nodes.py": "from made import __version__, deep\ndef work(): return __version__, deep()",
        "made/__init__.py": "from made.other import VALUE\n__version__ = '1'\ndef deep(): return VALUE\n",
    }
    before = make(files)
    assert "other.py" in _names(before)
    assert make({"made/__init__.py": files["made/__init__.py"].replace("'1'", "'2'")}).digest != before.digest


def test_modules_that_import_each_other_are_each_counted_once(make):
    found = make({"made/task.py": "import made.other\n", "made/other.py": "import made.task\n"})
    assert _names(found) == {"nodes.py", "task.py", "other.py", "__init__.py"}
    assert len(set(found.files)) == len(found.files)


def test_data_that_a_module_beside_it_names_counts_by_its_bytes(make):
    files = {
        "made/task.py": "VALUE = open('words.yml'), files('glsl')\n",
        "made/words.yml": "a: 1\n",
        "made/notes.txt": "nobody reads this\n",
        "made/glsl/colour.frag": "void main() {}\n",
    }
    before = make(files)
    assert {"words.yml", "colour.frag"} == _names(before) - {"nodes.py", "task.py"}
    assert make({"made/words.yml": "a: 1  # one\n"}).digest != before.digest
    assert make({"made/words.yml": "a: 1\n"}).digest == before.digest
    assert make({"made/glsl/colour.frag": "void main() { }\n"}).digest != before.digest


@pytest.mark.parametrize(
    "said",
    [
        '"""Another title."""\n\nimport os\n\n\nclass A:\n    """Other words."""\n\n    x: int = 1\n    """More."""\n',
        "import os  # why\n\n# what\n\n\nclass A:\n    x: int = (1)\n",
        "import os\nclass A: x: int = 0x1",
        "import os\nif TYPE_CHECKING:\n    import made.other\nclass A: x: int = 1",
    ],
)
def test_comments_docstrings_and_layout_say_nothing(make, said):
    """A comment in a module renamed every scene that it had made, and all were made again."""
    before = make({"made/task.py": '"""A title."""\n\nimport os\n\n\nclass A:\n    """Words."""\n\n    x: int = 1\n'})
    assert make({"made/task.py": said}).digest == before.digest


OTHERWISE = (
    "class A: x: int = 2",
    "class A: x: float = 1",
    "class A: x: int = 1.0",
    "class A: x: int = True",
    "class A: x: int = '1'",
    "class A: y: int = 1",
    "@final\nclass A: x: int = 1",
    "class A:\n    x: int = 1\n    y = 2",
)


@pytest.mark.parametrize("said", OTHERWISE)
def test_all_else_that_is_said_counts(make, said):
    before = make({"made/task.py": "class A: x: int = 1"})
    assert make({"made/task.py": said}).digest != before.digest


def test_a_changed_node_counts_and_what_only_its_neighbours_import_does_not(make):
    """An edit of a node did not remake what it makes. It may lie beside nodes that import half of the project."""
    text = "from made.other import VALUE\ndef work(): return deeper()\ndef deeper(): return 1\n"
    text += "def beside(): return VALUE\n"
    before = make({"made/nodes.py": text})
    assert _names(before) == {"nodes.py"}
    for changed in ("work(): return -deeper()", "deeper(): return 2", "beside(): return -VALUE"):
        kept = [line for line in text.splitlines() if changed.split("(")[0] not in line]
        assert make({"made/nodes.py": "\n".join([*kept, f"def {changed}"])}).digest != before.digest, changed


def test_readers_and_writers_are_added_and_what_is_left_out_is_not_followed(make):
    make({"made/task.py": "import made.other\n"})
    assert "other.py" in _names(make({}))
    assert _names(make({}, without=["made.task"])) == {"nodes.py"}
    assert "other.py" in _names(make({}, without=["made.task"], also=["made.other.VALUE"]))
    assert _names(make({}, without=["made"])) == set()


def test_an_import_of_nothing_is_told(make):
    with pytest.raises(DataError, match=r"^made\.task: imports made\.gone, which does not exist"):
        make({"made/task.py": "import made.gone\n"})
    with pytest.raises(DataError, match=r"task\.py: is no Python: .*; mend the file"):
        make({"made/task.py": "def (\n"})
    with pytest.raises(DataError, match=r"^made\.nothing: is no module"):
        make(BASE, also=["made.nothing"])


def test_the_digest_is_the_same_in_every_place_and_process(make, tmp_path):
    here = make({"made/task.py": "VALUE = {'b', 'a', 'c'}\n"})
    there = tmp_path / "elsewhere"
    (tmp_path / "made").rename(there)
    ask = "import sys, pathlib; from vln_pipeline.runtime.code_closure import find_closure as f;"
    ask += "print(f('made.nodes.work', roots={'made': pathlib.Path(sys.argv[1])}).digest)"
    for hashes in ("1", "2"):
        told = subprocess.run(
            [sys.executable, "-c", ask, str(there)],
            env={**os.environ, "PYTHONHASHSEED": hashes, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            text=True,
            check=True,
        )
        assert told.stdout.strip() == here.digest


def _task() -> type[DataError]:
    return DataError


def test_a_function_outside_the_package_counts_with_what_it_imports_from_it():
    names = {file.name for file in code_files(_task)}
    always = {"__init__.py", "thread_pools.py"}  # imported with the package
    assert {"test_code_closure.py", "errors.py", "redaction.py", "code_closure.py", *always} >= names
    assert {"test_code_closure.py", "errors.py"} <= names
    assert code_digest(_task) != code_digest(_task, without=["vln_pipeline.errors"])


def test_a_reader_of_another_package_counts(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "made_by_others.py").write_text("def read(folder): return folder\n")
    assert tmp_path / "made_by_others.py" in code_files(_task, also=["made_by_others.read"])
    with pytest.raises(DataError, match="made_by_nobody"):
        code_files(_task, also=["made_by_nobody.read"])
