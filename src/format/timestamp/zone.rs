//! The zone of times that name none, and the date of times that have none.
//!
//! A time without zone is taken in the zone of the tz database that was asked for. A time without year, or without date,
//! is taken near the anchor: the time when the file was last written. What was assumed is remembered, so that a person
//! can be told. Caches keep lines of one day and one hour from calendar and zone rules.

use jiff::civil;
use jiff::tz::TimeZone;

use crate::base::units::UnixNanos;
use crate::format::timestamp::calendar::{
    NANOS_PER_SECOND, SECONDS_PER_DAY, SECONDS_PER_HOUR, days_from_civil, month_of, two, year_of,
};

/// How much later than the anchor a time without year may be: clocks and zones differ by less.
const AHEAD_OF_ANCHOR_MAX: i64 = SECONDS_PER_DAY;
/// How much later than the anchor a time of day may be; a later one is yesterday's.
const TIME_OF_DAY_AHEAD_MAX: i64 = SECONDS_PER_HOUR;
/// Years looked back for a date that exists: between 1896 and 1904 no year had a 29 February.
const YEARS_BACK_MAX: i64 = 8;

/// What had to be assumed to read a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Assumptions {
    /// The zone: the one given, or the system's.
    pub zone: bool,
    /// The year: the one nearest to the anchor.
    pub year: bool,
    /// The date: the anchor's.
    pub date: bool,
}

impl Assumptions {
    /// Nothing.
    pub const NONE: Assumptions = Assumptions {
        zone: false,
        year: false,
        date: false,
    };

    /// Either of both.
    #[must_use]
    pub fn union(self, other: Assumptions) -> Assumptions {
        Assumptions {
            zone: self.zone | other.zone,
            year: self.year | other.year,
            date: self.date | other.date,
        }
    }
}

/// The zone of times that name none, with the offset of the last hour asked for.
#[derive(Debug, Clone)]
pub struct Zone {
    rules: TimeZone,
    cached_hour: i64,
    cached_offset: i64,
    /// The last date as it was written, and its day: lines of one day follow each other.
    cached_date: [u8; 10],
    cached_days: i64,
    /// The same for dates of access logs.
    cached_access_date: [u8; 11],
    cached_access_days: i64,
    anchor: Option<Anchor>,
    assumed: bool,
}

/// What a time without year or date is near to.
#[derive(Debug, Clone)]
struct Anchor {
    seconds: i64,
    /// The anchor in the zone, as if it were UTC.
    civil_seconds: i64,
    /// The last month and day asked for, and its latest day that may be meant.
    cached_month_day: Option<(i64, i64)>,
    cached_days: i64,
    year_assumed: bool,
    date_assumed: bool,
}

impl Zone {
    /// A zone of the tz database, or the system's. Times without year or date are not read.
    pub fn new(zone: TimeZone) -> Zone {
        Zone {
            rules: zone,
            cached_hour: i64::MIN,
            cached_offset: 0,
            cached_date: [0; 10],
            cached_days: 0,
            cached_access_date: [0; 11],
            cached_access_days: 0,
            anchor: None,
            assumed: false,
        }
    }

    /// The same zone, with the time near which times without year or date lie: when the file was last written, or now.
    #[must_use]
    pub fn with_anchor(self, anchor: UnixNanos) -> Zone {
        let seconds = i64::try_from(anchor.0 / NANOS_PER_SECOND).unwrap_or_default();
        let offset = jiff::Timestamp::from_second(seconds)
            .map_or(0, |time| i64::from(self.rules.to_offset(time).seconds()));
        Zone {
            anchor: Some(Anchor {
                seconds,
                civil_seconds: seconds + offset,
                cached_month_day: None,
                cached_days: 0,
                year_assumed: false,
                date_assumed: false,
            }),
            ..self
        }
    }

    /// What was assumed since the last call.
    pub fn take_assumptions(&mut self) -> Assumptions {
        let none = !self.assumed
            && self
                .anchor
                .as_ref()
                .is_none_or(|anchor| !anchor.year_assumed && !anchor.date_assumed);
        if none {
            return Assumptions::NONE;
        }
        Assumptions {
            zone: self.take_assumed(),
            year: self.take_year_assumed(),
            date: self.take_date_assumed(),
        }
    }

    /// Whether a time without zone was read since the last call.
    pub fn take_assumed(&mut self) -> bool {
        std::mem::take(&mut self.assumed)
    }

    /// Whether a time without year was read since the last call.
    pub fn take_year_assumed(&mut self) -> bool {
        let flag = self.anchor.as_mut().map(|anchor| &mut anchor.year_assumed);
        flag.is_some_and(std::mem::take)
    }

    /// Whether a time of day without date was read since the last call.
    pub fn take_date_assumed(&mut self) -> bool {
        let flag = self.anchor.as_mut().map(|anchor| &mut anchor.date_assumed);
        flag.is_some_and(std::mem::take)
    }

