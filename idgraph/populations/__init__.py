"""What many persons show and one does not: lags, readings of the rules, experiments to run."""

from idgraph.populations.calibrating import Calibration, ReadingClass, calibrate
from idgraph.populations.delays import Bin, Posterior, Visibility, visibility
from idgraph.populations.fitting import Curve
from idgraph.populations.lookups import LookUp
from idgraph.populations.rates import Share
from idgraph.populations.readings import RuleReading, RuleReadings, rule_readings
from idgraph.populations.suites import Experiment, Landing, Prediction, Suite, experiments
from idgraph.populations.timing import Timed, Trial

__all__ = [
    "Bin",
    "Calibration",
    "Curve",
    "Experiment",
    "Landing",
    "LookUp",
    "Posterior",
    "Prediction",
    "ReadingClass",
    "RuleReading",
    "RuleReadings",
    "Share",
    "Suite",
    "Timed",
    "Trial",
    "Visibility",
    "calibrate",
    "experiments",
    "rule_readings",
    "visibility",
]
