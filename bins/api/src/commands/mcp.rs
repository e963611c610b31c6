//! `mcp`: the tools of a server for agents on this machine that speak over standard input and output.

use secrecy::SecretString;
use tokio::io::{BufReader, stdin, stdout};

use crate::cli::McpArgs;
use crate::mcp::Bridge;

pub(super) async fn run(args: &McpArgs) -> anyhow::Result<()> {
    let token = SecretString::from(args.token.reveal().to_owned());
    Bridge::new(&args.url, &token)?.run(BufReader::new(stdin()), stdout()).await
}
