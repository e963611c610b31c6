//! A way to the database on which a word can get lost.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::sync::oneshot;
use tokio_postgres::config::Host;

/// Listens on a port of its own, and passes on what is said to the database and what that answers.
pub(crate) struct Proxy {
    url: String,
    trap: Trap,
}

/// For the next commit, whose answer does not get through.
struct Snare {
    /// Told when the commit was answered.
    tell: oneshot::Sender<()>,
    /// Whether the connection is closed then. Else nothing more is heard.
    cuts: bool,
}

type Trap = Arc<Mutex<Option<Snare>>>;

impl Proxy {
    /// A proxy before the database at `url`, which is one on a socket in a folder.
    pub(crate) async fn before(url: &str) -> Self {
        let config: tokio_postgres::Config = url.parse().unwrap();
        let Some(Host::Unix(folder)) = config.get_hosts().first() else { panic!("not on a socket") };
        let socket = folder.join(format!(".s.PGSQL.{}", config.get_ports()[0]));
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let (user, name) = (config.get_user().unwrap(), config.get_dbname().unwrap());
        let url = format!("postgres://{user}@{}/{name}", listener.local_addr().unwrap());
        let trap = Trap::default();
        tokio::spawn(accept(listener, socket, Arc::clone(&trap)));
        Self { url, trap }
    }

    /// Where the database seems to be.
    pub(crate) fn url(&self) -> String {
        self.url.clone()
    }

    /// Keeps back what the database answers to the next commit, and everything after that. Ends when it has answered.
    pub(crate) fn swallow_the_word_of_the_next_commit(&self) -> oneshot::Receiver<()> {
        self.set(false)
    }

    /// Closes the connection when the database has answered to the next commit. Ends then.
    pub(crate) fn cut_after_the_next_commit(&self) -> oneshot::Receiver<()> {
        self.set(true)
    }

    fn set(&self, cuts: bool) -> oneshot::Receiver<()> {
        let (tell, told) = oneshot::channel();
        *self.trap.lock().unwrap() = Some(Snare { tell, cuts });
        told
    }
}

async fn accept(listener: TcpListener, socket: PathBuf, trap: Trap) {
    while let Ok((client, _)) = listener.accept().await {
        let Ok(server) = UnixStream::connect(&socket).await else { continue };
        tokio::spawn(pass(client, server, Arc::clone(&trap)));
    }
}

/// Passes on both ways. After a commit that is caught, nothing comes back any more.
async fn pass(client: TcpStream, server: UnixStream, trap: Trap) {
    let caught: Trap = Trap::default();
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let forth = async {
        let mut buffer = vec![0; 64 * 1024];
        while let Some(said) = read(&mut from_client, &mut buffer).await {
            if contains(said, b"; COMMIT")
                && let Some(snare) = trap.lock().unwrap().take()
            {
                *caught.lock().unwrap() = Some(snare);
            }
            if !write(&mut to_server, said).await {
                return;
            }
        }
    };
    let back = async {
        let mut buffer = vec![0; 64 * 1024];
        while let Some(said) = read(&mut from_server, &mut buffer).await {
            let is_caught = caught.lock().unwrap().is_some();
            if !is_caught {
                if !write(&mut to_client, said).await {
                    return;
                }
            } else if contains(said, b"COMMIT\0") {
                let snare = caught.lock().unwrap().take();
                let cuts = snare.as_ref().is_none_or(|snare| snare.cuts);
                if let Some(snare) = snare {
                    let _ = snare.tell.send(());
                }
                if cuts {
                    return;
                }
                // The client waits until it is no more.
                std::future::pending::<()>().await;
            }
        }
    };
    tokio::select! {
        () = forth => {}
        () = back => {}
    }
}

async fn read<'a>(from: &mut (impl AsyncRead + Unpin), buffer: &'a mut [u8]) -> Option<&'a [u8]> {
    let read = from.read(buffer).await.ok().filter(|read| *read > 0)?;
    Some(&buffer[..read])
}

async fn write(to: &mut (impl AsyncWrite + Unpin), said: &[u8]) -> bool {
    to.write_all(said).await.is_ok()
}

fn contains(said: &[u8], word: &[u8]) -> bool {
    said.windows(word.len()).any(|window| window == word)
}
