"""The mistake finder: among all small changes of a solution, one may do just what a learner's function does."""

import ast
import functools
import json
import math
import re
from collections.abc import Callable, Iterator
from typing import Any

from helpers import NOTEBOOKS

import torch
from torch.nn import functional as F

FOLDED = "<details><summary>Solution</summary>\n\n```python\n((?:def|class) {name}\\b.*?)```"
ATOMS = (ast.Name, ast.Constant, ast.operator, ast.cmpop, list)  # too small to be told without what stands around
OPERATORS = (
    (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow),
    (ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq),
    (ast.BitAnd, ast.BitOr, ast.BitXor),
    (ast.And, ast.Or),
)
NAMES = "max min sum len|max min sum mean|amax amin mean sum|argmax argmin|all any|ceil floor|var std|exp log sqrt"
RESULTS = {"-({})": "turned round in sign", "({}) + 1": "1 larger", "({}) - 1": "1 smaller", "2 * ({})": "doubled"}


def folded_solution(name: str) -> str:
    """The source of an exercise's solution, which stands in its notebook alone; "pass" when there is none."""
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        if name in (text := path.read_text(encoding="utf-8")):
            sources = "\n".join("".join(cell["source"]) for cell in json.loads(text)["cells"])
            if found := re.search(FOLDED.format(name=name), sources, re.S):
                return found[1]
    return "pass"


@functools.cache
def solution(name: str, *changes: str) -> Any:
    """What the folded solution of an exercise defines, with some of its text exchanged: old, new, old, new ..."""
    source = folded_solution(name)
    for old, new in zip(changes[::2], changes[1::2], strict=True):
        source = source.replace(old, new)
    namespace: dict[str, Any] = {"math": math, "torch": torch, "F": F}
    exec(source, namespace)
    return namespace[name]


def slip(name: str, *changes: str) -> Callable:
    """A wrong learner: the solution with these changes, built when it is first called."""
    return lambda *case: solution(name, *changes)(*case)


def slips(name: str, hints: dict[str, str]) -> list[tuple[str, Callable]]:
    """Hints, each with the slip that it is for, written as "old -> new | old -> new"."""
    return [
        (hint, slip(name, *(part for change in text.split(" | ") for part in change.split(" -> "))))
        for hint, text in hints.items()
    ]


def mutants(source: str) -> Iterator[tuple[str, Callable]]:
    """Every function that differs from `source` in one place, after how it acts."""
    tree = ast.parse(source)
    nodes = [node for statement in tree.body for node in ast.walk(statement)]
    variables = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    variables |= {node.arg for node in nodes if isinstance(node, ast.arg)}
    results = [node.value for node in nodes if isinstance(node, ast.Return)]
    for holder, key, parent in [place for node in nodes for place in _places(node)]:
        original = holder[key]
        shown = parent if isinstance(original, ATOMS) and not isinstance(key, slice) else original
        before = _text(shown)
        for changed in _changes(original, variables):
            holder[key] = changed
            after, function = _text(parent if shown is parent else changed), _built(tree)
            holder[key] = original
            if after != before:
                yield (
                    (f"like `{after}`" if shown in results else f"as if {_told(shown, before, after, source)}"),
                    function,
                )
        for pattern, what in RESULTS.items() if original in results else ():
            holder[key] = ast.parse(pattern.format(ast.unparse(original)), mode="eval").body
            yield f"as if the result were {what}", _built(tree)
            holder[key] = original


def _places(node: ast.AST) -> Iterator[tuple]:
    """Where a part of `node`, or two lines in a row, may be exchanged: what holds them, their key there, and `node`."""
    for key, part in ast.iter_fields(node):
        if isinstance(part, ast.AST) or key in ("elts", "args", "keywords") and not isinstance(node, ast.arguments):
            yield vars(node), key, node
        if isinstance(part, list) and key != "decorator_list":  # another decorator may fail before anything is called
            yield from ((part, index, node) for index, item in enumerate(part) if isinstance(item, ast.AST))
            yield from ((part, slice(index, index + 2), node) for index in range(len(part) - 1) if key == "body")


