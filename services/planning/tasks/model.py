"""What the rules of tasks say no to."""

from __future__ import annotations


class TaskNotInForce(Exception):
    """No such task under the current option, or it is another unit's."""

    def __init__(self, task: str) -> None:
        super().__init__(task)
        self.task = task
