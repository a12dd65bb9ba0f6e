"""English: `12 Nov 2026, 14:05`, which no reader takes for the eleventh of December."""

SHORT_DATE_FORMAT = "j M Y"
SHORT_DATETIME_FORMAT = "j M Y, H:i"
MONTH_DAY_FORMAT = "j M"
MONTH_DAY_YEAR_FORMAT = "j M y"
MONTH_DAY_TIME_FORMAT = "j M, H:i"
WEEKDAY_TIME_FORMAT = "D j M, H:i"
