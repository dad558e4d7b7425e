"""What ``run`` may be asked: a scenario, its folder, or a model of it that its user may have changed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.errors import UsageError, shown
from planner.language import say
from planner.models.algebra.plan_model import PlanModel
from planner.pipeline.check import read_scenario
from planner.scenario.scenario import Scenario

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from planner.models.algebra.own import OwnRule


@dataclass(frozen=True)
class Question:
    """A scenario, and the model of it where the user has one already."""

    scenario: Scenario
    made: PlanModel | None = None


def question_of(
    asked: Scenario | PlanModel | str | Path, rules: Sequence[Callable[..., Any] | OwnRule] = ()
) -> Question:
    """Return what is asked, a folder read."""
    if isinstance(asked, str | Path):
        return Question(read_scenario(asked))
    if isinstance(asked, Scenario):
        return Question(asked)
    model = model_of(asked)
    if rules:
        raise UsageError(say("rules go with a scenario; to a model add them: m.name = pyo.Constraint(…)"))
    return Question(model.inputs, model)


def model_of(asked: object) -> PlanModel:
    """Return a model that ``build_model`` made."""
    if isinstance(asked, PlanModel) and asked.is_made:
        return asked
    raise UsageError(
        say(
            "'{kind}' is neither a scenario, nor its folder, nor a model of planner.build_model",
            kind=shown(type(asked).__name__),
        )
    )
