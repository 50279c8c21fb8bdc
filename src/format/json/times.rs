//! The time of a record from its keys: a text, a number since the epoch, an object of a known shape, or two keys together.
//!
//! The first of the better known keys is the record's time; the others, and what is no plausible time, stay attributes.

use std::borrow::Cow;

use crate::base::units::UnixNanos;
use crate::format::json::keys::Role;
use crate::format::json::roles::{Hints, Roles};
use crate::format::timestamp;
use crate::record::{Attribute, Record, Value};

const NANOS_PER_SECOND: u64 = 1_000_000_000;

/// The rank of a time under a one-letter key.
const LETTER_RANK: u8 = 4;

/// The time that a record has for now.
#[derive(Debug)]
pub(super) struct HeldTime<'a> {
    rank: u8,
    key: Cow<'a, str>,
    written: Written<'a>,
}

/// A time as its source wrote it.
#[derive(Debug)]
enum Written<'a> {
    /// A number, which is read only if it is needed.
    Digits(&'a str),
    Value(Value<'a>),
}

impl<'a> Written<'a> {
    fn value(self) -> Value<'a> {
        let digits = match self {
            Written::Digits(digits) => digits,
            Written::Value(value) => return value,
        };
        if let Ok(number) = digits.parse() {
            return Value::Int(number);
        }
        digits
            .parse()
            .map_or(Value::Text(Cow::Borrowed(digits)), Value::Double)
    }
}

