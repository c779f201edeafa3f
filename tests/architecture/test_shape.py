"""Names and sizes: nothing grows into a drawer."""

import ast

from tests.architecture.habits import BANNED_NAMES
from tests.architecture.tree import ROOT, parsed, sources

MODULE_LINES, FUNCTION_LINES = 400, 30


def test_no_file_is_a_drawer():
    banned = [str(path) for path in sources() if path.stem in BANNED_NAMES]

    assert banned == []


def test_modules_stay_short():
    long = {str(path): lines for path in sources() if (lines := (ROOT / path).read_text().count("\n")) > MODULE_LINES}

    assert long == {}


def test_functions_fit_on_a_screen():
    long = [
        f"{path}:{node.lineno} {node.name} has {node.end_lineno - node.lineno + 1} lines"
        for path in sources()
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno - node.lineno + 1 - _docstring_lines(node) > FUNCTION_LINES
    ]

    assert long == []


def test_every_package_says_what_it_owns():
    silent = [
        str(path)
        for path in sources()
        if path.name == "__init__.py"
        and path.parts[0] not in ("tests", "benchmarks")
        and not {"management", "commands", "templatetags"} & set(path.parts)
        and not ast.get_docstring(parsed(path))
    ]

    assert silent == []


def _docstring_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    text = ast.get_docstring(node, clean=False)
    return text.count("\n") + 1 if text else 0
