"""Times as people say them, in three languages."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.moments import Landmark, When, read_when
from bot.rules.problems import BadInput
from bot.rules.profile import WorkingHours

HOURS = WorkingHours()
WEDNESDAY = datetime(2026, 3, 4, 11, 30)  # noqa: DTZ001 - a wall time has no zone
MEETINGS = (
    Landmark(3, "Second capital-level meeting", "Berlin", date(2018, 4, 9), date(2018, 4, 10)),
    Landmark(9, "Sixth capital-level meeting", "Berlin", date(2026, 6, 8), date(2026, 6, 10)),
    Landmark(10, "Side event", "New York", date(2026, 9, 20), date(2026, 9, 20)),
    Landmark(11, "Expert meeting", "New York", date(2026, 9, 22), date(2026, 9, 22)),
)


def read(text: str, now: datetime = WEDNESDAY) -> When:
    return read_when(text, now, HOURS, MEETINGS)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("text", "wall"),
    [
        ("next Monday 9am", "2026-03-09 09:00"),
        ("lundi prochain à 9h", "2026-03-09 09:00"),
        ("el próximo lunes a las 9", "2026-03-09 09:00"),
        ("lunes que viene a las 9 de la mañana", "2026-03-09 09:00"),
        ("Wednesday", "2026-03-11 09:00"),
        ("on Friday at 2:30 p.m.", "2026-03-06 14:30"),
        ("ce vendredi 15h", "2026-03-06 15:00"),
        ("sábado", "2026-03-07 09:00"),
        ("in 3 working days", "2026-03-09 09:00"),
        ("dans trois jours ouvrables", "2026-03-09 09:00"),
        ("en 3 días hábiles", "2026-03-09 09:00"),
        ("dentro de dos semanas", "2026-03-18 09:00"),
        ("in an hour", "2026-03-04 12:30"),
        ("dans 2 heures", "2026-03-04 13:30"),
        ("en 30 minutos", "2026-03-04 12:00"),
        ("in 2 months", "2026-05-04 09:00"),
        ("today at 5pm", "2026-03-04 17:00"),
        ("demain matin", "2026-03-05 09:00"),
        ("mañana por la mañana", "2026-03-05 09:00"),
        ("tomorrow afternoon", "2026-03-05 14:00"),
        ("pasado mañana a las 14:30", "2026-03-06 14:30"),
        ("après-demain à 8h15", "2026-03-06 08:15"),
        ("noon tomorrow", "2026-03-05 12:00"),
        ("demain à midi", "2026-03-05 12:00"),
        ("at 5pm", "2026-03-04 17:00"),
        ("10:00", "2026-03-05 10:00"),
        ("5 March", "2026-03-05 09:00"),
        ("March 5th, 2027 at 9:30", "2027-03-05 09:30"),
        ("le 5 mars 2027 à 9h30", "2027-03-05 09:30"),
        ("5 de marzo de 2027", "2027-03-05 09:00"),
        ("1er avril", "2026-04-01 09:00"),
        ("4 February", "2027-02-04 09:00"),
        ("Monday 9 March", "2026-03-09 09:00"),
        ("the 15th", "2026-03-15 09:00"),
        ("le 1", "2026-04-01 09:00"),
        ("2026-03-05 09:00", "2026-03-05 09:00"),
        ("2026-03-05T16:45", "2026-03-05 16:45"),
        ("next week", "2026-03-09 09:00"),
        ("la semaine prochaine", "2026-03-09 09:00"),
        ("la próxima semana", "2026-03-09 09:00"),
        ("next month", "2026-04-01 09:00"),
        ("end of the month", "2026-03-31 09:00"),
        ("à la fin du mois", "2026-03-31 09:00"),
        ("a fin de mes", "2026-03-31 09:00"),
    ],
)
def test_what_people_say_is_understood(text: str, wall: str) -> None:
    """Weekdays, working days, dates and times of day in English, French and Spanish."""
    assert read(text) == When(at(wall))


@pytest.mark.parametrize(
    ("text", "wall", "offset"),
    [
        ("two weeks before Berlin", "2026-05-25 09:00", -14),
        ("deux semaines avant Berlin", "2026-05-25 09:00", -14),
        ("dos semanas antes de Berlín a las 10", "2026-05-25 10:00", -14),
        ("3 working days before meeting 9", "2026-06-03 09:00", -5),
        ("the day before the meeting", "2026-06-07 09:00", -1),
        ("la veille de la réunion", "2026-06-07 09:00", -1),
        ("le lendemain de la réunion de Berlin", "2026-06-11 09:00", 3),
        ("el día siguiente a la reunión", "2026-06-11 09:00", 3),
        ("a week after the meeting in Berlin", "2026-06-17 09:00", 9),
        ("one month before the sixth capital-level meeting", "2026-05-08 09:00", -31),
    ],
)
def test_times_are_counted_from_meetings(text: str, wall: str, offset: int) -> None:
    """Before its first day and after its last, by place, title, number, or as the next one; the past one is not meant."""
    assert read(text) == When(at(wall), 9, offset)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "I do not understand"),
        ("soon", "I do not understand"),
        ("9", "I do not understand"),
        ("5/3", "I do not understand"),
        ("5/3/2026", "I do not understand"),
        ("in 3 parsecs", "I do not understand"),
        ("Monday <!channel>", "I do not understand"),
        ("2026-02-30", "There is no day"),
        ("30 February", "There is no day"),
        ("25:00", "There is no time"),
        ("13pm", "There is no time"),
        ("Tuesday 9 March", "is not on that day of the week"),
        ("a week before Atlantis", "I know no meeting called “atlantis”"),
        ("a week before New York", "Several meetings are called “new york”: 10, 11."),
        ("1999-01-01", "I do not understand"),
        ("x" * 201, "longer than 200 characters"),
    ],
)
def test_what_is_not_understood_is_said_so(text: str, reason: str) -> None:
    """Nothing is guessed: an order of figures, a day that does not exist, a place that means two meetings."""
    with pytest.raises(BadInput) as refused:
        read(text)

    assert reason in refused.value.said()


@given(text=st.text(max_size=60))
def test_whatever_is_typed_is_a_time_or_refused(text: str) -> None:
    """No text makes the reading fail in any other way."""
    try:
        found = read(text)
    except BadInput:
        return

    assert found.wall.year in range(2000, 2101)


@given(
    now=st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1)),  # noqa: DTZ001 - wall times
    number=st.integers(1, 60),
    unit=st.sampled_from(["day", "week", "jour", "semana"]),
)
def test_days_ahead_are_counted_on_the_calendar(now: datetime, number: int, unit: str) -> None:
    """“in N days” is N days on, at the start of work, in every language alike."""
    plural = f"{number} {unit}{'s' if number > 1 else ''}"

    found = read(f"in {plural}", now)

    days = number * (7 if unit in {"week", "semana"} else 1)
    assert found.wall == datetime.combine(now.date() + timedelta(days=days), at("2026-01-01 09:00").time())


@given(now=st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1)), weekday=st.integers(0, 6))  # noqa: DTZ001 - same
def test_a_weekday_is_the_next_one_to_come(now: datetime, weekday: int) -> None:
    """It lies within the seven days after today, in each language the same."""
    names = [("Monday", "lundi", "lunes"), ("Tuesday", "mardi", "martes"), ("Wednesday", "mercredi", "miércoles"),
             ("Thursday", "jeudi", "jueves"), ("Friday", "vendredi", "viernes"), ("Saturday", "samedi", "sábado"),
             ("Sunday", "dimanche", "domingo")][weekday]  # fmt: skip

    found = {read(name, now).wall for name in names}

    assert len(found) == 1
    assert found.pop().date() in [
        day for n in range(1, 8) if (day := now.date() + timedelta(days=n)).weekday() == weekday
    ]
