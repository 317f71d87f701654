//! Where `tfo agent` looks for its file when it is not told.

use std::path::PathBuf;

/// What the file is called.
const NAME: &str = "tfo-agent.yaml";

/// The first agent file there is, of the places upstream's agent looks in.
///
/// # Errors
/// One sentence that lists the places.
pub(crate) fn find() -> Result<PathBuf, String> {
    let places = places(std::env::var_os("HOME").map(PathBuf::from));
    places.iter().find(|place| place.is_file()).cloned().ok_or_else(|| {
        let looked: Vec<String> = places.iter().map(|place| place.display().to_string()).collect();
        format!(
            "there is no agent file: looked for {}; name one with `-c`, or write one with `tfo init host`",
            looked.join(", ")
        )
    })
}

fn places(home: Option<PathBuf>) -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = vec![".".into(), "./configs".into(), "/etc/tfo-agent".into()];
    folders.extend(home.map(|home| home.join(".tfo-agent")));
    folders.into_iter().map(|folder| folder.join(NAME)).collect()
}