def _changes(part: ast.AST | list, variables: set[str]) -> Iterator[ast.AST | list]:
    """What may stand in place of a part: another operator, bound, axis or name, fewer terms, another order."""
    match part:
        case [ast.stmt() as line, ast.stmt() as next_line]:
            yield [next_line, line]
        case list():
            yield from (part[:index] + part[index + 1 :] for index in range(len(part)))
            if not any(isinstance(item, ast.keyword) for item in part):
                yield from (part[:i] + [part[i + 1], part[i]] + part[i + 2 :] for i in range(len(part) - 1))
        case ast.BinOp(left, operator, right):
            yield from (left, right)
            if isinstance(operator, ast.Sub | ast.Div | ast.FloorDiv | ast.Mod | ast.Pow | ast.MatMult):
                yield ast.BinOp(right, operator, left)
            if isinstance(operator, ast.FloorDiv):
                quotient = ast.BinOp(left, ast.Div(), right)
                yield from (ast.Call(ast.Name(rounds, ast.Load()), [quotient], []) for rounds in ("round", "ceil"))
        case ast.UnaryOp(_, inner) | ast.Subscript(inner, _, ast.Load()) | ast.Attribute(inner, "T"):
            yield inner
        case ast.Attribute(value, name):
            yield from (ast.Attribute(value, other, ast.Load()) for other in _others(name))
        case ast.Call(function, arguments):
            yield from arguments
            if isinstance(function, ast.Attribute):
                yield function.value
        case ast.IfExp(test, body, orelse):
            yield from (body, orelse, ast.IfExp(test, orelse, body))
        case ast.Compare():
            yield from (ast.Constant(True), ast.Constant(False))
        case ast.Slice(ast.AST() as lower, ast.AST() as upper):
            yield from (ast.Slice(None, upper), ast.Slice(lower, None))
        case ast.Name(name, ast.Load()):
            others = variables - {name} if name in variables else _others(name)
            yield from (ast.Name(other, ast.Load()) for other in sorted(others))
        case ast.Constant(bool() as value):
            yield ast.Constant(not value)
        case ast.Constant(int() | float() as value):
            yield from map(ast.Constant, sorted({value + 1, value - 1, -value, 2 * value, value / 2} - {value}))
        case ast.operator() | ast.cmpop() | ast.boolop():
            kinds = next((kinds for kinds in OPERATORS if type(part) in kinds), ())
            yield from (kind() for kind in kinds if not isinstance(part, kind))
        case ast.stmt():
            yield ast.Pass()
            if isinstance(part, ast.AugAssign):
                yield ast.Assign([part.target], part.value, lineno=1)


def _others(name: str) -> set[str]:
    return {other for group in map(str.split, NAMES.split("|")) if name in group for other in group} - {name}


def _told(shown: ast.AST | list, before: str, after: str, source: str) -> str:
    """What has changed: a part that is missing, or an expression, with "…" for a long part that is as it was."""
    if after == "pass":
        return f"`{before}` were missing"
    for rest in (after, f"({after})"):
        missing = (before.removeprefix(rest) if before.startswith(rest) else before.removesuffix(rest)).strip()
        if missing != before and source.count(missing) == 1:
            return f"`{missing}` were missing"
    parts = [] if isinstance(shown, list) else map(ast.unparse, ast.iter_child_nodes(shown))
    long = max((part for part in parts if part in before and part in after), key=len, default="")
    short = "…" + long[-12:] * (long == after) if len(long) > 20 else long
    before, after = before.replace(long, short), after.replace(long, short)
    return f"`{before}` were `{after}`"


def _text(node: ast.AST | list) -> str:
    return (
        "; ".join(map(_text, node))
        if isinstance(node, list)
        else ast.unparse(node).partition("\n")[0].removesuffix(":")
    )


def _built(tree: ast.Module) -> Callable:
    """The function or class that a module defines, with what the solutions import."""
    namespace: dict[str, Any] = {"math": math, "ceil": math.ceil, "torch": torch, "F": F, "__name__": "learners"}
    exec(compile(ast.fix_missing_locations(tree), "<mutant>", "exec"), namespace)
    return namespace[tree.body[0].name]  # type: ignore[attr-defined]
