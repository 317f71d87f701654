//! `tfo explain CODE`: the page of an error code.

use pipelines::config::code;

use super::Exit;
use crate::render;

/// Arguments of `tfo explain`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The code, e.g. E0101; without it every code is listed
    code: Option<String>,
}

pub(super) fn run(args: &Args) -> Exit {
    let Some(wanted) = &args.code else {
        let list: String = code::ALL.iter().map(|code| format!("{}  {}\n", code.id, code.title)).collect();
        render::out(&list);
        return Exit::Fine;
    };
    match code::ALL.iter().find(|code| code.id.eq_ignore_ascii_case(wanted)) {
        Some(code) => {
            render::out(code.page);
            Exit::Fine
        }
        None => {
            render::err(&format!("error: no error has the code `{wanted}`; `tfo explain` lists every code\n"));
            Exit::Usage
        }
    }
}
