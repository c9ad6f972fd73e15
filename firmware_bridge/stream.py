"""Samples of one sensor, as free of gaps as can be. Pure."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from firmware_bridge.samples import Floats, Quality, SampleBlock, Vectors
from firmware_bridge.source import SensorFacts


@dataclass(frozen=True, slots=True)
class StreamSettings:
    """Settings of `SampleStream`.

    Parameters
    ----------
    fill_s : longest run of missing samples that is filled by straight lines, s; the angle then errs
        by less than 0.5 deg in jogging, 1 to 2 deg in sprinting (research on bridging gaps: the error
        is about 1/12 of the angular acceleration's slope times the cube of the gap)
    saturation_share : share of the range from which on an axis counts as at its end (x-io Fusion)
    """

    fill_s: float = 0.020
    saturation_share: float = 0.98


@dataclass(frozen=True, slots=True)
class StreamStatistics:
    """What became of the samples of one sensor.

    Parameters
    ----------
    received : samples decoded
    dropped : of these, left out because their time did not increase
    missing : samples that must lie between those received, by their time; filled or not
    filled : samples put into short gaps
    gaps : gaps too long to fill
    saturated : received samples with an axis at the end of its range
    repeated : samples that came a second time, were overtaken on their way, or came before the time line that very
        late first packets had begun; left out
    restarts : times that the sensor's clock began anew
    loss_known : the sensor numbers or stamps its samples; else `missing` is what delays alone could tell
    """

    received: int = 0
    dropped: int = 0
    filled: int = 0
    gaps: int = 0
    saturated: int = 0
    missing: int = 0
    repeated: int = 0
    restarts: int = 0
    loss_known: bool = True


@dataclass(slots=True)
class StreamState:
    """What a `SampleStream` carries from push to push; a deep copy continues identically."""

    last: SampleBlock = field(default_factory=SampleBlock.empty)
    """The last sample given, or none."""
    received: int = 0
    dropped: int = 0
    filled: int = 0
    gaps: int = 0
    saturated: int = 0
    missing: int = 0


class SampleStream:
    """Samples of one sensor, in its own frame, SI units, flagged with what is known against them.

    Samples keep their own time stamps. Short gaps are filled, the first sample after a longer one
    is flagged. The output is the same to the bit for any cutting of the blocks.

    Parameters
    ----------
    facts : rate and ranges of the sensor
    settings : what is filled, what counts as saturated
    """

    def __init__(self, facts: SensorFacts, settings: StreamSettings | None = None) -> None:
        settings = settings or StreamSettings()
        self.state = StreamState()
        self._rate_hz = facts.rate_hz
        # A hair above: at 50 Hz one missing sample is 20 ms and is filled.
        self._most_missing = int(settings.fill_s * facts.rate_hz + 1e-6)
        self._acc_limit = settings.saturation_share * facts.acc_range_m_s2
        self._gyr_limit = settings.saturation_share * facts.gyr_range_rad_s

    @property
    def statistics(self) -> StreamStatistics:
        """What became of the samples so far."""
        s = self.state
        return StreamStatistics(s.received, s.dropped, s.filled, s.gaps, s.saturated, s.missing)

    def push(self, block: SampleBlock) -> SampleBlock:
        """Give the samples with those filled in before them, and their flags added to."""
        self.state.received += len(block)
        if not len(block):
            return block
        block = SampleBlock(block.time, block.gyr, block.acc, block.quality.copy())
        steps = self._steps(block.time)
        if not steps.min() > 0.0:
            block = self._increasing(block)
            if not len(block):
                return block
            steps = self._steps(block.time)
        self._flag_saturated(block)
        if steps.max() * self._rate_hz >= 1.5 or block.quality.max() & Quality.AFTER_GAP:
            missing = np.rint(steps * self._rate_hz).astype(np.int64) - 1
            block = self._bridged(block, np.maximum(missing, 0))
        self.state.last = block[-1:]
        return block

    def _steps(self, time: Floats) -> Floats:
        """Give the time from each sample's predecessor, s; the very first sample's is one step."""
        steps = np.empty(len(time))
        steps[0] = time[0] - self.state.last.time[0] if len(self.state.last) else 1.0 / self._rate_hz
        np.subtract(time[1:], time[:-1], out=steps[1:])
        return steps

    def _increasing(self, block: SampleBlock) -> SampleBlock:
        before = np.concatenate([self.state.last.time, block.time])[: len(block)]
        if not len(self.state.last):
            before = np.concatenate([[-np.inf], block.time[:-1]])
        keep = block.time > np.maximum.accumulate(before)
        self.state.dropped += len(block) - int(np.count_nonzero(keep))
        return SampleBlock(block.time[keep], block.gyr[keep], block.acc[keep], block.quality[keep])

    def _flag_saturated(self, block: SampleBlock) -> None:
        limits = (
            (block.acc, self._acc_limit, Quality.ACC_SATURATED),
            (block.gyr, self._gyr_limit, Quality.GYR_SATURATED),
        )
        for vectors, limit, flag in limits:
            size = np.abs(vectors)
            if size.max() >= limit:
                block.quality[(size >= limit).any(axis=1)] |= np.uint8(flag)
        saturated = block.quality & (Quality.ACC_SATURATED | Quality.GYR_SATURATED)
        self.state.saturated += int(np.count_nonzero(saturated))

    def _bridged(self, block: SampleBlock, missing: NDArray[np.int64]) -> SampleBlock:
        """Fill short gaps and flag the ends of long ones; `missing` samples before each sample."""
        self.state.missing += int(missing.sum())
        long = (missing > self._most_missing) | ((block.quality & Quality.AFTER_GAP) != 0)
        block.quality[long] |= np.uint8(Quality.AFTER_GAP)
        self.state.gaps += int(np.count_nonzero(long))
        at = np.flatnonzero((missing > 0) & ~long)
        if not len(at):
            return block
        counts = missing[at]
        self.state.filled += int(counts.sum())
        whole = SampleBlock.join([self.state.last if len(self.state.last) else block[:1], block])
        return _filled(block, whole, at, counts)


def _filled(block: SampleBlock, whole: SampleBlock, at: NDArray[np.intp], counts: NDArray[np.int64]) -> SampleBlock:
    """Put `counts` samples before each sample `at` of the block; `whole` has one more sample in front."""
    before = np.repeat(at, counts)
    number = np.arange(len(before)) - np.repeat(np.cumsum(counts) - counts, counts) + 1
    share = number / np.repeat(counts + 1, counts)

    def between(values: Vectors) -> Vectors:
        weight = share.reshape(-1, *[1] * (values.ndim - 1))
        return values[before] + weight * (values[before + 1] - values[before])

    return SampleBlock(
        np.insert(block.time, before, between(whole.time)),
        np.insert(block.gyr, before, between(whole.gyr), axis=0),
        np.insert(block.acc, before, between(whole.acc), axis=0),
        np.insert(block.quality, before, np.uint8(Quality.FILLED)),
    )
