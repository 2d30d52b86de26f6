//! Door: files, environment. `replay`: kept deliveries, files, or a dead-letter queue, through the door of every alarm.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{ArgGroup, Args};
use firstlook::app::{self, Player, StartError};
use firstlook::config::Config;
use firstlook::ingest::Answer;
use firstlook::library::{Library, Snapshot};
use firstlook::replay::drain::{Became, Wanted, drain};
use firstlook::replay::queue::Queue;
use firstlook::replay::{Found, Letter, Refused, Replay};
use firstlook::{clock, fail};
use firstlook_core::alert::sns::QueueUrl;
use firstlook_core::incident::Decision;
use uuid::Uuid;

use super::dry_run::tell;
use super::serve::runtime;

/// What to play back.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("from").required(true))]
pub struct ReplayArguments {
    /// Deliveries that are kept here, by the ids of `/deliveries`.
    #[arg(value_name = "DELIVERY", group = "from")]
    deliveries: Vec<Uuid>,
    /// Take what this SQS queue holds: what SNS could not deliver. What is committed is deleted there.
    #[arg(long, value_name = "QUEUE_URL", group = "from")]
    from_sqs: Option<String>,
    /// Take the bodies in these files, one in each.
    #[arg(long, value_name = "FILE", num_args = 1.., group = "from")]
    from_files: Vec<PathBuf>,
    /// The source of what is in the queue or the files, such as `sns/aws`; where absent, the one that listens to its topic.
    #[arg(long, value_name = "SOURCE", conflicts_with = "deliveries")]
    source: Option<String>,
    /// Take at most so many messages of the queue.
    #[arg(long, value_name = "N", requires = "from_sqs", conflicts_with_all = ["deliveries", "from_files"], value_parser = clap::value_parser!(u32).range(1..))]
    max: Option<u32>,
    /// Show what would be decided and who would be told. Writes nothing, deletes nothing.
    #[arg(long)]
    dry_run: bool,
}

/// What was said so far.
#[derive(Default)]
struct Tally {
    taken: usize,
    repeats: usize,
    /// What was not taken, each with its reason.
    left: Vec<(String, String)>,
    /// What would be taken.
    letters: Vec<(String, Letter)>,
}

