//! The severity of a record from its keys: a word, a number on the scale that its key or its neighbours imply, or an object.
//!
//! A word that we know beats a number, and a number beats a word that we do not know; what loses stays an attribute.

use std::borrow::Cow;

use crate::format::json::keys::{KNOWN_LEVELS_ONLY, Role};
use crate::format::json::roles::{Hints, Roles};
use crate::format::severity::{self, Scale};
use crate::record::{Attribute, Record, SeverityNumber, Value};

/// The level that a record has for now.
#[derive(Debug)]
pub(super) struct HeldLevel<'a> {
    rank: u8,
    key: Cow<'a, str>,
    /// The number it was read from.
    number: Option<i64>,
}

/// What is added to a rank, by what kind of level it is.
const NUMBER: u8 = 8;
const UNKNOWN_WORD: u8 = 16;

impl<'a> Roles<'_, 'a> {
    /// Takes the first level of a record when it is a plain word, as nearly all are.
    #[inline]
    pub(super) fn take_word(
        &mut self,
        record: &mut Record<'a>,
        rank: u8,
        key: Cow<'a, str>,
        word: &'a str,
    ) {
        let Some(number) = severity::from_word(word) else {
            let role = Role::Level(rank);
            return self.take(record, role, key, Value::Text(Cow::Borrowed(word)));
        };
        record.severity_number = Some(number);
        record.severity_text = Cow::Borrowed(word);
        self.level = Some(HeldLevel {
            rank,
            key,
            number: None,
        });
    }

    /// Takes the first level of a record when it is a number under `level`, as pino and bunyan have it.
    #[inline]
    pub(super) fn take_usual_number(
        &mut self,
        record: &mut Record<'a>,
        rank: u8,
        level: i64,
    ) -> bool {
        let number = severity::from_number(level);
        if number.is_none() {
            return false;
        }
        record.severity_number = number;
        record.severity_text = decimal(level);
        self.level = Some(HeldLevel {
            rank: rank + NUMBER,
            key: Cow::Borrowed("level"),
            number: Some(level),
        });
        true
    }

    pub(super) fn take_level(
        &mut self,
        record: &mut Record<'a>,
        rank: u8,
        key: &Cow<'a, str>,
        value: Value<'a>,
    ) -> Result<(), Value<'a>> {
        match value {
            Value::Text(word) => {
                let number = severity::from_label(&word);
                let rank = rank + if number.is_some() { 0 } else { UNKNOWN_WORD };
                let is_none = number.is_none()
                    && (rank >= UNKNOWN_WORD + KNOWN_LEVELS_ONLY || !is_a_word(&word));
                if is_none || self.holds_a_better_level(rank) {
                    return Err(Value::Text(word));
                }
                let held = HeldLevel {
                    rank,
                    key: key.clone(),
                    number: None,
                };
                self.hold_level(record, held, number, word);
                Ok(())
            }
            Value::Int(level) if rank < KNOWN_LEVELS_ONLY => {
                let rank = rank + NUMBER;
                if self.holds_a_better_level(rank) {
                    return Err(Value::Int(level));
                }
                let number = severity::on_scale(scale(key, level), level);
                if number.is_none() {
                    return Err(Value::Int(level));
                }
                let held = HeldLevel {
                    rank,
                    key: key.clone(),
                    number: Some(level),
                };
                self.hold_level(record, held, number, decimal(level));
                Ok(())
            }
            Value::Map(members) => self.take_level_object(record, rank, key, members),
            other => Err(other),
        }
    }

    #[inline]
    pub(super) fn holds_a_better_level(&self, rank: u8) -> bool {
        self.level.as_ref().is_some_and(|held| held.rank <= rank)
    }

    fn hold_level(
        &mut self,
        record: &mut Record<'a>,
        held: HeldLevel<'a>,
        number: Option<SeverityNumber>,
        text: Cow<'a, str>,
    ) {
        record.severity_number = number;
        let old_text = std::mem::replace(&mut record.severity_text, text);
        if let Some(old) = self.level.replace(held) {
            let value = old.number.map_or(Value::Text(old_text), Value::Int);
            self.push(record, old.key, value);
        }
    }

    /// loguru's `{"name": "INFO", "no": 20}` and log4js' `{"levelStr": "INFO", …}`: the word is the level, the rest stays.
    fn take_level_object(
        &mut self,
        record: &mut Record<'a>,
        rank: u8,
        key: &Cow<'a, str>,
        mut members: Vec<Attribute<'a>>,
    ) -> Result<(), Value<'a>> {
        const WORDS: [&str; 4] = ["name", "levelStr", "levelName", "label"];
        let word = members.iter().position(|member| {
            WORDS.contains(&&*member.key) && matches!(member.value, Value::Text(_))
        });
        let Some(at) = word else {
            return Err(Value::Map(members));
        };
        let value = std::mem::take(&mut members[at].value);
        match self.take_level(record, rank, key, value) {
            Ok(()) => {
                members.remove(at);
            }
            Err(value) => members[at].value = value,
        }
        if members.is_empty() {
            Ok(())
        } else {
            Err(Value::Map(members))
        }
    }

    /// The severity on the model's own scale: a number, its digits, or its name in the protocol.
    pub(super) fn take_model_severity(&mut self, value: Value<'a>) -> Result<(), Value<'a>> {
        let number = match &value {
            Value::Int(number) => Some(*number),
            Value::Text(text) => text.parse().ok().or_else(|| {
                let word = text.strip_prefix("SEVERITY_NUMBER_").unwrap_or(text);
                Some(i64::from(severity::from_word(word)?.get()))
            }),
            _ => None,
        };
        let Some(number @ 0..=24) = number else {
            return Err(value);
        };
        self.model = severity::on_scale(Scale::Model, number);
        self.hints.add(Hints::MODEL);
        Ok(())
    }

    /// Sets what the record as a whole says: the model's own number before all, and CLEF's rule for records without a level.
    pub(super) fn finish_level(&mut self, record: &mut Record<'a>) {
        if let Some(number) = self.model {
            record.severity_number = Some(number);
        } else if matches!(self.message_key(), Some("@m" | "@mt")) {
            // Spec: CLEF, "@l": absent means Information.
            record.severity_number = Some(SeverityNumber::INFO);
        }
    }

    /// Reads a number again on the scale that other keys imply.
    pub(super) fn rescale_level(&mut self, record: &mut Record<'a>) {
        let Some((level, key)) = self
            .level
            .as_ref()
            .and_then(|held| Some((held.number?, &held.key)))
        else {
            return;
        };
        let scale = if self.hints.has(Hints::MODEL) && key.eq_ignore_ascii_case("severity") {
            Scale::Model
        } else if self.hints.has(Hints::PYTHON) && level >= 10 {
            Scale::Python
        } else if self.hints.has(Hints::WINDOWS) {
            Scale::Windows
        } else {
            return;
        };
        record.severity_number = severity::on_scale(scale, level).or(record.severity_number);
    }
}

