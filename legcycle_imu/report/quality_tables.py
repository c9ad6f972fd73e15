"""Tables on how far the figures can be trusted: strides, flags, sensors, calibrations."""

from math import isnan

from legcycle_imu.report.quality import DataQuality, SensorQuality
from legcycle_imu.report.table import Table
from legcycle_imu.report.words import clock, percent
from legcycle_imu.view.words import NOT_KNOWN


def strides_table(quality: DataQuality) -> Table:
    """How many strides there are, and how whole."""
    rows = tuple(
        (str(leg.side), str(leg.found), str(leg.good), percent(leg.coverage_pct, 1), percent(leg.heard_pct, 1))
        for leg in quality.legs
    )
    heads = ("leg", "strides found", "good running strides", "samples in a stride", "samples in the session")
    return Table("strides", "Strides of each leg", heads, rows)


def flags_table(quality: DataQuality) -> Table:
    """What is known against strides."""
    sides = [leg.side for leg in quality.legs]
    heads = ("flag", *(str(side) for side in sides), "says")
    rows = tuple((f.flag, *(str(f.strides[side]) for side in sides), f.meaning) for f in quality.flags)
    return Table("flags", "Strides with a flag", heads, rows)


def sensors_table(quality: DataQuality, *, serials: bool) -> Table:
    """Each sensor, and what became of its samples."""
    heads = (
        "sensor",
        "protocol",
        "rate",
        "range",
        "sent",
        "samples",
        "lost",
        "filled",
        "gaps",
        "saturated",
        "left out",
    )
    rows = []
    for sensor in quality.sensors:
        facts, samples = sensor.facts, sensor.samples
        lost = percent(sensor.lost_pct, 2) if samples.loss_known else f"at least {percent(sensor.lost_pct, 2)}"
        counts = (samples.filled, samples.gaps, samples.saturated, samples.dropped + samples.repeated)
        cells = (
            f"{facts.rate_hz:.0f} Hz",
            sensor.ranges,
            _sent(sensor),
            str(samples.received),
            lost,
            *map(str, counts),
        )
        rows.append(
            (str(sensor.placement), facts.protocol, *cells, *((facts.device or facts.name,) if serials else ()))
        )
    return Table("sensors", "Sensors and their samples", (*heads, *(("device",) if serials else ())), tuple(rows))


def calibration_table(quality: DataQuality) -> Table:
    """How good each leg's calibration is."""
    rows = tuple(
        (str(leg.side), figure.name, f"{figure.mark.shape} {figure.mark.word}", figure.text, figure.meaning)
        for leg in quality.calibrations
        for figure in leg.figures
    )
    return Table("calibration", "Calibration of each leg", ("leg", "of", "is", "figure", "that means"), rows)


def _sent(sensor: SensorQuality) -> str:
    return NOT_KNOWN if isnan(sensor.heard.start_s) else f"{clock(sensor.heard.start_s)} to {clock(sensor.heard.end_s)}"
