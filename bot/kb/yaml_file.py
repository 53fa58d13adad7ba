"""YAML files read into models, with the file and line of whatever is wrong."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

Model = TypeVar("Model", bound=BaseModel)


class PlainLoader(yaml.CSafeLoader):
    """Reads ``on``, ``yes`` and ``no`` as the words they are; only true and false are booleans.

    A key that stands twice is an error: by itself YAML would drop what stands under the first.
    So is a value that its kind cannot be, such as the 30th of February.
    """

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:  # noqa: FBT002 - as PyYAML has it
        """Construct one value, in YAML's own errors, which know the line."""
        try:
            return super().construct_object(node, deep)
        except (ValueError, AttributeError) as why:
            what = f"{getattr(node, 'value', '')!r} cannot be read ({why})"
            raise yaml.constructor.ConstructorError(None, None, what, node.start_mark) from why


PlainLoader.yaml_implicit_resolvers = {
    first: [rule for rule in rules if first in "tTfF" or rule[0] != "tag:yaml.org,2002:bool"]
    for first, rules in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


def _mapping(loader: PlainLoader, node: yaml.MappingNode) -> Iterator[dict[Hashable, Any]]:
    seen: set[tuple[str, str]] = set()
    for key, _ in node.value:
        if isinstance(key, yaml.ScalarNode):
            if (key.tag, key.value) in seen:
                what = f"the key {key.value!r} stands twice"
                raise yaml.constructor.ConstructorError(None, None, what, key.start_mark)
            seen.add((key.tag, key.value))
    return loader.construct_yaml_map(node)


PlainLoader.add_constructor("tag:yaml.org,2002:map", _mapping)

Loc = Sequence[int | str]


@dataclass(frozen=True)
class Fault:
    """Something wrong in the knowledge base, where a curator can find it."""

    file: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what}"


def read(path: Path, root: Path) -> dict[str, Any] | Fault:
    """What one file holds, by name, or what is wrong with it."""
    name = path.relative_to(root).as_posix()
    try:
        data = yaml.load(path.read_text(encoding="utf-8"), Loader=PlainLoader)  # noqa: S506
    except (OSError, UnicodeDecodeError) as why:
        return Fault(name, 1, f"cannot be read: {why}")
    except yaml.YAMLError as why:
        mark = getattr(why, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        return Fault(name, line, f"is not YAML: {getattr(why, 'problem', why)}")
    if not isinstance(data, dict):
        return Fault(name, 1, "names with values belong in here, as in `title: Alcohol`")
    return data


def parse(path: Path, root: Path, model: type[Model], faults: list[Fault]) -> Model | None:
    """Read one file into a model; what is wrong is added to ``faults`` and gives None."""
    data = read(path, root)
    if isinstance(data, Fault):
        faults.append(data)
        return None
    try:
        return model.model_validate(data)
    except ValidationError as why:
        name = path.relative_to(root).as_posix()
        faults += [Fault(name, line_of(path, loc), what) for loc, what in told(why)]
        return None


def told(error: ValidationError) -> Iterator[tuple[Loc, str]]:
    """Where a model finds fault, and with what."""
    for one in error.errors():
        where = ".".join(str(part) for part in one["loc"])
        what = one["msg"].removeprefix("Value error, ")
        yield one["loc"], f"{where}: {what}" if where else what


def line_of(path: Path, loc: Loc) -> int:
    """The line (from 1) of the deepest part of ``loc`` that the file has."""
    node = yaml.compose(path.read_text(encoding="utf-8"), Loader=PlainLoader)
    line = 1
    for part in loc:
        if isinstance(node, yaml.MappingNode):
            found = next(((k, v) for k, v in node.value if k.value == str(part)), None)
            if found is None:
                continue  # a union's branch name, or the key that is missing
            key, node = found
            line = key.start_mark.line + 1
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int):
            if part >= len(node.value):
                break
            node = node.value[part]
            line = node.start_mark.line + 1
    return line
