//! `evaluate`: a model's marks over past incidents, as a table.

use std::ops::RangeInclusive;
use std::process::ExitCode;

use clap::Args;
use firstlook::app::{Examination, StartError};
use firstlook::config::Config;
use firstlook::evaluate::{Examined, Marks, Unexamined};
use firstlook::store::Which;
use firstlook_core::summary::State;
use firstlook_core::summary::price;

use super::files;
use super::serve::runtime;

/// What to examine.
#[derive(Debug, Args)]
pub struct EvaluateArguments {
    /// Which incidents: `rated` (those whose first cause people have judged), `all`, or numbers as in `12,40-55`.
    #[arg(long, default_value = "rated", value_parser = which)]
    incidents: Which,
    /// The model to ask, in place of the configured one.
    #[arg(long)]
    model: Option<String>,
    /// At most so many incidents, the newest first. Each is a call that is paid for.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=1000))]
    most: u32,
}

fn which(text: &str) -> Result<Which, String> {
    let range = |part: &str| -> Option<RangeInclusive<i64>> {
        let (from, to) = part.split_once('-').unwrap_or((part, part));
        Some(from.trim().parse().ok()?..=to.trim().parse().ok()?)
    };
    match text {
        "rated" => Ok(Which::Rated),
        "all" => Ok(Which::All),
        numbers => numbers
            .split(',')
            .map(range)
            .collect::<Option<_>>()
            .map(Which::Numbers)
            .ok_or_else(|| "write `rated`, `all`, or numbers as in 12,40-55".to_owned()),
    }
}

/// Asks about each, and prints a row for it, then the sums. Exits 1 where one could not be examined.
pub fn run(config: &Config, arguments: &EvaluateArguments) -> Result<ExitCode, StartError> {
    runtime()?.block_on(async {
        let examination = Examination::open(config, arguments.model.as_deref()).await?;
        let examined = examine(&examination, arguments).await;
        examination.close().await?;
        examined
    })
}

async fn examine(examination: &Examination, arguments: &EvaluateArguments) -> Result<ExitCode, StartError> {
    let numbers = examination.examiner.store.examinable(&arguments.incidents, arguments.most).await?;
    if numbers.is_empty() {
        let remedy = "judge first causes on the pages of incidents, or take `--incidents all`";
        return Err(format!("there is no such incident with evidence and a summary; {remedy}").into());
    }
    let mut table = Table::default();
    table.heading()?;
    for number in numbers {
        match examination.examiner.examine(number).await {
            Ok(examined) => table.row(&examined)?,
            Err(Unexamined::Store(error)) => return Err(error.into()),
            Err(Unexamined::OverBudget(why)) => {
                table.left(number, &why)?;
                break;
            }
            Err(other) => table.left(number, &other.to_string())?,
        }
    }
    table.sums()?;
    Ok(if table.left == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What was printed so far.
#[derive(Default)]
struct Table {
    rows: Vec<Examined>,
    left: usize,
}

impl Table {
    fn heading(&self) -> Result<(), StartError> {
        line(&format!(
            "{:>9}  {:<17}  {:>8}  {:>9}  {:>7}  {:<6}  {:>7}  {:>6}  {:>9}  {:>6}",
            "incident", "state", "verified", "unchecked", "refuted", "agrees", "in", "out", "usd", "s"
        ))
    }

    fn row(&mut self, examined: &Examined) -> Result<(), StartError> {
        line(&told(&format!("#{}", examined.number), &examined.now))?;
        line(&told("kept", &examined.before))?;
        if let (true, Some(reason)) = (examined.now.state != State::Ready, &examined.now.reason) {
            line(&format!("{:>9}  {reason}", ""))?;
        }
        self.rows.push(examined.clone());
        Ok(())
    }

    fn left(&mut self, number: i64, why: &str) -> Result<(), StartError> {
        self.left += 1;
        line(&format!("{:>9}  not examined: {why}", format!("#{number}")))
    }

    /// The new answers beside the kept ones.
    fn sums(&self) -> Result<(), StartError> {
        type Side = fn(&Examined) -> &Marks;
        let sides: [(&str, Side); 2] = [("now", |one| &one.now), ("kept", |one| &one.before)];
        for (name, side) in sides {
            let marks = || self.rows.iter().map(side);
            let ready = marks().filter(|marks| marks.state == State::Ready).count();
            let verified: usize = marks().map(|marks| marks.claims[0]).sum();
            let claims: usize = marks().flat_map(|marks| marks.claims).sum();
            let judged = marks().filter(|marks| marks.agrees.is_some()).count();
            let agree = marks().filter(|marks| marks.agrees == Some(true)).count();
            let tokens: u64 = marks().map(|marks| marks.tokens.0 + marks.tokens.1).sum();
            let usd: Option<u64> = marks().map(|marks| marks.micro_usd).sum();
            let usd = usd.map_or(String::new(), |usd| format!(", {}", price::told(usd)));
            line(&format!(
                "{name}: {ready} of {} ready; {verified} of {claims} sentences verified; first cause agrees in {agree} of {judged}; {tokens} tokens{usd}",
                self.rows.len()
            ))?;
        }
        Ok(())
    }
}

fn told(name: &str, marks: &Marks) -> String {
    let state = serde_json::to_value(marks.state).ok();
    let state = state.as_ref().and_then(|state| state.as_str()).unwrap_or_default();
    let [verified, unchecked, refuted] = marks.claims;
    let agrees = marks.agrees.map_or("-", |agrees| if agrees { "yes" } else { "no" });
    let usd = marks.micro_usd.map_or("-".to_owned(), |usd| format!("{:.4}", price::dollars(usd)));
    let (input, output) = marks.tokens;
    #[expect(clippy::cast_precision_loss, reason = "one decimal of seconds is shown")]
    let seconds = marks.duration_ms as f64 / 1000.0;
    format!(
        "{name:>9}  {state:<17}  {verified:>8}  {unchecked:>9}  {refuted:>7}  {agrees:<6}  {input:>7}  {output:>6}  {usd:>9}  {seconds:>6.1}"
    )
}

fn line(text: &str) -> Result<(), StartError> {
    files::print(|out| Ok(writeln!(out, "{text}")?)).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn incidents_are_named_by_word_or_number() {
        assert_eq!(which("rated"), Ok(Which::Rated));
        assert_eq!(which("all"), Ok(Which::All));
        assert_eq!(which("12, 40-55"), Ok(Which::Numbers(vec![12..=12, 40..=55])));
        for wrong in ["", "x", "1-", "-1", "1,,2", "1-2-3"] {
            assert!(which(wrong).is_err(), "{wrong}");
        }
    }
}
