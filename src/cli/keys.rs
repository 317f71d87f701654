//! `tfo keys`: makes API keys and the lines that go into key files.

use std::io::Read as _;
use std::num::NonZeroU32;
use std::time::SystemTime;

use clap::Subcommand;
use pipelines::auth::{Date, Entry, Hash, Pair};
use pipelines::config::Secret;
use serde_json::json;

use super::{Exit, Format};
use crate::render;

/// Arguments of `tfo keys`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make a key: the line for the key file goes to stdout, id and secret to stderr, where they are seen only now
    New(New),
    /// Read a secret from stdin and print its hash, or with --id the line for the key file
    Hash(HashArgs),
}

/// Arguments of `tfo keys new`.
#[derive(Debug, clap::Args)]
struct New {
    #[command(flatten)]
    options: Options,
    /// How it is printed; json prints everything to stdout
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Arguments of `tfo keys hash`.
#[derive(Debug, clap::Args)]
struct HashArgs {
    /// Id of the key, `tfk_...`
    #[arg(long)]
    id: Option<String>,
    #[command(flatten)]
    options: Options,
}

/// What a line says beside id and hash.
#[derive(Debug, clap::Args)]
struct Options {
    /// Whose key it is, for people and `auth.name`
    #[arg(long, value_parser = name)]
    name: Option<String>,
    /// Requests a minute that the key may send; default no limit
    #[arg(long, value_name = "REQUESTS")]
    rate: Option<NonZeroU32>,
    /// First day, in UTC, on which it is refused: 2027-01-31, or in so many days: 90d; default never
    #[arg(long, value_name = "DAY", value_parser = day)]
    expires: Option<Date>,
}

/// Longest secret that is read, in bytes.
const LONGEST: u64 = 4096;

pub(super) fn run(args: Args) -> Exit {
    match args.command {
        Command::New(args) => new(args),
        Command::Hash(args) => hash(args),
    }
}

fn new(args: New) -> Exit {
    let made =
        Pair::random().and_then(|pair| Ok((args.options.entry(pair.id.clone(), Hash::of(&pair.secret)?)?, pair)));
    let (entry, pair) = match made {
        Ok(made) => made,
        Err(wrong) => {
            render::err(&format!("error: {wrong}\n"));
            return Exit::Internal;
        }
    };
    let (id, secret) = (&pair.id, pair.secret.reveal());
    match args.format {
        Format::Json => render::json(&json!({ "id": id, "secret": secret, "line": entry.to_string() })),
        Format::Text => {
            render::err(&format!("id      {id}\nsecret  {secret}\n\n"));
            render::err(
                "The client needs both; the secret is shown only now. The line for the key file is what goes to the output:\n",
            );
            render::out(&format!("{entry}\n"));
        }
    }
    Exit::Fine
}

fn hash(args: HashArgs) -> Exit {
    let mut secret = String::new();
    if let Err(error) = std::io::stdin().take(LONGEST).read_to_string(&mut secret) {
        render::err(&format!("error: no secret can be read from stdin: {error}\n"));
        return Exit::NoInput;
    }
    let hashed = Hash::of(&Secret::new(secret.trim()));
    let line = hashed.and_then(|hash| match args.id {
        Some(id) => args.options.entry(id, hash).map(|entry| entry.to_string()),
        None if args.options.is_empty() => Ok(hash.to_string()),
        None => Err("--name, --rate and --expires belong to a line, which needs --id".to_owned()),
    });
    match line {
        Ok(line) => {
            render::out(&format!("{line}\n"));
            Exit::Fine
        }
        Err(wrong) => {
            render::err(&format!("error: {wrong}\n"));
            Exit::Usage
        }
    }
}

// === impl Options ===

impl Options {
    fn is_empty(&self) -> bool {
        self.name.is_none() && self.rate.is_none() && self.expires.is_none()
    }

    /// The entry, proven to be one that a key file may hold.
    fn entry(self, id: String, hash: Hash) -> Result<Entry, String> {
        let Self { name, rate, expires } = self;
        Entry::parse(&Entry { id, hash, name, rate, expires, disabled: false }.to_string())
    }
}

fn name(text: &str) -> Result<String, String> {
    Entry::check_name(text).map(|()| text.to_owned())
}

fn day(text: &str) -> Result<Date, String> {
    match text.strip_suffix('d').map(str::parse) {
        Some(Ok(days)) => Ok(Date::of(SystemTime::now()).plus(days)),
        _ => Date::parse(text),
    }
}
