"""What StreamVLN says, and what it means."""

import re
from collections.abc import Sequence

from vln_pipeline.models.system2.answer import moves_text
from vln_pipeline.planning.trajectory import Action

_ACTIONS = {moves_text((action,)): action for action in (Action.STOP, Action.FORWARD, Action.LEFT, Action.RIGHT)}
_SYMBOL = re.compile("|".join(_ACTIONS))


def spoken_actions(text: str) -> Sequence[Action]:
    """Return the actions of an answer in their order, up to the first STOP; an answer without any means STOP.

    >>> [action.name for action in spoken_actions("↑↑ then ←STOP→")], spoken_actions("I am lost") == (Action.STOP,)
    (['FORWARD', 'FORWARD', 'LEFT', 'STOP'], True)
    """
    actions = [_ACTIONS[symbol] for symbol in _SYMBOL.findall(text)]
    if Action.STOP in actions:
        actions = actions[: actions.index(Action.STOP) + 1]
    return tuple(actions) or (Action.STOP,)
