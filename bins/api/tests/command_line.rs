//! The program as a person starts it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

fn canvascal(arguments: &[&str], environment: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_canvascal"));
    command.args(arguments).env_clear().envs(environment.iter().copied());
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn run(arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    canvascal(arguments, environment).output().expect("the program starts")
}

#[test]
fn a_wrong_configuration_is_told_whole_and_ends_with_status_2() {
    let output =
        run(&["serve", "--listen", "nowhere"], &[("CLERK_ISUER", "x"), ("CANVASCAL_LOG_FORMAT", "xml")]);
    assert_eq!(output.status.code(), Some(2));
    let told = String::from_utf8(output.stderr).unwrap();
    for line in [
        "--listen: \"nowhere\" is not ADDR:PORT",
        "CLERK_ISUER: is not a known key; did you mean CLERK_ISSUER?",
        "CLERK_ISSUER: is required",
        "CLERK_AUTHORIZED_PARTIES: is required",
        "CANVASCAL_LOG_FORMAT: \"xml\" is neither text nor json",
    ] {
        assert!(told.contains(line), "{line} is missing in:\n{told}");
    }
}

#[test]
fn development_tokens_are_refused_on_an_open_address() {
    let output = run(&["serve", "--dev-auth", "--listen", "0.0.0.0:0"], &[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("loopback only"));
}

#[test]
fn a_machine_without_ca_certificates_is_told_what_to_do() {
    let environment = [
        ("CLERK_ISSUER", "https://clerk.example.com"),
        ("CLERK_AUTHORIZED_PARTIES", "https://app.example.com"),
        ("SSL_CERT_FILE", "/dev/null"),
    ];
    let output = run(&["serve", "--listen", "127.0.0.1:0"], &environment);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stderr).unwrap().contains("apt-get install ca-certificates"));
}

#[cfg(unix)]
#[test]
fn it_serves_until_it_is_asked_to_stop() {
    use std::os::unix::fs::PermissionsExt;

    // PostgreSQL runs as another user where this is run by root, and has to get through.
    let open = std::fs::Permissions::from_mode(0o755);
    let folder = tempfile::Builder::new().permissions(open).tempdir().unwrap();
    let data = folder.path().join("data");
    let environment = [
        ("CANVASCAL_LOG_FORMAT", "json"),
        ("CANVASCAL_DATA", data.to_str().unwrap()),
        ("PATH", env!("PATH")),
    ];
    let mut child =
        canvascal(&["serve", "--dev-auth", "--listen", "127.0.0.1:0"], &environment).spawn().unwrap();
    let mut log = BufReader::new(child.stderr.take().unwrap()).lines().map(|line| {
        let line = line.unwrap();
        serde_json::from_str::<Value>(&line).unwrap_or_else(|_| panic!("not JSON: {line}"))
    });
    let warning = log.next().unwrap();
    assert!(warning["message"].as_str().unwrap().starts_with("DEVELOPMENT AUTHENTICATION IS ON"));
    let address = log.find_map(|line| line["address"].as_str().map(str::to_owned)).unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.ends_with("{\"status\":\"ok\"}"), "{answer}");
    Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    assert!(log.any(|line| line["message"] == "stopped"));
    assert!(child.wait().unwrap().success());
}
