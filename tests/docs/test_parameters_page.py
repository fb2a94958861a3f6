import importlib.util
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_parameter_page_is_what_the_code_says():
    """Run scripts/parameters_page.py after a change of any configuration model."""
    spec = importlib.util.spec_from_file_location("parameters_page", ROOT / "scripts" / "parameters_page.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.PAGE.read_text() == module.page()