/// The scale of a number, told by its key.
fn scale(key: &str, level: i64) -> Scale {
    let is = |name: &str| key.eq_ignore_ascii_case(name);
    match key.len() {
        7 if is("levelno") => Scale::Python,
        8 if key == "LogLevel" => Scale::DotNet,
        8 if is("severity") && level >= 100 => Scale::Cloud,
        8 if is("severity") && level >= 8 => Scale::Model,
        8 if is("level_no") => Scale::Python,
        13 if is("severityLevel") => Scale::Insights,
        10 | 11 if is("level_value") || is("levelValue") => Scale::Logback,
        _ => Scale::Usual,
    }
}

/// One word, as custom levels are: `audit`, `success2`; not a sentence.
fn is_a_word(text: &str) -> bool {
    const WORD_BYTES_MAX: usize = 24;
    let bytes = text.as_bytes();
    bytes.first().is_some_and(u8::is_ascii_alphabetic)
        && bytes.len() <= WORD_BYTES_MAX
        && bytes.iter().all(|byte| *byte > b' ')
}

/// The digits of a level, without an allocation for the usual ones.
fn decimal<'a>(number: i64) -> Cow<'a, str> {
    match number {
        10 => Cow::Borrowed("10"),
        20 => Cow::Borrowed("20"),
        30 => Cow::Borrowed("30"),
        40 => Cow::Borrowed("40"),
        50 => Cow::Borrowed("50"),
        60 => Cow::Borrowed("60"),
        3 => Cow::Borrowed("3"),
        4 => Cow::Borrowed("4"),
        6 => Cow::Borrowed("6"),
        7 => Cow::Borrowed("7"),
        other => Cow::Owned(other.to_string()),
    }
}
