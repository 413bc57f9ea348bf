"""Which cells of a notebook its live figures need, so that the reading pages are built without running the others."""

import ast
import re
import symtable

ALIVE = re.compile(r"\b(explore|draw_digit)\(")


def needed(sources: list[str]) -> list[str]:
    """The cells that show a live figure, and those before them that they rest on.

    A cell is needed when it binds a name that a later one uses, or does something to it: a training, say.
    What is done, after a function is defined, to a value that only this function reads would be missed; the test that
    compares the frames with the saved pictures would tell.
    """
    tables = [symtable.symtable(source, "cell", "exec") for source in sources]
    tools = {symbol.get_name() for table in tables for symbol in table.get_symbols() if symbol.is_imported()}
    wanted: set[str] = set()
    kept = []
    for source, table in reversed([*zip(sources, tables, strict=True)]):
        bound = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_assigned() or symbol.is_imported()}
        bound |= {child.get_name() for child in table.get_children()}
        touched = {node.id for part in deeds(source) for node in ast.walk(part) if isinstance(node, ast.Name)} - tools
        if ALIVE.search(source) or wanted & (bound | touched):
            wanted |= used(table)
            kept.append(source)
    return kept[::-1]


def deeds(source: str) -> list[ast.stmt]:
    """The statements of a cell that may change what has a name already: all but definitions, and looks at a value."""
    *before, last = ast.parse(source).body
    looked_at = isinstance(last, ast.Expr) and not re.match(r"\w+(\.\w+)+\(", ast.unparse(last))
    definitions = ast.Import | ast.ImportFrom | ast.FunctionDef | ast.ClassDef | ast.Assert
    return [
        part
        for part in (before if looked_at else [*before, last])
        if not isinstance(part, definitions) and not (isinstance(part, ast.Assign) and _names_only(part))
    ]


def _names_only(part: ast.Assign) -> bool:
    return all(isinstance(target, ast.Name | ast.Tuple) for target in part.targets)


def used(table: symtable.SymbolTable) -> set[str]:
    """The names from outside that a cell uses, in its functions, too."""
    names = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_referenced() and symbol.is_global()}
    if table.get_type() == "module":
        names |= {symbol.get_name() for symbol in table.get_symbols() if symbol.is_referenced()}
    return names.union(*(used(child) for child in table.get_children()))
