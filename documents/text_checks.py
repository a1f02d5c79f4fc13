"""What stands against a text of a paper that the office wrote, before anybody uses it.

It is compared with our own text and with sample facts (`documents/samples.json`, fictional people): only constructions that our
texts use, only names that the paper's facts have, loops over lists only, and both forms of the paper must come out.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import TemplateSyntaxError, meta, nodes

from documents.own_texts import SETTING_FAULTS, own_template, own_words
from documents.render import render_docx, render_html, sheet
from documents.wording import TEMPLATES, words
from states.errors import Reason
from states.labels import Label

LONGEST = 30_000
#: loops within loops, and loops at all
DEEPEST, MOST_LOOPS = 2, 20
ALLOWED = (
    nodes.Template, nodes.TemplateData, nodes.Output, nodes.Name, nodes.Getattr, nodes.Getitem, nodes.Filter, nodes.Const,
    nodes.If, nodes.For, nodes.Include, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.Test, nodes.Add,
    nodes.Sub, nodes.Mul, nodes.CondExpr, nodes.Call,
)  # fmt: skip
FILTERS = frozenset({"day", "yuan", "capitals", "said", "names", "others", "ticked", "length", "lower", "upper", "trim",
                     "join", "first", "last", "default"})  # fmt: skip
_UNKNOWN = object()


@cache
def _samples() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = json.loads(Path(__file__).with_name("samples.json").read_text("utf-8"))
    return found


def sample_facts(paper: str) -> dict[str, Any]:
    """Facts of a paper as a case gives them, of fictional people."""
    return _samples()[paper]


def our_text(paper: str, lang: str) -> str:
    """The text that comes with the program."""
    return (TEMPLATES / lang / f"{paper}.j2").read_text("utf-8")


def preview(paper: str, lang: str, text: str) -> dict[str, Any]:
    """The sheet of the paper with sample facts. Raises one of `SETTING_FAULTS`."""
    return sheet(sample_facts(paper), lang, own_template(text, lang))


def against(paper: str, lang: str, text: str) -> list[Reason]:
    """Everything that stands against the text; what was found first decides how far is looked."""
    if not text.strip():
        return [_reason("text_empty", "正文不能为空", "the text is empty", "请填写", "write it")]
    if len(text) > LONGEST:
        return [_reason("text_too_long", f"正文至多 {LONGEST:,} 字", f"a text has {LONGEST:,} characters at most",
                        "请缩短", "make it shorter")]  # fmt: skip
    try:
        parsed = own_words(lang).parse(text)
    except TemplateSyntaxError as broken:
        line = broken.lineno
        return [_reason("syntax", f"第 {line} 行写法有误:{broken.message}", f"line {line}: {broken.message}",
                        "请对照原文更正该行", "compare that line with our text")]  # fmt: skip
    except RecursionError:
        return [_reason("text_too_deep", "写法套得太深", "it is nested too deeply", "请改简单些", "make it simpler")]
    # in this order: already to look for names evaluates constants, and '%300000000d'|format(1) is one
    reasons = list(_constructions(paper, lang, parsed)) or list(_names(paper, parsed)) or list(_sets(paper, lang, text))
    return list(dict.fromkeys(reasons))[:20]


def _reason(code: str, zh: str, en: str, remedy_zh: str, remedy_en: str) -> Reason:
    return Reason(code, Label(zh, en), Label(remedy_zh, remedy_en), "text")


def _constructions(paper: str, lang: str, parsed: nodes.Template) -> Iterator[Reason]:
    filters = FILTERS | {one.name for one in _ours(paper, lang).find_all(nodes.Filter)}
    for node in parsed.find_all(nodes.Node):
        name = _forbidden(node, filters)
        if name:
            line = node.lineno
            yield _reason("not_allowed", f"第 {line} 行:不能使用“{name}”", f"line {line}: “{name}” is not allowed",
                          "只能使用原文用到的写法", "use what our texts use")  # fmt: skip
    if len(list(parsed.find_all(nodes.For))) > MOST_LOOPS or _depth(parsed) > DEEPEST:
        yield _reason("too_many_loops", f"循环至多 {MOST_LOOPS} 个、{DEEPEST} 层",
                      f"there are more than {MOST_LOOPS} loops, or more than {DEEPEST} within each other",
                      "请减少", "use fewer")  # fmt: skip


def _forbidden(node: nodes.Node, filters: frozenset[str]) -> str:
    """What the node does that our texts do not; empty for what is allowed."""
    if not isinstance(node, ALLOWED):
        return type(node).__name__
    match node:
        case nodes.Filter() if node.name not in filters:
            return f"|{node.name}"
        case nodes.Name() if node.name in ("self", "super", "caller"):
            return str(node.name)
        case nodes.Test() if node.name not in ("defined", "undefined"):
            return f"is {node.name}"
        case nodes.Getattr() if node.attr.startswith("_"):
            return str(node.attr)
        case nodes.Include() if not _is_part(getattr(node.template, "value", "")):
            return "include"
        case nodes.For() if node.recursive:
            return "recursive"
        case nodes.Call() if not _asks_a_name(node):
            return "(…)"
    return ""


def _is_part(name: object) -> bool:
    return isinstance(name, str) and name.startswith("parts/") and ".." not in name


def _asks_a_name(node: nodes.Call) -> bool:
    """`dates.get("…")` is the one call our texts make."""
    return isinstance(node.node, nodes.Getattr) and node.node.attr == "get" and len(node.args) <= 2 and not node.kwargs


def _depth(node: nodes.Node) -> int:
    own = 1 if isinstance(node, nodes.For) else 0
    return own + max((_depth(child) for child in node.iter_child_nodes()), default=0)


@cache
def _ours(paper: str, lang: str) -> nodes.Template:
    return words(lang).parse(our_text(paper, lang))


@cache
def _known(paper: str) -> tuple[frozenset[str], frozenset[str]]:
    """Names and paths that our own texts of that paper use, in both languages."""
    trees = [_ours(paper, lang) for lang in ("zh", "en")]
    names = frozenset().union(*(meta.find_undeclared_variables(tree) for tree in trees))
    paths = {path for tree in trees for node in tree.find_all((nodes.Getattr, nodes.Getitem)) if (path := _path(node))}
    return names, frozenset(paths)


def _path(node: nodes.Node) -> str:
    if isinstance(node, nodes.Name):
        return node.name
    if isinstance(node, nodes.Getattr):
        before = _path(node.node)
        return f"{before}.{node.attr}" if before else ""
    if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const):
        before = _path(node.node)
        return f"{before}.{node.arg.value}" if before else ""
    return ""


def _names(paper: str, parsed: nodes.Template) -> Iterator[Reason]:
    """Names the facts do not have, and loops over what is no list."""
    facts, (names, paths) = sample_facts(paper), _known(paper)
    unknown = sorted(meta.find_undeclared_variables(parsed) - names - set(facts))
    for name in unknown:
        yield _no_name(name)
    yield from _Paths(paths).visit(parsed, {**facts, **dict.fromkeys(set(unknown) | (names - set(facts)), _UNKNOWN)})


def _no_name(name: str) -> Reason:
    return _reason("no_such_name", f"此文书没有“{name}”这一项", f"this paper knows no “{name}”",
                   "可用的名称见右侧", "the names it knows are listed beside the text")  # fmt: skip


class _Paths:
    """Follows every path of a text through the sample facts."""

    def __init__(self, known: frozenset[str]) -> None:
        self.known = known

    def visit(self, node: nodes.Node, scope: Mapping[str, Any]) -> Iterator[Reason]:
        """The reasons against the node and what is below it; `scope` is what its names stand for."""
        if isinstance(node, nodes.For):
            over = self.value(node.iter, scope)
            if isinstance(over, str | int | dict):
                yield _reason("no_list", f"第 {node.lineno} 行:循环的不是列表", f"line {node.lineno}: this is no list",
                              "只能对列表循环", "loop over lists only")  # fmt: skip
            first = over[0] if isinstance(over, list) and over else _UNKNOWN
            targets = {name.name: _UNKNOWN for name in node.target.find_all(nodes.Name)}
            if isinstance(node.target, nodes.Name):
                targets = {node.target.name: first}
            yield from self.visit(node.iter, scope)
            inner = {**scope, **targets, "loop": _UNKNOWN}
            for child in (*node.body, *node.else_):
                yield from self.visit(child, inner)
            return
        if isinstance(node, nodes.Getattr | nodes.Getitem) and self.value(node, scope) is None:
            yield _no_name(_path(node))
        for child in node.iter_child_nodes():
            yield from self.visit(child, scope)

    def value(self, node: nodes.Node, scope: Mapping[str, Any]) -> Any:
        """What the node stands for in the sample; None when the facts have no such name; else unknown."""
        if isinstance(node, nodes.Name):
            return scope.get(node.name, _UNKNOWN)
        path = _path(node)
        if not path or not isinstance(node, nodes.Getattr | nodes.Getitem):
            return _UNKNOWN
        above = self.value(node.node, scope)
        if not isinstance(above, dict):
            return _UNKNOWN
        key = path.rpartition(".")[2]
        if key in above:
            return _UNKNOWN if above[key] is None else above[key]
        return _UNKNOWN if path in self.known or hasattr(above, key) else None


def _sets(paper: str, lang: str, text: str) -> Iterator[Reason]:
    """Whether both forms of the paper come out of the sample facts."""
    facts = sample_facts(paper)
    try:
        own = own_template(text, lang)
        render_html(facts, lang, own)
        render_docx(facts, lang, own)
    except SETTING_FAULTS as fault:
        said = f"{type(fault).__name__}: {fault}"[:200]
        yield _reason("does_not_set", f"用示例数据试排不成功({said})", f"the sample facts cannot be set in it ({said})",
                      "请对照原文检查表格行(| + !)和各项名称",
                      "compare table rows (| + !) and names with our text")  # fmt: skip
