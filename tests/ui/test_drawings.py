"""Numbers to shapes: nothing overflows, nothing divides by zero."""

from ma_platform.ui import drawings


def test_parts_of_a_bar_stand_side_by_side_and_leave_the_rest_free():
    slices = drawings.stacked([{"label": "a", "value": 10}, {"label": "b", "value": 30, "tone": "hot"}], whole=80)

    assert [(part.x, part.width, part.tone) for part in slices] == [
        ("0.00%", "12.50%", "brand"),
        ("12.50%", "37.50%", "hot"),
    ]


def test_a_bar_never_grows_past_its_frame():
    slices = drawings.stacked([{"label": "a", "value": 30}, {"label": "b", "value": 10}], whole=20)

    assert [part.width for part in slices] == ["75.00%", "25.00%"]


def test_points_taken_away_draw_no_width_but_keep_their_number():
    slices = drawings.stacked([{"label": "a", "value": -5}, {"label": "b", "value": 5}])

    assert [(part.value, part.width) for part in slices] == [(-5, "0.00%"), (5, "100.00%")]


def test_a_sparkline_keeps_its_lowest_value_on_the_bottom():
    assert drawings.spark_points([0, 5, 10]) == "0,22 50,12 100,2"


def test_a_flat_or_empty_sparkline_is_drawn_without_dividing_by_zero():
    assert (drawings.spark_points([0, 0]), drawings.spark_points([7]), drawings.spark_points([])) == (
        "0,22 100,22",
        "0,2",
        "",
    )


def test_a_funnel_is_as_wide_as_its_widest_step_and_shows_the_few_among_many():
    counted = [{"label": "a", "count": 2000}, {"label": "b", "count": 500, "rate": 0.25}, {"label": "c", "count": 1}]

    steps = drawings.funnel([*counted, {"label": "d", "count": 0}])

    assert [step.width for step in steps] == ["100.00%", "25.00%", "0.60%", "0.00%"]
    assert [step.rate for step in steps] == [None, 0.25, None, None]


def test_initials_follow_the_script_of_the_name():
    assert [drawings.initials(name) for name in ("Ada Okafor", "山田 太郎", "", "a@b.jp")] == ["AO", "山", "?", "A"]
