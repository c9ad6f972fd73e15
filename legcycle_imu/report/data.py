"""All that the report says, as data: what draws it decides nothing. Figures are those of the summary, taken once."""

from dataclasses import dataclass

from legcycle_imu.cycle import Phase
from legcycle_imu.report.coaching import Advice, advise
from legcycle_imu.report.extremes import Extreme, extremes
from legcycle_imu.report.norms import Compared, compared
from legcycle_imu.report.parts import Part, bouts, laps, other_marks
from legcycle_imu.report.practice import Practice, practised
from legcycle_imu.report.quality import DataQuality, data_quality
from legcycle_imu.report.results import PhaseResult, judged, phase_results
from legcycle_imu.report.session import Mark, Session
from legcycle_imu.report.sides import SideBySide, sides
from legcycle_imu.report.trends import Trend, trends


@dataclass(frozen=True, slots=True)
class ReportData:
    """A report.

    Parameters
    ----------
    session : the recording as it passed
    advice : what to do next time; None where nobody ran
    phases : the four of them; none where nobody ran
    sides : left against right; none with one leg or too few strides
    extremes : best and worst stride of each leg in the phase to work on
    trends : figures over the run
    laps, bouts : the run in parts
    marks : what else a person marked
    norms : beside what other runners do; none beyond the speeds that were measured
    quality : how far all this can be trusted
    practice : drills that were done
    """

    session: Session
    advice: Advice | None
    phases: tuple[PhaseResult, ...]
    sides: tuple[SideBySide, ...]
    extremes: tuple[Extreme, ...]
    trends: tuple[Trend, ...]
    laps: tuple[Part, ...]
    bouts: tuple[Part, ...]
    marks: tuple[Mark, ...]
    norms: tuple[Compared, ...]
    quality: DataQuality
    practice: tuple[Practice, ...] = ()


def report_data(session: Session) -> ReportData:
    """Make the report of a recording."""
    verdicts = judged(session)
    phases = phase_results(session, verdicts)
    advice = advise(phases)
    return ReportData(
        session=session,
        advice=advice,
        phases=phases,
        sides=sides(session),
        extremes=extremes(session, verdicts, Phase.PUSH if advice is None else advice.phase),
        trends=trends(session),
        laps=laps(session, verdicts),
        bouts=bouts(session, verdicts),
        marks=other_marks(session),
        norms=compared(session),
        quality=data_quality(session),
        practice=practised(session),
    )
