"""What the screen asks for, by name, and what the workbench does then."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from idgraph.errors import IdgraphError, UsageError
from idgraph.surfaces.drawing.visible import visible
from idgraph.surfaces.widgets.live import traitlets
from idgraph.surfaces.workbench import asking
from idgraph.surfaces.workbench.piece import Act

if TYPE_CHECKING:
    from types import TracebackType

    from idgraph.surfaces.workbench.bench import Workbench

Asked = Mapping[str, Any]


class Answers:
    """Answers to messages of the screen; a mistake is said there, and nothing is raised."""

    def __init__(self, bench: Workbench) -> None:
        """Answer for a workbench."""
        self._bench = bench

    @property
    def acts(self) -> dict[str, dict[str, Act]]:
        """What is done, by part of the screen and name of the message."""
        every: dict[str, dict[str, Act]] = {
            "open": {"open": self._open, "list": self._list},
            "persons": {
                "sort": self._sort,
                "filter": self._filter,
                "page": self._page,
                "choose": self._choose,
                "find": self._find,
            },
            "chosen": {"tab": self._tab, "add": lambda _asked: self._bench.add()},
            "cases": {"remove": self._remove, "note": self._note, "write": self._write},
        }
        return {
            part: {name: self._carefully(act) for name, act in acts.items()}
            for part, acts in every.items()
        }

    def _carefully(self, act: Act) -> Act:
        def careful(asked: Asked) -> None:
            with Careful(self._bench):
                act(asked)

        return careful

    def _open(self, asked: Asked) -> None:
        more = {name: asking.words(str(asked.get(name, ""))) for name in ("map", "observe")}
        typed = {name: asking.lines(held) for name, held in more.items()}
        path, policy = str(asked.get("path", "")), str(asked.get("policy") or "") or None
        self._bench.screen.opener.whisper(path=path, **typed)
        self._bench.read(path, policy=policy, map=more["map"], observe=more["observe"])

    def _list(self, asked: Asked) -> None:
        self._bench.screen.browse(str(asked.get("folder") or Path.cwd()))

    def _sort(self, asked: Asked) -> None:
        column, table = str(asked.get("column")), self._bench.table
        self._bench.sort(column, descending=table.sorted == column and not table.descending)

    def _filter(self, asked: Asked) -> None:
        names = ("cause", "channel", "since", "until")
        texts = {name: str(asked.get(name) or "") for name in names}
        self._bench.filter(split=bool(asked.get("split")), **texts)

    def _page(self, asked: Asked) -> None:
        self._bench.turn(int(asked.get("page", 1)))

    def _choose(self, asked: Asked) -> None:
        self._bench.choose(int(asked.get("place", 0)))

    def _find(self, asked: Asked) -> None:
        text = str(asked.get("text", ""))
        if text.strip():
            self._bench.search(text)
        else:
            self._bench.unsearch()

    def _tab(self, asked: Asked) -> None:
        self._bench.tab = str(asked.get("tab"))

    def _remove(self, asked: Asked) -> None:
        self._bench.remove(int(asked.get("place", 0)))

    def _note(self, asked: Asked) -> None:
        self._bench.note(int(asked.get("place", 0)), str(asked.get("text", "")))

    def _write(self, asked: Asked) -> None:
        cases = self._bench.screen.cases
        cases.whisper(said="Writing ...", mood="busy")
        try:
            done = self._written(asked)
        except (IdgraphError, OSError) as problem:
            cases.whisper(said=_words_of(problem), mood="bad")
        else:
            cases.whisper(said=f"Wrote {', '.join(map(str, done))}.", mood="good")

    def _written(self, asked: Asked) -> list[Path]:
        what, path, over = asked.get("what"), str(asked.get("path", "")), bool(asked.get("over"))
        if not path.strip():
            raise UsageError("no file was named", remedy="Type where it is to be written.")
        if what == "report":
            title, note = str(asked.get("title", "")), str(asked.get("note", ""))
            return [self._bench.write_report(path, title=title, note=note, overwrite=over)]
        if what == "bundle":
            return [self._bench.write_bundle(path, overwrite=over)]
        return self._bench.write_reproducer(path, overwrite=over)


class Careful:
    """While it lasts, a mistake is said on the screen, with its place and its remedy.

    One of idgraph's own is said as well, and raised: the kernel's log holds it.
    """

    def __init__(self, bench: Workbench) -> None:
        """Guard a workbench."""
        self._bench = bench

    def __enter__(self) -> None:
        """Take away what was said of an earlier mistake."""
        self._bench.screen.fail(None)

    def __exit__(
        self, _kind: object, problem: BaseException | None, _trace: TracebackType | None
    ) -> bool:
        """Say what went wrong."""
        if isinstance(problem, traitlets.TraitError):
            problem = UsageError(str(problem))
        if isinstance(problem, IdgraphError):
            self._bench.screen.fail(problem)
            return True
        if isinstance(problem, Exception):
            found = f"idgraph made a mistake of its own ({type(problem).__name__})"
            remedy = "Please report what you did; the log of the kernel says more."
            self._bench.screen.fail(UsageError(found, remedy=remedy))
        return False


def _words_of(problem: IdgraphError | OSError) -> str:
    if isinstance(problem, OSError):
        return "The file cannot be written. Check the folder, its rights and the room on the disk."
    said = f"{problem.found[:1].upper()}{problem.found[1:]}: {problem.where}"
    return visible(f"{said.removesuffix(': ')}. {problem.remedy}")
