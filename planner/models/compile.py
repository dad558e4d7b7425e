"""Model → arrays: by templates where every rule can be one, else through Pyomo; with what its user did to it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from planner.language import say
from planner.models.algebra import standard_form
from planner.models.algebra.expansion import Expansion
from planner.models.algebra.matrix import Compiled, expand
from planner.models.algebra.own import Own
from planner.models.algebra.templates import NotTemplatableError
from planner.models.changes import compile_made
from planner.progress import working_on

if TYPE_CHECKING:
    from planner.models.algebra.plan_model import PlanModel


def compile_model(m: PlanModel, *, keep_broken: bool = False) -> Compiled:
    """Turn a model into arrays, by templates where every rule can be one, else through Pyomo's standard form."""
    working_on(say("building the model's rows"))
    if m.is_made:
        return compile_made(m)
    expansion = Expansion(m)
    rules = [record for record in m.recorded("constraint") if record.is_own]
    own = Own(tuple(rule.name for rule in rules), without_rows=tuple(rule.name for rule in rules if not rule.size))
    try:
        with np.errstate(over="ignore", invalid="ignore"):  # check_problem names the rule of what is not finite
            return Compiled(m, expand(m, expansion, keep_broken=keep_broken), expansion, own=own)
    except NotTemplatableError as error:
        if not own:
            return Compiled(m, standard_form.compile_standard_form(m), expansion, fallback=str(error))
        m.realise()
        return replace(compile_model(m), fallback=str(error))
