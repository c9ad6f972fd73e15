"""`sim:`: the simulated runner as live sensors, paced in real time, for whoever has no hardware."""

import time
from collections.abc import Callable, Iterator, Mapping
from math import inf
from threading import Event, Thread

from firmware_bridge.errors import LinkError, Reason
from firmware_bridge.found import Found
from firmware_bridge.links.link import Enough, Inbox
from firmware_bridge.links.monikers import Moniker, Option, SourceKind
from firmware_bridge.source import Chunk, SensorFacts
from firmware_bridge.virtual import Faults, exchanged
from legcycle_imu.drills import Drill
from legcycle_imu.simulation.drill_live import DrillRun
from legcycle_imu.simulation.gaits import GRAVITY
from legcycle_imu.simulation.handled import HandledRun
from legcycle_imu.simulation.streaming import KIND, StreamingRun, StreamingSettings

STOP_S = 3.0
"""How long a stop waits for the thread, s."""
NS = 1e-9
MOTIONS = (RUN, POSES) = ("run", "poses")
"""What is done with the sensors."""


class SimLink:
    """Four simulated sensors; a `firmware_bridge.links.link.Link`.

    Parameters
    ----------
    settings : what runs, and how it is streamed
    run : the sensors; by default those on the runner
    clock : monotonic seconds
    sleep : waits for so many seconds, at most; by default it wakes when the link is stopped
    """

    def __init__(
        self,
        settings: StreamingSettings | None = None,
        *,
        run: StreamingRun | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] | None = None,
    ) -> None:
        self._run = run or StreamingRun(settings or StreamingSettings())
        self._clock = clock
        self._stopped = Event()
        self._sleep = sleep or self._stopped.wait
        self._thread: Thread | None = None

    def find(self, seconds: float, enough: Enough = lambda _found: False) -> list[Found]:
        """Give the four sensors at once."""
        return self._run.found()

    def start(self, sensors: Mapping[int, SensorFacts], inbox: Inbox) -> None:
        """Let these sensors stream; returns at once."""
        entries = self._run.entries(sensors)
        self._thread = Thread(target=self._stream, args=(entries, inbox), name=KIND, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the stream."""
        self._stopped.set()
        if self._thread:
            self._thread.join(STOP_S)

    def identify(self, sensor: SensorFacts) -> None:
        """Say that there is nothing to be seen.

        Raises
        ------
        LinkError : always
        """
        raise LinkError(
            Reason.NO_SENSOR, f"{sensor.name or sensor.link} is simulated and has no light.", "Look at real sensors."
        )

    def _stream(self, entries: Iterator[Chunk], inbox: Inbox) -> None:
        """Post each entry when its time has come, until the run is over or the link is stopped."""
        begun_s = self._clock()
        try:
            for chunk in entries:
                self._wait_until(begun_s + chunk.arrival_ns * NS)
                if self._stopped.is_set():
                    break
                inbox(chunk.sensor, chunk.data, chunk.kind)
        finally:
            inbox.end()

    def _wait_until(self, due_s: float) -> None:
        while not self._stopped.is_set() and (left_s := due_s - self._clock()) > 0.0:
            self._sleep(left_s)


def sim_link(moniker: Moniker) -> SimLink:
    """Make the link of a moniker.

    Raises
    ------
    LinkError : an option has a value that cannot be
    """
    try:
        return SimLink(run=_run(moniker))
    except ValueError as error:
        raise LinkError(Reason.BAD_MONIKER, f"{KIND}: {error}.", "Change that option.") from error


def _run(moniker: Moniker) -> StreamingRun:
    settings, motion = _settings(moniker), moniker.text("motion")
    if motion not in MOTIONS:
        raise ValueError(f"expected a motion out of {', '.join(MOTIONS)}, got {motion!r}")
    if moniker.text("drill"):
        return DrillRun(settings, _drill(moniker.text("drill")), _share(moniker.number("wrong")))
    return HandledRun(settings) if motion == POSES else StreamingRun(settings)


def _drill(name: str) -> Drill:
    if name not in list(Drill):
        raise ValueError(f"expected a drill out of {', '.join(Drill)}, got {name!r}")
    return Drill(name)


def _share(number: float) -> float:
    if not 0.0 <= number <= 1.0:
        raise ValueError(f"expected a share of wrong repetitions from 0 to 1, got {number:g}")
    return number


def _settings(moniker: Moniker) -> StreamingSettings:
    number, text = moniker.number, moniker.text
    if moniker.target:
        raise ValueError(f"expected options alone, got {moniker.target!r}")
    if not (0.0 <= number("seed") < inf and number("seed").is_integer()):
        raise ValueError(f"expected a whole number as seed, got {number('seed'):g}")
    return StreamingSettings(
        speed_m_s=number("speed_m_s"),
        duration_s=number("duration_s"),
        rate_hz=number("rate_hz"),
        seed=int(number("seed")),
        protocol=text("protocol"),
        interval_s=1e-3 * number("interval_ms"),
        guided=bool(number("guided")),
        faults=Faults(
            drop=number("drop"),
            jitter_s=1e-3 * number("jitter"),
            disconnect_every_s=number("disconnect"),
            disconnect_for_s=number("away"),
            swap=exchanged(text("swap")),
            saturate_m_s2=number("saturate") * GRAVITY,
        ),
    )


SIM = SourceKind(
    "a simulated runner with four sensors, for trying without any; what can go wrong can be asked for",
    "",
    "sim:speed_m_s=4,drop=0.02",
    {
        "speed_m_s": Option("speed of the run", 3.0, "m/s"),
        "duration_s": Option("time of the run; inf: until it is stopped", inf, "s"),
        "rate_hz": Option("sampling rate; 0: the usual one of the protocol", 0.0, "Hz"),
        "seed": Option("another runner, other sensors, other delays", 0.0),
        "guided": Option("1: first does what the guided calibration asks for; 0: stands and runs", 0.0),
        "protocol": Option("what the sensors speak", "leglink"),
        "interval_ms": Option("connection interval of the radio", 15.0, "ms"),
        "drop": Option("share of packets that the computer loses, 0 to 1", 0.0),
        "jitter": Option("packets are told of up to so much later", 0.0, "ms"),
        "disconnect": Option("every so often the next sensor in turn is lost; inf: never", inf, "s"),
        "away": Option("for so long", 2.0, "s"),
        "motion": Option("run; poses: laid and turned by hand, as `legcycle calibrate --intrinsic` asks for", RUN),
        "drill": Option("does this drill by itself instead of running: heel-drag, push-lift, ...", ""),
        "wrong": Option("share of its repetitions that are wrong, 0 to 1", 0.2),
        "swap": Option("left, right: that leg's thigh and shank are exchanged; thigh, shank: those of both legs", ""),
        "saturate": Option("full scale of the accelerometers; inf: their own", inf, "g"),
    },
    link=sim_link,
)
"""The row of `sim:` in the table of kinds of sources (`firmware_bridge.links.monikers.KINDS`)."""
