"""The lineage of one artifact, as trees: what it was made of, and what was made of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator

from rich.console import Group, RenderableType
from rich.text import Text

from pipeline_lib.metadata.lineage import Direction, Lineage, Link, LinkKind
from pipeline_lib.metadata.store import ExecutionRecord
from pipeline_lib.report.wording import moment, state_mark

Lines = Iterator[Text]

_REUSED = (LinkKind.REUSED, LinkKind.CHOSEN)
_DEEPEST = 30
"""Executions above each other in one tree; deeper ones would stand beyond any screen."""

_MADE = (LinkKind.WRITTEN, LinkKind.REUSED)


def lineage_tree(
    lineage: Lineage, artifact_id: int, directions: Collection[Direction]
) -> RenderableType:
    """The page of an artifact's lineage. What stands in a tree twice is drawn once."""
    parts: list[RenderableType] = [_head(lineage, artifact_id)]
    if Direction.UPSTREAM in directions:
        parts += _section("Made by", _Tree(lineage).upstream(artifact_id), "nothing in the store")
    parts += _section("Reused by", _reused(lineage, artifact_id))
    if Direction.DOWNSTREAM in directions:
        parts += _section("Read by", _Tree(lineage).downstream(artifact_id), "nothing yet")
    return Group(*parts)


class _Tree:
    """Draws one tree, and remembers which executions it has drawn."""

    def __init__(self, lineage: Lineage) -> None:
        self._lineage = lineage
        self._drawn: set[int] = set()

    def upstream(self, artifact_id: int, level: int = 1) -> Lines:
        """The execution that wrote the artifact, below it what that one read, and so on."""
        links = self._lineage.of_artifact(artifact_id, LinkKind.WRITTEN)
        for link, is_last in _with_last(links):
            below = self._beyond(link, (LinkKind.READ,), self.upstream, level)
            yield from _branch(self._title(link), below, is_last)

    def downstream(self, artifact_id: int, level: int = 1) -> Lines:
        """The executions that read the artifact, below each what it wrote, and so on."""
        links = [
            link
            for link in self._lineage.of_artifact(artifact_id, LinkKind.READ)
            if not self._is_repetition(link)
        ]
        for link, is_last in _with_last(links):
            below = self._beyond(link, _MADE, self.downstream, level)
            yield from _branch(self._title(link), below, is_last)

    def _is_repetition(self, link: Link) -> bool:
        """Whether the cache gave a reader what another reader of the artifact had written."""
        reused = self._lineage.of_execution(link.execution_id, LinkKind.REUSED)
        return bool(reused) and all(
            any(
                read.artifact_id == link.artifact_id
                for written in self._lineage.of_artifact(one.artifact_id, LinkKind.WRITTEN)
                for read in self._lineage.of_execution(written.execution_id, LinkKind.READ)
            )
            for one in reused
        )

    def _title(self, link: Link) -> Text:
        text = _execution_text(self._lineage.executions[link.execution_id])
        return text.append("  see above", "dim") if link.execution_id in self._drawn else text

    def _beyond(
        self,
        link: Link,
        kinds: tuple[LinkKind, ...],
        further: Callable[[int, int], Lines],
        level: int,
    ) -> Lines:
        """The artifacts at the other side of an execution, unless they are drawn already."""
        if link.execution_id in self._drawn:
            return
        self._drawn.add(link.execution_id)
        links = self._lineage.of_execution(link.execution_id, *kinds)
        if links and level > _DEEPEST:
            yield Text(f"... and more: start at artifact {links[0].artifact_id}", "dim")
            return
        for other, is_last in _with_last(links):
            below = further(other.artifact_id, level + 1)
            yield from _branch(_artifact_text(self._lineage, other), below, is_last)


def _branch(title: Text, below: Iterable[Text], is_last: bool) -> Lines:
    yield Text.assemble(("└─ " if is_last else "├─ ", "dim"), title)
    for line in below:
        yield _indented(line, is_last)


def _indented(line: Text, is_last: bool) -> Text:
    return Text.assemble(("   " if is_last else "│  ", "dim"), line)


def _with_last(links: Iterable[Link]) -> Iterator[tuple[Link, bool]]:
    listed = list(links)
    return ((link, number == len(listed)) for number, link in enumerate(listed, start=1))


def _head(lineage: Lineage, artifact_id: int) -> Text:
    artifact = lineage.artifacts[artifact_id]
    text = Text.assemble((artifact.record.type_name, "bold cyan"), f" (artifact {artifact_id})")
    if artifact.is_deleted:
        text.append(" deleted", "red")
    text.append(f"\n  uri: {artifact.record.uri}")
    return text.append(f"\n  recorded: {moment(artifact.created)}")


def _reused(lineage: Lineage, artifact_id: int) -> Lines:
    for link, is_last in _with_last(lineage.of_artifact(artifact_id, *_REUSED)):
        text = _execution_text(lineage.executions[link.execution_id])
        if link.kind is LinkKind.CHOSEN:
            text.append("  chose it", "dim")
        yield from _branch(text, (), is_last)


def _section(title: str, lines: Lines, otherwise: str = "") -> Iterable[Text]:
    body = Text("\n").join(lines)
    if not body and otherwise:
        body = Text(otherwise, "dim")
    return [Text(f"\n{title}", "bold"), body] if body else []


def _execution_text(execution: ExecutionRecord) -> Text:
    _, colour = state_mark(execution.state)
    return Text.assemble(
        (execution.instance or execution.type_name, "bold"),
        f" in run {execution.run_id}: " if execution.run_id else ": ",
        (execution.state.value, colour),
        f"  {moment(execution.started)}",
    )


def _artifact_text(lineage: Lineage, link: Link) -> Text:
    artifact = lineage.artifacts[link.artifact_id]
    text = Text.assemble(f"{link.key}: ", (artifact.record.type_name, "cyan"))
    text.append(f" (artifact {link.artifact_id})")
    if artifact.is_deleted:
        text.append(" deleted", "red")
    reused = len(lineage.of_artifact(link.artifact_id, LinkKind.REUSED))
    if reused:
        text.append(f" reused {reused} times" if reused > 1 else " reused once", "cyan")
    return text.append(f"  {artifact.record.uri}", "dim")
