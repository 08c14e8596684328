"""One call to HiGHS for small integer programs, interruptible and deterministic."""

import threading
from dataclasses import dataclass

import highspy
import numpy as np
from scipy import sparse

from geo.errors import Stopped
from geo.layers import Clock
from geo.siting.costs import Bools, Floats


@dataclass(frozen=True, slots=True)
class Model:
    """Least cost·x + constant with lower ≤ A x ≤ upper and low ≤ x ≤ high, some x whole.

    `aim`: an answer this good is good enough and ends the search. `cutoff`: answers that are
    not better do not count; with none, the model counts as infeasible.
    """

    cost: Floats
    matrix: sparse.csr_matrix
    lower: Floats
    upper: Floats
    low: Floats
    high: Floats
    whole: Bools
    aim: float | None = None
    cutoff: float | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What HiGHS found (`x` None when nothing) and proved (`bound` −inf when nothing).

    `dual`: prices of the rows, of a finished program without whole numbers.
    """

    x: Floats | None
    value: float
    bound: float
    infeasible: bool
    finished: bool
    dual: Floats | None = None


def run(
    model: Model,
    clock: Clock,
    *,
    start: Floats | None = None,
    limit_s: float | None = None,
    interior: bool = False,
) -> Outcome:
    """Solve a model until done, out of time or told to stop.

    `interior`: without whole numbers, by an interior point method that stops short of a corner.

    The work runs in a thread of its own: HiGHS does not hear Ctrl-C, but this thread does.
    """
    if model.matrix.shape[1] == 0:
        possible = bool(np.all(model.lower <= 0) and np.all(model.upper >= 0))
        return Outcome(np.zeros(0) if possible else None, 0.0, 0.0, not possible, possible)
    solver = _loaded(model)
    left = clock.left() if limit_s is None else min(limit_s, clock.left())
    solver.setOptionValue("time_limit", max(left, 0.01))
    if interior:
        solver.setOptionValue("solver", "ipm")
        solver.setOptionValue("run_crossover", "off")
    if start is not None:
        guess = highspy.HighsSolution()
        guess.col_value = start.tolist()
        solver.setSolution(guess)
    solver.HandleUserInterrupt = True
    worker = threading.Thread(target=solver.run, daemon=True)
    worker.start()
    try:
        while worker.is_alive():
            worker.join(0.05)
            clock.tell("proof", clock.seconds(), clock.limit_s)
    except (KeyboardInterrupt, Stopped):
        clock.stop()
        solver.cancelSolve()  # type: ignore[no-untyped-call]
        worker.join()
    return _outcome(model, solver)


def _loaded(model: Model) -> highspy.Highs:
    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    solver.silent()
    solver.setOptionValue("parallel", "off")
    solver.setOptionValue("mip_rel_gap", 0.0)
    solver.setOptionValue("mip_abs_gap", 1e-7)
    if model.aim is not None:
        solver.setOptionValue("objective_target", model.aim + 1e-6)
    if model.cutoff is not None:
        solver.setOptionValue("objective_bound", model.cutoff)
    lp = highspy.HighsLp()
    matrix = model.matrix.tocsr()
    lp.num_row_, lp.num_col_ = matrix.shape
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = model.cost, model.low, model.high
    lp.row_lower_, lp.row_upper_ = model.lower, model.upper
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = matrix.indptr
    lp.a_matrix_.index_ = matrix.indices
    lp.a_matrix_.value_ = matrix.data.astype(np.float64)
    kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
    if model.whole.any():
        lp.integrality_ = [kinds[int(w)] for w in model.whole]
    solver.passModel(lp)
    return solver


def _outcome(model: Model, solver: highspy.Highs) -> Outcome:
    status, info = solver.getModelStatus(), solver.getInfo()
    known = highspy.HighsModelStatus
    mixed = bool(model.whole.any())
    finished = status == known.kOptimal
    infeasible = status in (known.kInfeasible, known.kUnboundedOrInfeasible)
    found = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    x = np.array(solver.getSolution().col_value) if found else None
    value = float(info.objective_function_value) if found else np.inf
    bound = float(info.mip_dual_bound) if mixed else (value if finished else -np.inf)
    dual = np.array(solver.getSolution().row_dual) if finished and not mixed else None
    return Outcome(x, value, bound if np.isfinite(bound) else -np.inf, infeasible, finished, dual)