impl<'a> Roles<'_, 'a> {
    /// Takes a number as the record's time; `false` when it is no plausible one or a better one is known.
    #[expect(clippy::ptr_arg, reason = "the key is kept, borrowed as it came")]
    #[inline]
    pub(crate) fn take_epoch(
        &mut self,
        record: &mut Record<'a>,
        rank: u8,
        key: &Cow<'a, str>,
        number: &'a str,
    ) -> bool {
        if self.holds_a_better_time(rank) {
            return false;
        }
        let Some(time) = timestamp::epoch(number) else {
            return false;
        };
        let written = Written::Digits(number);
        self.hold_time(record, rank, key, written);
        record.time = Some(time);
        true
    }

    /// Takes the first time of a record when it is a text that is one, as nearly all are.
    #[inline]
    pub(super) fn take_stamp(
        &mut self,
        record: &mut Record<'a>,
        rank: u8,
        key: Cow<'a, str>,
        text: &'a str,
    ) {
        let value = Value::Text(Cow::Borrowed(text));
        let Some(time) = timestamp::whole(text, self.zone) else {
            return self.take(record, Role::Time(rank), key, value);
        };
        record.time = Some(time);
        self.time = Some(HeldTime {
            rank,
            key,
            written: Written::Value(value),
        });
    }

    pub(super) fn take_time(
        &mut self,
        record: &mut Record<'a>,
        rank: u8,
        key: &Cow<'a, str>,
        value: Value<'a>,
    ) -> Result<(), Value<'a>> {
        if self.holds_a_better_time(rank) {
            return Err(value);
        }
        let time = match &value {
            Value::Text(text) => self.text_time(text),
            Value::Int(number) => timestamp::epoch(&number.to_string()),
            Value::Double(number) => timestamp::epoch(&number.to_string()),
            Value::Map(members) => self.object_time(members),
            _ => None,
        };
        if time.is_none() {
            self.hints.add(Hints::HALF_TIME);
            return Err(value);
        }
        self.hold_time(record, rank, key, Written::Value(value));
        record.time = time;
        Ok(())
    }

    /// `MongoDB`'s `t`: its object says that the other one-letter keys are `MongoDB`'s, too.
    pub(super) fn take_mongo_time(
        &mut self,
        record: &mut Record<'a>,
        key: &Cow<'a, str>,
        value: Value<'a>,
    ) -> Result<(), Value<'a>> {
        if let Value::Map(members) = &value
            && members.iter().any(|member| member.key == "$date")
        {
            self.hints.add(Hints::MONGO);
        }
        self.take_time(record, LETTER_RANK, key, value)
    }

    /// Google's `timestampSeconds`.
    pub(super) fn take_seconds(
        &mut self,
        record: &mut Record<'a>,
        value: Value<'a>,
    ) -> Result<(), Value<'a>> {
        let seconds = whole_number(&value).filter(|_| record.time.is_none());
        let Some(time) = seconds.and_then(|seconds| joined(seconds, self.nanos.unwrap_or(0)))
        else {
            return Err(value);
        };
        record.time = Some(time);
        // From now on, the rest of the second may still come.
        self.nanos = Some(self.nanos.unwrap_or(0));
        Ok(())
    }

    /// Google's `timestampNanos`, before or behind its seconds.
    pub(super) fn take_nanos(
        &mut self,
        record: &mut Record<'a>,
        value: Value<'a>,
    ) -> Result<(), Value<'a>> {
        let nanos = whole_number(&value).filter(|nanos| *nanos < NANOS_PER_SECOND);
        let Some(nanos) = nanos else {
            return Err(value);
        };
        match (self.nanos, record.time) {
            (Some(0), Some(time)) => record.time = Some(UnixNanos(time.0.saturating_add(nanos))),
            (None, None) => {}
            _ => return Err(value),
        }
        self.nanos = Some(nanos);
        Ok(())
    }

    /// Joins a date and a time of day that stand under two keys, and gives back what stayed alone.
    pub(super) fn finish_time(&mut self, record: &mut Record<'a>) {
        if record.time.is_some() {
            return;
        }
        if let Some(nanos) = self.nanos.and_then(|nanos| i64::try_from(nanos).ok()) {
            self.push(record, Cow::Borrowed("timestampNanos"), Value::Int(nanos));
        }
        let find = |key: &str| {
            let is_it = |attribute: &&Attribute<'_>| attribute.key == key;
            match record
                .attributes
                .iter()
                .find(is_it)
                .map(|found| &found.value)
            {
                Some(Value::Text(text)) if text.len() <= 20 => Some(&**text),
                _ => None,
            }
        };
        if let (Some(date), Some(time)) = (find("date"), find("time")) {
            record.time = timestamp::whole(&format!("{date} {time}"), self.zone);
        }
        if record.time.is_some() {
            record
                .attributes
                .retain(|attribute| attribute.key != "date" && attribute.key != "time");
        }
    }

    #[inline]
    pub(super) fn holds_a_better_time(&self, rank: u8) -> bool {
        self.time.as_ref().is_some_and(|held| held.rank <= rank)
    }

    /// Remembers the time as it was written, in case that a better one comes; gives back the one that it beats.
    #[expect(clippy::ptr_arg, reason = "the key is kept, borrowed as it came")]
    #[inline]
    fn hold_time(
        &mut self,
        record: &mut Record<'a>,
        rank: u8,
        key: &Cow<'a, str>,
        written: Written<'a>,
    ) {
        let held = HeldTime {
            rank,
            key: key.clone(),
            written,
        };
        if self.time.is_none() {
            self.time = Some(held);
        } else if let Some(old) = self.time.replace(held) {
            self.push(record, old.key, old.written.value());
        }
    }

    /// Also what .NET makes of a date, `/Date(1731391316698)/`.
    fn text_time(&mut self, text: &str) -> Option<UnixNanos> {
        timestamp::whole(text, self.zone).or_else(|| {
            let inner = text.strip_prefix("/Date(")?.strip_suffix(")/")?;
            timestamp::epoch(inner)
        })
    }

    /// The objects in which loggers keep a time: log4j2's `{epochSecond, nanoOfSecond}`, Google's `{seconds, nanos}`, `MongoDB`'s
    /// `{$date}`, loguru's `{repr, timestamp}` and PHP's `{date, timezone}`.
    fn object_time(&mut self, members: &[Attribute<'_>]) -> Option<UnixNanos> {
        let find = |name: &str| {
            let member = members.iter().find(|member| member.key == name)?;
            Some(&member.value)
        };
        if let Some(seconds) = find("epochSecond").or_else(|| find("seconds")) {
            let nanos = find("nanoOfSecond").or_else(|| find("nanos"));
            return joined(
                whole_number(seconds)?,
                nanos.and_then(whole_number).unwrap_or(0),
            );
        }
        if let (Some(Value::Text(date)), Some(Value::Text(zone))) = (find("date"), find("timezone"))
        {
            return timestamp::whole(&format!("{date} {zone}"), self.zone);
        }
        match find("$date").or_else(|| find("repr"))? {
            Value::Text(text) => self.text_time(text),
            Value::Int(millis) => timestamp::epoch(&millis.to_string()),
            // `{"$numberLong": "1731391316698"}`
            Value::Map(inner) => match &inner.first()?.value {
                Value::Text(millis) => timestamp::epoch(millis),
                _ => None,
            },
            _ => None,
        }
    }
}

fn joined(seconds: u64, nanos: u64) -> Option<UnixNanos> {
    let time = seconds.checked_mul(NANOS_PER_SECOND)?.checked_add(nanos)?;
    (time > 0 && nanos < NANOS_PER_SECOND && i64::try_from(time).is_ok()).then_some(UnixNanos(time))
}

fn whole_number(value: &Value<'_>) -> Option<u64> {
    match value {
        Value::Int(number) => u64::try_from(*number).ok(),
        Value::Text(digits) => digits.parse().ok(),
        _ => None,
    }
}
