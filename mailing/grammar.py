"""What a customer's mail template may contain: an allow-list over the parsed tree. Pure.

The sandbox alone stops neither `'a' * 10**7` nor two million turns of a loop, so nothing is allowed that is not named
here: output of names, attributes of plain dicts, constants, a short list of filters, if, comparisons, and/or/not, and a
bounded `for` over a list that was given.
"""

from collections.abc import Callable, Iterator
from typing import Any

from jinja2 import TemplateSyntaxError, nodes
from jinja2.environment import Environment

MAX_SOURCE_BYTES = 256 * 1024
MAX_NODES = 8_000
MAX_LOOPS = 20
MAX_LOOP_DEPTH = 2
MAX_DEPTH = 60
FILTERS = frozenset(
    {
        "default",
        "d",
        "upper",
        "lower",
        "trim",
        "capitalize",
        "truncate",
        "join",
        "first",
        "last",
        "length",
        "date",
        "number",
        "urlencode",
    }
)
PLAIN = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Const,
    nodes.If,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
)
WORDS = {
    nodes.Call: "a call",
    nodes.Assign: "set",
    nodes.AssignBlock: "set",
    nodes.Include: "include",
    nodes.Import: "import",
    nodes.FromImport: "import",
    nodes.Extends: "extends",
    nodes.Macro: "macro",
    nodes.CallBlock: "call",
    nodes.FilterBlock: "a filter block",
    nodes.Block: "block",
    nodes.With: "with",
    nodes.Getitem: "an index or slice",
    nodes.Concat: "joining with ~",
    nodes.Test: "a test (is …)",
    nodes.CondExpr: "an inline if",
    nodes.List: "a list",
    nodes.Dict: "a dict",
    nodes.Tuple: "a tuple",
}


class TemplateRefused(Exception):
    """The template says something it may not. `line` counts from 1; `construct` is what was written there."""

    def __init__(self, line: int, construct: str) -> None:
        super().__init__(f"line {line}: {construct} is not allowed here")
        self.line = line
        self.construct = construct


def parse(environment: Environment, source: str) -> nodes.Template:
    """The tree of an acceptable template. Raises TemplateRefused with the first line that is not."""
    if len(source.encode()) > MAX_SOURCE_BYTES:
        raise TemplateRefused(1, f"a source over {MAX_SOURCE_BYTES // 1024} KB")
    try:
        tree = environment.parse(source)
        check(tree)
    except TemplateSyntaxError as error:
        raise TemplateRefused(error.lineno, f"a syntax error ({error.message})") from error
    except RecursionError as error:
        raise TemplateRefused(1, "such deep nesting") from error
    return tree


def check(tree: nodes.Template) -> None:
    """Walk the whole tree once. Raises TemplateRefused."""
    loops = 0
    for count, (node, depth, looped) in enumerate(_walk(tree, 0, 0)):
        loops += isinstance(node, nodes.For)
        if count > MAX_NODES or depth > MAX_DEPTH:
            raise TemplateRefused(node.lineno, "such a large or deep template")
        if loops > MAX_LOOPS or looped > MAX_LOOP_DEPTH:
            raise TemplateRefused(node.lineno, f"more than {MAX_LOOPS} loops or {MAX_LOOP_DEPTH} inside each other")
        _check_node(node)


def required_paths(tree: nodes.Template) -> frozenset[str]:
    """Merge fields printed without a fallback and outside any `if` or `for`: `lead.last_name`."""
    return frozenset(_required(tree.body))


def printed_paths(tree: nodes.Template) -> frozenset[str]:
    """Every path the template mentions, for the linter."""
    return frozenset(path for node in tree.find_all(nodes.Getattr) if (path := path_of(node)))


def path_of(node: nodes.Node) -> str | None:
    """`lead.company.name` of an attribute chain, else None."""
    if isinstance(node, nodes.Name):
        return node.name
    if isinstance(node, nodes.Getattr):
        head = path_of(node.node)
        return head and f"{head}.{node.attr}"
    return None


def _walk(node: nodes.Node, depth: int, looped: int) -> Iterator[tuple[nodes.Node, int, int]]:
    looped += isinstance(node, nodes.For)
    yield node, depth, looped
    for child in node.iter_child_nodes():
        yield from _walk(child, depth + 1, looped)


def _check_node(node: nodes.Node) -> None:
    if isinstance(node, PLAIN):
        return
    checker = _SPECIAL.get(type(node))
    if checker is None:
        raise TemplateRefused(node.lineno, WORDS.get(type(node), type(node).__name__.lower()))
    if reason := checker(node):
        raise TemplateRefused(node.lineno, reason)


def _name(node: nodes.Name) -> str:
    return f"the name {node.name}" if node.name.startswith("_") or node.name in ("self", "caller", "varargs") else ""


def _getattr(node: nodes.Getattr) -> str:
    if node.attr.startswith("_"):
        return f"the attribute {node.attr}"
    return "" if path_of(node) else "an attribute of a computed value"


def _filter(node: nodes.Filter) -> str:
    if node.name not in FILTERS:
        return f"the filter {node.name}"
    if node.kwargs or node.dyn_args or node.dyn_kwargs or not all(isinstance(arg, nodes.Const) for arg in node.args):
        return f"such an argument of {node.name}"
    return "" if node.node is not None else "a filter block"


def _for(node: nodes.For) -> str:
    if node.recursive or node.test is not None or node.else_:
        return "recursive, filtered or else in a loop"
    return "" if isinstance(node.target, nodes.Name) and path_of(node.iter) else "a loop over anything but a given list"


_SPECIAL: dict[type[nodes.Node], Callable[[Any], str]] = {  # Any: each reads its own kind of node
    nodes.Name: _name,
    nodes.Getattr: _getattr,
    nodes.Filter: _filter,
    nodes.For: _for,
}


def _required(body: list[nodes.Node]) -> Iterator[str]:
    for output in body:
        if isinstance(output, nodes.Output):
            for expression in output.nodes:
                yield from _bare(expression)


def _bare(expression: nodes.Node) -> Iterator[str]:
    node: nodes.Node | None = expression
    while isinstance(node, nodes.Filter):
        if node.name in ("default", "d", "length"):
            return
        node = node.node
    if node is not None and isinstance(node, nodes.Getattr) and (path := path_of(node)):
        yield path
