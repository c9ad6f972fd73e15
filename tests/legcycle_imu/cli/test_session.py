from firmware_bridge.links.live import LiveSource
from firmware_bridge.protocols import leglink
from legcycle_imu.cli.session import STATUS_S, Watcher


class Hand:
    """A clock that is set by hand, s."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def test_a_line_of_status_a_second_and_one_alone_after_a_long_sleep(capsys) -> None:
    clock = Hand()
    watcher = Watcher(LiveSource([leglink.DEFAULTS], []), None, None, clock=clock)

    def lines_after(seconds: float) -> int:
        clock.now_s += seconds
        watcher.push([], [], None)
        told = capsys.readouterr().err.splitlines()
        return sum("of 1 sensors" in line for line in told)

    assert [lines_after(share * STATUS_S) for share in (0.5, 0.6, 0.5, 0.5)] == [0, 1, 0, 1]
    assert [lines_after(share * STATUS_S) for share in (3600.0, 0.1, 0.1)] == [1, 0, 0]
    assert lines_after(0.9 * STATUS_S) == 1
