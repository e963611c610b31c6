//! `mcp`: the tools of a server for agents on this machine that speak over standard input and output.

use tokio::io::{BufReader, stdin, stdout};

use crate::cli::McpArgs;
use crate::mcp::Bridge;

pub(super) async fn run(args: &McpArgs) -> anyhow::Result<()> {
    Bridge::new(&args.url, &args.token)?.run(BufReader::new(stdin()), stdout()).await
}
