//! Runs a database in a folder until this program ends, however it ends: `cargo run -p pgserver --example hold -- DIR`.
//!
//! It prints the database's URL once it takes connections.

use std::time::Duration;

use pgserver::{Options, Server};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let dir = std::env::args_os().nth(1).ok_or("name a folder")?;
    let options = Options { start_deadline: Duration::from_mins(5), ..Options::new(dir) };
    let server = Server::start(options).await?;
    println!("{}", server.url());
    Err(server.failed().await.into())
}
