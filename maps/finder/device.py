"""What a visitor holds in hand, as far as their browser says."""

from typing import Literal

Device = Literal["apple", "phone", "desktop"]


def device(agent: str) -> Device:
    """Tell an Apple phone, another phone, and a desktop apart.

    Examples
    --------
    >>> device("Mozilla/5.0 (iPhone; CPU iPhone OS 18_4 like Mac OS X) Mobile/15E148")
    'apple'
    """
    if any(word in agent for word in ("iPhone", "iPad", "iPod")):
        return "apple"
    words = ("Android", "Mobile", "HarmonyOS", "OpenHarmony", "MicroMessenger")
    return "phone" if any(word in agent for word in words) else "desktop"


def inside_chat(agent: str) -> bool:
    """Say whether it is the browser inside WeChat or QQ, which opens no map app.

    Examples
    --------
    >>> inside_chat("Mozilla/5.0 (Linux; Android 14) MicroMessenger/8.0.49")
    True
    """
    return "MicroMessenger" in agent or " QQ/" in agent