    /// The day of `2026-11-20`, whatever its separators.
    #[inline]
    pub(super) fn days(&mut self, date: &[u8; 10]) -> Option<i64> {
        if *date != self.cached_date {
            let [y0, y1, y2, y3, first, m0, m1, second, d0, d1] = *date;
            let year = two(y0, y1)? * 100 + two(y2, y3)?;
            let days = days_from_civil(year, two(m0, m1)?, two(d0, d1)?)?;
            self.cached_days = (first == second).then_some(days)?;
            self.cached_date = *date;
        }
        Some(self.cached_days)
    }

    /// The day of `20/Nov/2026`.
    #[inline]
    pub(super) fn access_days(&mut self, date: &[u8; 11]) -> Option<i64> {
        if *date != self.cached_access_date {
            let [d0, d1, b'/', m0, m1, m2, b'/', y0, y1, y2, y3] = *date else {
                return None;
            };
            let year = two(y0, y1)? * 100 + two(y2, y3)?;
            let month = month_of([m0, m1, m2])?;
            self.cached_access_days = days_from_civil(year, month, two(d0, d1)?)?;
            self.cached_access_date = *date;
        }
        Some(self.cached_access_days)
    }

    /// Seconds since the epoch of a civil time, in its own offset or in this zone.
    #[inline]
    pub(super) fn seconds(&mut self, civil_seconds: i64, offset: Option<i64>) -> i64 {
        civil_seconds - offset.unwrap_or_else(|| self.offset_seconds(civil_seconds))
    }

    /// Seconds since the epoch of a time without year: the latest that is not more than a day after the anchor.
    #[inline]
    pub(super) fn yearless_seconds(
        &mut self,
        month_day: (i64, i64),
        clock: i64,
        offset: Option<i64>,
    ) -> Option<i64> {
        let anchor = self.anchor.as_mut()?;
        let latest = anchor.seconds + AHEAD_OF_ANCHOR_MAX;
        if anchor.cached_month_day != Some(month_day) {
            // No offset moves a time by more than a day: what begins later than this is too late in every zone.
            anchor.cached_days = latest_day(month_day, latest + SECONDS_PER_DAY)?;
            anchor.cached_month_day = Some(month_day);
        }
        let days = anchor.cached_days;
        anchor.year_assumed = true;
        let seconds = self.seconds(days * SECONDS_PER_DAY + clock, offset);
        if seconds <= latest {
            return Some(seconds);
        }
        let days = latest_day(month_day, (days - 1) * SECONDS_PER_DAY)?;
        Some(self.seconds(days * SECONDS_PER_DAY + clock, offset))
    }

    /// Seconds since the epoch of a time of day: on the anchor's date, or the day before when that is too late.
    pub(super) fn dateless_seconds(&mut self, clock: i64, offset: Option<i64>) -> Option<i64> {
        let anchor = self.anchor.as_mut()?;
        anchor.date_assumed = true;
        let latest = anchor.seconds + TIME_OF_DAY_AHEAD_MAX;
        let here = offset.map_or(anchor.civil_seconds, |offset| anchor.seconds + offset);
        let today = here.div_euclid(SECONDS_PER_DAY) * SECONDS_PER_DAY + clock;
        // Summer time moves clocks by two hours at most; further ahead, the zone rules need not be asked.
        if today - here <= TIME_OF_DAY_AHEAD_MAX + 2 * SECONDS_PER_HOUR {
            let seconds = self.seconds(today, offset);
            if seconds <= latest {
                return Some(seconds);
            }
        }
        Some(self.seconds(today - SECONDS_PER_DAY, offset))
    }

    /// Seconds to take away from this civil time to get UTC. In a gap or a fold the compatible reading of RFC 5545 is taken.
    #[inline]
    pub(super) fn offset_seconds(&mut self, civil_seconds: i64) -> i64 {
        self.assumed = true;
        // Offsets change on the quarter hour at the finest; the cache keeps most lines from the zone rules.
        let quarter = civil_seconds.div_euclid(900);
        if quarter != self.cached_hour {
            self.cached_offset = self.look_up(civil_seconds);
            self.cached_hour = quarter;
        }
        self.cached_offset
    }

    #[inline(never)]
    fn look_up(&self, civil_seconds: i64) -> i64 {
        let epoch = civil::date(1970, 1, 1).at(0, 0, 0, 0);
        let Ok(at) = epoch.checked_add(jiff::SignedDuration::from_secs(civil_seconds)) else {
            return 0;
        };
        self.rules
            .to_ambiguous_zoned(at)
            .compatible()
            .map_or(0, |zoned| civil_seconds - zoned.timestamp().as_second())
    }
}

/// The latest day with this month and day that does not begin after `latest`.
#[inline(never)]
fn latest_day((month, day): (i64, i64), latest: i64) -> Option<i64> {
    let latest = latest.div_euclid(SECONDS_PER_DAY);
    let year = year_of(latest);
    (year - YEARS_BACK_MAX..=year)
        .rev()
        .filter_map(|year| days_from_civil(year, month, day))
        .find(|days| *days <= latest)
}