/// Plays back, and prints what became of each body. Exits 1 where one was not taken.
pub fn run(config: &Config, arguments: &ReplayArguments) -> Result<ExitCode, StartError> {
    fail::arm(std::env::var(fail::VARIABLE).ok().as_deref())?;
    runtime()?.block_on(async {
        let player = Player::open(config).await?;
        let mut tally = Tally::default();
        let played = play(&player.replay, arguments, &mut tally).await;
        let rehearsed = match arguments.dry_run {
            true => rehearse(config, &player.replay, std::mem::take(&mut tally.letters)).await,
            false => Ok(()),
        };
        player.close().await?;
        tally.print(arguments);
        played.and(rehearsed)?;
        Ok(if tally.left.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    })
}

async fn play(replay: &Replay, arguments: &ReplayArguments, tally: &mut Tally) -> Result<(), StartError> {
    for id in &arguments.deliveries {
        let letter = match replay.kept(*id, clock::now()).await {
            Ok(Some(letter)) => Ok(letter),
            Ok(None) => Err(Refused::Body("there is no delivery of this id".to_owned())),
            Err(refused) => Err(refused),
        };
        tally.play(replay, id.to_string(), letter, arguments.dry_run).await?;
    }
    let source = arguments.source.as_deref();
    for (name, body) in read(&arguments.from_files)? {
        let found = Found { body: &body, place: "a file", source, put_at: None, name: None };
        let letter = replay.found(found, clock::now()).await;
        tally.play(replay, name, letter, arguments.dry_run).await?;
    }
    let Some(url) = &arguments.from_sqs else { return Ok(()) };
    let url = QueueUrl::parse(url).ok_or_else(|| {
        format!("{url:?} is no queue's URL: write https://sqs.REGION.amazonaws.com/ACCOUNT/NAME")
    })?;
    let queue = Queue::new(url).await?;
    let most = arguments.max.and_then(|most| usize::try_from(most).ok()).unwrap_or(usize::MAX);
    let wanted = Wanted { source, most, dry_run: arguments.dry_run };
    Ok(drain(replay, &queue, wanted, |id, became| tally.became(id.to_owned(), became)).await?)
}

/// All files, before the first is played back.
fn read(files: &[PathBuf]) -> Result<Vec<(String, Vec<u8>)>, StartError> {
    let read = |file: &PathBuf| {
        let name = file.display().to_string();
        let body = std::fs::read(file).map_err(|error| format!("cannot read {name}: {error}"))?;
        Ok((name, body))
    };
    files.iter().map(read).collect()
}

impl Tally {
    async fn play(
        &mut self,
        replay: &Replay,
        name: String,
        letter: Result<Letter, Refused>,
        dry_run: bool,
    ) -> Result<(), StartError> {
        let became = match letter {
            Ok(letter) if dry_run => Became::Would(Box::new(letter)),
            Ok(letter) => match replay.take(letter).await? {
                Answer::Unusable { reason, .. } => Became::Stays(reason),
                answer => Became::Taken(answer),
            },
            Err(Refused::Body(why)) => Became::Stays(why),
            Err(Refused::Store(error)) => return Err(error.into()),
        };
        self.became(name, became);
        Ok(())
    }

    fn became(&mut self, name: String, became: Became) {
        match became {
            Became::Taken(Answer::Kept { decisions, .. }) => {
                println!("taken    {name}");
                print(&decisions);
                self.taken += 1;
            }
            Became::Taken(_) => {
                println!("repeat   {name}  was taken before");
                self.repeats += 1;
            }
            Became::Would(letter) => self.letters.push((name, *letter)),
            Became::Stays(why) => {
                println!("refused  {name}  {why}");
                self.left.push((name, why));
            }
        }
    }

    /// The end of the list: how many of each, and once more what a person has to look after.
    fn print(&self, arguments: &ReplayArguments) {
        if arguments.dry_run {
            println!("\nNothing was written, nothing was sent.");
            if arguments.from_sqs.is_some() {
                println!("The queue shows its messages again within 30 s.");
            }
        } else {
            println!("\n{} taken, {} taken before.", self.taken, self.repeats);
        }
        if self.left.is_empty() {
            return;
        }
        let stay = if arguments.from_sqs.is_some() { "stay in the queue" } else { "were refused" };
        println!("{} {stay}:", self.left.len());
        for (name, why) in &self.left {
            println!("  {name}: {why}");
        }
    }
}

fn print(decisions: &[(Decision, Option<i64>)]) {
    for (decision, incident) in decisions {
        let number =
            incident.filter(|number| *number > 0).map_or(String::new(), |number| format!("#{number} "));
        let (action, alert) = (decision.action.as_str(), &decision.alert.fingerprint);
        println!("         {action}  {number}{alert}: {}", decision.reason);
    }
}

/// Decides about all of them, one after another, and prints what would become of each and who would be told.
async fn rehearse(
    config: &Config,
    replay: &Replay,
    letters: Vec<(String, Letter)>,
) -> Result<(), StartError> {
    let runbooks = match &config.runbooks {
        Some(runbooks) => Library::open(&runbooks.path).await?.snapshot(),
        None => Snapshot::default(),
    };
    let (names, letters): (Vec<String>, Vec<Letter>) = letters.into_iter().unzip();
    let rehearsed = replay.rehearse(letters).await?;
    for (name, written) in names.iter().zip(&rehearsed.written) {
        match written.repeat {
            Some(_) => println!("repeat   {name}  was taken before"),
            None => println!("would    {name}"),
        }
        print(&written.decisions);
    }
    let rules = app::rules(config)?;
    for touched in rehearsed.incidents.iter().filter(|touched| !touched.edges.is_empty()) {
        tell(&rules, &runbooks, touched);
    }
    Ok(())
}
