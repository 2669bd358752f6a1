"""What the walkers were answered, and so what may stand in the databases.

Each thing that somebody does changes one *cell*, such as `("vote", who, proposal)`, to one value. A cell holds the set
of values that are possible by what was answered: an acknowledged write leaves exactly its own, a refused one changes
nothing, and one whose answer was lost, or in doubt, may have been done or not.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping, Sequence

Cell = tuple[str, ...]
NOTHING = None
Value = str | None


class Ledger:
    """What may stand where, written down by the walkers as they go."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._cells: dict[Cell, frozenset[Value]] = {}
        self.acknowledged = self.refused = self.unknown = 0

    def acknowledge(self, cell: Cell, value: str) -> None:
        """It was done, said the service."""
        with self._lock:
            self._cells[cell] = frozenset({value})
            self.acknowledged += 1

    def refuse(self, cell: Cell) -> None:
        """It was not done, said the service: what was possible before is possible now, and nothing else."""
        with self._lock:
            self._cells.setdefault(cell, frozenset({NOTHING}))
            self.refused += 1

    def lose_sight(self, cell: Cell, value: str) -> None:
        """Nobody said whether it was done."""
        with self._lock:
            self._cells[cell] = self.possible(cell) | {value}
            self.unknown += 1

    def possible(self, cell: Cell) -> frozenset[Value]:
        """What may stand in a cell."""
        return self._cells.get(cell, frozenset({NOTHING}))

    def sure(self, cell: Cell) -> bool:
        """Whether only one thing may stand there."""
        return len(self.possible(cell)) == 1

    def differences(self, found: Mapping[Cell, Sequence[str]]) -> list[str]:
        """Where what is found is lost, doubled, refused or nobody's; `found` has every row of each cell."""
        wrong = []
        for cell in sorted(self._cells.keys() | found.keys()):
            rows: Collection[Value] = found.get(cell) or (NOTHING,)
            if len(rows) > 1:
                wrong.append(f"{cell} stands there {len(rows)} times: {list(rows)}")
            elif not set(rows) <= self.possible(cell):
                wrong.append(
                    f"{cell} holds {next(iter(rows))!r}, and may hold {sorted(map(str, self.possible(cell)))}"
                )
        return wrong
