"""Keys of the store of drives: "<scene>.<agent>.plain" and "<scene>.<agent>.recovery"."""

_RECOVERY, _PLAIN = "recovery", "plain"


def drive_key(scene: str, agent: str, recovers: bool) -> str:
    """Return the key of an agent's drives in a scene."""
    return f"{scene}.{agent}.{_RECOVERY if recovers else _PLAIN}"


def told(key: str) -> tuple[str, str, bool]:
    """Return scene, agent and recovery of a key; agents may have dots in their names, scenes have none."""
    scene, _, rest = key.partition(".")
    agent, _, manner = rest.rpartition(".")
    return scene, agent, manner == _RECOVERY
