//! `tfo init`: writes a first configuration and a systemd unit. Asks nothing, overwrites nothing.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use clap::ValueEnum;

use super::Exit;
use crate::render;

/// Arguments of `tfo init`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// What the machine is
    what: What,
    /// Where the files go
    #[arg(long, default_value = ".", value_name = "DIRECTORY")]
    directory: PathBuf,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum What {
    /// A machine that is measured: tfo-agent.yaml and tfo-agent.service
    Host,
    /// What agents and applications send to: gateway.yaml and tfo-collector.service
    Gateway,
}

/// A file and what stands in it.
type Content = (&'static str, &'static str);

// === impl What ===

impl What {
    /// The configuration and the unit.
    fn files(self) -> [Content; 2] {
        match self {
            Self::Host => [
                ("tfo-agent.yaml", include_str!("init/tfo-agent.yaml")),
                ("tfo-agent.service", include_str!("../../deploy/systemd/tfo-agent.service")),
            ],
            Self::Gateway => [
                ("gateway.yaml", include_str!("init/gateway.yaml")),
                ("tfo-collector.service", include_str!("../../deploy/systemd/tfo-collector.service")),
            ],
        }
    }

    fn folder(self) -> &'static str {
        match self {
            Self::Host => "/etc/tfo-agent",
            Self::Gateway => "/etc/tfo-collector",
        }
    }
}

pub(super) fn run(args: &Args) -> Exit {
    let files = args.what.files();
    // Before anything is written, so that there are both files or none.
    for (name, _) in files {
        let path = args.directory.join(name);
        if path.symlink_metadata().is_ok() {
            let help = "move it away, or name another `--directory`";
            render::err(&format!(
                "error: {} is there already, and is not overwritten\n  help: {help}\n",
                path.display()
            ));
            return Exit::Usage;
        }
    }
    for (name, content) in files {
        let path = args.directory.join(name);
        if let Err(error) = write(&path, content) {
            render::err(&format!("error: cannot write {}: {error}\n", path.display()));
            return if error.kind() == ErrorKind::PermissionDenied { Exit::Denied } else { Exit::Internal };
        }
        render::out(&format!("wrote {}\n", path.display()));
    }
    let [(configuration, _), (unit, _)] = files;
    let folder = args.what.folder();
    render::out(&format!(
        "\nNext:\n  1. edit {configuration}; `tfo validate -c {configuration}` says what is wrong with it\n  \
         2. install -D -m 0644 {configuration} {folder}/{configuration}\n     \
         (the unit's user reads it; keys go to {folder}/environment, for root alone)\n  \
         3. install -D -m 0644 {unit} /etc/systemd/system/{unit}\n  \
         4. systemctl daemon-reload && systemctl enable --now {unit}\n"
    ));
    Exit::Fine
}

/// Writes a file that must not be there yet.
fn write(path: &Path, content: &str) -> std::io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(content.as_bytes())
}
