"""What the noises of the vertical's filter rest on: how strides disagree with it, and how the gyroscope drifts.

python -m benchmarks.fit_vertical --data DIR
"""

from math import acos
from multiprocessing import get_context

import numpy as np

from benchmarks.orientation import Sensor, angles_by, strapdown
from benchmarks.simulated import PROCESSES
from benchmarks.trials import SOURCE, Trial, arguments, data_folders, headline, passage, said, table, trials
from calibration.model import to_segment_frame
from firmware_bridge.intake import Intake
from firmware_bridge.samples import Segment
from legcycle_imu.orientation import Vertical, VerticalSettings
from legcycle_imu.orientation.vertical import Vector

SETTINGS = VerticalSettings()
STEADY_S = 5.0
"""Disagreements are taken from so long after the run's beginning on."""


class ListeningVertical(Vertical):
    """The vertical, which keeps how far each whole stride's mean force disagreed with it: (time, rad)."""

    def __init__(self, drift_sd_rad_s: float, settings: VerticalSettings) -> None:
        super().__init__(drift_sd_rad_s, settings)
        self.disagreed: list[tuple[float, float]] = []

    def seen(self, time: float, middle: float, direction: Vector, sd_rad: float) -> None:
        """Note the disagreement, then go on."""
        if self.known and sd_rad == self.settings.stride_sd_rad:
            up = np.array(self.at(middle))
            cosine = float((up * direction).sum() / np.sqrt((up * up).sum()))
            self.disagreed.append((time, acos(min(max(cosine, -1.0), 1.0))))
        super().seen(time, middle, direction, sd_rad)


def of_trial(trial: Trial) -> dict[Segment, list[tuple[float, float]]]:
    """Give, per sensor: disagreement per axis, rms in deg, and drift of the gyroscope after a rest, deg/s."""
    sensors, stream = trial.chunks()
    outcome = passage(sensors, stream, trial.geometry)
    (start, end), (time, true) = trial.sections("run")[0], trial.angles
    run = (time >= start) & (time <= end)
    found: dict[Segment, list[tuple[float, float]]] = {segment: [] for segment in Segment}
    measured = Intake(sensors).push(stream)
    for number, facts in enumerate(sensors):
        side, segment = facts.placement
        alignment = next(a for a in outcome.alignments if a.calibration.side is side)
        calibration = alignment.calibration[segment]
        samples = measured[number]
        block = to_segment_frame(samples, calibration)
        sensor = Sensor(block, facts.rate_hz, calibration.gyr_bias_sd_rad_s, alignment.uprights[segment])
        listeners: list[ListeningVertical] = []

        def listening(
            sd: float, settings: VerticalSettings, listeners: list[ListeningVertical] = listeners
        ) -> ListeningVertical:
            listeners.append(ListeningVertical(sd, settings))
            return listeners[-1]

        angles_by(sensor, listening)
        disagreed = [angle for t, angle in listeners[-1].disagreed if start + STEADY_S < t < end]
        rms = float(np.degrees(np.sqrt(np.mean(np.square(disagreed)) / 2)))
        error = np.interp(time[run], block.time, np.degrees(strapdown(sensor))) - true[facts.placement][run]
        drift = float(np.polyfit(time[run], error, 1)[0])
        found[segment].append((rms, drift))
    return found


def main() -> None:
    """Run and print."""
    options = arguments(__doc__)
    headline(
        "Noises of the vertical", SOURCE,
        "Method: the disagreement of each whole stride's mean force with the vertical held by the filter, root mean "
        "square per horizontal axis; and the slope of the sagittal angle's error when the gyroscope alone is "
        "integrated through the 30 s of running, its bias known from standing.",
    )  # fmt: skip
    rows = []
    for folder in data_folders(options.data):
        every = trials(folder, options.work)
        with get_context("spawn").Pool(PROCESSES) as pool:
            results = list(said(pool.imap(of_trial, every), folder.name, len(every)))
        for segment in Segment:
            rms, drift = np.array([pair for r in results for pair in r[segment]]).T
            drift = np.abs(drift)
            figures = (np.median(rms), rms.max(), np.median(drift), drift.max())
            rows.append([folder.name, str(segment), *(f"{x:.2f}" for x in figures)])
    in_code = [np.degrees(SETTINGS.stride_sd_rad), np.degrees(SETTINGS.moving_drift_sd_rad_s)]
    head = ["data", "segment"]
    head += [f"disagreement, deg, median (stride_sd_rad: {in_code[0]:.1f})", "largest"]
    head += [f"drift, deg/s, median (moving_drift_sd_rad_s: {in_code[1]:.1f})", "largest"]
    table("Disagreement and drift", head, rows)


if __name__ == "__main__":
    main()
