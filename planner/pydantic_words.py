"""What pydantic says a value should be, in Chinese as well: settings and the command line are read by it."""

from __future__ import annotations

import re

from planner.language import Message, Named

KINDS = {
    "string": "文本",
    "number": "数字",
    "integer": "整数",
    "boolean": "true 或 false",
    "list": "列表",
    "dictionary": "表",
    "path": "路径",
}
PATTERNS = (
    (r"be a valid (\w+)(?:,? .*)?", "应为{0}"),
    (r"be a finite number", "应为有限数"),
    (r"be greater than or equal to (\S+)", "应不小于 {0}"),
    (r"be greater than (\S+)", "应大于 {0}"),
    (r"be less than or equal to (\S+)", "应不大于 {0}"),
    (r"be less than (\S+)", "应小于 {0}"),
    (r"be ('.*')", "应为 {0} 之一"),
)


def should(message: str) -> Message:
    """Return what a value should be, as pydantic says it and in Chinese; words that are not known stay English."""
    text = message.removeprefix("Input ").removeprefix("should ")
    for pattern, zh in PATTERNS:
        if found := re.fullmatch(pattern, text, re.DOTALL):
            words = [KINDS.get(word, word) for word in found.groups()]
            return Named(f"it should {text}", zh.format(*words).replace(" or ", "、").replace(", ", "、"))
    return Named(f"it should {text}", f"应满足：{text}")
